"""What may be dragged: at each end of each step's range the schedule replays, and violates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.properties import Violation
from lastchunk.model.simulate import replay
from lastchunk.reports.timeline.told import freedom_of

ASKED = ["complete_at_finalization", "completed_is_final"]


@pytest.fixture(scope="module")
def examples() -> list[Counterexample]:
    found = verify(None, "alarm", ASKED).counterexamples
    return [item for items in found.values() for item in items]


def dragged(item: Counterexample, step: int, at_ms: int) -> list[int]:
    """The times of all steps where one is dragged, as the page's script has it."""
    limits = item.limits_ms
    out = []
    for number, was in enumerate(step.at_ms for step in item.schedule.steps):
        least, most = limits[step + 1][number + 1], limits[number + 1][step + 1]
        at = was if most is None else min(was, at_ms + most)
        out.append(at if least is None else max(at, at_ms - least))
    out[step] = at_ms
    return out


def violates(item: Counterexample, times_ms: list[int]) -> bool:
    """Whether the schedule with other times is allowed, and violates the same property."""
    moved = [s._replace(at_ms=ms) for s, ms in zip(item.schedule.steps, times_ms, strict=True)]
    moved.sort(key=lambda step: step.at_ms)  # what changes nothing may come elsewhere
    run = replay(replace(item.schedule, steps=tuple(moved)))
    return isinstance(run.check([item.slug])[item.slug], Violation)


def test_each_end_of_each_range_replays_and_violates(examples: list[Counterexample]) -> None:
    tried = 0
    for item in examples:
        limits = item.limits_ms
        assert limits
        for step in range(len(item.schedule.steps)):
            low, high = limits[0][step + 1], limits[step + 1][0]
            assert low is not None
            for at_ms in {-low, -low + 1 if high is None else high}:
                assert violates(item, dragged(item, step, at_ms)), (item.slug, item.kind, step)
                tried += 1
    assert tried > 100


def test_a_ms_outside_of_a_range_is_refused_or_shows_another_session(
    examples: list[Counterexample],
) -> None:
    """The canary: the ranges are no wider than they must be told, and are looked at at all."""
    from lastchunk.model.base.errors import InputError

    outside = 0
    for item in examples[:2]:
        for step in range(len(item.schedule.steps)):
            high = item.limits_ms[step + 1][0]
            if high is None:
                continue
            times = [step.at_ms for step in item.schedule.steps]
            times[step] = high + 1
            try:
                outside += not violates(item, times)
            except InputError:
                outside += 1
    assert outside > 15


def test_ranges_and_limits_say_the_same(examples: list[Counterexample]) -> None:
    for item in examples:
        for step, (low, high) in enumerate(item.ranges_ms, 1):
            assert item.limits_ms[0][step] == -low
            assert item.limits_ms[step][0] == high


def test_each_step_that_may_vary_says_what_happens(examples: list[Counterexample]) -> None:
    free = freedom_of(examples[0])
    assert free is not None
    told = dict(zip((step.key[0] for step in examples[0].schedule.steps), free.names, strict=True))
    assert told["fault"] == "fault: network down"
    assert told["stop"] == "the user stops"
    assert "the answer to create arrives" in free.names
    assert "the blob put of upload of chunk 0 ends" in free.names


def test_without_limits_nothing_may_be_dragged(examples: list[Counterexample]) -> None:
    assert freedom_of(examples[0]) is not None
    assert freedom_of(replace(examples[0], limits_ms=())) is None
