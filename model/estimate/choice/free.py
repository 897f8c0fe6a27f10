"""A setting that may be varied: its name, the values to begin with, and how one is set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import digits
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.scenario.delay import MS_MAX
from lastchunk.model.scenario.load import ScenarioLike, load_scenario
from lastchunk.model.scenario.schema import Scenario

VALUES_FIRST = 7
"""So many values of a range are looked at first, each so many times the one before."""
VALUES_MAX = 60
AROUND = 4
"""Without a range a setting goes from a fourth of what it is to four times that."""
PLAIN_NAME = re.compile(r"[\w-]+")
HOW_FREE = "KEY, KEY=LOW..HIGH or KEY=A,B,C in whole ms, such as grace_ms=1000..60000"


@dataclass(frozen=True)
class FreeSetting:
    """``key`` is a setting of the design, or a dotted one of the scenario; values are in ms."""

    key: str
    values: tuple[int, ...] = ()

    @staticmethod
    def of(text: str, count: int = VALUES_FIRST) -> FreeSetting:
        """A setting as it is written. Raises `InputError`.

        >>> FreeSetting.of("grace_ms=1000..8000", 4)
        FreeSetting(key='grace_ms', values=(1000, 2000, 4000, 8000))
        """
        key, equals, words = text.partition("=") if isinstance(text, str) else ("", "", "")
        key = key.strip().removeprefix("design.")
        if not key.endswith("_ms") or not key.removesuffix("_ms"):
            raise InputError("--free", text, HOW_FREE)
        if key.startswith("limits."):  # it would hold best where least is looked at
            raise InputError("--free", text, "a setting of what is built: limits end what is seen")
        if not equals:
            return FreeSetting(key)
        low, dots, high = words.partition("..")
        parts = (low, high) if dots else words.split(",")
        values = [digits(part.strip()) or 0 for part in parts]
        if not all(1 <= value <= MS_MAX for value in values):
            raise InputError("--free", text, HOW_FREE)
        if dots and values[0] >= values[1]:
            raise InputError("--free", text, f"a range from low to high: {key}=LOW..HIGH")
        found = spread_values(values[0], values[1], count) if dots else tuple(sorted(set(values)))
        if len(found) > VALUES_MAX:
            raise InputError("--free", f"{len(found)} values", f"{VALUES_MAX} at the most")
        return FreeSetting(key, found)

    @property
    def is_of_design(self) -> bool:
        """Whether it is a setting of the design."""
        return "." not in self.key

    def override(self, value: int, design: str) -> str:
        """What sets it in a scenario; the design's own name goes before all designs' settings."""
        if not self.is_of_design:
            return f"{self.key}={value}"
        name = f"{design}." if PLAIN_NAME.fullmatch(design) else ""
        return f"design.{name}{self.key}={value}"

    def now(self, scenario: Scenario, design: DesignSpec) -> int:
        """What it is. Raises `InputError` where it is no setting in whole ms."""
        found: Any = design.settings if self.is_of_design else scenario
        for name in self.key.split("."):
            found = getattr(found, name, None)
        if type(found) is not int:
            own = [name for name in vars(design.settings) if name.endswith("_ms")]
            allowed = f"a setting of {design.name} in whole ms ({', '.join(own) or 'it has none'})"
            raise InputError("--free", self.key, f"{allowed}, or a dotted one of the scenario")
        return found

    def with_values(self, scenario: Scenario, design: DesignSpec, count: int) -> FreeSetting:
        """The same with values, around what it is where none are given."""
        now = self.now(scenario, design)
        if self.values:
            return self
        return FreeSetting(
            self.key, spread_values(max(1, now // AROUND), max(2, now * AROUND), count)
        )


def spread_values(low: int, high: int, count: int) -> tuple[int, ...]:
    """Whole values from low to high, each so many times the one before."""
    if count < 2:
        raise InputError("--values", count, "at least 2")
    ratio = (high / low) ** (1 / (count - 1))
    inner = (round(low * ratio**step) for step in range(1, count - 1))
    return tuple(sorted({low, *inner, high}))


def loaded_with(
    scenario: ScenarioLike,
    overrides: Sequence[str],
    design: DesignLike,
    free: Sequence[FreeSetting],
    values: Sequence[int],
) -> tuple[Scenario, DesignSpec]:
    """The scenario and the design with such values. Raises `InputError` where one has no effect."""
    name = load_design(design, load_scenario(scenario, overrides)).name
    varied = [each.override(value, name) for each, value in zip(free, values, strict=True)]
    loaded = load_scenario(scenario, [*overrides, *varied])
    spec = load_design(design, loaded)
    for each, value in zip(free, values, strict=True):
        if each.now(loaded, spec) != value:
            raise InputError("--free", each.key, f"a setting that the design {name} does not fix")
    return loaded, spec
