"""Questions about time that code asks again when it is built again.

A copied program is told its log once more the first time it is asked to run, and its code then
compares times that the state has long forgotten. So each answer is kept with the program, and given
again in the same order (`Program.answers`).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from model.world import program as module
from model.world.program import Program


def taped(ask: Callable[[], Any]) -> Any:
    """The answer to a question: the one given before if the code is being built again."""
    program, is_rebuilt = _asking()
    if program is None:
        return ask()
    if is_rebuilt:
        answer = program.answers[program.replayed]
        program.replayed += 1
        return answer
    answer = ask()
    program.answers.append(answer)
    return answer


def _asking() -> tuple[Program | None, bool]:
    """The program whose code asks, and whether it is being built again."""
    program: Program | None = None
    frame: Any = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") == module.__name__:
            if program is None and frame.f_code.co_name == "_step":
                program = frame.f_locals["self"]
            elif frame.f_code.co_name == "_rebuild" and frame.f_locals["self"] is program:
                return program, True
        frame = frame.f_back
    return program, False


def line_of(frame: Any) -> str:
    """The line of the design that was running in a frame, in words; nothing where the world was."""
    while frame is not None and not _is_ours(frame):
        if inspect.CO_COROUTINE & frame.f_code.co_flags:
            return f" at line {frame.f_lineno}, in {frame.f_code.co_name}()"
        frame = frame.f_back
    return ""


def asking_line() -> str:
    """The line of the design that asks for a time just now."""
    frame: Any = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    return line_of(frame)


def _is_ours(frame: Any) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("model.")
