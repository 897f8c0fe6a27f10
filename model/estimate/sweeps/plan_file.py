"""From the file of a sweep to its plan: all that is in it is found before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import toml_value
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.checks import check_once, check_path
from lastchunk.model.estimate.space import (
    POINTS_MAX,
    Axis,
    Space,
    between,
    check_ranges,
    grid,
    sobol_shares,
)
from lastchunk.model.estimate.sweep import REQUEST_DELAY, UPLINK_SPEED
from lastchunk.model.estimate.sweeps.plan import CHUNK_SESSIONS, PLAN_CHUNKS_MAX, SweepPlan
from lastchunk.model.estimate.sweeps.sensitivity import MORRIS, SOBOL, morris, saltelli
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.refusals import Source, first_error
from lastchunk.model.scenario.tables import (
    DesignEntries,
    NameList,
    StrictTable,
    blamed,
    read_table,
    scenario_given,
)

SHIPPED_AXES = {axis.name: axis for axis in (UPLINK_SPEED, REQUEST_DELAY)}
Method = Literal["grid", "latin-hypercube", "sobol", "saltelli", "morris"]
TRIED_MAX = 40
"""So many values of an axis are tried before anything is run, its ends among them."""


class PlanRange(StrictTable):
    """A range of a setting; of magnitudes where ``scale`` is "log". A grid takes ``steps``."""

    low: float | int
    high: float | int
    steps: Annotated[int, Field(ge=2, le=POINTS_MAX)] | None = None
    scale: Literal["linear", "log"] = "linear"


class PlanFile(StrictTable):
    """The keys of a plan."""

    scenarios: NameList
    designs: DesignEntries
    sessions: Annotated[int, Field(ge=1, le=10**9)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    method: Method = "grid"
    points: Annotated[int, Field(ge=1, le=POINTS_MAX)] = 32
    chunk_sessions: Annotated[int, Field(ge=1, le=10**9)] = CHUNK_SESSIONS
    uplink: str | None = None
    video_mbps: float | None = None
    set: dict[str, Any] = {}
    axes: Annotated[dict[str, Any], Field(min_length=1)]


def read_plan(path: str | Path) -> SweepPlan:
    """The plan of a file (docs/sweeps.md). Raises `InputError` with the first thing wrong."""
    check_path("plan", path)
    path = Path(path)
    file = read_table(path, "plan", "a readable TOML file with axes", PlanFile)
    axes = {key: _axis(path, key, value) for key, value in _flat(file.axes)}
    settings = dict(_settings(file.set))
    _check_said_once(path, file, settings, axes)
    with blamed(f"{path}: axes"):
        space, bounds = _space(file, axes)
    folder = path.parent
    plan = SweepPlan(
        tuple(scenario_given(name, folder) for name in file.scenarios),
        space,
        tuple(each.given(folder) for each in file.designs),
        file.sessions,
        file.seed,
        tuple(f"{key}={toml_value(value, key)}" for key, value in settings.items()),
        None if file.uplink is None else folder / file.uplink,
        file.video_mbps,
        file.chunk_sessions,
        file.method,
        file.points if bounds else 0,
        bounds,
    )
    _try(plan, str(path))
    return plan


def _check_said_once(
    path: Path, file: PlanFile, settings: dict[str, Any], axes: dict[str, Any]
) -> None:
    """Refuse what would have no effect."""
    both = next((key for key in settings if key in axes), None)
    if both is not None:
        raise InputError(f"{path}: set.{both}", settings[both], "a key in [set] or in [axes]")
    if file.method == "grid" and "points" in file.model_fields_set:
        allowed = "only with another method than 'grid', whose points are all of its values"
        raise InputError(f"{path}: points", file.points, allowed)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each axis by its dotted name, whether it is written as one key or as tables."""
    for key, value in table.items():
        is_range = isinstance(value, dict) and ("low" in value or "high" in value)
        if isinstance(value, dict) and not is_range and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _axis(path: Path, key: str, value: Any) -> list[Any] | PlanRange:
    place = f"{path}: axes.{key}"
    if isinstance(value, list) and value:
        return value
    if isinstance(value, dict) and value:
        try:
            found = PlanRange.model_validate(value)
        except ValidationError as error:
            raise first_error(error, Source(place), PlanRange) from error
        if found.scale == "log" and found.low <= 0:
            raise InputError(f"{place}.low", found.low, "above 0 where scale is log")
        return found
    raise InputError(place, value, "a list of values, or { low = ..., high = ... }")


