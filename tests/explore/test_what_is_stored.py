"""What no copy is made of is refused by exploring in the words of simulating; objects are fine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.events import StateWritten
from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import PROVED, REFUSED, Holds, Tried, found


class Stores(Holds):
    """It stores something beside its record."""

    def make(self) -> Any:
        """What is stored."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store it, and go on."""
        await self.ctx.storage.put("more", self.make())
        return await super().upload(chunk)


class InItself(Stores):
    """A list within itself."""

    def make(self) -> Any:
        """A ring."""
        made: list[Any] = []
        made.append(made)
        return made


class TooDeep(Stores):
    """More lists within each other than can be looked through."""

    def make(self) -> Any:
        """A list."""
        made: list[Any] = []
        for _ in range(5_000):
            made = [made]
        return made


class AFunction(Stores):
    """A function."""

    def make(self) -> Any:
        """One of the design's."""
        return AFunction.make


class Writes(Holds):
    """It writes a record of its own."""

    def record(self) -> Any:
        """What is written."""

    async def upload(self, chunk: Chunk) -> Response:
        """Write it."""
        await self.ctx.storage.put("state", self.record())
        return Response(200)


class TextAsCount(Writes):
    """A record whose count is a text."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "active", "chunks_uploaded": "1"}


class TimeAsCount(Writes):
    """A record whose count is a time."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "active", "chunks_uploaded": self.ctx.now()}


class DurationAsCount(Writes):
    """A record whose count is a duration."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "active", "chunks_uploaded": self.ctx.now() - self.ctx.now()}


class FractionAsCount(Writes):
    """A record whose count is no whole number."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "active", "chunks_uploaded": 1.5}


class TimeAsStatus(Writes):
    """A record whose status is a time."""

    def record(self) -> Any:
        """What is written."""
        return {"status": self.ctx.now(), "chunks_uploaded": 1}


class HalfACharacterAsStatus(Writes):
    """A record whose status no file can have."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "\ud802", "chunks_uploaded": 1}


class WholeFloatAsCount(Writes):
    """A record whose count is a whole number that Python keeps as a float."""

    def record(self) -> Any:
        """What is written."""
        return {"status": "active", "chunks_uploaded": 1.0}


class Empty:
    """No fields, and words that fail."""

    def __repr__(self) -> str:
        raise ValueError


class AnObject(Stores):
    """An object."""

    def make(self) -> Any:
        """Another one each time."""
        return Empty()


@pytest.mark.parametrize("cls", [InItself, TooDeep, AFunction, TextAsCount])
def test_both_refuse_it_in_the_same_words(cls: Any) -> None:
    tried = Tried(cls, REFUSED, "count_true")
    kind, words = found(tried)
    assert kind == REFUSED
    with pytest.raises(DesignError) as caught:
        simulate(tried.scenario(), tried.spec(), 1)
    assert str(caught.value) == words


def test_an_object_that_has_no_words_is_stored() -> None:
    tried = Tried(AnObject, PROVED, "count_true", (("skips", -1),))
    assert found(tried)[0] == PROVED


@pytest.mark.parametrize(
    ("cls", "needs"),
    [
        (TimeAsCount, "'chunks_uploaded' needs a whole number"),
        (DurationAsCount, "'chunks_uploaded' needs a whole number"),
        (FractionAsCount, "'chunks_uploaded' needs a whole number"),
        (TimeAsStatus, "'status' needs a text that UTF-8 can write"),
        (HalfACharacterAsStatus, "'status' needs a text that UTF-8 can write"),
    ],
)
def test_a_record_that_is_none_is_refused_by_exploring_sampling_and_the_table(
    cls: Any, needs: str
) -> None:
    tried = Tried(cls, REFUSED, "count_true")
    kind, words = found(tried)
    assert kind == REFUSED
    where = "under the key 'state' at line "
    assert words.startswith(f"{cls.__name__}.upload() put {{")
    assert where in words
    assert words.endswith(f"of {Path(__file__).name}; {needs}")
    for engine in ("simpy", "table"):
        with pytest.raises(DesignError, match=needs):
            compare(tried.scenario(), [tried.spec()], 3, engine=engine)


def test_a_whole_number_that_is_kept_as_a_float_is_a_count() -> None:
    tried = Tried(WholeFloatAsCount, PROVED, "count_true")
    trace = simulate(tried.scenario(), tried.spec(), 1).trace
    counts = [event.chunks_uploaded for event in trace if isinstance(event, StateWritten)]
    assert counts
    assert {type(count) for count in counts} == {int}
