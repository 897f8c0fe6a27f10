"""Chunks told apart in every way: where chunk 1 comes first, it completes the session."""

from __future__ import annotations

import copy
import dataclasses
import operator
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import COMPLETE, OK, PROVED, VIOLATED, Patient, Tried


class Peeks(Patient):
    """Chunk 1 completes the session when it is stored, if it comes first and ``looks_max`` is 2."""

    def prepare(self) -> None:
        """None has come yet."""
        self.first: Any = None
        self.come = 0

    def is_one(self, chunk: Any) -> bool:
        """Whether this is chunk 1."""
        return bool(chunk.index == 1)

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.come += 1
        completes = self.come == 1 and self.settings.looks_max == 2 and self.is_one(chunk)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        await self.note()
        if completes:
            await self.complete()
        return OK


class ByPosition(Peeks):
    """A chunk is no tuple."""

    def is_one(self, chunk: Any) -> bool:
        """Its first item."""
        return bool(chunk[0] == 1)  # refused


class ByUnpacking(Peeks):
    """A chunk is no tuple."""

    def is_one(self, chunk: Any) -> bool:
        """Its two items."""
        index, _size = chunk  # refused
        return bool(index == 1)


class ByMatch(Peeks):
    """A chunk can be matched."""

    def is_one(self, chunk: Any) -> bool:
        """By a class pattern."""
        match chunk:
            case Chunk(index=1):
                return True
            case _:
                return False


class ByText(Peeks):
    """A chunk as a text."""

    def is_one(self, chunk: Any) -> bool:
        """Formatted."""
        return f"{chunk}".startswith("Chunk(index=1")  # refused


class ByPercent(Peeks):
    """A chunk as the arguments of a format."""

    def is_one(self, chunk: Any) -> bool:
        """Old formatting takes a tuple."""
        return str("%d-%d" % chunk).startswith("1-")  # noqa: UP031 - the fault itself  # refused


class ByEquality(Peeks):
    """A chunk is compared with one that is made up."""

    def is_one(self, chunk: Any) -> bool:
        """Equal as tuples."""
        return bool(chunk == Chunk(1, chunk.size_bytes))


class ByMembership(Peeks):
    """A chunk is looked up in a set of those seen."""

    def is_one(self, chunk: Any) -> bool:
        """The set has only 1."""
        return bool(chunk.index in {1})


class ByCopy(Peeks):
    """A copy of a chunk is looked at."""

    def is_one(self, chunk: Any) -> bool:
        """Copied by the standard library."""
        return bool(copy.copy(chunk).index == 1)  # refused


class ByDeepCopy(Peeks):
    """A deep copy of a record with the chunk in it."""

    def is_one(self, chunk: Any) -> bool:
        """Copied with its record."""
        return bool(copy.deepcopy({"chunk": chunk})["chunk"].index == 1)  # refused


class ByReplace(Peeks):
    """A chunk of another size."""

    def is_one(self, chunk: Any) -> bool:
        """Replaced by name."""
        return bool(dataclasses.replace(chunk, size_bytes=1) == Chunk(1, 1))  # refused


class ByDict(Peeks):
    """A chunk as a dictionary."""

    def is_one(self, chunk: Any) -> bool:
        """By name."""
        return bool(dataclasses.asdict(chunk)["index"] == 1)  # refused


class ByObject(Peeks):
    """The field by the base class's own means."""

    def is_one(self, chunk: Any) -> bool:
        """Around whatever the chunk does."""
        return bool(object.__getattribute__(chunk, "index") == 1)  # refused


class ByDescriptor(Peeks):
    """The field by its descriptor."""

    def is_one(self, chunk: Any) -> bool:
        """Around whatever the chunk does."""
        field: Any = vars(Chunk)["index"]  # refused
        return bool(field.__get__(chunk) == 1)  # refused


class ByGetter(Peeks):
    """A getter from the standard library, and the name as a text."""

    def is_one(self, chunk: Any) -> bool:
        """Both ways."""
        get = operator.attrgetter("index")  # refused
        return bool(get(chunk) == getattr(chunk, "in" + "dex") == 1)  # refused


class ByPattern(Peeks):
    """A pattern by position."""

    def is_one(self, chunk: Any) -> bool:
        """The first field."""
        match chunk:
            case Chunk(1, _):
                return True
            case _:
                return False


class ByRange(Peeks):
    """A chunk's index as a place in a list."""

    def is_one(self, chunk: Any) -> bool:
        """Looked up."""
        return bool([False, True, False][chunk.index])


class BySorting(Peeks):
    """The larger of two chunks."""

    def is_one(self, chunk: Any) -> bool:
        """Compared with one between the two."""
        return bool(max(chunk, Chunk(0, 10**12)) is chunk)  # refused


