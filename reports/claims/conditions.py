"""The exact conditions under which a claim holds: thresholds of one setting, by exploring.

Each is sought with the deployed constants: 5 s, 10 minutes, 2 s, on two chunks in flight as the
stop is sent, or on one short recording with a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import find_class
from lastchunk.model.explore.region import RegionQuestion
from lastchunk.model.explore.threshold import Threshold, find_threshold
from lastchunk.model.explore.verify import Budget

IN_FLIGHT = (
    "disconnects=0",
    "failures=0",
    "low_ms=10",
    "grace_ms=5000",
    "long_alarm_ms=600000",
    "back_off_ms=2000",
    "client.retry_jitter=0",
    "start.session='created'",
    "limits.end_at_completion=false",
    "expect.sometimes=[]",
)
WHILE_PAUSED = (
    "recording.duration_ms=25000",
    "recording.pause_at_ms=15000",
    "client.retry_jitter=0",
    "expect.sometimes=[]",
)
MAP_MS = (1_000, 2_000, 4_000, 5_000, 8_000, 12_000, 20_000)
"""The longest requests that the map of the deployed design looks at."""
LONGEST_MS = 1_200_000
CLASSES_MAX = 1_500
"""A design that polls has too many states for a report; what is left out so is said."""


@dataclass(frozen=True)
class Question:
    """Which setting to vary for which property, on which scenario, and how to say it."""

    slug: str
    scenario: str
    overrides: tuple[str, ...]
    key: str
    words: str


QUESTIONS = (
    Question(
        "complete_at_finalization",
        "small-scope",
        IN_FLIGHT,
        "high_ms",
        "no request in flight at the stop takes longer than {ms:,} ms (the shortest takes 10 ms)",
    ),
    Question(
        "nothing_refused",
        "small-scope",
        IN_FLIGHT,
        "high_ms",
        "no request in flight at the stop takes longer than {ms:,} ms (the shortest takes 10 ms)",
    ),
    Question(
        "finalizes_promptly",
        "small-scope",
        IN_FLIGHT,
        "high_ms",
        "no request in flight at the stop, the stop among them, takes longer than {ms:,} ms",
    ),
    Question(
        "not_while_recording",
        "everything-fast",
        WHILE_PAUSED,
        "recording.pause_for_ms",
        "no pause is longer than {ms:,} ms",
    ),
)


def deployed_map(design: str = "alarm", seconds: float = 60) -> RegionQuestion:
    """The map of the deployed times: the grace against the longest request that is in flight."""
    overrides = (*IN_FLIGHT, "high_ms=4000")
    keys = ("complete_at_finalization", "high_ms", "grace_ms")
    budget = Budget(seconds=seconds)
    where = ("small-scope", overrides, design, *keys)
    return RegionQuestion(*where, MAP_MS, (1, 30_000), budget, marks_across=False)


@dataclass(frozen=True)
class Condition:
    """For one design and property: the boundary, or that there is none up to `LONGEST_MS`."""

    design: str
    slug: str
    words: str
    threshold: Threshold | None
    reason: str = ""

    @property
    def turns(self) -> bool:
        """Whether the property holds below a boundary, and fails above it."""
        limit = self.threshold
        return limit is not None and limit.below == "proved" and limit.above_ms is not None


def ask_conditions(references: Sequence[str], executor: Executor) -> list[Future[Condition]]:
    """The conditions of each design, a task for each question. What cannot be explored says why."""
    pairs = [(reference, item) for reference in references for item in QUESTIONS]
    return [executor.submit(_condition, *pair) for pair in pairs]


def _condition(reference: str, item: Question) -> Condition:
    name = find_class(reference)[0]
    budget = Budget(classes=CLASSES_MAX)
    where = (item.scenario, item.overrides, reference, item.slug, item.key, budget)
    try:
        limit = find_threshold(*where, low_ms=20, high_ms=LONGEST_MS)
    except InputError as error:
        return Condition(name, item.slug, "", None, str(error))
    words = item.words.format(ms=limit.below_ms) if limit.below_ms is not None else ""
    return Condition(name, item.slug, words, limit)
