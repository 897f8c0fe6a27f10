"""Facts after a step, brought into the form in which the next node keeps them.

Facts that may be told apart by what is still to come stay apart (the *key*); each number goes to
its place in memory (the *writes*). Chunks are named by how far they are behind the register that
the next state has for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.kernel.past.facts import (
    COST_NAMES,
    FACT_COUNTS,
    FACT_TIMES,
    NO_TIME,
    OF_PAST,
    PLAIN_FACTS,
    STORED,
    PastFacts,
)
from lastchunk.model.table.numbers.counter import Counter
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import Expression

NumberPath = tuple[Any, ...]
Write = tuple[int, Expression]
MAY_BE_NEGATIVE = frozenset(("chunks_uploaded", "row_ms", "due"))
"""Numbers that code writes: a design may count down, or set an alarm before the beginning."""


class SessionMemory:
    """The places of a session's memory: each number of the facts has one, by its path."""

    def __init__(self, step: RunningStep) -> None:
        self.step = step
        self.places: dict[NumberPath, int] = {}
        self.names: list[int] = []
        self.numbers: dict[NumberPath, Number] = {}
        """What stands in each place, as the facts of a node have it."""

    def place(self, path: NumberPath) -> int:
        """The place of a number. Its register is -1 - place."""
        at = self.places.get(path)
        if at is None:
            at = self.places[path] = len(self.names)
            self.names.append(self.step.fresh(path[0] not in MAY_BE_NEGATIVE))
        return at


