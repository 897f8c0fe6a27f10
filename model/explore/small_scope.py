"""The numbers of the small scope, read off a scenario: what the exports are written from."""

from __future__ import annotations

from typing import NamedTuple

from model.design import load_design
from model.errors import InputError
from model.scenario.delay import Constant
from model.scenario.schema import NetworkDown, Scenario


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
    """The numbers of a scenario with the shape of ``small-scope``. Raises `InputError`."""
    network, recording = scenario.network, scenario.recording
    settings = load_design("alarm", scenario).settings
    zero = Constant(value_ms=0)
    chunks = recording.chunks
    faults = [fault for fault in scenario.faults if fault.probability > 0]
    high_ms = network.request_delay_ms.high_ms
    fits = (
        chunks is not None
        and scenario.client.uploads_parallel >= chunks
        and high_ms is not None
        and network.response_delay_ms == zero
        and scenario.blobs.put_delay_ms == zero
        and network.stop_delay_ms is None
        and not network.stop_may_fail
        and network.failures_per_chunk_max in (0, 1)
        and len(faults) <= 1
        and all(_is_disconnect(fault, high_ms) for fault in faults)
        and scenario.limits.end_at_completion
    )
    if not fits or chunks is None or high_ms is None:
        raise InputError("scenario", scenario.name, "small-scope with other numbers")
    return SmallScope(
        chunks,
        network.request_delay_ms.low_ms,
        high_ms,
        scenario.client.retry_ms,
        settings.grace_ms,
        settings.long_alarm_ms,
        network.failures_per_chunk_max == 1,
        bool(faults),
    )


def _is_disconnect(fault: object, high_ms: int | None) -> bool:
    return (
        isinstance(fault, NetworkDown)
        and fault.for_ms == Constant(value_ms=0)
        and (fault.offset_ms.low_ms, fault.offset_ms.high_ms) == (0, high_ms)
        and fault.probability == 1
    )
