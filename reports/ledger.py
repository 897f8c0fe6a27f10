"""The ledger: each of the eleven claims for each design, judged by all the evidence there is.

One refutation refutes, by a session that was run or by a schedule that was found. A claim holds if
every class of faults that bears on it and says anything is proved, or the best possible is reached
where no design can hold it. An exact condition says up to where it holds. What is said here is
computed, none of it is typed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.claims import CLAIMS, Claim
from reports.evidence import Evidence
from reports.explored import Explored, explored
from reports.seen import Seen, seen

SIGNS = {
    "holds": "\u2713",
    "holds if": "~",
    "not seen failing": "\u25cb",
    "refuted": "\u2717",
    "unknown": "?",
    "measured": "\u2022",
    "not asked": "\u2013",
}
"""A sign for each status, so that none hangs on its colour alone."""


@dataclass(frozen=True)
class Entry:
    """What is found of a claim for one design; ``schedules`` are files that show a refutation."""

    status: str
    words: str
    schedules: tuple[str, ...] = ()


Ledger = list[tuple[Claim, dict[str, Entry]]]


def ledger(evidence: Evidence) -> Ledger:
    """Every claim with what is found of it, by design."""
    return [
        (claim, {design: judge(evidence, claim, design) for design in evidence.designs})
        for claim in CLAIMS
    ]


def judge(evidence: Evidence, claim: Claim, design: str) -> Entry:
    """What sessions, exact conditions, proofs, a matrix and figures say of a claim for a design."""
    if claim.figure is not None:
        return Entry(*claim.figure(evidence, design))
    sessions, cells = seen(evidence, claim, design), explored(evidence, claim, design)
    conditions = " and ".join(
        item.words
        for item in evidence.conditions
        if item.design == design and item.slug in claim.slugs and item.turns
    )
    if sessions.failing or (cells is not None and cells.refuting):
        return _refuted(evidence, sessions, cells, conditions)
    standing = [*(cells.standing_words() if cells is not None else ()), sessions.words]
    if conditions:
        return _entry("holds if", [conditions, *standing])
    if cells is None and _proved_on_the_small_scope(evidence, claim, design):
        return _entry("holds", ["proved on the small scope", *standing])
    return _unrefuted(claim, sessions, cells, standing)


def _entry(status: str, words: list[str]) -> Entry:
    return Entry(status, "; ".join(filter(None, words)) + ".")


def _refuted(evidence: Evidence, sessions: Seen, cells: Explored | None, conditions: str) -> Entry:
    """Both kinds of refutation: how often it is seen to fail, and where it can fail at all."""
    found = [] if cells is None else cells.refuted_words()
    words = "; ".join([*sessions.failing, *found])
    if not sessions.failing and sessions.words:
        words += f"; {sessions.words}"
    if conditions:
        words += f". It would hold if {conditions}"
    files = () if cells is None else cells.schedules()
    return Entry("refuted", words + ".", tuple(f"{evidence.schedules}/{name}" for name in files))


def _unrefuted(claim: Claim, sessions: Seen, cells: Explored | None, standing: list[str]) -> Entry:
    """What speaks for a claim that nothing refutes: a proof, sessions, or nothing at all."""
    proved = set() if cells is None else cells.speaking
    is_open = cells is not None and bool(cells.left_open)
    if proved >= set(claim.slugs) and not is_open:
        return _entry("holds", standing)
    silent = [s for s in claim.slugs if s not in proved and not sessions.sessions[s]]
    if not silent:
        return _entry("not seen failing", standing)
    if is_open:
        return _entry("unknown", standing)
    return _entry("not asked", ["nothing here says anything of " + " or ".join(silent)])


def _proved_on_the_small_scope(evidence: Evidence, claim: Claim, design: str) -> bool:
    proved = {
        slug
        for item in evidence.verifications
        if item.design.name == design
        for slug in claim.slugs
        if slug in item.verdicts and item.verdicts[slug].kind == "proved"
    }
    return claim.is_of_the_network and proved == set(claim.slugs)


# --- as data ---------------------------------------------------------------------------------


def ledger_json(found: Ledger) -> dict[str, Any]:
    """The ledger as plain data: by the number of the claim, then by design."""
    return {
        str(claim.number): {
            "claim": claim.words,
            "designs": {
                design: {
                    "status": entry.status,
                    "words": entry.words,
                    "counterexamples": list(entry.schedules),
                }
                for design, entry in entries.items()
            },
        }
        for claim, entries in found
    }


def ledger_rows(found: Ledger) -> list[dict[str, Any]]:
    """The ledger for a page: one row a claim, one cell a design."""
    return [
        {
            "number": claim.number,
            "words": claim.words,
            "cells": [
                {
                    "design": design,
                    "kind": entry.status,
                    "css": entry.status.replace(" ", "-"),
                    "sign": SIGNS[entry.status],
                    "words": entry.words,
                    "schedules": entry.schedules,
                }
                for design, entry in entries.items()
            ],
        }
        for claim, entries in found
    ]
