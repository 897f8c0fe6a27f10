"""Schedules that each show one rule of the platform, so that its change is named.

Each is a session whose delays are all fixed, of a design that does little else. The rules that it
stands on are named after its own: where one of these has changed, more than one trial diverges.
"""

from __future__ import annotations

from collections.abc import Sequence

from lastchunk.model.conformance.recipes import Recipe
from lastchunk.reference_impl.designs import DESIGNS

TIMED = (
    "expect.sometimes=[]",
    "limits.end_at_completion=false",
    "chunks=1",
    "low_ms=10",
    "high_ms=10",
    "loss=0",
    "disconnects=0",
    "grace_ms=300",
    "long_alarm_ms=600000",
    "network.stop_delay_ms=100",
    "blobs.put_delay_ms=20",
)
"""An upload arrives at 10 ms, and is stored at 30; the stop arrives at 100."""
SLOW_PUT = "blobs.put_delay_ms=1000"
STRAY = "faults=[{kind='create_again',offset_ms={low_ms=200,high_ms=200}}]"
BEHIND = "platform.clock_offset_ms={low_ms=-1000,high_ms=-1000}"
CLOSED = "faults=[{kind='tab_closed',offset_ms={low_ms=500,high_ms=500}}]"


def _trial(name: str, design: str, shows: str, *more: str) -> Recipe:
    overrides = (*TIMED, *more)
    return Recipe("session", name, "small-scope", design, overrides, shows=tuple(shows.split()))


RULE_TRIALS = (
    _trial("set to the past", "SetsToThePast", "A2 A1"),
    _trial("the alarm seen in the alarm", "LooksAtItsAlarm", "A3 A1"),
    _trial("deleted, then thrown", "DeletesThenThrows", "A6 A1"),
    _trial("a clock that is behind", "alarm", "D3 A1", BEHIND),
    _trial("what the alarm is told", "NotesItsInfo", "A8 A1 D1"),
    _trial("a line at the gate", "PutsBehindTheGate", "R2 R3 A1", SLOW_PUT, STRAY),
    _trial("a closed gate", "PutsBehindTheGate", "R3", SLOW_PUT),
    _trial("an alarm beside a request", "TellsAtTheStop", "R6 A1", "consumer.notify_delay_ms=1000"),
    _trial(
        "an alarm of 16 minutes", "TellsInTheAlarm", "D4 A1 D1", "consumer.notify_delay_ms=960000"
    ),
    _trial(
        "a client that goes away", "alarm", "R12", SLOW_PUT, "network.stop_delay_ms=9000", CLOSED
    ),
)


def rule_trials(designs: Sequence[str]) -> list[Recipe]:
    """All of them, where a shipped design is asked for: they are twins of the worker."""
    return list(RULE_TRIALS) if set(designs) & set(DESIGNS) else []
