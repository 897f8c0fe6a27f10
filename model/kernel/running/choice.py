"""Which way many sessions are run: in SimPy, by the table, or by compiled code.

All three give the same rows. Compiled code needs numba, which takes its time to load: so it is
taken from 10,000 sessions on, where all that a pilot meets can be compiled, and pays.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.table import engine as table
from lastchunk.model.table.engine import Path
from lastchunk.model.table.numbers.pilot import PILOT_SEED

if TYPE_CHECKING:
    from lastchunk.model.kernel.past.judging import RowOf

ALL_ENGINES = (*table.ENGINES, "kernel")
FEWEST_COMPILED = 10_000
MANY = 10**9
"""So many pay for any pilot."""
BY_KERNEL = Path(True, by_kernel=True)


def may_be_compiled(engine: str, sessions: int) -> bool:
    """Whether so many sessions may be run in compiled code at all."""
    if find_spec("numba") is None:
        return False
    return engine == "kernel" or (engine == "auto" and sessions >= FEWEST_COMPILED)


def chosen_path(
    engine: str,
    scenario: Scenario,
    design: DesignSpec,
    sessions: int,
    row_of: RowOf,
    has_own: bool = False,
) -> Path:
    """How so many sessions are run; ``has_own``: they are judged by own properties as well.

    The same question gets the same answer in every process. Raises `InputError` where compiled
    code or a table is asked for that cannot carry them.
    """
    given = (scenario, design, row_of, has_own)
    if engine != "kernel":
        tries = may_be_compiled(engine, sessions)
        if tries and not any(_why_not(*given, sessions)):
            return BY_KERNEL
        return table.way_of(engine, scenario, design, sessions)
    path = table.way_of("table", scenario, design, sessions)
    reason = _why_not(*given, MANY)[0] if path.by_table else ""
    if reason:
        raise InputError("engine", engine, f"table or auto: {reason}")
    return BY_KERNEL if path.by_table else path


def _why_not(
    scenario: Scenario, design: DesignSpec, row_of: RowOf, has_own: bool, sessions: int
) -> tuple[str, str]:
    """Why compiled code cannot run so many, and why it does not pay; "" where it can or does."""
    if find_spec("numba") is None:
        return "compiled code needs numba (pip install 'lastchunk[fast]')", ""
    if design.real is not None:
        return "an object on the real runtime", ""
    if has_own:
        return "compiled code judges by the shipped properties alone", ""
    from lastchunk.model.kernel.running.piloted import unwritten  # it loads what explores

    return unwritten(scenario, design, PILOT_SEED, row_of, sessions)
