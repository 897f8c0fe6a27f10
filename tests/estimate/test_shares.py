"""How the sessions of a design are cut where all workers are shared: whole where that can be."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pandas as pd
import pytest

from lastchunk.model.base.workers import shared_pool
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate import replicate
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.table.engine import BY_TABLE, IN_SIMPY, Path


class Handed:
    """Notes what is handed out, and does it at once; compiled code runs it, or does not."""

    def __init__(self, is_compiled: bool) -> None:
        self.is_compiled = is_compiled
        self.done: list[tuple[str, str | Path]] = []

    def __call__(self, work: Any, cut: range, engine: str | Path) -> Future[Any]:
        self.done.append((work.__name__, engine))
        future: Future[Any] = Future()
        is_other = work is replicate.run_compiled and not self.is_compiled
        future.set_result(BY_TABLE if is_other else pd.DataFrame({"session": cut}))
        return future


def run(handed: Handed, is_whole: bool) -> list[list[int]]:
    """The sessions of two cuts, frame by frame."""
    share = replicate._Share(handed, 4, "auto", is_whole)
    cuts = [range(10), range(10, 15)]
    share.begin(cuts[0])
    found = [frame["session"].tolist() for frame in share.frames(cuts[0])]
    share.begin(cuts[1])
    return [*found, *(frame["session"].tolist() for frame in share.frames(cuts[1]))]


def test_what_compiled_code_runs_is_one_task() -> None:
    handed = Handed(is_compiled=True)
    assert run(handed, is_whole=True) == [[*range(10)], [*range(10, 15)]]
    assert [name for name, _ in handed.done] == ["run_compiled"] * 2


def test_what_it_does_not_run_is_cut_again_and_asked_once() -> None:
    handed = Handed(is_compiled=False)
    frames = run(handed, is_whole=True)
    assert frames == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [10, 11, 12, 13], [14]]
    assert handed.done == [("run_compiled", "auto"), *[("run_batch", BY_TABLE)] * 5]


def test_else_it_is_cut_at_once() -> None:
    handed = Handed(is_compiled=True)
    assert len(run(handed, is_whole=False)) == 5
    assert {name for name, _ in handed.done} == {"run_batch"}


def test_rows_of_shared_workers_are_those_of_one_process() -> None:
    pytest.importorskip("numba", reason="compiled code needs numba")
    scenario = load_scenario("small-scope")
    designs = [load_design(name, scenario) for name in ("alarm", "manual")]
    with shared_pool(2):
        shared = replicate.replicate(scenario, designs, 600, 1, workers=2, engine="kernel")
    assert shared.attrs["engines"] == {"alarm": "kernel", "manual": "kernel"}
    plain = replicate.replicate(scenario, designs, 600, 1, engine="simpy")
    pd.testing.assert_frame_equal(shared, plain, check_exact=True)


def test_a_task_for_compiled_code_says_which_way_was_chosen() -> None:
    scenario = load_scenario("lossy-mobile")
    given: Any = (scenario, [load_design("alarm", scenario)], 1, range(3), {})
    for engine, path in (("simpy", IN_SIMPY), ("table", BY_TABLE)):
        assert replicate.run_compiled(*(*given, engine, 3)) == path
