"""Numbers by name against plain ones: the same results, and no answer without a question."""

from __future__ import annotations

import math
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import AtMostZero, Exactly, Place, Quotient, worth

WORK = (operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod)
LOOKS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
EXACTLY = (hash, str, repr, float, round, math.floor, operator.index, abs, operator.neg, bool)


def begun(*values: int) -> tuple[RunningStep, list[Any]]:
    """A step whose registers hold these; what is below 0 may be."""
    step = RunningStep()
    names = [step.fresh(value >= 0) for value in values]
    step.begin({name: (at, 0) for at, name in enumerate(names)}, list(values), Place())
    return step, [Number(step, name) for name in names]


def exact(step: RunningStep, value: Any) -> Any:
    """What a result comes to in the registers."""
    if type(value) is not Number:
        return value
    return worth(step.expression_of(value), step.registers)


whole = st.integers(-50, 50)
steps = st.lists(st.tuples(st.sampled_from(WORK), st.integers(0, 2), st.integers(-7, 7)))


@given(st.tuples(whole, whole, whole), steps, st.sampled_from(LOOKS), whole)
def test_a_random_expression_is_what_plain_numbers_make_it(
    values: tuple[int, ...], program: list[tuple[Any, int, int]], look: Any, other: int
) -> None:
    step, numbers = begun(*values)
    plain, named = values[0], numbers[0]
    for work, at, constant in program:
        by_name = work in (operator.add, operator.sub) and constant % 2
        right, right_named = (values[at], numbers[at]) if by_name else (constant, constant)
        if right == 0 and work in (operator.floordiv, operator.mod):
            continue
        plain, named = work(plain, right), work(named, right_named)
    assert look(named, other) == look(plain, other)
    assert look(other, named) == look(other, plain)
    assert look(named, numbers[1]) == look(plain, values[1])
    assert exact(step, named) == plain


@pytest.mark.parametrize("look", EXACTLY)
def test_whatever_asks_for_a_number_gets_it(look: Any) -> None:
    for value in (-3, 0, 17):
        step, (number,) = begun(value)
        assert exact(step, look(number)) == look(value)


def test_mixed_arithmetic_is_that_of_the_numbers() -> None:
    _, (three, seven) = begun(3, 7)
    assert 2.0**three == 8.0
    assert (seven / 2, 1 / seven, 7.5 // three, 100 % seven) == (3.5, 1 / 7, 2.0, 2)
    assert (seven << 1, 1 << three, three | 4, divmod(seven, 3)) == (14, 8, 7, (2, 1))
    assert three * seven == 21
    assert [10, 20, 30, 40][three] == 40
    assert {3: "three"}[three] == "three"


def test_each_question_stands_in_the_tree_and_is_asked_of_another_session() -> None:
    top = Place()
    step, (number,) = begun(5)
    step.slot = top
    assert number > 3
    assert number // 2 < 3
    assert f"{number}" == "5"
    first = top.content
    assert isinstance(first, AtMostZero)
    second = first.no.content if first.yes.content is None else first.yes.content
    assert isinstance(second, Quotient)
    third = second.then.content
    assert isinstance(third, AtMostZero)
    last = third.yes.content
    assert isinstance(last, Exactly)
    assert list(last.slots) == [5]


def test_what_a_state_keeps_is_known_by_nothing_else() -> None:
    # One session came by 5 + 7 = 12; another has 5, 7 and 13 in the same registers.
    step, (five, seven) = begun(5, 7)
    both = five + seven
    assert both - five - seven == 0
    step.keep([five.name, seven.name, both.name])
    places = {number.name: (at, 0) for at, number in enumerate((five, seven, both))}
    step.begin(places, [5, 7, 13], Place())
    assert exact(step, both - five - seven) == 1
    assert exact(step, five + seven) == 12
    assert five + seven != both


def test_a_kept_quotient_is_not_worked_out_again() -> None:
    step, (nine,) = begun(9)
    half = nine // 2
    assert exact(step, half) == 4
    step.keep([nine.name, half.name])
    step.begin({nine.name: (0, 0), half.name: (1, 0)}, [9, 77], Place())
    assert (exact(step, half), exact(step, nine // 2)) == (77, 4)


def test_a_number_that_no_register_holds_is_refused() -> None:
    step, (number,) = begun(1)
    step.begin({}, [], Place())
    with pytest.raises(NotCarried, match="no register"):
        step.expression_of(number)
