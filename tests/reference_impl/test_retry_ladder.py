"""The ladder of the alarm's retries against a loop that keeps the two numbers by hand (D1, D2).

Waits double from two seconds. A failure of the code begins a ladder of its own; one of the platform
goes on where the last one stood, and goes no higher than 1024 s. Only failures of the code count,
and the seventh of them is the last attempt.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.trace import events as e
from lastchunk.model.world.object.delivery import Delivery
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import HandlerFailure, Response
from tests.support.probes import (
    ON_DISK,
    Alarmed,
    Probe,
    answers,
    bounds,
    created,
    pending,
    poke,
    started,
)
from tests.support.worlds import ManualScheduler, of


def waits_of(failures: list[bool]) -> list[int]:
    """The least wait after each failure: True where it counts. By hand, from the rules' words."""
    waits: list[int] = []
    rung = 0
    previous: bool | None = None
    for counts in failures:
        if counts and not previous:
            rung = 0
        waits.append(2_000 * 2 ** min(rung, 9))
        rung = min(rung, 9) + 1
        previous = counts
    return waits


@given(st.lists(st.booleans(), max_size=25))
def test_the_ladder_is_the_one_of_the_rules(failures: list[bool]) -> None:
    delivery = Delivery(100)
    for counts, least_ms in zip(failures, waits_of(failures), strict=True):
        spread, delivery = delivery.again(counts)
        assert (spread.low_ms, spread.high_ms) == (least_ms, least_ms + least_ms // 4)
        assert delivery.due_ms == 100
    assert delivery.retry == sum(failures)
    assert delivery.is_last == (sum(failures) >= 6)


def test_the_retry_ladder_doubles_from_two_seconds() -> None:
    assert waits_of([True] * 6) == [2_000, 4_000, 8_000, 16_000, 32_000, 64_000]
    assert sum(waits_of([True] * 6)) == 126_000, "D1: the last attempt 126 s after the first"
    assert waits_of([False] * 12)[-3:] == [1_024_000] * 3, "D2: capped"
    assert waits_of([False, False, True, True]) == [2_000, 4_000, 2_000, 4_000]
    assert waits_of([True, True, False]) == [2_000, 4_000, 8_000]


class FailsSometimes(Alarmed):
    """Throws while the test says so; reports each run; a poke reports the alarm."""

    fails = True

    async def alarm(self) -> None:
        """Report, and throw or not."""
        self.seen.append(bare(self.ctx.now()))
        if type(self).fails:
            raise HandlerFailure("no luck")

    async def poke(self) -> Response:
        """Report the alarm."""
        self.seen.append(("slot", bare(await self.ctx.storage.get_alarm())))
        return Response(200)


MAY_FAIL = (
    "platform.alarm_counted_failure=0.2",
    "platform.alarm_uncounted_failure=0.2",
    "platform.alarm_unacknowledged=0.2",
)


def climb(outcomes: list[str]) -> ManualScheduler:
    """A world in which the first attempts go so, each retry at its earliest."""
    FailsSometimes.fails = False
    scheduler = created(FailsSometimes, *MAY_FAIL)
    for outcome in outcomes:
        at_ms = pending(scheduler, "alarm").since_ms + bounds(scheduler, "alarm")[0]
        scheduler.at(at_ms, "alarm", outcome=outcome)
    return scheduler


@pytest.mark.parametrize(
    ("outcomes", "attempts", "runs"),
    [
        (["counted", "counted", "delivered"], [100, 2_100, 6_100], [(6_100, 2)]),
        (["uncounted", "uncounted", "delivered"], [100, 2_100, 6_100], [(6_100, 0)]),
        (["uncounted", "counted", "delivered"], [100, 2_100, 4_100], [(4_100, 1)]),
        (["counted", "uncounted", "delivered"], [100, 2_100, 6_100], [(6_100, 1)]),
        (["unacknowledged", "delivered"], [100, 2_100], [(100, 0), (2_100, 0)]),
        (["unacknowledged", "counted", "delivered"], [100, 2_100, 4_100], [(100, 0), (4_100, 1)]),
    ],
)
def test_attempts_of_each_kind_climb_together(
    outcomes: list[str], attempts: list[int], runs: list[tuple[int, int]]
) -> None:
    scheduler = climb(outcomes)
    failed = [(x.at_ms, x.due_ms, x.counted) for x in of(scheduler.world.trace, e.AlarmFailed)]
    counted = [int(outcome == "counted") for outcome in outcomes[:-1]]
    assert failed == [
        (at_ms, 100, counts) for at_ms, counts in zip(attempts[:-1], counted, strict=True)
    ]
    assert started(scheduler) == [(at_ms, 100, retry) for at_ms, retry in runs]
    assert FailsSometimes.seen == [at_ms for at_ms, _ in runs]
    assert "alarm" not in scheduler.kinds()


def test_the_seventh_counted_failure_is_the_last_and_an_uncounted_one_is_not() -> None:
    scheduler = climb(["counted"] * 6 + ["uncounted"])
    assert "alarm" in scheduler.kinds()
    assert of(scheduler.world.trace, e.AlarmDropped) == []
    at_ms = pending(scheduler, "alarm").since_ms + bounds(scheduler, "alarm")[0]
    scheduler.at(at_ms, "alarm", outcome="counted")
    assert of(scheduler.world.trace, e.AlarmDropped) == [e.AlarmDropped(at_ms, 100)]
    assert "alarm" not in scheduler.kinds()
    poke(scheduler, at_ms + 1)
    assert FailsSometimes.seen == [("slot", None)], "D1: the alarm is gone, and none was run"


def test_a_throw_counts_as_a_failure_of_the_code() -> None:
    scheduler = climb([])
    FailsSometimes.fails = True
    for at_ms in (100, 2_100, 6_100):
        scheduler.at(at_ms, "alarm", outcome="delivered")
    assert started(scheduler) == [(100, 100, 0), (2_100, 100, 1), (6_100, 100, 2)]
    scheduler.at(14_100, "alarm", outcome="unacknowledged")
    assert of(scheduler.world.trace, e.AlarmFailed)[-1].counted == 1, (
        "it threw: its end was not lost"
    )


def test_in_a_back_off_the_slot_still_shows_the_old_time() -> None:
    scheduler = climb(["counted"])
    poke(scheduler, 500)
    assert FailsSometimes.seen == [("slot", 100)], "A3"


def test_an_alarm_set_in_a_back_off_replaces_the_retry() -> None:
    class Sets(FailsSometimes):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(9_000))
            return Response(200)

    Sets.fails = True
    scheduler = created(Sets)
    scheduler.at(100, "alarm")
    poke(scheduler, 200)
    assert bounds(scheduler, "alarm") == (8_800, 8_800)
    scheduler.at(9_000, "alarm")
    assert started(scheduler) == [(100, 100, 0), (9_000, 9_000, 0)]


