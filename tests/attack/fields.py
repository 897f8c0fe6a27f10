"""Plain data in a field: each kind that the subset lists, counted up by one at each look."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tests.attack.ground import Patient, patient


class InField(Patient):
    """A number. The plainest way."""

    def prepare(self) -> None:
        """None yet."""
        self.waited = 0

    def looks(self) -> int:
        """One more."""
        self.waited += 1
        return self.waited


class InList(Patient):
    """The length of a list."""

    def prepare(self) -> None:
        """None yet."""
        self.seen: list[str] = []

    def looks(self) -> int:
        """One more."""
        self.seen.append("look")
        return len(self.seen)


class InDict(Patient):
    """A value of a dictionary in a dictionary."""

    def prepare(self) -> None:
        """None yet."""
        self.counts: dict[str, dict[str, int]] = {"alarm": {"looks": 0}}

    def looks(self) -> int:
        """One more."""
        self.counts["alarm"]["looks"] += 1
        return self.counts["alarm"]["looks"]


class InSet(Patient):
    """The size of a set of numbers."""

    def prepare(self) -> None:
        """None yet."""
        self.seen: set[int] = set()

    def looks(self) -> int:
        """One more."""
        self.seen.add(len(self.seen))
        return len(self.seen)


class InFrozenset(Patient):
    """A set that is replaced by a larger one."""

    def prepare(self) -> None:
        """None yet."""
        self.seen: frozenset[int] = frozenset()

    def looks(self) -> int:
        """One more."""
        self.seen = self.seen | {len(self.seen)}
        return len(self.seen)


class InDeque(Patient):
    """A deque from which one falls out at each look."""

    def prepare(self) -> None:
        """All are there."""
        self.left: deque[int] = deque(range(1, 9), maxlen=8)

    def looks(self) -> int:
        """The next one; nine when there is none."""
        return self.left.popleft() if self.left else 9


class InTuple(Patient):
    """A tuple that holds a list that grows."""

    def prepare(self) -> None:
        """None yet."""
        self.pair: tuple[str, list[int]] = ("looks", [])

    def looks(self) -> int:
        """One more."""
        self.pair[1].append(1)
        return sum(self.pair[1])


class InText(Patient):
    """A word that grows by a letter."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = ""

    def looks(self) -> int:
        """One more."""
        self.tally += "x"
        return len(self.tally)


class InBytes(Patient):
    """Bytes that grow."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = b""

    def looks(self) -> int:
        """One more."""
        self.tally = self.tally + b"x"
        return len(self.tally)


class Stage(enum.Enum):
    """How far the alarm is."""

    FRESH = 0
    ONCE = 1
    TWICE = 2
    THRICE = 3
    OFTEN = 4
    DONE = 5


class InEnum(Patient):
    """The member of an enumeration."""

    def prepare(self) -> None:
        """None yet."""
        self.stage = Stage.FRESH

    def looks(self) -> int:
        """The next one."""
        self.stage = Stage(min(self.stage.value + 1, 5))
        return int(self.stage.value)


class Rank(enum.IntEnum):
    """The same as whole numbers."""

    NONE, ONE, TWO, THREE, FOUR, FIVE = range(6)


class InIntEnum(Patient):
    """A whole number that has a name."""

    def prepare(self) -> None:
        """None yet."""
        self.rank = Rank.NONE

    def looks(self) -> int:
        """The next one."""
        self.rank = Rank(min(self.rank + 1, 5))
        return self.rank


class Bits(enum.Flag):
    """Which looks there were."""

    A = enum.auto()
    B = enum.auto()
    C = enum.auto()
    D = enum.auto()
    E = enum.auto()


class InFlag(Patient):
    """Flags that are set one by one."""

    def prepare(self) -> None:
        """None yet."""
        self.bits = Bits(0)

    def looks(self) -> int:
        """One flag more."""
        unset = [bit for bit in Bits if bit not in self.bits]
        self.bits |= unset[0] if unset else Bits(0)
        return sum(1 for bit in Bits if bit in self.bits)


@dataclass
class Tally:
    """A number in an object."""

    looks: int = 0


class InDataclass(Patient):
    """A field of a dataclass."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = Tally()

    def looks(self) -> int:
        """One more."""
        self.tally.looks += 1
        return self.tally.looks


@dataclass(slots=True)
class Slotted:
    """A number in a slot, and one slot that stays empty."""

    looks: int = 0
    more: Any = None


class InSlottedDataclass(Patient):
    """A dataclass with slots."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = Slotted()

    def looks(self) -> int:
        """One more."""
        self.tally.looks += 1
        return self.tally.looks


@dataclass(frozen=True)
class FrozenList:
    """Frozen, but what it holds is not."""

    seen: list[int] = field(default_factory=list)


class InFrozenWithList(Patient):
    """A frozen dataclass with a list in it: it looks as if it never changed."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = FrozenList()

    def looks(self) -> int:
        """One more."""
        self.tally.seen.append(0)
        return len(self.tally.seen)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Replaced as a whole."""

    looks: int = 0


class InReplaced(Patient):
    """A frozen dataclass that is replaced at each look."""

    def prepare(self) -> None:
        """None yet."""
        self.tally = Frozen()

    def looks(self) -> int:
        """One more."""
        self.tally = replace(self.tally, looks=self.tally.looks + 1)
        return self.tally.looks


class InBigNumber(Patient):
    """A number far beyond 64 bits."""

    def prepare(self) -> None:
        """A one with two hundred zeros."""
        self.big = 10**200

    def looks(self) -> int:
        """One more."""
        self.big += 1
        return self.big - 10**200


class InPrivateField(Patient):
    """A field whose name the class mangles."""

    def prepare(self) -> None:
        """None yet."""
        self.__waited = 0

    def looks(self) -> int:
        """One more."""
        self.__waited += 1
        return self.__waited


class Place(NamedTuple):
    """A tuple with names."""

    looks: int
    more: tuple[int, ...] = ()


class InNamedTuple(Patient):
    """A tuple with names, replaced at each look."""

    def prepare(self) -> None:
        """None yet."""
        self.place = Place(0)

    def looks(self) -> int:
        """One more."""
        self.place = self.place._replace(looks=self.place.looks + 1)
        return self.place.looks


class InOptional(Patient):
    """None first, then True, then numbers: values that are equal and of another type."""

    def prepare(self) -> None:
        """None yet."""
        self.last: int | None = None

    def looks(self) -> int:
        """One more; True is equal to 1."""
        if self.last is None:
            self.last = True
        elif self.last is True:
            self.last = 1
            return 2
        else:
            self.last += 1
        return self.last + (self.last is not True)


TRIED = tuple(
    patient(
        InField,
        InList,
        InDict,
        InSet,
        InFrozenset,
        InDeque,
        InTuple,
        InText,
        InBytes,
        InEnum,
        InIntEnum,
        InFlag,
        InDataclass,
        InSlottedDataclass,
        InFrozenWithList,
        InReplaced,
        InBigNumber,
        InPrivateField,
        InNamedTuple,
        InOptional,
    )
)
