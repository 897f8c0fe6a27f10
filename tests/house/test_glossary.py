"""The glossary: each name in it stands in the code, and no word has two entries."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from lastchunk.model.design.load import OBJECT_METHODS
from lastchunk.model.properties import PROPERTIES, SOMETIMES
from tests.house.test_one_name import defined, sources

TEXT = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^\* \*\*(.+?)\*\*: (.+)$", TEXT, re.MULTILINE)


def test_each_name_in_the_glossary_exists() -> None:
    names = {name for text in sources().values() for name, _ in defined(ast.parse(text))}
    known = names | set(PROPERTIES) | set(SOMETIMES) | set(OBJECT_METHODS) | {"code style", "stop"}
    assert sorted(set(re.findall(r"`([^`]+)`", TEXT)) - known) == []


def test_an_entry_is_short_and_each_word_has_one() -> None:
    assert 40 <= len(ENTRIES) <= 50
    words = [word for word, _ in ENTRIES]
    assert len(set(words)) == len(words)
    assert len(ENTRIES) == TEXT.count("\n* "), "each line is read"
    assert [word for word, meaning in ENTRIES if len(meaning) > 120] == []


def test_the_words_that_were_given_up_are_not_used() -> None:
    given_up = r"\b(guard|skeleton|collector|asker|taped|strikes)s?\b"
    assert re.findall(given_up, TEXT, re.IGNORECASE) == []
