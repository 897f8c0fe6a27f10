"""What `lastchunk conform` has written, as a table of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import read_text
from lastchunk.reports.base.sealed import check_seal

FORMAT = "lastchunk conformance 1"
OPTION = "--conformance"
PLAYED_COLUMNS = (
    "design",
    "schedules",
    "agree",
    "diverge",
    "not playable",
    "state classes visited",
)


def read_conformance(path: Path) -> dict[str, Any]:
    """A file of `lastchunk conform --out`. Raises `InputError`."""
    allowed = "a conform.json as `lastchunk conform --out` writes it"
    try:
        data = json.loads(read_text(path, OPTION, allowed))
    except (ValueError, RecursionError) as error:
        raise InputError(OPTION, str(path), allowed) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(OPTION, str(path), allowed)
    check_seal(data, str(path))
    return data


def conformance_block(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """The table, a sentence before it and those after it; None where nothing was played."""
    if data is None:
        return None
    rows = []
    for design, counts in data["designs"].items():
        own = [counts[name] for name in ("agree", "diverge", "not_playable")]
        visited = data["classes_visited"].get(design)
        words = "" if visited is None else f"{visited:,} of {data['classes'][design]:,}"
        rows.append([design, *(f"{number:,}" for number in (sum(own), *own)), words])
    return {
        "words": (
            f"{data['schedules']:,} schedules were played on the real runtime, workerd "
            f"{data['workerd']}, compatibility date {data['compatibility_date']}: "
            f"{data['agree']:,} agree, {data['diverge']:,} diverge."
        ),
        "table": {"columns": list(PLAYED_COLUMNS), "rows": rows},
        "notes": [
            *(f"Not playable, {count:,}: {why}." for why, count in data["not_playable"].items()),
            *(f"Diverges: {line}." for line in data["divergences"]),
        ],
    }
