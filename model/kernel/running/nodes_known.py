"""The nodes that a process knows of a design in a scenario: they grow with what sessions meet.

What another process has kept is used while few sessions come to a step that is not there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.kernel.grown import Grown
from lastchunk.model.kernel.learning import learn, learn_on
from lastchunk.model.kernel.nodes import NODE_AT, NOT_THERE, Frozen, as_arrays
from lastchunk.model.kernel.past.judging import RowOf
from lastchunk.model.kernel.running.on_disk import KeptNodes, load_nodes, nodes_file, save_nodes
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run
from lastchunk.model.table import walk
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.numbers.pilot import OF_COMPILED, Pilot
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.world.object.blob_store import StoreIsRead

MOVES_MAX = 1_000_000
"""Nodes with more take much memory: what is new then is walked in Python, and not written down."""
DESIGNS_MAX = 16
"""Designs and scenarios whose nodes a process keeps."""
SPENT_MAX = 1 / 4
"""What sessions may cost in SimPy, as a share of what it costs to learn all that is kept anew."""
MORE_KEPT = 1.1
"""So much more is to be known than was kept before it is kept again."""


@dataclass
class Known:
    """The nodes of a design in a scenario, which this process keeps while they grow."""

    scenario: Scenario
    design: DesignSpec
    grown: Grown | None = None
    arrays: Frozen | None = None
    pilot: Pilot | None = None
    learned: int = 0
    seen: int = 0
    kept: KeptNodes | None = None
    """What another process had learned: while it is used nothing grows."""
    missed: int = 0
    """Sessions that came to a step that is not kept."""
    file: Path | None = None
    """Where they are kept."""
    on_disk: int = 0
    """How many steps this process has kept."""

    @property
    def cells(self) -> int:
        """How many questions and answers are written down."""
        return 0 if self.grown is None else len(self.grown.store.cells)

    @property
    def ends(self) -> int:
        """How many steps are written down."""
        return 0 if self.grown is None else len(self.grown.store.ends)

    @property
    def full(self) -> str:
        """Why the table takes no step more that is new; "" while it does."""
        return "" if self.grown is None else self.grown.machine.full

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
            self.grown, self.arrays, self.kept = Grown(machine, row_of), None, None
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

    def as_arrays(self) -> Frozen | None:
        """The nodes for compiled code; None where there are none."""
        if self.arrays is None and self.grown is not None:
            self.arrays = as_arrays(self.grown.store)
        return self.arrays

    def drop(self) -> None:
        """Delete what is kept: it is wrong."""
        if self.file is not None:
            with suppress(OSError):  # the caller has an error of its own to tell
                self.file.unlink()

    def may_miss(self, sessions: int) -> bool:
        """Whether so many more may run in SimPy, which have come to a step that is not kept. Where
        that costs too much, what is kept is given up, and all is learned anew."""
        if self.kept is None:
            return False
        self.missed += sessions
        in_simpy = self.missed * self.kept.events / self.kept.sessions
        if in_simpy <= SPENT_MAX * self.kept.steps * OF_COMPILED.step_events:
            return True
        self.kept = self.arrays = None
        return False

    def keep(self) -> None:
        """Keep what is known for other processes, if it is much more than this one has kept."""
        pilot = self.pilot
        if pilot is None or not pilot.is_over or self.grown is None:
            return
        if self.file is None or self.ends <= self.on_disk * MORE_KEPT:
            return
        if nodes_file(self.scenario, self.design) != self.file:  # it is not what it was any more
            return
        arrays = self.as_arrays()
        assert arrays is not None
        self.on_disk = self.ends
        told = (pilot.sessions, pilot.events, pilot.grown, pilot.grown_before)
        save_nodes(self.file, KeptNodes(arrays, self.ends, *told))


_known: list[Known] = []


def from_disk(scenario: Scenario, design: DesignSpec) -> Known:
    """What there is to begin with: nothing, or what another process has kept."""
    file = nodes_file(scenario, design)
    kept = None if file is None else load_nodes(file)
    return Known(scenario, design, arrays=kept and kept.arrays, kept=kept, file=file)


def known_nodes(scenario: Scenario, design: DesignSpec) -> Known:
    """What this process knows."""
    for at, known in enumerate(_known):
        if known.design == design and known.scenario == scenario:
            _known.append(_known.pop(at))
            return known
    return _put(from_disk(scenario, design))


def put_if_new(known: Known) -> None:
    """Take what a pilot has learned, unless this process knows more; and what it has told."""
    for other in _known:
        if other.design == known.design and other.scenario == known.scenario:
            other.pilot = known.pilot
            return
    _put(known)


def _put(known: Known) -> Known:
    _known.append(known)
    del _known[:-DESIGNS_MAX]
    return known
