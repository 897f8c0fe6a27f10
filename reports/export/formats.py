"""The formats of `lastchunk show`, each from a session to the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable

from lastchunk.model.explore.witness.words import sequence_diagram
from lastchunk.model.properties import Violation
from lastchunk.model.trace.events import LANES, lane_of
from lastchunk.model.trace.jsonl import to_line
from lastchunk.model.trace.words import clock, words_of
from lastchunk.reports.export.perfetto import perfetto_trace
from lastchunk.reports.timeline.page import timeline_page
from lastchunk.reports.timeline.told import Told


def as_text(told: Told) -> str:
    """A line an event, ``>`` before those at which something is violated, and what that is."""
    bad = {at_ms for at_ms, _, _ in told.violations}
    lines = [told.name]
    for event in told.trace:
        lane = LANES[lane_of(event)]
        mark = ">" if event.at_ms in bad else " "
        lines.append(f"{mark} {clock(event.at_ms):>9}  {lane:<10} {words_of(event)}")
    for at_ms, slug, detail in told.violations:
        lines.append(f"violated at {clock(at_ms)}: {slug}: {detail}")
    return "\n".join(lines) + "\n"


def as_mermaid(told: Told) -> str:
    """A sequence diagram, for a page that draws them."""
    first = told.violations[0] if told.violations else None
    return sequence_diagram(told.trace, None if first is None else Violation(first[0], first[2]))


def as_jsonl(told: Told) -> str:
    """The trace, an event a line."""
    return "".join(to_line(event) + "\n" for event in told.trace)


def as_page(told: Told) -> str:
    """The interactive timeline in one file."""
    return timeline_page(told, title=told.name, notes=told.notes)


WRITERS: dict[str, Callable[[Told], str | bytes]] = {
    "html": as_page,
    "text": as_text,
    "mermaid": as_mermaid,
    "perfetto": perfetto_trace,
    "jsonl": as_jsonl,
}
"""What writes each format."""
SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".perfetto-trace": "perfetto",
    ".pftrace": "perfetto",
    ".jsonl": "jsonl",
}
"""The format that a file's name asks for."""
ENDINGS = {"html": ".html", "perfetto": ".perfetto-trace"}
"""What is no text for a terminal is written to a file of this ending."""
