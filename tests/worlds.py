"""Helpers for tests: designs given as classes, and worlds driven by hand to exact instants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from model.design import DesignSpec, load_design
from model.scenario.load import load_scenario
from model.scenario.schema import Scenario
from model.simulate import simulate
from model.trace.events import Event
from model.world.world import World, no_offset

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class NoSettings:
    """A design without settings."""


def spec_of(cls: Any, name: str = "") -> DesignSpec:
    """A design class of a test as the world takes it."""
    return DesignSpec(name or cls.__name__, cls, cls.Settings(), name or cls.__name__)


def run(name: str, design: str = "alarm", *overrides: str, seed: int = 1) -> list[Event]:
    """The trace of one session."""
    scenario = load_scenario(name, overrides)
    return simulate(scenario, load_design(design, scenario), seed).trace


class Hand:
    """A world whose pending things happen when a test says so: a scheduler made of orders."""

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        duration_ms: int = 25_000,
        offset: Callable[[int], int] = no_offset,
    ) -> None:
        self.world = World(design, scenario, duration_ms, None, offset)
        self.world.begin()

    def at(self, at_ms: int, *key: Any, outcome: str = "") -> None:
        """Let the pending thing whose key begins so happen at ``at_ms``."""
        found = [item for item in self.world.pending.values() if item.key[: len(key)] == key]
        assert len(found) == 1, f"{key}: pending are {sorted(map(repr, self.world.pending))}"
        self.world.happen(found[0], at_ms, outcome)

    def kinds(self) -> list[str]:
        """What is pending, by kind."""
        return sorted(key[0] for key in self.world.pending)


def of(trace: Iterable[Event], *types: type[Kind]) -> list[Kind]:
    """The events of some types."""
    return [event for event in trace if isinstance(event, types)]


def quiet(*overrides: str) -> Scenario:
    """A scenario where nothing has a delay of its own, so that times in a trace are exact."""
    base: Sequence[str] = (
        "network.request_delay_ms=10",
        "network.response_delay_ms=10",
        "blobs.put_delay_ms=20",
        "recording.duration_ms=25000",
    )
    return load_scenario("everything-fast", [*base, *overrides])
