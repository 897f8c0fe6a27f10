"""A trace on the terminal: a long one shortened to its head, its tail and what was violated."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.markup import escape
from rich.table import Table

from lastchunk.model.trace.events import LANES, Event, lane_of
from lastchunk.model.trace.words import clock, words_of

COLOURS = {"client": "cyan", "network": "yellow", "object": "green", "blobs": "blue"}
WHOLE = 600
"""A trace of so many events is shown whole."""
HEAD, TAIL, AROUND = 200, 100, 10


def trace_table(title: str, trace: Sequence[Event], at_ms: Collection[int], full: bool) -> Table:
    """The events as a table; ``at_ms`` are the times of violations, which are always shown."""
    table = Table("time", "lane", "what happened", title=escape(title), box=None)
    shown = range(len(trace)) if full else kept(trace, at_ms)
    last = -1
    for place in shown:
        if place > last + 1:
            table.add_row("...", "", left_out(place - last - 1))
        last = place
        event = trace[place]
        lane = lane_of(event)
        colour = COLOURS.get(lane, "magenta")
        words = escape(words_of(event))
        table.add_row(clock(event.at_ms), f"[{colour}]{LANES[lane]}[/{colour}]", words)
    return table


def kept(trace: Sequence[Event], at_ms: Collection[int]) -> Sequence[int]:
    """The places of the events to show, in order."""
    count = len(trace)
    if count <= WHOLE:
        return range(count)
    places = {*range(HEAD), *range(count - TAIL, count)}
    for time_ms in at_ms:
        at = next((n for n, event in enumerate(trace) if event.at_ms >= time_ms), count)
        places.update(range(max(0, at - AROUND), min(count, at + AROUND)))
    return sorted(places)


def left_out(count: int) -> str:
    """What is said in place of events that are not shown."""
    return f"{count:,} more events; --full shows all of them"
