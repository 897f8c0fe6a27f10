"""The discrete part of a state, in one canonical text, and the instants that it refers to.

A part's text has a chunk's rank in place of its index, an attempt's rank in place of its number,
and a blank for each time. The times are the *columns* of the state's zone: one for each pending
thing, and one for each other instant that is not tied to a column already.

Chunks are ranked by what the parts say of them where they are interchangeable; equal ones are
*tied*, and the zone decides their order (`DiscreteState.groups`). That a swap of two tied chunks
changes nothing is checked by doing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.world.base.pending import Key

Column = tuple[int, int]
"""An instant's name and the ms after it."""


Rendered = tuple[str, list[Instant], StatePart]
TEXT = itemgetter(0)


class DiscreteState:
    """A state without its zone: ``key`` is equal for equal states.

    ``columns`` are the instants, in order; ``fires`` the pending keys, the first columns.
    ``chunks`` are the chunks by rank, ``groups`` the blocks of columns that may change places,
    ``ranks`` the first rank in each group.
    """

    __slots__ = (
        "chunks",
        "columns",
        "fires",
        "groups",
        "key",
        "owners",
        "parts",
        "ranks",
        "signatures",
    )

    def __init__(self, parts: list[StatePart], symmetric: bool, order: Sequence[int] | None = None):
        self.parts = parts
        self.groups: list[list[tuple[int, ...]]] = []
        self.ranks: list[int] = []
        self.signatures: dict[int, Any] = {}
        attempts = _attempt_ranks(parts)
        if order is None:
            order = self._ranked(attempts, symmetric)
        self.chunks = tuple(order)
        names = names_by_rank(self.chunks)
        self.key, self.columns, self.fires, self.owners = laid_out(parts, names, attempts)

    def _ranked(self, attempts: Mapping[Any, int], symmetric: bool) -> Sequence[int]:
        if not symmetric:  # each keeps its own index: the code may look at it
            named = frozenset().union(*[part.chunks for part in self.parts])
            return range(max(named, default=-1) + 1)
        naming: dict[int, list[StatePart]] = {}
        for part in self.parts:
            for chunk in part.chunks:
                naming.setdefault(chunk, []).append(part)
        chunks = sorted(naming)
        if len(chunks) < 2:
            return chunks
        for chunk in chunks:
            names = dict.fromkeys(chunks, "?")
            names[chunk] = "*"
            texts = [part.fill(names, attempts)[0] for part in naming[chunk]]
            self.signatures[chunk] = tuple(sorted(texts))
        return sorted(chunks, key=self.signatures.__getitem__)

    def find_groups(self) -> None:
        """Fill in ``groups``: runs of equal chunks whose swap leaves the state as it is."""
        rank = 0
        while rank < len(self.chunks):
            last = rank
            while last + 1 < len(self.chunks) and self._may_swap(last):
                last += 1
            blocks = [self._block(chunk) for chunk in self.chunks[rank : last + 1]]
            if len(blocks) > 1 and blocks[0]:
                self.groups.append(blocks)
                self.ranks.append(rank)
            rank = last + 1

    def _may_swap(self, rank: int) -> bool:
        one, two = self.chunks[rank : rank + 2]
        if not self.signatures or self.signatures[one] != self.signatures[two]:
            return False
        order = list(self.chunks)
        order[rank : rank + 2] = two, one
        swapped = DiscreteState(self.parts, False, order)
        if swapped.key != self.key:
            return False
        block_one, block_two = self._block(one), self._block(two)
        moved = dict(zip([*block_one, *block_two], [*block_two, *block_one], strict=True))
        if any(owner & {one, two} and at not in moved for at, owner in enumerate(self.owners)):
            return False
        return all(
            swapped.columns[moved.get(at, at)] == column for at, column in enumerate(self.columns)
        )

    def _block(self, chunk: int) -> tuple[int, ...]:
        """The columns that are one chunk's alone."""
        return tuple(at for at, owner in enumerate(self.owners) if owner == {chunk})


@lru_cache(maxsize=1 << 10)
def names_by_rank(chunks: tuple[int, ...]) -> Mapping[int, str]:
    """What stands for each chunk in a state's text, by the chunks in the order of their ranks."""
    return {chunk: f"#{rank}" for rank, chunk in enumerate(chunks)}


def _attempt_ranks(parts: list[StatePart]) -> dict[Any, int]:
    numbers: dict[Any, set[int]] = {}
    for part in parts:
        if part.attempts:
            for mark in part.attempts:
                numbers.setdefault(mark.call, set()).add(mark.number)
    return {
        (call, number): rank
        for call, known in numbers.items()
        for rank, number in enumerate(sorted(known))
    }


def laid_out(
    parts: list[StatePart], names: Mapping[int, str], attempts: Mapping[Any, int]
) -> tuple[Any, list[Column], list[Key], list[frozenset[int]]]:
    """The key of a state, its columns, what fires, and whose the columns are."""
    pending: list[Rendered] = []
    others: list[Rendered] = []
    timeless: list[str] = []
    for part in parts:
        text, times = part.ready, part.times
        if text is None:
            text, times = part.fill(names, attempts)
        if part.key is not None:
            pending.append((text, times, part))
        elif times:
            others.append((text, times, part))
        else:
            timeless.append(text)
    pending.sort(key=TEXT)
    others.sort(key=TEXT)
    columns: list[Column] = []
    owners: list[frozenset[int]] = []
    fires: list[Key] = []
    known: dict[int, tuple[int, int]] = {}
    refers: list[tuple[int, int]] = []
    for _, times, part in pending:
        assert part.key is not None
        time = times[0]
        known[time.name] = (len(columns), time.offset_ms)
        columns.append((time.name, time.offset_ms))
        owners.append(part.chunks)
        fires.append(part.key)
    for _, times, part in (*pending, *others):
        for time in times if part.key is None else times[1:]:
            name = time.name
            if name not in known:
                known[name] = (len(columns), time.offset_ms)
                columns.append((name, time.offset_ms))
                owners.append(part.chunks)
            at, offset_ms = known[name]
            refers.append((at, time.offset_ms - offset_ms))
    timeless += map(TEXT, others)
    timeless.sort()
    texts = (*map(TEXT, pending), *timeless)
    return (texts, tuple(refers)), columns, fires, owners
