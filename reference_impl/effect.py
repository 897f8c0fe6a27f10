"""An effect: what code awaits, as data; and a port, which makes effects."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any, Generic, TypeVar

from lastchunk.reference_impl.clock import Refused, driven, place_of

Answer = TypeVar("Answer")


class Effect(Generic[Answer]):
    """A request to the driver. Awaiting it yields it as data and returns the driver's answer."""

    __slots__ = ()

    def __post_init__(self) -> None:
        driven.to_await += 1

    def __await__(self) -> Generator[Effect[Answer], Any, Answer]:
        driven.to_await -= 1
        answer: Answer = yield self
        return answer


class Port:
    """What the world hands to the code. It keeps nothing: what code keeps is in its own fields."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        place = place_of(sys._getframe(1))
        raise Refused(f"{place}: {name} is kept on a port; allowed: a field of the instance")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __eq__(self, other: object) -> bool:
        """Two of one kind do the same: nothing tells one from another."""
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))
