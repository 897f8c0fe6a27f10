"""What suspended code holds: each frame from the outermost in, its place, variables and stack.

CPython visits a coroutine's objects in a set order: among them the function, then its code, then
the variables and the value stack from the bottom up, and last the exception that it handles. So
they are read off its referents. A chain of awaits may lead through coroutines, generators and
asynchronous generators; it ends in an effect, or in an iterator of the code's own.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

from lastchunk.reference_impl.effect import Effect

AWAIT = Effect.__await__.__code__
WRAPPERS = frozenset(
    ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable")
)
"""What stands between an await and the code that it waits for."""
SUSPENDABLE = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType)


class NotListed(Exception):  # noqa: N818 - a signal between two functions, not an error
    """A value that code under exploration may not keep: what it is, what to keep instead."""

    def __init__(self, what: str, instead: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead


class Frame(NamedTuple):
    """A suspended frame: ``names`` are its bound variables, ``values`` all it holds in order."""

    code: types.CodeType
    at: int
    names: tuple[str, ...]
    values: list[Any]
    line: int


def frames_of(suspended: Any) -> Iterator[Frame | Any]:
    """Each frame from the outermost in; last, if so it ends, an iterator of the code's own.

    A generator that is waited for may be known by another name too, so it is such an iterator: an
    object with an identity. Nothing but its await knows a coroutine. Raises `NotListed` for what
    cannot be read.
    """
    outermost = suspended
    while suspended is not None:
        if isinstance(suspended, SUSPENDABLE):
            code, frame, inner = _parts(suspended)
            if code is AWAIT:
                return
            if suspended is not outermost and type(suspended) is not types.CoroutineType:
                yield suspended
                return
            if frame is not None:
                names = _names(code, frame)
                values = _values(suspended, code, inner)
                yield Frame(code, frame.f_lasti, names, values, frame.f_lineno)
            suspended = inner
        elif type(suspended).__name__ in WRAPPERS:
            suspended = _behind(suspended)
        else:
            yield suspended
            return


def _names(code: types.CodeType, frame: Any) -> tuple[str, ...]:
    """The variables that are bound, in the order of `_values`.

    That of ``f_locals`` differs where someone has looked at the frame before they all were.
    """
    bound = frame.f_locals
    names = dict.fromkeys((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
    return tuple([name for name in names if name in bound])


def _parts(suspended: Any) -> tuple[types.CodeType, Any, Any]:
    """The code, the frame, and what it waits for."""
    if type(suspended) is types.CoroutineType:
        return suspended.cr_code, suspended.cr_frame, suspended.cr_await
    if type(suspended) is types.GeneratorType:
        return suspended.gi_code, suspended.gi_frame, suspended.gi_yieldfrom
    return suspended.ag_code, suspended.ag_frame, suspended.ag_await


def _values(suspended: Any, code: types.CodeType, inner: Any) -> list[Any]:
    """The variables and the stack, in order, and the exception that is being handled."""
    items = gc.get_referents(suspended)
    at = next(
        (
            number
            for number, item in enumerate(items)
            if isinstance(item, types.FunctionType) and item.__code__ is code
        ),
        None,
    )
    if at is None or items[at + 1] is not code:
        raise NotListed(f"a {type(suspended).__name__} that cannot be read")
    values = items[at + 2 :]
    if values and values[-1] is None:
        # Once an exception was handled, None stands for "no exception"; before, nothing does.
        values.pop()
    if type(inner) is types.CoroutineType:
        return [item for item in values if item is not inner]
    at = next((at for at in reversed(range(len(values))) if values[at] is inner), None)
    if inner is not None and at is not None:
        del values[at]  # what is waited for; a variable may hold it as well
    return values


def _behind(wrapper: Any) -> Any:
    """The code that a wrapper waits for."""
    for item in gc.get_referents(wrapper):
        if isinstance(item, SUSPENDABLE):
            return item
    raise NotListed(f"a {type(wrapper).__name__} that cannot be read")
