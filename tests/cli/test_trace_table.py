"""A long trace is shown by its head, its tail and what was violated; a short one whole."""

from __future__ import annotations

from lastchunk.cli.trace_table import AROUND, HEAD, TAIL, WHOLE, kept, trace_table
from lastchunk.model.trace.events import Event, RunEnded


def trace(count: int) -> list[Event]:
    return [RunEnded(at, "quiet") for at in range(count)]


def test_a_short_trace_is_shown_whole() -> None:
    assert list(kept(trace(WHOLE), [])) == list(range(WHOLE))
    assert trace_table("t", trace(WHOLE), [], full=False).row_count == WHOLE


def test_a_long_trace_is_shown_by_its_ends() -> None:
    places = list(kept(trace(5_000), []))
    assert places == [*range(HEAD), *range(5_000 - TAIL, 5_000)]
    assert trace_table("t", trace(5_000), [], full=False).row_count == HEAD + TAIL + 1
    assert trace_table("t", trace(5_000), [], full=True).row_count == 5_000


def test_what_was_violated_is_always_shown() -> None:
    places = list(kept(trace(5_000), [2_500, 4_999, 9_999]))
    assert set(range(2_500 - AROUND, 2_500 + AROUND)) <= set(places)
    assert places == sorted(set(places))
    gaps = trace_table("t", trace(5_000), [2_500], full=False)
    assert gaps.row_count == HEAD + TAIL + 2 * AROUND + 2
