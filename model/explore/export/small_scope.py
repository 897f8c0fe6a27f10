"""The numbers of the small scope, read off a scenario: what the exports are written from."""

from __future__ import annotations

from typing import Any, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

WORDS = {"name", "title", "summary", "parameters", "expect", "design"}
"""Parts of a scenario that are not asked about."""


class SmallScope(NamedTuple):
    """``chunks`` in number, times in ms; ``retries``: each upload may fail once."""

    chunks: int
    low: int
    high: int
    back_off: int
    grace: int
    long: int
    retries: bool
    disconnect: bool


def small_scope_of(scenario: Scenario) -> SmallScope:
    """The numbers of a scenario that is ``small-scope`` but for them. Raises `InputError`."""
    network = scenario.network
    settings = load_design("alarm", scenario).settings
    chunks, high_ms = scenario.recording.chunks, network.request_delay_ms.high_ms
    scope = SmallScope(
        chunks or 0,
        network.request_delay_ms.low_ms,
        high_ms or 0,
        scenario.client.retry_ms,
        settings.grace_ms,
        settings.long_alarm_ms,
        network.failures_per_chunk_max == 1,
        any(fault.probability > 0 for fault in scenario.faults),
    )
    is_bounded = chunks is not None and high_ms is not None
    if not is_bounded or _question(scenario) != _question(_shipped(scope)):
        raise InputError("scenario", scenario.name, "small-scope with other numbers")
    return scope


def _shipped(scope: SmallScope) -> Scenario:
    """The shipped scenario with these numbers."""
    numbers = {
        "chunks": scope.chunks,
        "high_ms": scope.high,
        "low_ms": scope.low,
        "back_off_ms": scope.back_off,
        "failures": int(scope.retries),
        "disconnects": int(scope.disconnect),
    }
    return load_scenario("small-scope", [f"{key}={value}" for key, value in numbers.items()])


def _question(scenario: Scenario) -> dict[str, Any]:
    """All settings that the exports stand for: how likely a loss is does not matter, if it is."""
    data = scenario.model_dump(exclude=WORDS)
    network, client = data["network"], data["client"]
    delay = scenario.network.request_delay_ms
    network["request_delay_ms"] = (delay.low_ms, delay.high_ms)
    network["request_loss"] = network["failures_per_chunk_max"] != 0 < network["request_loss"]
    client["uploads_parallel"] = client["uploads_parallel"] >= (scenario.recording.chunks or 0)
    data["faults"] = [fault for fault in data["faults"] if fault["probability"] > 0]
    for limit in ("horizon_ms", "happenings_max", "alone_max"):  # exploring knows none
        del data["limits"][limit]
    return data
