"""A tally: what sessions came to, as counts that are added up batch by batch.

It has all that a comparison says of very many sessions, so that no row of them needs to be kept:
how often something was so and in which session first, and for two designs the table of each
property's judgements that McNemar's test asks for. Sums and least numbers are the same however
sessions are cut into batches, and in whatever order these come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.estimate.intervals import (
    Paired,
    either_way,
    paired,
    upper_bound_if_none,
    whatever_they_were,
    wilson,
)
from lastchunk.model.estimate.replicate import EnginesUsed, Progress
from lastchunk.model.properties import PROPERTIES, SOMETIMES
from lastchunk.model.properties.row import HELD_CODE, UNSETTLED_CODE, VIOLATED_CODE
from lastchunk.model.scenario.schema import Limits

CODES = (VIOLATED_CODE, HELD_CODE)
"""What a session says that speaks of a property; one that does not is counted nowhere."""
COUNTED_CODES = (*CODES, UNSETTLED_CODE)
"""The same, and that it was cut before it could say so."""
WORD_COUNTED = ("outcome", "ended")
"""Columns that hold one of several words."""
LEAST = {"thrown": 1, "violation_ms": 0, **{f"saw_{slug}": 1 for slug in SOMETIMES}}
"""Columns that are counted where they are at least so much, as the word 1."""

ROWS_AT_ONCE = 10_000
"""A tally of few rows takes as long as one of so many."""

Word = str | int
RowValues = NDArray[Any]
Picked = slice | NDArray[np.bool_]
CountKey = tuple[str, str, Word]
"""A design, a column, and what the column says."""
PairKey = tuple[str, str, str, int, int]
"""A property, two designs, and the code of each."""


@dataclass(frozen=True)
class SessionCount:
    """In how many sessions something was so, and in which first; -1 where in none."""

    sessions: int = 0
    first: int = -1

    def __add__(self, other: SessionCount) -> SessionCount:
        firsts = [each.first for each in (self, other) if each.sessions]
        return SessionCount(self.sessions + other.sessions, min(firsts, default=-1))


@dataclass(frozen=True)
class SessionTally:
    """Counts of sessions; the sum of two is the tally of the sessions of both.

    ``slugs`` are the properties that were judged, ``sessions`` all sessions of each design. In
    ``pairs`` the design that comes first in ``designs`` is the first one.
    """

    designs: tuple[str, ...]
    slugs: tuple[str, ...]
    sessions: Counter[str] = field(default_factory=Counter)
    counts: dict[CountKey, SessionCount] = field(default_factory=dict)
    pairs: Counter[PairKey] = field(default_factory=Counter)

    def __add__(self, other: SessionTally) -> SessionTally:
        assert (self.designs, self.slugs) == (other.designs, other.slugs), "of the same question"
        counts = dict(self.counts)
        for key, found in other.counts.items():
            counts[key] = counts.get(key, SessionCount()) + found
        sessions, pairs = self.sessions + other.sessions, self.pairs + other.pairs
        return SessionTally(self.designs, self.slugs, sessions, counts, pairs)

    def count(self, design: str, column: str, word: Word = 1) -> SessionCount:
        """The sessions of a design in which a column says so."""
        return self.counts.get((design, column, word), SessionCount())

    def verdict(self, design: str, slug: str, expected: Sequence[str]) -> Verdict:
        """The verdict on one property; ``expected`` is what must be met sometimes."""
        violated, held, cut = (self.count(design, slug, code) for code in COUNTED_CODES)
        sessions, unsettled = violated.sessions + held.sessions, cut.sessions
        if sessions + unsettled == 0:
            return Verdict("unknown", 0, 0, 0.0, 1.0, "no session says anything about it")
        bounds = whatever_they_were(wilson, violated.sessions, sessions, unsettled)
        counts = (sessions, violated.sessions, bounds.low, bounds.high)
        if violated.sessions:
            first = violated.first
            return Verdict("violated", *counts, witness_session=first, unsettled=unsettled)
        high = bounds.high if unsettled else upper_bound_if_none(sessions)
        found = Verdict("not seen", sessions, 0, 0.0, high, unsettled=unsettled)
        unmet = [name for name in expected if not self.count(design, *_met(name)).sessions]
        # Each session that was cut could have violated it.
        reasons = ["never happened: " + ", ".join(unmet)] if unmet else []
        reasons += [found.unsettled_words] if unsettled else []
        return replace(found, kind="unknown", reason="; ".join(reasons)) if reasons else found

    def paired(self, a: str, b: str, slug: str) -> Paired | None:
        """The difference of two designs; None where no session speaks of both."""
        is_turned = self.designs.index(a) > self.designs.index(b)
        table = {
            (i, j): self.pairs[(slug, b, a, j, i) if is_turned else (slug, a, b, i, j)]
            for i, j in product(COUNTED_CODES, COUNTED_CODES)
        }
        return _paired_by(table)

    def widest(self) -> float:
        """The widest half interval over designs and properties that any session speaks of."""
        widths = [0.0]
        for design, slug in product(self.designs, self.slugs):
            violated, held, cut = (self.count(design, slug, c).sessions for c in COUNTED_CODES)
            if violated or held or cut:
                bounds = whatever_they_were(wilson, violated, violated + held, cut)
                widths.append(bounds.half_width)
        return max(widths)


KeptSessions = pd.DataFrame | SessionTally
"""What there is of sessions: their rows, or their tally alone."""


def tally_of(rows: pd.DataFrame, designs: Sequence[str], own: Iterable[str] = ()) -> SessionTally:
    """The tally of some rows, in whatever order they are; ``own`` are a person's properties."""
    slugs = (*PROPERTIES, *own)
    design = rows["design"].astype(pd.CategoricalDtype(list(designs))).cat.codes.to_numpy()
    places = {name: rows_where(design == at) for at, name in enumerate(designs)}
    numbers = {name: rows["session"].to_numpy()[place] for name, place in places.items()}
    if any((np.diff(each) < 0).any() for each in numbers.values()):
        return tally_of(rows.sort_values("session"), designs, slugs[len(PROPERTIES) :])
    same = {
        (a, b): _same_sessions(numbers[a], numbers[b])
        for a, b in combinations_with_replacement(designs, 2)
    }
    whole = SessionTally(
        tuple(designs), slugs, Counter({name: len(numbers[name]) for name in designs})
    )
    for column in (*slugs, *LEAST, *WORD_COUNTED):
        coded, words = _coded(rows[column], column)
        codes = {name: np.ascontiguousarray(coded[place]) for name, place in places.items()}
        for name, (code, word) in product(designs, words.items()):
            found = _count(codes[name] == code, numbers[name])
            if found.sessions:
                whole.counts[name, column, word] = found
        for (a, b), (in_a, in_b) in same.items() if column in slugs else ():
            for both, count in _table(codes[a][in_a], codes[b][in_b]).items():
                whole.pairs[column, a, b, *both] = count
    return whole


