"""Small scopes drawn at random: one or two chunks, a few ms, and whatever may go wrong.

Every counterexample replays, also from the file that it was written to; the tests explore some of
the scopes.

    python -m benchmarks.random_scopes 0 500
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from lastchunk.model.design.load import load_design, shipped_designs
from lastchunk.model.explore.matrix.scopes import ALARMS, LOSSES, fault, faults
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule, write_schedule

CLASSES = 400
COMMITS = ("platform.commit_ms=2", "platform.commit_failure=0.1", "platform.commit_failures_max=1")
SPREADS = ("1", "{distribution='uniform', low_ms=0, high_ms=3}")
MAYBE: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.5, ("limits.end_at_completion=false",)),
    (0.3, ("network.response_loss=0.5",)),
    (0.3, ("network.stop_may_fail=true",)),
    (0.2, ("limits.strikes_max=1",)),
    (0.3, ("client.uploads_parallel=1",)),
    (0.2, LOSSES),
    (0.15, COMMITS),
    (0.15, ALARMS),
    (0.15, ("platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=7}",)),
)
FAULTS = (
    fault("tab_closed", 5, chance=0.5),
    fault("tab_reloaded", 20, "for_ms=3", chance=0.5),
    fault("stray_stop", 9, chance=0.5),
    fault("network_down", 12, "for_ms=2", chance=0.5),
    fault("instance_lost", 15, chance=0.5),
)


def drawn(seed: int) -> tuple[str, list[str]]:
    """A shipped design, and the overrides of the small scope."""
    random = Random(seed)
    low_ms = random.choice((0, 0, 1, 2, 5))
    overrides = [
        f"chunks={random.choice((1, 1, 1, 2))}",
        f"low_ms={low_ms}",
        f"high_ms={low_ms + random.choice((0, 1, 3, 5, 8, 20))}",
        f"back_off_ms={random.choice((1, 1, 4, 10))}",
        f"grace_ms={random.randint(1, 30)}",
        f"long_alarm_ms={random.randint(1, 60)}",
        f"failures={random.choice((0, 0, 1, 1, 2))}",
        f"disconnects={random.choice((0, 0.5, 1))}",
        f"start.session='{random.choice(('active', 'created', 'new'))}'",
        "expect.sometimes=[]",
    ]
    for chance, more in MAYBE:
        if random.random() < chance:
            overrides += more
    for key in ("network.response_delay_ms", "blobs.put_delay_ms"):
        if random.random() < 0.3:
            overrides.append(f"{key}={random.choice(SPREADS)}")
    if random.random() < 0.25:
        overrides.append(faults(random.choice(FAULTS)))
    return random.choice(list(shipped_designs())), overrides


def explored(seed: int) -> Verification:
    """What exploring says of a random scope, as far as a small budget of classes goes."""
    name, overrides = drawn(seed)
    scenario = load_scenario("small-scope", overrides)
    return verify(scenario, load_design(name, scenario), None, Budget(classes=CLASSES))


def replays_from_file(found: Verification, path: Path) -> int:
    """How many schedules were written, read back and replayed with the trace they had."""
    count = 0
    for examples in found.counterexamples.values():
        for item in examples:
            write_schedule(item.schedule, path)
            again = read_schedule(path)
            assert again == item.schedule
            assert replay(again).trace == item.run.trace
            count += 1
    return count


def main(seeds: range) -> None:
    """Explore them all, and say which of them contradict themselves."""
    count = failed = 0
    with TemporaryDirectory() as folder:
        for seed in seeds:
            try:
                count += replays_from_file(explored(seed), Path(folder) / "a.schedule")
            except Exception as error:
                failed += 1
                print(f"seed {seed}, {drawn(seed)}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(seeds)} scopes, {count} schedules replayed, {failed} failed")


if __name__ == "__main__":
    main(range(*map(int, sys.argv[1:])))
