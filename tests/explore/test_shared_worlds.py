"""Searches that share a world's steps find what each finds alone, and take each step once."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.random_scopes import drawn
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.matrix.cells import SLUGS, ClassClock, explore_scope
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.explore.search.search import Budget, Exploration, Search
from lastchunk.model.explore.shared import SharedScope
from lastchunk.model.explore.state import worlds as worlds_module
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.state.monitor import groups_of
from lastchunk.model.explore.state.worlds import SharedWorlds, Worlds
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario

SMALL = ("chunks=2", "expect.sometimes=[]")
GROUPS = (["complete_at_finalization", "nothing_lost"], ["finalizes_promptly"])
TROUBLED = (
    *("chunks=2", "disconnects=0", "expect.sometimes=[]", "start.session='created'"),
    *("network.response_loss=0.5", "network.response_delay_ms=2", "blobs.put_delay_ms=3"),
    *("platform.instance_loss=0.1", "platform.instance_losses_max=1"),
    "platform.alarm_late_ms={distribution='uniform',low_ms=0,high_ms=9}",
)
"""A scope in which times are compared, and an instance may be lost."""


def searched(design: str, overrides: Any, groups: Any, shared: SharedWorlds) -> list[Exploration]:
    """A search for each group of properties; with one more if the worlds are not shared."""
    scenario = load_scenario("small-scope", [*overrides])
    spec = load_design(design, scenario)
    symmetric = design not in ("manifest", "lazy-alarm")  # these look at a chunk's index
    out = []
    for group in groups:
        monitor = monitor_for(spec, scenario, group)
        machine = Machine(spec, scenario, monitor, symmetric, shared=shared)
        out.append(Search(machine, Budget(classes=200)).run())
    return out


def told(found: Exploration) -> tuple[Any, ...]:
    kinds = sorted((slug, str(item.judgement)) for slug, item in found.findings.items())
    sizes = found.classes, found.expanded, found.steps, found.states, found.depth
    return (*sizes, kinds, sorted(found.holding), found.late, found.soon, found.unfinished)


def alone(design: str, overrides: Any) -> list[tuple[Any, ...]]:
    return [told(searched(design, overrides, [group], {})[0]) for group in GROUPS]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of a world that code was run for."""
    steps: list[str] = []
    happen = Worlds._happen

    def counted(self: Worlds, world: Any, at_ms: Any, move: Any) -> None:
        steps.append(move.outcome)
        happen(self, world, at_ms, move)

    monkeypatch.setattr(Worlds, "_happen", counted)
    return steps


@pytest.mark.parametrize("design", ["alarm", "manifest"])
def test_what_is_shared_changes_nothing(design: str, taken: list[str]) -> None:
    by_each = alone(design, TROUBLED)
    apart = len(taken)
    for groups in (GROUPS, GROUPS[::-1]):
        taken.clear()
        together = [told(item) for item in searched(design, TROUBLED, groups, {})]
        assert together == (by_each if groups == GROUPS else by_each[::-1])
        assert len(taken) < 0.8 * apart


def test_a_world_whose_times_got_names_twice_is_two_worlds() -> None:
    scope = BUILDERS["commits"](1).scopes[0]
    groups = groups_of(SLUGS)
    shared = SharedScope()
    for group in groups:
        together = explore_scope("leases", scope, group, ClassClock(600.0), shared)
        apart = explore_scope("leases", scope, group, ClassClock(600.0), SharedScope())
        for slug in group:
            assert together[slug].kind == apart[slug].kind != "unknown"
            assert together[slug].state_classes == apart[slug].state_classes
    assert len(groups) > 1


def test_a_search_again_takes_no_step(taken: list[str]) -> None:
    shared: SharedWorlds = {}
    first = searched("alarm", TROUBLED, GROUPS[1:], shared)
    taken.clear()
    again = searched("alarm", TROUBLED, GROUPS[1:], shared)
    assert told(first[0]) == told(again[0])
    assert taken == []


def test_only_so_many_steps_are_kept(taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    by_each = alone("alarm", TROUBLED)
    apart = len(taken)
    taken.clear()
    monkeypatch.setattr(worlds_module, "KEPT_MAX", 50)
    shared: SharedWorlds = {}
    assert [told(item) for item in searched("alarm", TROUBLED, GROUPS, shared)] == by_each
    assert [len(item.known) for item in shared.values()] == [50]
    assert 0.5 * apart < len(taken) < apart


@pytest.mark.parametrize("seed", range(4))
def test_random_scopes_say_the_same(seed: int) -> None:
    name, overrides = drawn(seed + 900)
    scenario = load_scenario("small-scope", overrides)
    design = load_design(name, scenario)
    budget = Budget(classes=60)
    shared = SharedScope()
    slugs = [slug for group in GROUPS for slug in group]
    options: Any = {"kinds": ("shortest",), "attack": 20, "shared": shared}
    together = verify(scenario, design, slugs, budget, **options)
    for group in GROUPS:
        by_itself = verify(scenario, design, group, budget, **options | {"shared": None})
        for slug in group:
            assert together.verdicts[slug] == by_itself.verdicts[slug]
            examples = [v.counterexamples.get(slug, ()) for v in (together, by_itself)]
            first, second = ([item.schedule for item in items] for items in examples)
            assert first == second


def test_a_step_that_is_taken_for_another_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary: who goes on with any answer's world, whatever the answer is now, is found out."""
    by_each = alone("alarm", SMALL)

    def any_answer(self: Worlds, place: Any) -> Any:
        while place.content is None and place.question is not None:
            self.timeline.answer(place.question)
            place = next(iter(place.follows.values()))
        return place.content

    monkeypatch.setattr(Worlds, "_again", any_answer)
    try:
        together = [told(item) for item in searched("alarm", SMALL, GROUPS, {})]
    except (AssertionError, KeyError):
        return
    assert together != by_each
