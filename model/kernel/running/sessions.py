"""Many sessions of one design: by compiled code where the table is known, else by the table itself.

Never silently different: of each batch the first session, and each 1,000th, is run in SimPy as
well, and the rows are held to each other. A difference is an error of the tool.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lastchunk.model.base.errors import InternalError
from lastchunk.model.base.memory import LESS_OFTEN, few_collections
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.kernel.nodes import (
    NEW_STEP,
    NOT_THERE,
    ONLY_PYTHON,
    SESSION_ROOM,
)
from lastchunk.model.kernel.past.judging import NUMBER_COLUMNS, TRUTHS, WORD_COLUMNS, RowOf
from lastchunk.model.kernel.running.nodes_known import Known, known_nodes
from lastchunk.model.kernel.uplink_rows import INTERVALS_MAX, mean_rates
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.table import walk
from lastchunk.model.table.engine import BY_TABLE, run_session, runs_both_ways
from lastchunk.model.table.machine import SessionTable

UNKEPT = "steps that are not kept"
SELDOM = "steps that few sessions take"
FEW = 500
"""Where no more than one session in so many comes to a new step nothing is learned: what is known
would grow with every session, and these take as long in SimPy."""
LEARNED_AT_ONCE = 100
"""So many sessions are walked in Python before compiled code tries the others again."""
MEAN_COLUMNS = ("request_delay_ms", "uplink_kbps")
"""Columns that are no whole numbers."""


@dataclass
class Batch:
    """What some sessions came to: their numbers, the mean of their request legs, and the rate of
    their uplink."""

    numbers: npt.NDArray[np.int64]
    request_delay_ms: npt.NDArray[np.float64]
    uplink_kbps: npt.NDArray[np.float64]
    left: Counter[str]

    def put(self, at: int, row: dict[str, Any]) -> None:
        """Put the row of a session down that Python has run."""
        for column, name in enumerate(NUMBER_COLUMNS):
            value = row[name]
            self.numbers[at, column] = (
                WORD_COLUMNS[name].index(value) if name in WORD_COLUMNS else value
            )
        self.request_delay_ms[at], self.uplink_kbps[at] = (row[name] for name in MEAN_COLUMNS)

    def columns(self) -> dict[str, Any]:
        """All rows, column by column."""
        found: dict[str, Any] = dict(zip(NUMBER_COLUMNS, self.numbers.T.copy(), strict=True))
        for name in PROPERTIES:
            found[name] = found[name].astype(np.int8)
        for name in TRUTHS:
            found[name] = found[name].astype(np.bool_)
        for name, words in WORD_COLUMNS.items():
            found[name] = pd.Categorical.from_codes(found[name], categories=pd.Index(words))
        return found | dict(
            zip(MEAN_COLUMNS, (self.request_delay_ms, self.uplink_kbps), strict=True)
        )

    def row(self, at: int) -> dict[str, Any]:
        """The numbers of a session by their names."""
        row: dict[str, Any] = dict(zip(NUMBER_COLUMNS, self.numbers[at].tolist(), strict=True))
        for name, words in WORD_COLUMNS.items():
            row[name] = words[row[name]]
        for name in TRUTHS:
            row[name] = bool(row[name])
        means = float(self.request_delay_ms[at]), float(self.uplink_kbps[at])
        return row | dict(zip(MEAN_COLUMNS, means, strict=True))


@few_collections(LESS_OFTEN, keeps=False)
def run_sessions(
    scenario: Scenario, design: DesignSpec, seed: int, sessions: range, row_of: RowOf
) -> Batch:
    """The rows of some sessions. Raises `InternalError` where they are not SimPy's."""
    known = known_nodes(scenario, design)
    count = len(sessions)
    numbers = np.zeros((count, len(NUMBER_COLUMNS)), np.int64)
    batch = Batch(numbers, np.zeros(count), np.full(count, np.nan), Counter())
    waiting = np.arange(count)
    by_kernel = np.zeros(count, np.bool_)
    is_first = True
    while len(waiting):
        is_kept = known.kept is not None
        grown, before = known.grown, known.cells
        came_to, rooms = _walked(known, seed, sessions.start + waiting, batch, waiting)
        by_kernel[waiting[came_to >= 0]] = True
        left = waiting[came_to == ONLY_PYTHON].tolist()
        waiting = waiting[came_to == NEW_STEP]
        if is_kept:
            if known.may_miss(len(waiting)):
                left, waiting = [*left, *waiting.tolist()], waiting[:0]
            _in_simpy(known, seed, sessions, left, row_of, batch, UNKEPT)
            continue
        if is_first and len(waiting) <= count // FEW:
            _in_simpy(known, seed, sessions, waiting.tolist(), row_of, batch, SELDOM)
            waiting = waiting[:0]
        is_first = False
        there, waiting = waiting[:LEARNED_AT_ONCE], waiting[LEARNED_AT_ONCE:]
        learned = [
            known.learn_on(grown, seed, sessions[at], room)
            for at, room in zip(there.tolist(), rooms, strict=False)
        ]
        if known.cells == before:  # nothing is new: they would come to the same place again
            learned = [False] * len(there)
        unlearned = there[~np.array(learned, np.bool_)].tolist()
        if known.full:  # the table would only refuse what is new, after a walk to that place
            _in_simpy(known, seed, sessions, unlearned, row_of, batch, known.full)
        else:
            left += unlearned
        for at in left:
            _by_python(known, seed, sessions, at, row_of, batch)
        waiting = np.concatenate([there[learned], waiting])
    known.seen += count
    by_it = np.flatnonzero(by_kernel).tolist()
    checked = [at for at in by_it if runs_both_ways(sessions[at], sessions)]
    _check_some(known, seed, sessions, checked, row_of, batch)
    known.keep()
    return batch


