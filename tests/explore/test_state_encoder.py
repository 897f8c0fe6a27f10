"""The text of a whole state: each field of a world is in it, names and times are not.

Worlds are played by hand on ordinary milliseconds. Whatever field of one is changed, its state is
another one, but for the fields that are left out on purpose; a fork, other names of the chunks and
other times leave it the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lastchunk.model.design.load import OBJECT_METHODS, load_design
from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.skipped import SKIPPED
from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.monitor import Monitor
from lastchunk.model.explore.state.state_encoder import StateEncoder, WorldEncoder
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.properties import JudgeSettings
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate.manual_scheduler import ManualScheduler
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.world import World
from tests.explore.test_instant import Clockwork

CLOCK = Clockwork([0] * 99)
BASE = ("chunks=3", "disconnects=0", "start.session='created'", "client.retry_ms=4")
CASES: dict[str, tuple[str, ...]] = {
    "plain": (),
    "slow puts": ("blobs.put_delay_ms=5",),
    "commits": ("platform.commit_ms=30", "blobs.put_delay_ms=5"),
    "a kept queue": ("client.keeps_queue=true",),
    "an old instance": ("faults=[{kind='deploy', offset_ms=2}]", "blobs.put_delay_ms=9"),
}


class Stage:
    """A world played by hand, and what writes its states out."""

    def __init__(self, overrides: tuple[str, ...], symmetric: bool = True) -> None:
        self.scenario = load_scenario("small-scope", [*BASE, *overrides])
        self.design = load_design("alarm", self.scenario)
        self.scheduler = ManualScheduler(self.design, self.scenario, 0)
        self.symmetric = symmetric
        pristine = World(self.design, self.scenario, 0)
        fixed = [self.scenario, self.design, self.design.settings, self.design.cls]
        methods = (*OBJECT_METHODS, "construct", self.design.cls.stop_call)
        encoder = Encoder(methods, [*fixed, *self.scenario.faults])
        monitor = Monitor(["complete_at_finalization"], (), JudgeSettings())
        self.state_encoder = StateEncoder(WorldEncoder(encoder, pristine, symmetric), monitor, None)

    def key(self, world: World | None = None) -> Any:
        """The discrete state of a world; no part of an earlier one is used again."""
        world = world or self.scheduler.world
        times = {key: Instant(CLOCK, at) for at, key in enumerate(world.pending)}
        for known in (
            self.state_encoder.world.known,
            self.state_encoder.world.stored,
            self.state_encoder.world.calls,
        ):
            known.clear()
        world.object.program.digest = world.client.program.digest = None
        parts = self.state_encoder.encode(world, Facts(), times)
        return DiscreteState(parts, self.symmetric).key

    def play(self, order: tuple[int, ...]) -> Stage:
        """The uploads of the chunks arrive in this order."""
        for at_ms, chunk in enumerate(order, 1):
            self.scheduler.at(at_ms, "request", "upload", chunk)
        return self


def changed(value: Any) -> Any:
    """Another value of the same kind; None where there is no telling."""
    kind = type(value)
    if kind is bool:
        return not value
    if kind is int:
        return value + 1
    if kind is str:
        return value + "x"
    if kind is list:
        return [*value, 77]
    if kind is dict:
        return {**value, "seventy-seven": 77}
    if kind is set:
        return {*value, 77}
    if kind is tuple:
        return (*value, 77)
    return 77 if value is None else None


def fields_of(owner: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a part of the world that say something, each with another value."""
    names = getattr(type(owner), "__slots__", None) or vars(owner)
    for name in names:
        other = changed(getattr(owner, name, None))
        if name not in SKIPPED[type(owner).__name__] and other is not None:
            yield name, other


@pytest.mark.parametrize("name", CASES)
def test_a_fork_is_in_the_same_state(name: str) -> None:
    stage = Stage(CASES[name])
    for chunk in (-1, 0, 2):
        if chunk >= 0:
            stage.scheduler.at(1 + chunk, "request", "upload", chunk)
        assert stage.key() == stage.key(stage.scheduler.world.fork())


