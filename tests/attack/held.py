"""What lives over an await in a local variable: plain data, and what hides in a frame."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, Holds, holds


class AsBool(Holds):
    """A truth value (control)."""


class AsList(Holds):
    """A list, empty or not."""

    def keep(self, is_late: bool) -> Any:
        """One item where it is late."""
        return [None] * is_late


class AsDict(Holds):
    """A dictionary whose keys have an order."""

    def keep(self, is_late: bool) -> Any:
        """The same two items in one order or the other."""
        return {"b": 1, "a": 1} if is_late else {"a": 1, "b": 1}

    def kept(self, held: Any) -> bool:
        """Which is first?"""
        return bool(next(iter(held)) == "b")


class AsSet(Holds):
    """A set of numbers."""

    def keep(self, is_late: bool) -> Any:
        """One number more where it is late."""
        return {1, 2} if is_late else {1}

    def kept(self, held: Any) -> bool:
        """Is it in there?"""
        return 2 in held


class AsNone(Holds):
    """None or 0: both are false."""

    def keep(self, is_late: bool) -> Any:
        """Nothing where it is late."""
        return None if is_late else 0

    def kept(self, held: Any) -> bool:
        """Is it nothing?"""
        return held is None


class AsOne(Holds):
    """1 or True: both are equal."""

    def keep(self, is_late: bool) -> Any:
        """A truth value where it is late."""
        return True if is_late else 1

    def kept(self, held: Any) -> bool:
        """Is it a truth value?"""
        return held is True


class Word(enum.Enum):
    """Early or late."""

    EARLY = "early"
    LATE = "late"


class AsEnum(Holds):
    """The member of an enumeration, in a tuple."""

    def keep(self, is_late: bool) -> Any:
        """Late where it is late."""
        return (Word.LATE if is_late else Word.EARLY,)

    def kept(self, held: Any) -> bool:
        """Which is it?"""
        return held[0] is Word.LATE


@dataclass(slots=True)
class Seen:
    """What was seen."""

    late: bool = False


class AsSlots(Holds):
    """A dataclass with slots, in a list."""

    def keep(self, is_late: bool) -> Any:
        """What was seen."""
        return [Seen(is_late)]

    def kept(self, held: Any) -> bool:
        """Was it late?"""
        return bool(held[0].late)


class AsDeque(Holds):
    """A deque that keeps the last one alone."""

    def keep(self, is_late: bool) -> Any:
        """The last of two."""
        return deque([True, is_late], maxlen=1)

    def kept(self, held: Any) -> bool:
        """What is it?"""
        return bool(held[0])


class AsText(Holds):
    """A word, built of two."""

    def keep(self, is_late: bool) -> Any:
        """Built as it is needed."""
        return "-".join(["in", "time"]) if not is_late else f"{'too'}-{'late'}"

    def kept(self, held: Any) -> bool:
        """How does it begin?"""
        return bool(held.startswith("too"))


class OnTheStack(Holds):
    """The value is in no variable: it waits on the stack for the await's answer."""

    async def stored(self, chunk: Chunk) -> int:
        """Store a chunk. Returns its size."""
        await self.ctx.blobs.put(chunk)
        return chunk.size_bytes

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk within an expression."""
        pair = (self.stopped, await self.stored(chunk))
        if self.kept(pair[0]) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK

    async def alarm(self) -> None:
        """Complete when the chunk is counted, or no more can come."""
        state = await self.ctx.storage.get("state")
        if state["chunks_uploaded"] or await self.ctx.storage.get("looked"):
            await self.complete()
        else:
            await self.ctx.storage.put("looked", True)
            await self.ctx.storage.set_alarm(self.ctx.now() + 50)


class InArguments(Holds):
    """The value is an argument of a nested coroutine."""

    async def stored(self, chunk: Chunk, *marks: bool, **more: bool) -> bool:
        """Store a chunk. Returns whether all marks say that it is late."""
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        return all(marks) and more["late"]

    async def upload(self, chunk: Chunk) -> Response:
        """Hand it down."""
        is_late = await self.stored(chunk, self.stopped, True, late=self.stopped)
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InCell(Holds):
    """A variable that a nested function sees, and that is bound again after it is made."""

    async def upload(self, chunk: Chunk) -> Response:
        """The nested coroutine sees what the variable is bound to at the end."""
        late = not self.stopped

        async def stored() -> bool:
            self.flying += 1
            await self.ctx.blobs.put(chunk)
            self.flying -= 1
            return late

        late = self.stopped
        if await stored() != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class Deleted(Holds):
    """A variable that was deleted, or not, before the await."""

    async def upload(self, chunk: Chunk) -> Response:
        """An unbound variable says that it was late."""
        mark = True
        if self.stopped:
            del mark
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        try:
            is_late = not mark
        except UnboundLocalError:
            is_late = True
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class TwoPlaces(Holds):
    """Two awaits that look alike: only where the code stands tells them apart."""

    async def upload(self, chunk: Chunk) -> Response:
        """One branch counts, the other does not."""
        self.flying += 1
        if self.stopped != bool(self.settings.skips) or self.settings.skips < 0:
            await self.ctx.blobs.put(chunk)
            await self.note()
        else:
            await self.ctx.blobs.put(chunk)
        self.flying -= 1
        return OK


class InLoop(Holds):
    """Which time round the loop it is, with a walrus and a comprehension."""

    async def upload(self, chunk: Chunk) -> Response:
        """Put the chunk on the second round."""
        marks = [mark for mark in (self.stopped, self.stopped) if (last := mark) or True]
        self.flying += 1
        for number, mark in [(0, last), (1, marks[0])]:
            if number:
                await self.ctx.blobs.put(chunk)
                last = mark
        self.flying -= 1
        if last != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InDefaultArgument(Holds):
    """A nested function keeps it as a default value."""

    async def upload(self, chunk: Chunk) -> Response:
        """The function is called after the await."""

        def was_late(mark: bool = self.stopped) -> bool:  # refused
            return mark

        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if was_late() != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class WhichFunction(Holds):
    """One of two nested functions of the same name."""

    async def upload(self, chunk: Chunk) -> Response:
        """The function is called after the await."""
        if self.stopped:

            def was_late() -> bool:  # refused
                return True
        else:

            def was_late() -> bool:  # refused
                return False

        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if was_late() != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class WhichMethod(Holds):
    """A method of the design in a local variable."""

    def yes(self) -> bool:
        """It was late."""
        return True

    def no(self) -> bool:
        """It was not."""
        return False

    async def upload(self, chunk: Chunk) -> Response:
        """The method is called after the await."""
        was_late = self.yes if self.stopped else self.no  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if was_late() != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class Matched(Holds):
    """A match statement over plain data, whose name lives over the await."""

    async def upload(self, chunk: Chunk) -> Response:
        """The name that matched is used after the await."""
        match {"late": self.stopped, "more": [1, 2]}:
            case {"late": bool(is_late), "more": [_, *rest]} if rest:
                self.flying += 1
                await self.ctx.blobs.put(chunk)
                self.flying -= 1
            case _:
                return Response(500)
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


TRIED = tuple(
    holds(
        AsBool,
        AsList,
        AsDict,
        AsSet,
        AsNone,
        AsOne,
        AsEnum,
        AsSlots,
        AsDeque,
        AsText,
        OnTheStack,
        InArguments,
        InCell,
        Deleted,
        TwoPlaces,
        InLoop,
        InDefaultArgument,
        WhichFunction,
        WhichMethod,
        Matched,
    )
)
