"""What `verify` says: verdicts, budgets, guards, worst delays, endless schedules, bad input."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from model.design import DesignSpec, load_design
from model.errors import DesignError, InputError
from model.explore.threshold import find_threshold, safe_region
from model.explore.verify import Budget, Switches, Verification, verify
from model.properties import Violation, check_all
from model.scenario.load import load_scenario
from model.simulate import replay
from model.trace.events import AlarmStarted
from model.trace.schedule import read_schedule
from reference_impl.alarm import AlarmDesign, AlarmSettings
from reference_impl.contract import COMPLETED, STATE_KEY, Chunk, Context, Response
from reference_impl.session import set_status
from tests.worlds import spec_of

SOURCE = Path(__file__).read_text(encoding="utf-8").splitlines()
COMPLETE = "complete_at_finalization"
SMALL = ("chunks=2", "expect.sometimes=[]")


def explored(design: Any, slugs: list[str], *overrides: str, **options: Any) -> Verification:
    scenario = load_scenario("small-scope", [*SMALL, *overrides])
    if isinstance(design, str):
        return verify(scenario, load_design(design, scenario), slugs, **options)
    spec = spec_of(design)
    settings = load_design("alarm", scenario).settings
    return verify(scenario, DesignSpec(spec.name, design, settings, "alarm"), slugs, **options)


def line_with(words: str) -> int:
    return next(number for number, text in enumerate(SOURCE, 1) if words in text)


def test_a_proof_and_a_violation() -> None:
    assert explored("alarm", [COMPLETE]).verdict == "proved"
    found = explored("alarm", [COMPLETE], "grace_ms=16")
    assert found.verdict == "violated"
    for example in found.counterexamples[COMPLETE]:
        run = replay(example.schedule)
        assert isinstance(check_all(run.facts, run.judge)[COMPLETE], Violation)
        assert example.violation.at_ms == 17


def test_the_earliest_is_no_later_and_the_widest_stays_clear() -> None:
    found = explored("alarm", [COMPLETE], "grace_ms=9")
    by_kind = {example.kind: example for example in found.counterexamples[COMPLETE]}
    assert by_kind["earliest"].violation.at_ms == 10
    assert by_kind["widest"].violation.at_ms > by_kind["earliest"].violation.at_ms
    for step, (low, high) in zip(
        by_kind["widest"].schedule.steps, by_kind["widest"].ranges_ms, strict=True
    ):
        assert low <= step.at_ms
        assert high is None or step.at_ms <= high


def test_a_budget_gives_unknown_with_what_was_left() -> None:
    found = explored("alarm", [COMPLETE], budget=Budget(classes=20))
    verdict = found.verdicts[COMPLETE]
    assert verdict.kind == "unknown"
    assert "the budget of 20 classes" in verdict.reason
    assert found.frontier > 0


def test_a_guard_that_is_not_met_gives_unknown() -> None:
    found = explored("alarm", [COMPLETE], "expect.sometimes=['laptop_slept']")
    assert found.verdicts[COMPLETE].kind == "unknown"
    assert "laptop_slept" in found.verdicts[COMPLETE].reason


def test_the_longest_delay_is_computed() -> None:
    found = explored("alarm", ["finalizes_promptly"])
    assert found.late_ms == 40
    # Where the stop comes last, it is the grace from when it runs, up to 8 ms after it was pressed.
    assert explored("alarm", ["finalizes_promptly"], "long_alarm_ms=25").late_ms == 27


class SetsAgain(AlarmDesign):
    """Its alarm sets itself again, for ever."""

    async def alarm(self) -> None:
        """Put it off."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 5)


def test_a_schedule_that_goes_on_for_ever_is_a_violation() -> None:
    found = explored(SetsAgain, ["finalizes"])
    assert found.verdicts["finalizes"].kind == "violated"
    (example,) = found.counterexamples["finalizes"]
    assert example.kind == "endless"
    assert "active for ever: the last step takes 40 ms here" in example.violation.detail
    assert found.verdicts["finalizes"].reason == example.violation.detail
    run = replay(example.schedule, found.design)
    assert run.facts.status == "active"
    assert [step.key for step in example.schedule.steps][-1] == ("alarm",)


