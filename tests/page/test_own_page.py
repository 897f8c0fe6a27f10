"""A design's own page: it simulates, replays and is explored, as the shipped one is."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.detached import wait_until
from tests.page.pages import (
    ByObjectsClock,
    ByUsersClock,
    LooksAtIndexDesign,
    PlainLazy,
    PlainPage,
    PlainPageDesign,
    ShippedAgain,
)
from tests.support.worlds import of, quiet, spec_of

PAGES = Path(__file__).parent / "pages.py"


def design_of(cls: type, scenario: Scenario | None = None) -> DesignSpec:
    """A design of this folder, by its reference, so that it is checked too."""
    return load_design(f"{PAGES}:{cls.__name__}", scenario)


def counted(cls: type, *overrides: str) -> Any:
    """The small scope, explored with a design of this folder."""
    scenario = load_scenario("small-scope", overrides)
    return verify(scenario, design_of(cls, scenario))


# --- the same page, given as one's own -----------------------------------------------------------


def test_the_shipped_page_given_as_ones_own_does_the_same() -> None:
    scenario = load_scenario("lossy-mobile", ["recording.duration_ms=60000"])
    for seed in range(5):
        own = simulate(scenario, design_of(ShippedAgain), seed).trace
        assert own == simulate(scenario, load_design("alarm"), seed).trace


def test_the_shipped_page_given_as_ones_own_has_as_many_classes() -> None:
    scenario = load_scenario("small-scope", ["chunks=2"])
    shipped = verify(scenario, load_design("alarm", scenario))
    own = counted(ShippedAgain, "chunks=2")
    assert own.classes == shipped.classes
    assert [v.kind for v in own.verdicts.values()] == [v.kind for v in shipped.verdicts.values()]


# --- a page written from nothing -----------------------------------------------------------------


def test_a_page_written_from_nothing_uploads_in_order_and_stops() -> None:
    trace = simulate(quiet(), design_of(PlainPageDesign), 1).trace
    sent = [(x.at_ms, x.method, x.chunk) for x in of(trace, e.RequestSent)]
    assert sent == [
        (0, "create", -1),
        (10_020, "upload", 0),
        (20_020, "upload", 1),
        (25_020, "signal_stop", -1),
        (25_020, "upload", 2),
    ]
    assert facts_of(trace).stored.keys() == {0, 1, 2}


def test_the_page_itself_says_which_statuses_it_tries_again() -> None:
    fails = "faults=[{kind='blobs_fail', offset_ms=10000, for_ms=3000}]"
    shipped = simulate(quiet(fails), load_design("alarm"), 1).trace
    own = simulate(quiet(fails), design_of(PlainPageDesign), 1).trace
    assert 0 not in facts_of(shipped).stored, "the deployed page takes a 500 for success"
    assert 0 in facts_of(own).stored


def test_a_session_with_an_own_page_is_replayed_from_its_file(tmp_path: Path) -> None:
    scenario = load_scenario("lossy-mobile", ["recording.duration_ms=60000"])
    run, schedule = record(scenario, design_of(PlainLazy), 3)
    write_schedule(schedule, tmp_path / "own.schedule")
    assert replay(read_schedule(tmp_path / "own.schedule")).trace == run.trace


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_page_written_from_nothing_is_explored(chunks: int) -> None:
    found = counted(PlainLazy, f"chunks={chunks}")
    assert found.verdicts["complete_at_finalization"].kind == "proved"
    # A chunk needs up to two legs of 8 ms and a wait of 1 ms. One alone begins with the stop, which
    # itself needs 1 ms; a second one begins where the first arrives, together with the stop.
    turns_ms = {1: 17, 2: 18}[chunks]
    for grace_ms, kind in ((turns_ms - 1, "violated"), (turns_ms, "proved")):
        found = counted(PlainPageDesign, f"chunks={chunks}", f"grace_ms={grace_ms}")
        assert found.verdicts["complete_at_finalization"].kind == kind


def test_exploring_an_own_page_costs_at_most_twice_the_shipped_one() -> None:
    lazy = load_scenario("small-scope", ["chunks=2", "client.uploads_parallel=1"])
    shipped = verify(lazy, load_design("lazy-alarm"))
    own = verify(lazy, design_of(PlainLazy))
    assert own.classes <= 2 * shipped.classes


def test_a_page_that_tells_chunks_apart_loses_the_one_that_it_forgets() -> None:
    found = counted(LooksAtIndexDesign, "chunks=2")
    verdict = found.verdicts["nothing_lost"]
    assert verdict.kind == "violated"


# --- B31: the user's clock -----------------------------------------------------------------------


@pytest.mark.parametrize("offset_ms", [-600_000, 0, 600_000])
def test_who_ends_by_the_users_clock_ends_early_where_it_is_slow(offset_ms: int) -> None:
    scenario = quiet(f"browser.clock_offset_ms={offset_ms}")
    early = facts_of(simulate(scenario, design_of(ByUsersClock), 1).trace)
    right = facts_of(simulate(scenario, design_of(ByObjectsClock), 1).trace)
    assert (early.completed_while_recording_ms >= 0) is (offset_ms < 0)
    assert right.completed_while_recording_ms < 0
    assert right.final_completion_ms == 25_020 + 30 + 60_000


def test_the_users_clock_is_explored_with_one_offset() -> None:
    for cls, offset_ms, kind in (
        (ByObjectsClock, -600_000, "proved"),
        (ByUsersClock, -600_000, "violated"),
        (ByUsersClock, 0, "proved"),
    ):
        found = counted(cls, f"browser.clock_offset_ms={offset_ms}", "chunks=2")
        assert found.verdicts["complete_at_finalization"].kind == kind, (cls, offset_ms)


def test_a_clock_in_bounds_is_drawn_and_replayed_and_refused_while_exploring(
    tmp_path: Path,
) -> None:
    scenario = quiet("browser.clock_offset_ms={low_ms=-600000,high_ms=600000}")
    ends = set()
    for seed in range(8):
        run, schedule = record(scenario, design_of(ByUsersClock), seed)
        assert list(schedule.given) == ["page clock offset"]
        write_schedule(schedule, tmp_path / "clock.schedule")
        assert replay(read_schedule(tmp_path / "clock.schedule")).trace == run.trace
        ends.add(run.facts.completed_while_recording_ms >= 0)
    assert ends == {True, False}
    with pytest.raises(InputError, match=r"browser.clock_offset_ms: '-5 to 5 ms'; allowed: one "):
        counted(ByUsersClock, "browser.clock_offset_ms={low_ms=-5,high_ms=5}")


# --- what is no page -----------------------------------------------------------------------------


class NoClass(AlarmDesign):
    """A page that is an object."""

    page: Any = "page"


class NoStop(AlarmDesign):
    """A page that cannot be stopped."""

    class page:  # noqa: N801
        """Without stop()."""

        def __init__(self, browser: Any, settings: Any, stop_flow: Any) -> None:
            pass

        async def start(self) -> None:
            """Nothing."""

        async def data_available(self, chunk: Any) -> None:
            """Nothing."""


class StartsTwice(PlainPage):
    """A page that starts its recorder twice."""

    async def start(self) -> None:
        """Start, and start."""
        await self.browser.start_recorder()
        await self.browser.start_recorder()


class StartsTwiceDesign(AlarmDesign):
    """A design with it."""

    page = StartsTwice


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (NoClass, "page is 'page'; allowed: a class"),
        (NoStop, r"needs an async method stop\(\) of its page"),
    ],
)
def test_what_is_no_page_is_refused(cls: type, words: str) -> None:
    with pytest.raises(DesignError, match=words):
        load_design(f"{__file__}:{cls.__name__}")


class LeavesWork(PlainPage):
    """A page that leaves work to the object."""

    async def stop(self) -> None:
        """Leave a note, and stop."""
        wait_until(self.note())
        await super().stop()

    async def note(self) -> None:
        """A line."""
        await self.browser.log("stopped")


class LeavesWorkDesign(AlarmDesign):
    """A design with it."""

    page = LeavesWork


def test_work_that_a_page_leaves_to_the_object_is_refused_by_its_line() -> None:
    lines, first = inspect.getsourcelines(LeavesWork.stop)
    line = first + next(at for at, text in enumerate(lines) if "wait_until(" in text)
    with pytest.raises(DesignError, match=rf"line {line}, in stop\(\).*ctx\.wait_until\(\)"):
        simulate(quiet(), spec_of(LeavesWorkDesign), 1)


def test_a_recorder_that_is_started_twice_is_refused_by_its_line() -> None:
    words = r"start\(\) starts a recorder that has been started at line \d+, in start\(\)"
    with pytest.raises(DesignError, match=words):
        simulate(quiet(), spec_of(StartsTwiceDesign), 1)
