"""Which way sessions are run: the same rows either way, what differs is found, what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from lastchunk.cli.app import app
from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import load_design, load_designs, shipped_designs
from lastchunk.model.estimate import comparison
from lastchunk.model.estimate.replicate import run_batch
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.table import engine, machine, walk
from lastchunk.model.table.tree import StepEnd
from lastchunk.model.trace import events as e

DESIGNS = ["manual", "alarm"]
OVER_THE_STORE = """
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Response


class Heads(AlarmDesign):
    \"\"\"Looks into the blob store.\"\"\"

    async def signal_stop(self):
        await self.ctx.blobs.head("nothing")
        return await super().signal_stop()
"""


NO_NUMBER = """
from lastchunk.reference_impl.alarm import AlarmDesign


class NoNumber(AlarmDesign):
    \"\"\"Stores what is no number.\"\"\"

    async def signal_stop(self):
        await self.ctx.storage.put("share", float("nan"))
        return await super().signal_stop()
"""


def test_a_session_that_stores_no_number_is_run_in_simpy(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(NO_NUMBER, encoding="utf-8")
    design, few = f"{file}:NoNumber", 20
    table = comparison.compare("small-scope", design, few, engine="table")
    plain = comparison.compare("small-scope", design, few, engine="simpy")
    assert "in SimPy (what exploring refuses)" in next(iter(table.engines.values()))
    pd.testing.assert_frame_equal(table.frame, plain.frame, check_exact=True)


def test_rows_are_the_same_by_either_way_and_any_number_of_workers() -> None:
    plain = comparison.compare("small-scope", DESIGNS, 800, 3, engine="simpy")
    for workers in (1, 2):
        by_table = comparison.compare("small-scope", DESIGNS, 800, 3, workers)
        assert by_table.engines == {"manual": "table", "alarm": "table"}
        pd.testing.assert_frame_equal(by_table.frame, plain.frame, check_exact=True)
    assert plain.engines == dict.fromkeys(DESIGNS, "SimPy (asked for)")


def test_a_few_sessions_run_in_simpy_unless_the_table_is_asked_for() -> None:
    few = comparison.compare("small-scope", "alarm", 5)
    assert few.engines == {"alarm": "SimPy (fewer than 500 sessions)"}
    table = comparison.compare("small-scope", "alarm", 5, engine="table")
    assert table.engines == {"alarm": "table"}
    pd.testing.assert_frame_equal(few.frame, table.frame)


@pytest.mark.parametrize("keeps", [True, False])
def test_sessions_that_are_added_may_be_run_in_another_way_which_is_said(keeps: bool) -> None:
    found = comparison.compare(
        "small-scope", "alarm", 300, half_width=0.001, sessions_max=1_200, keep_rows=keeps
    )
    assert found.sessions == 1_200
    assert found.engines == {"alarm": "600 by SimPy (fewer than 500 sessions), 600 by table"}


def test_a_session_that_is_left_to_simpy_is_counted_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(walk, "HAPPENINGS_MAX", 30)
    table = comparison.compare("everything-fast", "alarm", 12, engine="table")
    plain = comparison.compare("everything-fast", "alarm", 12, engine="simpy")
    pd.testing.assert_frame_equal(table.frame, plain.frame)
    found = re.fullmatch(r"table, (\d+) in SimPy \(.* 30 happenings\)", table.engines["alarm"])
    assert found is not None
    assert int(found[1]) in range(1, 12)


def test_what_no_table_carries_is_said_by_name(tmp_path: Path) -> None:
    scenario = load_scenario("slow-uplink")
    stands_in: Any = object()
    spec = replace(load_design("alarm", scenario), real=stands_in)
    path = engine.way_of("auto", scenario, spec, 1_000)
    assert str(path) == "SimPy (an object on the real runtime)"
    with pytest.raises(InputError, match=r"'table'; allowed: simpy, or auto.*: an object on the"):
        engine.way_of("table", scenario, spec, 1_000)
    with pytest.raises(InputError, match="allowed: one of auto, table, simpy"):
        comparison.compare("harmless", "alarm", 2, engine="quick")


def test_a_design_that_reads_the_blob_store_is_carried_with_it(tmp_path: Path) -> None:
    file = tmp_path / "heads.py"
    file.write_text(OVER_THE_STORE)
    scenario = load_scenario("harmless", ["blobs.call_delay_ms=7"])
    design = f"{file}:Heads"
    table = comparison.compare(scenario, design, 3, engine="table")
    assert list(table.engines.values()) == ["table"]
    plain = comparison.compare(scenario, design, 3, engine="simpy")
    pd.testing.assert_frame_equal(table.frame, plain.frame)


def test_a_fixed_share_of_sessions_runs_both_ways_however_large_a_batch_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "CHECKED_EVERY", 10)
    scenario = load_scenario("harmless")
    looked = []

    def other(*given: Any) -> Run:
        looked.append(given[-1])
        return simulate(*given)

    monkeypatch.setattr(engine, "simulate", other)
    run_batch(
        scenario, [load_design("alarm", scenario)], 1, range(7, 45), engine="table", of_all=38
    )
    assert looked == [7, 10, 20, 30, 40]


def spoiled(leaf: StepEnd) -> None:
    """Change one thing that a leaf says."""
    for at, (kind, fields) in enumerate(leaf.events):
        if kind is e.BlobStored:
            later = fields[0]._replace(constant=fields[0].constant + 1)
            leaf.events[at] = (kind, (later, *fields[1:]))


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that gets one event wrong."""
    from lastchunk.model.table.machine import SessionTable

    made = SessionTable._end

    def wrong(self: SessionTable, *given: Any) -> StepEnd:
        end = made(self, *given)
        spoiled(end)
        return end

    monkeypatch.setattr(SessionTable, "_end", wrong)
    monkeypatch.setattr(engine, "_tables", [])


