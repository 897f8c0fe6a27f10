"""Times and durations added to, compared, sorted, kept in records, fields and containers."""

from __future__ import annotations

import bisect
import copy
import heapq
from dataclasses import asdict, dataclass
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, Timed, timed


class Plain(Timed):
    """A difference is compared with a number (control)."""


class BySum(Timed):
    """A time and a number are compared with a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Added on the left, as a number would be."""
        return bool(self.settings.slow_ms + began_ms < now_ms)


class ByMax(Timed):
    """The later of two times."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``max`` and ``min``."""
        due_ms = began_ms + self.settings.slow_ms
        return bool(max(now_ms, due_ms) != due_ms and min(now_ms, due_ms) == due_ms)


class BySorting(Timed):
    """The order of two times in a list."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Sorted, as pairs."""
        due_ms = began_ms + self.settings.slow_ms
        return sorted([(now_ms, "now"), (due_ms, "due")])[0][1] == "due"


class ByKey(Timed):
    """A list of records, sorted by a time."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By a key function."""
        due_ms = began_ms + self.settings.slow_ms
        records = [{"at": now_ms, "name": "now"}, {"at": due_ms, "name": "due"}]
        return bool(sorted(records, key=lambda record: record["at"])[0]["name"] == "due")


class ByChain(Timed):
    """A chained comparison."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """In between?"""
        return not began_ms <= now_ms <= began_ms + self.settings.slow_ms


class ByTuple(Timed):
    """Tuples with times in them, compared as a whole."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """The time comes second."""
        return (1, now_ms) > (1, began_ms + self.settings.slow_ms)


class ByHeap(Timed):
    """The first of a heap."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``heapq``."""
        heap = [now_ms]
        heapq.heappush(heap, began_ms + self.settings.slow_ms)  # refused
        return heap[0] is not now_ms  # refused


class ByBisect(Timed):
    """The place of a time in a sorted list."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``bisect``."""
        return bisect.bisect_left([began_ms + self.settings.slow_ms], now_ms) == 1  # refused


class ByList(Timed):
    """A time is looked for in a list of times."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Is it in there? (Between whole ms, no.)"""
        times_ms = [began_ms + ms for ms in range(0, 100, self.settings.slow_ms + 1)]
        return now_ms in times_ms


class ByTruth(Timed):
    """A duration over the limit is true where it is not zero."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Never less than zero."""
        return bool(max(0, now_ms - began_ms - self.settings.slow_ms))


class ByMatch(Timed):
    """A duration is matched."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By a guard."""
        match now_ms - began_ms:
            case took_ms if took_ms > self.settings.slow_ms:
                return True
            case _:
                return False


class ByLiteral(Timed):
    """A duration is matched with a number."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """One ms over the limit."""
        match now_ms - began_ms - self.settings.slow_ms:
            case 1:
                return True
            case _:
                return False


class ByCopy(Timed):
    """A record with a time is copied."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``copy``."""
        record = copy.deepcopy({"at": began_ms})  # refused
        return bool(now_ms - record["at"] > self.settings.slow_ms)


@dataclass
class Began:
    """When it began."""

    at_ms: Any


class ByAsdict(Timed):
    """A dataclass with a time is made a dictionary."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """By ``asdict``."""
        record = asdict(Began(began_ms))  # refused
        return bool(now_ms - record["at_ms"] > self.settings.slow_ms)


class ByDataclass(Timed):
    """A dataclass with a time is compared with another."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """In a field, over no await."""
        return bool(Began(now_ms).at_ms > Began(began_ms + self.settings.slow_ms).at_ms)


class ByIdentity(Timed):
    """The same time twice, by identity."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Numbers may be one object or two."""
        return now_ms is not now_ms + 0 and now_ms - began_ms > self.settings.slow_ms  # refused


class ByEquality(Timed):
    """A time is compared with None, and with a word."""

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Neither is equal to it."""
        if began_ms in (None, "", "never"):
            return False
        return bool(now_ms - began_ms > self.settings.slow_ms)


class InStorage(Timed):
    """When the first upload began is in the record, and read again."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the time, then the chunk."""
        state = await self.ctx.storage.get("state")
        state["began_ms"] = state.get("began_ms", self.ctx.now())
        await self.ctx.storage.put("state", state)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        state = await self.ctx.storage.get("state")
        if self.ctx.now() - state["began_ms"] <= self.settings.slow_ms:
            await self.note()
        return OK


class InFieldByKey(Timed):
    """The times of uploads in a field, by chunk."""

    def prepare(self) -> None:
        """None yet."""
        self.began_ms: dict[int, Any] = {}

    async def upload(self, chunk: Chunk) -> Response:
        """Keep the time in the field, and take it out again."""
        self.began_ms[chunk.index] = self.ctx.now()
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        took_ms = self.ctx.now() - self.began_ms.pop(chunk.index)
        if took_ms <= self.settings.slow_ms:
            await self.note()
        return OK


class Asleep(Timed):
    """It sleeps until a time of its own, and looks at the clock again."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep for what is left of the limit."""
        self.flying += 1
        due_ms = self.ctx.now() + self.settings.slow_ms
        await self.ctx.blobs.put(chunk)
        is_slow = self.ctx.now() > due_ms
        if not is_slow:
            await self.ctx.sleep(due_ms - self.ctx.now())
        self.flying -= 1
        if not is_slow:
            await self.note()
        return OK


TRIED = tuple(
    timed(
        Plain,
        BySum,
        ByMax,
        BySorting,
        ByKey,
        ByChain,
        ByTuple,
        ByHeap,
        ByBisect,
        ByList,
        ByTruth,
        ByMatch,
        ByLiteral,
        ByCopy,
        ByAsdict,
        ByDataclass,
        ByIdentity,
        ByEquality,
        InStorage,
        InFieldByKey,
        Asleep,
    )
)
