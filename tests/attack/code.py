"""State in code: defaults, closures, attributes of functions and classes, functions in fields."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.attack.ground import REFUSED, Patient, Tried, patient


class MutableDefault(Patient):
    """The list is a default value, so that it is made once."""

    def looks(self, seen: list[int] = []) -> int:  # noqa: B006 - the fault itself  # refused
        """One more."""
        seen.append(1)  # refused
        return len(seen)


class FunctionAttribute(Patient):
    """An attribute of a method."""

    def looks(self) -> int:  # refused
        """One more."""
        method: Any = FunctionAttribute.looks  # refused
        method.count = getattr(method, "count", 0) + 1  # refused
        return int(method.count)


class ClassAttribute(Patient):
    """An attribute of the class, written by way of the class."""

    waited: ClassVar[int] = 0

    def looks(self) -> int:
        """One more."""
        type(self).waited += 1  # refused
        return type(self).waited


class ClassList(Patient):
    """A list of the class, that every instance appends to."""

    seen: ClassVar[list[int]] = []  # refused

    def looks(self) -> int:
        """One more."""
        self.seen.append(1)  # refused
        return len(self.seen)


class ClassMethod(Patient):
    """A class method that counts."""

    waited = 0

    @classmethod  # refused
    def count(cls) -> int:  # refused
        """One more."""
        cls.waited += 1  # refused
        return cls.waited

    def looks(self) -> int:
        """One more."""
        return self.count()


GLOBAL = 0
TABLE: dict[str, int] = {"looks": 0}  # refused: ModuleTable


class ModuleGlobal(Patient):
    """A number of the module."""

    def looks(self) -> int:
        """One more."""
        global GLOBAL  # refused
        GLOBAL += 1  # refused
        return GLOBAL


class ModuleTable(Patient):
    """A dictionary of the module, changed by a helper."""

    def looks(self) -> int:
        """One more."""
        return one_more()


def one_more() -> int:
    """Count in the module's table."""
    TABLE["looks"] += 1  # refused: ModuleTable
    return TABLE["looks"]


def counter() -> Callable[[], int]:
    """A function that counts its calls."""
    count = 0

    def more() -> int:  # refused: NonlocalClosure
        nonlocal count  # refused: NonlocalClosure
        count += 1
        return count

    return more  # refused: NonlocalClosure


class NonlocalClosure(Patient):
    """A closure with a variable of its own, in a field."""

    def prepare(self) -> None:
        """None yet."""
        self.count = counter()  # refused

    def looks(self) -> int:
        """One more."""
        return self.count()


class DefaultOfLambda(Patient):
    """A lambda that is replaced by one with another default."""

    def prepare(self) -> None:
        """None yet."""
        self.count: Any = lambda n=0: n  # refused

    def looks(self) -> int:
        """One more."""
        waited = int(self.count()) + 1
        self.count = lambda n=waited: n  # refused
        return waited


class LambdaTable(Patient):
    """A field goes from one lambda to the next; they all have one name."""

    steps: tuple[Callable[[], int], ...] = (  # refused
        *(lambda: 1, lambda: 2, lambda: 3, lambda: 4, lambda: 5, lambda: 6),  # refused
    )

    def prepare(self) -> None:
        """The first."""
        self.now_is: Callable[[], int] = LambdaTable.steps[0]  # refused

    def looks(self) -> int:
        """What it says; the next one comes next."""
        waited = self.now_is()
        self.now_is = self.steps[min(waited, 5)]  # refused
        return waited


def once() -> int:
    """One."""
    return 1


def thrice() -> int:
    """Three, from the second look on."""
    return 9


class Replaced(Patient):
    """A field holds a function, and another one after the second look."""

    def prepare(self) -> None:
        """The first."""
        self.rule: Callable[[], int] = once  # refused

    def looks(self) -> int:
        """Ask the rule that holds now."""
        waited = self.rule()
        self.rule = thrice  # refused
        return waited


class Methods(Patient):
    """A field holds the method that answers next."""

    def prepare(self) -> None:
        """The first."""
        self.handler: Callable[[], int] = self._first  # refused

    def _first(self) -> int:
        self.handler = self._second  # refused
        return 1

    def _second(self) -> int:
        self.handler = self._third  # refused
        return 2

    def _third(self) -> int:
        self.handler = self._last  # refused
        return 3

    def _last(self) -> int:
        return 5

    def looks(self) -> int:
        """Ask whoever is there."""
        return self.handler()


class Shadowed(Patient):
    """An instance's own ``looks`` hides the class's."""

    def looks(self) -> int:
        """The first look puts another in its place."""
        self.looks = lambda: 9  # type: ignore[method-assign]  # the fault itself  # refused
        return 1


class Partial(Patient):
    """A partial application with one argument more each time."""

    def prepare(self) -> None:
        """None yet."""
        self.count: Callable[[], int] = functools.partial(sum, [0])  # refused

    def looks(self) -> int:
        """One more."""
        waited = self.count() + 1
        self.count = functools.partial(sum, [waited])  # refused
        return waited


@functools.lru_cache  # refused: Cached
def seen_so_far(owner: int) -> list[int]:
    """One list for each owner, kept by the cache."""
    return []


class Cached(Patient):
    """The list lives in the cache of a function."""

    def looks(self) -> int:
        """One more."""
        seen = seen_so_far(0)  # refused
        seen.append(1)
        return len(seen)


class CachedProperty(Patient):
    """Computed at the first look, and kept."""

    def prepare(self) -> None:
        """None yet."""
        self.waited = 0

    @functools.cached_property  # refused
    def first(self) -> int:  # refused
        """How many looks there were when this was first asked for."""
        return self.waited

    def looks(self) -> int:
        """One more; from the first on all are late."""
        self.waited = 7
        return self.first - 6 if "first" not in vars(self) else 9  # refused


class NewClass(Patient):
    """An instance that changes its class."""

    def looks(self) -> int:
        """The next look is somebody else's."""
        self.__class__ = Hurried  # refused
        return 1


class Hurried(NewClass):
    """It never waits."""

    def looks(self) -> int:
        """Many."""
        return 9


@dataclass
class Rules:
    """What to do next."""

    rule: Callable[[], int]


class RuleInData(Patient):
    """A lambda in a dataclass, told from the next one by its closure alone."""

    def prepare(self) -> None:
        """The first."""
        self.rules = Rules(self.saying(1))  # refused

    def saying(self, number: int) -> Callable[[], int]:
        """A rule that says a number."""
        return lambda: number  # refused

    def looks(self) -> int:
        """What it says; the next one says more."""
        waited = self.rules.rule()
        self.rules.rule = self.saying(waited + 1)  # refused
        return waited


PROCESS_WIDE = (
    MutableDefault,
    FunctionAttribute,
    ClassAttribute,
    ClassList,
    ClassMethod,
    ModuleGlobal,
    ModuleTable,
    Cached,
)
"""What these keep outlives every instance and every session, so they have no verdict."""
TRIED = (
    *(Tried(cls, REFUSED) for cls in PROCESS_WIDE),
    *patient(
        NonlocalClosure,
        DefaultOfLambda,
        LambdaTable,
        Replaced,
        Methods,
        Shadowed,
        Partial,
        CachedProperty,
        NewClass,
        RuleInData,
    ),
)
