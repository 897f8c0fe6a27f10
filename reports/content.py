"""What the report says, as plain data that HTML and Markdown both render."""

from __future__ import annotations

import json
import shlex
from dataclasses import astuple
from typing import Any

from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.estimate.costs import cost_difference, money
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.properties import PROPERTIES, SOMETIMES
from lastchunk.model.simulate import Run
from lastchunk.model.trace.prices import ITEMS, load_prices
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.base.kinds import STATUSES, css
from lastchunk.reports.base.pooled import Pooled, difference_words
from lastchunk.reports.base.violations import violations_of
from lastchunk.reports.claims.by_cost import BASELINE, costs_of, share_of
from lastchunk.reports.claims.by_matrix import chunks_words, property_words
from lastchunk.reports.claims.by_sessions import of_a_closed_tab
from lastchunk.reports.claims.ledger import Ledger, ledger_rows
from lastchunk.reports.figures.costs import COST_WORDS, length_words
from lastchunk.reports.result import provenance
from lastchunk.reports.review import Review
from lastchunk.reports.simplicity import HEADINGS


def heading(review: Review) -> str:
    """The report's title."""
    if review.front.title:
        return review.front.title
    if len(review.comparisons) == 1:
        return f"lastchunk: {review.comparisons[0].scenario.title}"
    count = len(review.designs)
    designs = f"{count} designs" if count > 1 else review.designs[0]
    return f"lastchunk: {len(review.comparisons)} scenarios, {designs}"


def claims_block(review: Review, found: Ledger) -> dict[str, Any]:
    """The ledger of the claims: one row a claim, one cell a design; and how it was explored."""
    explored = None if review.matrix is None else exploring(review.matrix)
    return {"rows": ledger_rows(found), "explored": explored, "statuses": STATUSES}


def exploring(matrix: Matrix) -> str:
    """Within what a matrix was explored, in words."""
    chunks = chunks_words(matrix.chunks)
    each = "each design, class of faults and group of properties"
    bounds = f"{chunks}, at most {matrix.budget_s:g} s for {each}"
    return f"{bounds} ({matrix.origin})" if matrix.origin else bounds


def costs_block(review: Review) -> dict[str, Any] | None:
    """Dollars per million sessions, and what there is to read in each design."""
    if review.costs is None:
        return None
    columns = [
        "video",
        "design",
        *(COST_WORDS[item] for item in ITEMS),
        "total (95 %, where it varies)",
    ]
    rows = [
        [
            length_words(int(row["length_ms"])),
            row["design"],
            *(f"{row[item]:.2f}" for item in ITEMS),
            money(row["total"], row["low"], row["high"]),
        ]
        for row in review.costs.to_dict("records")
    ]
    shipped = [name for name in review.designs if name in DESIGNS]
    read = [list(map(str, astuple(review.portrait(name).row))) for name in shipped]
    return {
        "date": load_prices().date,
        "money": {"columns": columns, "rows": rows},
        "by_scenario": costs_by_scenario(review),
        "simplicity": {"columns": list(HEADINGS.values()), "rows": read},
    }


def costs_by_scenario(review: Review) -> dict[str, Any]:
    """Dollars per million sessions, completed sessions and stored chunks, and the difference."""
    columns = ["scenario", "design", "sessions", "completed sessions", "stored chunks"]
    has_old = BASELINE in review.designs
    columns += [f"a stored chunk, against {BASELINE}"] if has_old else []
    rows = []
    for item in review.comparisons:
        old = costs_of(item, BASELINE)
        for design in review.designs:
            own = costs_of(item, design)
            assert own is not None
            share = share_of(own, old)
            row = [item.scenario.title, design, money(own.per_session, own.low, own.high)]
            row.append("none" if own.per_completed is None else f"{own.per_completed:.2f}")
            row.append("none" if own.per_chunk is None else f"{own.per_chunk:.2f}")
            if has_old:
                row.append("" if share is None or design == BASELINE else cost_difference(share))
            rows.append(row)
    return {"columns": columns, "rows": rows}


def verdict_blocks(review: Review) -> list[dict[str, Any]]:
    """For each design one sentence a property, with the scenarios where it fails."""
    blocks = []
    for design in review.designs:
        lines = []
        for slug, item in PROPERTIES.items():
            found = review.pooled(design, slug)
            if found is None:
                continue
            lines.append(
                {
                    "slug": slug,
                    "kind": found.kind,
                    "css": css(found.kind),
                    "words": found.sentence(item),
                    "where": _where(review, design, slug, found),
                    "explored": property_words(review.matrix, design, slug),
                }
            )
        blocks.append({"design": design, "lines": lines})
    return blocks


