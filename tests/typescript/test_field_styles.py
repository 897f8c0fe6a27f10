"""Classes as the field writes them: each is proved, and a mistake in each is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import lastchunk
from tests.typescript.field_styles import HEAD, STYLES

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")


def judged(folder: Path, name: str, is_wrong: bool) -> lastchunk.Verdict:
    """The verdict on the property that the mistake of a style violates."""
    style = STYLES[name]
    assert style.text.count(style.right) == 1
    text = style.text.replace(style.right, style.wrong) if is_wrong else style.text
    (folder / "session.ts").write_text(HEAD + text, encoding="utf-8")
    (folder / "session.toml").write_text(style.binding, encoding="utf-8")
    proof = lastchunk.verify(
        "small-scope", f"{folder / 'session.ts'}:Session", properties=style.slug, attack=0
    )
    return proof.verdicts[style.slug]


@pytest.mark.parametrize("name", STYLES)
def test_a_class_of_the_field_is_proved(name: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, False).kind == "proved"


@pytest.mark.parametrize("name", STYLES)
def test_a_mistake_in_it_is_found(name: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, True).kind == "violated"
