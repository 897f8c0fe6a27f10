"""A state of the table: all that a session's future depends on, but for its registers.

It is the explorer's state, with what names a later draw in full: chunks, attempts, commits, runs of
the alarm, sleeps and notifications stand by their numbers, since two sessions that differ in one
would draw different delays. What has happened is no part of it: the trace is written as it goes.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.state.discrete import laid_out
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.state.state_encoder import StateEncoder
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.recorder import Recorder

CLOSES = frozenset(("tab_closed", "tab_reloaded"))
"""Faults by which a page goes away: then it counts what has arrived."""


class Unwatched:
    """Nobody judges a step: a session is judged by its whole trace."""

    def kept(self, facts: Facts) -> tuple[tuple[Any, ...], list[Any]]:
        """Nothing is kept of what has happened."""
        return (), []


class InFull(dict[Any, Any]):
    """Chunks and attempts as they are."""

    def __missing__(self, key: Any) -> Any:
        return key[1] if type(key) is tuple else f"#{key}"


NAMES = InFull()


class TableState:
    """One state: ``key`` is equal for equal ones. ``columns`` are its registers, by name and
    offset; the first of them are those of ``fires``, what is pending."""

    __slots__ = ("columns", "fires", "key")

    def __init__(self, parts: list[StatePart], counts: tuple[Any, ...], signs: set[int]) -> None:
        key, self.columns, self.fires, _ = laid_out(parts, NAMES, NAMES)
        self.key = (key, counts, tuple(name in signs for name, _ in self.columns))


class TableEncoder:
    """Writes the states of one table; ``start`` is the world at its beginning."""

    def __init__(self, values: Encoder, start: Any) -> None:
        unwatched: Any = Unwatched()
        self.parts = StateEncoder(values, unwatched, start, symmetric=False)
        self.facts = Facts()
        self.values = values
        page = start.client
        kinds = {fault.kind for fault in start.scenario.faults}
        self.closes = bool(kinds & CLOSES)
        resends = "second_tab" in kinds
        self.resends = (
            resends or page.settings.keeps_queue or type(self._page_of(start)) is not Recorder
        )

    @staticmethod
    def _page_of(world: Any) -> Any:
        return world.client.program.built()

    def state(self, world: Any, times: Any, signs: set[int]) -> TableState:
        """The state of a world. ``times`` are those of what is pending."""
        parts = self.parts.encode(world, self.facts, times)
        if not self.closes:
            arrived = {id(self.parts.about["arrived", chunk]) for chunk in world.network.arrived}
            parts = [part for part in parts if id(part) not in arrived]
        page, runtime = world.client, world.object
        if not page.is_stopped:
            parts.append(StatePart(("duration", world.duration_ms)))
        parts.append(StatePart(("active since", runtime.meter.active_since_ms)))
        parts.append(StatePart(("requests", runtime.meter.requests)))
        for key, pending in world.pending.items():
            if key[0] in world.choosing:
                parts.append(StatePart(("stream", *map(str, key), *pending.stream)))
        return TableState(parts, self._counts(world, parts), signs)

    def _counts(self, world: Any, parts: list[StatePart]) -> tuple[Any, ...]:
        """The numbers that name later draws and events."""
        runtime, network = world.object, world.network
        alarms, storage = runtime.alarms, runtime.storage
        store = () if world.blob_store.is_left_out else (world.blob_store.number,)
        return (
            runtime.instance,
            alarms.runs,
            alarms.ended,
            storage.confirmed,
            world.client.sleeps,
            world.consumer.sent,
            *(program.detached for program in world.programs),
            *store,
            tuple(sorted(self._attempts(parts, network))),
        )

    def _attempts(self, parts: list[StatePart], network: Any) -> list[tuple[Any, int]]:
        """How often each call was made that may be made again."""
        if self.resends:
            return list(network.attempts.items())
        arrived = {id(part) for key, part in self.parts.about.items() if key[0] == "arrived"}
        live = frozenset[int]().union(*(part.chunks for part in parts if id(part) not in arrived))
        return [
            (call, count)
            for call, count in network.attempts.items()
            if call[1] < 0 or call[1] in live
        ]
