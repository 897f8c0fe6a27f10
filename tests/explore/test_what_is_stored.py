"""What no copy is made of is refused by exploring in the words of simulating; objects are fine."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.simulate import simulate
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


class NoCount(Stores):
    """A record whose count is a text."""

    async def upload(self, chunk: Chunk) -> Response:
        """Write it."""
        await self.ctx.storage.put("state", {"status": "active", "chunks_uploaded": "1"})
        return Response(200)


class Empty:
    """No fields, and words that fail."""

    def __repr__(self) -> str:
        raise ValueError


class AnObject(Stores):
    """An object."""

    def make(self) -> Any:
        """Another one each time."""
        return Empty()


@pytest.mark.parametrize("cls", [InItself, TooDeep, AFunction, NoCount])
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
