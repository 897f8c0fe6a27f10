"""What changes as it is used and is shared by all instances: there is no verdict, only a refusal.

Iterators, objects of the library, exceptions: the text of none says that it changes. What people
share every day, and what stays as it is, goes on working.
"""

from __future__ import annotations

import collections
import contextlib
import enum
import functools
import hashlib
import itertools
import json
import logging
import operator
import re
import string
import types
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.reference_impl.contract import HandlerFailure, Put, Response
from tests.attack.ground import PROVED, REFUSED, VIOLATED, Patient, Tried, found, patient
from tests.attack.test_process_held import simulated

NUMBERS = iter(range(1, 999))
PAIRS = zip(range(1, 999), range(1, 999), strict=True)
CHAINED = itertools.chain(range(1, 9), range(9, 999))
FOUND = re.finditer("a", "a" * 999)


class InLoop(Patient):
    """An iterator of the module is gone through."""

    def looks(self) -> int:
        """The next one."""
        return next((number for number in NUMBERS), 0)


class OfPairs(Patient):
    """The same by a local name."""

    def looks(self) -> int:
        """The next one."""
        pairs = PAIRS
        return next(pairs)[0]


class OfLibrary(Patient):
    """The same of one that the library has made."""

    def looks(self) -> int:
        """The next one."""
        for number in CHAINED:
            return number
        return 0


class OfMatches(Patient):
    """What is found in a text, one after the other."""

    def looks(self) -> int:
        """Where the next one ends."""
        for match in FOUND:
            return match.end()
        return 0


class OfClass(Patient):
    """An iterator of the class."""

    ids: ClassVar[Iterator[int]] = iter(range(1, 999))

    def looks(self) -> int:
        """The next one."""
        return next(self.ids)


class GeneratorOfClass(Patient):
    """A generator of the class."""

    ids: ClassVar[Iterator[int]] = (number for number in range(1, 999))

    def looks(self) -> int:
        """The next one."""
        return next(self.ids)


class AsDefault(Patient):
    """An iterator that is a default."""

    def looks(self, ids: Iterator[int] = iter(range(1, 999))) -> int:  # noqa: B008
        """The next one."""
        return next(ids)


@dataclass
class Numbered:
    """Has one as a default of a field."""

    ids: Iterator[int] = iter(range(1, 999))  # noqa: RUF009


class AsFieldsDefault(Patient):
    """The same of a dataclass."""

    def looks(self) -> int:
        """The next one."""
        return next(Numbered().ids)


NEXT = itertools.count(1).__next__
TABLE: dict[int, int] = {}
ENTER, SIZE = TABLE.__setitem__, TABLE.__len__
SEEN: list[int] = []


class ByMethod(Patient):
    """A counter that only its method names."""

    def looks(self) -> int:
        """The next one."""
        return NEXT()


class ByWrapper(Patient):
    """A dictionary that only its methods name."""

    def looks(self) -> int:
        """One more."""
        ENTER(SIZE(), 1)
        return SIZE()


class ByStatic(Patient):
    """A list behind static methods."""

    push = staticmethod(SEEN.append)
    size = staticmethod(SEEN.__len__)

    def looks(self) -> int:
        """One more."""
        self.push(1)
        return self.size()


class ByPartialMethod(Patient):
    """A list that is given beforehand."""

    up: Any = functools.partialmethod(lambda self, seen: seen.append(1) or len(seen), [])

    def looks(self) -> int:
        """One more."""
        return int(self.up())


DIGEST = hashlib.sha256()
DIGESTS = [hashlib.sha256(b"x" * times).digest() for times in range(99)]
PACKER = zlib.compressobj()
ENCODER = json.JSONEncoder()
SHAPE = string.Template("")
HOLDER = contextlib.nullcontext([0])
KEY: Any = functools.cmp_to_key(operator.sub)(0)
BETWEEN = slice([0], None)
WRITE = Put("key", 0)


class InDigest(Patient):
    """A digest takes in more and more."""

    def looks(self) -> int:
        """How often it did."""
        digest = DIGEST
        digest.update(b"x")
        return DIGESTS.index(digest.digest())


class InPacker(Patient):
    """A packer takes in more and more."""

    def looks(self) -> int:
        """How much it gives."""
        return len(PACKER.compress(b"x"))


class InEncoder(Patient):
    """A field of an object of the library."""

    def looks(self) -> int:
        """One more."""
        encoder: Any = ENCODER
        encoder.indent = (encoder.indent or 0) + 1
        return int(encoder.indent)


class InTemplate(Patient):
    """The text of a template."""

    def looks(self) -> int:
        """One letter more."""
        shape = SHAPE
        shape.template += "x"
        return len(shape.template)