def _check_some(
    known: Known, seed: int, sessions: range, places: list[int], row_of: RowOf, batch: Batch
) -> None:
    """Hold some rows to SimPy. What is kept on disk, and has a wrong one, is deleted."""
    for at in places:
        run = simulate(known.scenario, known.design, seed, sessions[at])
        try:
            _check(batch.row(at), row_of(run), known.design, sessions[at])
        except InternalError:
            known.drop()
            raise


def _in_simpy(
    known: Known,
    seed: int,
    sessions: range,
    places: list[int],
    row_of: RowOf,
    batch: Batch,
    why: str,
) -> None:
    """Run sessions that come to what is not known, and will not be."""
    for at in places:
        batch.put(at, row_of(simulate(known.scenario, known.design, seed, sessions[at])))
        batch.left[why] += 1


def _walked(
    known: Known,
    seed: int,
    sessions: npt.NDArray[np.int64],
    batch: Batch,
    places: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Let compiled code walk sessions. Returns what each came to: a row from 0 on, `NEW_STEP` or
    `ONLY_PYTHON`; and of the first that came to an unknown step all their numbers there."""
    from lastchunk.model.kernel.base.draws import SESSIONS_END, seed_words
    from lastchunk.model.kernel.loop import walked

    limits, count = known.scenario.limits, len(sessions)
    came_to = np.full(count, NEW_STEP, np.int64)
    numbers, legs = np.zeros((count, len(NUMBER_COLUMNS)), np.int64), np.zeros((count, 4), np.int64)
    most = min(limits.happenings_max, walk.HAPPENINGS_MAX) - 1
    at_unknown = np.full((min(count, LEARNED_AT_ONCE), SESSION_ROOM), NOT_THERE, np.int64)
    arrays = known.as_arrays()
    if arrays is not None and sessions[-1] < SESSIONS_END:
        given = (seed_words(seed), sessions, (limits.horizon_ms, most))
        room = np.zeros(SESSION_ROOM, np.int64), np.zeros(INTERVALS_MAX + 1, np.int64)
        walked(*arrays, *given, room, came_to, numbers, legs, at_unknown)
    found = came_to >= 0
    there = places[found]
    batch.numbers[there] = numbers[found]
    with np.errstate(invalid="ignore"):
        batch.request_delay_ms[there] = legs[found, 1] / legs[found, 0]
    if known.scenario.uplink is not None:
        batch.uplink_kbps[there] = mean_rates(known.scenario.uplink, *legs[found, 2:].T)
    return came_to, at_unknown


def _by_python(
    known: Known, seed: int, sessions: range, at: int, row_of: RowOf, batch: Batch
) -> None:
    """Run a session whose steps are not all known."""
    scenario, design, session = known.scenario, known.design, sessions[at]

    def by(machine: SessionTable) -> Run:
        return known.run(machine, seed, session, row_of)

    checked = runs_both_ways(session, sessions)
    run, reason = run_session(BY_TABLE, scenario, design, seed, session, checked, by)
    batch.put(at, row_of(run))
    if reason:
        batch.left[reason] += 1


def _check(row: dict[str, Any], other: dict[str, Any], design: DesignSpec, session: int) -> None:
    """Raise `InternalError` where a row is not SimPy's, with what both say."""
    apart = {
        name: (value, other[name])
        for name, value in row.items()
        if repr(value) != repr(other[name])
    }
    if apart:
        words = ", ".join(f"{name} {one} and {two}" for name, (one, two) in apart.items())
        raise InternalError(
            f"{design.name} in {other['scenario']}, session {session}: compiled code and SimPy "
            f"differ in {words}; --engine simpy runs without it"
        )
