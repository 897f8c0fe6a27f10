"""What a session violates, for everything that draws or tells it."""

from __future__ import annotations

from lastchunk.model.properties import Violation, check_all
from lastchunk.model.simulate import Run


def violations_of(run: Run) -> list[tuple[int, str, str]]:
    """The violations of a run as (at_ms, slug, detail), the earliest first."""
    found = check_all(run.facts, run.judge)
    return sorted(
        (item.at_ms, slug, item.detail)
        for slug, item in found.items()
        if isinstance(item, Violation)
    )