def test_an_endless_schedule_may_be_played_on_for_as_long_as_one_likes() -> None:
    found = explored(SetsAgain, ["finalizes"])
    (example,) = found.counterexamples["finalizes"]
    last = example.schedule.steps[-1]
    more = tuple(last._replace(at_ms=last.at_ms + 5 * times) for times in range(1, 40))
    schedule = replace(example.schedule, steps=(*example.schedule.steps, *more))
    run = replay(schedule, found.design)
    assert run.facts.status == "active"
    assert sum(isinstance(event, AlarmStarted) for event in run.trace) >= 40


def test_an_endless_schedule_with_chunks_that_change_places_is_found() -> None:
    found = explored(SetsAgain, ["finalizes"], "chunks=3", "failures=1")
    (example,) = found.counterexamples["finalizes"]
    assert replay(example.schedule, found.design).facts.status == "active"


class Between(AlarmDesign):
    """Completes if the stop comes more than 3 and less than 4 ms after an upload."""

    async def upload(self, chunk: Chunk) -> Response:
        """Remember when."""
        response = await super().upload(chunk)
        await self.ctx.storage.put("last", self.ctx.now())
        return response

    async def signal_stop(self) -> Response:
        """Look at the time since."""
        last_ms = await self.ctx.storage.get("last")
        if last_ms is not None and last_ms + 3 < self.ctx.now() < last_ms + 4:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


def test_what_only_real_valued_times_violate_is_unknown() -> None:
    overrides = ("high_ms=5", "failures=0", "disconnects=0", "long_alarm_ms=100")
    verdict = explored(Between, [COMPLETE], *overrides).verdicts[COMPLETE]
    assert verdict.kind == "unknown"
    assert "between whole milliseconds" in verdict.reason


class Deadline(AlarmDesign):
    """Keeps a deadline of its own, and completes no sooner: time is stored and compared."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk; the deadline is a grace from now."""
        response = await super().upload(chunk)
        deadline_ms = self.ctx.now() + self.settings.grace_ms
        await self.ctx.storage.put("deadline", deadline_ms)
        await self.ctx.storage.set_alarm(deadline_ms)
        return response

    async def alarm(self) -> None:
        """Early: set it again. Else complete."""
        deadline_ms = await self.ctx.storage.get("deadline")
        if deadline_ms is not None and self.ctx.now() < deadline_ms:
            await self.ctx.storage.set_alarm(deadline_ms)
            return
        await set_status(self.ctx, COMPLETED)


@pytest.mark.parametrize(("grace_ms", "verdict"), [(16, "violated"), (17, "proved")])
def test_a_design_may_store_and_compare_times(grace_ms: int, verdict: str) -> None:
    assert explored(Deadline, [COMPLETE], f"grace_ms={grace_ms}").verdict == verdict


class Splits(AlarmDesign):
    """Completes at the alarm only if it comes more than 3 ms after the last upload."""

    async def upload(self, chunk: Chunk) -> Response:
        """Remember when."""
        response = await super().upload(chunk)
        await self.ctx.storage.put("last", self.ctx.now())
        return response

    async def signal_stop(self) -> Response:
        """Complete at once if the last upload is more than 3 ms ago."""
        last_ms = await self.ctx.storage.get("last")
        if last_ms is not None and self.ctx.now() > last_ms + 3:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


@pytest.mark.parametrize(("high_ms", "verdict"), [(4, "proved"), (5, "violated")])
def test_a_comparison_splits_a_class(high_ms: int, verdict: str) -> None:
    # Sent at 0, legs 1 to high: the stop can be more than 3 ms behind an upload from high = 5 on.
    overrides = (f"high_ms={high_ms}", "failures=0", "disconnects=0", "long_alarm_ms=100")
    assert explored(Splits, [COMPLETE], *overrides).verdict == verdict


class Floats(AlarmDesign):
    """Turns a time into a fraction."""

    async def signal_stop(self) -> Response:
        """Divide it."""
        await self.ctx.storage.set_alarm(int(self.ctx.now() / 1000))
        return Response(200)


class Shows(AlarmDesign):
    """Keeps a time as a text, in a list."""

    async def signal_stop(self) -> Response:
        """Write it."""
        await self.ctx.storage.put("shown", repr([self.ctx.now()]))
        return Response(200)


