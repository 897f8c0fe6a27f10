"""The step that runs just now: what its numbers stand for, and the tree that grows as it asks.

A *name* stands for a number. It is an *atom* if it is known by nothing else: a draw, or what a
state has a register for. Any other one is a sum of atoms, made in the step that runs. What a state
keeps becomes an atom (`keep`): its registers are all that may be known of a session that comes to
it, and another session may come by the same registers in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from lastchunk.model.table.numbers.number import Number, Terms
from lastchunk.model.table.refused import Demoted, NotCarried
from lastchunk.model.table.tree import (
    AtMostZero,
    DrawnRegister,
    Exactly,
    Expression,
    Place,
    Quotient,
    UplinkChange,
    UplinkPlan,
    WorkedOut,
    same_question,
    worth,
)

OTHERWISE = "a step that does something else the second time"
Places = dict[int, tuple[int, int]]
"""Where an atom stands: its register, and what is to be taken off that."""


class RunningStep:
    """The names of a table, and the step of one session that grows it."""

    def __init__(self) -> None:
        self.named = 0  # names so far
        self.sums: dict[int, Terms] = {}  # of each name that is no atom: those it is made of
        self.by_sum: dict[Terms, int] = {}
        self.quotients: dict[int, tuple[int, int, int]] = {}
        self.by_quotient: dict[tuple[int, int, int], int] = {}
        self.never_negative: set[int] = set()
        self.constants: dict[int, int] = {}  # what the step that runs has begun to count
        self.kinds: dict[int, str] = {}  # what is counted, by atom
        self.places: Places = {}
        self.registers: list[int] = []
        self.slot = Place()
        self.streams: Any = None
        self.expressions: dict[Expression, Expression] = {}  # equal ones are kept once
        self.numbers: dict[tuple[int, ...], tuple[int, ...]] = {}  # and rows of plain numbers
        self.registers_named: dict[tuple[int, int], Expression] = {}
        self.refusal: NotCarried | None = None
        self.way: list[Place] | None = None
        """Where the step's questions lead, the last one first, if it was taken before and no
        session takes it now."""

    def refuse(self, refusal: NotCarried) -> NoReturn:
        """The step cannot be carried. Code that asked may catch that, so it is kept as well."""
        self.refusal = self.refusal or refusal
        raise refusal

    def fresh(self, is_never_negative: bool = True) -> int:
        """A new atom."""
        name = self.named
        self.named += 1
        if is_never_negative:
            self.never_negative.add(name)
        return name

    def counting(self, kind: str, number: int) -> int:
        """A new atom that counts something, and is so much in every session."""
        name = self.fresh(is_never_negative=False)
        self.constants[name] = number
        self.kinds[name] = kind
        return name

    def begin(
        self,
        places: Places,
        registers: list[int],
        slot: Place,
        way: list[Place] | None = None,
    ) -> None:
        """A step begins at the top of a tree; ``registers`` are those of the session, or nothing
        but as many where the ``way`` is known."""
        self.way = way
        self.by_sum.clear()  # what a step calls its sums hangs on no other
        self.constants.clear()
        self.places = dict(places)
        self.registers = registers
        self.slot = slot

    @contextmanager
    def naming_from(self, first: int) -> Iterator[None]:
        """A step is taken once more, and gives the same names again: those from ``first`` on. What
        they stand for is as it was when it has been taken, also where it was broken off."""
        now = self.named, self.by_quotient, self.quotients, self.sums
        self.named, self.quotients, self.sums = first, self.quotients.copy(), self.sums.copy()
        self.by_quotient = {key: name for key, name in self.by_quotient.items() if name < first}
        try:
            yield
        finally:
            self.named, self.by_quotient, self.quotients, self.sums = now

    def keep(self, names: Iterable[int]) -> None:
        """A state keeps these: from here on they are atoms."""
        for name in names:
            quotient = self.quotients.pop(name, None)
            if quotient is not None:
                del self.by_quotient[quotient]
            elif name in self.sums:
                terms = self.sums.pop(name)
                counted = [self.kinds[atom] for atom, _ in terms if atom in self.kinds]
                if counted:
                    self.kinds[name] = counted[0]
                self.by_sum.pop(terms, None)

    # --- names ---------------------------------------------------------------------------------

    def names_of(self, name: int) -> Terms:
        """A name as a sum of atoms."""
        return self.sums.get(name) or ((name, 1),)

    def sum_of(self, parts: Terms, constant: int) -> Any:
        """A sum; a plain int where no name is left in it."""
        total: dict[int, int] = {}
        for name, factor in parts:
            for atom, count in self.names_of(name):
                total[atom] = total.get(atom, 0) + count * factor
        terms = tuple(sorted((atom, count) for atom, count in total.items() if count))
        if not terms:
            return constant
        if len(terms) == 1 and terms[0][1] == 1:
            return Number(self, terms[0][0], constant)
        name = self.by_sum.get(terms, -1)
        if name < 0:
            name = self.by_sum[terms] = self.named
            self.named += 1
            self.sums[name] = terms
        return Number(self, name, constant)

    def quotient_of(self, number: Number, divisor: int) -> Number:
        """A quotient, rounded down."""
        quotient = (number.name, number.offset_ms, divisor)
        name = self.by_quotient.get(quotient, -1)
        if name < 0:
            name = self.fresh(is_never_negative=False)
            self.by_quotient[quotient] = name
            self.quotients[name] = quotient
        return Number(self, name)

    def expression_of(self, value: Any) -> Expression:
        """A number in registers. Raises `NotCarried` where it is in none."""
        if not isinstance(value, Number):
            return self._once(Expression((), int(value)))
        return self.expression_named(value.name, value.offset_ms)

    def expression_named(self, name: int, constant: int) -> Expression:
        """A name in registers, and what is added to it."""
        if name not in self.sums:  # an atom: by far the commonest
            place = self.places.get(name)
            if place is not None and name not in self.constants:
                return self._one_register(place[0], constant - place[1])
        total: dict[int, int] = {}
        for atom, factor in self.names_of(name):
            if atom in self.constants:
                constant += factor * self.constants[atom]
                continue
            register, offset = self._place(atom)
            total[register] = total.get(register, 0) + factor
            constant -= offset * factor
        terms = tuple(sorted((at, count) for at, count in total.items() if count))
        return self._once(Expression(terms, constant))

    def _one_register(self, register: int, constant: int) -> Expression:
        known = self.registers_named.get((register, constant))
        if known is None:
            known = self._once(Expression(((register, 1),), constant))
            self.registers_named[register, constant] = known
        return known

    def once(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """A row of plain numbers, which many states and ends have: each is kept once."""
        return self.numbers.setdefault(numbers, numbers)

    def _once(self, expression: Expression) -> Expression:
        return self.expressions.setdefault(expression, expression)

    def _place(self, atom: int) -> tuple[int, int]:
        place = self.places.get(atom)
        if place is not None:
            return place
        if atom not in self.quotients:
            self.refuse(NotCarried("a number that no register holds"))
        inner, offset_ms, divisor = self.quotients[atom]
        expression = self.expression_of(Number(self, inner, offset_ms))
        asked = self._ask(Quotient(expression, divisor))
        return self._made(atom, asked, None)

    def _made(self, atom: int, asked: Any, streams: Any) -> tuple[int, int]:
        """The register that a question has made."""
        self._follow(asked, streams)
        if self.way is not None:
            self.registers.append(0)
        self.places[atom] = place = (len(self.registers) - 1, 0)
        return place

    def _follow(self, asked: Any, streams: Any = None) -> None:
        """Go on where the session's registers lead, or along the way that is known."""
        if self.way is None:
            self.slot = asked.follow(self.registers, streams)
        elif self.way:
            self.slot = self.way.pop()
        else:
            self.refuse(NotCarried(OTHERWISE))

    # --- questions -----------------------------------------------------------------------------

    def _ask(self, question: Any) -> Any:
        """Put a question at the place where the step has come to, or find it there."""
        if self.slot.content is None:
            self.slot.content = question
        elif not same_question(self.slot.content, question):
            self.refuse(NotCarried(OTHERWISE))
        return self.slot.content

    def sign_of(self, number: Number) -> bool | None:
        """Whether a number is at most 0, where that is so in every session; else None."""
        terms = self.names_of(number.name)
        if not all(name in self.never_negative for name, _ in terms):
            return None
        if number.offset_ms > 0 and all(count > 0 for _, count in terms):
            return False
        return True if number.offset_ms <= 0 and all(count < 0 for _, count in terms) else None

    def at_most_zero(self, number: Number) -> bool:
        """Whether a number is at most 0 in the session that runs."""
        asked = self._ask(AtMostZero(self.expression_of(number)))
        self._follow(asked)
        return self.slot is asked.yes

    def exactly(self, number: Number) -> int:
        """What a number is in the session that runs. Raises `Demoted` for what is counted."""
        for atom, _ in self.names_of(number.name):
            if atom in self.kinds:
                self.refuse(Demoted(self.kinds[atom]))
        asked = self._ask(Exactly(self.expression_of(number)))
        self._follow(asked)
        if self.way is not None:
            return self._branch(asked)
        return worth(asked.expression, self.registers)

    def worked_out(
        self, work: Callable[..., int], arguments: tuple[Any, ...], stream: tuple[Any, ...]
    ) -> Number:
        """What a function that never gives less than 0 makes of numbers and of a draw."""
        atom = self.fresh()
        question = WorkedOut(work, self._named(arguments), self._named(stream))
        self._made(atom, self._ask(question), self.streams)
        return Number(self, atom)

    def _named(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple([self.expression_of(v) if isinstance(v, Number) else v for v in values])

    # --- the session's uplink ------------------------------------------------------------------

    def change_uplink(self, verb: str, at: int, size: Any, now_ms: Any) -> None:
        """A transfer begins, or the n-th ends."""
        size, now = self.expression_of(size), self.expression_of(now_ms)
        asked = self._ask(UplinkChange(verb, at, size, now))
        self._follow(asked, self.streams)

    def plan_uplink(self, now_ms: Any) -> tuple[int, Number]:
        """Which transfer ends first, -1 for none; and when."""
        asked = self._ask(UplinkPlan(self.expression_of(now_ms)))
        atom = self.fresh()
        self._made(atom, asked, self.streams)
        return self._branch(asked), Number(self, atom)

    def _branch(self, asked: Any) -> int:
        """By which of its branches a question has been left."""
        slots: dict[int, Place] = asked.slots
        return next(number for number, slot in slots.items() if slot is self.slot)

    def text_of(self, number: Number, how: str) -> str:
        """A number in a text."""
        return format(number.exact(), how)

    def draw(self, stream: tuple[Any, ...], spread: Any) -> Number:
        """A draw in the middle of the step."""
        atom = self.fresh(spread.low_ms >= 0)
        self._made(atom, self._ask(DrawnRegister(self._named(stream), spread)), self.streams)
        return Number(self, atom)
