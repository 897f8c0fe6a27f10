"""A program is rebuilt from what it was told: the copy goes on as the original would have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.errors import DesignError
from lastchunk.model.world.base.frozen import frozen
from lastchunk.model.world.code.clone import clone
from lastchunk.model.world.code.deeds import Done
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import Get, HandlerFailure, NetworkError, Put, Timer

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.sets(st.integers(), max_size=3)
    ),
    max_leaves=6,
)


class Adds:
    """Adds up what it is answered; a field counts its calls, unless it has none."""

    def __init__(self, now: Callable[[], Time]) -> None:
        self.now = now
        self.calls = 0

    async def add(self, first: int, waits: int) -> tuple[int, int]:
        """Await so many answers; their sum and the time."""
        self.calls += 1
        total = first
        for number in range(waits):
            try:
                total += await Get(f"key {number}")
            except NetworkError:
                total -= 1_000
        return total, bare(self.now())

    async def grow(self) -> Any:
        """Change an answer that is a container."""
        record = await Get("record")
        record["seen"].append(len(record["seen"]))
        return record

    async def fail(self) -> None:
        """Give up on purpose."""
        raise HandlerFailure("no luck")

    async def slip(self) -> None:
        """Make a mistake."""
        await Timer(1)
        raise KeyError("oops")

    def plain(self) -> int:
        """Not async."""
        return 7

    def breaks(self) -> int:
        """Not async, and wrong."""
        return 7 // 0


def program() -> Program:
    return Program("Adds", Adds)


def told(effect: Any) -> Any:
    """The value of a task that has ended."""
    assert isinstance(effect, Done)
    return effect.value


# --- copies ---------------------------------------------------------------------------------------


@given(
    answers=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99) | st.none()), max_size=12),
    at=st.integers(0, 12),
)
def test_a_copy_goes_on_as_the_original(answers: list[tuple[int, int | None]], at: int) -> None:
    original = program()
    for task in range(3):
        original.start((task,), "add", (task, 20), 0)
    other = original
    for number, (task, answer) in enumerate(answers):
        if number == at:
            other = original.copy()
        for one in {id(item): item for item in (original, other)}.values():
            if answer is None:
                one.throw((task,), NetworkError("lost"), number)
            else:
                one.send((task,), answer, number)
    assert other.fingerprint() == original.fingerprint()
    for task in range(3):
        given_to = sum(1 for key, _ in answers if key == task)
        for one in {id(item): item for item in (original, other)}.values():
            effect: Any = None
            for number in range(given_to, 20):
                effect = one.send((task,), 1, 50 + number)
            expected = task + sum(-1_000 if a is None else a for k, a in answers if k == task)
            assert told(effect) == (expected + 20 - given_to, 69)


def test_a_copy_keeps_its_clock_until_it_is_told_something() -> None:
    original = program()
    original.start(("a",), "add", (0, 3), 10)
    original.send(("a",), 1, 20)
    other = original.copy()
    other.built()
    assert (bare(other.now()), bare(original.now())) == (20, 20)
    other.send(("a",), 1, 30)
    assert (bare(other.now()), bare(original.now())) == (30, 20)


def test_an_error_comes_at_its_own_time() -> None:
    one = program()
    one.start(("a",), "add", (5, 1), 0)
    assert told(one.throw(("a",), NetworkError("lost"), 7)) == (5 - 1_000, 7)


def test_what_one_copy_is_told_the_other_does_not_hear() -> None:
    original = program()
    original.start(("a",), "add", (0, 1), 0)
    other = original.copy()
    before = original.fingerprint()
    assert told(other.send(("a",), 5, 9)) == (5, 9)
    assert original.fingerprint() == before
    assert told(original.send(("a",), 7, 8)) == (7, 8)


def test_an_answer_that_the_code_changes_is_logged_as_it_was() -> None:
    record: dict[str, Any] = {"seen": [0]}
    original = program()
    original.start(("a",), "grow", (), 0)
    original.start(("b",), "add", (0, 1), 0)
    assert told(original.send(("a",), record, 1)) == {"seen": [0, 1]}
    assert record == {"seen": [0]}, "R7: the code has a copy"
    other = original.copy()
    assert told(other.send(("b",), 5, 2)) == (5, 2)
    assert record == {"seen": [0]}


def test_nothing_is_logged_for_an_instance_that_keeps_nothing() -> None:
    class Forgets(Adds):
        async def add(self, first: int, waits: int) -> tuple[int, int]:
            return first + await Get("key"), 0

    forgets, counts = Program("Forgets", Forgets), program()
    for one in (forgets, counts):
        one.start(("a",), "add", (0, 1), 0)
        one.start(("b",), "add", (0, 1), 0)
        one.send(("a",), 5, 1)
        assert one.log, "another task still depends on it"
        one.send(("b",), 5, 1)
    assert forgets.log == []
    assert counts.log != [], "a field has changed"
    assert counts.copy().built().calls == 2


def test_a_field_that_is_a_container_may_change_unseen() -> None:
    class Collects(Adds):
        def __init__(self, now: Callable[[], Time]) -> None:
            super().__init__(now)
            self.found: list[int] = []

        async def add(self, first: int, waits: int) -> tuple[int, int]:
            self.found.append(await Get("key"))
            return first, waits

    collects = Program("Collects", Collects)
    collects.start(("a",), "add", (0, 1), 0)
    collects.send(("a",), 5, 1)
    assert collects.copy().built().found == [5]


def test_the_fingerprint_sees_tasks_answers_and_fields() -> None:
    def after(*answers: int) -> Any:
        one = program()
        one.start(("a",), "add", (0, 9), 0)
        for answer in answers:
            one.send(("a",), answer, 5)
        return one.fingerprint()

    assert after(1, 2) == after(1, 2)
    assert len({after(), after(1), after(2), after(1, 2), after(2, 1)}) == 5
    other = program()
    other.start(("b",), "add", (0, 9), 0)
    assert other.fingerprint() != after()


# --- plain data -----------------------------------------------------------------------------------


@given(value=PLAIN, other=PLAIN)
def test_frozen_data_is_equal_where_the_data_is(value: Any, other: Any) -> None:
    assert frozen(value) == frozen(clone(value))
    assert hash(frozen(value)) == hash(frozen(clone(value)))
    if isinstance(value, dict):
        assert frozen(dict(reversed(value.items()))) == frozen(value)
    if repr(value) != repr(other) and value != other:
        assert frozen(value) != frozen(other)


# --- blame ----------------------------------------------------------------------------------------


def test_a_failure_on_purpose_ends_the_task_with_it() -> None:
    ended = program().start(("a",), "fail", (), 0)
    assert isinstance(ended, Done)
    assert str(ended.error) == "no luck"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("nowhere", "Adds has no method nowhere()"),
        ("plain", "Adds.plain() is not an async method"),
        ("breaks", "Adds raised ZeroDivisionError at line "),
        ("add", "Adds raised TypeError"),
    ],
)
def test_a_method_that_cannot_be_run_is_the_designs_error(method: str, words: str) -> None:
    with pytest.raises(DesignError) as caught:
        program().start(("a",), method, (), 0)
    assert words in str(caught.value)


def test_an_error_of_the_designs_is_passed_on_as_it_is() -> None:
    class Refuses(Adds):
        async def fail(self) -> None:
            raise DesignError("share", 2, "at most 1")

    with pytest.raises(DesignError) as caught:
        Program("Refuses", Refuses).start(("a",), "fail", (), 0)
    assert str(caught.value) == "share: 2; allowed: at most 1"


def test_a_mistake_ends_the_task_and_names_its_line_and_its_function() -> None:
    one = program()
    one.start(("a",), "slip", (), 0)
    line = Adds.slip.__code__.co_firstlineno + 3
    ended = one.send(("a",), None, 1)
    assert str(ended.error) == f"KeyError at line {line}, in slip() of test_program.py: 'oops'"
    assert one.tasks == {}


def test_where_a_task_is_suspended_is_told_by_the_innermost_line() -> None:
    class Nested(Adds):
        async def add(self, first: int, waits: int) -> tuple[int, int]:
            return await self.inner()

        async def inner(self) -> tuple[int, int]:
            await Put("key", 1)
            return 0, 0

    one = Program("Nested", Nested)
    one.start(("a",), "add", (0, 0), 0)
    line = Nested.inner.__code__.co_firstlineno + 1
    assert one.line_of(("a",)) == f" at line {line}, in inner() of test_program.py"
