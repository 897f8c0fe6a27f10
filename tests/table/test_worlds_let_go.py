"""A state lets its world go, and gets it again by the steps that first led to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.table import engine, machine
from lastchunk.model.table.engine import BY_TABLE, run_session, session_table
from lastchunk.model.table.machine import KEPT_EVERY, WORLDS_MAX, SessionTable
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import (
    NO_TERMS,
    AtMostZero,
    Exactly,
    Place,
    Quotient,
    StepEnd,
    way_to,
)
from tests.table.test_counted import DELAYS, DESIGN, LINES

PAIRS = [
    ("everything-at-once", "alarm"),
    ("storage-trouble", "leases"),
    ("cellular-driving", "manual"),
    ("cellular-lte", "lazy-alarm"),
    ("deploy-while-recording", "manifest"),
    ("stray-stop", "re-read"),
]
NEVER = 1_000_000


@pytest.fixture(autouse=True)
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of this test alone."""
    monkeypatch.setattr(engine, "_tables", [])


@pytest.fixture
def lets_all_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """No world is kept but that of the state which came last."""
    monkeypatch.setattr(machine, "WORLDS_MAX", 1)
    monkeypatch.setattr(machine, "KEPT_EVERY", NEVER)


def grown(scenario: Any, spec: Any, sessions: int) -> SessionTable:
    """A table that so many sessions have walked, each held to SimPy."""
    for session in range(sessions):
        assert run_session(BY_TABLE, scenario, spec, 1, session, is_checked=True)[1] == ""
    return session_table(scenario, spec)


@pytest.mark.parametrize(("name", "design"), PAIRS)
def test_a_table_that_keeps_no_world_grows_as_one_that_keeps_all(
    name: str, design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario(name)
    spec = load_design(design, scenario)
    monkeypatch.setattr(machine, "WORLDS_MAX", NEVER)
    keeps = grown(scenario, spec, 4)
    assert all(state.world is not None for state in keeps.states.values())
    monkeypatch.setattr(engine, "_tables", [])
    monkeypatch.setattr(machine, "WORLDS_MAX", 1)
    monkeypatch.setattr(machine, "KEPT_EVERY", NEVER)
    lets_go = grown(scenario, spec, 4)
    assert sum(state.world is not None for state in lets_go.states.values()) <= 2
    assert list(lets_go.states) == list(keeps.states)
    assert lets_go.grown == keeps.grown
    for one, two in zip(lets_go.states.values(), keeps.states.values(), strict=True):
        assert one.discrete.names == two.discrete.names


@pytest.mark.usefixtures("lets_all_go")
@pytest.mark.parametrize(("name", "design"), PAIRS)
def test_each_state_gets_the_world_that_it_had(name: str, design: str) -> None:
    scenario = load_scenario(name)
    table = grown(scenario, load_design(design, scenario), 2)
    for state in list(table.states.values())[::11]:
        table._stand(state)
        again = table.encoder.state(state.standing, state.times, table.step)
        assert again.key == state.discrete.key
        assert again.columns == state.discrete.columns
        assert len(state.times) == len(state.discrete.fires)


@pytest.mark.usefixtures("lets_all_go")
@pytest.mark.parametrize("line", LINES)
def test_code_that_looks_at_a_number_looks_at_it_again(line: str, tmp_path: Path) -> None:
    file = tmp_path / "looks.py"
    file.write_text(DESIGN.replace("{line}", line))
    scenario = load_scenario("everything-fast", DELAYS)
    table = grown(scenario, load_design(f"{file}:Looks", scenario), 3)
    assert table.demoted == LINES[line]


def test_worlds_are_kept_at_set_steps_and_where_a_table_grew_last() -> None:
    scenario = load_scenario("everything-at-once")
    states = grown(scenario, load_design("alarm", scenario), 24).states.values()
    held = [state for state in states if state.world is not None]
    between = [state for state in held if state.depth % KEPT_EVERY]
    assert len(between) <= WORLDS_MAX < len(states) / 2
    assert all(state in held for state in states if state.depth % KEPT_EVERY == 0)


@pytest.mark.usefixtures("lets_all_go")
def test_a_state_that_is_not_come_to_again_is_refused() -> None:
    scenario = load_scenario("lossy-mobile")
    table = grown(scenario, load_design("alarm", scenario), 6)
    state = next(state for state in table.states.values() if state.world is None)
    state.discrete.key = b"another"
    with pytest.raises(NotCarried, match="something else the second time"):
        table._stand(state)


def test_the_way_to_an_end_is_found_in_its_tree() -> None:
    top, end, other = Place(), StepEnd(), StepEnd()
    top.content = divided = Quotient(NO_TERMS, 2)
    divided.then.content = asked = AtMostZero(NO_TERMS)
    asked.yes.content = other
    asked.no.content = number = Exactly(NO_TERMS)
    number.slots = {3: Place(), 5: Place(), 7: Place()}
    number.slots[5].content = end
    assert way_to(top, end) == [number.slots[5], asked.no, divided.then]
    assert way_to(top, other) == [asked.yes, divided.then]
    assert way_to(asked.yes, other) == []
    with pytest.raises(LookupError):
        way_to(number.slots[7], end)


@pytest.mark.usefixtures("lets_all_go")
def test_a_full_table_makes_no_world_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("lossy-mobile")
    spec = load_design("alarm", scenario)
    table = grown(scenario, spec, 3)
    monkeypatch.setattr(machine, "STATES_MAX", len(table.states))
    made: list[Any] = []
    monkeypatch.setattr(SessionTable, "_stand", lambda *given: made.append(given))
    reasons = {run_session(BY_TABLE, scenario, spec, 1, n, False)[1] for n in range(30)}
    assert reasons == {"", f"a table of more than {len(table.states):,} states"}
    assert not made


@pytest.mark.usefixtures("lets_all_go")
@pytest.mark.parametrize("is_broken_off", [False, True])
def test_a_step_that_is_taken_once_more_leaves_all_names_as_they_were(
    is_broken_off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario("everything-at-once")
    table = grown(scenario, load_design("alarm", scenario), 2)
    step = table.step
    state = list(table.states.values())[-20]
    names = [step.named, dict(step.sums), dict(step.quotients), dict(step.by_quotient)]
    if is_broken_off:
        monkeypatch.setattr(SessionTable, "_is_at", lambda *given: False)
        with pytest.raises(NotCarried):
            table._stand(state)
    else:
        table._stand(state)
    assert [step.named, step.sums, step.quotients, step.by_quotient] == names
