"""What a report costs, part by part: CPU seconds of each, all in this process.

    python -m benchmarks.report_phases [SHARE]

``SHARE`` is the share of the report's sessions that is run; what it costs is told for all of them.
A small one tells too much: part of the cost is that of a comparison, however few its sessions are.
The workers of a report are no children of its first process, so `time` does not count their CPU.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from lastchunk.cli.evidence import SWEEP_SCENARIO, SWEPT
from lastchunk.cli.report import REPORT_DESIGNS
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.costs import cost_table
from lastchunk.model.estimate.sweep import sweep
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.reports.claims.needed import matrix_for_claims
from lastchunk.reports.proofs import make_proofs

SESSIONS, SWEPT_SESSIONS, SAMPLED, CHUNKS, SECONDS = 1_000, 200, 100, 2, 120.0
"""As the command has them by default."""


def compare_all(sessions: int, engine: str = "auto") -> None:
    """The sessions of every shipped scenario."""
    for name in shipped():
        scenario = load_scenario(name)
        compare(scenario, load_designs(REPORT_DESIGNS, scenario), sessions, engine=engine)


def sweep_all(sessions: int) -> None:
    """Both sweeps."""
    for axis in SWEPT:
        sweep(SWEEP_SCENARIO, axis, REPORT_DESIGNS, sessions, 1)


def told(words: str, whole: float, work: Callable[..., Any], *arguments: Any) -> None:
    """Run a part, of which this is a share, and tell what all of it costs."""
    began = time.process_time()
    work(*arguments)
    print(f"{words:10} {(time.process_time() - began) * whole:6.1f} s", flush=True)


def main(share: float) -> None:
    """Every part, one after the other."""
    few, swept = max(1, round(SESSIONS * share)), max(1, round(SWEPT_SESSIONS * share))
    told("sessions", SESSIONS / few, compare_all, few)
    told("in SimPy", SESSIONS / few, compare_all, few, "simpy")
    told("sweeps", SWEPT_SESSIONS / swept, sweep_all, swept)
    told("costs", 1, lambda: cost_table(REPORT_DESIGNS, sessions=20))
    told("proofs", 1, make_proofs, REPORT_DESIGNS, SAMPLED)
    told("matrix", 1, matrix_for_claims, REPORT_DESIGNS, CHUNKS, SECONDS)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
