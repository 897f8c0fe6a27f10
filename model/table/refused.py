"""What no table carries: refused by name, and run in SimPy."""

from __future__ import annotations

from enum import StrEnum

from lastchunk.model.scenario.schema import Scenario


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


def uncounted(scenario: Scenario) -> frozenset[str]:
    """What is known by its very number: chunks that another tab sends, or that are all there."""
    is_told = any(fault.kind == "second_tab" for fault in scenario.faults)
    return frozenset((Counted.CHUNKS,) if is_told or scenario.recording.chunks is not None else ())
