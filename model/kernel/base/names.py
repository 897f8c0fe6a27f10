"""The names of draws, as compiled code has them.

A name is a purpose and some whole numbers (`Streams.uniform`). What is the same in every session is
one word, made beforehand. From the first number on that is a session's own, each is mixed in as it
is drawn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lastchunk.model.base.streams import name_word
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression

NUMBER_END = 2**62
"""A number of a name must lie nearer to 0: compiled code has 64 bits."""


class DrawName(NamedTuple):
    """The name of a draw: a word, and the numbers that are mixed into it behind."""

    word: int
    behind: tuple[Expression, ...]


def draw_name(purpose: str, entity: tuple[Any, ...]) -> DrawName:
    """The name of a draw. Raises `NotCarried` for one that is no row of numbers."""
    plain = [
        number.constant if isinstance(number, Expression) and not number.terms else number
        for number in entity
    ]
    if any(type(number) not in (int, Expression) for number in plain):
        raise NotCarried(f"a draw whose name is no row of numbers ({purpose})")
    if any(type(number) is int and abs(number) >= NUMBER_END for number in plain):
        raise NotCarried(f"a draw whose name has a very large number ({purpose})")
    fixed = next((at for at, number in enumerate(plain) if type(number) is not int), len(plain))
    behind = (
        number if isinstance(number, Expression) else Expression((), number)
        for number in plain[fixed:]
    )
    return DrawName(name_word(purpose, tuple(plain[:fixed])), tuple(behind))
