"""What JavaScript means, program by program; and each mistake in it is noticed."""

from __future__ import annotations

import pytest

from tests.typescript.against_node import we_say
from tests.typescript.mutants import mutants
from tests.typescript.said_by_node import SAID

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
MUTANTS = mutants()
TRANSLATION = "lastchunk.model.typescript.translate"


@pytest.mark.parametrize("number", range(len(SAID)))
def test_a_program_says_what_node_says(number: int) -> None:
    program, said = SAID[number]
    assert we_say(program) == said


def test_there_are_many_mistakes() -> None:
    assert len(MUTANTS) >= 30


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, word, wrong = MUTANTS[name]
    if isinstance(owner, dict):
        monkeypatch.setitem(owner, word, wrong)
    else:
        monkeypatch.setattr(owner, word, wrong)
    is_kept = not getattr(owner, "__module__", getattr(owner, "__name__", "")).startswith(
        TRANSLATION
    )
    assert any(says_otherwise(program, said, is_kept) for program, said in SAID)


def says_otherwise(program: str, said: list[str], is_kept: bool) -> bool:
    try:
        return we_say(program, is_kept) != said
    except Exception:  # an error of Python's is noticed, too
        return True
