"""Objects that are told apart by ``==``, by ``in``, or by what a class keeps beside its items."""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.aliases import Marks
from tests.attack.ground import COUNT_TRUE, OK, PROVED, Holds, Tried, holds
from tests.attack.iterators import HeldIterator


class SameFunction(Marks):
    """Two functions of one text: the field's own, or one that is made anew."""

    def prepare(self) -> None:
        """A function without a variable of its own."""
        self.marks = self.make()

    def make(self) -> Any:
        """Another one each time."""
        return lambda: None

    def keep(self, is_late: bool) -> Any:
        """The field itself, or one that does the same."""
        return self.marks if is_late else self.make()

    def kept(self, held: Any) -> bool:
        """Is it in a list of the field's?"""
        return held in [self.marks]


class SameGetter(SameFunction):
    """Two getters of one item."""

    def make(self) -> Any:
        """Another one each time."""
        return operator.itemgetter(0)


class SameView(SameFunction):
    """Two views of the values of one dictionary, which are equal to none but themselves."""

    def prepare(self) -> None:
        """A dictionary, and a view of it."""
        self.table: dict[int, int] = {}
        self.marks = self.make()

    def make(self) -> Any:
        """Another one each time."""
        return self.table.values()


class NoNumber(SameFunction):
    """A float that is no number: two are never equal, and one is in a list that it is in."""

    def make(self) -> Any:
        """Another one each time."""
        return float("nan")  # refused

    def prepare(self) -> None:
        """One of them."""
        self.marks = self.make()  # refused


class BesideItems(Holds):
    """A field that a counter was given beside what it counts."""

    def keep(self, is_late: bool) -> Any:
        """It counts the same."""
        held: Any = Counter("a")
        held.late = is_late
        return held

    def kept(self, held: Any) -> bool:
        """Was it late?"""
        return bool(held.late)


@dataclass(frozen=True)
class Marked(Chunk):
    """A chunk that says more than the recorder's."""

    late: bool = False


class KindOfChunk(Holds):
    """A chunk with a field more."""

    def keep(self, is_late: bool) -> Any:
        """The same index and size."""
        return Marked(0, 5, is_late)

    def kept(self, held: Any) -> bool:
        """Was it late?"""
        return bool(held.late)


class Secret:
    """What it keeps has a private name, in a slot."""

    __slots__ = ("__late",)

    def __init__(self, late: bool) -> None:
        self.__late = late

    def was_late(self) -> bool:
        """What it keeps."""
        return self.__late


class Stored(Holds):
    """What says whether it was late lies in storage, in an object."""

    def make(self, is_late: bool) -> Any:
        """What is stored."""
        return Secret(is_late)

    def was_late(self, found: Any) -> bool:
        """What is found there."""
        return bool(found.was_late())

    async def upload(self, chunk: Chunk) -> Response:
        """Write before the put, read after it."""
        await self.ctx.storage.put("mark", self.make(self.stopped))
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        is_late = self.was_late(await self.ctx.storage.get("mark"))
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class StoredChunk(Stored):
    """The same with a chunk that has a field more."""

    def make(self, is_late: bool) -> Any:
        """What is stored."""
        return Marked(0, 5, is_late)

    def was_late(self, found: Any) -> bool:
        """What is found there."""
        return bool(found.late)


class Plain:
    """Fields of any name."""


class OddName(Stored):
    """A field whose name looks like two fields with their values."""

    def make(self, is_late: bool) -> Any:
        """One field, or two."""
        made: Any = Plain()
        if is_late:
            setattr(made, "a,1),(b", 2)
        else:
            made.a, made.b = 1, 2
        return made

    def was_late(self, found: Any) -> bool:
        """Which of them is it?"""
        return not hasattr(found, "a")


class Token(NamedTuple):
    """A tuple that is equal to none, but in what it is kept in."""

    number: int

    def __eq__(self, other: object) -> bool:  # refused: OwnEquality, StoredEquality
        return False

    def __hash__(self) -> int:
        return 1


class OwnEquality(Holds):
    """Two tuples, or one twice: `in` asks for the identity first."""

    def keep(self, is_late: bool) -> Any:
        """One twice where it is late."""
        one = Token(1)
        return one, one if is_late else Token(1)

    def kept(self, held: Any) -> bool:
        """Is the first one there again?"""
        return held[0] in held[1:]


class StoredEquality(Stored):
    """The same in storage."""

    def make(self, is_late: bool) -> Any:
        """One twice where it is late."""
        one = Token(1)
        return one, one if is_late else Token(1)

    def was_late(self, found: Any) -> bool:
        """Is the first one there again?"""
        return found[0] in found[1:]


@dataclass(frozen=True, eq=False)
class Badge:
    """It cannot change, and is equal to itself alone."""

    number: int = 1


class StoredTwice(Stored):
    """What is equal to itself alone, in two places of a record."""

    def make(self, is_late: bool) -> Any:
        """One twice where it is late."""
        one = Badge()
        return [one, one if is_late else Badge()]

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, with a line of its own to name."""
        await self.ctx.storage.put("mark", self.make(self.stopped))  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        found = await self.ctx.storage.get("mark")
        if (found[0] == found[1]) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class StoredBadge(Holds):
    """What is equal to itself alone is another one where it is read: never the one kept."""

    async def upload(self, chunk: Chunk) -> Response:
        """Keep one; store it, or another."""
        one = Badge()
        await self.ctx.storage.put("mark", one if self.stopped else Badge())
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if one != await self.ctx.storage.get("mark"):
            await self.note()
        return OK


class StoredSet(Stored):
    """A set that can change, or one that cannot."""

    def make(self, is_late: bool) -> Any:
        """The same label in either."""
        return {"a"} if is_late else frozenset({"a"})

    def was_late(self, found: Any) -> bool:
        """Which of them is it?"""
        return not isinstance(found, frozenset)


class OwnClock(Holds):
    """A context like that of the world, but for its clock."""

    def keep(self, is_late: bool) -> Any:
        """A clock that says whether it was late."""
        says: Any = lambda: is_late  # noqa: E731 - its type is not a clock's
        return replace(self.ctx, now=says)

    def kept(self, held: Any) -> bool:
        """What does it say?"""
        return bool(held.now())


class ChangedMeanwhile(HeldIterator):
    """An iterator over a dictionary that has lost a key and got another one: it goes on."""

    def keep(self, is_late: bool) -> Any:
        """The same three keys, one taken of them; or one of which none is taken any more."""
        table = {"a": 1, "b": 2, "c": 3} if is_late else {"b": 2, "c": 3, "d": 4}
        place = iter(table)
        next(place)
        if is_late:
            del table["a"]
            table["d"] = 4
        return place

    def kept(self, held: Any) -> bool:
        """What comes next?"""
        return bool(next(held) == "b")

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, with a line of its own to name."""
        held = self.keep(self.stopped)
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if self.kept(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


TRIED = (
    Tried(StoredBadge, PROVED, COUNT_TRUE),
    *holds(
        SameFunction,
        SameGetter,
        SameView,
        NoNumber,
        BesideItems,
        KindOfChunk,
        Stored,
        StoredChunk,
        StoredSet,
        OwnEquality,
        StoredEquality,
        StoredTwice,
        OddName,
        OwnClock,
        ChangedMeanwhile,
    ),
)
