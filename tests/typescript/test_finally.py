"""A ``finally`` runs whatever goes on around the code, and not where its instance is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.verify import Reductions
from lastchunk.model.trace import events as e
from tests.typescript.field_styles import HEAD

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
CLASS = """
export class Told extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname;
    if (path === '/create') {
      await this.ctx.storage.put('state', { status: 'active', chunks_uploaded: 0 });
      return new Response('ok');
    }
    if (path === '/stop') return this.stop();
    await this.env.BUCKET.put(path, request.body);
    const state = (await this.ctx.storage.get<any>('state'))!;
    state.chunks_uploaded++;
    if (path === '/upload/0') state.first = true;
    await this.ctx.storage.put('state', state);
    return new Response('ok');
  }
  async stop() {
    const state = (await this.ctx.storage.get<any>('state'))!;
    STOP
    return new Response('ok');
  }
  async alarm() {}
}
"""
BINDING = """
page = "alarm"
[calls]
create = "POST /create"
upload = "PUT /upload/{chunk}"
stop = "POST /stop"
[env]
BUCKET = "bucket"
"""
COMPLETES = "{ state.status = 'completed'; await this.ctx.storage.put('state', state); }"
STOPS = {
    "try and finally": f"try {{ state.seen = true; }} finally {COMPLETES}",
    "after an error": f"try {{ throw new Error('no'); }} catch {{}} finally {COMPLETES}",
    "a loop over a generator": (
        "function* each() { try { yield 1; } finally { state.status = 'completed'; } }\n"
        "for (const one of each()) { if (one) break; }\n"
        "await this.ctx.storage.put('state', state);"
    ),
    "without": COMPLETES,
}
GONE = (
    "try { await this.env.BUCKET.put(path, request.body); } "
    "finally { const state: any = { chunks_uploaded: 0 }; " + COMPLETES + " }"
)
FEW = ["disconnects=0", "failures=0"]
COMPLETE = "complete_at_finalization"


def verdict(file: Path, *, symmetry: bool) -> tuple[str, int]:
    """What is said of the class, by how many classes of states."""
    given = Reductions(symmetry=symmetry)
    scenario = lastchunk.load_scenario("small-scope", FEW)
    proof = lastchunk.verify(
        scenario, f"{file}:Told", properties=COMPLETE, reductions=given, attack=0
    )
    return proof.verdicts[COMPLETE].kind, proof.classes


def written(folder: Path, stop: str, text: str = CLASS) -> Path:
    (folder / "told.ts").write_text(HEAD + text.replace("STOP", stop), encoding="utf-8")
    (folder / "told.toml").write_text(BINDING, encoding="utf-8")
    return folder / "told.ts"


@pytest.mark.parametrize("stop", STOPS)
def test_it_runs_where_a_search_begins_again(stop: str, tmp_path: Path) -> None:
    file = written(tmp_path, STOPS[stop])
    kind, classes = verdict(file, symmetry=True)  # the path tells chunks apart: it begins again
    assert kind == "violated"
    assert verdict(file, symmetry=False) == (kind, classes)


def test_it_runs_whatever_a_caller_handles(tmp_path: Path) -> None:
    file = written(tmp_path, STOPS["try and finally"])
    plain = lastchunk.simulate("harmless", f"{file}:Told").trace
    try:
        raise ChunkIndexUsed
    except ChunkIndexUsed:
        assert lastchunk.simulate("harmless", f"{file}:Told").trace == plain


def test_it_does_not_run_where_the_instance_is_gone(tmp_path: Path) -> None:
    text = CLASS.replace("await this.env.BUCKET.put(path, request.body);", GONE)
    file = written(tmp_path, "", text)
    killed = "faults=[{kind='process_killed', anchor='start', offset_ms=15000, for_ms=2}]"
    scenario = lastchunk.load_scenario("harmless", [killed, "blobs.put_delay_ms=6000"])
    trace = lastchunk.simulate(scenario, f"{file}:Told").trace
    (kill,) = (event for event in trace if isinstance(event, e.ProcessKilled))
    written_then = [
        event
        for event in trace
        if isinstance(event, e.StateWritten) and event.at_ms <= kill.at_ms + 2
    ]
    assert [event.status for event in written_then] == ["active"]
