"""Blame: who made a method that a dataclass wrote is a better place than the method."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from lastchunk.model.base.blame import is_own, place_of_error, place_of_frame
from lastchunk.reference_impl import alarm, clock, contract, effect, transaction

MADE: dict[str, Any] = {}
exec(compile("def made(work):\n    return work() or 1 // 0", "<string>", "exec"), MADE)


def calls_what_was_made(work: Any) -> Any:
    return MADE["made"](work)


def test_an_error_in_a_method_that_was_made_is_its_caller_s() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        calls_what_was_made(lambda: 0)
    assert "in calls_what_was_made() of test_blame.py" in place_of_error(caught.value)


def test_a_method_that_was_made_and_that_nobody_of_ours_called_is_told_itself() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        eval("made(work)", {**MADE, "work": lambda: 0})
    error = caught.value
    assert error.__traceback__ is not None
    inner = error.with_traceback(error.__traceback__.tb_next)
    assert "of <string>" in place_of_error(inner)


def test_a_frame_in_a_method_that_was_made_is_its_caller_s(monkeypatch: Any) -> None:
    monkeypatch.setattr("lastchunk.model.base.blame.CALLERS", (__file__,))
    monkeypatch.setattr("lastchunk.model.base.blame.OURS", "no folder")
    found: list[str] = []

    def work() -> int:
        found.append(place_of_frame(sys._getframe(1)))
        return 1

    told: dict[str, Any] = {"made": MADE["made"], "work": work}
    exec(compile("def theirs():\n    return made(work)", "theirs.py", "exec"), told)
    told["theirs"]()
    assert found == [" at line 2, in theirs() of theirs.py"]


def test_the_contract_is_nobody_s_own_and_a_shipped_design_is() -> None:
    assert is_own(str(alarm.__file__))
    for module in (clock, contract, effect, transaction):
        assert not is_own(str(module.__file__))
