"""The ledger: each of the eleven claims for each design, judged by all the evidence there is.

One refutation refutes, by a session that was run or by a schedule that was found. A claim holds if
every class of faults that bears on it and says anything is proved; as far as possible, if some
class makes it impossible and the best possible is reached there. An exact condition says up to
where it holds. What is said here is computed, none of it is typed in. The words of a status are
those of `reports.base.kinds.STATUSES`; their rules stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.reports.base.kinds import LOOKS, css
from lastchunk.reports.claims.by_matrix import Explored, explored, of_scope, scope_name
from lastchunk.reports.claims.by_sessions import Seen, seen
from lastchunk.reports.claims.catalogue import CLAIMS, Claim
from lastchunk.reports.claims.evidence import Evidence


@dataclass(frozen=True)
class Entry:
    """What is found of a claim for one design; ``schedules`` are files that show a refutation."""

    status: str
    words: str
    schedules: tuple[str, ...] = ()


TITLES = {slug: build(1).title for slug, build in BUILDERS.items()}
"""The classes of faults by their titles."""
Ledger = list[tuple[Claim, dict[str, Entry]]]


def ledger(evidence: Evidence) -> Ledger:
    """Every claim with what is found of it, by design."""
    return [
        (claim, {design: judge_claim(evidence, claim, design) for design in evidence.designs})
        for claim in CLAIMS
    ]


def as_from(found: Ledger, folder: str) -> Ledger:
    """The same ledger, its schedules named as from elsewhere: they lie in ``folder`` there."""
    return [
        (
            claim,
            {
                design: replace(
                    entry,
                    schedules=tuple(
                        f"{folder}/{name.rpartition('/')[2]}" for name in entry.schedules
                    ),
                )
                for design, entry in entries.items()
            },
        )
        for claim, entries in found
    ]


def judge_claim(evidence: Evidence, claim: Claim, design: str) -> Entry:
    """What sessions, exact conditions, a matrix and figures say of a claim for a design."""
    if claim.figure is None:
        return _behaviour(evidence, claim, design)
    status, words = claim.figure(evidence, design)
    if not claim.slugs:
        return Entry(status, words)
    entry = _behaviour(evidence, claim, design)
    words = f"{words.rstrip('.')}; {entry.words}"
    if "refuted" in (status, entry.status):
        return replace(entry, status="refuted", words=words)
    return replace(entry, status=entry.status if status == "holds" else status, words=words)


def _behaviour(evidence: Evidence, claim: Claim, design: str) -> Entry:
    """The properties of a claim, judged by all that says anything of them."""
    sessions, cells = seen(evidence, claim, design), explored(evidence, claim, design)
    conditions = " and ".join(
        item.words
        for item in evidence.conditions
        if item.design == design and item.slug in claim.slugs and item.turns
    )
    scope = of_scope(evidence, claim, design)
    if sessions.failing or scope.get("violated") or (cells is not None and cells.refuting):
        return _refuted(evidence, sessions, cells, conditions, scope.get("violated", []))
    standing = [*(cells.standing_words() if cells is not None else ()), sessions.words]
    if cells is None and scope.get("proved"):
        standing.insert(0, f"{' and '.join(scope['proved'])} proved in {scope_name(evidence)}")
    if conditions and (cells is None or not cells.left_open):
        return _entry("holds if", [conditions, *standing])
    if conditions:
        standing.insert(0, f"at most if {conditions}")
    return _unrefuted(claim, sessions, cells, standing)


def _entry(status: str, words: list[str]) -> Entry:
    return Entry(status, "; ".join(filter(None, words)) + ".")


def _refuted(
    evidence: Evidence,
    sessions: Seen,
    cells: Explored | None,
    conditions: str,
    in_scope: Sequence[str],
) -> Entry:
    """Both kinds of refutation: how often it is seen to fail, and where it can fail at all."""
    found = [] if cells is None else cells.refuted_words()
    if in_scope and not found:
        found = [f"{' and '.join(in_scope)} violated in {scope_name(evidence)}"]
    words = "; ".join(filter(None, [*sessions.failing, *found, sessions.words]))
    if conditions:
        words += f". It would hold if {conditions}"
    files = () if cells is None else cells.schedules()
    return Entry("refuted", words + ".", tuple(f"{evidence.schedules}/{name}" for name in files))


def _unrefuted(claim: Claim, sessions: Seen, cells: Explored | None, standing: list[str]) -> Entry:
    """What speaks for a claim that nothing refutes: a proof, sessions, or nothing at all."""
    proved = set() if cells is None else cells.speaking
    is_open = cells is not None and bool(cells.left_open)
    if cells is not None and proved >= set(claim.slugs) and not is_open:
        return _entry("holds as far as possible" if cells.best else "holds", standing)
    silent = [s for s in claim.slugs if s not in proved and not sessions.sessions[s]]
    doubtful = sessions.doubtful - (set() if is_open else proved)
    if not silent:
        return _entry("unknown" if doubtful else "not seen failing", standing)
    if is_open or doubtful:
        return _entry("unknown", standing)
    return _entry("not asked", ["nothing here says anything of " + " or ".join(silent)])


# --- as data ---------------------------------------------------------------------------------


def ledger_json(found: Ledger) -> dict[str, Any]:
    """The ledger as plain data: by the number of the claim, then by design."""
    return {
        str(claim.number): {
            "claim": claim.words,
            "yardstick": claim.judged_by(TITLES),
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
            "yardstick": claim.judged_by(TITLES),
            "cells": [
                {
                    "design": design,
                    "kind": entry.status,
                    "css": css(entry.status),
                    "sign": LOOKS[entry.status].sign,
                    "words": entry.words,
                    "schedules": entry.schedules,
                }
                for design, entry in entries.items()
            ],
        }
        for claim, entries in found
    ]
