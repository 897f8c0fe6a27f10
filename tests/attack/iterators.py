"""State in iterators, generators and awaitables: in fields, and in code that is suspended."""

from __future__ import annotations

import itertools
import types
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, Holds, Patient, holds, patient


def numbers() -> Iterator[int]:
    """From 1 on."""
    number = 0
    while True:  # refused: GeneratorField
        number += 1
        yield number  # refused: GeneratorField


class GeneratorField(Patient):
    """A generator in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.numbers = numbers()  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers)  # refused


class CountField(Patient):
    """A counter from the standard library."""

    def prepare(self) -> None:
        """None yet."""
        self.numbers = itertools.count(1)  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers)  # refused


class CycleField(Patient):
    """Five numbers, over and over."""

    def prepare(self) -> None:
        """At the first."""
        self.numbers = itertools.cycle([1, 2, 3, 4, 5])  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers)  # refused


class ListIterator(Patient):
    """A place in a list."""

    def prepare(self) -> None:
        """At its beginning."""
        self.numbers = iter([1, 2, 3, 4, 5, 6])  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers, 9)  # refused


class ZipField(Patient):
    """A place in two lists at once."""

    def prepare(self) -> None:
        """At their beginning."""
        self.pairs = zip(range(1, 7), "abcdef", strict=True)  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.pairs, (9, ""))[0]  # refused


class MapField(Patient):
    """A place in a mapping over a range."""

    def prepare(self) -> None:
        """At the beginning."""
        self.numbers = map(abs, range(-1, -9, -1))  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers, 9)  # refused


class GeneratorExpression(Patient):
    """A generator expression in a field."""

    def prepare(self) -> None:
        """At the beginning."""
        self.numbers = (number for number in range(1, 9))  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers, 9)  # refused


class SleepsLooking(Patient):
    """The alarm sleeps between its looks, in a plain loop over a range."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        for _ in range(self.settings.looks_max):
            if self.flying:
                await self.ctx.sleep(self.settings.grace_ms)
        await self.complete()


class LoopOverGenerator(SleepsLooking):
    """The same, over a generator that is suspended across the sleep."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        for number in numbers():  # refused
            if number > self.settings.looks_max or not self.flying:
                break
            await self.ctx.sleep(self.settings.grace_ms)  # refused
        await self.complete()


class LoopOverEnumerate(SleepsLooking):
    """The same, over the pairs of ``enumerate`` and ``zip``."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        pauses = [self.settings.grace_ms] * self.settings.looks_max
        for _, pause_ms in enumerate(pauses):  # refused
            if self.flying:
                await self.ctx.sleep(pause_ms)  # refused
        await self.complete()


class LoopOverReversed(SleepsLooking):
    """The same, over a reversed list of pauses that are alike."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        for pause_ms in reversed([self.settings.grace_ms] * self.settings.looks_max):  # refused
            if self.flying:
                await self.ctx.sleep(pause_ms)  # refused
        await self.complete()


class LoopOverKeys(SleepsLooking):
    """The same, over the items of a dictionary."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        pauses = dict.fromkeys(range(self.settings.looks_max), self.settings.grace_ms)
        for pause_ms in pauses.values():  # refused
            if self.flying:
                await self.ctx.sleep(pause_ms)  # refused
        await self.complete()