@pytest.mark.parametrize("name", CASES)
def test_a_field_that_is_changed_makes_another_state(name: str) -> None:
    stage = Stage(CASES[name]).play((0, 2))
    base = stage.key()
    tried = 0
    for part in ("", "object", "object.alarms", "network", "client"):
        world = stage.scheduler.world
        for field, other in fields_of(at(world, part)):
            copied = world.fork()
            setattr(at(copied, part), field, other)
            assert stage.key(copied) != base, f"{part}.{field}"
            tried += 1
    assert tried > 15


def at(world: World, part: str) -> Any:
    for step in filter(None, part.split(".")):
        world = getattr(world, step)
    return world


@pytest.mark.parametrize("name", CASES)
def test_what_is_stored_on_disk_or_in_memory_is_part_of_the_state(name: str) -> None:
    stage = Stage(CASES[name]).play((0,))
    base = stage.key()
    for change in (more, odd, cached):
        copied = stage.scheduler.world.fork()
        change(copied.object.storage)
        assert stage.key(copied) != base, change


def more(storage: Any) -> None:
    storage.values.update(more=1)


def odd(storage: Any) -> None:
    storage.values.update(state={"status": "odd", "chunks_uploaded": 1})


def cached(storage: Any) -> None:
    storage.cached = {*storage.cached, "more"}


def test_failures_of_a_chunk_count_up_to_the_limit_while_it_is_under_way() -> None:
    stage = Stage(("network.failures_per_chunk_max=2",)).play((0,))
    keys = []
    for failures in (0, 1, 2, 3):
        copied = stage.scheduler.world.fork()
        copied.network.failures["upload", 1] = failures
        keys.append(repr(stage.key(copied)))
    assert len(set(keys)) == 3
    assert keys[2] == keys[3], "more than the limit is the limit"
    gone = stage.scheduler.world.fork()
    gone.network.failures["upload", 77] = 1
    assert repr(stage.key(gone)) == keys[0], "nobody will send that one again"


@pytest.mark.parametrize("keeps", [True, False])
def test_what_was_answered_counts_for_a_page_that_keeps_its_queue(keeps: bool) -> None:
    stage = Stage((f"client.keeps_queue={str(keeps).lower()}",)).play((0,))
    copied = stage.scheduler.world.fork()
    answered: Any = copied.network.answered
    assert 2 not in answered
    copied.network.answered = {*answered, 2}
    assert (stage.key(copied) != stage.key()) is keeps


def test_a_pending_thing_more_or_less_is_another_state() -> None:
    stage = Stage(()).play((0,))
    base = stage.key()
    for key in list(stage.scheduler.world.pending):
        copied = stage.scheduler.world.fork()
        del copied.pending[key]
        assert stage.key(copied) != base, key


@pytest.mark.parametrize("name", ["plain", "slow puts", "commits"])
def test_chunks_under_other_names_are_the_same_state_where_they_are_alike(name: str) -> None:
    alike = [Stage(CASES[name]).play(order) for order in ((0, 1), (2, 0), (1, 2))]
    assert len({repr(stage.key()) for stage in alike}) == 1
    apart = [Stage(CASES[name], symmetric=False).play(order) for order in ((0, 1), (2, 0), (1, 2))]
    assert len({repr(stage.key()) for stage in apart}) == 3
    assert repr(Stage(CASES[name]).play((0,)).key()) != repr(alike[0].key())


def test_other_times_are_the_same_state() -> None:
    keys = []
    for late in (0, 5):
        stage = Stage(("blobs.put_delay_ms=5",))
        for at_ms, chunk in ((1 + late, 0), (2 + late, 1)):
            stage.scheduler.at(at_ms, "request", "upload", chunk)
        keys.append(stage.key())
    assert keys[0] == keys[1]
