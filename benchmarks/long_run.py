"""Many sessions of one design over every shipped scenario, none of them kept: is a failure seen?

Prints for each scenario and each property how many sessions failed, and over all of them the bound
below which the rate lies with 95 % confidence. A chunk that only a closed tab held is nobody's to
save: its loss does not count.

    python -m benchmarks.long_run [SESSIONS] [DESIGN] [SEED]
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

from model.design import load_design
from model.estimate.intervals import upper_bound_if_none, wilson
from model.estimate.replicate import stream
from model.properties import asked
from model.scenario.load import load_scenario, shipped
from reports.seen import failures


def run(sessions: int, name: str, seed: int) -> int:
    """Print what so many sessions show. Returns how many failures there were."""
    began_s = time.monotonic()
    each = -(-sessions // len(shipped()))
    failed: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for scenario_name in shipped():
        scenario = load_scenario(scenario_name)
        design = load_design(name, scenario)
        here: Counter[str] = Counter()
        for rows in stream(scenario, [design], each, seed, os.cpu_count() or 1):
            for slug in asked(design.cls, scenario):
                bad, total = failures(rows, slug)
                here[slug] += bad
                spoken[slug] += total
        failed += here
        words = ", ".join(f"{slug} {count:,}" for slug, count in here.items() if count)
        print(f"{scenario_name}: {each:,} sessions; {words or 'nothing fails'}", flush=True)
    took_s = time.monotonic() - began_s
    print(f"{name}, seed {seed}, {each * len(shipped()):,} sessions in {took_s:.0f} s")
    for slug, total in spoken.items():
        if failed[slug]:
            bounds = wilson(failed[slug], total)
            print(f"  {slug}: {failed[slug]:,} of {total:,}, {bounds.low:.2e} to {bounds.high:.2e}")
        elif total:
            print(f"  {slug}: none of {total:,}, rate below {upper_bound_if_none(total):.2e}")
    return failed.total()


if __name__ == "__main__":
    given = sys.argv[1:]
    run(
        int(given[0]) if given else 1_000_000,
        given[1] if len(given) > 1 else "lazy-alarm",
        int(given[2]) if len(given) > 2 else 1,
    )
