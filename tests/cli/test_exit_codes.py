"""The exit codes: whatever is raised, it ends in one of the codes, and in one line."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.cli.ends import TRACEBACK, code_of
from lastchunk.model.base.errors import DesignError, InputError, InternalError
from lastchunk.model.explore.witness.counterexample import ExplorerError


def raising(error: BaseException) -> Callable[[], Any]:
    def command() -> Any:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("field", 1, "at least 2"), 2, "field: 1; allowed: at least 2"),
        (DesignError("the design throws"), 2, "the design throws"),
        (InternalError("two ways differ"), 4, "internal error: at tests/cli/test_exit_codes.py"),
        (ExplorerError("no replay"), 4, "no replay"),
        (
            ZeroDivisionError("by\nzero"),
            4,
            "ZeroDivisionError at tests/cli/test_exit_codes.py, line",
        ),
        (AssertionError(), 4, "no message"),
        (RecursionError("deep"), 4, "RecursionError"),
        (MemoryError(), 4, "MemoryError"),
        (GeneratorExit(), 4, "GeneratorExit"),
        (SystemExit(0), 4, "SystemExit"),
        (ValueError("long " * 200), 4, "long  ...;"),
    ],
)
def test_what_is_raised_is_a_code_and_one_line(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(raising(error)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.startswith("lastchunk: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert ("lastchunk itself failed" in err) == (code == 4)


def test_the_traceback_is_shown_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACEBACK, "1")
    assert code_of(raising(ZeroDivisionError("by zero"))) == 4
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert err.splitlines()[-1].startswith("lastchunk: internal error: ZeroDivisionError")


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (1, 1), (3, 3), ("text", 0)])
def test_a_command_that_ends_gives_its_own_code(returned: Any, code: int) -> None:
    assert code_of(lambda: returned) == code


def test_an_error_comes_whole_out_of_a_worker_process() -> None:
    for error in (InternalError("two ways differ"), DesignError("the design throws")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))
