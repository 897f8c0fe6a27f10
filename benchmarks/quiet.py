"""Is the baseline of `lastchunk ci` quiet where nothing has changed?

``python -m benchmarks.quiet [SEEDS] [SESSIONS]``: so many times the gate's own baseline is written
by one seed, and compared with the sessions of another one. Each pair has sessions of its own, so
the alarms are independent. Compared with the same seed, nothing differs; that is counted, too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from lastchunk.gate.ci.baseline import (
    BASELINE_FORMAT,
    Amount,
    Baseline,
    Figure,
    Measured,
    amounts_of,
    figure_of,
)
from lastchunk.gate.ci.checked import checked
from lastchunk.gate.ci.compared import figure_changes
from lastchunk.gate.ci.config import read_config
from lastchunk.gate.ci.plan import planned

ERROR_RATE = 0.01
CONFIG = """
sessions = {sessions}
seed = {seed}
baseline = "base.json"

[[checks]]
designs = ["alarm", "lazy-alarm"]
scenarios = ["cellular-lte"]
properties = ["complete_at_finalization", "nothing_refused", "nothing_lost", "finalizes_promptly"]
by = ["sampling"]
at_most = 1.0
amounts = ["delay_ms", "dollars", "alarm_writes"]
"""


def measured_with(folder: Path, seed: int, sessions: int) -> tuple[list[Figure], list[Amount]]:
    """What the gate measures with a seed."""
    file = folder / "lastchunk.toml"
    file.write_text(CONFIG.format(seed=seed, sessions=sessions), encoding="utf-8")
    figures: list[Figure] = []
    amounts: dict[str, Amount] = {}
    for result, held in checked(planned(read_config(file), file, 1), folder):
        assert held.measured is not None
        figures.append(figure_of(result.check, result.item.slug, held.measured))
        amounts |= {item.check: item for item in amounts_of(result.check, held.measured)}
    return figures, list(amounts.values())


def alarms(before: tuple[list[Figure], list[Amount]], now: list[Measured]) -> list[str]:
    """What is called a change."""
    baseline = Baseline(format=BASELINE_FORMAT, figures=before[0], amounts=before[1])
    found = figure_changes(now, baseline, ERROR_RATE)
    return [item.line() for item in found if item.kind in ("regressed", "improved")]


def main(seeds: int = 200, sessions: int = 100) -> None:
    """Print how many of the pairs raise an alarm."""
    told, same = 0, 0
    with tempfile.TemporaryDirectory() as name:
        for seed in range(seeds):
            first = measured_with(Path(name), seed, sessions)
            second = measured_with(Path(name), seed + seeds, sessions)
            same += bool(alarms(first, [*first[0], *first[1]]))
            found = alarms(first, [*second[0], *second[1]])
            told += bool(found)
            for line in found:
                print(f"seed {seed}: {line}", flush=True)
    family = len(first[0]) + len(first[1])
    print(f"{seeds} baselines of {family} figures, {sessions} sessions each: ", end="")
    print(f"{told} alarms by another seed (at most {ERROR_RATE:.0%} are promised), ", end="")
    print(f"{same} by the same seed")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
