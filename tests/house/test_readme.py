"""README.md's table of results is what the designs do now."""

from __future__ import annotations

from lastchunk.reports.docs.readme import BEGIN, END, README, with_table


def test_the_table_of_results_is_what_the_designs_do() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert with_table(text) == text, "python -m lastchunk.reports.docs.readme writes it anew"


def test_the_page_has_one_width() -> None:
    is_code = False
    for line in README.read_text(encoding="utf-8").splitlines():
        is_code ^= line.startswith("```")
        if not (is_code or line.startswith(("|", "![", "#", "```"))):
            assert len(line) <= 104, line
