"""The names of draws, as compiled code spells them.

A name is a purpose and some whole numbers (`Streams.uniform`). Where they are the same at a node
the name is one block of the hash, made beforehand. Where some are numbers of the session's it is
spelled anew for each draw, from *parts*: letters, and a number behind them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression

NAME_BYTES_MAX = 128
"""One block of the hash that draws: a longer name is not drawn in compiled code."""
DIGITS_MAX = 20


class DrawName(NamedTuple):
    """The name of a draw; ``entity`` are whole numbers, or expressions."""

    purpose: str
    entity: tuple[int | Expression, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same in every session."""
        return all(type(number) is int for number in self.entity)

    def letters(self) -> bytes:
        """A fixed name as `Streams` hashes it."""
        return f"{self.purpose}{self.entity}".encode()

    def parts(self) -> list[tuple[bytes, Expression | None]]:
        """Letters, and the number behind them; None where there is none."""
        found: list[tuple[bytes, Expression | None]] = []
        letters = f"{self.purpose}("
        for at, number in enumerate(self.entity):
            letters += ", " if at else ""
            if type(number) is int:
                letters += str(number)
            else:
                assert isinstance(number, Expression)
                found.append((letters.encode(), number))
                letters = ""
        letters += ",)" if len(self.entity) == 1 else ")"
        return [*found, (letters.encode(), None)]


def draw_name(purpose: str, entity: tuple[Any, ...]) -> DrawName:
    """The name of a draw. Raises `NotCarried` for one that is too long, or is none."""
    plain = tuple(
        number.constant if isinstance(number, Expression) and not number.terms else number
        for number in entity
    )
    if any(type(number) not in (int, Expression) for number in plain):
        raise NotCarried(f"a draw whose name is no row of numbers ({purpose})")
    name = DrawName(purpose, plain)
    if name.is_fixed:
        length = len(name.letters())
    else:
        length = sum(len(letters) + DIGITS_MAX for letters, _ in name.parts())
    if length > NAME_BYTES_MAX:
        raise NotCarried(f"a draw whose name is long ({purpose})")
    return name