class LooksAtTheOrder(AlarmDesign):
    """Completes at a stop where chunk 1 and then chunk 0 came, and no more."""

    async def upload(self, chunk: Chunk) -> Response:
        """Remember the order."""
        response = await super().upload(chunk)
        order = await self.ctx.storage.get("order") or {}
        order[chunk.index] = True
        await self.ctx.storage.put("order", order)
        return response

    async def signal_stop(self) -> Response:
        """Look at it."""
        if list(await self.ctx.storage.get("order") or {}) == [1, 0]:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


class Random(AlarmDesign):
    """Does something else each time."""

    turns = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Count outside of its instance."""
        type(self).turns += 1
        turns = type(self).turns
        await self.ctx.sleep(1)
        return Response(200 + 0 * turns)


class Born(AlarmDesign):
    """Knows how many instances there were before."""

    births = 0

    def __init__(self, ctx: Context, settings: AlarmSettings) -> None:
        type(self).births += 1
        self.born = type(self).births
        super().__init__(ctx, settings)


class Asks(AlarmDesign):
    """Asks another question of time each time."""

    asked = 0

    async def upload(self, chunk: Chunk) -> Response:
        """Remember when."""
        response = await super().upload(chunk)
        await self.ctx.storage.put("last", self.ctx.now())
        return response

    async def signal_stop(self) -> Response:
        """Compare with something else than the last time."""
        last_ms = await self.ctx.storage.get("last")
        type(self).asked += 1
        if last_ms is not None and self.ctx.now() > last_ms + type(self).asked:
            await set_status(self.ctx, COMPLETED)
        return Response(200)


class Spins(AlarmDesign):
    """Never comes to an end."""

    async def signal_stop(self) -> Response:
        """Go round."""
        while True:
            await self.ctx.storage.get(STATE_KEY)


class Throws(AlarmDesign):
    """Throws."""

    async def signal_stop(self) -> Response:
        """Divide by zero."""
        return Response(200 // 0)


def test_time_that_cannot_be_exact_is_refused_with_its_line() -> None:
    with pytest.raises(DesignError, match=r"multiply or divide a time.*test_verify\.py, line \d+"):
        explored(Floats, [COMPLETE])


def test_a_time_in_a_text_is_refused_also_within_a_list() -> None:
    line = line_with("repr([self.ctx.now()])")
    with pytest.raises(DesignError, match=rf"write a time into a text exactly.*line {line}"):
        explored(Shows, [COMPLETE])


def test_the_order_of_the_keys_of_a_dictionary_is_part_of_a_state() -> None:
    overrides = ("chunks=3", "failures=0", "disconnects=0", "high_ms=2")
    found = explored(LooksAtTheOrder, [COMPLETE], *overrides)
    assert found.verdict == "violated"
    steps = found.counterexamples[COMPLETE][0].schedule.steps
    assert [step.key[2] for step in steps if step.key[1] == "upload"] == [1, 0]


def test_a_design_that_is_not_repeatable_is_refused() -> None:
    line = line_with("await self.ctx.sleep(1)")
    with pytest.raises(DesignError, match="told the same again") as caught:
        explored(Random, [COMPLETE])
    assert f"at line {line}, in upload()" in str(caught.value), "where it stands"
    assert "turns" in str(caught.value), "and what it holds"


def test_a_field_that_comes_out_another_is_named() -> None:
    with pytest.raises(DesignError, match=r"told the same again: first .*born.*, then .*born"):
        explored(Born, [COMPLETE])


def test_a_design_that_asks_another_question_is_refused_with_its_line() -> None:
    where = f"at line {line_with('now() > last_ms + type(self).asked')}, in signal_stop()"
    with pytest.raises(DesignError, match="behaves differently.*" + re.escape(where)):
        explored(Asks, [COMPLETE])


def test_a_design_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.explore.watched.STEP_SECONDS_MAX", 0.5)
    with pytest.raises(DesignError, match=r"did not come to an await or an end.*signal_stop"):
        explored(Spins, [COMPLETE])


def test_a_design_that_throws_is_refused_with_its_line() -> None:
    with pytest.raises(DesignError, match=r"ZeroDivisionError at line \d+, in signal_stop"):
        explored(Throws, [COMPLETE])


class FirstMatters(AlarmDesign):
    """Treats chunk 0 in its own way."""

    async def upload(self, chunk: Chunk) -> Response:
        """Complete with the first chunk, whatever the others do."""
        response = await super().upload(chunk)
        if chunk.index == 0:
            await set_status(self.ctx, COMPLETED)
        return response


def test_a_design_that_tells_chunks_apart_is_explored_without_the_symmetry() -> None:
    found = explored(FirstMatters, [COMPLETE])
    assert found.verdict == "violated"
    assert "without chunk 1" in found.verdicts[COMPLETE].reason


class SecondMatters(AlarmDesign):
    """Treats chunk 1 in its own way, and keeps nothing that says so."""

    async def upload(self, chunk: Chunk) -> Response:
        """Refuse chunk 1 once it comes a second time."""
        if chunk.index == 1 and await self.ctx.storage.get("one"):
            return Response(403)
        if chunk.index == 1:
            await self.ctx.storage.put("one", True)
        return await super().upload(chunk)


def test_without_the_symmetry_a_chunk_keeps_its_index() -> None:
    # Uploads one after the other: which chunk is left is all that tells some states apart.
    found = explored(
        SecondMatters,
        ["nothing_refused"],
        "client.uploads_parallel=1",
        "network.request_loss=0",
        "network.response_loss=0.5",
        "disconnects=0",
        "chunks=3",
    )
    assert found.verdict == "violated"
    assert "chunk 1 was answered 403" in found.verdicts["nothing_refused"].reason


def test_bad_input_is_one_clear_error() -> None:
    with pytest.raises(InputError, match=r"budget\.classes: 0; allowed: at least 1"):
        explored("alarm", [COMPLETE], budget=Budget(classes=0))
    with pytest.raises(InputError, match="--property: 'nonsense'; allowed: one of"):
        explored("alarm", ["nonsense"])
    with pytest.raises(InputError, match="no uplink"):
        explored("alarm", [COMPLETE], "uplink={kind='constant', rate_kbps=5}")
    with pytest.raises(InputError, match="--threshold: 'grace'"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace")
    with pytest.raises(InputError, match=r"a setting of the design: design\.grace_ms"):
        find_threshold("small-scope", SMALL, "alarm", COMPLETE, "design.graze_ms")


def test_a_threshold_and_a_map() -> None:
    limit = find_threshold("small-scope", SMALL, "alarm", COMPLETE, "grace_ms")
    assert (limit.below, limit.below_ms, limit.above_ms) == ("violated", 16, 17)
    assert limit.is_single
    region = safe_region("small-scope", SMALL, "alarm", COMPLETE, ("high_ms", [4, 8]), "grace_ms")
    assert [(value, found.above_ms) for value, found in region] == [(4, 9), (8, 17)]


def test_the_command_writes_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["verify", "small-scope", "--set", "chunks=1", "--set", "grace_ms=16"]
    arguments += ["--property", COMPLETE, "--threshold", "grace_ms", "--out", str(out)]
    arguments += ["--promela", str(tmp_path / "m.pml"), "--tchecker", str(tmp_path / "m.txt")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, result.output
    found = json.loads((out / "verify.json").read_text(encoding="utf-8"))
    assert found["verdict"] == "violated"
    assert "#define GRACE 16" in (tmp_path / "m.pml").read_text(encoding="utf-8")
    assert "system:small_scope" in (tmp_path / "m.txt").read_text(encoding="utf-8")
    assert found["thresholds"][0]["proved"] == 17
    assert {"classes", "seconds", "bounds", "frontier", "settings"} <= set(found)
    run = replay(read_schedule(out / f"{COMPLETE}-widest.jsonl"))
    assert isinstance(check_all(run.facts, run.judge)[COMPLETE], Violation)
    words = (out / f"{COMPLETE}-shortest.md").read_text(encoding="utf-8")
    assert "still under way 16 ms after the stop ran" in words
    assert "sequenceDiagram" in words


@pytest.mark.parametrize(
    ("options", "code"),
    [((), 0), (("--set", "grace_ms=3"), 1), (("--classes", "5"), 3)],
)
def test_exit_codes(options: tuple[str, ...], code: int) -> None:
    arguments = ["verify", "small-scope", "--set", "chunks=1", "--property", COMPLETE, *options]
    assert CliRunner().invoke(app, arguments).exit_code == code


def test_from_python() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["chunks=1"])
    found = lastchunk.verify(scenario, lastchunk.load_design("alarm", scenario), [COMPLETE])
    assert "proved" in found._repr_html_()  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        found.classes = 1  # type: ignore[misc]
    slower = lastchunk.verify(
        scenario, found.design, [COMPLETE], switches=Switches(False, False, False)
    )
    assert slower.verdict == found.verdict
