"""What hangs on a chunk's index, while chunks are interchangeable: one value for each index.

What comes out the same for every index is known, and hides nothing. Where code would go one way for
one chunk and another way for another, it tells chunks apart; then the index itself is looked at,
which the explorer notices: it begins again, with chunks that are told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.values import Facet, Thrown, refuse_here
from lastchunk.reference_impl.contract import Chunk

INDEXES = 12
"""So many chunks a value is worked out for; a later one is told apart."""
SAME = frozenset((int, float, str, bool))
_look: Any = eval("lambda chunk: chunk.index", {"__name__": "code of a design"})


_SHOWN: Any = vars(Chunk)["index"]


def shows_index(chunk: Chunk) -> bool:
    """Whether code may look at a chunk's index: it is where every chunk has it."""
    kind: Any = type(chunk)
    return kind.index is _SHOWN


def index_of(chunk: Chunk) -> int:
    """The index of a chunk, looked at as code of a design looks: an explorer notices."""
    return int(_look(chunk))


def tell_apart(value: Facet) -> Any:
    """The value of this very chunk. Ends an exploration that takes chunks as interchangeable."""
    return value.values[index_of(value.chunk)]


def of_chunk(chunk: Chunk, make: Callable[[int], Any]) -> Any:
    """A value made of a chunk's index; a plain one where the index may be looked at."""
    if shows_index(chunk):
        return make(chunk.index)
    return folded([make(number) for number in range(INDEXES)], chunk)


def folded(results: list[Any], chunk: Chunk) -> Any:
    """Results for every index as one value."""
    first = results[0]
    kind = type(first)
    if all(item is first for item in results):
        return first
    if any(type(item) is not kind for item in results):
        return Facet(tuple(results), chunk)
    if kind is list and len({len(item) for item in results}) == 1:
        return [folded(list(column), chunk) for column in zip(*results, strict=True)]
    if kind is dict and len({tuple(item) for item in results}) == 1:
        return {key: folded([item[key] for item in results], chunk) for key in first}
    if kind in SAME and all(item == first and repr(item) == repr(first) for item in results):
        return first
    if kind is MatchArray:
        whole = MatchArray.folded_of(results, lambda column: folded(column, chunk))
        if whole is not None:
            return whole
    elif kind not in SAME and kind not in (list, dict):
        _objects(results)
    return Facet(tuple(results), chunk)


def _objects(results: list[Any]) -> NoReturn:
    kind = type(results[0]).__name__
    refuse_here(f"a value of type {kind} that hangs on a chunk's index", "texts and numbers of it")


def lift(function: Callable[..., Any], *given: Any) -> Any:
    """What a function gives for every index. ``function`` changes nothing."""
    chunk = next(item.chunk for item in given if type(item) is Facet)
    if any(type(item) is Facet and item.chunk is not chunk for item in given):
        return function(*[tell_apart(i) if type(i) is Facet else i for i in given])
    results: list[Any] = []
    errors: list[Thrown] = []
    for number in range(INDEXES):
        here = [item.values[number] if type(item) is Facet else item for item in given]
        try:
            results.append(function(*here))
        except Thrown as error:
            errors.append(error)
    if errors and results:
        return function(*[tell_apart(i) if type(i) is Facet else i for i in given])
    if errors:
        raise errors[0]
    return folded(results, chunk)


def is_one(value: Any) -> bool:
    """Whether a value hangs on a chunk's index."""
    return type(value) is Facet


def has_one(values: tuple[Any, ...]) -> bool:
    """Whether one of some values does."""
    return any(type(value) is Facet for value in values)
