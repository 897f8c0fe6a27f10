"""Ways by which the order of a set of texts shows: it is another one in each process."""

from __future__ import annotations

import enum
import math
import operator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.attack.ground import REFUSED, Patient, Tried, patient

Unique = set
WEIGHT = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4, "e": 0.7, "f": 1.1}
SIZE = {"a": 1, "b": 2, "c": 3}


class FirstOfTexts(Patient):
    """Its patience is over at once where the first of six texts is one of three."""

    def prepare(self) -> None:
        """Six."""
        self.names = {*"abcdef"}

    def first(self) -> str:
        """By the alphabet (control)."""
        return str(sorted(self.names)[0])

    def looks(self) -> int:
        """Patience is over, or as long as it takes."""
        return 9 if self.first() in "abc" else 0


class JoinedInPlace(FirstOfTexts):
    """A view of keys becomes a set."""

    def first(self) -> str:
        """The first key."""
        known: Any = dict.fromkeys("abcdef").keys()
        known &= {*"abcdef"}
        return str(next(iter(known)))  # refused


def both(one: Any, two: Any) -> Any:
    """What is in both."""
    return one & two


class ViewsHandedOn(FirstOfTexts):
    """Two views that a helper joins."""

    def first(self) -> str:
        """The first of both."""
        table = dict.fromkeys("abcdef")
        return str(next(iter(both(table.keys(), table.keys()))))  # refused


class BySign(FirstOfTexts):
    """The sign by a name of the library."""

    def first(self) -> str:
        """The first of the rest."""
        rest: Any = operator.sub(dict.fromkeys("abcdef").keys(), [])  # refused
        return str(next(iter(rest)))


class FieldByText(FirstOfTexts):
    """The set by its name in quotes."""

    def first(self) -> str:
        """The first."""
        return str(next(iter(getattr(self, "names", ""))))  # refused


class ThrowsFirst(FirstOfTexts):
    """A sum may be in any order, and which item throws is not."""

    def first(self) -> str:
        """The item that throws."""
        known: dict[str, int] = {}
        try:
            return str(len({known[name] for name in self.names}))  # refused
        except KeyError as error:
            return str(error.args[0])


class CheckThrows(FirstOfTexts):
    """A method throws."""

    def check(self, name: str) -> bool:
        """No name is right."""
        raise ValueError(name)

    def first(self) -> str:
        """The item that throws."""
        try:
            return str(any(self.check(name) for name in self.names))  # refused
        except ValueError as error:
            return str(error)


class SumOfTuples(FirstOfTexts):
    """A sum that puts tuples together."""

    def first(self) -> str:
        """The first of them."""
        start: Any = ()
        return str(sum(((name,) for name in self.names), start)[0])  # refused


class SumOfFloats(FirstOfTexts):
    """The last bit of a sum."""

    def first(self) -> str:
        """A text by that bit."""
        return "a" if sum(WEIGHT.get(name, 0) for name in self.names) <= 2.8 else "z"  # refused


class Kinds(enum.Enum):
    """One kind."""

    KNOWN = frozenset("abcdef")  # refused ValueOfMember


class ValueOfMember(FirstOfTexts):
    """A set that a member of an enumeration is."""

    def first(self) -> str:
        """The first of it."""
        return next(iter(Kinds.KNOWN.value))


class OtherName(FirstOfTexts):
    """A set by another name of its class."""

    def first(self) -> str:
        """The first of it."""
        return next(iter(Unique("abcdef")))  # refused


class MadeByPartial(FirstOfTexts):
    """A partial call makes a set."""

    def first(self) -> str:
        """The first of it."""
        make: Any = partial(set, "abcdef")  # refused
        return str(next(iter(make())))


@dataclass
class Bag:
    """Its field is a set, and nothing says so."""

    held: Any = field(default_factory=set)


class MadeByField(FirstOfTexts):
    """The class of a field makes a set."""

    def first(self) -> str:
        """The first of it."""
        bag = Bag()
        bag.held.update("abcdef")
        return str(next(iter(bag.held)))  # refused


class Names:
    """Gives a set where it is called."""

    def __call__(self) -> set[str]:
        """Six."""
        return set("abcdef")  # refused Called


class Called(FirstOfTexts):
    """An object that is called."""

    def first(self) -> str:
        """The first of what it gives."""
        source: Any = Names()
        return str(next(iter(source())))


class FromTable(FirstOfTexts):
    """A method in a table."""

    def all_of_them(self) -> set[str]:
        """Six."""
        return self.names

    def first(self) -> str:
        """The first of what it gives."""
        return next(iter({"all": self.all_of_them}["all"]()))  # refused


class OrderIsNotAsked(FirstOfTexts):
    """All that says the same in any order (control)."""

    def shown(self, names: set[str]) -> bool:
        """Of each item, what throws for none."""
        return any(name.startswith("a") for name in names) and all(
            name in "abcdef" for name in names
        )

    def first(self) -> str:
        """The least."""
        table = dict.fromkeys("abcdef")
        is_known = self.names <= table.keys() and len(both(table.keys(), table.keys())) == 6
        size = sum(SIZE.get(name, 0) for name in self.names) + sum(len(n) for n in self.names)
        weight = math.fsum(WEIGHT.get(name, 0) for name in self.names)
        is_there = self.shown(getattr(self, "names", set())) and isinstance(self.names, set)
        return min(self.names) if is_known and is_there and size + weight > 12 else "z"


TRIED = (
    *patient(FirstOfTexts, OrderIsNotAsked),
    *(
        Tried(cls, REFUSED)
        for cls in (
            JoinedInPlace,
            ViewsHandedOn,
            BySign,
            FieldByText,
            ThrowsFirst,
            CheckThrows,
            SumOfTuples,
            SumOfFloats,
            ValueOfMember,
            OtherName,
            MadeByPartial,
            MadeByField,
            Called,
            FromTable,
        )
    ),
)
