"""Each link of each document leads to the heading that it names; each file that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documents.blocks import FENCE, MARKDOWN, ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"`((?:model|tests|reference_impl|reports|docs|notebooks)/[\w/.-]+\.\w+)`")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words_of(path: Path) -> str:
    """A document without its blocks, which have brackets of their own."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as Markdown of sites and of repositories makes them."""
    headings = re.findall(r"^#+ (.+)$", words_of(path), re.MULTILINE)
    plain = [re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings]
    return {re.sub(r"\s+", "-", heading) for heading in plain}


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(words_of(path)):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("path", MARKDOWN, ids=named)
def test_files_that_are_named_exist(path: Path) -> None:
    if path.name == "CHANGELOG.md":  # it speaks of what there was
        return
    for name in FILE.findall(words_of(path)):
        assert (ROOT / name).exists(), name


def test_a_wrong_anchor_would_be_seen() -> None:
    assert "exit-codes" in anchors(ROOT / "docs" / "reference" / "properties.md")
    assert "exit-code" not in anchors(ROOT / "docs" / "reference" / "properties.md")
