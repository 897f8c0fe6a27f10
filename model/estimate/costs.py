"""What a design costs: dollars per million sessions, from counted operations and a price list.

The counts are those of the traces (`model.world.object.meter`), the prices those of
`model.trace.prices`. A cost is a mean over sessions, with a 95 % interval (Student's t)
on the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.intervals import CONFIDENCE
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace.prices import ITEMS, Prices, load_prices

LENGTHS_MS = (60_000, 600_000, 3_600_000)
TOLERANCE = 0.05
"""Two costs that differ by no more than this share of the second are about the same."""


def dollars(rows: pd.DataFrame, prices: Prices) -> pd.DataFrame:
    """What each session costs in millionths of a dollar, which is dollars per million sessions.

    ``rows`` has one row a session, as `replicate` gives them; the result has one column an item.
    """
    counts = rows.assign(active_seconds=rows["active_ms"] / 1000)
    return pd.DataFrame({item: counts[item] * prices.per_million[item] for item in ITEMS})


def cost_table(
    designs: Sequence[str],
    load: str = "everything-fast",
    lengths_ms: Sequence[int] = LENGTHS_MS,
    sessions: int = 200,
    seed: int = 1,
    workers: int = 1,
    prices: Prices | None = None,
) -> pd.DataFrame:
    """Dollars per million sessions: one row per session length and design.

    Columns: ``length_ms``, ``design``, one per item, ``total``, ``low`` and ``high`` (95 %).
    """
    prices = load_prices() if prices is None else prices
    records = []
    for length_ms in lengths_ms:
        scenario = load_scenario(load, [f"recording.duration_ms={length_ms}"])
        specs = load_designs(list(designs), scenario)
        frame = replicate(scenario, specs, sessions, seed, workers)
        for spec in specs:
            spent = dollars(frame[frame["design"] == spec.name], prices)
            records.append({"length_ms": length_ms, "design": spec.name, **summary(spent)})
    return pd.DataFrame(records)


def summary(spent: pd.DataFrame) -> dict[str, float]:
    """The means of the items, and the mean total with its interval."""
    mean, low, high = mean_interval(spent.sum(axis=1).to_numpy())
    means = {item: float(spent[item].mean()) for item in ITEMS}
    return means | {"total": mean, "low": low, "high": high}


@dataclass(frozen=True)
class Spent:
    """What some sessions cost: dollars per million sessions, and per million of what came of it.

    ``low`` and ``high`` bound the mean (95 %). None where no session is completed, or no chunk
    is stored.
    """

    per_session: float
    low: float
    high: float
    per_completed: float | None
    per_chunk: float | None
    sessions: int
    completed: int


def spent_by(rows: pd.DataFrame, prices: Prices) -> Spent:
    """What the sessions of one design cost; ``rows`` as for `dollars`."""
    each = dollars(rows, prices).sum(axis=1).to_numpy()
    completed = int((rows["completed_ms"] >= 0).sum())
    chunks = int((rows["chunks"] - rows["never_stored"]).sum())
    total = float(each.sum())
    return Spent(
        *mean_interval(each),
        total / completed if completed else None,
        total / chunks if chunks else None,
        len(rows),
        completed,
    )


def cost_difference(share: float) -> str:
    """A difference of two costs, as a share of the second: in words, with the tolerance."""
    word = "dearer" if share > 0 else "cheaper"
    word = word if abs(share) > TOLERANCE else "about the same"
    return f"{100 * share:+.1f} %, {word}"


def money(mean: float, low: float, high: float) -> str:
    """A mean with its interval, where there is one at all."""
    bounds = f"{low:.2f}", f"{high:.2f}"
    return f"{mean:.2f}" if bounds[0] == bounds[1] else f"{mean:.2f} ({bounds[0]} to {bounds[1]})"


def mean_interval(
    values: NDArray[np.float64], confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """The mean, and the bounds of its interval by Student's t; shape (sessions,)."""
    mean = float(np.mean(values))
    if values.size < 2 or float(np.ptp(values)) == 0:
        return mean, mean, mean
    half = float(stats.t.ppf((1 + confidence) / 2, values.size - 1) * stats.sem(values))
    return mean, mean - half, mean + half
