"""What no table carries: refused by name, and run in SimPy."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.typescript import is_typescript

EXPLORING_REFUSES = "what exploring refuses"
"""Why a session is run in SimPy that holds what no state can."""


class NotCarried(Exception):  # noqa: N818 - a signal between two functions, not an error
    """What a table cannot hold, in words."""


class Counted(StrEnum):
    """What is counted. Each has one register, but for attempts and what is stored.

    A call that may be made again has one of its own, and so has each count that code stores: its
    kind is this word, the key, and the name in the record.
    """

    CHUNKS = "chunks"
    MEDIA = "media"
    COMMITS = "commits"
    RUNS = "runs of the alarm"
    RETRIES = "retries of the alarm"
    SLEEPS = "sleeps"
    SENT = "notifications"
    ATTEMPTS = "attempts"
    STORED = "stored"


class Demoted(NotCarried):
    """Code needs the very number of a ``kind``: it must be a part of each state."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"code that needs the very number of {kind}")
        self.kind = kind


OF_TYPESCRIPT = frozenset((Counted.CHUNKS, Counted.STORED, Counted.RETRIES))
"""What code of a TypeScript design is given: it meets plain numbers alone, as JavaScript has."""


def uncounted(scenario: Scenario, cls: Any) -> frozenset[str]:
    """What is known by its very number: chunks that another tab sends, or that are all there, and
    whatever a design in TypeScript is given."""
    known = OF_TYPESCRIPT if is_typescript(cls) else frozenset[Counted]()
    is_told = any(fault.kind == "second_tab" for fault in scenario.faults)
    if is_told or scenario.recording.chunks is not None:
        known |= {Counted.CHUNKS}
    return frozenset(known)