class LoopOverList(SleepsLooking):
    """The same, over a list of pauses that are all alike."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        for pause_ms in [self.settings.grace_ms] * self.settings.looks_max:
            if self.flying:
                await self.ctx.sleep(pause_ms)
        await self.complete()


class LoopByHand(SleepsLooking):
    """The same, counted by hand."""

    async def alarm(self) -> None:
        """Look, sleep, look again; then complete."""
        left = self.settings.looks_max
        while left and self.flying:
            await self.ctx.sleep(self.settings.grace_ms)
            left -= 1
        await self.complete()


class AsyncGenerator(SleepsLooking):
    """The pauses are an async generator."""

    async def pauses(self) -> AsyncIterator[int]:  # refused
        """Sleep, and tell how often."""
        for number in range(self.settings.looks_max):
            await self.ctx.sleep(self.settings.grace_ms)  # refused
            yield number  # refused

    async def alarm(self) -> None:
        """Look at each pause."""
        async for _ in self.pauses():  # refused
            if not self.flying:
                break
        await self.complete()


class Pauses:
    """An awaitable of the user's own."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner

    def __await__(self) -> Generator[Any, Any, None]:  # refused: OwnAwaitable
        for _ in range(self.owner.settings.looks_max):
            if self.owner.flying:
                yield from self.owner.ctx.sleep(
                    self.owner.settings.grace_ms
                ).__await__()  # refused: OwnAwaitable


class OwnAwaitable(SleepsLooking):
    """The loop stands in an object with ``__await__``."""

    async def alarm(self) -> None:
        """Wait, then complete."""
        await Pauses(self)  # refused
        await self.complete()


@types.coroutine  # refused: OldCoroutine
def pauses(owner: Any) -> Generator[Any, Any, None]:
    """The same as a generator that may be awaited."""
    for _ in range(owner.settings.looks_max):  # refused: OldCoroutine
        if owner.flying:
            yield from owner.ctx.sleep(owner.settings.grace_ms).__await__()  # refused: OldCoroutine


class OldCoroutine(SleepsLooking):
    """The loop stands in a coroutine of the old kind."""

    async def alarm(self) -> None:
        """Wait, then complete."""
        await pauses(self)  # refused
        await self.complete()


class Steps:
    """An async iterator of the user's own, that counts in a field."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.left = owner.settings.looks_max

    def __aiter__(self) -> Steps:  # refused: OwnAsyncIterator
        return self

    async def __anext__(self) -> int:  # refused: OwnAsyncIterator
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        await self.owner.ctx.sleep(self.owner.settings.grace_ms)
        return int(self.left)


class OwnAsyncIterator(SleepsLooking):
    """The pauses are an object with ``__anext__``."""

    async def alarm(self) -> None:
        """Look at each pause."""
        async for _ in Steps(self):  # refused
            if not self.flying:
                break
        await self.complete()


class HeldIterator(Holds):
    """A place in a list, in a local variable."""

    def keep(self, is_late: bool) -> Any:
        """One further where it is late."""
        place = iter([0, 1])  # refused
        if is_late:
            next(place)
        return place

    def kept(self, held: Any) -> bool:
        """What comes next?"""
        return bool(next(held) == 1)

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, with a line of its own to name."""
        held = self.keep(self.stopped)
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if self.kept(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class HeldGenerator(HeldIterator):
    """A generator that has been begun, or not, in a local variable."""

    def keep(self, is_late: bool) -> Any:
        """One further where it is late."""
        numbers_left = (number for number in (0, 1))  # refused
        if is_late:
            next(numbers_left)
        return numbers_left


class HeldView(HeldIterator):
    """A view of a dictionary that somebody else changes."""

    def keep(self, is_late: bool) -> Any:
        """A key more where it is late."""
        table = {0: 0}
        view = table.keys()  # refused
        if is_late:
            table[1] = 1
        return view

    def kept(self, held: Any) -> bool:
        """How many are there?"""
        return len(held) > 1


TRIED = (
    *patient(
        GeneratorField,
        CountField,
        CycleField,
        ListIterator,
        ZipField,
        MapField,
        GeneratorExpression,
    ),
    *patient(
        SleepsLooking,
        LoopOverGenerator,
        LoopOverEnumerate,
        LoopOverReversed,
        LoopOverKeys,
        LoopOverList,
        LoopByHand,
        AsyncGenerator,
        OwnAwaitable,
        OldCoroutine,
        OwnAsyncIterator,
        between=False,
    ),
    *holds(HeldIterator, HeldGenerator, HeldView),
)
