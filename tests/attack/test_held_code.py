"""Code that no name in the text stands for: in tables, defaults, fields, and objects that hold it.

What may be done in a function may not be done in one that a container holds, and the other way
round. Each of the first kind is refused with what is wrong in it; the second kind goes on working.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import random
import re
import time
import types
import uuid
from abc import ABC, abstractmethod
from collections import ChainMap, OrderedDict, UserDict, defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from random import random as drawn
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset.check import check_subset
from tests.attack.ground import PROVED, VIOLATED, Looks, Patient, Tried, found, patient

T = TypeVar("T")


def draw() -> int:
    """By chance."""
    return 1 if random.random() < 0.5 else 2


class Policy:
    """It counts in its class."""

    count: ClassVar[int] = 0

    def look(self) -> int:
        """One more."""
        Policy.count += 1
        return Policy.count


class Drawing(Enum):
    """Members with a method."""

    ONE = 1

    def look(self) -> int:
        """By chance."""
        return draw()


def with_default(function: Callable[[], int]) -> Callable[[], int]:
    """A function that has another one as a default."""

    def inner(made: Callable[[], int] = function) -> int:
        return made()

    return inner


def with_word(function: Callable[[], int]) -> Callable[[], int]:
    """The same by its name alone."""

    def inner(*, made: Callable[[], int] = function) -> int:
        return made()

    return inner


def of_field() -> int:
    """What its field gives."""
    return int(of_field.made())  # type: ignore[attr-defined]


of_field.made = draw  # type: ignore[attr-defined]


def asked(_owner: Any, function: Callable[[], int]) -> int:
    """What a function gives."""
    return function()


TABLE: Any = {"policy": Policy}
KEYS: Any = {Policy: 1}
IN_TUPLE: Any = (Policy,)
IN_DEQUE: Any = deque([draw])
SPACE = types.SimpleNamespace(look=draw)
MADE: Any = {"looks": defaultdict(draw)}
ORDERED: Any = [OrderedDict(look=draw)]
PROXIES: Any = [types.MappingProxyType({"look": draw})]
CHAINED: Any = ChainMap({"look": draw})
USERS: Any = UserDict({"look": draw})
MEMBERS: Any = {"drawing": Drawing}
BY_DEFAULT, BY_WORD = with_default(draw), with_word(draw)
CLOCKS: Any = {"now": time.time}
IDS: Any = {"next": uuid.uuid4}
CHOICES: Any = {"of": random.choice}
GENERATORS: Any = {"of": random.Random}
DRAWERS: Any = {"one": random.Random(1)}
IN_ORDER = functools.cmp_to_key(lambda one, two: draw())
ENCODER = json.JSONEncoder(default=lambda value: draw())


@dataclass
class Drawn:
    """A field that is drawn."""

    look: float = field(default_factory=random.random)


@dataclass
class MadeOf:
    """A field that is made by a class."""

    policy: Any = field(default_factory=Policy)


class HeldCode(Patient):
    """With each a way to hold code in its class."""

    drawn = random.random
    clock = staticmethod(time.time)
    partly = staticmethod(functools.partial(draw))
    given = functools.partialmethod(asked, draw)
    named = functools.partialmethod(asked, function=draw)


CLASS, CHANCE, CLOCK = "Policy.count outlives", "the module random is not", "the module time is not"
ASKED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a class in a table": (lambda self: TABLE["policy"]().look(), CLASS),
    "a class as a key": (lambda self: next(iter(KEYS))().look(), CLASS),
    "a class in a tuple": (lambda self: IN_TUPLE[0]().look(), CLASS),
    "a class that makes a field": (lambda self: MadeOf().policy.look(), CLASS),
    "a deque": (lambda self: IN_DEQUE[0](), CHANCE),
    "a namespace": (lambda self: SPACE.look(), CHANCE),
    "what makes a default": (lambda self: MADE["looks"].copy()["x"], CHANCE),
    "an ordered one in a list": (lambda self: ORDERED[0]["look"](), CHANCE),
    "a view in a list": (lambda self: PROXIES[0]["look"](), CHANCE),
    "a chain": (lambda self: CHAINED["look"](), CHANCE),
    "a dictionary of a user's": (lambda self: USERS["look"](), CHANCE),
    "members in a table": (lambda self: MEMBERS["drawing"].ONE.look(), CHANCE),
    "a default": (lambda self: BY_DEFAULT(), CHANCE),
    "a default by name": (lambda self: BY_WORD(), CHANCE),
    "a field of a function": (lambda self: of_field(), CHANCE),
    "a field's factory": (lambda self: Drawn().look, CHANCE),
    "by its own name": (lambda self: drawn(), CHANCE),
    "a clock": (lambda self: CLOCKS["now"](), CLOCK),
    "an id": (lambda self: IDS["next"](), "the module uuid is not"),
    "a bound method": (lambda self: CHOICES["of"]([1]), CHANCE),
    "a class of the library": (lambda self: GENERATORS["of"]().random(), CHANCE),
    "an object of the library": (lambda self: DRAWERS["one"].random(), CHANCE),
    "an order": (lambda self: sorted([1, 2], key=IN_ORDER)[0], CHANCE),
    "an encoder": (lambda self: ENCODER.encode([self]), CHANCE),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_held_is_looked_at_as_what_is_named(name: str) -> None:
    function, words = ASKED[name]
    design = type("Design", (Patient,), {"looks": function, "__module__": __name__})
    with pytest.raises(DesignError, match=words):
        check_subset("Design", design)


@pytest.mark.parametrize("name", ["drawn", "clock", "partly", "given", "named"])
def test_what_a_class_holds_is_looked_at(name: str) -> None:
    held = {name: vars(HeldCode)[name], "__module__": __name__}
    with pytest.raises(DesignError, match=f"{CHANCE}|{CLOCK}"):
        check_subset("Design", type("Design", (Patient,), held))


FIRST: Any
SECOND: Any
SAME: Any
OTHER: Any
# fmt: off
FIRST, SECOND = (lambda: draw()), (lambda: 1)
NESTED: Any = lambda: (lambda: 1)() and draw()  # noqa: E731
SAME, OTHER = (lambda of: of + 1), (lambda: draw())
# fmt: on


def by_line(self: Any) -> int:
    """The first of two in one line."""
    return int(FIRST())


def by_outer(self: Any) -> int:
    """One around another in its line."""
    return int(NESTED())


def test_of_two_lambdas_in_one_line_each_has_its_own_text() -> None:
    named = {"looks": lambda self: SAME(1), "__module__": __name__}
    check_subset("Design", type("Design", (Patient,), named))


def by_lambda(self: Any) -> int:
    """A parameter of the same name, further in."""
    same = max([1], key=lambda draw: -draw)
    return same + draw()


def by_comprehension(self: Any) -> int:
    """A variable of the same name in a list."""
    return sum([draw + 1 for draw in (1, 2)]) + draw()


def by_default(self: Any) -> int:
    """A default of a parameter that has its name."""

    def inner(draw: Callable[[], int] = draw) -> int:
        return draw()

    return inner()


def by_builtin(self: Any) -> int:
    """What Python has under that name."""
    return len([id + 1 for id in (1, 2)]) + id(self)  # noqa: A001


@pytest.mark.parametrize(
    "function", [by_line, by_outer, by_lambda, by_comprehension, by_default, by_builtin]
)
def test_a_name_is_what_it_is_in_its_own_scope(function: Callable[[Any], int]) -> None:
    design = type("Design", (Patient,), {"looks": function, "__module__": __name__})
    with pytest.raises(DesignError, match=rf"{CHANCE}|id\(\) is not listed"):
        check_subset("Design", design)


class Drawer(random.Random):
    """A kind of what draws."""


class Drawers(Patient, random.Random):
    """A design that is one itself."""


@pytest.mark.parametrize(
    "looks", [lambda self: Drawer().random(), lambda self: Drawers.random(self)]
)
def test_a_base_is_looked_at_as_what_is_named(looks: Callable[[Any], float]) -> None:
    design = type("Design", (Patient,), {"looks": looks, "__module__": __name__})
    with pytest.raises(DesignError, match=CHANCE):
        check_subset("Design", design)


class Count:
    """A policy that counts in its fields."""

    def __init__(self, waited: int = 0) -> None:
        self.waited = waited

    def look(self) -> int:
        """One more."""
        self.waited += 1
        return self.waited


@dataclass
class Fields:
    """Fields that are made by classes and by functions of the library."""

    policy: Count = field(default_factory=Count)
    names: list[str] = field(default_factory=list)
    more: OrderedDict[str, int] = field(default_factory=OrderedDict)


FOUND_BY: Any = {"match": re.compile("a").match, "digest": hashlib.blake2b, "upper": str.upper}
POLICIES: Any = {"count": Count, "text": json.dumps, "errors": (KeyError, json.JSONDecodeError)}


class Everyday(Patient):
    """Classes and functions in tables, defaults and factories, as people write them."""

    dumps = staticmethod(json.dumps)
    merge = functools.partialmethod(asked, list)

    def prepare(self) -> None:
        """Made of what tables hold."""
        self.policy = POLICIES["count"]()
        self.fields = Fields()

    def looks(self) -> int:
        """One more, in each of them."""
        try:
            self.fields.names.append(POLICIES["text"]({"a": self.dumps([])}))
        except POLICIES["errors"]:
            return 0
        assert max([1, 2], key=lambda id: id) == 2  # noqa: A006
        assert FOUND_BY["match"](FOUND_BY["upper"]("a").lower())
        both: set[int] = {self.policy.look(), self.fields.policy.look(), len(self.fields.names)}
        return max(both)


class Sink(Protocol):
    """What takes a number."""

    def put(self, number: int) -> None:
        """Take one."""


class Shelf(ABC):
    """What keeps numbers, by a base of the library whose functions have no source."""

    @abstractmethod
    def put(self, number: int) -> None:
        """Keep one."""


class Kept(Shelf, Generic[T]):
    """What keeps them."""

    def __init__(self, first: T) -> None:
        self.numbers: list[T | int] = [first]

    def put(self, number: int) -> None:
        """Keep one."""
        self.numbers.append(number)


class Phase(StrEnum):
    """Where it stands."""

    OPEN = auto()
    DONE = auto()


class Quietly(AbstractContextManager[None]):
    """Lets everything pass."""

    def __exit__(self, *error: object) -> None:
        return None


class OfLibrary(Patient):
    """Bases and decorators of the library, as people write them."""

    def prepare(self) -> None:
        """Begin with one number."""
        self.kept: Kept[int] = Kept(1)
        self.phase = Phase.OPEN

    def looks(self) -> int:
        """How many there are."""
        with Quietly():
            sink: Sink = self.kept
            sink.put(len(f"{self.phase}"))
        return len(self.kept.numbers)


def by_path(self: Any) -> str:
    """By a function whose own source cannot be read, either."""
    return os.path.join("a", "b")  # noqa: PTH118


def test_a_function_of_the_library_without_source_is_refused_by_its_module() -> None:
    design = type("Design", (Patient,), {"looks": by_path, "__module__": __name__})
    with pytest.raises(DesignError, match="the module os"):
        check_subset("Design", design)


@pytest.mark.parametrize(
    "tried", [*patient(Everyday), *patient(OfLibrary)], ids=lambda tried: tried.name
)
def test_what_is_held_and_does_nothing_wrong_goes_on_working(tried: Tried) -> None:
    assert tried.cls.Settings is Looks
    kind, words = found(tried)
    assert kind == tried.truth, words
    assert kind in (PROVED, VIOLATED)
