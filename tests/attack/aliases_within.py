"""Aliases within one object, between two coroutines, and what ``is`` says of equal objects."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.aliases import Marks
from tests.attack.ground import OK, holds


class TwoFields(Marks):
    """Two fields of the design are one list, or two that are equal."""

    def prepare(self) -> None:
        """Two lists."""
        self.marks: Any = []
        self.other: Any = []

    def keep(self, is_late: bool) -> Any:
        """The second field becomes the first one, or stays."""
        if is_late:
            self.other = self.marks
        return None

    def kept(self, held: Any) -> bool:
        """Is the first one's mark in the second?"""
        self.marks.append(1)
        return bool(self.other)


class WithinOne(Marks):
    """One field has two lists in it, that are one or two."""

    def prepare(self) -> None:
        """Two lists in a dictionary."""
        self.marks = {"a": [], "b": []}

    def keep(self, is_late: bool) -> Any:
        """Both keys get one list, or stay as they are."""
        if is_late:
            self.marks["b"] = self.marks["a"]
        return None

    def kept(self, held: Any) -> bool:
        """Is the mark of one in the other?"""
        self.marks["a"].append(1)
        return bool(self.marks["b"])


class RowsOfOne(Marks):
    """A table of two rows made by multiplication: both rows are one."""

    def prepare(self) -> None:
        """No table yet."""
        self.marks = []

    def keep(self, is_late: bool) -> Any:
        """The well-known fault, or the right way."""
        self.marks = [[0]] * 2 if is_late else [[0] for _ in range(2)]
        return None

    def kept(self, held: Any) -> bool:
        """Is what is written to one row in the other?"""
        self.marks[0][0] = 1
        return bool(self.marks[1][0])


class DownTheStack(Marks):
    """A coroutine and the one that it awaits hold one list, or two."""

    async def stored(self, chunk: Chunk, log: list[int]) -> None:
        """Store a chunk, and write to the log that it was given."""
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        log.append(1)

    async def upload(self, chunk: Chunk) -> Response:
        """Hand the log down, or a copy of it."""
        log: list[int] = []
        await self.stored(chunk, log if self.stopped else list(log))
        if bool(log) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class BetweenHandlers(Marks):
    """The stop's handler and the upload's hold one list, or two, over their awaits."""

    async def signal_stop(self) -> Response:
        """Write to the list that is in the field now, after a while."""
        marks = self.marks
        self.stopped = True
        await self.ctx.sleep(60)
        marks.append(1)
        await self.later()
        return OK

    async def upload(self, chunk: Chunk) -> Response:
        """Hold the field's list, or one that is equal; look at it after a longer while."""
        held = [] if self.stopped else self.marks
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        await self.ctx.sleep(100)
        self.flying -= 1
        if bool(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ByIdentity(Marks):
    """Two equal lists are compared by identity."""

    def keep(self, is_late: bool) -> Any:
        """The field itself where it is late, else a copy."""
        return self.marks if is_late else []

    def kept(self, held: Any) -> bool:
        """Is it the field?"""
        return held is self.marks  # refused


class ChunkByIdentity(Marks):
    """A chunk is the same object as the one in the field, or one that is equal to it."""

    async def upload(self, chunk: Chunk) -> Response:
        """Compare by identity after the put."""
        self.marks = chunk
        held = chunk if self.stopped else Chunk(chunk.index, chunk.size_bytes)  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        is_same = held is self.marks  # refused
        if is_same != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class ShortOrLong(Marks):
    """Two equal texts, one object or two, compared by identity."""

    def prepare(self) -> None:
        """A text."""
        self.marks = "".join(["a", "b", "c"])

    def keep(self, is_late: bool) -> Any:
        """The field's text, or one that is made anew."""
        return self.marks if is_late else "".join(["a", "b", "c"])

    def kept(self, held: Any) -> bool:
        """Is it the field's own?"""
        return held is self.marks  # refused


class Swapped(Marks):
    """Two lists change places, or not: what differs is which of them a local holds."""

    def prepare(self) -> None:
        """Two lists that are equal."""
        self.marks: Any = []
        self.other: Any = []

    def keep(self, is_late: bool) -> Any:
        """Hold the one, or the other."""
        return self.marks if is_late else self.other

    def kept(self, held: Any) -> bool:
        """Only one of them gets a mark."""
        self.marks.append(1)
        return bool(held)


class Ring(Marks):
    """A list that contains itself, or a list that is equal as far as one looks."""

    def keep(self, is_late: bool) -> Any:
        """A ring of one, or of two."""
        one: list[Any] = []
        two: list[Any] = [one]
        one.append(one if is_late else two)
        return one

    def kept(self, held: Any) -> bool:
        """Is it in itself?"""
        return held[0] is held  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, with a line of its own to name."""
        held = self.keep(self.stopped)  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if self.kept(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


TRIED = tuple(
    holds(
        TwoFields,
        WithinOne,
        RowsOfOne,
        Swapped,
        Ring,
        DownTheStack,
        BetweenHandlers,
        ByIdentity,
        ChunkByIdentity,
        ShortOrLong,
    )
)