def _where(review: Review, design: str, slug: str, found: Pooled) -> str:
    """Where it fails; and of what is lost, how much only a closed tab had held."""
    words = found.where()
    if slug == "nothing_lost":
        excused = [of_a_closed_tab(item.rows_of(design)).sum() for item in review.comparisons]
        if count := int(sum(excused)):
            words += (
                f" In {count:,} of these sessions only a closed tab had held what was lost, "
                "which no design can save."
            )
    return words.strip()


def side_by_side(review: Review) -> dict[str, Any]:
    """One row a property: the designs' verdicts, and the paired difference of the first two."""
    has_difference = len(review.designs) >= 2
    rows = []
    for slug in review.slugs:
        item = PROPERTIES[slug]
        cells = []
        for design in review.designs:
            found = review.pooled(design, slug)
            kind = "not asked" if found is None else found.kind
            rate = "" if found is None else found.rate_words()
            cells.append({"kind": kind, "css": css(kind), "rate": rate})
        row: dict[str, Any] = {
            "slug": slug,
            "meaning": item.meaning,
            "claim": item.claim,
            "cells": cells,
        }
        rows.append(row | (difference_words(review.pairs(slug)) if has_difference else {}))
    return {
        "has_difference": has_difference,
        "has_interval": len(review.comparisons) == 1,
        "rows": rows,
    }


def failure_words(review: Review, run: Run) -> dict[str, str]:
    """The caption of a failing session, and the command that shows it again."""
    at_ms, slug, detail = violations_of(run)[0]
    words = f"{run.design.name}: {slug} is violated {at_ms:,} ms into the session: {detail}."
    name = run.scenario.name
    parts = ["lastchunk", "simulate", *review.arguments.get(name, (name,))]
    parts += ["--design", run.design.reference]
    parts += ["--seed", str(run.seed), "--session", str(run.session)]
    return {"caption": words, "command": shlex.join(parts), "alt": f"Timeline. {words}"}


def statistics(review: Review) -> list[dict[str, Any]]:
    """For each design a table of scenarios by properties: the verdict, the rate and the counts."""
    return [
        {
            "design": design,
            "columns": ["scenario", *review.slugs],
            "rows": [
                {
                    "title": item.scenario.title,
                    "cells": [_counted(item.verdicts[design].get(slug)) for slug in review.slugs],
                }
                for item in review.comparisons
            ],
        }
        for design in review.designs
    ]


def _counted(found: Verdict | None) -> dict[str, str]:
    """A verdict in so little room: its rate with its interval, and what was counted."""
    if found is None or not found.sessions:
        kind = "not asked" if found is None else found.kind
        return {"kind": kind, "css": css(kind), "rate": "", "counts": "no session"}
    counts = f"{found.violations:,} / {found.sessions:,}"
    if found.kind == "violated":
        rate = f"{percent(found.violations / found.sessions)}"
        bounds = (percent(bound).removesuffix(" %") for bound in (found.low, found.high))
        counts = f"[{', '.join(bounds)}] {counts}"
    else:
        rate = f"< {percent(found.high)}"
    return {"kind": found.kind, "css": css(found.kind), "rate": rate, "counts": counts}


def sometimes(review: Review) -> dict[str, Any]:
    """How many sessions met each *sometimes* property, by design, and the first that did."""
    tables = [
        (item.scenario.name, item.sometimes().to_dict("records")) for item in review.comparisons
    ]
    rows = []
    for slug, item in SOMETIMES.items():
        cells = []
        for design in review.designs:
            met = [
                (name, row["sessions"], row["first_session"])
                for name, table in tables
                for row in table
                if row["property"] == slug and row["design"] == design and row["sessions"]
            ]
            total = sum(sessions for _, sessions, _ in met)
            first = f", first in {met[0][0]} session {met[0][2]}" if met else ""
            cells.append(f"{total:,} sessions{first}" if total else "never")
        rows.append((slug, item.meaning, *cells))
    return {"columns": ["property", "meaning", *review.designs], "rows": rows}


def provenance_block(review: Review) -> dict[str, Any]:
    """Version, seed, machine, time, command, and every setting."""
    data = provenance(review)
    explored = data.pop("matrix")
    settings = {"designs": data.pop("design_settings"), "scenarios": data.pop("settings")}
    facts = [(key.replace("_", " "), str(value)) for key, value in data.items()]
    sessions = ", ".join(f"{item.scenario.name} {item.sessions:,}" for item in review.comparisons)
    facts.append(("sessions of each design", sessions))
    if review.matrix is not None:
        facts.append(
            ("verdict matrix", f"{exploring(review.matrix)}: {', '.join(explored['designs'])}")
        )
    facts.append(("tie rule", "happenings at one millisecond run in the order they became due"))
    return {"facts": facts, "settings": json.dumps(settings, indent=1, sort_keys=True)}
