"""Conditions: what an own property says of an event, and of the state right after it.

A condition is data: it can be written out in words, compared and pickled, and it says what an
exploration must remember for it. A plain Python function of the state may stand in its place where
`pure` finds nothing in it that could depend on anything else.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lastchunk.model.base.blame import place_of_error
from lastchunk.model.base.errors import InputError, name_of_class, text_of_error
from lastchunk.model.properties.base import Memory
from lastchunk.model.properties.names import (
    FIELDS,
    STATE,
    StateView,
    check_field,
    fits,
    nearest_name,
    refuse_property,
    words_of_value,
)
from lastchunk.model.properties.pure import check_pure, function_again, parts_of_function
from lastchunk.model.trace.events import EVENTS, BlobStored, Costs, Event
from lastchunk.model.trace.facts import Facts
from lastchunk.model.trace.prices import exact_dollars

COMPARISONS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "==": (operator.eq, "is"),
    "!=": (operator.ne, "is not"),
    "<": (operator.lt, "is below"),
    "<=": (operator.le, "is at most"),
    ">": (operator.gt, "is above"),
    ">=": (operator.ge, "is at least"),
}


class Formula(ABC):
    """Something that is true or false right after an event. ``&``, ``|`` and ``~`` join them.

    ``events`` are the events at which alone it can be true; None: at any. ``remembers`` is the past
    that it rests on; ``not_explored`` says why no exploration can look at it, "" where one can.
    """

    events: frozenset[str] | None = None
    remembers: frozenset[Memory] = frozenset()
    not_explored: str = ""
    is_bare: bool = False
    """Whether it says of an event that it comes, and nothing more."""
    is_of_event: bool = False
    """Whether it says nothing of the state."""
    only_rises: bool = False
    """Whether it is about costs, and true of all higher ones where it is true of some."""

    def is_case(self, event: Event, facts: Facts) -> bool:
        """Whether an event is one of those that it is about, whatever it then says of it.

        Beside a condition on the state that is the event with its fields; else any of its name.
        """
        if self.is_of_event or self.events is None:
            return self.events is None or type(event).__name__ in self.events
        return self.comes(event, facts)

    def comes(self, event: Event, facts: Facts) -> bool:
        """Whether what it says of an event is true, whatever the state."""
        return True

    @abstractmethod
    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether it is true right after the event."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The condition for a person."""

    def __and__(self, other: Any) -> Formula:
        return Joined(self, condition(other), True)

    def __or__(self, other: Any) -> Formula:
        return Joined(self, condition(other), False)

    def __invert__(self) -> Formula:
        return Negated(self)

    def __bool__(self) -> bool:
        allowed = "conditions joined by &, | and ~; not by and, or and not"
        refuse_property("property", self.words, allowed)


