"""Sessions of TypeScript designs walk a table too: the traces are SimPy's, event by event."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.table.engine import BY_TABLE, run_session
from tests.typescript.twins import TWINS, twin_of

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SIZES = ["recording.chunk_sizes={kind='lognormal', sigma=0.4}"]
COUNTED = """
export class Session {
  constructor(private ctx: DurableObjectState, private env: Env) {}
  async create() {
    if (await this.ctx.storage.get('state')) return 200;
    await this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0, odd: 0 });
  }
  async upload(index: number, body: ReadableStream) {
    await this.env.FILES.put(`${index}`, body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    if (!state.odd) state.odd = 1; else if (state.odd === 1) state.odd = 0; else return 500;
    if (state.chunks_uploaded === 3 && !index) return 409;
    state.chunks_uploaded += 1;
    state.words = `${state.chunks_uploaded} of ${[1, 2, 3].includes(state.odd)}`;
    await this.ctx.storage.put('state', state);
    return (await this.env.FILES.head(`${index}`)) === null ? 500 : 200;
  }
  async stop() { await this.ctx.storage.setAlarm(Date.now() + 5_000); }
  async alarm(info: AlarmInvocationInfo) {
    const state = (await this.ctx.storage.get<any>('state'))!;
    if (info.retryCount < 1 && state.odd) throw new Error('again');
    await this.ctx.storage.put('state', { ...state, status: 'completed' });
  }
}
"""
BINDING = """
page = "alarm"
[calls]
create = "create()"
upload = "upload(chunk, body)"
stop = "stop()"
[env]
FILES = "bucket"
"""


def carried(scenario: str, design: str, sessions: int, overrides: list[str] | None = None) -> None:
    """Hold the table's traces to SimPy's; none is left to SimPy."""
    loaded = load_scenario(scenario, overrides or [])
    spec = load_design(design, loaded)
    for session in range(sessions):
        assert run_session(BY_TABLE, loaded, spec, 1, session, is_checked=True)[1] == ""


@pytest.mark.parametrize(("number", "name"), list(enumerate(TWINS)))
def test_a_shipped_design_in_typescript_is_carried(number: int, name: str) -> None:
    carried(("lossy-mobile", "storage-trouble")[number % 2], twin_of(name), 2)


@pytest.mark.parametrize("overrides", [[], SIZES], ids=["", "sizes are drawn"])
def test_code_that_looks_at_its_numbers_is_carried(tmp_path: Path, overrides: list[str]) -> None:
    (tmp_path / "session.ts").write_text(COUNTED, encoding="utf-8")
    (tmp_path / "session.toml").write_text(BINDING, encoding="utf-8")
    carried("everything-fast", f"{tmp_path / 'session.ts'}:Session", 4, overrides)
