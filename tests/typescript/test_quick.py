"""A second oracle: the same class on QuickJS, in sessions and schedules of the world.

What a class does there, event by event, is what it does in our runtime: in sessions that are drawn,
in the schedules that violate a property, and in those at the edges of the bounds. So a verdict
holds for the class as another engine runs it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.properties import Violation
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.edges import play_edges
from lastchunk.model.simulate.replay import replay
from lastchunk.model.simulate.run import record
from tests.typescript.field_styles import HEAD
from tests.typescript.more_styles import TWELVE
from tests.typescript.quick_host import quick
from tests.typescript.twins import DESIGNS_TS, TWINS, twin_of

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
WITHOUT_A_WAIT = ("storage.sql", "storage.kv", "transactionSync")
"""What the small host has not: the world answers it at its awaits alone."""
ON_QUICK = {
    name: style
    for name, style in TWELVE.items()
    if not any(word in style.text for word in WITHOUT_A_WAIT)
}
SCENARIOS = ("lossy-mobile", "storage-trouble", "deploy-while-recording", "everything-at-once")


def hold_sessions(scenario: Scenario, spec: DesignSpec, other: DesignSpec, sessions: int) -> None:
    """Hold sessions of the world, and schedules at the edges, to the same on the other engine."""
    drawn = [record(scenario, spec, 1, session) for session in range(sessions)]
    for run, schedule in [*drawn, *[play_edges(spec, scenario, at, 400) for at in range(sessions)]]:
        assert replay(schedule, other).trace == run.trace


@pytest.mark.parametrize("name", TWINS)
def test_a_shipped_design_does_the_same_on_another_engine(name: str) -> None:
    for scenario in map(lastchunk.load_scenario, ("small-scope", *SCENARIOS)):
        spec = load_design(twin_of(name), scenario)
        hold_sessions(scenario, spec, quick(DESIGNS_TS, spec), 1)


@pytest.mark.parametrize("is_wrong", [False, True])
@pytest.mark.parametrize("name", ON_QUICK)
def test_a_class_of_the_field_has_its_verdict_on_another_engine(
    name: str, is_wrong: bool, tmp_path: Path
) -> None:
    style, file = TWELVE[name], tmp_path / "session.ts"
    text = style.text.replace(style.right, style.wrong) if is_wrong else style.text
    file.write_text(HEAD + text, encoding="utf-8")
    file.with_suffix(".toml").write_text(style.binding, encoding="utf-8")
    scope = lastchunk.load_scenario("small-scope")
    spec = load_design(f"{file}:Session", scope)
    other = quick(file, spec)
    hold_sessions(scope, spec, other, 3)
    if is_wrong:
        proof = lastchunk.verify(scope, spec, properties=style.slug, attack=0)
        for found in proof.counterexamples[style.slug]:
            run = replay(found.schedule, other)
            assert run.trace == found.run.trace
            assert isinstance(run.check(style.slug)[style.slug], Violation)


def test_the_other_engine_sees_a_class_that_is_another_one(tmp_path: Path) -> None:
    style, file = TWELVE["routes in fetch"], tmp_path / "session.ts"
    file.write_text(HEAD + style.text, encoding="utf-8")
    file.with_suffix(".toml").write_text(style.binding, encoding="utf-8")
    scope = lastchunk.load_scenario("small-scope")
    spec = load_design(f"{file}:Session", scope)
    file.write_text(HEAD + style.text.replace(style.right, style.wrong), encoding="utf-8")
    with pytest.raises((AssertionError, InputError)):
        hold_sessions(scope, spec, quick(file, spec), 8)
