"""The standing net: random small designs, and whether the net catches what it is there for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.design_grammar import Grammar, random_design
from benchmarks.design_state import OUTSIDE, WAYS
from benchmarks.random_designs import main, table
from benchmarks.wider_grammar import WIDER_FROM, WiderGrammar, wider_design
from benchmarks.wider_state import WIDER_WAYS
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.state import worlds
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule
from tests.explore import net
from tests.explore.net import Effort, Outcome, design_of, judged, reason_of, scope_of
from tests.explore.shrink import shrunk
from tests.explore.test_attack import early, forget_fields
from tests.oracles.ticks import Config, violated_by_ticks
from tests.oracles.whole_ms import by_brute_force

FAST = Effort(classes=250, worlds=50, schedules=40, happenings=100)
SMALL = Effort(classes=60, worlds=20, schedules=24, happenings=80)
COUNT = 60
WIDER_COUNT = 20
IN_PARTS = 10
NUMBERS = (0, 1, 3, 4)
HANGING_ON_FIELDS = (36, 65, 71, 85)
"""Designs of which what is seen hangs on their fields alone."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Outcome]:
    """What came of the designs judged so far."""
    return {}


@pytest.mark.parametrize("first", range(0, COUNT, IN_PARTS))
def test_nothing_is_proved_falsely(
    first: int, tmp_path: Path, outcomes: dict[int, Outcome]
) -> None:
    for number in range(first, first + IN_PARTS):
        outcomes[number] = outcome = judged(number, tmp_path, FAST)
        assert not outcome.fault, f"python -m benchmarks.random_designs --show {number}: {outcome}"


def test_most_are_explored_and_many_are_sound(outcomes: dict[int, Outcome]) -> None:
    if len(outcomes) < COUNT:
        pytest.skip("only a part of them was judged")
    kinds = Counter(kind for item in outcomes.values() for kind in item.verdicts.values())
    assert sum(bool(item.refused) for item in outcomes.values()) <= COUNT // 5
    assert min(kinds["proved"], kinds["violated"]) >= COUNT
    assert kinds["unknown"] <= 2 * COUNT
    lines = table(list(outcomes.values()))
    assert lines[0].split() == [str(COUNT), "designs"]
    assert any(line.endswith(" false proofs") and line.split()[0] == "0" for line in lines)


@pytest.mark.parametrize("first", range(WIDER_FROM, WIDER_FROM + WIDER_COUNT, IN_PARTS))
def test_nothing_is_proved_falsely_of_designs_that_use_more(first: int, tmp_path: Path) -> None:
    kinds: Counter[str] = Counter()
    for number in range(first, first + IN_PARTS):
        outcome = judged(number, tmp_path, SMALL)
        assert not outcome.fault, f"python -m benchmarks.random_designs --show {number}: {outcome}"
        kinds.update(outcome.verdicts.values())
    assert min(kinds["proved"], kinds["violated"]) > 0


# --- the net bites ---------------------------------------------------------------------------


def faults(numbers: Iterable[int], folder: Path) -> Counter[str]:
    return Counter(judged(number, folder, FAST).fault for number in numbers)


def test_an_explorer_that_forgets_fields_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_fields(monkeypatch)
    found = faults(HANGING_ON_FIELDS, tmp_path)
    assert found["false proof"] >= 1
    assert found.total() - found[""] >= 3


def test_an_explorer_that_never_waits_to_the_end_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "bounds_of", early)
    assert faults(NUMBERS, tmp_path)["false proof"] >= 1


def test_a_violation_that_does_not_replay_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(path: Path) -> Any:
        schedule = read_schedule(path)
        return type(schedule)(**vars(schedule) | {"steps": schedule.steps[:1], "ended": "limit"})

    monkeypatch.setattr(net, "read_schedule", other)
    assert faults(NUMBERS, tmp_path)["false alarm"] >= 1


def test_a_crash_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(net, "verify", broken)
    outcome = judged(0, tmp_path, FAST)
    assert (outcome.fault, outcome.crash_kind) == ("crash", "KeyError")


# --- the grammar -----------------------------------------------------------------------------


def test_the_same_number_gives_the_same_text_whatever_the_hash_seed() -> None:
    code = "from benchmarks.design_grammar import *; print(*map(random_design, range(20)))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert texts == {" ".join(map(random_design, range(20))) + "\n"}


def test_every_way_to_keep_state_is_used() -> None:
    used = Counter(
        way.begin + way.changes[0] for n in range(400) for way in Grammar(n).ways.values()
    )
    assert all(used[way.begin + way.changes[0]] >= 3 for way in (*WAYS.values(), *OUTSIDE.values()))


def test_all_that_is_drawn_of_the_platform_is_drawn_often() -> None:
    texts = [wider_design(WIDER_FROM + number) for number in range(300)]
    words: tuple[str, ...] = (
        "wait_until(",
        "transaction(",
        "rollback()",
        ".list(",
        "sync()",
        "MyPage",
        "info)",
    )
    words += ("txn.set_alarm", "send_beacon", "block_concurrency_while", "raise HandlerFailure")
    rare = {word: sum(word in text for text in texts) for word in words}
    assert min(rare.values()) >= 20, rare
    used = Counter(kind for n in range(300) for kind in WiderGrammar(WIDER_FROM + n).kinds.values())
    assert min(used[kind] for kind in WIDER_WAYS) >= 30


@pytest.mark.parametrize("first", [*range(0, 1_000, 250), WIDER_FROM])
def test_every_text_is_a_design(first: int, tmp_path: Path) -> None:
    for number in range(first, first + 250):
        ast.parse(design_of(number))
    path = tmp_path / f"one_{first}.py"
    path.write_text(design_of(first), encoding="utf-8")
    assert load_design(f"{path}:Design").name == "Design"
    assert scope_of(first) == scope_of(first)
    load_scenario("small-scope", scope_of(first))


# --- its parts -------------------------------------------------------------------------------


@pytest.mark.parametrize("grace", [2, 3, 4])
def test_brute_force_agrees_with_ticks_and_its_schedules_replay(grace: int) -> None:
    config = Config(1, 1, 2, 1, grace, 9, 1, 0)
    overrides = [*config.overrides(), "expect.sometimes=[]"]
    scenario = load_scenario("small-scope", overrides)
    design = load_design("alarm", scenario)
    found = by_brute_force(design, scenario)
    assert found.is_whole
    assert ("complete_at_finalization" in found.violated) == violated_by_ticks(config)
    for schedule in found.violated.values():
        assert replay(schedule, design).trace


def test_a_limit_of_brute_force_is_kept() -> None:
    scenario = load_scenario("small-scope", ["expect.sometimes=[]"])
    found = by_brute_force(load_design("alarm", scenario), scenario, worlds_max=7)
    assert (found.worlds, found.is_whole) == (7, False)


def test_a_text_is_made_small() -> None:
    lines = ("import os", "class A:", " def f(self):", "  if self:", "   x = 1", "  y = 2")
    smaller = shrunk("\n".join(lines), lambda text: "x = 1" in text)
    assert smaller == "class A:\n\n    def f(self):\n        x = 1"
    assert shrunk("\n".join(lines), lambda text: True) == "pass"


def test_refusals_are_told_apart_by_what_they_say_alone() -> None:
    one = reason_of("design_12.py, line 3: 's0' is a generator; allowed: plain data")
    assert one == reason_of("design_7.py, line 40: 's1' is a generator; allowed: plain data")
    assert "generator" in one


def test_the_benchmark_shows_one_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--show", "3"]) == 0
    assert "number=3" in capsys.readouterr().out
