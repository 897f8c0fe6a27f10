"""Which of the platform's rules an event is about, and what the rules say.

The rules' names and words stand in rules.json, which is made of the same demos as docs/platform.md
(`python -m lastchunk.reports.docs.platform`), so that a page can show a rule with no request.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lastchunk.model.trace import events as e

FILE = Path(__file__).with_name("rules.json")
RULES_PAGE = "docs/platform.md"
_NAMED = re.compile(r"\b[ADR]\d+\b")

RULES_OF: dict[type, tuple[str, ...]] = {
    e.AlarmSet: ("A1",),
    e.AlarmDeleted: ("A6",),
    e.AlarmStarted: ("D3",),
    e.AlarmEnded: ("D5",),
    e.AlarmFailed: ("D1", "D2"),
    e.AlarmDropped: ("D1",),
    e.StaleDelivery: ("R8",),
    e.RequestSent: ("R14",),
    e.RequestArrived: ("R2", "R14"),
    e.RequestFailed: ("R12",),
    e.ResponseArrived: ("R10",),
    e.HandlerStarted: ("R2",),
    e.HandlerEnded: ("R10",),
    e.HandlerLost: ("R10", "R11"),
    e.InstanceLost: ("R11",),
    e.OldInstanceEnded: ("R11",),
    e.StateWritten: ("R7", "R15"),
    e.CommitConfirmed: ("R10", "R15"),
    e.CommitFailed: ("R10",),
    e.StorageReverted: ("R10",),
    e.BlobPutStarted: ("R4",),
    e.BlobStored: ("R4",),
    e.BlobPutBroken: ("R12",),
    e.Notified: ("R4",),
}
"""What each event shows; one that is not here is about the rules that its class names, if any."""
INSIDE = ("R4", "R5", "R6")
"""What an alarm shows that runs inside a suspended upload."""


class PlatformRule(NamedTuple):
    """A rule of the platform: ``anchor`` is its section in `RULES_PAGE`."""

    name: str
    words: str
    anchor: str


@cache
def known_rules() -> dict[str, PlatformRule]:
    """All rules by their numbers."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {number: PlatformRule(**rule) for number, rule in data.items()}


def rules_of(event: e.Event) -> tuple[str, ...]:
    """The numbers of the rules that an event is about."""
    if isinstance(event, e.AlarmStarted) and event.suspended:
        return INSIDE
    found = RULES_OF.get(type(event))
    if found is None:
        found = tuple(dict.fromkeys(_NAMED.findall(type(event).__doc__ or "")))
    return tuple(number for number in found if number in known_rules())
