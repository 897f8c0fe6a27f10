"""What a design holds in a field or over an await is part of the state, whatever it is made of.

The same design is written with a list, which everything knows, and with other things that remember
as much. Each must come to the same verdict in as many states: one that forgot what it holds would
be proved where the list is refuted.
"""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import Verification, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.world.world import World
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import COMPLETED, Chunk, Response
from lastchunk.reference_impl.session import set_status
from tests.support.worlds import ManualScheduler, spec_of

COMPLETE = "complete_at_finalization"


class Held:
    """Something that grows by one, and knows how often it did."""

    def __init__(self) -> None:
        self.inner: Any = []

    def grow(self) -> int:
        """Grow. Returns how often."""
        self.inner.append("x")
        return len(self.inner)


class InDeque(Held):
    """Items of a deque are in no field."""

    def __init__(self) -> None:
        self.inner = deque()


class InBytes(Held):
    """A buffer that changes in place."""

    def __init__(self) -> None:
        self.inner = bytearray()

    def grow(self) -> int:
        """Grow. Returns how often."""
        self.inner.append(7)
        return len(self.inner)


class InCounter(Held):
    """A kind of dictionary."""

    def __init__(self) -> None:
        self.inner = Counter()

    def grow(self) -> int:
        """Grow. Returns how often."""
        self.inner["x"] += 1
        return int(self.inner["x"])


class InDefault(InCounter):
    """Another kind."""

    def __init__(self) -> None:
        self.inner = defaultdict(int)


class InOrdered(InCounter):
    """One that knows its order."""

    def __init__(self) -> None:
        self.inner = OrderedDict(x=0)


class InIterator(Held):
    """A place in an iterator."""

    def __init__(self) -> None:
        self.inner = iter(range(1, 99))

    def grow(self) -> int:
        """Grow. Returns how often."""
        return int(next(self.inner))


def numbers() -> Iterator[int]:
    """From 1 on."""
    yield from range(1, 99)


class InGenerator(InIterator):
    """Code that stands at a yield."""

    def __init__(self) -> None:
        self.inner = numbers()


@dataclass
class Box:
    """An object with one field."""

    times: int = 0


class InObject(Held):
    """A field of an object of the design's own."""

    def __init__(self) -> None:
        self.inner = Box()

    def grow(self) -> int:
        """Grow. Returns how often."""
        self.inner.times += 1
        return int(self.inner.times)


KINDS: tuple[type[Held], ...] = (
    InDeque,
    InBytes,
    InCounter,
    InDefault,
    InOrdered,
    InIterator,
    InGenerator,
    InObject,
)


def in_a_field(kind: type[Held]) -> type[AlarmDesign]:
    """A design that completes with its second upload, which it counts in a field."""

    class InAField(AlarmDesign):
        def __init__(self, ctx: Any, settings: Any) -> None:
            super().__init__(ctx, settings)
            self.held = kind().inner

        async def upload(self, chunk: Chunk) -> Response:
            counting = kind.__new__(kind)
            counting.inner = self.held
            times = counting.grow()
            response = await super().upload(chunk)
            if times > 1:
                await set_status(self.ctx, COMPLETED)
            return response

    return InAField


def explored(cls: type[AlarmDesign], chunks: int = 3) -> Verification:
    overrides = [f"chunks={chunks}", "expect.sometimes=[]", "failures=0", "disconnects=0"]
    scenario = load_scenario("small-scope", overrides)
    settings = load_design("alarm", scenario).settings
    design = DesignSpec(cls.__name__, cls, settings, "alarm")
    return verify(scenario, design, [COMPLETE], counterexamples=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunks", [2, 3])
def test_a_field_is_not_forgotten_whatever_is_in_it(kind: type[Held], chunks: int) -> None:
    listed, found = explored(in_a_field(Held), chunks), explored(in_a_field(kind), chunks)
    assert listed.verdict == ("proved" if chunks == 2 else "violated")
    assert found.verdict == listed.verdict
    assert (found.states, found.classes) == (listed.states, listed.classes)


class InCount(InIterator):
    """An iterator whose place cannot be read."""

    def __init__(self) -> None:
        self.inner = itertools.count(1)


def test_what_is_not_listed_is_refused_with_its_line_and_what_is_allowed() -> None:
    with pytest.raises(
        DesignError,
        match=r"self\.held \(test_held.py, line \d+\) holds a value of "
        "type count, which exploring cannot keep; allowed: an int that counts",
    ):
        explored(in_a_field(InCount))


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_a_world_goes_on_with_what_a_field_holds(kind: type[Held]) -> None:
    scenario = load_scenario("small-scope", ["chunks=3", "failures=0", "disconnects=0"])
    scheduler = ManualScheduler(spec_of(in_a_field(kind)), scenario)
    statuses = []
    for chunk in range(3):
        world: World = scheduler.world.fork()
        scheduler.world = world
        scheduler.at(1 + chunk, "request", "upload", chunk)
        statuses.append(world.object.storage.values["state"]["status"])
    assert statuses == ["active", "completed", "completed"]
