"""State that outlives every instance and every session: there is no verdict, only a refusal."""

from __future__ import annotations

import enum
import functools
import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.attack.ground import REFUSED, Looks, Patient, Tried


class ByClassName(Patient):
    """An attribute of the class, by the class's name."""

    waited = 0

    def looks(self) -> int:
        """One more."""
        ByClassName.waited += 1  # refused
        return ByClassName.waited


class ByDunderClass(Patient):
    """An attribute of the class, by the instance's ``__class__``."""

    waited = 0

    def looks(self) -> int:
        """One more."""
        self.__class__.waited += 1  # refused
        return self.waited


class BySetattr(Patient):
    """An attribute of the class, by ``setattr``."""

    waited = 0

    def looks(self) -> int:
        """One more."""
        setattr(type(self), "waited", self.waited + 1)  # noqa: B010 - a user's way  # refused
        return self.waited


class Registry(Patient):
    """Every instance enters itself in a list of the class."""

    all: ClassVar[list[Any]] = []  # refused

    def prepare(self) -> None:
        """One instance more."""
        self.all.append(self)  # refused

    def looks(self) -> int:
        """As many as there are instances."""
        return 9 if len(self.all) > 5 else 0  # refused


class Singleton(Patient):
    """What is shared is made once and kept by the class."""

    shared: ClassVar[Any] = None

    @classmethod  # refused
    def get(cls) -> list[int]:  # refused
        """The one list."""
        if cls.shared is None:
            cls.shared = []  # refused
        return cls.shared  # type: ignore[no-any-return]

    def looks(self) -> int:
        """One more."""
        self.get().append(1)  # refused
        return len(self.get())


@dataclass
class Stats:
    """Numbers of the module."""

    looks: int = 0
    seen: list[int] = field(default_factory=list)


STATS = Stats()  # refused: InModuleObject InModuleAlias
IDS = itertools.count(1)  # refused: FromModuleCounter
LOG: list[int] = []  # refused: InModuleList InModuleLocal
NUMBERS = iter(range(1, 9999))  # refused: FromModuleIterator


class InModuleObject(Patient):
    """A field of an object of the module."""

    def looks(self) -> int:
        """One more."""
        STATS.looks += 1  # refused
        return STATS.looks


class InModuleAlias(Patient):
    """A list within an object of the module, by a field of the instance."""

    def prepare(self) -> None:
        """A short name."""
        self.seen = STATS.seen  # refused

    def looks(self) -> int:
        """One more."""
        self.seen.append(1)  # refused
        return len(self.seen)


class InModuleList(Patient):
    """A list of the module."""

    def looks(self) -> int:
        """One more."""
        LOG.append(1)  # refused
        return len(LOG)


class InModuleLocal(Patient):
    """A list of the module, by a local name."""

    def looks(self) -> int:
        """One more."""
        log = LOG  # refused
        log += [1]  # refused
        return len(log)


class FromModuleCounter(Patient):
    """Numbers are taken from a counter of the module."""

    def looks(self) -> int:
        """The next one."""
        return next(IDS)  # refused


class FromModuleIterator(Patient):
    """Numbers are taken from an iterator of the module."""

    def looks(self) -> int:
        """The next one."""
        return next(NUMBERS)  # refused


class ByGlobals(Patient):
    """A name of the module, by ``globals``."""

    def looks(self) -> int:
        """One more."""
        globals()["MADE"] = globals().get("MADE", 0) + 1  # refused
        return int(globals()["MADE"])  # refused


def counted(method: Callable[[Any], int]) -> Callable[[Any], int]:
    """Count the calls of a method."""
    calls = 0

    @functools.wraps(method)  # refused: ByDecorator
    def wrapper(self: Any) -> int:  # refused: ByDecorator
        nonlocal calls  # refused: ByDecorator
        calls += 1  # refused: ByDecorator
        return method(self) + calls

    return wrapper


class ByDecorator(Patient):
    """A decorator counts the calls."""

    @counted  # refused
    def looks(self) -> int:  # refused
        """None of its own."""
        return 0


class Memo:
    """A decorator that is an object and keeps what it was told."""

    def __init__(self, method: Callable[[Any], int]) -> None:
        self.method = method
        self.calls = 0

    def __get__(self, owner: Any, kind: Any = None) -> Callable[[], int]:  # refused: ByObject
        self.calls += 1  # refused: ByObject
        return lambda: self.calls  # refused: ByObject


