"""Which settings matter: Sobol's indices, or Morris's elementary effects where they cost too much.

Sobol's need ``base * (settings + 2)`` points (Saltelli 2010, by scipy.stats.sobol_indices); of
each setting the share of the variance that it makes alone, and with all others. Morris's (1991; by
SALib) need ``base * (settings + 1)``: how much a step of one setting changes, and how unequally.

The intervals are percentile bootstraps over the base points, with a seed of their own (Archer,
Saltelli & Sobol 1997), and SALib's for Morris: which points were taken is in them, and the noise of
a rate. tests/estimate/test_sensitivity.py counts how often they hold what is known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.checks import check_kind
from lastchunk.model.estimate.intervals import CONFIDENCE
from lastchunk.model.estimate.space import Space, between, check_ranges, sobol_shares
from lastchunk.model.estimate.sweeps.chunk import MEANS
from lastchunk.model.estimate.sweeps.result import SweepResult

LEVELS = 4
RESAMPLES = 400
TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
SOBOL, MORRIS = "saltelli", "morris"
SettingBounds = Mapping[str, tuple[float, float]]


def saltelli(
    bounds: SettingBounds, base: int, seed: int, logarithmic: Collection[str] = ()
) -> Space:
    """The points for Sobol's indices: two samples A and B, and A with each column of B in turn."""
    bounds, base, seed = check_ranges(bounds, base, seed)
    if base & (base - 1):
        raise InputError("points", base, "a power of 2, such as 64, with saltelli")
    count = len(bounds)
    both = sobol_shares(2 * count, base, seed)
    one, other = both[:, :count], both[:, count:]
    parts = [one, other]
    for column in range(count):
        mixed = one.copy()
        mixed[:, column] = other[:, column]
        parts.append(mixed)
    return between(bounds, np.concatenate(parts), logarithmic)


def morris(bounds: SettingBounds, base: int, seed: int, logarithmic: Collection[str] = ()) -> Space:
    """The points of so many of Morris's walks, each setting changed once in each. Needs SALib."""
    bounds, base, seed = check_ranges(bounds, base, seed)
    shares = _salib("sample.morris").sample(_problem(bounds), base, num_levels=LEVELS, seed=seed)
    return between(bounds, shares, logarithmic)


def sensitivity(
    result: SweepResult,
    figure: str = "complete_at_finalization",
    design: str = "",
    scenario: str = "",
) -> pd.DataFrame:
    """How much each setting matters to a figure of one design in one scenario: a row a setting.

    Without a name it is the first design, or scenario, of the sweep.

    Of a saltelli design ``alone`` and ``with_others`` are shares of the variance, of a morris
    design ``effect`` and ``spread`` are in the figure's own unit over the whole of a range. All but
    ``spread`` have a 95 % interval, as ``alone_low`` and ``alone_high``.
    """
    check_kind("result", result, SweepResult, "a SweepResult, as sweep_plan returns it")
    about = result.about
    if about["method"] not in (SOBOL, MORRIS):
        raise InputError("method", about["method"], f"{SOBOL} or {MORRIS}, to tell what matters")
    if not result.is_whole:
        raise InputError("sweep", f"{result.done} of {result.chunks} chunks", "all of them")
    values = _values(result, figure, design, scenario)
    names = list(about["axes"])
    if about["method"] == MORRIS:
        return _morris_effects(about["bounds"], about["points"], values, names)
    base = int(about["base"])
    if np.ptp(values[: 2 * base]) == 0 < np.ptp(values):  # then shares of it are shares of nothing
        allowed = f"one that varies over the first {2 * base:,} points; more points or sessions"
        raise InputError("figure", figure, allowed)
    return _sobol_indices(values, base, names)


def _values(result: SweepResult, figure: str, design: str, scenario: str) -> Any:
    """What each point has of a figure, in order. Raises `InputError` where one has nothing."""
    table, column = (result.means, "mean") if figure in MEANS else (result.rates, "rate")
    rows = table[table["figure" if figure in MEANS else "property"] == figure]
    if rows.empty:
        raise InputError("figure", figure, "one that the sweep has: a property, or a mean")
    for key, name in (("design", design), ("scenario", scenario)):
        known = list(dict.fromkeys(table[key]))
        if name and name not in known:
            raise InputError(key, name, "one of " + ", ".join(known))
        rows = rows[rows[key] == (name or (rows if len(rows) else table)[key].iloc[0])]
    values = rows[column].to_numpy(dtype=float)
    points = len(result.about["points"])
    silent = points - int(np.count_nonzero(~np.isnan(values)))
    if silent:
        allowed = f"one of which every point says something; {silent:,} of {points:,} do not"
        raise InputError("figure", figure, allowed)
    return values


def _sobol_indices(values: Any, base: int, names: list[str]) -> pd.DataFrame:
    parts = values.reshape(len(names) + 2, base)
    found = _indices(parts)
    rng = np.random.default_rng(1)
    again = np.array([_indices(parts[:, rng.integers(0, base, base)]) for _ in range(RESAMPLES)])
    low, high = np.quantile(again, TAILS, axis=0)
    columns: dict[str, Any] = {}
    for place, name in enumerate(("alone", "with_others")):
        columns |= {name: found[place], f"{name}_low": low[place], f"{name}_high": high[place]}
    return _ordered(names, **columns)


def _indices(parts: Any) -> Any:
    """Both indices of each setting, shape (2, settings), from the values (settings + 2, base)."""
    from scipy.stats import sobol_indices  # slow to import, and seldom needed

    if np.ptp(parts) == 0:
        return np.zeros((2, len(parts) - 2))
    each = parts[:, np.newaxis]
    found = sobol_indices(func={"f_A": each[0], "f_B": each[1], "f_AB": each[2:]}, n=each.shape[-1])
    return np.array([found.first_order.reshape(-1), found.total_order.reshape(-1)])


def _morris_effects(
    bounds: SettingBounds, points: Any, values: Any, names: list[str]
) -> pd.DataFrame:
    shares = np.array(
        [
            [_share(value, *bounds[name]) for name, value in zip(names, point, strict=True)]
            for point in points
        ]
    )
    levels = np.round(shares * (LEVELS - 1)) / (LEVELS - 1)
    found = _salib("analyze.morris").analyze(
        _problem(bounds), levels, values, num_levels=LEVELS, seed=1
    )
    effect, half = np.array(found["mu_star"]), np.array(found["mu_star_conf"])
    sides = {"effect_low": np.maximum(0, effect - half), "effect_high": effect + half}
    return _ordered(names, effect=effect, **sides, spread=np.array(found["sigma"]))


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low)


def _ordered(names: list[str], **columns: Any) -> pd.DataFrame:
    """The settings, what matters most first."""
    flat = {name: np.asarray(values, dtype=float).reshape(-1) for name, values in columns.items()}
    frame = pd.DataFrame({"setting": names, **flat})
    last = "with_others" if "alone" in columns else "effect"
    return frame.sort_values([last, "setting"], ascending=[False, True], ignore_index=True)


def _problem(bounds: SettingBounds) -> dict[str, Any]:
    names = list(bounds)
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _salib(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"SALib.{part}")
    except ImportError as error:
        allowed = "morris only with SALib: pip install 'lastchunk[sensitivity]'"
        raise InputError("method", MORRIS, allowed) from error
