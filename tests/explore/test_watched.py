"""Chunks under watch: a design that looks at an index in whatever way is noticed, the world is not.

A look that goes unnoticed would make two chunks alike that the design tells apart, and a verdict
wrong; so each way in which an object can be looked at is tried here.
"""

from __future__ import annotations

import builtins
import copy
import dataclasses
import gc
import math
import signal
import sys
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.step_limit import STEP_SECONDS_MAX
from lastchunk.model.explore.code import watched as module
from lastchunk.model.explore.code.sizes import UnsizedChunk
from lastchunk.model.explore.code.watched import (
    ChunkIndexUsed,
    WatchedChunk,
    step_time_limit,
)
from lastchunk.model.explore.verify import Reductions, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import COMPLETED, Chunk, Response
from lastchunk.reference_impl.session import set_status
from tests.support.worlds import spec_of

LOOKS: dict[str, Callable[[Any, Any], Any]] = {
    "index": lambda c, d: c.index,
    "==": lambda c, d: c == d,
    "!=": lambda c, d: c != d,
    "<": lambda c, d: c < d,
    "<=": lambda c, d: c <= d,
    ">": lambda c, d: c > d,
    ">=": lambda c, d: c >= d,
    "max": lambda c, d: max(c, d),
    "min": lambda c, d: min(c, d),
    "sorted": lambda c, d: sorted([c, d]),
    "a tuple == it": lambda c, d: (0, 5) == c,  # noqa: SIM300
    "a tuple != it": lambda c, d: (0, 5) != c,  # noqa: SIM300
    "in a list": lambda c, d: c in [d],
    "hash": lambda c, d: hash(c),
    "a key": lambda c, d: {c: 1},
    "text": lambda c, d: str(c),
    "repr": lambda c, d: repr(c),
    "format": lambda c, d: f"{c}",
    "in a tuple": lambda c, d: (c, 1) == (d, 1),
    "as a dict": lambda c, d: dataclasses.asdict(c),
    "replaced": lambda c, d: dataclasses.replace(c, size_bytes=1),
    "copied": lambda c, d: copy.copy(c),
}
OURS: dict[str, Any] = {"__name__": "lastchunk.model.world.edge.network", "__builtins__": builtins}
NOT_THE_WORLD_S = ("text", "repr", "format", "as a dict", "replaced", "copied")
"""Looks that differ in words, or that are taken by a frame of the standard library."""


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_at_the_index_is_noticed(look: str) -> None:
    with pytest.raises(ChunkIndexUsed):
        LOOKS[look](WatchedChunk(0, 5), WatchedChunk(1, 5))


@pytest.mark.parametrize("look", [look for look in LOOKS if look not in NOT_THE_WORLD_S])
def test_the_world_may_look_and_sees_what_is_there(look: str) -> None:
    world_s = FunctionType(LOOKS[look].__code__, OURS)
    found = world_s(WatchedChunk(0, 5), WatchedChunk(1, 5))
    expected = world_s(Chunk(0, 5), Chunk(1, 5))
    assert eval("found == expected", OURS | {"found": found, "expected": expected})


@pytest.mark.parametrize(
    "look",
    [lambda c: "%d-%d".__mod__(c), lambda c: tuple.__getitem__(c, 0), lambda c: c[0], tuple, list],
)
def test_a_chunk_is_no_tuple(look: Any) -> None:
    for chunk in (Chunk(0, 5), WatchedChunk(0, 5)):
        with pytest.raises(TypeError):
            look(chunk)


def test_the_size_of_a_chunk_may_be_looked_at() -> None:
    assert WatchedChunk(3, 700).size_bytes == 700


class AtOnce(AlarmDesign):
    """The stop completes the session, where the design is of the class that it was written as."""

    async def signal_stop(self) -> Response:
        """Complete at once, or as the alarm design does."""
        if self.is_itself():
            await set_status(self.ctx, COMPLETED)
        return await super().signal_stop()

    def is_itself(self) -> bool:
        """By its class."""
        return type(self) is AtOnce


class ByName(AtOnce):
    """The same."""

    def is_itself(self) -> bool:
        """By the name of its class."""
        return self.__class__.__name__ == "ByName"