class ByObject(Patient):
    """A decorator that is an object counts."""

    @Memo  # refused
    def looks(self) -> int:  # refused
        """None of its own."""
        return 0


class CachedMethod(Patient):
    """A cache of a method, that keeps a list for each instance."""

    @functools.cache  # noqa: B019 - the fault itself  # refused
    def seen(self) -> list[int]:  # refused
        """The list."""
        return []

    def looks(self) -> int:
        """One more."""
        seen = self.seen()  # refused
        seen.append(1)
        return len(seen)


class Level(enum.Enum):
    """A member whose value is a list."""

    SEEN = [0]  # refused: InEnumValue


class Grade(enum.Enum):
    """A member that a field is hung on."""

    OTHER = 1  # refused: InEnumField


class InEnumValue(Patient):
    """The value of an enumeration's member can change."""

    def looks(self) -> int:
        """One more."""
        Level.SEEN.value.append(1)  # refused
        return len(Level.SEEN.value)


class InEnumField(Patient):
    """A member of an enumeration gets a field."""

    def looks(self) -> int:
        """One more."""
        member: Any = Grade.OTHER
        member.looks = getattr(member, "looks", 0) + 1  # refused
        return int(member.looks)  # refused


class Nested(Patient):
    """An attribute of a class within the class."""

    class Inner:
        """A drawer."""

        waited = 0  # refused

    def looks(self) -> int:
        """One more."""
        self.Inner.waited += 1  # refused
        return self.Inner.waited


def from_default(seen: dict[str, int] = {"looks": 0}) -> int:  # noqa: B006  # refused: InHelperDefault
    """Count in a default value."""
    seen["looks"] += 1  # refused: InHelperDefault
    return seen["looks"]


class InHelperDefault(Patient):
    """The default value of a helper function."""

    def looks(self) -> int:
        """One more."""
        return from_default()


class KeywordDefault(Patient):
    """A default value that can only be given by name."""

    def looks(self, *, seen: set[int] = set()) -> int:  # noqa: B006 - the fault itself  # refused
        """One more."""
        seen.add(len(seen))  # refused
        return len(seen)


def ids() -> Iterator[int]:
    """A generator of the module."""
    yield from range(1, 9999)


NEXT = ids()  # refused: FromModuleGenerator


class FromModuleGenerator(Patient):
    """Numbers are taken from a generator of the module."""

    def looks(self) -> int:
        """The next one."""
        return next(NEXT)  # refused


@dataclass(frozen=True)
class Listed(Looks):
    """Settings with a list: the same for every instance."""

    seen: list[int] = field(default_factory=list)  # refused: InSettings


class InSettings(Patient):
    """The list of the settings grows."""

    Settings = Listed

    def looks(self) -> int:
        """One more."""
        self.settings.seen.append(1)  # refused
        return len(self.settings.seen)


class ThawedSettings(Patient):
    """Frozen settings are changed by force."""

    def looks(self) -> int:
        """One less to go."""
        object.__setattr__(self.settings, "looks_max", self.settings.looks_max - 1)  # refused
        return 0


class InLogger(Patient):
    """A logger of the standard library is hung with a number."""

    def looks(self) -> int:
        """One more."""
        logger: Any = logging.getLogger("design")  # refused
        logger.looks = getattr(logger, "looks", 0) + 1  # refused
        return int(logger.looks)


class OnMethod(Patient):
    """A number hangs on one of its own methods."""

    def looks(self) -> int:
        """One more."""
        method: Any = type(self).complete  # refused
        method.looks = vars(method).get("looks", 0) + 1  # refused
        return int(method.looks)


class OnPort(Patient):
    """A number hangs on the storage that it was given."""

    def looks(self) -> int:
        """One more."""
        port: Any = self.ctx.storage
        port.looks = getattr(port, "looks", 0) + 1  # refused
        return int(port.looks)  # refused


TRIED = tuple(
    Tried(cls, REFUSED)
    for cls in (
        ByClassName,
        ByDunderClass,
        BySetattr,
        Registry,
        Singleton,
        InModuleObject,
        InModuleAlias,
        InModuleList,
        InModuleLocal,
        FromModuleCounter,
        FromModuleIterator,
        ByGlobals,
        ByDecorator,
        ByObject,
        CachedMethod,
        InEnumValue,
        InEnumField,
        Nested,
        InHelperDefault,
        KeywordDefault,
        FromModuleGenerator,
        InSettings,
        ThawedSettings,
        InLogger,
        OnMethod,
        OnPort,
    )
)