@dataclass(frozen=True, eq=False)
class EventIs(Formula):
    """An event of that name comes, and its fields hold one of the values given."""

    name: str
    fields: tuple[tuple[str, Any], ...] = ()
    called: str = ""

    def __post_init__(self) -> None:
        if self.name == "RunEnded":  # it is no event of the session
            refuse_property("event", self.name, "at_end(...), which asks the state at a run's end")
        kind = EVENTS.get(self.name)
        if kind is None:
            refuse_property("event", self.name, nearest_name(self.name, EVENTS))
        for name, _ in self.fields:
            if name not in kind._fields:
                known = [other for other in kind._fields if other != "at_ms"]
                refuse_property(f"event.{self.name}", name, nearest_name(name, known))
        names = [name for name, _ in self.fields]
        if len(set(names)) < len(names):
            refuse_property(f"event.{self.name}", names, "each field once")
        for name, value in self.fields:
            check_field(f"event.{self.name}.{name}", value, kind.__annotations__[name])
        hidden = [name for name in names if name not in FIELDS]
        if self.name == "Costs":
            hidden.insert(0, self.name)
        object.__setattr__(self, "events", frozenset((self.name,)))
        object.__setattr__(self, "is_bare", not self.fields)
        object.__setattr__(self, "is_of_event", True)
        if hidden:
            object.__setattr__(self, "not_explored", f"{hidden[0]} of event.{self.name}")

    def __call__(self, **fields: Any) -> EventIs:
        """The same event with fields: a value, or a tuple, a set or a range that it is in."""
        return EventIs(self.name, (*self.fields, *sorted(fields.items())))

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether it is this event, with these fields."""
        if type(event).__name__ != self.name:
            return False
        return all(fits(getattr(event, name), value) for name, value in self.fields)

    def comes(self, event: Event, facts: Facts) -> bool:
        """The same: the state has no part in it."""
        return self.holds(event, facts)

    @property
    def words(self) -> str:
        """The event, and its fields in brackets."""
        inner = ", ".join(f"{name}={words_of_value(value)}" for name, value in self.fields)
        if self.called:
            return self.called
        return f"{self.name}({inner})" if inner else self.name


@dataclass(frozen=True, eq=False)
class StateValue(Formula):
    """A value of the state by its documented name; on its own, whether it is true."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in STATE:
            refuse_property("state", self.name, nearest_name(self.name, STATE))
        object.__setattr__(self, "remembers", frozenset(STATE[self.name].remembers))

    def read(self, facts: Facts) -> Any:
        """The value now."""
        return STATE[self.name].read(facts)

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether the value is true."""
        return bool(self.read(facts))

    @property
    def words(self) -> str:
        """The name."""
        return self.name

    def __eq__(self, other: object) -> Any:
        return Compared(self, "==", other)

    def __ne__(self, other: object) -> Any:
        return Compared(self, "!=", other)

    def __lt__(self, other: Any) -> Formula:
        return Compared(self, "<", other)

    def __le__(self, other: Any) -> Formula:
        return Compared(self, "<=", other)

    def __gt__(self, other: Any) -> Formula:
        return Compared(self, ">", other)

    def __ge__(self, other: Any) -> Formula:
        return Compared(self, ">=", other)

    __hash__ = object.__hash__


@dataclass(frozen=True, eq=False)
class Compared(Formula):
    """A value of the state against a plain one, or against another value of the state."""

    left: StateValue
    sign: str
    right: Any

    def __post_init__(self) -> None:
        wanted = type(STATE[self.left.name].read(Facts()))
        right = self.right
        given = STATE[right.name].read(Facts()) if isinstance(right, StateValue) else right
        if type(given) is not wanted:
            field = f"state.{self.left.name} {self.sign}"
            refuse_property(field, given, f"a value of type {wanted.__name__}")
        more = right.remembers if isinstance(right, StateValue) else frozenset()
        object.__setattr__(self, "remembers", self.left.remembers | more)

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether the two compare so."""
        right = self.right.read(facts) if isinstance(self.right, StateValue) else self.right
        return bool(COMPARISONS[self.sign][0](self.left.read(facts), right))

    @property
    def words(self) -> str:
        """The comparison in words."""
        right = self.right.words if isinstance(self.right, StateValue) else repr(self.right)
        return f"{self.left.words} {COMPARISONS[self.sign][1]} {right}"


@dataclass(frozen=True, eq=False)
class Joined(Formula):
    """Two conditions, of which both are true, or one of the two."""

    left: Formula
    right: Formula
    is_all: bool

    def __post_init__(self) -> None:
        left, right = self.left, self.right
        events = _both(left.events, right.events) if self.is_all else _any(left, right)
        if events is not None and not events:
            refuse_property("property", self.words, "one event at a time: it can never be true")
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "is_bare", not self.is_all and left.is_bare and right.is_bare)
        object.__setattr__(self, "is_of_event", left.is_of_event and right.is_of_event)
        object.__setattr__(self, "only_rises", left.only_rises and right.only_rises)
        object.__setattr__(self, "remembers", left.remembers | right.remembers)
        object.__setattr__(self, "not_explored", left.not_explored or right.not_explored)

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether both are true, or one of them."""
        if self.is_all:
            return self.left.holds(event, facts) and self.right.holds(event, facts)
        return self.left.holds(event, facts) or self.right.holds(event, facts)

    def comes(self, event: Event, facts: Facts) -> bool:
        """Of two of which both must be true both come; else one of them."""
        if self.is_all:
            return self.left.comes(event, facts) and self.right.comes(event, facts)
        return self.left.comes(event, facts) or self.right.comes(event, facts)

    @property
    def words(self) -> str:
        """Both, with the word between them."""
        return f"({self.left.words} {'and' if self.is_all else 'or'} {self.right.words})"


def _both(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _any(left: Formula, right: Formula) -> frozenset[str] | None:
    if left.events is None or right.events is None:
        return None
    return left.events | right.events


@dataclass(frozen=True, eq=False)
class Negated(Formula):
    """A condition that is not true."""

    inner: Formula

    def __post_init__(self) -> None:
        object.__setattr__(self, "remembers", self.inner.remembers)
        object.__setattr__(self, "not_explored", self.inner.not_explored)

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether the other one is not true."""
        return not self.inner.holds(event, facts)

    @property
    def words(self) -> str:
        """The other one, denied."""
        return f"not {self.inner.words}"


