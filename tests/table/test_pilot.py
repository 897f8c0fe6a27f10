"""Whether a table pays: told from its first sessions, more sessions never against it."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.table import engine
from lastchunk.model.table.engine import BY_TABLE, run_session, session_table, way_of
from lastchunk.model.table.numbers.pilot import OF_COMPILED, OF_TABLE, PILOTS, Pilot, Price


@pytest.fixture(autouse=True)
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins as a new process does."""
    monkeypatch.setattr(engine, "_tables", [])
    monkeypatch.setattr(engine, "_too_wide", [])


def pilot_of(first: int, later: int, price: Price = OF_TABLE) -> Pilot:
    pilot = Pilot(price)
    for session in range(PILOTS):
        pilot.has_run(100, first if session < PILOTS // 2 else later)
    return pilot


@given(
    st.integers(1, 2_000),
    st.integers(0, 4_000),
    st.integers(1, 10**6),
    st.integers(1, 100),
    st.sampled_from([OF_TABLE, OF_COMPILED]),
)
def test_what_pays_for_some_sessions_pays_for_more(
    first: int, more: int, sessions: int, times: int, price: Price
) -> None:
    pilot = pilot_of(first, first + more, price)
    assert not pilot.pays(sessions) or pilot.pays(sessions * times)
    assert not pilot.pays(sessions) or pilot.may_pay(sessions)


def test_a_table_that_doubles_with_its_sessions_pays_at_no_number_of_them() -> None:
    assert not pilot_of(1_000, 2_000).pays(10**9)
    assert pilot_of(1_000, 1_500).pays(10**9)
    assert pilot_of(20, 20).pays(1_000)


@pytest.mark.parametrize("first", [500, 40_000])
def test_the_answer_is_the_same_whatever_was_asked_before(first: int) -> None:
    scenario = load_scenario("lossy-mobile")
    spec = load_design("re-read", scenario)
    way_of("auto", scenario, spec, first)
    assert not way_of("auto", scenario, spec, 600).by_table
    assert way_of("auto", scenario, spec, 40_000).by_table


def test_a_state_keeps_under_24_kilobytes() -> None:
    scenario = load_scenario("lossy-mobile")
    spec = load_design("alarm", scenario)
    run_session(BY_TABLE, scenario, spec, 2, 0, False)
    first = len(session_table(scenario, spec).states)
    tracemalloc.start(1)
    for session in range(20):
        run_session(BY_TABLE, scenario, spec, 1, session, False)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    new = len(session_table(scenario, spec).states) - first
    assert new > 50
    assert kept / new < 24_000
