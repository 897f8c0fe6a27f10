"""Where code of a design went wrong, in words: the line, the function, the file."""

from __future__ import annotations

import dis
import sysconfig
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

import model

STANDARD_LIBRARY = sysconfig.get_path("stdlib")
"""Where an error may come from that a line of the design has led to."""
OURS = str(Path(model.__file__).parent)
CALLERS = tuple(str(Path(OURS, *parts)) for parts in (("world", "program.py"), ("design.py",)))
"""Who calls code of a design; what is further out is none of it."""
ESCAPES = (SystemExit, KeyboardInterrupt, GeneratorExit)
"""What ends a program when it is raised, and is no answer that a design may give."""


def place_of_error(error: BaseException) -> str:
    """The innermost line of the design's own that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename)]
    return place(own[-1].lineno, own[-1].name, own[-1].filename) if own else ""


def place_of_frame(frame: FrameType | None) -> str:
    """The innermost line of the design's own that runs in a frame; "" where the world runs."""
    found = ""
    while frame is not None:
        file = frame.f_code.co_filename
        if file in CALLERS:
            return found
        if not found and is_own(file):
            found = place(frame.f_lineno, frame.f_code.co_name, file)
        frame = frame.f_back
    return ""


def place_of_method(cls: Any, name: str) -> str:
    """Where a method of a design's class stands; "" where the class has none of its own."""
    for base in getattr(cls, "__mro__", ()):
        code = getattr(vars(base).get(name), "__code__", None)
        if code is not None and is_own(code.co_filename):
            return place(code.co_firstlineno, code.co_name, code.co_filename)
    return ""


def place(line: int | None, name: str, file: str) -> str:
    """A place in words."""
    return f" at line {line}, in {name}() of {Path(file).name}"


def is_own(file: str) -> bool:
    """Whether a file is neither the tool's nor Python's."""
    return not file.startswith((STANDARD_LIBRARY, OURS, "<frozen"))


def is_from_outside(error: BaseException) -> bool:
    """Whether it is a person's interrupt that came while code ran, and not raised by that code.

    What code raises comes from an instruction that raises, or out of a call; a signal comes between
    instructions.
    """
    if not isinstance(error, KeyboardInterrupt):
        return False
    if type(error) is not KeyboardInterrupt:
        return True  # the tool's own handler marks what it raises
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return True
    return last.tb_frame.f_code.co_code[last.tb_lasti] != dis.opmap["RAISE_VARARGS"]
