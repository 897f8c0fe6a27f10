"""Helpers for tests: designs given as classes, and worlds driven by hand to exact instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.simulate.manual_scheduler import ManualScheduler
from lastchunk.model.trace.events import Event

__all__ = ["ManualScheduler", "NoSettings", "of", "quiet", "run", "spec_of"]

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