class ByAstuple(Peeks):
    """A chunk as a tuple."""

    def is_one(self, chunk: Any) -> bool:
        """By ``astuple``."""
        return bool(dataclasses.astuple(chunk)[0] == 1)  # refused


class Alike(Peeks):
    """The first chunk to come completes the session, whichever it is: symmetry is no fault here."""

    def is_first(self, chunk: Chunk) -> bool:
        """Whether this was the first to come."""
        return self.come == 1

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.come += 1
        completes = self.is_first(chunk)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        await self.note()
        if completes and self.settings.looks_max == 2:
            await self.complete()
        return OK


class ByIsFirst(Alike):
    """The first to come, by identity."""

    def is_first(self, chunk: Chunk) -> bool:
        """Remember the first, and compare."""
        if self.first is None:
            self.first = chunk
        return self.first is chunk  # refused


class ByDictOfChunks(Alike):
    """A dictionary with chunks as keys."""

    def is_first(self, chunk: Chunk) -> bool:
        """How many are in there before this one?"""
        known: dict[Chunk, int] = self.first or {}
        known.setdefault(chunk, len(known))
        self.first = known
        return known[chunk] == 0


class BySetOfChunks(Alike):
    """A set of chunks."""

    def is_first(self, chunk: Chunk) -> bool:
        """The set was empty before this one."""
        known: set[Chunk] = self.first or set()
        known.add(chunk)
        self.first = known
        return len(known) == 1


class ByHash(Peeks):
    """A hash of a chunk."""

    def is_one(self, chunk: Any) -> bool:
        """Numbers alone: the same in every process."""
        return hash(chunk) == hash(Chunk(1, chunk.size_bytes))  # refused


class ByReduce(Peeks):
    """How a chunk would be pickled."""

    def is_one(self, chunk: Any) -> bool:
        """What it is made of."""
        return 1 in chunk.__getstate__()  # refused


class ByStorage(Peeks):
    """The first chunk to come is put into storage, and read back."""

    async def upload(self, chunk: Chunk) -> Response:
        """Look at what storage has."""
        if await self.ctx.storage.get("first") is None:
            await self.ctx.storage.put("first", {"chunk": chunk})  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        await self.note()
        first = await self.ctx.storage.get("first")
        if first["chunk"].index == 1 and self.settings.looks_max == 2:
            await self.complete()
        return OK


class Counted(Peeks):
    """The chunks of a session by index in the record, in the order in which they came."""

    async def upload(self, chunk: Chunk) -> Response:
        """Note its index, store it, complete when the record says so."""
        indexes = await self.ctx.storage.get("indexes") or []
        await self.ctx.storage.put("indexes", [*indexes, chunk.index])
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        await self.note()
        if self.settings.looks_max == 2 and (await self.ctx.storage.get("indexes"))[0] == 1:
            await self.complete()
        return OK


OWN = Chunk(99, 1)
"""A chunk that nobody has recorded: one that stands for none."""


class ByOwnChunk(Patient):
    """A field holds the last chunk, or one of the design's own, which is like no other."""

    def prepare(self) -> None:
        """None has come, and the stop has not."""
        self.last = OWN
        self.stopped = False

    async def signal_stop(self) -> Response:
        """The stop has come."""
        self.stopped = True
        return await super().signal_stop()

    async def upload(self, chunk: Chunk) -> Response:
        """Keep the chunk, or the design's own, by whether the stop had come."""
        takes_own = self.stopped != bool(self.settings.expects)
        await super().upload(chunk)
        self.last = OWN if takes_own else chunk
        return OK

    async def alarm(self) -> None:
        """In a hurry it does not wait where the field holds a chunk of the page's."""
        if self.flying and (self.settings.looks_max > 2 or self.last == OWN):
            await self.later()
        else:
            await self.complete()


PEEKS = (
    Peeks,
    ByPosition,
    ByUnpacking,
    ByMatch,
    ByText,
    ByPercent,
    ByEquality,
    ByMembership,
    ByCopy,
    ByDeepCopy,
    ByReplace,
    ByDict,
    ByObject,
    ByDescriptor,
    ByGetter,
    ByPattern,
    ByRange,
    BySorting,
    ByAstuple,
    Alike,
    ByIsFirst,
    ByDictOfChunks,
    BySetOfChunks,
    ByHash,
    ByReduce,
    ByStorage,
    Counted,
)
TRIED = tuple(
    Tried(cls, truth, COMPLETE, (("looks_max", looks),), chunks=2)
    for cls in PEEKS
    for looks, truth in ((2, VIOLATED), (20, PROVED))
) + tuple(
    Tried(ByOwnChunk, truth, COMPLETE, (("looks_max", looks), ("expects", expects)), chunks=2)
    for looks, truth in ((2, VIOLATED), (20, PROVED))
    for expects in (0, 1)
)