def tallied(
    batches: Iterable[pd.DataFrame],
    designs: Sequence[str],
    used: EnginesUsed,
    progress: Progress | None = None,
    own: Iterable[str] = (),
) -> SessionTally:
    """The tally of batches as they come; no batch is kept long.

    How their sessions were run is noted in ``used``.
    """
    own = tuple(own)
    whole = SessionTally(tuple(designs), (*PROPERTIES, *own))
    waiting: list[pd.DataFrame] = []
    for rows in batches:
        used.take(rows)
        waiting.append(rows)
        if sum(map(len, waiting)) >= ROWS_AT_ONCE:
            whole += tally_of(pd.concat(waiting), designs, own)
            waiting.clear()
        if progress is not None:
            progress(len(rows) // len(designs))
    if waiting:
        whole += tally_of(pd.concat(waiting), designs, own)
    return whole


def together(kept: KeptSessions, more: KeptSessions) -> KeptSessions:
    """What was kept of some sessions and of those that follow."""
    if isinstance(kept, SessionTally) and isinstance(more, SessionTally):
        return kept + more
    rows = [each for each in (kept, more) if isinstance(each, pd.DataFrame)]
    assert len(rows) == 2, "both of a kind"
    return pd.concat(rows).sort_values(["design", "session"], ignore_index=True)


def judge_rows(rows: pd.DataFrame, slug: str, expected: Sequence[str]) -> Verdict:
    """The verdict on one property from the rows of one design, the first session first."""
    found = SessionTally(("",), (slug,))
    for column in (slug, *(_met(name)[0] for name in expected)):
        codes, words = _coded(rows[column], column)
        for code, word in words.items():
            found.counts["", column, word] = _count(codes == code, rows["session"].to_numpy())
    return found.verdict("", slug, expected)


def paired_codes(a: pd.Series[int], b: pd.Series[int]) -> Paired | None:
    """Two judgements of the same sessions, side by side; None where no session speaks of both."""
    if not a.index.equals(b.index):
        a, b = a.align(b, join="inner")
    return _paired_by(_table(a.to_numpy(), b.to_numpy()))


def _met(slug: str) -> tuple[str, int]:
    """The column of a *sometimes* property, and what it says where it is met; an own one is
    judged as other properties are."""
    return (f"saw_{slug}", 1) if slug in SOMETIMES else (slug, HELD_CODE)


def cut_lines(name: str, tally: SessionTally, limits: Limits) -> Iterator[str]:
    """A line for each limit at which sessions were cut: what had no end is not judged to it."""
    alone = f"limits.alone_max = {limits.alone_max:,}"
    known = {
        "horizon": f"limits.horizon_ms = {limits.horizon_ms:,}",
        "limit": f"{alone} or limits.happenings_max = {limits.happenings_max:,}",
    }
    for ended, words in known.items():
        cut = tally.count(name, "ended", ended)
        if cut.sessions:
            yield (
                f"{name}: {cut.sessions:,} of {tally.sessions[name]:,} sessions had no end and "
                f"were cut at {words}, as session {cut.first}; they tell what was violated by "
                "then and nothing else. limits.end_at_completion=true ends a session as it is "
                "completed, and looks at nothing that comes then"
            )


def rows_where(is_of: NDArray[np.bool_]) -> Picked:
    """Where something is so: a slice where that is regular, since what it takes is no copy."""
    places = np.flatnonzero(is_of)
    first, last = (int(places[0]), int(places[-1])) if len(places) else (0, -1)
    step = int(places[1]) - first if len(places) > 1 else 1
    return slice(first, last + 1, step) if (np.diff(places) == step).all() else is_of


def _coded(values: pd.Series[Any], column: str) -> tuple[RowValues, dict[int, Word]]:
    """What a column says in each row, as codes, and the word for each that is counted."""
    if column in WORD_COUNTED:
        kept = values.astype("category").cat
        return kept.codes.to_numpy(), dict(enumerate(kept.categories))
    if column in LEAST:
        return values.to_numpy() >= LEAST[column], {1: 1}
    codes = values.to_numpy()
    assert (codes <= HELD_CODE).all(), column
    return codes, {code: code for code in COUNTED_CODES}


def _count(is_so: NDArray[np.bool_], numbers: RowValues) -> SessionCount:
    """How often something is so; ``numbers`` are the sessions, the first one first."""
    count = int(np.count_nonzero(is_so))
    return SessionCount(count, int(numbers[is_so.argmax()])) if count else SessionCount()


def _same_sessions(a: RowValues, b: RowValues) -> tuple[Any, Any]:
    """Where the sessions are that both have."""
    if np.array_equal(a, b):
        return slice(None), slice(None)
    return np.intersect1d(a, b, assume_unique=True, return_indices=True)[1:]


def _table(a: RowValues, b: RowValues) -> dict[tuple[int, int], int]:
    """How many sessions have each pair of codes, of those that speak of both."""
    so_a, so_b = ([codes == code for code in COUNTED_CODES] for codes in (a, b))
    found = [int(np.count_nonzero(one & other)) for one, other in product(so_a, so_b)]
    return dict(zip(product(COUNTED_CODES, COUNTED_CODES), found, strict=True))


def _paired_by(table: dict[tuple[int, int], int]) -> Paired | None:
    """The difference of the settled sessions; its interval holds whatever the others are."""
    fails, holds = VIOLATED_CODE, HELD_CODE
    settled = {pair: count for pair, count in table.items() if UNSETTLED_CODE not in pair}
    if not any(settled.values()):
        return None
    found = _paired_as(settled, holds, holds)
    if sum(settled.values()) == sum(table.values()):
        return found
    return either_way(found, _paired_as(table, holds, fails), _paired_as(table, fails, holds))


def _paired_as(table: dict[tuple[int, int], int], a: int, b: int) -> Paired:
    """The difference where what is unsettled counts so, for each of the two designs."""
    counts = Counter[tuple[int, int]]()
    for (one, other), count in table.items():
        pair = (a if one == UNSETTLED_CODE else one, b if other == UNSETTLED_CODE else other)
        counts[pair] += count
    return paired(*(counts[pair] for pair in product(CODES, CODES)))
