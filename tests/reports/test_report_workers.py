"""What a report rests on is the same whatever the number of workers, and ends with an error."""

from __future__ import annotations

import pandas as pd
import pytest

from lastchunk.cli import evidence
from lastchunk.cli.evidence import Gathered, Work
from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.base.workers import is_shared
from lastchunk.model.design.load import load_designs
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign

NAMES = ("small-scope", "harmless")


class Own(AlarmDesign):
    """No shipped design."""


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs have tests of their own, and take as long as hours of recording."""
    monkeypatch.setattr(evidence, "cost_table", lambda *_, **__: pd.DataFrame())


def work(workers: int, designs: list[str]) -> Gathered:
    loaded = [load_scenario(name) for name in NAMES]
    specs = [load_designs(designs, item) for item in loaded]
    return Work(designs, loaded, specs, 3, workers).done(8, 2, 0, 0, 60.0)


def test_workers_that_are_shared_say_what_one_process_says() -> None:
    alone, shared = work(1, ["manual", "alarm"]), work(2, ["manual", "alarm"])
    for one, other in zip(alone.comparisons, shared.comparisons, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
    assert [item.scenario.name for item in shared.comparisons] == list(NAMES)
    for (axis, rows), (other_axis, others) in zip(alone.sweeps, shared.sweeps, strict=True):
        assert axis.name == other_axis.name
        pd.testing.assert_frame_equal(rows, others)
        assert list(rows["value"].unique()) == list(axis.points)
    assert (shared.proofs, shared.matrix) == (None, None)


def test_portraits_are_made_of_shipped_designs_where_they_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "portrait_of", lambda name: f"portrait of {name}")
    loaded = [load_scenario("harmless")]
    specs = [load_designs(["alarm", Own], item) for item in loaded]
    for is_shown, names in ((False, []), (True, ["alarm"])):
        given = Work(["alarm"], loaded, specs, 3, 1, has_portraits=is_shown)
        assert [*given.done(2, 0, 0, 0, 60.0).portraits] == names


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_one_part_ends_all_of_it(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DesignError("Broken")

    monkeypatch.setattr(evidence, "sweep", broken)
    with pytest.raises(DesignError, match="Broken"):
        work(workers, ["alarm"])
    assert not is_shared()


@pytest.mark.parametrize(
    ("sessions", "seed", "workers", "engine", "words"),
    [
        (0, 3, 2, "auto", "sessions: 0"),
        (8, -1, 2, "auto", "seed: -1"),
        (8, 3, 0, "auto", "workers: 0"),
        (8, 3, 2, "tables", "engine: 'tables'"),
    ],
)
def test_wrong_numbers_are_said_before_anything_is_explored(
    sessions: int,
    seed: int,
    workers: int,
    engine: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(evidence, "matrix_for_claims", lambda *given: begun.append(given))
    scenario = load_scenario("harmless")
    specs = [load_designs(["alarm"], scenario)]
    with pytest.raises(InputError, match=words):
        Work(["alarm"], [scenario], specs, seed, workers, engine).done(sessions, 2, 0, 1, 60.0)
    assert not begun