def _space(
    file: PlanFile, axes: dict[str, list[Any] | PlanRange]
) -> tuple[Space, dict[str, tuple[float, float]]]:
    if file.method == "grid":
        return grid(*(_listed(key, axis) for key, axis in axes.items())), {}
    bounds: dict[str, tuple[float, float]] = {}
    for key, axis in axes.items():
        if not isinstance(axis, PlanRange) or axis.steps is not None:
            raise InputError(key, axis, f"{{ low = ..., high = ... }} with {file.method}")
        bounds[key] = (axis.low, axis.high)
    check_ranges(bounds, file.points, file.seed)
    magnitudes = [k for k, a in axes.items() if isinstance(a, PlanRange) and a.scale == "log"]
    if file.method == SOBOL:
        return saltelli(bounds, file.points, file.seed, magnitudes), bounds
    if file.method == MORRIS:
        return morris(bounds, file.points, file.seed, magnitudes), bounds
    if file.method == "sobol":
        shares = sobol_shares(len(bounds), file.points, file.seed)
    else:
        from scipy.stats import qmc  # slow to import, and seldom needed

        shares = qmc.LatinHypercube(d=len(bounds), rng=file.seed).random(file.points)
    return between(bounds, shares, magnitudes), bounds


def _listed(key: str, axis: list[Any] | PlanRange) -> Axis:
    if isinstance(axis, PlanRange):
        import numpy as np

        if axis.steps is None:
            raise InputError(key, axis.model_dump(), "with a grid also steps, or a list of values")
        shares = np.linspace(0, 1, axis.steps).reshape(-1, 1)
        magnitudes = [key] if axis.scale == "log" else []
        bounds = {key: (axis.low, axis.high)}
        values = [value for (value,) in between(bounds, shares, magnitudes).points]
        _check_steps(key, axis, len(set(values)))
        axis = values
    check_once(key, axis, "each value once")
    shipped = SHIPPED_AXES.get(key)
    if shipped is None:
        return Axis.of(key, axis)
    return Axis(key, shipped.label, tuple(axis), shipped.overrides, shipped.replaces_uplink)


def _check_steps(key: str, axis: PlanRange, distinct: int) -> None:
    """Refuse more steps than there are values: a point would be there twice."""
    if axis.low == axis.high:
        raise InputError(f"{key}.high", axis.high, "another value than low")
    if distinct != axis.steps:
        most = "fewer" if axis.scale == "log" else f"at most {distinct}"
        allowed = f"{most}: the values are whole numbers from {axis.low} to {axis.high}"
        raise InputError(f"{key}.steps", axis.steps, allowed)


def _settings(table: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Settings by dotted name. A table with a distribution or a kind is a value."""
    for key, value in table.items():
        if isinstance(value, dict) and not {"distribution", "kind"} & set(value):
            yield from ((f"{key}.{inner}", item) for inner, item in _settings(value))
        else:
            yield key, value


def _try(plan: SweepPlan, path: str) -> None:
    """Load what the ends of each axis, and some values between, make of each scenario."""
    with blamed(f"{path}: scenarios"):
        for name in plan.scenarios:
            load_scenario(name)
    with blamed(f"{path}: set"):
        given = (plan.overrides, plan.uplink, plan.video_mbps)
        bases = [load_scenario(name, *given) for name in plan.scenarios]
    check_once(f"{path}: scenarios", [base.name for base in bases])
    with blamed(f"{path}: designs"):
        for base in bases:
            load_designs(list(plan.designs), base)
    if plan.chunks > PLAN_CHUNKS_MAX:
        raise InputError(
            f"{path}: chunk_sessions", plan.chunk_sessions, "more: the chunks are many"
        )
    for axis in plan.space.axes:
        for value in axis.points:
            if isinstance(value, list | dict):
                allowed = "a number, a text, true or false"
                raise InputError(f"{path}: axes.{axis.name}", value, allowed)
        values = list(dict.fromkeys(axis.points))
        step = max(1, len(values) // TRIED_MAX)
        for value in [*values[::step], values[-1]]:
            with blamed(f"{path}: axes.{axis.name}"):
                _try_value(plan, axis, value)


def _try_value(plan: SweepPlan, axis: Axis, value: Any) -> None:
    for name in plan.scenarios:
        given = [*plan.overrides, *axis.overrides(value)]
        loaded = load_scenario(name, given, None if axis.replaces_uplink else plan.uplink)
        load_designs(list(plan.designs), loaded)
