"""The same random design in both languages has the same verdicts, states and classes.

``python -m benchmarks.random_twins 300`` compares more of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.typescript.twin_net import both_said

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")


@pytest.mark.parametrize("number", range(10))
def test_both_languages_say_the_same(number: int, tmp_path: Path) -> None:
    one, other = both_said(number, tmp_path)
    assert one == other
    assert "proved" in one["kinds"].values()