class InHolder(Patient):
    """What a context manager of the library gives."""

    def looks(self) -> int:
        """One more."""
        with HOLDER as seen:
            seen[0] += 1
            return seen[0]


class InKey(Patient):
    """What a key of the library stands for."""

    def looks(self) -> int:
        """One more."""
        key = KEY
        key.obj += 1
        return int(key.obj)


class InSlice(Patient):
    """The bound of a slice."""

    def looks(self) -> int:
        """One more."""
        first: Any = BETWEEN.start
        first[0] += 1
        return int(first[0])


class InEffect(Patient):
    """The value of a write."""

    def looks(self) -> int:
        """One more."""
        write = WRITE
        write.value += 1
        return int(write.value)


ERROR = ValueError("gone")


class InNotes(Patient):
    """Notes on an exception."""

    def looks(self) -> int:
        """One more."""
        error = ERROR
        error.add_note("x")
        return len(error.__notes__)


class InDefaultError(Patient):
    """The arguments of one that is a default."""

    def looks(self, error: ValueError = ValueError()) -> int:  # noqa: B008
        """One more."""
        error.args = (*error.args, 1)
        return len(error.args)


class InContext(Patient):
    """What was handled when it was raised."""

    def looks(self) -> int:
        """One more."""
        before = ERROR.__context__
        number = 1 if before is None else len(before.args) + 1
        try:
            try:
                raise KeyError(*range(number))
            except KeyError:
                raise ERROR  # noqa: B904 - the context is the point
        except ValueError:
            return number


REFUSED_ONES = (
    *(InLoop, OfPairs, OfLibrary, OfMatches, OfClass, GeneratorOfClass, AsDefault),
    *(AsFieldsDefault, ByMethod, ByWrapper, ByStatic, ByPartialMethod, InDigest, InPacker),
    *(InEncoder, InTemplate, InHolder, InKey, InSlice, InEffect),
    *(InNotes, InDefaultError, InContext),
)


@pytest.mark.parametrize("cls", REFUSED_ONES)
def test_what_changes_as_it_is_used_is_refused_where_instances_share_it(cls: type) -> None:
    tried = Tried(cls, REFUSED)
    kind, words = found(tried)
    assert kind == REFUSED, words
    assert "outlives" in words, words
    assert "test_shared_iterators.py" in words, words
    with pytest.raises(DesignError, match="outlives"):
        simulated(tried)


log = logging.getLogger("design")
PATTERN = re.compile("a+")
Mode = Literal["a", "b"]
OK = Response(200)
STATUS = operator.itemgetter("status")
SORTED = json.JSONEncoder(sort_keys=True)
GREETING = string.Template("$name")
NOTHING = contextlib.nullcontext()
FIVE, FIRST_TWO = range(5), slice(0, 2)
GONE = HandlerFailure("gone")
NAMES = types.MappingProxyType({"a": 1})
ONE_MORE = functools.partial(operator.add, 1)
COUNTS: collections.Counter[str] = collections.Counter("ab")


class Kind(enum.Enum):
    """One or the other."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Kind:
        """The other one."""
        return Kind.B if self is Kind.A else Kind.A


class Pair(NamedTuple):
    """Two numbers."""

    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A number and a remark."""

    at: int = 0
    remark: str = field(default="", compare=False, metadata={"shown": False})


class Everyday(Patient):
    """What stands in many a module, and is used."""

    lengths: ClassVar[dict[str, Any]] = {"length": len}
    size = staticmethod(len)
    twice: Any = functools.partialmethod(lambda self, times: times, 2)
    upper = str.upper

    @functools.cached_property
    def first(self) -> int:
        """Worked out once."""
        return 0

    def prepare(self) -> None:
        """None yet."""
        self.seen = 0

    def looks(self) -> int:
        """One more."""
        self.seen += 1
        log.info("look %s", self.seen)
        with NOTHING:
            used: list[Any] = [PATTERN.match("aaa"), FIVE[FIRST_TWO], Kind.A.other, Pair(1).first]
        used += [SORTED.encode({}), GREETING.substitute(name="x"), STATUS({"status": OK.status})]
        used += [Point(self.seen), NAMES["a"], ONE_MORE(1), COUNTS["a"], self.twice(), self.first]
        used += [self.lengths["length"]([]), self.size([]), Mode is None]
        try:
            try:
                raise KeyError(len(used))
            except KeyError:
                raise GONE from None
        except HandlerFailure:
            return self.seen


@pytest.mark.parametrize("tried", [*patient(Everyday)], ids=lambda tried: tried.name)
def test_what_is_shared_and_stays_as_it_is_goes_on_working(tried: Tried) -> None:
    assert tried.truth in (PROVED, VIOLATED)
    assert found(tried)[0] == tried.truth
