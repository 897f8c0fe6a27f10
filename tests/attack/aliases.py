"""Two names for one object: a local that is a field is not one that is equal to it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import COUNT_TRUE, OK, PROVED, VIOLATED, Holds, Tried, holds


class Marks(Holds):
    """After the put the object's own list gets a mark; who holds that list sees it.

    ``held`` is the field's own list or a copy that is equal to it, depending on whether the stop
    had come. Whether an upload is counted hangs on the mark alone.
    """

    def prepare(self) -> None:
        """An empty list."""
        self.marks: Any = []

    def keep(self, is_late: bool) -> Any:
        """The field itself where it is late, else a copy."""
        return self.marks if is_late else list(self.marks)

    def kept(self, held: Any) -> bool:
        """Is the field's mark in there?"""
        self.marks.append(1)
        return bool(held)


class DictMarks(Marks):
    """The same with a dictionary."""

    def prepare(self) -> None:
        """An empty one."""
        self.marks = {}

    def keep(self, is_late: bool) -> Any:
        """The field itself, or a copy."""
        return self.marks if is_late else dict(self.marks)

    def kept(self, held: Any) -> bool:
        """Is the field's mark in there?"""
        self.marks["mark"] = True
        return "mark" in held


class SetMarks(Marks):
    """The same with a set."""

    def prepare(self) -> None:
        """An empty one."""
        self.marks = set()

    def keep(self, is_late: bool) -> Any:
        """The field itself, or a copy."""
        return self.marks if is_late else set(self.marks)

    def kept(self, held: Any) -> bool:
        """Is the field's mark in there?"""
        self.marks.add(1)
        return 1 in held


@dataclass(slots=True)
class Cache:
    """A record that is kept."""

    count: int = 0
    items: list[int] = field(default_factory=list)


class DataMarks(Marks):
    """The same with a dataclass with slots."""

    def prepare(self) -> None:
        """A fresh one."""
        self.marks = Cache()

    def keep(self, is_late: bool) -> Any:
        """The field itself, or one that is equal."""
        return self.marks if is_late else Cache()

    def kept(self, held: Any) -> bool:
        """Did it count?"""
        self.marks.count += 1
        return bool(held.count)


class InnerMarks(Marks):
    """What is shared is a list within the list."""

    def prepare(self) -> None:
        """A list in a list."""
        self.marks = [[]]

    def keep(self, is_late: bool) -> Any:
        """A copy one deep, or one that goes all the way."""
        return list(self.marks) if is_late else [list(inner) for inner in self.marks]

    def kept(self, held: Any) -> bool:
        """Is the mark in the inner list?"""
        self.marks[0].append(1)
        return bool(held[0])


class TupleMarks(Marks):
    """A tuple that holds the field's list, or a copy of it."""

    def keep(self, is_late: bool) -> Any:
        """Both are equal, and both are tuples."""
        return ("marks", self.marks if is_late else self.marks[:])

    def kept(self, held: Any) -> bool:
        """Is the mark in the tuple's list?"""
        self.marks.append(1)
        return bool(held[1])


class FrozenMarks(Marks):
    """A value of a dictionary in a list, twice the same or two that are equal."""

    def prepare(self) -> None:
        """None yet."""
        self.marks = {"log": []}

    def keep(self, is_late: bool) -> Any:
        """The dictionary is a copy; its list is shared, or not."""
        return dict(self.marks) if is_late else copy_of(self.marks)

    def kept(self, held: Any) -> bool:
        """Is the mark in the shared list?"""
        self.marks["log"].append(1)
        return bool(held["log"])


def copy_of(record: dict[str, list[int]]) -> dict[str, list[int]]:
    """A copy that shares nothing."""
    return {key: list(value) for key, value in record.items()}


class DeepMarks(Marks):
    """A shallow or a deep copy by the standard library."""

    def prepare(self) -> None:
        """A list in a dictionary."""
        self.marks = {"log": []}

    def keep(self, is_late: bool) -> Any:
        """Copied one way or the other."""
        return copy.copy(self.marks) if is_late else copy.deepcopy(self.marks)  # refused

    def kept(self, held: Any) -> bool:
        """Is the mark in the shared list?"""
        self.marks["log"].append(1)
        return bool(held["log"])


class TwoLocals(Marks):
    """Two locals of one coroutine are one list, or two that are equal."""

    async def upload(self, chunk: Chunk) -> Response:
        """Write to the one, look at the other."""
        one: list[int] = []
        two = one if self.stopped else []
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        one.append(1)
        if bool(two) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InClosure(Marks):
    """A nested function sees the field's list or a copy."""

    async def upload(self, chunk: Chunk) -> Response:
        """Ask it after the put."""
        seen = self.marks if self.stopped else list(self.marks)

        def is_marked() -> bool:  # refused
            return bool(seen)

        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        self.marks.append(1)
        if is_marked() != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class CachedRecord(Marks):
    """The record is kept in a field, and uploads write back what they hold (from the field)."""

    def prepare(self) -> None:
        """Not read yet."""
        self.cache: Any = None

    async def record(self) -> Any:
        """The record, from the cache if it is there."""
        if self.cache is None:
            self.cache = await self.ctx.storage.get("state")
        return self.cache

    async def upload(self, chunk: Chunk) -> Response:
        """The cached record itself, or a copy of it (bug) where ``skips`` says so."""
        state = await self.record()
        if self.settings.skips == self.stopped:
            state = dict(state)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put("state", state)
        return OK

    async def complete(self) -> None:
        """Complete what is in the cache, whatever was stored."""
        state = await self.record()
        state["status"] = "completed"
        await self.ctx.storage.put("state", state)


TRIED = (
    *holds(
        Marks,
        DictMarks,
        SetMarks,
        DataMarks,
        InnerMarks,
        TupleMarks,
        FrozenMarks,
        DeepMarks,
        TwoLocals,
        InClosure,
    ),
    Tried(CachedRecord, VIOLATED, COUNT_TRUE, (("skips", 1),)),
    Tried(CachedRecord, VIOLATED, COUNT_TRUE, (("skips", 0),)),
    Tried(CachedRecord, PROVED, COUNT_TRUE, (("skips", -1),)),
)
