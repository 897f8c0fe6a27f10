"""Numbers that name things: a chunk, an attempt, a commit, a run of the alarm.

A state is the same whether it is chunk 12 that is the newest or chunk 57. So such a number is a
register too: how far a session is ahead of the one that came to the state first. The world keeps
what it names apart by what is known of it (a register's name, and what is added), which is enough
where one register stands for all numbers of a kind. Code gets a whole number, like any other; where
it needs the very number of one, that kind of number is a part of each state from there on
(`Demoted`), and the table begins again.
"""

from __future__ import annotations

import sys
from typing import Any

from lastchunk.model.base.blame import MODULES
from lastchunk.model.explore.code.kept import keep_as_time
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.world.base import frozen
from lastchunk.model.world.code.clone import share


class Counter(Number):
    """A number that names something, and is never below 0."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return Counter(self.asker, self.name, self.offset_ms + other)
        return super().__add__(other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return Counter(self.asker, self.name, self.offset_ms - other)
        return super().__sub__(other)

    def __ge__(self, other: Any) -> bool:
        return True if type(other) is int and other <= 0 else super().__ge__(other)

    def __lt__(self, other: Any) -> bool:
        return False if type(other) is int and other <= 0 else super().__lt__(other)

    def __eq__(self, other: object) -> bool:
        return False if type(other) is int and other < 0 else super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        if str(sys._getframe(1).f_globals.get("__name__", "")).startswith(MODULES):
            return hash((self.name, self.offset_ms))
        return hash(self.exact())

    def __repr__(self) -> str:
        if sys._getframe(1).f_globals.get("__name__") == frozen.__name__:
            return f"register {self.name} and {self.offset_ms}"
        return repr(self.exact())


share(Counter)
keep_as_time(Counter)
