"""A published table of a rare event, and a rate of 1e-9 of sessions: how exact, in which time.

``python -m benchmarks.rare_table``. The table is that of a tandem queue (Garvels 2000, page 85), as
the tool FIG publishes it for four capacities (experiments/00_tandem_queue/transient of its
repository: estimates with 90 % confidence to 20 %, by the number in the second queue). What is
exact is solved here. Beneath it is the session whose alarm fails at each of its seven attempts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchmarks.rare_models import TandemQueue
from lastchunk.model.estimate.rare.rate import rare_rate
from lastchunk.model.estimate.rare.replications import rare_estimate
from lastchunk.model.estimate.rare.splitting import RareEstimate
from lastchunk.model.scenario.load import load_scenario

PUBLISHED = {
    8: (4.85e-6, 9.71e-7),
    10: (3.02e-7, 6.03e-8),
    12: (1.81e-8, 3.62e-9),
    14: (1.01e-9, 2.02e-10),
}
"""By the capacity: FIG's estimate, and half the width of its interval."""
EFFORT = 1_000
PRECISION = 0.1
ATTEMPTS = 7
FAILS = 0.05


def measured(name: str, exact: float, published: str, run: Callable[[], RareEstimate]) -> None:
    """Print a line of the table."""
    before = time.process_time()
    found = run()
    seconds = time.process_time() - before
    inside = "yes" if found.low <= exact <= found.high else "no"
    print(
        f"| {name} | {exact:.3g} | {published} | {found.probability:.3g} ({found.low:.3g} to "
        f"{found.high:.3g}) | {inside} | {found.happenings:,} | {found.saved:,.2g} | "
        f"{seconds:.1f} s |",
        flush=True,
    )


def of_sessions() -> RareEstimate:
    """One session in 1.3e9: each attempt of the alarm fails with 5 %, and so do all seven."""
    settings = ["disconnects=0", "chunks=1", "loss=0.0", "limits.horizon_ms=1000000000"]
    settings.append(f"platform.alarm_counted_failure={FAILS}")
    scenario = load_scenario("small-scope", settings)
    return rare_rate(scenario, "alarm", "finalizes", precision=PRECISION, effort=EFFORT).estimate


def main() -> None:
    """All of it."""
    columns = ("", "exact", "published, 90 %", "estimated, 95 %", "holds it", "happenings")
    print(f"| {' | '.join((*columns, 'work saved', 'CPU'))} |")
    print("| --- " * 8 + "|")
    for capacity, (estimate, half) in PUBLISHED.items():
        model = TandemQueue(capacity)
        run = partial(rare_estimate, model, PRECISION, EFFORT, capacity)
        measured(f"tandem queue, {capacity}", model.exact(), f"{estimate:.3g} ± {half:.2g}", run)
    measured("an alarm that fails seven times", FAILS**ATTEMPTS, "", of_sessions)


if __name__ == "__main__":
    main()
