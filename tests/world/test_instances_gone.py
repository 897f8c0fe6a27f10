"""Who learns what when an instance is reset, replaced, or killed, and what is left of its work.

Somebody calls and waits for the answer, 10 ms each way: a caller of a reset object sees 500, one of
a killed process a network error, and neither can tell whether the work was done (R10).
"""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.scenario.faults import Deploy, InstanceLost, ProcessKilled
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.outcomes import KEEPING
from lastchunk.reference_impl.clock import bare
from lastchunk.reference_impl.contract import COMPLETED, Response
from tests.support.probes import KV, ON_DISK, Alarmed, bounds, started
from tests.support.worlds import ManualScheduler, of, quiet, spec_of

RESET = InstanceLost(kind="instance_lost", offset_ms=0)  # type: ignore[arg-type]
KILL = ProcessKilled(kind="process_killed", offset_ms=0, for_ms=500)  # type: ignore[arg-type]
DEPLOY = Deploy(kind="deploy", offset_ms=0, old_instance_ms=1_000)  # type: ignore[arg-type]
POKE = ("poke", -1, 0)


class Works(Alarmed):
    """Writes the public record, waits 100 ms, and answers; ``rest`` only waits."""

    async def poke(self) -> Response:
        """Write, wait, answer."""
        await self.ctx.storage.put("state", {"status": COMPLETED, "chunks_uploaded": 3})
        await self.rest()
        return Response(200)

    async def rest(self) -> Response:
        """Wait."""
        await self.ctx.sleep(100)
        return Response(200)

    async def read(self) -> Response:
        """Read what is not cached."""
        await self.ctx.storage.get("key")
        return Response(200)

    async def save(self) -> Response:
        """Write the record, and answer at once."""
        await self.ctx.storage.put("state", {"status": COMPLETED, "chunks_uploaded": 3})
        return Response(200)


def world(*overrides: str, cls: type[Alarmed] = Works) -> ManualScheduler:
    """An object that nobody has called yet."""
    cls.seen = []
    return ManualScheduler(spec_of(cls), quiet(*overrides), has_page=False)


def strike(scheduler: ManualScheduler, at_ms: int, fault: Any, kept: int = 0) -> None:
    """A fault strikes; so many commits under way turn out to be written."""
    scheduler.until(at_ms)
    scheduler.world.add(Pending(("fault", 0), 0, (), fault))
    scheduler.at(at_ms, "fault", outcome=f"strikes{KEEPING}{kept}")


def answers(scheduler: ManualScheduler) -> list[tuple[int, str, int | str]]:
    """What the callers were told: when, of which call, and the status or the error."""
    told: list[tuple[int, str, int | str]] = []
    for event in scheduler.world.trace:
        if isinstance(event, e.ResponseArrived):
            told.append((event.at_ms, event.method, event.status))
        elif isinstance(event, e.RequestFailed):
            told.append((event.at_ms, event.method, event.reason))
    return told


@pytest.mark.parametrize(
    ("fault", "told"), [(RESET, (60, "poke", 500)), (KILL, (50, "poke", "object gone"))]
)
def test_a_handler_that_is_lost_fails_its_caller(fault: Any, told: tuple[int, str, Any]) -> None:
    scheduler = world()
    scheduler.call("poke", 0)
    strike(scheduler, 50, fault)
    scheduler.until(400)
    assert of(scheduler.world.trace, e.HandlerLost) == [e.HandlerLost(50, *POKE)]
    assert of(scheduler.world.trace, e.HandlerEnded) == []
    assert answers(scheduler) == [told]
    assert scheduler.world.object.meter.event(400).active_ms == 40, "from 10 to 50"
    assert scheduler.world.object.storage.values["state"]["status"] == COMPLETED, (
        "what is there stays"
    )


