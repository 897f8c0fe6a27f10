"""What the alarm's handler is told (A8), and the alarm whose retries are used up (A7, a bug)."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.properties import Violation, check_all, judge_settings
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import AlarmInfo, Chunk, HandlerFailure, Response
from lastchunk.reference_impl.session import create_session, store_chunk
from tests.explore.small import explored
from tests.support.probes import Alarmed, created, started
from tests.support.worlds import of, quiet

BUG = "platform.bug_dropped_alarm_is_kept=true"
FAILS = "{kind='alarm_fails',offset_ms=0,for_ms=400000,how='counted'}"
AGAIN = f"faults=[{FAILS},{{kind='create_again',offset_ms=450000}}]"


class Told(Alarmed):
    """Its alarm reports what it is told, and throws twice."""

    async def alarm(self, info: AlarmInfo) -> None:  # type: ignore[override]  # as A8 allows
        """Report and throw; the second time it sets another alarm first (A5)."""
        self.seen.append((bare(info.scheduled_time), info.retry_count, info.is_retry))
        if info.retry_count == 1:
            await self.ctx.storage.set_alarm(Time(90_000))
        if bare(info.scheduled_time) == 100:
            raise HandlerFailure("no luck")


def test_a8_the_handler_is_told_its_time_and_its_retries() -> None:
    scheduler = created(Told)
    scheduler.until(100_000)
    assert Told.seen == [(100, 0, False), (100, 1, True), (90_000, 0, False)]
    assert [(due, retry) for _, due, retry in started(scheduler)] == [
        (due, retry) for due, retry, _ in Told.seen
    ]


class LooksAtItsRetries(AlarmDesign):
    """Completes in a retry alone."""

    async def alarm(self, info: AlarmInfo) -> None:  # type: ignore[override]  # as A8 allows
        """Throw the first time."""
        if not info.is_retry:
            raise HandlerFailure("the first time")
        await self.ctx.sleep(1)
        await super().alarm()


def test_a8_what_is_told_is_explored() -> None:
    assert explored(LooksAtItsRetries, ["finalizes"], "chunks=1").verdict == "proved"


class ArmsWhereNoneIs(AlarmDesign):
    """Arms the watchdog where no alarm is set; neither an upload nor the stop arms one."""

    async def create(self) -> Response:
        """Make the session, and arm it."""
        if await self.ctx.storage.get_alarm() is None:
            await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.long_alarm_ms)
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk."""
        return await store_chunk(self.ctx, chunk)

    async def signal_stop(self) -> Response:
        """Nothing."""
        return Response(200)


@pytest.mark.parametrize("bug", [(), (BUG,)])
def test_a7_a_dropped_alarm_that_is_still_shown_is_never_armed_again(bug: tuple[str, ...]) -> None:
    settings = AlarmSettings(long_alarm_ms=30_000)
    design = DesignSpec("ArmsWhereNoneIs", ArmsWhereNoneIs, settings, "ArmsWhereNoneIs")
    scenario = quiet(AGAIN, *bug)
    trace = simulate(scenario, design, 1).trace
    assert len(of(trace, e.AlarmDropped)) == 1
    assert [x.due_ms > 450_000 for x in of(trace, e.AlarmSet)] == (
        [False] if bug else [False, True]
    )
    result = check_all(facts_of(trace), judge_settings(design))["finalizes"]
    assert isinstance(result, Violation) is bool(bug)


@pytest.mark.parametrize(("bug", "verdict"), [((), "proved"), ((BUG,), "violated")])
def test_a7_a_dropped_alarm_is_explored(bug: tuple[str, ...], verdict: str) -> None:
    found = explored(ArmsWhereNoneIs, ["finalizes"], "chunks=1", "start.session=new", AGAIN, *bug)
    assert found.verdict == verdict
