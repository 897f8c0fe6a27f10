"""An exception that code does not catch: a 500, a counted failure, and the run goes on."""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.properties import JudgeSettings
from lastchunk.model.properties.row import row_of
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.model.world.code.thrown import error_words
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Get, HandlerFailure, Response
from tests.explore.small import explored, line_with
from tests.support.probes import Alarmed, Probe, answers, bounds, created, poke, probe, started
from tests.support.worlds import NoSettings, of, quiet, spec_of


def threw(trace: list[e.Event]) -> list[tuple[str, str]]:
    """Each exception: the method, and its words."""
    return [(event.method, event.error) for event in of(trace, e.CodeThrew)]


def test_a_handler_that_throws_is_a_500_and_the_object_goes_on() -> None:
    class Throws(Probe):
        async def poke(self) -> Response:
            await self.ctx.storage.put("count", (await self.ctx.storage.get("count") or 0) + 1)
            if await self.ctx.storage.get("count") == 1:
                raise KeyError("missing")
            return Response(200)

    scheduler = probe(Throws)
    poke(scheduler, 50)
    poke(scheduler, 60)
    assert answers(scheduler) == [(50, 500), (60, 200)]
    line = line_with(Throws, "raise KeyError")
    assert threw(scheduler.world.trace) == [
        ("poke", f"KeyError at line {line}, in poke() of test_thrown.py: 'missing'")
    ]
    assert scheduler.world.object.storage.values["count"] == 2, (
        "what was written before a throw stays"
    )


def test_an_alarm_that_throws_is_a_counted_failure_and_is_retried() -> None:
    class Throws(Alarmed):
        async def alarm(self) -> None:
            raise ValueError("bad")

    scheduler = created(Throws)
    scheduler.at(100, "alarm")
    (failed,) = of(scheduler.world.trace, e.AlarmFailed)
    assert (failed.counted, failed.reason) == (1, threw(scheduler.world.trace)[0][1])
    assert bounds(scheduler, "alarm") == (2_000, 2_500)
    scheduler.at(2_100, "alarm")
    assert started(scheduler) == [(100, 100, 0), (2_100, 100, 1)]


def test_a_constructor_that_throws_fails_what_waited_for_it() -> None:
    class Throws(Probe):
        async def construct(self) -> None:
            if await self.ctx.storage.get("key") is None:
                await self.ctx.storage.put("key", 1)
                raise OSError("no luck")

    scheduler = probe(Throws)
    scheduler.at(10, "request", "create")
    assert [method for method, _ in threw(scheduler.world.trace)] == ["construct"]
    assert of(scheduler.world.trace, e.InstanceLost)[0].reason == "the constructor threw"
    poke(scheduler, 60)
    assert answers(scheduler) == [(60, 200)]


def test_a_page_that_throws_fails_its_stop_flow_alone() -> None:
    class Throws(Probe):
        @staticmethod
        async def stop_flow(page: Any, settings: NoSettings) -> None:
            await page.browser.fetch("poke")
            [].pop()

    trace = simulate(quiet(), spec_of(Throws), 1).trace
    (failed,) = of(trace, e.StopFlowFailed)
    assert failed.reason == threw(trace)[0][1]
    assert "IndexError at line" in failed.reason
    assert of(trace, e.RunEnded)[0].reason == "quiet"


def test_a_replaced_instance_may_throw() -> None:
    class Throws(Alarmed):
        async def poke(self) -> Response:
            await self.ctx.sleep(100)
            raise KeyError("late")

    scheduler = created(Throws, "faults=[{kind='deploy', offset_ms=50}]")
    scheduler.at(20, "response", "create")
    poke(scheduler, 45)
    scheduler.at(70, "fault")
    scheduler.at(145, "timer")
    assert answers(scheduler) == [(145, 500)]
    assert [method for method, _ in threw(scheduler.world.trace)] == ["poke"]


def test_it_is_counted_and_a_property_and_a_column() -> None:
    class Throws(AlarmDesign):
        async def upload(self, chunk: Chunk) -> Response:
            if chunk.index == 1:
                raise RuntimeError("one")
            return await super().upload(chunk)

    scenario = quiet()
    spec = spec_of(Throws)
    run = simulate(scenario, spec, 1)
    assert run.facts.thrown == 1
    assert run.facts.seen["code_threw"] == of(run.trace, e.CodeThrew)[0].at_ms
    row = row_of(facts_of(run.trace), JudgeSettings(), "a", "b", 0)
    assert (row["thrown"], row["saw_code_threw"]) == (1, True)
    assert (
        row_of(simulate(scenario, spec_of(AlarmDesign), 1).facts, JudgeSettings(), "", "", 0)[
            "thrown"
        ]
        == 0
    )


def test_a_failure_on_purpose_is_no_such_exception() -> None:
    class Fails(Probe):
        async def poke(self) -> Response:
            raise HandlerFailure("on purpose")

    scheduler = probe(Fails)
    poke(scheduler, 50)
    assert answers(scheduler) == [(50, 500)]
    assert threw(scheduler.world.trace) == []


class FailsOnce(AlarmDesign):
    """Its alarm throws the first time, by what is stored."""

    async def alarm(self) -> None:
        """Throw, or do as the alarm design does."""
        if not await self.ctx.storage.get("tried"):
            await self.ctx.storage.put("tried", True)
            raise LookupError("the first time")
        await super().alarm()


