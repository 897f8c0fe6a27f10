"""The deployed and the recommended design on measured uplinks, at three video bit rates.

For each: sessions that complete without a chunk, sessions with a 403, the 99th percentile of the
time from the last upload's end (or the stop, if later) to the completion, and what a million
sessions cost. The uplinks are mahimahi files of a folder that is named.

    python -m benchmarks.uplinks FOLDER [SESSIONS]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.costs import dollars, mean_interval
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace.prices import load_prices

RATES_MBPS = (0.5, 1.0, 2.5)
DESIGNS = ("alarm", "lazy-alarm")


def line(rows: pd.DataFrame) -> str:
    """The figures of one design in words."""
    parts = []
    for words, slug in (("incomplete", "complete_at_finalization"), ("403", "nothing_refused")):
        failed, sessions = int((rows[slug] == VIOLATED_CODE).sum()), int((rows[slug] >= 0).sum())
        bounds = wilson(failed, sessions)
        parts.append(f"{words} {bounds.estimate:.2%} [{bounds.low:.2%}, {bounds.high:.2%}]")
    lost = int((rows["nothing_lost"] == VIOLATED_CODE).sum())
    done = rows[rows["completed_ms"] >= 0]
    later = np.maximum(done["last_upload_ms"], done["stop_ms"])
    late_ms = float(np.percentile(done["completed_ms"] - later, 99))
    mean, low, high = mean_interval(dollars(rows, load_prices()).sum(axis=1).to_numpy())
    parts += [f"lost {lost}", f"99 % within {late_ms:,.0f} ms"]
    return "; ".join([*parts, f"{mean:.2f} dollars [{low:.2f}, {high:.2f}] a million sessions"])


def measure(folder: Path, sessions: int) -> None:
    """Print one line for each uplink, bit rate and design."""
    for path in sorted(folder.glob("*.up")):
        for mbps in RATES_MBPS:
            scenario = load_scenario("everything-fast", [], path, mbps)
            designs = load_designs(list(DESIGNS), scenario)
            frame = replicate(scenario, designs, sessions, 1, os.cpu_count() or 1)
            print(f"{path.stem}, {mbps} Mbit/s, {sessions:,} sessions")
            for name in DESIGNS:
                print(f"  {name}: {line(frame[frame['design'] == name])}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m benchmarks.uplinks FOLDER [SESSIONS]; a folder of *.up files")
    measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
