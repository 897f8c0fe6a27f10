"""Many sessions of one design over every shipped scenario, none of them kept: is a failure seen?

Prints for each scenario and each property how many sessions failed, and over all of them the bound
below which the rate lies with 95 % confidence. A chunk that only a closed tab held is nobody's to
save: its loss does not count. Where a property cannot always hold (the verdict matrix says why),
each session that fails is run again and asked for the best possible; only a miss of that counts.

    python -m benchmarks.long_run [SESSIONS] [DESIGN] [SEED]
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

import pandas as pd

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.estimate.intervals import upper_bound_if_none, wilson
from lastchunk.model.estimate.replicate import stream
from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.model.properties import EXPLORABLE, Violation, asked
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.trace.events import ResponseArrived
from lastchunk.model.trace.platform_events import StorageReverted
from lastchunk.reports.claims.by_sessions import failures

LIMITS = {
    slug: limit
    for build in reversed(BUILDERS.values())
    for slug, limit in build(1).impossible.items()
}
"""Why a property cannot always hold, and the best possible: in the mildest class of faults."""


def misses_best(
    scenario: Scenario, design: DesignSpec, seed: int, rows: pd.DataFrame, slug: str
) -> int:
    """Of the sessions that fail, how many miss the best possible, too."""
    failing = rows.loc[rows[slug] == VIOLATED_CODE, "session"]
    runs = (simulate(scenario, design, seed, int(session)) for session in failing)
    return sum(not reaches_best(run, slug) for run in runs)


def reaches_best(run: Run, slug: str) -> bool:
    """Whether a session that fails reaches the best possible of a property.

    A stop that the object answered with nothing but an error, as its commit failed or its process
    was killed, left no trace in it (R10): it is known once a stop is answered.
    """
    facts = run.facts
    best = LIMITS[slug].slug
    if best and not isinstance(EXPLORABLE[best].check(facts, run.judge), Violation):
        return True
    if slug == "finalizes_promptly":
        known_ms = max(first_answer_ms(run), facts.last_upload_ms)
        return any(isinstance(event, StorageReverted) for event in run.trace) and (
            0 <= facts.final_completion_ms <= known_ms + run.judge.prompt_ms
        )
    if slug == "duration_true":  # the row is only the page's to write, and it is gone for good
        return facts.tab_closed_ms >= 0 and facts.stop_ms < 0
    return False


def first_answer_ms(run: Run) -> int:
    """When a stop was first answered with success; -1 where none was."""
    stop = run.design.cls.stop_call
    answers = (
        event.at_ms
        for event in run.trace
        if isinstance(event, ResponseArrived) and event.method == stop and event.status < 400
    )
    return next(answers, -1)


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
        excused: Counter[str] = Counter()
        for rows in stream(scenario, [design], each, seed, os.cpu_count() or 1):
            for slug in asked(design.cls, scenario):
                bad, total = failures(rows, slug)
                if bad and slug in LIMITS:
                    excused[slug] += bad
                    bad = misses_best(scenario, design, seed, rows, slug)
                    excused[slug] -= bad
                here[slug] += bad
                spoken[slug] += total
        failed += here
        words = ", ".join(f"{slug} {count:,}" for slug, count in here.items() if count)
        words = words or "nothing fails"
        for slug, count in excused.items():
            if count:
                words += f"; {count:,} fail {slug}, where that is impossible: {LIMITS[slug].best}"
        print(f"{scenario_name}: {each:,} sessions; {words}", flush=True)
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
