"""Questions about time that code asks again when it is built again.

A copied program is told its log once more the first time it is asked to run, and its code then
compares times that the state has long forgotten. So each answer is kept with the program, and given
again in the same order (`Program.answers`).
"""

from __future__ import annotations

import inspect
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from lastchunk.model.base.blame import MODULES, TYPESCRIPT_SUFFIXES, place
from lastchunk.reference_impl.clock import driven


def replayed_answer(question: Any, ask: Callable[[], Any]) -> Any:
    """The answer to a question: the one given before if the code is being built again."""
    asking = driven.program
    if asking is None:
        return ask()
    if asking.is_rebuilding:
        return asking.replay_answer(question)
    answer = ask()
    asking.answers.append((question, answer))
    return answer


class ReplayedTimeline(ABC):
    """A `Timeline` whose answers are kept with the code that asks, and given again."""

    def holds(self, left: int, right: int, bound: int) -> bool:
        """Whether ``left - right`` keeps a bound."""
        return bool(replayed_answer((left, right, bound), lambda: self._holds(left, right, bound)))

    def exactly(self, left: int, right: int) -> int | None:
        """``left - right`` in ms where there is only one value; else None."""
        answer: int | None = replayed_answer((left, right), lambda: self._exactly(left, right))
        return answer

    @abstractmethod
    def _holds(self, left: int, right: int, bound: int) -> bool:
        """The answer where the question is new."""

    @abstractmethod
    def _exactly(self, left: int, right: int) -> int | None:
        """The answer where the question is new."""


def line_of(frame: Any) -> str:
    """The line of the design that was running in a frame, in words; nothing where the world was."""
    while frame is not None and not _is_ours(frame):
        code = frame.f_code
        if code.co_filename.endswith(TYPESCRIPT_SUFFIXES):
            return place(frame.f_lineno, code.co_name, code.co_filename)
        if inspect.CO_COROUTINE & code.co_flags:
            return f" at line {frame.f_lineno}, in {code.co_name}()"
        frame = frame.f_back
    return ""


def asking_line() -> str:
    """The line of the design that asks for a time just now."""
    frame: Any = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    return line_of(frame)


def _is_ours(frame: Any) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(MODULES)
