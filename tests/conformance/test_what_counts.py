"""What counts as agreement, what cannot be played, how the command ends. No runtime is needed."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lastchunk.cli import conform as command
from lastchunk.cli.conform import conform
from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance import recipes
from lastchunk.model.conformance.campaign import Conformance, plan_of_recipe
from lastchunk.model.conformance.plan import NotPlayable, Plan, plan_of
from lastchunk.model.conformance.play import run_to_end
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.runtime import toolbox
from lastchunk.model.conformance.runtime.toolbox import WORKER, NotHereError, twins
from lastchunk.model.simulate.run import record
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.reference_impl.designs import DESIGNS

AGREES, DIVERGES = Result("a", "alarm", "agrees"), Result("b", "alarm", "diverges", "it did more")
SKIPPED = Result("c", "alarm", "not playable", "a deploy")


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ((AGREES, AGREES), "agrees"),
        ((AGREES, SKIPPED), "agrees"),
        ((AGREES, DIVERGES, SKIPPED), "diverges"),
        ((SKIPPED, SKIPPED), "not playable"),
        ((), "not playable"),
    ],
)
def test_a_skip_is_no_agreement(results: tuple[Result, ...], verdict: str) -> None:
    made = tuple(Recipe("file", "files", item.source) for item in results)
    assert Conformance("1", made, results).verdict == verdict


def test_a_class_is_visited_only_where_its_schedule_agrees() -> None:
    made = tuple(Recipe("made", "class coverage", "", "alarm", through=n) for n in (5, 7, 11))
    result = Conformance("1", made, (AGREES, DIVERGES, SKIPPED), {"alarm": 23})
    assert result.visited() == {"alarm": 5}


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (("platform.commit_ms=5",), "a commit that takes time or fails"),
        (
            (
                "faults=[{kind='deploy',offset_ms={low_ms=10050,high_ms=10050}}]",
                "blobs.put_delay_ms=900",
            ),
            "a replaced instance that goes on",
        ),
        (("network.request_loss=1", "limits.horizon_ms=60000"), "nothing reaches the object"),
        (
            (
                "platform.alarm_unacknowledged=1",
                "blobs.put_delay_ms=700000",
            ),
            "an attempt that the platform spoils, uncounted, while something else is in memory",
        ),
    ],
)
def test_what_cannot_be_played_says_why(overrides: tuple[str, ...], reason: str) -> None:
    recipe = Recipe("session", "s", "everything-fast", "alarm", (recipes.QUIET, *overrides))
    found = plan_of_recipe(recipe)
    assert isinstance(found, NotPlayable)
    assert found.reason == reason


def test_a_design_without_a_twin_is_not_playable(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from lastchunk.reference_impl.alarm import AlarmDesign as A\n\n\n"
        "class AlarmDesign(A):\n    pass\n"
    )
    found = plan_of(record("everything-fast", f"{file}:AlarmDesign")[1])
    assert isinstance(found, NotPlayable)
    assert found.reason == "a design without a twin in worker/"


def test_a_known_bug_of_the_local_runtime_is_never_blamed_on_a_schedule() -> None:
    recipe = Recipe("edges", "n", "small-scope", "SetsToNow", recipes.SMALL, 5)
    with_bug, design = recipe.schedule()
    platform = with_bug.scenario.platform.model_copy(update={"bug_alarm_set_to_now_is_lost": False})
    scenario = with_bug.scenario.model_copy(update={"platform": platform})
    assert design is not None
    without = record(scenario, design)[1]
    assert isinstance(plan_of(with_bug, "", design), Plan)
    found = plan_of(without, "", design)
    assert isinstance(found, NotPlayable)
    assert "A7" in found.reason


def test_every_design_has_a_twin_and_the_lock_names_no_host() -> None:
    assert {cls.__name__ for cls in DESIGNS.values()} <= set(twins())
    lock = (WORKER / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    package = json.loads((WORKER / "package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions.values())
    locked = json.loads(lock)["packages"]
    assert {n: locked[f"node_modules/{n}"]["version"] for n in versions} == versions


# --- how the command ends ------------------------------------------------------------------------


def ended(monkeypatch: pytest.MonkeyPatch, results: tuple[Result, ...], **options: Any) -> int:
    """The exit code of the command where the real runtime says so."""
    made = tuple(Recipe("session", "s", "everything-fast", "alarm") for _ in results)
    monkeypatch.setattr(command, "toolbox", lambda say: None)
    monkeypatch.setattr(command, "play_recipes", lambda *_: Conformance("1", made, results))
    return conform(design=["alarm"], sessions=0, edges=1, troubles=0, workers=1, **options)


def test_the_exit_code_is_that_of_a_gate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, (AGREES, SKIPPED)) == 0
    assert ended(monkeypatch, (SKIPPED,)) == 3
    assert ended(monkeypatch, (AGREES, DIVERGES), out=tmp_path / "out") == 1
    assert (tmp_path / "out" / "diverging" / "0.jsonl").exists()
    assert "it did more" in capsys.readouterr().out


def test_where_nothing_is_asked_for_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, ()) == 3
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("nothing was played: what was asked for makes no schedule; --sessions, ")
    assert ended(monkeypatch, (SKIPPED,)) == 3
    assert "nothing was played" not in capsys.readouterr().out


def test_on_another_runtime_the_rule_that_changed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    late = Result("a", "alarm", "diverges", "it did something else", 4, (), (("alarm", 5, 2),))
    monkeypatch.setattr(command, "with_runtime", lambda tools, asked, say: tools)
    assert ended(monkeypatch, (AGREES, late, late), runtime="newest") == 1
    line = "the rule that changed: D1 (2 of 2 divergences); less likely: A5 (2), D2 (2)"
    assert line in " ".join(capsys.readouterr().out.split())
    assert ended(monkeypatch, (AGREES, late)) == 1
    assert ended(monkeypatch, (AGREES,), runtime="1.20261117.1") == 0
    assert "the rule that changed" not in capsys.readouterr().out
    with pytest.raises(InputError, match="--runtime"):
        ended(monkeypatch, (AGREES,), runtime="latest")


def test_a_notebook_whose_loop_runs_can_play() -> None:
    async def here() -> int:
        await asyncio.sleep(0)
        return id(asyncio.get_running_loop())

    async def notebook() -> tuple[int, int]:
        return run_to_end(here()), await here()

    inside, outside = run_to_end(notebook())
    assert inside != outside
    assert run_to_end(here())


def test_where_nothing_can_be_played_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(toolbox, "missing", lambda: ["Linux", "a C compiler"])
    assert conform(design=["alarm"]) == 3
    assert "nothing was played: not here: Linux, a C compiler" in capsys.readouterr().out


def test_a_fetch_that_fails_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("LASTCHUNK_CACHE", str(tmp_path / "cache"))
    with pytest.raises(NotHereError, match="npm could not fetch it: no network"):
        toolbox.fetch_packages(lambda text: None)
    assert list((tmp_path / "cache").iterdir()) == []


def test_schedules_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SCHEDULES"):
        conform([tmp_path / "none.jsonl"])
    with pytest.raises(InputError, match="at least one schedule"):
        conform([tmp_path])
    write_schedule(record("everything-fast", "alarm")[1], tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="at least one schedule"):
        conform([tmp_path], design=["leases"])
