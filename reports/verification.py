"""A verification as files: ``verify.json``, and each counterexample to read, draw and replay."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from lastchunk.model.base.files import check_folder, new_folder, write_bytes, write_text
from lastchunk.model.explore.threshold import Threshold
from lastchunk.model.explore.verify import Verification
from lastchunk.model.explore.witness.counterexample import KINDS, Counterexample
from lastchunk.model.explore.witness.words import explanation, mermaid
from lastchunk.model.properties import EXPLORABLE
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.reports.base.sealed import sealed_with_sources
from lastchunk.reports.figures.save import png_bytes
from lastchunk.reports.figures.timeline import timeline_figure


def contents(own: Iterable[str]) -> list[str]:
    """What a verification's folder may hold; one with anything else in it is never replaced."""
    return [
        "verify.json",
        *(
            f"{slug}-{kind}.{ending}"
            for slug in (*EXPLORABLE, *own)
            for kind in KINDS
            for ending in ("jsonl", "md", "png")
        ),
    ]


CONTENTS = contents(())
"""The same where no own property was asked."""


def check_verification_out(out: Path, own: Iterable[str] = ()) -> None:
    """Refuse a folder for a verification before anything is explored. Raises `InputError`."""
    check_folder(out, contents(own))


def verification_json(result: Verification, thresholds: Sequence[Threshold] = ()) -> dict[str, Any]:
    """A verification as plain data. Times are ms, ``wall_s`` wall time."""
    return {
        "verdict": result.verdict,
        "scenario": result.scenario.name,
        "design": result.design.reference,
        "state_classes": result.classes,
        "expanded": result.expanded,
        "steps": result.steps,
        "states": result.states,
        "depth": result.depth,
        "frontier": result.frontier,
        "wall_s": round(result.seconds, 3),
        "late_ms": result.late_ms,
        "late_ms_min": result.late_ms_min,
        "attack": vars(result.attack),
        "sometimes": list(result.sometimes),
        "silent": list(result.silent),
        "goes_on": result.goes_on,
        "assumptions": list(result.assumptions),
        "unsaid": list(result.unsaid),
        "properties": {
            slug: {"verdict": verdict.kind, "reason": verdict.reason}
            for slug, verdict in result.verdicts.items()
        },
        "counterexamples": {
            slug: [_example(item) for item in items]
            for slug, items in result.counterexamples.items()
        },
        "thresholds": [
            {
                "property": limit.slug,
                "setting": limit.key,
                limit.below: limit.below_ms,
                "proved" if limit.below == "violated" else "violated": limit.above_ms,
                "explored": [list(pair) for pair in limit.explored],
            }
            for limit in thresholds
        ],
        "bounds": result.scenario.model_dump(mode="json", exclude_none=True),
        "settings": vars(result.design.settings),
        "budget": {  # JSON knows no infinity
            name: value if math.isfinite(value) else None
            for name, value in vars(result.budget).items()
        },
    }


def _example(item: Counterexample) -> dict[str, Any]:
    steps = zip(item.schedule.steps, item.ranges_ms, strict=True)
    return {
        "kind": item.kind,
        "violated_ms": item.violation.at_ms,
        "detail": item.violation.detail,
        "schedule": f"{_name(item)}.jsonl",
        "limits_ms": [list(row) for row in item.limits_ms],
        "steps": [
            {
                "key": list(step.key),
                "at_ms": step.at_ms,
                "outcome": step.outcome,
                "range_ms": list(r),
            }
            for step, r in steps
        ],
    }


def _name(item: Counterexample) -> str:
    return f"{item.slug}-{item.kind}"


def write_verification(
    result: Verification, thresholds: Sequence[Threshold], folder: str | Path
) -> None:
    """Write ``verify.json``, and of each counterexample a schedule, words and a picture.

    The folder takes the place of what stood under its name. Raises `InputError`.
    """
    with new_folder(folder, contents(result.own)) as building:
        data = sealed_with_sources(verification_json(result, thresholds), [result.design])
        text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
        write_text(building / "verify.json", text + "\n")
        for items in result.counterexamples.values():
            for item in items:
                write_schedule(item.schedule, building / f"{_name(item)}.jsonl")
                write_text(building / f"{_name(item)}.md", verification_markdown(item))
                figure = timeline_figure(item.run)
                write_bytes(building / f"{_name(item)}.png", png_bytes(figure))


def verification_markdown(item: Counterexample) -> str:
    """A counterexample to read, with its sequence diagram."""
    title = f"# {item.slug}: the {item.kind} counterexample"
    return f"{title}\n\n{explanation(item)}\n\n```mermaid\n{mermaid(item)}```\n"


def verification_html(result: Verification) -> str:
    """The verdicts as a table, for a notebook."""
    known = EXPLORABLE | result.own
    rows = "".join(
        f"<tr><td>{escape(slug)}</td><td>{verdict.kind}</td><td>{escape(verdict.reason)}</td>"
        f"<td>{escape(known[slug].meaning)}</td></tr>"
        for slug, verdict in result.verdicts.items()
    )
    words = (
        f"{escape(result.scenario.title)}, {escape(result.design.name)}: {result.verdict}; "
        f"{result.classes:,} classes, {result.seconds:.1f} s"
    )
    head = "<tr><th>property</th><th>verdict</th><th>why</th><th>meaning</th></tr>"
    table = f"<table><caption>{words}</caption>{head}{rows}</table>"
    items = "".join(f"<li>{escape(line)}</li>" for line in result.assumptions)
    unsaid = "".join(f"<p>{escape(line)}</p>" for line in result.unsaid)
    return f"{table}{unsaid}<details><summary>what is assumed</summary><ul>{items}</ul></details>"