class ByError(AtOnce):
    """The same."""

    def is_itself(self) -> bool:
        """By the text of an error."""
        given: Any = self
        try:
            return bool(given.nothing)
        except AttributeError as error:
            return "'ByError'" in str(error)


class ByDoc(AtOnce):
    """Itself."""

    def is_itself(self) -> bool:
        """By what its class says of itself."""
        return self.__doc__ == "Itself."


@pytest.mark.parametrize("cls", [AtOnce, ByName, ByError, ByDoc])
def test_a_design_is_of_its_own_class_while_it_is_explored(cls: type[AtOnce]) -> None:
    scenario = load_scenario("small-scope", ["chunks=2", "expect.sometimes=[]"])
    found = verify(scenario, spec_of(cls), ["complete_at_finalization"])
    assert found.verdict == "violated"


@pytest.mark.parametrize("look", [lambda c: c.nothing, lambda c: c + 1, lambda c: c[0], math.sqrt])
@pytest.mark.parametrize("kind", [WatchedChunk, UnsizedChunk])
def test_an_error_about_a_chunk_says_what_it_says_of_any(kind: Any, look: Any) -> None:
    texts = set()
    for chunk in (Chunk(0, 5), kind(0, 5)):
        with pytest.raises((AttributeError, TypeError)) as error:
            look(chunk)
        texts.add(str(error.value))
    assert len(texts) == 1, texts


class ByComparing(AlarmDesign):
    """Completes with any chunk but the first, and with no alarm; never looks at ``index``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Complete if the chunk comes after the first."""
        response = await super().upload(chunk)
        if chunk > Chunk(1, 0):
            await set_status(self.ctx, COMPLETED)
        return response


def test_a_design_that_compares_chunks_gets_the_same_verdict_with_and_without_symmetry() -> None:
    scenario = load_scenario("small-scope", ["chunks=2", "expect.sometimes=[]"])
    found = [
        verify(
            scenario,
            spec_of(ByComparing),
            ["complete_at_finalization"],
            reductions=Reductions(symmetry=symmetry),
        )
        for symmetry in (True, False)
    ]
    assert [item.verdict for item in found] == ["violated", "violated"]
    assert [item.states for item in found] == [found[1].states] * 2, "it was explored without"
    assert "without chunk 0" in found[0].verdicts["complete_at_finalization"].reason


# --- the time limit of a step --------------------------------------------------------------------


def test_a_time_limit_leaves_the_signal_as_it_was() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with step_time_limit("a design", ()):
        assert signal.getsignal(signal.SIGALRM) is not before
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= STEP_SECONDS_MAX
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_time_limit_is_lifted_also_where_the_step_raises() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyError), step_time_limit("a design", ()):
        raise KeyError("of the design")
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_step_that_is_over_time_names_the_design_and_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STEP_SECONDS_MAX", 0.05)
    with (
        pytest.raises(DesignError, match=r"^slow did not come to an await or an end within 0\.05"),
        step_time_limit("slow", ()),
    ):
        threading.Event().wait(60)


def test_a_limit_that_falls_into_a_collection_of_garbage_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STEP_SECONDS_MAX", 0.05)
    caught: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", caught.append)

    def slowly(_phase: str, _info: dict[str, int]) -> None:
        """What is raised in here is thrown away by Python."""
        threading.Event().wait(0.1)

    gc.collect()  # what other tests left has callbacks of its own
    gc.callbacks.append(slowly)
    try:
        with (
            pytest.raises(DesignError, match="did not come to an await"),
            step_time_limit("slow", ()),
        ):
            collect_and_wait(slowly)
    finally:
        assert slowly not in gc.callbacks
    assert caught == []


def collect_and_wait(callback: Any) -> None:
    """Be over the limit inside of the callback, then wait for two seconds."""
    gc.collect()
    gc.callbacks.remove(callback)
    # In one piece: to wake up each 10 ms takes 2 % of the processor, and is no waiting any more.
    threading.Event().wait(2)


def test_outside_of_the_main_thread_there_is_no_limit_and_no_error() -> None:
    before = signal.getsignal(signal.SIGALRM)
    seen: list[Any] = []

    def work() -> None:
        with step_time_limit("a design", ()):
            seen.append(signal.getsignal(signal.SIGALRM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
