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

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.kernel.base.names import NAME_BYTES_MAX
from lastchunk.model.kernel.grown import Grown
from lastchunk.model.kernel.learning import learn, learn_on
from lastchunk.model.kernel.nodes import (
    NEW_STEP,
    NODE_AT,
    NOT_THERE,
    ONLY_PYTHON,
    SESSION_ROOM,
    Frozen,
    as_arrays,
)
from lastchunk.model.kernel.past.judging import NUMBER_COLUMNS, TRUTHS, WORD_COLUMNS, RowOf
from lastchunk.model.kernel.uplink_rows import INTERVALS_MAX, mean_rates
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.table import walk
from lastchunk.model.table.engine import BY_TABLE, run_session, runs_both_ways
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.numbers.pilot import OF_COMPILED, Pilot
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.world.object.blob_store import StoreIsRead

LEARNED_AT_ONCE = 100
"""So many sessions are walked in Python before compiled code tries the others again."""
MOVES_MAX = 1_000_000
"""Nodes with more take much memory: what is new then is walked in Python, and not written down."""
MEAN_COLUMNS = ("request_delay_ms", "uplink_kbps")
"""Columns that are no whole numbers."""
KEPT_MAX = 16
"""Designs and scenarios whose nodes a process keeps."""


@dataclass
class Known:
    """The nodes of a design in a scenario, which this process keeps while they grow."""

    scenario: Scenario
    design: DesignSpec
    grown: Grown | None = None
    arrays: Frozen | None = None
    learned: int = 0
    seen: int = 0

    @property
    def cells(self) -> int:
        """How many questions and answers are written down."""
        return 0 if self.grown is None else len(self.grown.store.cells)

    @property
    def ends(self) -> int:
        """How many steps are written down."""
        return 0 if self.grown is None else len(self.grown.store.ends)

    def run(self, machine: SessionTable, seed: int, session: int, row_of: RowOf) -> Run:
        """Run a session by the table, and write down what is new while the nodes grow."""
        if self.grown is not None and len(self.grown.store.moves) > MOVES_MAX:
            return walk.run_by_table(machine, seed, session)
        return self.learn(machine, seed, session, row_of)[0]

    def learn(
        self, machine: SessionTable, seed: int, session: int, row_of: RowOf
    ) -> tuple[Run, str]:
        """Run a session by the table; and why not all is written down, if it is not."""
        if self.grown is None or self.grown.machine is not machine:
            self.grown, self.arrays = Grown(machine, row_of), None
        self.learned += 1
        before = self.ends
        ran = learn(self.grown, seed, session)
        if self.ends > before:
            self.arrays = None
        return ran

    def learn_on(
        self, grown: Grown | None, seed: int, session: int, room: npt.NDArray[np.int64]
    ) -> bool:
        """Write down what is new where compiled code has come to in ``grown``. Returns whether it
        could be; what could not be is run in Python, which says why."""
        if grown is None or grown is not self.grown or room[NODE_AT] == NOT_THERE:
            return False
        if len(grown.store.moves) > MOVES_MAX:
            return False
        self.arrays = None
        try:
            learn_on(grown, seed, session, room)
        except (NotCarried, InputError, StoreIsRead):
            return False
        return True


_known: list[Known] = []


def known_nodes(scenario: Scenario, design: DesignSpec) -> Known:
    """The nodes that this process knows."""
    for at, known in enumerate(_known):
        if known.design == design and known.scenario == scenario:
            _known.append(_known.pop(at))
            return known
    _known.append(Known(scenario, design))
    del _known[:-KEPT_MAX]
    return _known[-1]


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


@dataclass(frozen=True)
class Piloted:
    """What a pilot has told: what no node can hold, or "", and how the nodes grow."""

    scenario: Scenario
    design: DesignSpec
    told: str
    pilot: Pilot

    def answers(self, sessions: int) -> bool:
        """Whether no more of its sessions need to run."""
        return bool(self.told) or self.pilot.is_over or not self.pilot.may_pay(sessions)


_piloted: list[Piloted] = []


def unwritten(
    scenario: Scenario, design: DesignSpec, seed: int, row_of: RowOf, sessions: int
) -> tuple[str, str]:
    """What a pilot meets that no node can hold; and else why so many sessions do not pay.

    Both are "" where there is nothing.
    """
    for at, found in enumerate(_piloted):
        if found.design == design and found.scenario == scenario:
            if not found.answers(sessions):
                del _piloted[at]
                break
            return _words(found, sessions)
    known = Known(scenario, design)
    _piloted.append(_run_pilot(known, seed, row_of, sessions))
    del _piloted[:-KEPT_MAX]
    if all(other.design != design or other.scenario != scenario for other in _known):
        _known.append(known)
        del _known[:-KEPT_MAX]
    return _words(_piloted[-1], sessions)


def _words(found: Piloted, sessions: int) -> tuple[str, str]:
    pilot = found.pilot
    if found.told or (pilot.is_over and pilot.grown and pilot.pays(sessions)):
        return found.told, ""
    return "", "too many steps that are new" if pilot.grown else "sessions that are all cut"


def _run_pilot(known: Known, seed: int, row_of: RowOf, sessions: int) -> Piloted:
    """Run the sessions of a pilot, until one is refused, or they cost too much."""
    pilot, told = Pilot(OF_COMPILED), ""
    words: list[str] = []

    def by(machine: SessionTable) -> Run:
        run, reason = known.learn(machine, seed, pilot.sessions, row_of)
        words.append("" if run.cut_by else reason)
        return run

    while not (pilot.is_over or told) and pilot.may_pay(sessions):
        given = (known.scenario, known.design, seed, pilot.sessions)
        try:
            run, reason = run_session(BY_TABLE, *given, is_checked=False, by=by)
        except InputError:  # whoever runs these sessions meets it, and says it
            told = "a session that raises an error"
        else:
            told = reason or words[-1]
            pilot.has_run(len(run.trace), known.ends)
    return Piloted(known.scenario, known.design, told, pilot)


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
    while len(waiting):
        grown, before = known.grown, known.cells
        came_to, rooms = _walked(known, seed, sessions.start + waiting, batch, waiting)
        by_kernel[waiting[came_to >= 0]] = True
        left = waiting[came_to == ONLY_PYTHON].tolist()
        waiting = waiting[came_to == NEW_STEP]
        there, waiting = waiting[:LEARNED_AT_ONCE], waiting[LEARNED_AT_ONCE:]
        learned = [
            known.learn_on(grown, seed, sessions[at], room)
            for at, room in zip(there.tolist(), rooms, strict=False)
        ]
        if known.cells == before:  # nothing is new: they would come to the same place again
            learned = [False] * len(there)
        for at in [*left, *there[~np.array(learned, np.bool_)].tolist()]:
            _by_python(known, seed, sessions, at, row_of, batch)
        waiting = np.concatenate([there[learned], waiting])
    known.seen += count
    for at, session in enumerate(sessions):
        if by_kernel[at] and runs_both_ways(session, sessions):
            _check(
                batch.row(at), row_of(simulate(scenario, design, seed, session)), design, session
            )
    return batch


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
    if known.grown is not None and sessions[-1] < SESSIONS_END:
        known.arrays = arrays = known.arrays or as_arrays(known.grown.store)
        given = (seed_words(seed), sessions, (limits.horizon_ms, most))
        room = np.zeros(SESSION_ROOM, np.int64), np.zeros(NAME_BYTES_MAX, np.uint8)
        rates = np.zeros(INTERVALS_MAX + 1, np.int64)
        walked(*arrays, *given, (*room, rates), came_to, numbers, legs, at_unknown)
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
