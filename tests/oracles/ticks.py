"""The small scope, told once more and independently: breadth first over integer ticks.

``n`` chunks and the stop are sent at time 0; each leg takes ``low`` to ``high``. An upload may
fail once where ``retries`` is 1: its leg is lost at its end, or the disconnect (anywhere up to
``high``) cuts it off; after the back-off it is sent again. The stop sets the alarm to the grace,
an upload that arrives sets it to the long alarm; the alarm completes the session. The question is
whether it can do so while a chunk is missing. Simultaneous events come in every order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

FLYING, WAITING, AGAIN, STORED = 0, 1, 2, 3
OFF = -1


class Config(NamedTuple):
    """One configuration of the small scope; times in ms."""

    n: int
    low: int
    high: int
    back_off: int
    grace: int
    long: int
    retries: int
    disconnects: int

    def overrides(self) -> list[str]:
        """The same as settings of the scenario."""
        return [
            f"chunks={self.n}",
            f"low_ms={self.low}",
            f"high_ms={self.high}",
            f"back_off_ms={self.back_off}",
            f"grace_ms={self.grace}",
            f"long_alarm_ms={self.long}",
            f"failures={self.retries}",
            f"disconnects={self.disconnects}",
        ]


class State(NamedTuple):
    """Chunks as (phase, age), the age of the stop and of the fault, the alarm's rest."""

    chunks: tuple[tuple[int, int], ...]
    stop: int
    fault: int
    alarm: int


def violated_by_ticks(config: Config, states: list[int] | None = None) -> bool:
    """Breadth first over integer ticks. ``states`` gets the number of states appended."""
    start = State(((FLYING, 0),) * config.n, 0, 0 if config.disconnects else OFF, OFF)
    known = {start}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state.alarm == 0:
            if any(phase != STORED for phase, _ in state.chunks):
                return True
            following = iter(_before_alarm(config, state))
        else:
            following = _following(config, state)
        for after in following:
            if after not in known:
                known.add(after)
                queue.append(after)
    if states is not None:
        states.append(len(known))
    return False


def _before_alarm(config: Config, state: State) -> Iterator[State]:
    """At the alarm's instant other events may still come first; the run ends with the alarm."""
    return _events(config, state)


def _following(config: Config, state: State) -> Iterator[State]:
    yield from _events(config, state)
    if _may_tick(config, state):
        yield State(
            tuple(
                sorted((phase, age if phase == STORED else age + 1) for phase, age in state.chunks)
            ),
            state.stop if state.stop == OFF else state.stop + 1,
            state.fault if state.fault == OFF else state.fault + 1,
            state.alarm if state.alarm == OFF else state.alarm - 1,
        )


def _may_tick(config: Config, state: State) -> bool:
    latest = {FLYING: config.high, AGAIN: config.high, WAITING: config.back_off}
    return (
        all(phase == STORED or age < latest[phase] for phase, age in state.chunks)
        and (state.stop == OFF or state.stop < config.high)
        and (state.fault == OFF or state.fault < config.high)
        and state.alarm != 0
    )


def _events(config: Config, state: State) -> Iterator[State]:
    for at, (phase, age) in enumerate(state.chunks):
        if at and state.chunks[at - 1] == (phase, age):
            continue
        if phase in (FLYING, AGAIN) and age >= config.low:
            yield _with(state, at, (STORED, 0))._replace(alarm=config.long)
            if phase == FLYING and config.retries:
                yield _with(state, at, (WAITING, 0))
        elif phase == WAITING and age == config.back_off:
            yield _with(state, at, (AGAIN, 0))
    if state.stop >= config.low:
        yield state._replace(stop=OFF, alarm=config.grace)
    if state.fault != OFF:
        cut = (
            (WAITING, 0) if phase == FLYING and config.retries else (phase, age)
            for phase, age in state.chunks
        )
        yield state._replace(fault=OFF, chunks=tuple(sorted(cut)))


def _with(state: State, at: int, chunk: tuple[int, int]) -> State:
    chunks = (*state.chunks[:at], *state.chunks[at + 1 :], chunk)
    return state._replace(chunks=tuple(sorted(chunks)))
