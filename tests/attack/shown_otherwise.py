"""What a field keeps is asked of Python itself: a class may show its objects otherwise."""

from __future__ import annotations

import abc
import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from tests.attack.ground import REFUSED, VIOLATED, Patient, Tried, patient


class Level(enum.Enum):
    """All its members have one name."""

    A, B, C, D = range(4)

    @property
    def name(self) -> str:
        """The same for all."""
        return "level"


LEVELS = (Level.A, Level.B, Level.C, Level.D)


class OwnNameOfEnum(Patient):
    """A member whose class tells another name."""

    def prepare(self) -> None:
        """The first."""
        self.level = Level.A

    def looks(self) -> int:
        """The next."""
        self.level = LEVELS[min(3, self.level.value + 1)]
        return int(self.level.value)


class Numbers(int, enum.Enum):
    """Makes members of any number, all with one name."""

    NONE = 0

    @classmethod
    def _missing_(cls, value: object) -> Any:
        made = int.__new__(cls, value)  # type: ignore[call-overload]
        made._name_, made._value_ = "some", value
        return made


class MemberMadeLater(Patient):
    """A member that its class does not list."""

    def prepare(self) -> None:
        """None."""
        self.number: Any = Numbers.NONE  # refused

    def looks(self) -> int:
        """One more."""
        self.number = Numbers(self.number.value + 1)  # refused
        return int(self.number.value)


class Two(NamedTuple):
    """Two numbers."""

    one: int
    two: int


class Half(Two):
    """Shows one."""

    __slots__ = ()

    def __iter__(self) -> Iterator[int]:
        """The first alone."""
        return iter((self.one,))


class HiddenItem(Patient):
    """An item that no loop shows."""

    def prepare(self) -> None:
        """None."""
        self.two = Half(0, 0)

    def looks(self) -> int:
        """One more."""
        self.two = Half(0, self.two.two + 1)
        return self.two.two


class SilentError(Exception):
    """Shows no arguments."""

    args = ()


class HiddenArguments(Patient):
    """An exception whose class tells other arguments."""

    def prepare(self) -> None:
        """None."""
        self.error = SilentError(0)

    def looks(self) -> int:
        """One more."""
        count = int(str(self.error)) + 1
        self.error = SilentError(count)
        return count


@dataclass(frozen=True)
class Ice:
    """Does not change."""

    one: int = 0


class Thawed(Ice):
    """Does."""


class OnKindOfFrozen(Patient):
    """A field of a class that is made of a frozen one, and is none."""

    def prepare(self) -> None:
        """None."""
        self.box: Any = Thawed()

    def looks(self) -> int:
        """One more."""
        self.box.more = getattr(self.box, "more", 0) + 1
        return int(self.box.more)


@dataclass(frozen=True)
class FrozenError(Exception):
    """A frozen dataclass, and Python writes into it as it is raised."""

    one: int = 0


class CauseOfFrozen(Patient):
    """What an exception was raised from."""

    def prepare(self) -> None:
        """Not raised yet."""
        self.error = FrozenError()

    def looks(self) -> int:
        """Raised from one more."""
        cause = self.error.__cause__
        count = 1 if cause is None else int(str(cause)) + 1
        try:
            raise self.error from ValueError(count)
        except FrozenError:
            return count


class SignOfZero(Patient):
    """Only the sign tells whether it has looked."""

    def prepare(self) -> None:
        """Not yet."""
        self.zero = 0.0

    def looks(self) -> int:
        """Patience is over at the second look."""
        has_looked = str(self.zero).startswith("-")
        self.zero = -0.0
        return 9 if has_looked else 1


class Masked:
    """Shows no fields."""

    @property  # refused OwnFields
    def __dict__(self) -> Any:  # type: ignore[override]  # refused OwnFields
        """None."""
        return {}