def test_a_deletion_in_a_back_off_ends_the_retries() -> None:
    class Deletes(FailsSometimes):
        async def poke(self) -> Response:
            await self.ctx.storage.delete_alarm()
            return Response(200)

    Deletes.fails = True
    scheduler = created(Deletes)
    scheduler.at(100, "alarm")
    poke(scheduler, 200)
    assert "alarm" not in scheduler.kinds()
    assert of(scheduler.world.trace, e.AlarmDeleted) == [e.AlarmDeleted(200)]


def test_a_write_in_a_back_off_leaves_the_retry_where_it_is() -> None:
    class Writes(FailsSometimes):
        async def poke(self) -> Response:
            await self.ctx.storage.put("key", self.ctx.now())
            return Response(200)

    Writes.fails = True
    scheduler = created(Writes, ON_DISK, "platform.alarm_move_loss=0.5")
    scheduler.at(100, "alarm")
    retry = pending(scheduler, "alarm")
    poke(scheduler, 500)
    scheduler.at(540, "commit")
    assert pending(scheduler, "alarm") is retry
    assert "move_alarm" not in scheduler.kinds(), "R9: the alarm has not moved"
    assert of(scheduler.world.trace, e.AlarmSet) == [e.AlarmSet(10, 100)]


def test_a_deletion_undoes_what_had_waited_for_the_back_off() -> None:
    class SetsAndDeletes(FailsSometimes):
        async def poke(self) -> Response:
            await self.ctx.storage.set_alarm(Time(1_200))
            return Response(200)

        async def drop(self) -> Response:
            await self.ctx.storage.delete_alarm()
            return Response(200)

        async def later(self) -> Response:
            await self.ctx.storage.set_alarm(Time(5_000))
            return Response(200)

    SetsAndDeletes.fails = True
    scheduler = created(SetsAndDeletes, "platform.bug_alarm_waits_for_back_off=true")
    scheduler.at(100, "alarm")
    for at_ms, method in ((200, "poke"), (300, "drop"), (400, "later")):
        poke(scheduler, at_ms, method)
    scheduler.at(5_000, "alarm")
    assert started(scheduler) == [(100, 100, 0), (5_000, 5_000, 0)], (
        "A7: the known bug, and its cure"
    )


def test_the_limit_of_a_run_is_fifteen_minutes_from_its_start() -> None:
    class Long(Alarmed):
        async def alarm(self) -> None:
            await self.ctx.sleep(10**9)

    scheduler = created(Long)
    scheduler.at(100, "alarm")
    assert bounds(scheduler, "alarm_limit") == (900_000, 900_000)
    scheduler.at(900_100, "alarm_limit")
    assert of(scheduler.world.trace, e.InstanceLost)[-1].reason == "alarm() ran for 15 minutes"
    assert of(scheduler.world.trace, e.AlarmFailed)[-1].counted == 1, "D4: the attempt counts"
    scheduler.at(902_100, "alarm")
    assert started(scheduler) == [(100, 100, 0), (902_100, 100, 1)]


class Reporting(Probe):
    """Its alarm is set by a poke, to a second from now; reports its runs."""

    async def poke(self) -> Response:
        """Set it."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)


def test_the_same_time_again_is_no_second_alarm() -> None:
    scheduler = created(Reporting)
    poke(scheduler, 50)
    poke(scheduler, 50)
    assert len(of(scheduler.world.trace, e.AlarmSet)) == 1, "A7"
    assert answers(scheduler) == [(50, 200)] * 2
    scheduler.at(1_050, "alarm")
    assert Reporting.seen == [("alarm", 1_050)]
    assert "alarm" not in scheduler.kinds()


def test_jitter_is_within_a_quarter_and_uses_all_of_it() -> None:
    spread, _ = Delivery(100).again(True)
    draws = [spread.quantile((k + 0.5) / 5_010) for k in range(5_010)]
    assert (min(draws), max(draws)) == (2_000, 2_500)
    assert all(0 <= after - before <= 1 for before, after in pairwise(draws))
    assert {draws.count(value) for value in range(2_000, 2_501)} == {10}
