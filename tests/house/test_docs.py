"""The lists of the documents are complete; tests/documents runs their code and follows links."""

from __future__ import annotations

import re
from pathlib import Path

import lastchunk
from lastchunk.model.estimate.sweep import sweep
from lastchunk.model.properties import PROPERTIES
from lastchunk.reports.docs.platform import page

ROOT = Path(__file__).parents[2]


def test_the_architecture_names_every_rule() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rules = {demo.rule for demo in page.DEMOS if demo.rule != "memory"}
    table = text.split("## Where each platform rule is kept")[1].split("Not simulated yet")[0]
    assert rules <= set(re.findall(r"\b[ABDR]\d+\b", table))
    assert len(rules) == 36


def test_every_public_name_is_there() -> None:
    for name in dir(lastchunk):
        assert getattr(lastchunk, name) is not None
    assert lastchunk.PROPERTIES is PROPERTIES
    assert lastchunk.sweep is sweep


def test_the_number_of_scenarios_in_the_changelog_is_true() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(lastchunk.shipped()) == 19
    assert "nineteen in all" in text
