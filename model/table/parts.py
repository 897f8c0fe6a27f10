"""What of chunks and calls is a part of a state: of each chunk only what may matter yet.

A chunk is *live* while something else in the state names it: what is pending, code that is
suspended, the queue of a page. Only a live one can be sent or stored again; how often that was done
before, and when last, matters of no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.state.state_encoder import WorldEncoder
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.reference_impl.recorder import Recorder

CLOSES = frozenset(("tab_closed", "tab_reloaded"))
"""Faults by which a page goes away: then it counts what has arrived."""


class Live:
    """The chunks that some parts name."""

    def __init__(self, parts: Iterable[StatePart]) -> None:
        self.plain: set[int] = set()
        self.counted: set[tuple[int, int]] = set()
        for part in parts:
            if part.chunks:
                self.plain |= part.chunks
            for mark in part.times if part.ready is not None else part.text.marks:
                if type(mark) is Counter:
                    self.counted.add((mark.name, mark.offset_ms))

    def __contains__(self, chunk: Any) -> bool:
        if type(chunk) is Counter:
            return (chunk.name, chunk.offset_ms) in self.counted
        return chunk < 0 or chunk in self.plain


class SessionParts(WorldEncoder):
    """The parts of a world in a table."""

    def __init__(self, values: Encoder, start: Any) -> None:
        super().__init__(values, start, symmetric=False)
        kinds = {fault.kind for fault in start.scenario.faults}
        self.closes = bool(kinds & CLOSES)
        page = type(start.client.program.built())
        self.resends = "second_tab" in kinds or page is not Recorder

    def _client(self, client: Any) -> list[StatePart]:
        parts = [self._fields(client), self.plain_part("chunks", client.made)]
        if self.closes and client.settings.keeps_queue:
            answered = client.world.network.answered
            kept = [chunk for chunk in client.chunks if chunk.index not in answered]
            parts.append(self._known("queue", (kept,), lambda: ("queue", self.values.value(kept))))
        return [*parts, *self.programs.parts("page", client.program)]

    def _chunk_puts(self, world: Any, others: list[StatePart]) -> list[StatePart]:
        live = Live(others) if world.put_ms else None
        return [
            self.of_chunk("put", chunk, at_ms)
            for chunk, at_ms in world.put_ms.items()
            if self.resends or (live is not None and chunk in live)
        ]

    def _network(self, world: Any, others: list[StatePart]) -> list[StatePart]:
        network = world.network
        parts = [self._fields(network), *self._calls(network)]
        if network.uplink is not None:
            sent = tuple(network.uplink.transfers)
            parts.append(self._known("uplink", sent, lambda: ("uplink", self.values.world(sent))))
        live = Live([*others, *parts])
        if world.settings.failures_max is not None:
            parts += [
                self.of_chunk(
                    "failures " + method, chunk, min(failures, world.settings.failures_max)
                )
                for (method, chunk), failures in network.failures.items()
                if failures and chunk in live
            ]
        if self.closes:
            parts += [
                self.of_chunk("in the tab", chunk.index)
                for chunk in world.client.chunks
                if chunk.index not in network.arrived
            ]
        parts += [
            self.of_chunk("attempts " + method, chunk, count)
            for (method, chunk), count in network.attempts.items()
            if self.resends or chunk in live
        ]
        return parts

    def of_chunk(self, word: str, chunk: Any, *more: Any) -> StatePart:
        """A part that says something of one chunk."""
        return self._known(word, (chunk, *more), lambda: (word, self.values.name(chunk), *more))

    def plain_part(self, word: str, *values: Any) -> StatePart:
        """A part of numbers, words and keys."""
        return self._known(word, values, lambda: (word, *map(self.values.world, values)))