class Settling:
    """Settles the facts of one step; ``chunk_as`` names a chunk by the next state's register."""

    def __init__(
        self, memory: SessionMemory, facts: PastFacts, chunk_as: Callable[[Any], Any]
    ) -> None:
        self.memory = memory
        self.facts = facts
        self.chunk_as = chunk_as
        self.writes: list[Write] = []
        self.key: list[Any] = []

    def settle(self) -> tuple[tuple[Any, ...], list[Write]]:
        """Settle the facts in place. Returns their key, and what goes to memory."""
        facts = self.facts
        self._refused()
        live = self._chunks()
        for name in (*FACT_COUNTS, *OF_PAST):
            setattr(facts, name, self._kept((name,), getattr(facts, name)))
        facts.spent = [
            self._kept(("spent", name), spent)
            for name, spent in zip(COST_NAMES, facts.spent, strict=True)
        ]
        for name in FACT_TIMES:
            setattr(facts, name, self._kept_time((name,), getattr(facts, name)))
        facts.stop_runs = min(facts.stop_runs, 2)
        self.key += [getattr(facts, name) for name in PLAIN_FACTS]
        facts.met = {slug: self._kept(("met", slug), facts.has_met(slug)) for slug in facts.met}
        facts.seen.clear()
        self._media(live)
        self._orphans(live)
        self._lists()
        return tuple(self.key), self.writes

    def _kept(self, path: NumberPath, value: Any, kind: type[Number] = Number) -> Any:
        """A number, in its place."""
        memory = self.memory
        known = memory.numbers.get(path)
        if known is value and known is not None:  # it is where it was
            return known
        at = memory.place(path)
        name = memory.names[at]
        if not (isinstance(value, Number) and value.name == name and value.offset_ms == 0):
            self.writes.append((at, memory.step.expression_of(value)))
        if known is None:
            known = memory.numbers[path] = kind(memory.step, name)
        return known

    def _kept_time(self, path: NumberPath, value: Any) -> Any:
        """A time, in its place, or -1."""
        came = not (type(value) is int and value < 0)
        self.key.append(came)
        return self._kept(path, value) if came else -1

    def _refused(self) -> None:
        """Of the refused only when the first was, which are stored nowhere, and how many."""
        facts = self.facts
        if not facts.refused:
            self.key.append(())
            return
        count, first_ms = len(facts.refused), facts.refused[0][0]
        there = (chunk for _, chunk, _ in facts.refused)
        lacking = [
            chunk for chunk in there if chunk in facts.recorded and chunk not in facts.stored
        ]
        lacking = list(dict.fromkeys(lacking)) or [STORED]
        facts.refused_before = facts.refused_before + (count - len(lacking))
        at_ms = self._kept(("refused",), first_ms)
        facts.refused[:] = [(at_ms, self.chunk_as(chunk), 0) for chunk in lacking]
        self.key.append(tuple(sorted(self._word(chunk) for _, chunk, _ in facts.refused)))

    def _chunks(self) -> dict[Any, Any]:
        """Chunks that are settled are counted. Returns the others, by the names they have next."""
        facts = self.facts
        for chunk in [c for c in facts.recorded if c in facts.stored and c in facts.uploads_ended]:
            del facts.recorded[chunk], facts.stored[chunk]
            facts.uploads_ended.discard(chunk)
            facts.in_closed_tab.discard(chunk)
            facts.settled = facts.settled + 1
            media = facts.media
            media.settled_ms = media.settled_ms + media.chunk_ms.pop(chunk, 0)
        live = {chunk: self.chunk_as(chunk) for chunk in facts.recorded}
        groups = (facts.stored, facts.uploads_ended, facts.in_closed_tab)
        self.key.append(
            tuple(
                sorted(
                    (self._word(named), *(chunk in group for group in groups))
                    for chunk, named in live.items()
                )
            )
        )
        facts.newest = None if facts.newest is None else self.chunk_as(facts.newest)
        self.key.append(None if facts.newest is None else self._word(facts.newest))
        facts.stored = dict.fromkeys([live[chunk] for chunk in facts.stored], NO_TIME)
        facts.uploads_ended = {live[chunk] for chunk in facts.uploads_ended}
        facts.in_closed_tab = {live[chunk] for chunk in facts.in_closed_tab}
        facts.recorded = dict.fromkeys(sorted(live.values(), key=self._word), NO_TIME)
        return live

    def _media(self, live: dict[Any, Any]) -> None:
        media, facts = self.facts.media, self.facts
        known = {live[chunk]: ms for chunk, ms in media.chunk_ms.items() if chunk in live}
        media.chunk_ms = {
            chunk: self._kept(("chunk", at), known.get(chunk, 0))
            for at, chunk in enumerate(facts.recorded)
        }
        media.handed_out_ms = self._kept(("handed out",), media.handed_out_ms)
        media.settled_ms = self._kept(("settled ms",), media.settled_ms)

    def _orphans(self, live: dict[Any, Any]) -> None:
        """Uploads whose handler was lost: of each the attempt, while it may still be stored."""
        waiting = sorted(
            ((live[c], attempt) for c, attempt in self.facts.orphans if c in live),
            key=lambda orphan: (self._word(orphan[0]), repr(getattr(orphan[1], "name", orphan[1]))),
        )
        waiting = [orphan for orphan in waiting if orphan[0] not in self.facts.uploads_ended]
        self.key.append(tuple(self._word(chunk) for chunk, _ in waiting))
        self.facts.orphans = {
            (chunk, self._kept(("orphan", at), attempt, Counter))
            for at, (chunk, attempt) in enumerate(waiting)
        }

    def _lists(self) -> None:
        """What was gathered one after another."""
        facts, kept = self.facts, self._kept
        found = enumerate(facts.completions)
        facts.completions = [
            (kept(("completion", at), at_ms), (STORED,) * len(missing))
            for at, (at_ms, missing) in found
        ]
        facts.counts = [
            (0, 0, 0, 0) if least <= count <= most else (kept(("count", at), at_ms), 1, 0, 0)
            for at, (at_ms, count, least, most) in enumerate(facts.counts)
        ]
        facts.reopened = [kept(("reopened", at), at_ms) for at, at_ms in enumerate(facts.reopened)]
        facts.notified = [
            (kept(("notified", at), at_ms), self._text(key))
            for at, (at_ms, key) in enumerate(facts.notified)
        ]
        facts.consumer_reads = [
            (kept(("read", at), at_ms), status, (STORED,) * len(missing))
            for at, (at_ms, status, missing) in enumerate(facts.consumer_reads)
        ]
        runs: Any = facts.alarm_runs_by_due
        runs.pairs = [
            (kept(("due", at), due_ms), min(count, 2))
            for at, (due_ms, count) in enumerate(runs.pairs)
        ]
        self.key += [
            tuple(len(missing) for _, missing in facts.completions),
            tuple(count for _, count, *_ in facts.counts),
            len(facts.reopened),
            tuple(key for _, key in facts.notified),
            tuple((status, len(missing)) for _, status, missing in facts.consumer_reads),
            tuple(count for _, count in runs.pairs),
        ]

    def _text(self, key: Any) -> str:
        if type(key) is not str:
            raise NotCarried("a notification whose key is a number")
        return key

    @staticmethod
    def _word(chunk: Any) -> int:
        """What tells chunks apart: how far behind their register, or their very number."""
        number: int = chunk.offset_ms if isinstance(chunk, Number) else chunk
        return number
