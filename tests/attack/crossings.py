"""What crosses into storage and back is a copy, as a structured clone is, or it is refused.

An upload stores an object, and changes it after the put: what is stored must stay as it was. Where
the store shares it, a chunk is not counted.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import COUNT_TRUE, OK, PROVED, VIOLATED, Patient, Tried


class Stored(Patient):
    """The stored object says whether to count; its own copy is emptied while the put is on.

    ``looks_max`` 2: what is asked is its own copy (bug), else what is stored.
    """

    def make(self) -> Any:
        """Something with a mark in it."""
        return [1]

    def clear(self, held: Any) -> None:
        """Take the mark out."""
        held.clear()

    def is_marked(self, held: Any) -> bool:
        """Whether the mark is in there."""
        return bool(held)

    async def upload(self, chunk: Chunk) -> Response:
        """Store, change, put, look."""
        held = self.make()
        await self.ctx.storage.put("mark", held)  # refused
        self.clear(held)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        stored = await self.ctx.storage.get("mark")
        if self.is_marked(held if self.settings.looks_max == 2 else stored):
            await self.note()
        return OK


class AsDict(Stored):
    """A dictionary with a list in it."""

    def make(self) -> Any:
        """The mark is in the list."""
        return {"log": [1]}

    def clear(self, held: Any) -> None:
        """Take it out."""
        held["log"].clear()

    def is_marked(self, held: Any) -> bool:
        """Is it there?"""
        return bool(held["log"])


class AsTuple(AsDict):
    """A tuple with a list in it."""

    def make(self) -> Any:
        """The mark is in the list."""
        return ("log", [1])

    def clear(self, held: Any) -> None:
        """Take it out."""
        held[1].clear()

    def is_marked(self, held: Any) -> bool:
        """Is it there?"""
        return bool(held[1])


class Pair(NamedTuple):
    """A tuple with names."""

    name: str
    log: list[int]


class AsNamedTuple(AsTuple):
    """A tuple with names and a list in it."""

    def make(self) -> Any:
        """The mark is in the list."""
        return Pair("log", [1])


class AsTupleInDict(AsDict):
    """A list in a tuple in a dictionary."""

    def make(self) -> Any:
        """The mark is in the innermost."""
        return {"log": (0, [1])}

    def clear(self, held: Any) -> None:
        """Take it out."""
        held["log"][1].clear()

    def is_marked(self, held: Any) -> bool:
        """Is it there?"""
        return bool(held["log"][1])


class AsOrderedDict(AsDict):
    """An ordered dictionary."""

    def make(self) -> Any:
        """The mark is in the list."""
        return OrderedDict(log=[1])


class AsDefaultdict(AsDict):
    """A dictionary that makes what is missing."""

    def make(self) -> Any:
        """The mark is in the list."""
        made: defaultdict[str, list[int]] = defaultdict(list)
        made["log"].append(1)
        return made


class AsCounter(Stored):
    """A dictionary that counts."""

    def make(self) -> Any:
        """The mark is a count."""
        return Counter(["mark"])


class AsDeque(Stored):
    """A deque."""

    def make(self) -> Any:
        """The mark is an item."""
        return deque([1])


class AsSet(Stored):
    """A set in a dictionary."""

    def make(self) -> Any:
        """The mark is a member."""
        return {"on": {1}}

    def clear(self, held: Any) -> None:
        """Take it out."""
        held["on"].clear()

    def is_marked(self, held: Any) -> bool:
        """Is it there?"""
        return bool(held["on"])


class AsBytes(Stored):
    """A buffer."""

    def make(self) -> Any:
        """The mark is a byte."""
        return bytearray(b"x")


@dataclass(slots=True)
class Record:
    """A record of the user's own."""

    log: list[int] = field(default_factory=lambda: [1])


class AsDataclass(Stored):
    """A dataclass with slots."""

    def make(self) -> Any:
        """The mark is in the list."""
        return Record()

    def clear(self, held: Any) -> None:
        """Take it out."""
        held.log.clear()

    def is_marked(self, held: Any) -> bool:
        """Is it there?"""
        return bool(held.log)


class AsObject(AsDataclass):
    """An object of an ordinary class."""

    def make(self) -> Any:
        """The mark is in the list."""
        return Plain()


class Plain:
    """A record without any decoration."""

    def __init__(self) -> None:
        self.log = [1]


class ReadTwice(Stored):
    """What is read from storage is changed: another read must not see it."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store, read, change, put, read."""
        await self.ctx.storage.put("mark", {"log": (0, [1])})  # refused
        held = await self.ctx.storage.get("mark")
        held["log"][1].clear()
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        stored = held if self.settings.looks_max == 2 else await self.ctx.storage.get("mark")
        if stored["log"][1]:
            await self.note()
        return OK


CROSSING = (
    Stored,
    AsDict,
    AsTuple,
    AsNamedTuple,
    AsTupleInDict,
    AsOrderedDict,
    AsDefaultdict,
    AsCounter,
    AsDeque,
    AsSet,
    AsBytes,
    AsDataclass,
    AsObject,
    ReadTwice,
)
TRIED = tuple(
    Tried(cls, truth, COUNT_TRUE, (("looks_max", looks),))
    for cls in CROSSING
    for looks, truth in ((2, VIOLATED), (20, PROVED))
)
