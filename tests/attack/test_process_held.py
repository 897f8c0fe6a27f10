"""The same in what is no plain container: there is no verdict, only a refusal."""

from __future__ import annotations

import collections
import enum
import functools
import itertools
import textwrap
import types
from collections import Counter, UserDict, UserList, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.simulate import simulate
from lastchunk.reference_impl.contract import Response
from tests.attack.ground import REFUSED, Looks, Patient, Tried, found

BOX: UserDict[str, int] = UserDict()


def put_in(box: Any) -> None:
    """Change what is given: the name of what is changed is not in the line."""
    box["n"] = box.get("n", 0) + 1


class InUserDict(Patient):
    """A dictionary of the library's own kind."""

    def looks(self) -> int:
        """One more."""
        put_in(BOX)
        return BOX["n"]


class InUserList(Patient):
    """A list of the library's own kind, of the class."""

    box: ClassVar[UserList[int]] = UserList()

    def looks(self) -> int:
        """One more."""
        self.box.append(1)
        return len(self.box)


NAMES = types.SimpleNamespace(n=0)


def name_in(names: Any) -> None:
    """Change what is given."""
    names.n += 1


class InNamespace(Patient):
    """A namespace."""

    def looks(self) -> int:
        """One more."""
        name_in(NAMES)
        return int(NAMES.n)


SEEN: list[int] = []
PUSH, COUNT = SEEN.append, SEEN.count


class ByBoundMethod(Patient):
    """A list that only its methods name."""

    def looks(self) -> int:
        """One more."""
        PUSH(1)
        return COUNT(1)


class Tally:
    """Counts."""

    def __init__(self) -> None:
        self.n = 0

    def up(self) -> int:
        """One more."""
        self.n += 1
        return self.n


UP = Tally().up


class ByMethodOfObject(Patient):
    """An object that only its method names."""

    def looks(self) -> int:
        """One more."""
        return UP()


SORTED: Counter[str] = Counter()


def mark(thing: Any) -> None:
    """Leave a field."""
    thing.seen = getattr(thing, "seen", 0) + 1


class OnCounter(Patient):
    """A field of a dictionary's own kind, beside its entries."""

    def looks(self) -> int:
        """One more."""
        mark(SORTED)
        return int(getattr(SORTED, "seen"))  # noqa: B009 - mypy knows no such field


MADE: defaultdict[str, int] = defaultdict(int)


def make_by(made: Any) -> None:
    """Let it make lists."""
    made.default_factory = list


class InFactory(Patient):
    """What a dictionary makes."""

    def looks(self) -> int:
        """It makes lists now."""
        was = MADE.default_factory is not int
        make_by(MADE)
        return 9 if was else 0


ADD: functools.partial[None] = functools.partial(list.append, [])


class InPartial(Patient):
    """What is given to a call beforehand."""

    def looks(self) -> int:
        """One more."""
        ADD(1)
        return len(ADD.args[0])


class Kind(type):
    """A class of classes with a count."""

    n = 0

    def up(cls) -> int:
        """One more."""
        Kind.n += 1
        return Kind.n


class Counted(metaclass=Kind):
    """Has it."""


class InMetaclass(Patient):
    """An attribute of a class's class."""

    def looks(self) -> int:
        """One more."""
        return Counted.up()


class Ids:
    """Numbers things."""

    def __init__(self) -> None:
        self.numbers = itertools.count()


IDS = Ids()


def taken(ids: Ids) -> int:
    """The next one."""
    return next(ids.numbers)


class InObjectsIterator(Patient):
    """An iterator that an object holds."""

    def looks(self) -> int:
        """The next one."""
        return taken(IDS)


MANY = [0]


def count_up() -> int:
    """One more."""
    MANY[0] += 1
    return MANY[0]


TABLE: dict[str, Callable[[], int]] = {"up": count_up}


class ByTable(Patient):
    """Code that a table names."""

    def looks(self) -> int:
        """One more."""
        return TABLE["up"]()


@dataclass
class Numbered:
    """Each is numbered as it is made."""

    n: int = field(default_factory=count_up)


class ByFieldsFactory(Patient):
    """Code that a field's default names."""

    def looks(self) -> int:
        """One more."""
        return Numbered().n


class Stage(enum.Enum):
    """Keeps a private list."""

    A = 1
    __seen: ClassVar[list[int]] = []

    @classmethod
    def up(cls) -> int:
        """One more."""
        cls.__seen.append(1)
        return len(cls.__seen)


class PrivateInEnum(Patient):
    """A private list of an enumeration."""

    def looks(self) -> int:
        """One more."""
        return Stage.up()


class OnLibrarysClass(Patient):
    """An attribute of a class of the library, by a local name."""

    def looks(self) -> int:
        """One more."""
        counter: Any = collections.Counter
        counter.seen = getattr(counter, "seen", 0) + 1
        return int(counter.seen)


class OnPortsClass(Patient):
    """An attribute of a class of the ports, by a local name."""

    def looks(self) -> int:
        """One more."""
        response: Any = Response
        mark(response)
        return int(response.seen)


class OnLibrarysFunction(Patient):
    """A field of a function of the library, by a local name."""

    def looks(self) -> int:
        """One more."""
        function: Any = textwrap.dedent
        mark(function)
        return int(function.seen)


class Flags(enum.Flag):
    """Members of which others are made."""

    A = 1
    B = 2


class OnMadeMember(Patient):
    """A field of a member that is made of two, and kept by the class."""

    def looks(self) -> int:
        """One more."""
        both: Any = Flags.A | Flags.B
        mark(both)
        return int(both.seen)


class MadeOfLooks(Looks):
    """Settings that can change: the class itself is not frozen."""


class ThawedKindOfSettings(Patient):
    """A field of its settings."""

    Settings = MadeOfLooks

    def looks(self) -> int:
        """One more."""
        self.settings.more = getattr(self.settings, "more", 0) + 1
        return int(self.settings.more)


HELD = (
    PrivateInEnum,
    InUserDict,
    InUserList,
    InNamespace,
    ByBoundMethod,
    ByMethodOfObject,
    OnCounter,
    InFactory,
    InPartial,
    InMetaclass,
    InObjectsIterator,
    ByTable,
    ByFieldsFactory,
    OnLibrarysClass,
    OnPortsClass,
    OnLibrarysFunction,
    OnMadeMember,
)


@pytest.mark.parametrize("cls", HELD)
def test_what_outlives_the_instance_is_refused_wherever_it_is_kept(cls: type) -> None:
    tried = Tried(cls, REFUSED)
    kind, words = found(tried)
    assert kind == REFUSED
    assert "outlives" in words, words
    is_told = "test_process_held.py, line" in words or "of test_process_held.py" in words
    assert is_told or "Stage._Stage__seen" in words  # a private name is that of no line
    with pytest.raises(DesignError, match="outlives"):
        simulated(tried)


def simulated(tried: Tried) -> None:
    """Sessions by sampling."""
    for session in range(4):
        simulate(tried.scenario(), tried.spec(), 1, session)


def test_what_was_put_into_a_class_of_all_is_taken_out_for_the_next_design() -> None:
    assert found(Tried(OnPortsClass, REFUSED))[0] == REFUSED
    assert "seen" not in vars(Response)


def test_settings_of_a_class_that_is_not_frozen_itself_are_refused() -> None:
    said = found(Tried(ThawedKindOfSettings, REFUSED))
    assert said == (REFUSED, "design ThawedKindOfSettings needs Settings, a frozen dataclass")
