"""What a sweep goes over: one setting, every combination of several, or a sample of their range."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite
from numbers import Real
from typing import Any

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.toml_text import toml_value
from lastchunk.model.estimate.checks import check_kind, check_range

POINTS_MAX = 100_000


@dataclass(frozen=True)
class Axis:
    """What is swept: its words for a figure, and the overrides that set one value.

    >>> Axis.of("design.grace_ms", [5_000, 20_000])
    Axis('design.grace_ms', 2 points from 5000 to 20000)
    """

    name: str
    """Its name, which is a column of a frame over several axes."""
    label: str
    """Its words, with the unit, for a figure."""
    points: tuple[Any, ...]
    """The values, in order: numbers as a rule."""
    overrides: Callable[[Any], list[str]]
    """The settings, as ``KEY=VALUE``, that set a value."""
    replaces_uplink: bool = False
    """A measured uplink gives way to the one that is swept."""

    @staticmethod
    def of(key: str, points: Sequence[Any], label: str = "") -> Axis:
        """An axis over any setting, by its dotted name or the name of a parameter.

        >>> Axis.of("network.request_loss", (0, 0.05)).overrides(0.05)
        ['network.request_loss=0.05']
        """
        if isinstance(points, str) or not hasattr(points, "__iter__"):
            raise InputError("points", points, "several values, in a list")
        values = tuple(points)
        if not values:
            raise InputError("points", points, "at least one value")
        for value in values:
            _written(value, key)
        return Axis(key, label or key, values, Setting(key))

    def __repr__(self) -> str:
        count = f"{len(self.points)} points from {self.points[0]} to {self.points[-1]}"
        return f"Axis({self.name!r}, {count})"


@dataclass(frozen=True)
class Setting:
    """Sets one setting to a value of an axis; another process can be told of it."""

    key: str

    def __call__(self, value: Any) -> list[str]:
        return [f"{self.key}={_written(value, self.key)}"]


def _written(value: Any, key: str) -> str:
    """A value as TOML has it: a whole one of a setting in ms has no point."""
    is_whole = isinstance(value, float) and value.is_integer()
    return toml_value(int(value) if is_whole else value, key)


@dataclass(frozen=True)
class Space:
    """Points over several settings: each has a value for each axis.

    >>> grid(Axis.of("design.grace_ms", [5_000, 20_000]), Axis.of("chunks", [1, 2, 3]))
    Space(design.grace_ms by chunks, 6 points)
    """

    axes: tuple[Axis, ...]
    """What is swept."""
    points: tuple[tuple[Any, ...], ...]
    """The values of each point, in the order of the axes."""

    @property
    def replaces_uplink(self) -> bool:
        """Whether a measured uplink gives way to one that is swept."""
        return any(axis.replaces_uplink for axis in self.axes)

    def overrides(self, point: Sequence[Any]) -> list[str]:
        """The settings that set a point."""
        pairs = zip(self.axes, point, strict=True)
        return [override for axis, value in pairs for override in axis.overrides(value)]

    def __repr__(self) -> str:
        names = " by ".join(axis.name for axis in self.axes)
        return f"Space({names}, {len(self.points)} points)"


def grid(*axes: Axis) -> Space:
    """Every combination of the values of some axes, the last one's changing first.

    >>> grid(Axis.of("chunks", [1, 2]), Axis.of("grace_ms", [9, 17])).points
    ((1, 9), (1, 17), (2, 9), (2, 17))
    """
    for axis in axes:
        check_kind("axes", axis, Axis, "an Axis, as Axis.of makes it")
    check_names([axis.name for axis in axes])
    return Space(tuple(axes), tuple(product(*(axis.points for axis in axes))))


def latin_hypercube(
    bounds: Mapping[str, tuple[float, float]], points: int = 32, seed: int = 1
) -> Space:
    """A Latin hypercube (scipy.stats.qmc): each setting's range is cut into as many slices as there
    are points, and each slice has one. Where both bounds of a setting are whole, so are its values.

    >>> latin_hypercube({"design.grace_ms": (1_000, 20_000), "network.request_loss": (0, 0.2)}, 8)
    Space(design.grace_ms by network.request_loss, 8 points)
    """
    from scipy.stats import qmc  # slow to import, and seldom needed

    bounds, points, seed = check_ranges(bounds, points, seed)
    return between(bounds, qmc.LatinHypercube(d=len(bounds), rng=seed).random(points))


def sobol(bounds: Mapping[str, tuple[float, float]], points: int = 32, seed: int = 1) -> Space:
    """Points of a scrambled Sobol sequence (scipy.stats.qmc): they leave no large gap between them,
    whatever their number is. Whole bounds have whole values, as in a `latin_hypercube`.

    >>> sobol({"design.grace_ms": (1_000, 20_000), "network.request_loss": (0, 0.2)}, 8)
    Space(design.grace_ms by network.request_loss, 8 points)
    """
    bounds, points, seed = check_ranges(bounds, points, seed)
    return between(bounds, sobol_shares(len(bounds), points, seed))


def sobol_shares(dimensions: int, points: int, seed: int) -> Any:
    """The first points of a scrambled Sobol sequence; shape (points, dimensions), within 0 to 1."""
    from scipy.stats import qmc  # slow to import, and seldom needed

    count = max(0, (points - 1).bit_length())
    return qmc.Sobol(d=dimensions, rng=seed).random_base2(count)[:points]


def check_ranges(
    bounds: Mapping[str, tuple[float, float]], points: int, seed: int
) -> tuple[dict[str, tuple[float, float]], int, int]:
    """All of it in numbers of Python; what is no range, number of points or seed is refused."""
    check_kind("bounds", bounds, Mapping, "a table: each setting with its range")
    seed, points = check_range("seed", seed, 0, 2**63), as_plain(points)
    check_names(list(bounds))
    if type(points) is not int or not 1 <= points <= POINTS_MAX:
        raise InputError("points", points, f"a whole number from 1 to {POINTS_MAX:,}")
    ranges: dict[str, tuple[float, float]] = {}
    for key, pair in bounds.items():
        is_pair = isinstance(pair, tuple | list) and len(pair) == 2
        ends = [as_plain(end) for end in pair] if is_pair else []
        if not ends or not all(map(_is_number, ends)) or not ends[0] < ends[1]:
            raise InputError(key, pair, "two numbers, the low one first")
        ranges[key] = (ends[0], ends[1])
    return ranges, points, seed


def between(
    bounds: Mapping[str, tuple[float, float]], shares: Any, logarithmic: Collection[str] = ()
) -> Space:
    """The points at these shares of each range; shape (points, ranges).

    Where both bounds are whole, so are the values. A ``logarithmic`` range is one of magnitudes.
    """
    columns = []
    for (key, (low, high)), column in zip(bounds.items(), shares.T, strict=True):
        is_whole = isinstance(low, int) and isinstance(high, int) and high - low > 1
        if key in logarithmic:
            values = [low * (high / low) ** float(u) for u in column]
        else:
            values = [low + float(u) * (high - low) for u in column]
        columns.append([round(value) if is_whole else value for value in values])
    axes = [Axis.of(key, sorted(column)) for key, column in zip(bounds, columns, strict=True)]
    return Space(tuple(axes), tuple(zip(*columns, strict=True)))


def _is_number(value: object) -> bool:
    return type(value) is not bool and isinstance(value, Real) and isfinite(value)


def check_names(names: Sequence[str]) -> None:
    """Refuse no axis at all, and one that is there twice: it would be one column."""
    if not names or len(set(names)) != len(names):
        raise InputError("axes", list(names), "at least one axis, each once")
