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

from model.simulate import simulate
from model.trace import events as e
from model.world import instances
from reference_impl.contract import HandlerFailure, Response
from tests.probes import ON_DISK, Alarmed, Probe, Throws, started
from tests.worlds import Hand, of, quiet, spec_of

LATE = "platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=9}"
ROUNDED_MS = 50
"""What was noted in tenths of a second may be off by so much."""


class Played(Hand):
    """A world that is played a schedule, and refuses a time that no delay allows."""

    def __init__(self, design: Any, *overrides: str) -> None:
        design.seen = []
        super().__init__(spec_of(design), quiet(LATE, *overrides))
        self.born_ms: dict[Any, int] = {}
        self._note()

    def _note(self) -> None:
        for item in self.world.fresh:
            self.born_ms[item.key] = self.world.now_ms
        self.world.fresh.clear()

    def at(self, at_ms: int, *key: Any, outcome: str = "") -> None:
        """As by hand, but never before or after its time."""
        (item,) = [item for item in self.world.pending.values() if item.key[: len(key)] == key]
        delay, waited_ms = item.delay, at_ms - self.born_ms[item.key]
        low_ms = delay if isinstance(delay, int) else delay.low_ms
        high_ms = delay if isinstance(delay, int) else delay.high_ms
        slack_ms = ROUNDED_MS if at_ms > 2_000 else 0
        assert low_ms - slack_ms <= waited_ms, f"{key} is early"
        assert high_ms is None or waited_ms <= high_ms + slack_ms, f"{key} is late"
        super().at(at_ms, *key, outcome=outcome)
        self._note()

    def call(self, at_ms: int, method: str) -> None:
        """A method of the object is called at this instant."""
        self.world.network.inject(method)
        attempt = self.world.network.attempts[method, e.NO_CHUNK] - 1
        super().at(at_ms, "request", method, e.NO_CHUNK, attempt)
        self._note()

    def kill(self, at_ms: int) -> None:
        """The process is killed with all that is not on disk."""
        self.world.now_ms = at_ms
        instances.kill_process(self.world.object, 0)

    def restart(self, at_ms: int) -> None:
        """The process is there again."""
        self.world.now_ms = at_ms
        instances.restart(self.world.object)
        self._note()


class Sets(Alarmed):
    """Sets the alarm to so many ms from now, by the name of the method."""

    async def set_300(self) -> Response:
        """In 300 ms."""
        return await self._set(300)

    async def set_900(self) -> Response:
        """In 900 ms."""
        return await self._set(900)

    async def set_5000(self) -> Response:
        """In 5 s."""
        return await self._set(5_000)

    async def hold(self) -> Response:
        """Close the gate for 800 ms."""
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(800))
        return Response(200)

    async def hold_long(self) -> Response:
        """Close the gate for 1510 ms."""
        await self.ctx.block_concurrency_while(lambda: self.ctx.sleep(1_510))
        return Response(200)

    async def _set(self, wait_ms: int) -> Response:
        await self.ctx.storage.set_alarm(self.ctx.now() + wait_ms)
        return Response(200)


class SetsAndThrows(Alarmed):
    """The first run sets the alarm to 500 ms from now, and throws."""

    async def alarm(self) -> None:
        """Run."""
        if self.ctx.now() < 500:
            await self.ctx.storage.set_alarm(self.ctx.now() + 500)
            raise HandlerFailure("no luck")


class DeletesAndThrows(Alarmed):
    """Deletes its alarm, and throws."""

    async def alarm(self) -> None:
        """Run."""
        await self.ctx.storage.delete_alarm()
        raise HandlerFailure("no luck")


class Suspends(Sets):
    """An upload and an alarm that are suspended for a while."""

    async def slow_upload(self) -> Response:
        """For 905 ms."""
        await self.ctx.sleep(905)
        return Response(200)

    async def alarm(self) -> None:
        """For 1001 ms."""
        await self.ctx.sleep(1_001)


class SetsWhileItRuns(Sets):
    """Runs for 1004 ms, in which the alarm that it has set comes due."""

    async def alarm(self) -> None:
        """Run."""
        waits_ms = {0: 605, 1: 200}.get(len(self.seen))
        self.seen.append("run")
        if waits_ms is not None:
            await self.ctx.storage.set_alarm(self.ctx.now() + waits_ms)
        await self.ctx.sleep(1_004)


class ThrowsSoon(Throws):
    """Has its alarm in 100 ms and throws; can be set to a second from now."""

    async def set_1000(self) -> Response:
        """In a second."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
        return Response(200)

    async def delete_and_set_1000(self) -> Response:
        """Delete it, then set it."""
        await self.ctx.storage.delete_alarm()
        return await self.set_1000()


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
    return ("call", at_ms, "create")


ATTEMPTS_MS = (100, 2_500, 7_200, 16_700, 32_900, 65_100, 139_200)
"""After 0, 2.4, 7.1, 16.6, 32.8, 65.0 and 139.1 s."""
RETRIES = (create(), *(("at", at_ms, "alarm") for at_ms in ATTEMPTS_MS))
RETRIED = [(at_ms, 100, retry) for retry, at_ms in enumerate(ATTEMPTS_MS)]
IN_BACK_OFF = (create(), *(("at", at_ms, "alarm") for at_ms in ATTEMPTS_MS[:3]))
GATE_HELD = (
    ("call", 0, "set_300"),
    ("call", 4, "hold"),
    ("call", 100, "set_5000"),
    ("at", 301, "alarm"),
    ("at", 804, "timer"),
)
AFTER_THE_GATE = (("at", 844, "commit"), ("at", 5_805, "alarm"))
BUG = ("platform.bug_alarm_waits_for_back_off=true",)

VECTORS = [
    Vector(
        "override later",
        Sets,
        (("call", 0, "set_300"), ("call", 4, "set_900"), ("at", 905, "alarm")),
        [(905, 904, 0)],
    ),
    Vector(
        "override earlier",
        Sets,
        (("call", 0, "set_900"), ("call", 4, "set_300"), ("at", 304, "alarm")),
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
            ("call", 5, "slow_upload"),
            ("call", 6, "set_300"),
            ("at", 308, "alarm"),
            ("call", 616, "poke"),
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
            ("call", 5, "set_300"),
            ("call", 5, "hold_long"),
            ("at", 305, "alarm"),
            ("at", 1_515, "timer"),
        ),
        [(1_515, 305, 0)],  # 1210 ms late
    ),
    Vector(
        "retries",
        Throws,
        (*RETRIES, ("call", 139_200, "poke")),
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
        (*IN_BACK_OFF, ("call", 8_700, "set_1000"), ("at", 16_700, "alarm")),
        [*RETRIED[:3], (16_700, 9_700, 3)],  # 7 s late
        BUG,
        is_over=False,
    ),
    Vector(
        "earlier alarm in back-off: deleted first, then set",
        ThrowsSoon,
        (*IN_BACK_OFF, ("call", 8_700, "delete_and_set_1000"), ("at", 9_701, "alarm")),
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
    design = spec_of(Alarmed)
    late_ms = []
    for session in range(200):
        trace = simulate(scenario, design, 1, session).trace
        late_ms += [event.at_ms - event.due_ms for event in of(trace, e.AlarmStarted)]
    late_ms.sort()
    assert len(late_ms) == 200
    assert late_ms[0] >= low_ms, "never early"
    assert late_ms[100] <= median_ms_max
    assert late_ms[int(199 * share)] <= high_ms
