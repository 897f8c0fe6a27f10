"""Which way a session is run: by the table of its design and scenario, or in SimPy.

Both give the same trace, event by event. The table is faster once many sessions have walked it;
what it cannot carry is refused by name, and runs in SimPy. Never silently different: the first
session of each batch and each 1,000th are run both ways, and a difference is an error of the tool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.table.numbers.pilot import PILOT_SEED, Pilot, price_of_table
from lastchunk.model.table.refused import EXPLORING_REFUSES, Demoted, NotCarried
from lastchunk.model.world.object.blob_store import StoreIsRead

if TYPE_CHECKING:
    from lastchunk.model.table.machine import SessionTable

ENGINES = ("auto", "table", "simpy")
FEWEST = 500
"""Fewer sessions than that run in SimPy."""
CHECKED_EVERY = 1_000
TABLES_MAX = 16
"""More than the shipped designs: those of one comparison take turns, session by session."""


@dataclass(frozen=True)
class Path:
    """How the sessions of a design are run: by its table, in compiled code where their ways are
    known, or in SimPy for a ``reason``."""

    by_table: bool
    reason: str = ""
    by_kernel: bool = False

    def __str__(self) -> str:
        if self.by_kernel:
            return "kernel"
        return "table" if self.by_table else f"SimPy ({self.reason})"


BY_TABLE = Path(True)
IN_SIMPY = Path(False, "asked for")
TOO_FEW = Path(False, f"fewer than {FEWEST} sessions")
_tables: list[tuple[Scenario, DesignSpec, SessionTable]] = []
_too_wide: list[tuple[Scenario, DesignSpec, int]] = []
"""Whose table does not pay for so many sessions or fewer: it is not kept."""


def session_table(
    scenario: Scenario,
    design: DesignSpec,
    forgets_blobs: bool = True,
    demoted: frozenset[str] = frozenset(),
) -> SessionTable:
    """The table of a design in a scenario, which this process keeps while it grows.

    Raises `NotCarried`.
    """
    for at, (known, spec, machine) in enumerate(_tables):
        if spec == design and known == scenario:
            _tables.append(_tables.pop(at))
            return machine
    if design.real is not None:
        raise NotCarried("an object on the real runtime")
    from lastchunk.model.table.machine import SessionTable  # it loads what explores

    machine = SessionTable(scenario, design, forgets_blobs, demoted)
    _tables.append((scenario, design, machine))
    del _tables[:-TABLES_MAX]
    return machine


def way_of(engine: str, scenario: Scenario, design: DesignSpec, sessions: int) -> Path:
    """How so many sessions are run. The same question gets the same answer in every process.

    Raises `InputError` where a table is asked for that cannot carry them.
    """
    if engine == "simpy" or sessions == 0:
        return IN_SIMPY
    if engine == "auto" and sessions < FEWEST:
        return TOO_FEW
    try:
        if engine == "table":
            session_table(scenario, design)
        elif not _pays(scenario, design, sessions):
            return Path(False, "a table would cost more than it saves")
        return BY_TABLE
    except NotCarried as error:
        if engine == "table":
            allowed = f"simpy, or auto, which runs in SimPy what no table carries: {error}"
            raise InputError("engine", engine, allowed) from None
        return Path(False, str(error))
    except InputError:
        return Path(False, EXPLORING_REFUSES)


def engine_words(engines: dict[str, str]) -> str:
    """One line on how the sessions of each design were run; none where nothing else could be."""
    if set(engines.values()) <= {str(IN_SIMPY), str(TOO_FEW)}:
        return ""
    return "engine: " + ", ".join(f"{name} {words}" for name, words in engines.items())


def _pays(scenario: Scenario, design: DesignSpec, sessions: int) -> bool:
    """Whether a table pays for so many sessions: a pilot tells, the same one always."""
    if any(one == scenario and two == design and sessions <= n for one, two, n in _too_wide):
        return False
    pilot = session_table(scenario, design).pilot
    if pilot is None:
        _tables.pop()  # it may have grown by other sessions
        pilot = Pilot(price_of_table(scenario))
        while not pilot.is_over and pilot.may_pay(sessions):
            run = _by_table(scenario, design, PILOT_SEED, pilot.sessions)
            pilot.has_run(len(run.trace), session_table(scenario, design).grown)
        session_table(scenario, design).pilot = pilot
    if pilot.is_over and pilot.pays(sessions):
        return True
    if not pilot.is_over:  # it was given up; more sessions may ask for a longer one
        _tables.pop()
    _too_wide.append((scenario, design, sessions))
    return False


def runs_both_ways(session: int, batch: range) -> bool:
    """Whether a session is run in SimPy as well: a fixed share, however large batches are."""
    return session == batch.start or session % CHECKED_EVERY == 0


def run_session(
    path: Path,
    scenario: Scenario,
    design: DesignSpec,
    seed: int,
    session: int,
    is_checked: bool,
    by: Callable[[SessionTable], Run] | None = None,
) -> tuple[Run, str]:
    """Run one session as the path says, or in SimPy after all; then the words tell why.

    One that is checked is run both ways. ``by`` runs it by the table in place of a plain walk.
    Raises `InternalError` where the two differ.
    """
    if not path.by_table:
        return simulate(scenario, design, seed, session), ""
    why: str | None = None
    try:
        run = _by_table(scenario, design, seed, session, by)
    except NotCarried as error:
        why = str(error)
    except InputError:  # SimPy says in its own words what is wrong, if it is there as well
        why = EXPLORING_REFUSES
    if why is not None:  # not within the handler: code that runs in one could see its error
        return simulate(scenario, design, seed, session), why
    if is_checked:
        check_same(run, simulate(scenario, design, seed, session))
    return run, ""


def _by_table(
    scenario: Scenario,
    design: DesignSpec,
    seed: int,
    session: int,
    by: Callable[[SessionTable], Run] | None = None,
) -> Run:
    """Run one session by the table. Raises `NotCarried`."""
    from lastchunk.model.table.walk import run_by_table

    run = by or (lambda machine: run_by_table(machine, seed, session))
    forgets_blobs, demoted = True, frozenset[str]()
    while True:
        machine = session_table(scenario, design, forgets_blobs, demoted)
        try:
            return run(machine)
        except StoreIsRead:  # then what is stored is a part of each state
            forgets_blobs, demoted = False, machine.demoted
        except Demoted as error:  # and so is what code needs the very number of
            forgets_blobs, demoted = machine.forgets_blobs, machine.demoted | {error.kind}
        _tables.pop()


def check_same(run: Run, other: Run) -> None:
    """Raise `InternalError` where two runs of one session differ, with where they part."""
    means = [repr((each.mean_request_delay_ms, each.uplink_kbps)) for each in (run, other)]
    if (run.trace, run.cut_by, means[0]) == (other.trace, other.cut_by, means[1]):
        return
    pairs = zip(run.trace, other.trace, strict=False)
    at = next(
        (at for at, (one, two) in enumerate(pairs) if one != two),
        min(map(len, (run.trace, other.trace))),
    )
    raise InternalError(
        f"{run.design.name} in {run.scenario.name}, {run.origin}: the table and SimPy differ at "
        f"event {at}: {run.trace[at : at + 1]} and {other.trace[at : at + 1]}; "
        "--engine simpy runs without the table"
    )
