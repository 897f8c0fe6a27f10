"""What is counted is a register, until code needs the very number; and no trace is ever another."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.table import engine
from lastchunk.model.table.engine import BY_TABLE, run_session, session_table

DELAYS = [
    "network.request_delay_ms={distribution='exponential', mean_ms=400}",
    "network.request_loss=0.2",
    "recording.duration_ms={low_ms=30000, high_ms=90000}",
]
DESIGN = """
import json

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import STATE_KEY, Chunk, Response
from lastchunk.reference_impl.session import store_chunk


class Looks(AlarmDesign):
    async def upload(self, chunk):
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        count, index, wait_ms = state["chunks_uploaded"], chunk.index, 1
        {line}
        await self.ctx.storage.set_alarm(self.ctx.now() + 600_000 + wait_ms)
        await store_chunk(self.ctx, chunk)
        return Response(200)
"""
COUNT, CHUNKS = "stored state.chunks_uploaded", "chunks"
LINES: dict[str, set[str]] = {
    "wait_ms = 5 if count * 3 + index > 7 else 7": set(),
    "wait_ms = 5 if count > 2 else 7": set(),
    "wait_ms = 5 if count == index else 7": set(),
    "wait_ms = 5 if index % 2 else 7": set(),
    "wait_ms = 5 if max(count, index, 3) >= 4 else 7": set(),
    "wait_ms = 5 if isinstance(count, int) else 7": set(),
    "wait_ms = 5 if {**state} == state and [chunk] == [chunk] else 7": set(),
    "wait_ms = round(2.0 ** count)": {COUNT},
    "wait_ms = count.bit_length()": {COUNT},
    "wait_ms = len(f'{count:04}') + len('%d' % count)": {COUNT},
    "wait_ms = sum(range(count))": {COUNT},
    "wait_ms = count": {COUNT},
    "wait_ms = sorted([chunk, Chunk(2, 1)])[0].size_bytes % 7": set(),
    "wait_ms = len(json.dumps(state))": {"stored"},
    "wait_ms = [1, 2, 3][index] if index < 3 else 4": {CHUNKS},
    "wait_ms = 5 if index in {0, 2, 3} else 7": {CHUNKS},
    "wait_ms = {0: 3, 1: 9}.get(index, 1)": {CHUNKS},
    "wait_ms = len(str(chunk))": {CHUNKS},
    "await self.ctx.storage.put(f'chunk {index}', count)": {CHUNKS},
    "seen = await self.ctx.storage.get('seen') or (); "
    "await self.ctx.storage.put('seen', [*seen, index])": set(),
    "await self.ctx.storage.put('own', index); wait_ms = await self.ctx.storage.get('own')": {
        CHUNKS
    },
    "await self.ctx.storage.put('n', 3 + (await self.ctx.storage.get('n') or 0))": set(),
    "wait_ms = 2 ** (await self.ctx.storage.get('n') or 0); "
    "await self.ctx.storage.put('n', min(wait_ms, 9))": {"stored n"},
}


@pytest.fixture(autouse=True)
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of this test alone."""
    monkeypatch.setattr(engine, "_tables", [])


@pytest.mark.parametrize("line", LINES)
def test_code_that_looks_at_a_number_does_the_same_in_both(line: str, tmp_path: Path) -> None:
    file = tmp_path / "looks.py"
    file.write_text(DESIGN.replace("{line}", line))
    scenario = load_scenario("everything-fast", DELAYS)
    spec = load_design(f"{file}:Looks", scenario)
    for session in range(5):
        assert run_session(BY_TABLE, scenario, spec, 1, session, is_checked=True)[1] == ""
    assert session_table(scenario, spec).demoted == LINES[line]


def states_for(chunks: int) -> int:
    """How many states a recording of so many chunks needs."""
    scenario = load_scenario("harmless", [f"recording.duration_ms={chunks * 10_000 + 3_000}"])
    spec = load_design("alarm", scenario)
    assert run_session(BY_TABLE, scenario, spec, 1, 0, is_checked=True)[1] == ""
    return len(session_table(scenario, spec).states)


def test_chunk_57_meets_the_state_that_chunk_12_met() -> None:
    assert states_for(57) == states_for(12) < 20


def test_what_names_a_later_draw_is_told_by_the_session_not_by_the_state() -> None:
    # Commits, sleeps, attempts and alarm runs of two sessions meet in states of either.
    trouble = load_scenario("storage-trouble", ["platform.alarm_uncounted_failure=0.5"])
    waits = ["client.retry_jitter=0.5", "network.request_loss=0.4"]
    lossy = load_scenario("everything-fast", [*DELAYS[2:], *waits])
    for scenario in (trouble, lossy):
        spec = load_design("outbox", scenario)
        for session in range(12):
            assert run_session(BY_TABLE, scenario, spec, 1, session, is_checked=True)[1] == ""
        assert not session_table(scenario, spec).demoted - {"stored outbox"}
