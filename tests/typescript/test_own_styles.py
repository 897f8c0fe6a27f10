"""Classes of a stranger's shape are explored as designs of the shipped shape are."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace.events import HandlerEnded
from tests.typescript.field_styles import HEAD, SIGNALS
from tests.typescript.own_styles import write_routed

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SLOW_PUTS = "blobs.put_delay_ms={distribution='uniform',low_ms=1,high_ms=8}"


def test_a_class_with_routes_is_explored_while_a_put_is_under_way(tmp_path: Path) -> None:
    reference, slug = write_routed(tmp_path), "complete_at_finalization"
    for grace_ms, kind in ((20, "violated"), (60, "proved")):
        settings = ["chunks=1", "disconnects=0", SLOW_PUTS, f"grace_ms={grace_ms}"]
        scope = lastchunk.load_scenario("small-scope", settings)
        proof = lastchunk.verify(scope, reference, properties=slug, attack=0)
        assert proof.verdicts[slug].kind == kind


LISTS = """
export class Session extends DurableObject<Env> {
  async create() {
    await this.ctx.storage.put({ "a:1": 1, "t:1": 2, "u:1": 3 });
    await this.ctx.storage.put("meta", { status: "active", chunks_uploaded: 0 });
  }
  async upload(index: number, body: ReadableStream) {
    const keys = [...(await this.ctx.storage.list(OPTIONS)).keys()].join(" ");
    if (keys !== "WANTED") throw new Error(keys);
    await this.env.FILES.put(`c/${index}`, body);
  }
  async stop() { await this.ctx.storage.setAlarm(Date.now() + 5); }
  async alarm() { await this.ctx.storage.put("meta", { status: "completed", chunks_uploaded: 1 }); }
}
"""


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("{}", "a:1 meta t:1 u:1"),
        ("{ reverse: true }", "u:1 t:1 meta a:1"),
        ("{ prefix: 't:' }", "t:1"),
        ("{ prefix: 'm' }", None),
        ("{ start: 'b', end: 'n' }", None),
        ("{ start: 'b' }", "meta t:1 u:1"),
        ("{ startAfter: 'meta', end: 'z' }", None),
        ("{ start: 't', limit: 1 }", "t:1"),
        ("{ limit: 2 }", None),
    ],
)
def test_a_list_beside_an_own_record_has_the_keys_of_the_class(
    options: str, wanted: str | None, tmp_path: Path
) -> None:
    text = HEAD + LISTS.replace("OPTIONS", options).replace("WANTED", wanted or "")
    (tmp_path / "session.ts").write_text(text, encoding="utf-8")
    binding = SIGNALS + '[record]\nkey = "meta"\n'
    (tmp_path / "session.toml").write_text(binding, encoding="utf-8")

    def statuses() -> set[int]:
        run = lastchunk.simulate("harmless", f"{tmp_path / 'session.ts'}:Session")
        return {ev.status for ev in run.trace if type(ev) is HandlerEnded and ev.method == "upload"}

    if wanted is None:
        with pytest.raises(DesignError, match=r"list\(\) with or without the record 'meta'"):
            statuses()
    else:
        assert statuses() == {200}