def test_exploring_goes_on_behind_an_exception() -> None:
    found = explored(FailsOnce, ["finalizes", "complete_at_finalization"], "chunks=1")
    assert found.verdicts["finalizes"].kind == "proved"
    assert "code_threw" in found.sometimes
    worse = explored(FailsOnce, ["complete_at_finalization"], "chunks=1", "design.grace_ms=1")
    assert (
        worse.verdict
        == explored("alarm", ["complete_at_finalization"], "chunks=1", "grace_ms=2000").verdict
    )


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda ctx: ctx.storage.sql.exec("select 1"),
            "AttributeError at line 0: storage.sql is not simulated; allowed: get, put, list",
        ),
        (lambda ctx: ctx.blobs.list(), "blobs.list is not simulated; allowed: head of each"),
        (
            lambda ctx: ctx.wait_until(1),
            "wait_until() of a int; allowed: a call of an async method",
        ),
        (lambda ctx: ctx.storage.put(), "TypeError at line 0: Put.__init__() missing 1"),
        (lambda ctx: ctx.storage.put("key"), "puts nothing under the key 'key' at line "),
        (lambda ctx: ctx.storage.put({"key": 1}, 2), "puts 1 keys at once at line "),
        (lambda ctx: ctx.storage.get(["key"] * 129), "reads 129 keys at once at line "),
        (lambda ctx: ctx.storage.get(["key", 7]), "reads the key 7 at line "),
        (lambda ctx: ctx.storage.list(limit=0), "lists with limit 0 at line "),
        (lambda ctx: ctx.storage.list(end=1), "lists with end 1 at line "),
        (lambda ctx: ctx.storage.list(start="a", start_after="b"), "start and start_after at"),
        (lambda ctx: ctx.storage.list("a"), "TypeError at line 0: ListKeys.__init__() takes 1"),
        (lambda ctx: ctx.storage.get(), "TypeError at line 0: Get.__init__() missing 1"),
        (lambda ctx: Get("key", 2), "TypeError at line 0: Get.__init__() takes 2"),  # type: ignore[call-arg]
        (
            lambda ctx: json.dumps(ctx.now()),
            "Time is not JSON serializable; code may",
        ),
        (
            lambda ctx: ctx.now().bit_length(),
            "code cannot ask for bit_length of a time",
        ),
        (lambda ctx: range(ctx.now()), "code cannot "),
        (lambda ctx: deep(ctx), "RecursionError"),
    ],
)
def test_misuse_of_the_contract_ends_the_run(act: Callable[[Any], Any], words: str) -> None:
    class Misuses(Probe):
        async def poke(self) -> Response:
            await act(self.ctx)
            return Response(200)

    with pytest.raises(DesignError) as caught:
        simulate(quiet(), spec_of(Misuses), 1)
    text = str(caught.value)
    assert text.startswith("Misuses")
    assert all(part in text for part in words.split(" at line 0"))
    assert "\n" not in text
    gc.collect()


def deep(ctx: Any) -> Any:
    return deep(ctx)


def test_too_many_arguments_from_the_page_end_the_run() -> None:
    class Misuses(Probe):
        @staticmethod
        async def stop_flow(page: Any, settings: NoSettings) -> None:
            await page.browser.fetch("poke", (1,))

    with pytest.raises(DesignError, match=r"Misuses raised TypeError: .*poke\(\) takes 1"):
        simulate(quiet(), spec_of(Misuses), 1)


def test_words_are_one_line_and_name_no_address() -> None:
    try:
        raise ValueError(f"{object()!r}\n  and more")
    except ValueError as error:
        text = error_words(error)
    assert text.startswith("ValueError at line ")
    assert text.endswith("no_address() of test_thrown.py: <object object> and more")


class Logs(AlarmDesign):
    """Logs the time, and raises an exception that carries one."""

    async def upload(self, chunk: Chunk) -> Response:
        """Log, then throw."""
        logging.getLogger("design").warning("now %s", self.ctx.now())
        raise ValueError(self.ctx.now())


def test_a_time_in_a_log_or_in_an_exception_is_no_error_of_its_own(
    capfd: pytest.CaptureFixture[str],
) -> None:
    trace = simulate(quiet(), spec_of(Logs), 1).trace
    line = line_with(Logs, "raise ValueError")
    assert threw(trace)[0] == (
        "upload",
        f"ValueError at line {line}, in upload() of test_thrown.py: (a time)",
    )
    assert "Traceback" not in capfd.readouterr().err


class KeepsItsTime(AlarmDesign):
    """Says whether the time of its creation counts as true, and lies after 0."""

    async def create(self) -> Response:
        """Keep it."""
        await self.ctx.storage.put("created_ms", self.ctx.now())
        return await super().create()

    async def alarm(self) -> None:
        """Complete only where it does."""
        created_ms = await self.ctx.storage.get("created_ms")
        if created_ms and created_ms > 0 and created_ms != 0:
            await super().alarm()


def test_the_time_of_a_session_that_begins_at_0_is_true_in_every_scheduler() -> None:
    start = ("start.session='created'", "chunks=1")
    assert explored(KeepsItsTime, ["finalizes"], *start).verdict == "proved"
    begun = load_scenario("everything-fast", ["start.session='created'"])
    assert simulate(begun, spec_of(KeepsItsTime), 1).facts.status == "completed"