class OwnFields(Patient):
    """An object whose class tells other fields."""

    def prepare(self) -> None:
        """None."""
        self.masked: Any = Masked()

    def looks(self) -> int:
        """One more."""
        self.masked.seen = getattr(self.masked, "seen", 0) + 1
        return int(self.masked.seen)


@dataclass(frozen=True, slots=True)
class Slotted:
    """Frozen, with slots."""

    one: int = 0


class BySlot(Patient):
    """A slot that is set behind the class's back."""

    def prepare(self) -> None:
        """None."""
        self.slotted = Slotted()

    def looks(self) -> int:
        """One more."""
        by_class: Any = Slotted
        by_class.one.__set__(self.slotted, self.slotted.one + 1)  # refused
        return self.slotted.one


class WordsOfFunction(Patient):
    """What Python says of a function."""

    def prepare(self) -> None:
        """A function."""

        def found() -> int:
            return 0

        self.found = found

    def looks(self) -> int:
        """One more."""
        count = len(self.found.__doc__ or "") + 1  # refused
        self.found.__doc__ = "." * count  # refused
        return count


class NameOfFunction(Patient):
    """The same by a text."""

    def prepare(self) -> None:
        """A function."""
        self.found = lambda: 0

    def looks(self) -> int:
        """One more."""
        count = len(self.found.__qualname__) + 1
        setattr(self.found, "__qualname__", "." * count)  # noqa: B010  # refused
        return count


class Annotated(Patient):
    """What is written beside the names of a function."""

    def looks(self) -> int:
        """One more."""
        notes = self.looks.__annotations__  # refused
        notes[str(len(notes))] = int
        return len(notes)


class PrivateInClass(Patient):
    """A list under a name of two underscores at each end."""

    __seen__: ClassVar[list[int]] = []  # refused

    def looks(self) -> int:
        """One more."""
        self.__seen__.append(1)  # refused
        return len(self.__seen__)


LOOKED: list[int] = []


class Counting(enum.Enum):
    """Counts as it is asked."""

    A = 1

    @enum.property
    def up(self) -> int:
        """One more."""
        LOOKED.append(1)  # refused PropertyOfEnum
        return len(LOOKED)


class PropertyOfEnum(Patient):
    """A property in an enumeration's own way."""

    def looks(self) -> int:
        """One more."""
        return int(Counting.A.up)


def look_again() -> int:
    """One more."""
    LOOKED.append(1)  # refused InTableOfObjects
    return len(LOOKED)


@dataclass
class Route:
    """Where a word leads."""

    to: Any = field(default=None)


ROUTES = [Route(look_again)]


class InTableOfObjects(Patient):
    """Code that an object in a table names."""

    def looks(self) -> int:
        """One more."""
        return int(ROUTES[0].to())


class Shape(abc.ABC):  # noqa: B024 - what is asked is who calls itself one
    """Others may call themselves one."""


class Square:
    """Is none."""


class InRegistry(Patient):
    """What an abstract class is told of others."""

    def looks(self) -> int:
        """Patience is over at the second look."""
        has_looked = issubclass(Square, Shape)
        Shape.register(Square)  # refused
        return 9 if has_looked else 1


class Bits(enum.Flag):
    """Two."""

    A, B = 1, 2


class InMembersOfFlag(Patient):
    """A member that a flag makes as it is asked for."""

    def looks(self) -> int:
        """Patience is over at the second look."""
        has_looked = 3 in Bits._value2member_map_  # refused
        return 9 if has_looked else int(Bits(3).value)


TRIED = (
    *patient(HiddenItem, HiddenArguments, OnKindOfFrozen, CauseOfFrozen),
    *(Tried(cls, VIOLATED) for cls in (OwnNameOfEnum, MemberMadeLater, SignOfZero)),
    *(
        Tried(cls, REFUSED)
        for cls in (
            OwnFields,
            BySlot,
            WordsOfFunction,
            NameOfFunction,
            Annotated,
            InRegistry,
            InMembersOfFlag,
            PrivateInClass,
            PropertyOfEnum,
            InTableOfObjects,
        )
    ),
)