@pytest.mark.parametrize(
    ("fault", "told"), [(RESET, (40, "save", 500)), (KILL, (30, "save", "object gone"))]
)
@pytest.mark.parametrize("kept", [0, 1])
def test_an_answer_at_the_output_gate_is_lost_whether_or_not_it_was_written(
    fault: Any, told: tuple[int, str, Any], kept: int
) -> None:
    scheduler = world(ON_DISK)
    scheduler.call("save", 0)
    strike(scheduler, 30, fault, kept)
    scheduler.until(400)
    assert answers(scheduler) == [told]
    reverted = [] if kept else [e.StorageReverted(30, "", 0)]
    assert of(scheduler.world.trace, e.StorageReverted) == reverted
    assert bool(scheduler.world.object.storage.values) is bool(kept)
    assert of(scheduler.world.trace, e.CommitConfirmed) == []
    assert "commit" not in scheduler.kinds()


@pytest.mark.parametrize(("fault", "at_ms", "told"), [(RESET, 40, 500), (KILL, 30, "object gone")])
def test_what_waits_at_the_gate_fails_with_the_instance(fault: Any, at_ms: int, told: Any) -> None:
    scheduler = world(*KV)
    scheduler.call("read", 0)
    scheduler.call("save", 5)
    strike(scheduler, 30, fault)
    scheduler.until(400)
    assert answers(scheduler) == [(at_ms, "read", told), (at_ms, "save", told)]
    assert [x.method for x in of(scheduler.world.trace, e.HandlerLost)] == ["read"]
    assert [x.method for x in of(scheduler.world.trace, e.HandlerStarted)] == ["read"]
    assert "storage" not in scheduler.kinds(), "the read is not answered to anybody"


def test_an_alarm_that_waits_at_the_gate_is_retried_when_the_instance_is_lost() -> None:
    scheduler = world(*KV)
    scheduler.call("create", 0)
    scheduler.call("read", 60)
    scheduler.until(101)
    strike(scheduler, 110, RESET)
    failed = of(scheduler.world.trace, e.AlarmFailed)
    assert failed == [e.AlarmFailed(110, 100, 0, "reset")]
    assert started(scheduler) == []
    assert bounds(scheduler, "alarm") == (2_000, 2_500)


def test_a_process_that_is_down_answers_nobody_and_says_when_it_is_there() -> None:
    scheduler = world()
    scheduler.call("create", 0)
    strike(scheduler, 30, KILL)
    scheduler.call("save", 200)
    scheduler.until(529)
    assert answers(scheduler) == [(20, "create", 200), (210, "save", "object gone")]
    assert [x.method for x in of(scheduler.world.trace, e.RequestArrived)] == ["create"]
    assert started(scheduler) == []
    scheduler.until(530)
    assert of(scheduler.world.trace, e.ProcessRestarted) == [e.ProcessRestarted(530)]
    assert started(scheduler) == [(530, 100, 0)], "D5: the alarm is still there, late"


def test_a_write_that_was_reverted_reads_as_the_record_that_is_left() -> None:
    scheduler = world(ON_DISK)
    scheduler.call("save", 0)
    scheduler.until(100)
    scheduler.call("save", 100)
    strike(scheduler, 120, RESET)
    assert of(scheduler.world.trace, e.StorageReverted) == [], "the same record: nothing is undone"
    assert scheduler.world.object.status == COMPLETED


def test_a_revert_tells_the_count_that_is_left() -> None:
    class Counts(Works):
        async def save(self) -> Response:
            count = 3 + int(bare(self.ctx.now()) / 100)
            await self.ctx.storage.put("state", {"status": COMPLETED, "chunks_uploaded": count})
            return Response(200)

    scheduler = world(ON_DISK, cls=Counts)
    scheduler.call("save", 0)
    scheduler.call("save", 400)
    strike(scheduler, 420, RESET)
    written = [x.chunks_uploaded for x in of(scheduler.world.trace, e.StateWritten)]
    assert written == [3, 7]
    assert of(scheduler.world.trace, e.StorageReverted) == [e.StorageReverted(420, COMPLETED, 3)]


def test_losing_everything_leaves_a_session_that_is_not_there() -> None:
    scheduler = world(ON_DISK)
    scheduler.call("save", 0)
    strike(scheduler, 30, RESET)
    assert scheduler.world.object.status == ""
    scheduler.call("save", 40)
    scheduler.until(400)
    assert of(scheduler.world.trace, e.StateWritten) == [
        e.StateWritten(10, COMPLETED, 3, ""),
        e.StateWritten(50, COMPLETED, 3, ""),
    ]
