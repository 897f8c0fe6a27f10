"""A loop that counts down within its condition leads to the verdict of its twin."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from tests.typescript.field_styles import HEAD, SIGNALS
from tests.typescript.test_state import CLASS

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
ENDS = "await this.ctx.storage.put('state', { ...state, status: 'completed' });"
COUNTED = {
    "while": f"let n = 1; while (n--) {ENDS}",
    "for": f"for (let n = 1; n--; ) {ENDS}",
    "a member": f"const o = {{ n: 1 }}; for (; o.n--; ) {ENDS}",
    "a private field": f"for (; this.#n--; ) {ENDS}",
}
"""Each loop runs once: the session is completed by its first upload."""


@pytest.mark.parametrize("how", COUNTED)
def test_a_loop_that_counts_down_runs_as_often_as_in_javascript(how: str, tmp_path: Path) -> None:
    text = CLASS.format(fields="#n = 1;", noted=COUNTED[how], seen="0")
    (tmp_path / "session.ts").write_text(HEAD + text, encoding="utf-8")
    (tmp_path / "session.toml").write_text(SIGNALS, encoding="utf-8")
    report = lastchunk.verify("small-scope", f"{tmp_path / 'session.ts'}:Session", attack=0)
    assert report.verdicts["complete_at_finalization"].kind == "violated"
