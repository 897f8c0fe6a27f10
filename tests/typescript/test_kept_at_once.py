"""Tables and keys that are written without a wait are part of a state, to the last value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lastchunk
from lastchunk.model.explore.state.state_encoder import WorldEncoder
from tests.typescript.field_styles import COMPLETE, HEAD

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
CLASS = """
interface State { status: string; chunks_uploaded: number; stopped?: boolean }
export class Session extends DurableObject<Env> {
  async create() {
    const storage = this.ctx.storage;
    MAKE
    await storage.put('state', { status: 'active', chunks_uploaded: 0 });
  }
  async upload(index: number, body: ReadableStream) {
    const storage = this.ctx.storage;
    const before = (await storage.get<State>('state'))!;
    if (before.stopped && before.chunks_uploaded === 1 && READ === 'FIRST')
      await storage.put('state', { ...before, status: 'completed' });
    await this.env.FILES.put(`c/${index}`, body);
    const word = 'chunk';
    WRITE
    const state = (await storage.get<State>('state'))!;
    await storage.put('state', { ...state, chunks_uploaded: state.chunks_uploaded + 1 });
  }
  async stop() {
    const storage = this.ctx.storage;
    const word = 'stop';
    WRITE
    await storage.put('state', { ...(await storage.get<State>('state'))!, stopped: true });
  }
}
"""
BINDING = """[calls]
create = "create()"
upload = "upload(chunk, body)"
stop = "stop()"
[env]
FILES = "bucket"
"""
KINDS = {
    "§sql": {
        "MAKE": "storage.sql.exec('CREATE TABLE IF NOT EXISTS t (id INTEGER UNIQUE, a TEXT)');",
        "WRITE": "storage.sql.exec('INSERT OR IGNORE INTO t VALUES (1, ?)', word);",
        "READ": "storage.sql.exec<any>('SELECT a FROM t').one().a",
    },
    "t": {
        "MAKE": "",
        "WRITE": "storage.kv.put('t', storage.kv.get('t') ?? word);",
        "READ": "storage.kv.get('t')",
    },
}
"""What came first, a chunk or the stop: this value alone tells, once both have come. Each under the
key of the world that it lies under."""
SCOPE = lastchunk.load_scenario("small-scope", ["chunks=2"])


def kind_of(folder: Path, kind: str, first: str) -> str:
    """The verdict on a class that completes too early after one order of the two."""
    text = CLASS
    for word, code in {**KINDS[kind], "FIRST": first}.items():
        text = text.replace(word, code)
    (folder / "session.ts").write_text(HEAD + text, encoding="utf-8")
    (folder / "session.toml").write_text(BINDING, encoding="utf-8")
    design = f"{folder / 'session.ts'}:Session"
    return lastchunk.verify(SCOPE, design, properties=COMPLETE, attack=0).verdicts[COMPLETE].kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_that_hangs_on_a_value_is_found(kind: str, tmp_path: Path) -> None:
    assert [kind_of(tmp_path, kind, first) for first in ("chunk", "stop")] == ["violated"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_missed_where_the_value_is_forgotten(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: of two states that differ in this value alone, one is taken for the other."""
    stored = WorldEncoder._stored

    def forgetful(self: WorldEncoder, key: str, value: Any) -> Any:
        return stored(self, key, 0 if key == kind else value)

    monkeypatch.setattr(WorldEncoder, "_stored", forgetful)
    found = [kind_of(tmp_path, kind, first) for first in ("chunk", "stop")]
    assert sorted(found) == ["unknown", "violated"]  # it never completes, as far as can be seen
