"""The documents are true: their code runs, their links lead somewhere, their lists are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.estimate.sweep import sweep
from lastchunk.model.properties import PROPERTIES
from lastchunk.reports.docs.platform import page

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a document in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_readme_s_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    # The other one is a test for pytest: tests/gate/test_pytest_plugin.py runs it.
    code, _ = blocks((ROOT / "README.md").read_text(encoding="utf-8"), "python")
    exec(compile(code, "README.md", "exec"), {})
    assert "violated" in capsys.readouterr().out


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_files_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target
    for name in re.findall(r"`((?:model|tests|reference_impl|reports)/[\w/]+\.\w+)`", text):
        assert (ROOT / name).exists(), name


def test_the_architecture_names_every_rule() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rules = {demo.rule for demo in page.DEMOS if demo.rule != "memory"}
    table = text.split("## Where each platform rule is kept")[1].split("Not simulated yet")[0]
    assert rules <= set(re.findall(r"\b[ABDR]\d+\b", table))
    assert len(rules) == 33


def test_every_public_name_is_there() -> None:
    for name in dir(lastchunk):
        assert getattr(lastchunk, name) is not None
    assert lastchunk.PROPERTIES is PROPERTIES
    assert lastchunk.sweep is sweep


def test_the_number_of_scenarios_in_the_changelog_is_true() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert len(lastchunk.shipped()) == 19
    assert "nineteen in all" in text
