"""Which way many sessions are run: in SimPy, by the table, or by compiled code.

All three give the same rows. Compiled code needs numba, which takes its time to load: so it is
taken from 20,000 sessions on, where a table pays, and where all that a pilot meets can be compiled.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.table import engine as table
from lastchunk.model.table.engine import Path
from lastchunk.model.table.numbers.pilot import PILOT_SEED, PILOTS

if TYPE_CHECKING:
    from lastchunk.model.kernel.past.judging import RowOf

ALL_ENGINES = (*table.ENGINES, "kernel")
FEWEST_COMPILED = 20_000
BY_KERNEL = Path(True, by_kernel=True)


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
    if engine != "kernel":
        path = table.way_of(engine, scenario, design, sessions)
        if engine != "auto" or not path.by_table or sessions < FEWEST_COMPILED:
            return path
        return path if any(_why_not(scenario, design, row_of, has_own)) else BY_KERNEL
    path = table.way_of("table", scenario, design, sessions)
    reason = _why_not(scenario, design, row_of, has_own)[0] if path.by_table else ""
    if reason:
        raise InputError("engine", engine, f"table or auto: {reason}")
    return BY_KERNEL if path.by_table else path


def _why_not(
    scenario: Scenario, design: DesignSpec, row_of: RowOf, has_own: bool
) -> tuple[str, str]:
    """Why compiled code cannot run sessions, and why it does not pay; "" where it can or does."""
    if find_spec("numba") is None:
        return "compiled code needs numba (pip install 'lastchunk[fast]')", ""
    if has_own:
        return "compiled code judges by the shipped properties alone", ""
    from lastchunk.model.kernel.sessions import unwritten  # it loads what explores

    return unwritten(scenario, design, PILOT_SEED, PILOTS, row_of)
