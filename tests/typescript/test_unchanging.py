"""Which objects in fields nothing of a class's text can change: their memory shows nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.typescript.binding.modules import Modules
from lastchunk.model.typescript.binding.unchanging import unchanging_fields
from tests.typescript.field_styles import HEAD

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
CLASS = """
const other = (made: any) => made;
export class Session extends DurableObject<Env> {
  readonly limits = { grace_ms: 5_000, word: 'x' };
  async upload(index: number, body: ReadableStream) { DOES }
  async stop() { await this.ctx.storage.setAlarm(Date.now() + this.limits.grace_ms); }
  async alarm() {}
}
"""


def unchanging(does: str, folder: Path) -> frozenset[str]:
    file = folder / "session.ts"
    file.write_text(HEAD + CLASS.replace("DOES", does), encoding="utf-8")
    modules = Modules("session", {}, {})
    modules.names(file, ["Session"])
    return unchanging_fields(modules)


@pytest.mark.parametrize(
    "does",
    [
        "return this.limits.grace_ms > 3 ? 200 : 403;",
        "const ms = this.limits.grace_ms; return ms;",
        "let ms = 0; ms = this.limits.grace_ms!; other(`${this.limits.word}`);",
        "[1].map((n) => n + this.limits.grace_ms);",
    ],
)
def test_what_is_only_read_by_a_member_cannot_change(does: str, tmp_path: Path) -> None:
    assert unchanging(does, tmp_path) == {".limits"}


@pytest.mark.parametrize(
    "does",
    [
        "this.limits.grace_ms = 3;",
        "(this.limits.grace_ms) = 3;",
        "this.limits.grace_ms += 3;",
        "this.limits.grace_ms++;",
        "[this.limits.grace_ms] = [3];",
        "({ a: this.limits.grace_ms } = { a: 3 });",
        "delete this.limits.word;",
        "this.limits['word'] = 'y';",
        "const all = this.limits; all.grace_ms = 3;",
        "const { limits } = this; limits.grace_ms = 3;",
        "other(this).limits.grace_ms = 3;",
        "const key = 'limits'; (this as any)[key].grace_ms = 3;",
        "Object.assign(this.limits, { grace_ms: 3 });",
        "this.limits = { grace_ms: 3, word: 'x' };",
        "for (this.limits.grace_ms of [3]) {}",
    ],
)
def test_what_may_change_is_kept(does: str, tmp_path: Path) -> None:
    with suppress(DesignError):  # some are refused before anything is said
        assert ".limits" not in unchanging(does, tmp_path)
