"""A small campaign: every kind of schedule agrees with the real runtime."""

from __future__ import annotations

from dataclasses import replace

from lastchunk.model.conformance import recipes
from lastchunk.model.conformance.campaign import Conformance, play_recipes
from lastchunk.model.conformance.plan import plan_of
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker
from lastchunk.model.design.load import shipped_designs

DESIGNS = list(shipped_designs())


def played(tools: Toolbox, worker: WatchedWorker, asked: list[Recipe]) -> Conformance:
    return play_recipes(tools, worker, asked, 1, lambda more: None)


def check_all_agree(result: Conformance, least: int) -> None:
    assert [item.sentence() for _, item in result.divergences] == []
    assert result.counts["agrees"] >= least, result.reasons


def test_edges_of_every_design_agree(tools: Toolbox, worker: WatchedWorker) -> None:
    asked = list(recipes.edges(DESIGNS, 1, seed=5))
    check_all_agree(played(tools, worker, asked), len(asked))


def test_sessions_of_every_design_agree(tools: Toolbox, worker: WatchedWorker) -> None:
    asked = list(recipes.sessions(DESIGNS, 1, seed=5))[::3]
    check_all_agree(played(tools, worker, asked), len(asked) // 2)


def test_troubles_of_the_platform_agree(tools: Toolbox, worker: WatchedWorker) -> None:
    asked = list(recipes.troubles(["alarm", "lazy-alarm"], 1, seed=5))
    check_all_agree(played(tools, worker, asked), len(asked))


def test_a_schedule_that_ends_while_the_process_is_down_does_not_agree(
    tools: Toolbox, worker: WatchedWorker
) -> None:
    for recipe in recipes.troubles(["alarm"], 8, seed=5):
        schedule, design = recipe.schedule()
        kinds = [step.key[0] for step in schedule.steps]
        if "restart" in kinds:
            break
    cut = replace(schedule, steps=schedule.steps[: kinds.index("restart")], ended="limit")
    (result,) = play(tools, worker, [plan_of(cut, "cut", design)])
    assert (result.verdict, "is down" in result.why) == ("not playable", True)
