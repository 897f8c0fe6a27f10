"""Ways around the words of the subset: the same thing by another name, or by way of a library."""

from __future__ import annotations

import builtins
import dataclasses
import decimal
import enum
import operator
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import OK, REFUSED, Holds, Patient, Tried, holds


class DictOfSets(Holds):
    """Sets that a dictionary makes where they are missing."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        groups: defaultdict[str, Any] = defaultdict(set)  # refused
        for number in (8, 0) if is_late else (0, 8):
            groups["all"].add(number)
        return groups

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        first = 0
        for number in held["all"]:
            first = first or number + 1
        return first == 9


@dataclass
class Group:
    """Numbers of a group."""

    members: Any = field(default_factory=set)


class SetInRecord(DictOfSets):
    """A set in a record of the user's own, by a name that says nothing."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        group = Group()
        for number in (8, 0) if is_late else (0, 8):
            group.members.add(number)
        return group

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        return bool([*held.members][0] == 8)  # noqa: RUF015 - a user's way  # refused


class SetInList(DictOfSets):
    """A set in a list."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        return [set((8, 0) if is_late else (0, 8))]  # refused

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        first, _second = held[0]
        return bool(first == 8)


class TextOfSet(DictOfSets):
    """A set as a text."""

    def keep(self, is_late: bool) -> Any:
        """8 first where it is late."""
        return set((8, 0) if is_late else (0, 8))

    def kept(self, held: Any) -> bool:
        """How is it written?"""
        return f"{held}" == str(held) == "{8, 0}"  # refused


class TiesInSet(TextOfSet):
    """Sorted by a key that is the same for all."""

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        return bool(sorted(held, key=lambda number: number > 9)[0] == 8)  # refused


class LargestOfSet(TextOfSet):
    """The largest by a key that is the same for all."""

    def kept(self, held: Any) -> bool:
        """Which comes first?"""
        return bool(max(held, key=lambda number: number > 9) == 8)  # refused


class ByOperator(Holds):
    """``is`` by a function of a library."""

    def prepare(self) -> None:
        """A text."""
        self.word = "".join(["a", "b"])

    def keep(self, is_late: bool) -> Any:
        """The field's text, or one that is made anew."""
        return self.word if is_late else "".join(["a", "b"])

    def kept(self, held: Any) -> bool:
        """Is it the field's own?"""
        return operator.is_(held, self.word)  # refused


class Precision(Patient):
    """The precision of all decimal numbers of the process."""

    def looks(self) -> int:
        """One place more."""
        decimal.getcontext().prec += 1  # refused
        return decimal.getcontext().prec - 28  # refused


class OwnText(Patient):
    """The text that Python makes of an object has its address."""

    def looks(self) -> int:
        """An address that is rare."""
        return 9 if repr(self).endswith("f0>") else 0  # refused


class HashMethod(Patient):
    """The hash of a text, by its method."""

    def looks(self) -> int:
        """One in a hundred."""
        return 9 if "session".__hash__() % 100 == 7 else 0  # refused


class ByBuiltins(Patient):
    """A built-in function by way of its module."""

    def looks(self) -> int:
        """One in a hundred."""
        return 9 if builtins.hash("session") % 100 == 7 else 0  # refused


class ByOtherName(Patient):
    """A built-in function by another name."""

    number = staticmethod(hash)  # refused

    def looks(self) -> int:
        """One in a hundred."""
        digest = hash  # refused
        return 9 if digest("session") % 100 == self.number("x") % 100 else 0  # refused


class MadeDataclass(Patient):
    """A class is made by a library as the code runs; its attribute counts."""

    def prepare(self) -> None:
        """A class of its own for each instance."""
        kind: Any = dataclasses.make_dataclass("Kind", [])  # refused
        kind.looks = 0  # refused
        self.kind = kind  # refused

    def looks(self) -> int:
        """One more."""
        self.kind.looks += 1  # refused
        return int(self.kind.looks)


class MadeEnum(Patient):
    """An enumeration is made as the code runs; its member counts."""

    def prepare(self) -> None:
        """An enumeration of its own for each instance."""
        make: Any = enum.Enum
        kind = make("Kind", ["A"])  # refused
        kind.A.looks = 0  # refused
        self.kind = kind  # refused

    def looks(self) -> int:
        """One more."""
        self.kind.A.looks += 1  # refused
        return int(self.kind.A.looks)


class NotAwaitedInIf(Patient):
    """An effect as a condition: it is always true, and never done."""

    async def upload(self, chunk: Chunk) -> Response:  # refused
        """The delete never happens."""
        if self.ctx.storage.delete("old"):  # refused
            return await super().upload(chunk)
        return OK


class NotAwaitedInList(Patient):
    """Effects are gathered in a list, and the list is dropped."""

    async def upload(self, chunk: Chunk) -> Response:  # refused
        """Neither happens."""
        todo = [self.ctx.storage.delete("old"), self.ctx.storage.put("new", 1)]  # refused
        if todo:
            return await super().upload(chunk)
        return OK


class NotAwaitedByName(Patient):
    """A port by a short name; its effect is dropped."""

    async def upload(self, chunk: Chunk) -> Response:  # refused
        """The delete never happens."""
        store = self.ctx.storage
        store.delete("old")  # refused
        return await super().upload(chunk)


TRIED = (
    *holds(DictOfSets, SetInRecord, SetInList, TextOfSet, TiesInSet, LargestOfSet, ByOperator),
    *(
        Tried(cls, REFUSED)
        for cls in (
            Precision,
            OwnText,
            HashMethod,
            ByBuiltins,
            ByOtherName,
            MadeDataclass,
            MadeEnum,
            NotAwaitedInIf,
            NotAwaitedInList,
            NotAwaitedByName,
        )
    ),
)
