"""What very many sessions cost, as docs/clusters.md says, follows from what was measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.many_sessions import cost_rows

DOCS = Path(__file__).parents[2] / "docs"
MEASURED = re.findall(
    r"^(\d+ µs of CPU a session)\n((?:\|.*\n)+)",
    (DOCS / "measured.md").read_text(encoding="utf-8"),
    re.M,
)


@pytest.mark.parametrize(("words", "rows"), MEASURED, ids=[words for words, _ in MEASURED])
def test_the_table_is_computed_from_the_rate_that_was_measured(words: str, rows: str) -> None:
    computed = cost_rows(int(words.split()[0]))
    assert [words, *rows.splitlines()] == computed
    clusters = (DOCS / "clusters.md").read_text(encoding="utf-8")
    assert words in clusters
    assert all(row in clusters for row in computed[1:])


def test_an_hour_is_a_million_sessions_of_3600_microseconds() -> None:
    assert len(MEASURED) == 2
    assert cost_rows(3_600)[1:] == [
        "| 10⁶ | 60 min | 36 s |",
        "| 10⁹ | 42 days | 10 h |",
        "| 10¹² | 42,000 days | 420 days |",
    ]
