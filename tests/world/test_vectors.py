"""What was measured on the real runtime, each row as a tiny design and a schedule.

The schedule is the one that was seen, to the millisecond or to the tenth of a second: a row passes
where the world allows each of its times (`Played` checks the bounds of every delay) and the runs of
the alarm are those seen. Times are ms from the start; an alarm may be up to 9 ms late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from tests.support.played import (
    DeletesAndThrows,
    Played,
    Sets,
    SetsAndThrows,
    SetsWhileItRuns,
    Suspends,
    ThrowsSoon,
)
from tests.support.probes import ON_DISK, Alarmed, Probe, Throws, started
from tests.support.worlds import of, quiet, spec_of


@dataclass(frozen=True)
class Vector:
    """One row: its name, the design, the schedule, and the runs seen: (at, due, retry)."""

    name: str
    design: type[Probe]
    schedule: tuple[tuple[Any, ...], ...]
    runs: list[tuple[int, int, int]]
    overrides: tuple[str, ...] = ()
    check: Callable[[Played], bool] = lambda played: True
    is_over: bool = True


def create(at_ms: int = 0) -> tuple[Any, ...]:
    """The alarm is set for 100 ms."""
    return ("ask", at_ms, "create")


ATTEMPTS_MS = (100, 2_500, 7_200, 16_700, 32_900, 65_100, 139_200)
"""After 0, 2.4, 7.1, 16.6, 32.8, 65.0 and 139.1 s."""
RETRIES = (create(), *(("at", at_ms, "alarm") for at_ms in ATTEMPTS_MS))
RETRIED = [(at_ms, 100, retry) for retry, at_ms in enumerate(ATTEMPTS_MS)]
IN_BACK_OFF = (create(), *(("at", at_ms, "alarm") for at_ms in ATTEMPTS_MS[:3]))
GATE_HELD = (
    ("ask", 0, "set_300"),
    ("ask", 4, "hold"),
    ("ask", 100, "set_5000"),
    ("at", 301, "alarm"),
    ("at", 804, "timer"),
)
AFTER_THE_GATE = (("at", 844, "commit"), ("at", 5_805, "alarm"))
BUG = ("platform.bug_alarm_waits_for_back_off=true",)

VECTORS = [
    Vector(
        "override later",
        Sets,
        (("ask", 0, "set_300"), ("ask", 4, "set_900"), ("at", 905, "alarm")),
        [(905, 904, 0)],
    ),
    Vector(
        "override earlier",
        Sets,
        (("ask", 0, "set_900"), ("ask", 4, "set_300"), ("at", 304, "alarm")),
        [(304, 304, 0)],
    ),
    Vector(
        "set and throw",
        SetsAndThrows,
        (create(), ("at", 104, "alarm"), ("at", 605, "alarm")),
        [(104, 100, 0), (605, 604, 0)],
    ),
    Vector("delete and throw", DeletesAndThrows, (create(), ("at", 104, "alarm")), [(104, 100, 0)]),
    Vector(
        "overlap",
        Suspends,
        (
            ("ask", 5, "slow_upload"),
            ("ask", 6, "set_300"),
            ("at", 308, "alarm"),
            ("ask", 616, "poke"),
            ("at", 910, "timer", "slow_upload"),
            ("at", 1_309, "timer", "alarm"),
        ),
        [(308, 306, 0)],
        check=lambda played: ended(played) == [("set_300", 6), ("poke", 616), ("slow_upload", 910)],
    ),
    Vector(
        "due while running",
        SetsWhileItRuns,
        (
            create(),
            ("at", 100, "alarm"),
            ("at", 705, "alarm"),
            ("at", 1_104, "timer"),
            ("at", 1_304, "alarm"),
            ("at", 2_108, "timer"),
            ("at", 3_112, "timer"),
        ),
        [(100, 100, 0), (1_104, 705, 0), (2_108, 1_304, 0)],  # 399 and 804 ms late
    ),
    Vector(
        "gate",
        Sets,
        (
            ("ask", 5, "set_300"),
            ("ask", 5, "hold_long"),
            ("at", 305, "alarm"),
            ("at", 1_515, "timer"),
        ),
        [(1_515, 305, 0)],  # 1210 ms late
    ),
    Vector(
        "retries",
        Throws,
        (*RETRIES, ("ask", 139_200, "poke")),
        RETRIED,
        check=lambda played: Throws.seen == [None],
    ),
    Vector(
        "partial writes",
        Throws,
        RETRIES,
        RETRIED,
        check=lambda played: played.world.object.storage.values == {"count": 7},
    ),
    Vector(
        "down at due time",
        Sets,
        (create(), ("kill", 50), ("restart", 700), ("at", 703, "alarm")),
        [(703, 100, 0)],
    ),
    Vector(
        "killed in handler",
        Suspends,
        (
            create(),
            ("at", 100, "alarm"),
            ("kill", 400),
            ("restart", 700),
            ("at", 703, "alarm"),
            ("at", 1_704, "timer"),
        ),
        [(100, 100, 0), (703, 100, 0)],
    ),
    Vector(
        "killed in back-off",
        Throws,
        (
            *IN_BACK_OFF,
            ("kill", 8_000),
            ("restart", 8_500),
            *(("at", at_ms, "alarm") for at_ms in (8_502, 10_600)),
        ),
        [*RETRIED[:3], (8_502, 100, 0), (10_600, 100, 1)],
        is_over=False,
    ),
    Vector(
        "re-arm behind the gate: disk",
        Sets,
        (*GATE_HELD[:2], ("at", 40, "commit"), *GATE_HELD[2:], *AFTER_THE_GATE),
        [(804, 300, 0), (5_805, 5_804, 0)],
        (ON_DISK,),
    ),
    Vector(
        "re-arm behind the gate: memory",
        Sets,
        (*GATE_HELD, AFTER_THE_GATE[-1]),
        [(5_805, 5_804, 0)],
    ),
    Vector(
        "earlier alarm in back-off",
        ThrowsSoon,
        (*IN_BACK_OFF, ("ask", 8_700, "set_1000"), ("at", 16_700, "alarm")),
        [*RETRIED[:3], (16_700, 100, 3)],  # 7 s late, as the retry
        BUG,
        is_over=False,
    ),
    Vector(
        "earlier alarm in back-off: deleted first, then set",
        ThrowsSoon,
        (*IN_BACK_OFF, ("ask", 8_700, "delete_and_set_1000"), ("at", 9_701, "alarm")),
        [*RETRIED[:3], (9_701, 9_700, 0)],
        BUG,
        is_over=False,
    ),
    Vector(
        "killed after the answer",
        Sets,
        (
            ("at", 10, "request", "create"),
            ("at", 50, "commit"),  # and the answer leaves
            ("kill", 51),
            ("restart", 750),
            ("at", 752, "alarm"),
            ("at", 792, "commit"),
        ),
        [(752, 100, 0)],
        (ON_DISK,),
    ),
]


def ended(played: Played) -> list[tuple[str, int]]:
    """Each handler that has ended, and when."""
    return [(event.method, event.at_ms) for event in of(played.world.trace, e.HandlerEnded)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector) -> None:
    played = Played(vector.design, *vector.overrides)
    for order, at_ms, *rest in vector.schedule:
        getattr(played, order)(at_ms, *rest)
    while "commit" in played.kinds():
        played.at(played.world.now_ms + 1, "commit")
    assert started(played) == vector.runs
    assert vector.check(played)
    assert ("alarm" not in played.kinds()) == vector.is_over


@pytest.mark.parametrize(
    ("name", "late", "median_ms_max", "low_ms", "high_ms", "share"),
    [
        ("lateness", "{distribution='exponential', mean_ms=1.2}", 1, 0, 7, 0.99),
        ("lateness, crowd", "{distribution='uniform', low_ms=7, high_ms=41}", 41, 7, 41, 1.0),
    ],
)
def test_lateness(
    name: str, late: str, median_ms_max: int, low_ms: int, high_ms: int, share: float
) -> None:
    scenario = quiet(f"platform.alarm_late_ms={late}", "recording.duration_ms=1000")

    class Rings(Alarmed):
        """Reports nothing: what one session left would outlive its instance."""

        async def alarm(self) -> None:
            """Nothing."""

    design = spec_of(Rings)
    late_ms = []
    for session in range(200):
        trace = simulate(scenario, design, 1, session).trace
        late_ms += [event.at_ms - event.due_ms for event in of(trace, e.AlarmStarted)]
    late_ms.sort()
    assert len(late_ms) == 200
    assert late_ms[0] >= low_ms, "never early"
    assert late_ms[100] <= median_ms_max
    assert late_ms[int(199 * share)] <= high_ms
