"""What looks as if it never changed, and what is known by two names at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from tests.attack.ground import (
    OK,
    PROVED,
    VIOLATED,
    Holds,
    Looks,
    Patient,
    Tried,
    holds,
    patient,
)

TOO_MANY = 1_000_000


class InItself(Patient):
    """A field that holds the object itself, and later its settings."""

    def prepare(self) -> None:
        """Not looked yet."""
        self.last: Any = self

    def looks(self) -> int:
        """Once, and then often."""
        if self.last == self:
            self.last = self.settings
            return 1
        return TOO_MANY


@dataclass(frozen=True)
class Grows:
    """A frozen dataclass that changes itself by its base."""

    looks: int = 0

    def grow(self) -> int:
        """One more."""
        super().__setattr__("looks", self.looks + 1)  # refused: InGrowing
        return self.looks


class InGrowing(Patient):
    """Such a one in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.box = Grows()

    def looks(self) -> int:
        """One more."""
        return self.box.grow()


@dataclass(frozen=True)
class Slotless:
    """A frozen dataclass."""

    looks: int = 0


@dataclass(frozen=True)
class Counting(Looks):
    """Settings with a count."""

    count: int = 0


@dataclass(frozen=True)
class MadeByBase(Slotless):
    """A frozen dataclass that is made once more by its base."""

    def grow(self) -> int:
        """One more."""
        super().__init__(self.looks + 1)  # refused: InMadeByBase
        return self.looks


class InMadeByBase(Patient):
    """Such a one in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.box = MadeByBase()

    def looks(self) -> int:
        """One more."""
        return self.box.grow()


class InSettings(Patient):
    """Settings that are made once more."""

    Settings = Counting

    def looks(self) -> int:
        """One more."""
        own = self.settings
        own.__init__(own.grace_ms, own.looks_max, own.expects, own.count + 1)  # refused
        return int(own.count)


class ByItsClass(Patient):
    """The same by the name of the class."""

    Settings = Counting

    def looks(self) -> int:
        """One more."""
        own = self.settings
        Counting.__init__(own, own.grace_ms, own.looks_max, own.expects, own.count + 1)  # refused
        return int(own.count)


class ByWord(Patient):
    """The same by a text."""

    Settings = Counting

    def looks(self) -> int:
        """One more."""
        own = self.settings
        again = getattr(own, "__init__")  # noqa: B009  # refused
        again(own.grace_ms, own.looks_max, own.expects, own.count + 1)
        return int(own.count)


@dataclass(frozen=True, slots=True)
class Slotted:
    """A frozen dataclass with slots, which has a `__setstate__`."""

    looks: int = 0


class BySetstate(Patient):
    """One that is filled anew."""

    def prepare(self) -> None:
        """None yet."""
        self.box: Any = Slotted()

    def looks(self) -> int:
        """One more."""
        self.box.__setstate__([self.box.looks + 1])  # refused
        return int(self.box.looks)


@dataclass(frozen=True)
class MoreBeside:
    """A frozen dataclass with a list that it has no field for."""

    first: int = 0

    def __post_init__(self) -> None:
        super().__setattr__("seen", [])


class InBeside(Patient):
    """Such a one in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.box: Any = MoreBeside()

    def looks(self) -> int:
        """One more."""
        self.box.seen.append(1)
        return len(self.box.seen)


@dataclass(frozen=True)
class WorkedOut:
    """A frozen record with a list that is made when it is first asked for."""

    status: str = "x"

    @cached_property
    def seen(self) -> list[int]:
        """What was seen."""
        return []


class InStoredCache(Patient):
    """A record that is read, and not put back: what was added to it is gone."""

    async def create(self) -> Any:
        """With the record."""
        await self.ctx.storage.put("record", WorkedOut())
        return await super().create()

    async def alarm(self) -> None:
        """Add to what was read."""
        record = await self.ctx.storage.get("record")
        record.seen.append(1)
        self.last = len(record.seen)
        await super().alarm()

    def looks(self) -> int:
        """Once, whenever it is asked."""
        return 1 if self.last == 1 else TOO_MANY


class Box:
    """An object that can be made once more, since it is no frozen one."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def grow(self) -> int:
        """One more."""
        self.__init__(self.looks + 1)  # type: ignore[misc]
        return self.looks


class InBox(Patient):
    """Such a one in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.box = Box(0)

    def looks(self) -> int:
        """One more."""
        return self.box.grow()


class Filling(type):
    """A metaclass that fills what it makes."""

    def __call__(cls, *arguments: Any) -> Any:
        """With a count."""
        made = super().__call__(*arguments)
        made.waited = 0
        return made


class ByMetaclass(Patient, metaclass=Filling):
    """A field that the metaclass sets."""

    def looks(self) -> int:
        """One more."""
        self.waited: int = self.waited + 1
        return self.waited


class ByUnchanging(Patient):
    """A field of a name that says nothing."""

    unchanging: ClassVar = ("table",)
    typescript: ClassVar = "no"

    def prepare(self) -> None:
        """None yet."""
        self.table = {"looks": 0}

    def looks(self) -> int:
        """One more."""
        self.table["looks"] += 1
        return self.table["looks"]


def numbers() -> Iterator[int]:
    """From 1 on."""
    number = 0
    while True:
        number += 1
        yield number


def through(inner: Iterator[int]) -> Iterator[int]:
    """What another generator gives."""
    yield from inner


class Through(Holds):
    """A generator that is left to another one, and is known by its own name as well."""

    def prepare(self) -> None:
        """Two that are alike."""
        self.known, self.other = numbers(), numbers()

    async def upload(self, chunk: Any) -> Any:
        """Store a chunk; some are not counted."""
        self.known, self.other = numbers(), numbers()
        self.out = through(self.known if self.stopped else self.other)
        next(self.out)
        next(self.other if self.stopped else self.known)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        next(self.out)
        is_late = next(self.known) == 3  # it was moved by way of the other one, too
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class OfTwo(Holds):
    """Of two generators that a third one knows, it waits for one."""

    async def upload(self, chunk: Any) -> Any:
        """Store a chunk; some are not counted."""
        which = [self.stopped]

        def out(one: Iterator[int], two: Iterator[int]) -> Iterator[int]:
            yield from one if which.pop() else two

        self.one, self.two = numbers(), numbers()
        both = out(self.one, self.two)
        next(both)
        next(self.two if self.stopped else self.one)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        next(both)
        is_late = next(self.one) == 3
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


TRIED = [
    Tried(InItself, VIOLATED),
    *patient(InGrowing, InMadeByBase, InSettings, ByItsClass, ByWord, BySetstate, between=False),
    *patient(InBeside, InBox, ByMetaclass, ByUnchanging),
    Tried(InStoredCache, PROVED, settings=(("looks_max", 20),)),
    *holds(Through, OfTwo),
]