@dataclass(frozen=True, eq=False)
class OutOfOrder(Formula):
    """A chunk is stored for the first time, and one recorded after it is stored already."""

    events = frozenset(("BlobStored",))
    is_of_event = True
    not_explored = "the order of chunks"
    words = "a chunk is stored after a later one"

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether this chunk comes behind a later one: the newest of those stored is the last."""
        if not isinstance(event, BlobStored) or event.chunk not in facts.stored:
            return False
        is_new = next(reversed(facts.stored)) == event.chunk
        return is_new and max(facts.stored) > event.chunk


@dataclass(frozen=True, eq=False)
class CostsMore(Formula):
    """The session has cost more than ``most`` of something, where asked for each chunk recorded."""

    most: tuple[tuple[str, int], ...]
    is_per_chunk: bool
    dollars_per_million: float | None = None
    events = frozenset(("Costs",))
    not_explored = "what a session costs"

    @property
    def only_rises(self) -> bool:  # type: ignore[override]  # more chunks allow more
        """Whether it is of the whole session."""
        return not self.is_per_chunk

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether any of the counts is above its bound; a session without a chunk has one's."""
        times = max(1, len(facts.recorded)) if self.is_per_chunk else 1
        if not isinstance(event, Costs):
            return False
        limit = self.dollars_per_million
        is_dear = limit is not None and exact_dollars(event) > Fraction(str(limit)) * times
        return is_dear or any(getattr(event, name) > most * times for name, most in self.most)

    @property
    def words(self) -> str:
        """The bounds."""
        dollars = self.dollars_per_million
        told = [] if dollars is None else [f"{dollars:,} dollars a million sessions"]
        bounds = ", or ".join([*told, *(f"{most:,} {name}" for name, most in self.most)])
        each = " for each chunk recorded" if self.is_per_chunk else ""
        return f"the session costs more than {bounds}{each}"


@dataclass(frozen=True, eq=False)
class Predicate(Formula):
    """A Python function of the state. Nothing tells what it reads, so all of it is remembered."""

    function: Callable[[StateView], Any]

    def __post_init__(self) -> None:
        check_pure(self.function)
        every = frozenset(word for item in STATE.values() for word in item.remembers)
        object.__setattr__(self, "remembers", every)

    def __reduce__(self) -> Any:
        return _predicate_again, parts_of_function(self.function)

    def holds(self, event: Event, facts: Facts) -> bool:
        """Whether the function says so. Raises `InputError` with its line where it throws."""
        try:
            return bool(self.function(StateView(facts)))
        except InputError:
            raise
        except Exception as error:
            where = place_of_error(error) or f" in {self.words}"
            words = f"{name_of_class(type(error))}{where}: {text_of_error(error)}"
            raise InputError(f"property: its function raised {words}") from error

    @property
    def words(self) -> str:
        """The function's name and line."""
        code = self.function.__code__
        return f"{code.co_name} of line {code.co_firstlineno}"


def _predicate_again(*parts: Any) -> Predicate:
    return Predicate(function_again(*parts))


def condition(given: Any) -> Formula:
    """What was given as a condition; a Python function becomes one. Raises `InputError`."""
    if isinstance(given, Formula):
        return given
    if not (callable(given) and hasattr(given, "__code__")):
        allowed = "a condition over event and state, or a Python function of the state"
        refuse_property("property", given, allowed)
    return Predicate(given)
