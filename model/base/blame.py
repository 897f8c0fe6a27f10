"""Where code of a design went wrong, in words: the line, the function, the file."""

from __future__ import annotations

import dis
import sysconfig
import traceback
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

STDLIB = sysconfig.get_path("stdlib")
"""Where an error may come from that a line of the design has led to."""
OURS = str(Path(__file__).parents[1])
FILES_GIVEN: set[str] = set()
"""The files of Python that people have given, and what they import from beside them."""
CONTRACT = tuple(
    str(Path(OURS).parent / "reference_impl" / name)
    for name in ("clock.py", "contract.py", "effect.py", "transaction.py")
)
"""What every design is written against: the shipped designs beside it are somebody's own."""
MADE = "<string>"
"""The file of methods that a dataclass has made: who calls them is a better place."""
MODULES = __name__.rsplit(".", 2)[0] + "."
"""How the names of the model's own modules begin."""
CALLERS = tuple(
    str(Path(OURS, *parts)) for parts in (("world", "code", "program.py"), ("design", "load.py"))
)
"""Who calls code of a design; what is further out is none of it."""
TYPESCRIPT_SUFFIXES = (".ts", ".mts")
"""The files of code that is translated: whatever of it runs is a design's own."""
ESCAPES = (SystemExit, KeyboardInterrupt, GeneratorExit)
"""What ends a program when it is raised, and is no answer that a design may give."""


def place_of_error(error: BaseException) -> str:
    """The innermost line of the design's own that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename)]
    own = [frame for frame in own if frame.filename != MADE] or own
    return place(own[-1].lineno, own[-1].name, own[-1].filename) if own else ""


def is_thrown_by_a_person(error: BaseException) -> bool:
    """Whether a person's Python has raised it, and not the tool, a library, or translated code.

    Code that the tool only looks at may run: a metaclass, a property of a class, a value's repr.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename in FILES_GIVEN


def place_of_frame(frame: FrameType | None) -> str:
    """The innermost line of the design's own that runs in a frame; "" where the world runs."""
    found, is_made = "", False
    while frame is not None:
        file = frame.f_code.co_filename
        if file in CALLERS:
            return found
        if is_own(file) and (not found or is_made):
            found, is_made = place(frame.f_lineno, frame.f_code.co_name, file), file == MADE
        frame = frame.f_back
    return ""


def place_of_method(cls: Any, name: str) -> str:
    """Where a method of a design's class stands; "" where the class has none of its own."""
    for base in getattr(cls, "__mro__", ()):
        code = getattr(vars(base).get(name), "__code__", None)
        if code is not None and is_own(code.co_filename):
            return place(code.co_firstlineno, code.co_name, code.co_filename)
    return ""


def place_of_return(cls: Any, name: str, answer: object) -> str:
    """The line on which a method may have returned that, or the lines; where none may, its own."""
    for base in getattr(cls, "__mro__", ()):
        code = getattr(vars(base).get(name), "__code__", None)
        if code is None:
            continue
        lines = return_lines(code, answer) if is_own(code.co_filename) else []
        if lines:
            return place(" or line ".join(map(str, lines)), code.co_name, code.co_filename)
        break
    return place_of_method(cls, name)


def return_lines(code: CodeType, answer: object) -> list[int]:
    """The lines on which code returns, of those that can return such an answer."""
    line = code.co_firstlineno
    before: dis.Instruction | None = None
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for step in dis.get_instructions(code):
        line = step.positions.lineno or line if step.positions else line
        if step.opname in ("RETURN_VALUE", "RETURN_CONST"):
            constant = step if step.opname == "RETURN_CONST" else before
            found[_is_none(constant)].add(line)
        before = step
    return sorted(found[answer is None])


def _is_none(step: dis.Instruction | None) -> bool:
    return step is not None and "CONST" in step.opname and step.argval is None


def place(line: int | str | None, name: str, file: str) -> str:
    """A place in words."""
    return f" at line {line}, in {name}() of {file_name(file)}"


def file_name(file: str) -> str:
    """The name of a file, as errors give it; the text of a notebook's cell is in no file."""
    is_cell = "ipython-input" in file or Path(file).parent.name.startswith("ipykernel_")
    return "a cell of the notebook" if is_cell else Path(file).name


def is_own(file: str) -> bool:
    """Whether a file is neither the tool's nor Python's."""
    return not file.startswith((STDLIB, OURS, "<frozen")) and file not in CONTRACT


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


def place_of_suspended(coroutine: Any) -> str:
    """Where a coroutine's code is suspended, in words."""
    line = ""
    while getattr(coroutine, "cr_frame", None) is not None:
        code = coroutine.cr_code
        line = place(coroutine.cr_frame.f_lineno, code.co_name, code.co_filename)
        asked = coroutine.cr_frame.f_locals.get("asked")  # by translated code, elsewhere
        if hasattr(asked, "place") and not is_own(code.co_filename):
            return f" at {asked.place}"
        coroutine = coroutine.cr_await
    return line