@pytest.mark.usefixtures("spoil")
def test_a_table_that_says_otherwise_is_an_error_with_both_events() -> None:
    scenario = load_scenario("harmless")
    spec = load_design("alarm", scenario)
    with pytest.raises(InternalError) as found:
        run_batch(scenario, [spec], 1, range(4, 6), engine="table", of_all=6)
    words = str(found.value)
    assert "alarm in harmless, seed 1, session 4: the table and SimPy differ at event" in words
    assert words.count("BlobStored(at_ms=") == 2


@pytest.mark.usefixtures("spoil")
def test_that_error_ends_the_command_with_4() -> None:
    given = ["compare", "harmless", "--design", "alarm", "--sessions", "3", "--workers", "1"]
    result = CliRunner().invoke(app, [*given, "--engine", "table"])
    assert isinstance(result.exception, InternalError)
    assert CliRunner().invoke(app, [*given, "--engine", "simpy"]).exit_code == 0


def test_a_table_that_grows_with_each_session_is_dropped_and_not_tried_again() -> None:
    scenario = load_scenario("everything-at-once")
    spec = load_design("alarm", scenario)
    for _ in range(2):
        way = engine.way_of("auto", scenario, spec, 1_000)
        assert str(way) == "SimPy (a table would cost more than it saves)"
        assert not [table for known, _, table in engine._tables if known == scenario]
    assert engine._too_wide.count((scenario, spec, 1_000)) == 1


def test_the_designs_of_a_comparison_keep_their_tables_as_they_take_turns() -> None:
    scenario = load_scenario("small-scope")
    specs = load_designs(list(shipped_designs()), scenario)
    run_batch(scenario, specs, 1, range(3), engine="table", of_all=3)
    before = [engine.session_table(scenario, spec) for spec in specs]
    run_batch(scenario, specs, 1, range(3), engine="table", of_all=3)
    assert all(
        engine.session_table(scenario, spec) is table
        for spec, table in zip(specs, before, strict=True)
    )


def test_a_table_takes_so_much_memory_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_tables", [])
    monkeypatch.setattr(machine, "STATES_MAX", 12)
    table = comparison.compare("everything-fast", "alarm", 6, engine="table")
    assert "in SimPy (a table of more than 12 states)" in table.engines["alarm"]
    plain = comparison.compare("everything-fast", "alarm", 6, engine="simpy")
    pd.testing.assert_frame_equal(table.frame, plain.frame)
