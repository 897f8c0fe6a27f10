"""The alarm design's protocol as a loop that somebody would write by hand, for the benchmark alone.

It is what compiled code is measured against: numba, no trace, no faults, no properties, no design's
code, numba's own random numbers. It gives the first completion and the chunks that lack by then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lastchunk.model.scenario.delay import Exponential, Uniform
from lastchunk.model.scenario.schema import Scenario

LONG_MS, GRACE_MS = 600_000, 5_000
_numba: Any = numba  # it tells no types of what it makes
COLUMNS = ("first_completed_ms", "missing_at_finalization")
P = ParamSpec("P")
T = TypeVar("T")


def _compiled(function: Callable[P, T]) -> Callable[P, T]:
    made: Callable[P, T] = _numba.njit(function)
    return made


@_compiled
def _wait(draws: np.random.Generator, mean_ms: float) -> int:
    return round(-mean_ms * math.log1p(-draws.random()))


@_compiled
def _session(
    draws: np.random.Generator,
    spread: tuple[int, int],
    chunk_ms: int,
    means: tuple[float, float, float],
) -> tuple[int, int]:
    request_ms, response_ms, put_ms = means
    duration_ms = spread[0] + int(draws.random() * (spread[1] - spread[0] + 1))
    now_ms = _wait(draws, request_ms)
    due_ms = now_ms + LONG_MS
    began_ms = now_ms + _wait(draws, response_ms)
    chunks = (duration_ms - 1) // chunk_ms + 1
    stopped_ms = began_ms + duration_ms + _wait(draws, request_ms)
    free_ms, stored, is_stopped = began_ms, 0, False
    for chunk in range(chunks):
        made_ms = began_ms + min((chunk + 1) * chunk_ms, duration_ms)
        stored_ms = max(made_ms, free_ms) + _wait(draws, request_ms) + _wait(draws, put_ms)
        if not is_stopped and stopped_ms < stored_ms:
            is_stopped = True
            if stopped_ms < due_ms:
                due_ms = stopped_ms + GRACE_MS
        if due_ms <= stored_ms:
            break
        stored += 1
        due_ms = stored_ms + LONG_MS
        free_ms = stored_ms + _wait(draws, response_ms)
    if not is_stopped and stopped_ms < due_ms:
        due_ms = stopped_ms + GRACE_MS
    recorded = min(max(due_ms - began_ms, 0) // chunk_ms, chunks)
    if due_ms >= began_ms + duration_ms:
        recorded = chunks
    return due_ms, recorded - stored


@_compiled
def _sessions(
    draws: np.random.Generator,
    found: NDArray[np.int64],
    spread: tuple[int, int],
    chunk_ms: int,
    means: tuple[float, float, float],
) -> None:
    for at in range(len(found)):
        found[at, 0], found[at, 1] = _session(draws, spread, chunk_ms, means)


def delays_of(scenario: Scenario) -> tuple[object, ...]:
    """The delays that the protocol knows: of a request, a response, and the blob store."""
    network = scenario.network
    return network.request_delay_ms, network.response_delay_ms, scenario.blobs.put_delay_ms


def can_be_by_hand(scenario: Scenario) -> bool:
    """Whether the loop knows the scenario's delays."""
    return all(isinstance(delay, Exponential) for delay in delays_of(scenario))


def by_hand(scenario: Scenario, sessions: range) -> pd.DataFrame:
    """Sessions by the loop: when each was completed first, and the chunks that lacked."""
    duration = scenario.recording.duration_ms
    delays = delays_of(scenario)
    assert isinstance(duration, Uniform)
    request, response, put = [d.mean_ms for d in delays if isinstance(d, Exponential)]
    found = np.zeros((len(sessions), 2), np.int64)
    spread = (duration.low_ms, duration.high_ms)
    draws = np.random.default_rng(sessions.start)
    _sessions(draws, found, spread, scenario.client.chunk_ms, (request, response, put))
    return pd.DataFrame(found, columns=list(COLUMNS))


def apart(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """How many standard errors the means of two samples are apart, at most."""
    most = 0.0
    for name in COLUMNS:
        error = math.sqrt(one[name].var() / len(one) + other[name].var() / len(other))
        most = max(most, abs(one[name].mean() - other[name].mean()) / error)
    return most
