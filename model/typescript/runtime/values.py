"""What values are: JavaScript's, as far as they are not Python's own.

A number is an int where it is whole and exact, else a float; a time or a duration is a number too.
A text is a str; true, false and null are True, False and None; an array is a list, a plain object a
dict. `UNDEFINED` is apart from None. What hangs on the index of a chunk, while chunks are
interchangeable, is a `Facet` (facets.py).
"""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from types import FrameType, FunctionType, MethodType
from typing import Any, ClassVar, NamedTuple, NoReturn

from lastchunk.model.base.blame import TYPESCRIPT_SUFFIXES
from lastchunk.reference_impl.clock import Duration, Refused, Time, driven
from lastchunk.reference_impl.contract import Chunk


class Undefined(Enum):
    """The one value of its kind; it is told apart from null."""

    UNDEFINED = "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED = Undefined.UNDEFINED
TIME_KINDS = frozenset((Time, Duration))
PLAIN_NUMBERS = frozenset((int, float))
NUMBER_KINDS = PLAIN_NUMBERS | TIME_KINDS
FUNCTIONS = frozenset((FunctionType, MethodType))
NO_FUNCTIONS = TIME_KINDS | {Undefined}
"""What Python could call, or would refuse to be asked."""


class Object:
    """The base of every class of the file that has none."""

    def __init__(self, *_: Any) -> None:
        """Nothing to do."""


class HostObject:
    """What the platform gives: ``NAMES`` are the members that are understood."""

    __slots__ = ()
    WORD: ClassVar[str] = "this object"
    NAMES: ClassVar[frozenset[str]] = frozenset()
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    """The members that code may set."""


class Facet(NamedTuple):
    """A value for each index that a chunk may have, while chunks are interchangeable."""

    values: tuple[Any, ...]
    chunk: Chunk


class Box:
    """A variable of one turn of a loop. It has no value until it is declared."""

    __slots__ = ("value",)

    def __init__(self, *value: Any) -> None:
        if value:
            self.value = value[0]


class ErrorObject(Object):
    """An Error of JavaScript's; ``platform`` is the exception of the platform behind it."""

    KIND: ClassVar[str] = "Error"

    def __init__(self, message: Any = UNDEFINED, *more: Any) -> None:
        if type(message) is Facet or (message is not UNDEFINED and type(message) is not str):
            from lastchunk.model.typescript.runtime.texts import to_text

            message = to_text(message)
        self._begins("message", "", message)
        self._begins("name", self.KIND)
        if more and type(more[0]) is dict and "cause" in more[0]:
            self._begins("cause", UNDEFINED, more[0]["cause"])

    def _begins(self, name: str, otherwise: Any, given: Any = UNDEFINED) -> None:
        """What an error has under a name at first; a class of the file may say it by a getter."""
        own = getattr(type(self), "." + name, None)
        if given is not UNDEFINED and isinstance(own, property):
            refuse_here(f"a getter {name} of an Error that is made with a {name}", "another name")
        if given is not UNDEFINED or own is None:
            setattr(self, "." + name, otherwise if given is UNDEFINED else given)


class TypeErrorObject(ErrorObject):
    KIND = "TypeError"


class RangeErrorObject(ErrorObject):
    KIND = "RangeError"


class ReferenceErrorObject(ErrorObject):
    KIND = "ReferenceError"


class SyntaxErrorObject(ErrorObject):
    KIND = "SyntaxError"


class Thrown(Exception):  # noqa: N818 - JavaScript throws any value
    """A value that code has thrown."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        if isinstance(self.value, ErrorObject):
            words = getattr(self.value, ".message")
            return f"{getattr(self.value, '.name')}: {words if type(words) is str else '...'}"
        return f"threw {self.value!r}" if type(self.value) in (str, int) else "threw a value"


def type_error(text: str) -> Thrown:
    """What JavaScript throws where a value is of the wrong kind."""
    return Thrown(TypeErrorObject(text))


def range_error(text: str) -> Thrown:
    """What JavaScript throws where a number is out of bounds."""
    return Thrown(RangeErrorObject(text))


def place_in_words(frame: Any) -> str:
    """Where a frame stands: file, line, function."""
    code = frame.f_code
    return f"{Path(code.co_filename).name}, line {frame.f_lineno}, in {code.co_name}()"


def line_here() -> str:
    """The line of the TypeScript that runs: file, line, function; "" where none does."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.endswith(TYPESCRIPT_SUFFIXES):
            return place_in_words(frame)
        frame = frame.f_back
    return ""


def refuse_here(what: str, allowed: str = "", where: str = "") -> NoReturn:
    """End the run: code does what is not understood. No code can catch it."""
    place = where or line_here() or "the TypeScript file"
    raise Refused(f"{place}: {what}" + (f"; allowed: {allowed}" if allowed else ""))


def is_running() -> bool:
    """Whether code of a design runs, and not what Python still runs of one that is gone."""
    return driven.program is not None and not driven.is_closing


def is_callable(value: Any) -> bool:
    """Whether a value is a function."""
    return type(value) in FUNCTIONS or (callable(value) and type(value) not in NO_FUNCTIONS)


def goes_on() -> bool:
    """Whether a ``finally`` is code of an instance that is still there; its frame asks."""
    return not is_unwound(sys._getframe(1))


def is_unwound(frame: FrameType) -> bool:
    """Whether what no code can catch leaves a frame just now.

    Only where it has come through the frame. A caller may handle such a thing meanwhile, as a
    search does that begins again: that is nothing to the code which then runs.
    """
    error = sys.exc_info()[1]
    if error is None or isinstance(error, Exception):
        return False
    step = error.__traceback__
    while step is not None:
        if step.tb_frame is frame:
            return True
        step = step.tb_next
    return False
