"""Classes as the field writes them: each is proved, and a mistake in each is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import DesignError
from lastchunk.model.properties.base import Holds, Violation
from tests.typescript.field_styles import HEAD, IN_PARTS, Style
from tests.typescript.more_styles import TWELVE

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
LARGE = lastchunk.load_scenario("harmless", ["client.video_kbps=8000"])
"""Chunks of 10 MB: all parts but the last have at least 5 MiB (R22)."""


def judged(folder: Path, name: str, is_wrong: bool) -> lastchunk.Verdict:
    """The verdict on the property that the mistake of a style violates."""
    style = TWELVE[name]
    design = written(folder, style, is_wrong)
    proof = lastchunk.verify("small-scope", design, properties=style.slug, attack=0)
    return proof.verdicts[style.slug]


def written(folder: Path, style: Style, is_wrong: bool) -> str:
    """The reference of a style's class, once it is written."""
    assert style.text.count(style.right) == 1
    text = style.text.replace(style.right, style.wrong) if is_wrong else style.text
    (folder / "session.ts").write_text(HEAD + text, encoding="utf-8")
    (folder / "session.toml").write_text(style.binding, encoding="utf-8")
    return f"{folder / 'session.ts'}:Session"


@pytest.mark.parametrize("name", TWELVE)
def test_a_class_of_the_field_is_proved(name: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, False).kind == "proved"


@pytest.mark.parametrize("name", TWELVE)
def test_a_mistake_in_it_is_found(name: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, True).kind == "violated"


def judgement_of(run: lastchunk.Run) -> object:
    """How the property that the mistake violates was judged."""
    return run.check(IN_PARTS.slug)[IN_PARTS.slug]


def test_an_upload_in_parts_is_simulated(tmp_path: Path) -> None:
    run = lastchunk.simulate(LARGE, written(tmp_path, IN_PARTS, False))
    assert isinstance(judgement_of(run), Holds)
    assert any(getattr(event, "status", "") == "completed" for event in run.trace)


def test_a_mistake_in_an_upload_in_parts_is_found(tmp_path: Path) -> None:
    run = lastchunk.simulate(LARGE, written(tmp_path, IN_PARTS, True))
    assert isinstance(judgement_of(run), Violation)


def test_exploring_refuses_an_upload_in_parts_by_name(tmp_path: Path) -> None:
    design = written(tmp_path, IN_PARTS, False)
    with pytest.raises(DesignError, match=r"uploads in parts.*session.ts, line 9"):
        lastchunk.verify("small-scope", design, attack=0)
