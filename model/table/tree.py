"""What one happening of a state may lead to: a tree of questions to a session's registers.

A *register* is a whole number that a session has at a state: when something pending happens, when
the recording began, how large a chunk is. A step of the world depends on registers through
questions alone. Each stands here as data, in the order in which the step asked; what it makes on
the way (`DrawnRegister`, `Quotient`) is a register more, behind those of the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Expression(NamedTuple):
    """A sum: ``terms`` are registers with their factors, ``constant`` is added."""

    terms: tuple[tuple[int, int], ...]
    constant: int


class FieldItems(tuple[Any, ...]):
    """Several values of one field of an event, of which some are expressions."""

    __slots__ = ()


def field_worth(field: Any, registers: Sequence[int]) -> Any:
    """What a field of an event, or a part of a stream's name, comes to."""
    if type(field) is Expression:
        return worth(field, registers)
    return (
        tuple([field_worth(item, registers) for item in field])
        if type(field) is FieldItems
        else field
    )


def worth(expression: Expression, registers: Sequence[int]) -> int:
    """What an expression comes to."""
    terms, total = expression
    for at, factor in terms:
        total += factor * registers[at]
    return total


NO_TERMS = Expression((), 0)


class Place:
    """A place in a tree, empty until a session has been there."""

    __slots__ = ("content",)

    def __init__(self) -> None:
        self.content: Any = None


class AtMostZero:
    """Whether an expression is at most 0."""

    __slots__ = ("expression", "no", "yes")

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.yes, self.no = Place(), Place()

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Where a session goes on."""
        return self.yes if worth(self.expression, registers) <= 0 else self.no


class Exactly:
    """What an expression comes to: code needs the very number, and each has a branch."""

    __slots__ = ("expression", "slots")

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.slots: dict[int, Place] = {}

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Where a session goes on."""
        number = worth(self.expression, registers)
        slot = self.slots.get(number)
        if slot is None:
            slot = self.slots[number] = Place()
        return slot


class Quotient:
    """An expression divided, rounded down: a register more."""

    __slots__ = ("divisor", "expression", "then")

    def __init__(self, expression: Expression, divisor: int) -> None:
        self.expression = expression
        self.divisor = divisor
        self.then = Place()

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Work it out, and go on."""
        registers.append(worth(self.expression, registers) // self.divisor)
        return self.then


class DrawnRegister:
    """A draw in the middle of a step: a register more. ``stream`` is a purpose, then numbers."""

    __slots__ = ("spread", "stream", "then")

    def __init__(self, stream: tuple[Any, ...], spread: Any) -> None:
        self.stream = stream
        self.spread = spread
        self.then = Place()

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Draw it, and go on."""
        named = [field_worth(part, registers) for part in self.stream]
        registers.append(self.spread.quantile(streams.uniform(*named)))
        return self.then


class WorkedOut:
    """What ``work`` makes of expressions, and of a draw where there is a ``stream``: a register."""

    __slots__ = ("arguments", "stream", "then", "work")

    def __init__(
        self, work: Callable[..., int], arguments: tuple[Any, ...], stream: tuple[Any, ...]
    ) -> None:
        self.work = work
        self.arguments = arguments
        self.stream = stream
        self.then = Place()

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Work it out, and go on."""
        u = 0.5
        if self.stream:
            u = streams.uniform(*[field_worth(part, registers) for part in self.stream])
        registers.append(self.work(*[field_worth(a, registers) for a in self.arguments], u))
        return self.then


class UplinkChange:
    """A transfer begins on the session's uplink, or the n-th that is on it ends (-1: none does)."""

    __slots__ = ("at", "now", "size", "then", "verb")

    def __init__(self, verb: str, at: int, size: Expression, now: Expression) -> None:
        self.verb = verb
        self.at = at
        self.size = size
        self.now = now
        self.then = Place()

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Let it begin or end, and go on."""
        size, now = worth(self.size, registers), worth(self.now, registers)
        streams.transfers.change(self.verb, self.at, size, now)
        return self.then


class UplinkPlan:
    """Which transfer ends first, a branch for each (-1: none is there); and when: a register."""

    __slots__ = ("now", "slots")

    def __init__(self, now: Expression) -> None:
        self.now = now
        self.slots: dict[int, Place] = {}

    def follow(self, registers: list[int], streams: Any) -> Place:
        """Ask the session's uplink, and go on."""
        at, due_ms = streams.transfers.plan(worth(self.now, registers))
        registers.append(due_ms)
        return self.slots.setdefault(at, Place())


class Arrival:
    """When something becomes due that has just become pending: ``base`` and a draw.

    ``spread`` is None where nothing is drawn.
    """

    __slots__ = ("base", "is_request", "planned", "spread", "stream")

    def __init__(self) -> None:
        self.base = self.planned = NO_TERMS
        self.spread: Any = None
        self.stream: tuple[Any, ...] = ()
        self.is_request = False


class StepEnd:
    """What one step comes to. ``columns`` make the next state's registers, ``orders`` the order
    of what is pending: that of a register before, or the n-th that is new (-1 - n)."""

    __slots__ = (
        "columns",
        "costs",
        "events",
        "fresh",
        "orders",
        "reason",
        "state",
        "unseen",
        "used",
        "work",
    )

    def __init__(self) -> None:
        self.events: list[tuple[Any, tuple[Any, ...]]] = []
        self.costs: list[tuple[int, Expression]] = []
        self.columns: list[Any] = []
        self.orders: tuple[int, ...] = ()
        self.unseen: list[Arrival] = []
        self.fresh = 0
        self.reason = ""
        self.state: Any = None
        self.used = 0
        self.work: Any = None


def same_question(one: Any, two: Any) -> bool:
    """Whether two questions ask the same."""
    return type(one) is type(two) and all(
        getattr(one, name) == getattr(two, name)
        for name in type(one).__slots__
        if name not in ("yes", "no", "then", "slots")
    )


def way_to(start: Place, end: StepEnd) -> list[Place]:
    """The places of a tree below its top, on the way to an end of it: the last one first."""
    before: dict[Place, Place] = {}
    open_places = [start]
    while open_places:
        place = open_places.pop()
        if place.content is end:
            way = []
            while place is not start:
                way.append(place)
                place = before[place]
            return way
        for following in places_after(place.content):
            before[following] = place
            open_places.append(following)
    raise LookupError("an end that the tree does not have")


def places_after(content: Any) -> list[Place]:
    """Where a session may go on from what stands at a place."""
    kind = type(content)
    if kind is AtMostZero:
        return [content.yes, content.no]
    if kind in (Exactly, UplinkPlan):
        return list(content.slots.values())
    return [] if kind is StepEnd or content is None else [content.then]
