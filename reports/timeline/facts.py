"""What the script is given of a session: compact JSON in which each text stands once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lastchunk.model.trace.words import clock
from lastchunk.reports.timeline.layout import lane_at
from lastchunk.reports.timeline.rules import rules_of
from lastchunk.reports.timeline.told import Rows, Told
from lastchunk.reports.timeline.words import event_fields, event_meaning, event_title

EVENTS_MAX = 1_500
"""So many events are told; of a longer session its beginning, its end, and around violations."""


class Pool:
    """Texts and pairs of texts by number, each kept once."""

    def __init__(self) -> None:
        self.items: dict[Any, int] = {}

    def number(self, item: Any) -> int:
        """The number of an item, the next one where it is new."""
        return self.items.setdefault(item, len(self.items))

    def numbers(self, items: Sequence[Any]) -> list[int]:
        """The same of several."""
        return [self.number(item) for item in items]


def shown_events(told: Told) -> list[int]:
    """The numbers of the events that are told, in order."""
    count = len(told.trace)
    if count <= EVENTS_MAX:
        return list(range(count))
    quarter = EVENTS_MAX // 4
    kept = {*range(quarter), *range(count - quarter, count)}
    for at_ms, _, _ in told.violations[:4]:
        at = next((n for n, event in enumerate(told.trace) if event.at_ms >= at_ms), count)
        kept.update(range(max(0, at - quarter // 4), min(count, at + quarter // 4)))
    return sorted(kept)


def session_data(
    told: Told, shown: Sequence[int], states: Sequence[Rows], steps: Sequence[int]
) -> dict[str, Any]:
    """One session as plain data; the script has the names of its keys."""
    pool, kinds = Pool(), Pool()
    events = []
    for number in shown:
        event = told.trace[number]
        state = kinds.number(tuple(pool.numbers(states[number])))
        fields, meaning = pool.numbers(event_fields(event)), pool.number(event_meaning(event))
        title, rules = event_title(event), list(rules_of(event))
        events.append([number, lane_at(event), title, meaning, fields, rules, state])
    free = told.freedom
    return {
        "name": told.name,
        "times": [event.at_ms for event in told.trace],
        "events": events,
        "states": [list(state) for state in kinds.items],
        "pool": list(pool.items),
        "violations": [
            [getattr(at, "event", -1), at, f"{slug}: {detail}"]
            for at, slug, detail in told.violations
        ],
        "free": None
        if free is None
        else {
            "names": free.names,
            "times": free.times_ms,
            "ranges": free.ranges_ms,
            "limits": free.limits_ms,
            "steps": list(steps),
        },
    }


def as_script(data: object) -> str:
    """Data as JSON that may stand in a ``<script>`` of a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def event_line(told: Told, number: int) -> str:
    """An event as a line of the list."""
    event = told.trace[number]
    return f"{clock(event.at_ms)} {event_title(event)}"
