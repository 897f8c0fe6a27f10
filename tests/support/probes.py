"""Tiny designs for tests of one rule, and the orders that drive them to exact instants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.world import no_offset
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import (
    Chunk,
    Context,
    HandlerFailure,
    InstanceReplaced,
    Response,
)
from tests.support.worlds import ManualScheduler, NoSettings, of, quiet, spec_of

ON_DISK = "platform.commit_ms=40"
"""Commits take time: storage on disk."""
KV = ("platform.storage='kv'", "platform.storage_read_ms=50")
"""An uncached read waits."""


class Probe:
    """A design whose methods a test replaces; ``seen`` is where its handlers report."""

    Settings = NoSettings
    stop_call = "poke"
    seen: ClassVar[list[Any]] = []

    def __init__(self, ctx: Context, settings: NoSettings) -> None:
        self.ctx = ctx

    async def create(self) -> Response:
        """Nothing."""
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """Nothing."""
        return Response(200)

    async def poke(self) -> Response:
        """Nothing."""
        return Response(200)

    async def alarm(self) -> None:
        """Report the time."""
        self.seen.append(("alarm", bare(self.ctx.now())))

    @staticmethod
    async def stop_flow(page: Any, settings: NoSettings) -> None:
        """Poke."""
        await page.browser.fetch("poke")


class Alarmed(Probe):
    """Has an alarm set for 100 ms from its creation on."""

    async def create(self) -> Response:
        """Set it."""
        await self.ctx.storage.set_alarm(Time(100))
        return Response(200)


class Waits(Alarmed):
    """A poke waits twice, touches storage, and reports; a count is kept in a field."""

    def __init__(self, ctx: Context, settings: NoSettings) -> None:
        super().__init__(ctx, settings)
        self.count = 0

    async def poke(self) -> Response:
        """Count, wait, wait, read."""
        self.count += 1
        self.seen.append(self.count)
        await self.ctx.sleep(100)
        await self.ctx.sleep(100)
        try:
            await self.ctx.storage.get("key")
        except InstanceReplaced:
            self.seen.append("replaced")
            raise
        return Response(200)


class Throws(Alarmed):
    """Its alarm writes, and throws."""

    async def alarm(self) -> None:
        """Count in storage, then throw."""
        count = await self.ctx.storage.get("count") or 0
        await self.ctx.storage.put("count", count + 1)
        raise HandlerFailure("no luck")

    async def poke(self) -> Response:
        """Report the alarm."""
        self.seen.append(bare(await self.ctx.storage.get_alarm()))
        return Response(200)


def poke(scheduler: ManualScheduler, at_ms: int, method: str = "poke") -> None:
    """Have a method of the object called at an instant, by nobody who waits."""
    scheduler.world.network.inject(method)
    attempt = scheduler.world.network.attempts[method, e.NO_CHUNK] - 1
    scheduler.at(at_ms, "request", method, e.NO_CHUNK, attempt)


def probe(
    cls: type[Probe], *overrides: str, offset: Callable[[int], int] = no_offset
) -> ManualScheduler:
    """A world with that design, at time 0; what its handlers report starts empty."""
    cls.seen = []
    return ManualScheduler(spec_of(cls), quiet(*overrides), offset=offset)


def created(
    cls: type[Probe], *overrides: str, offset: Callable[[int], int] = no_offset
) -> ManualScheduler:
    """The same, with ``create`` run at 10 ms and, where commits take time, confirmed at 50."""
    scheduler = probe(cls, *overrides, offset=offset)
    scheduler.at(10, "request", "create")
    if "commit" in scheduler.kinds():
        scheduler.at(50, "commit")
    return scheduler


def pending(scheduler: ManualScheduler, *key: Any) -> Pending:
    """The one pending thing whose key begins so."""
    found = [item for item in scheduler.world.pending.values() if item.key[: len(key)] == key]
    assert len(found) == 1, f"{key}: pending are {sorted(map(repr, scheduler.world.pending))}"
    return found[0]


def bounds(scheduler: ManualScheduler, *key: Any) -> tuple[int, int | None]:
    """The least and the greatest delay of a pending thing."""
    delay = pending(scheduler, *key).delay
    return (delay, delay) if isinstance(delay, int) else (delay.low_ms, delay.high_ms)


def answers(scheduler: ManualScheduler, method: str = "poke") -> list[tuple[int, int]]:
    """When each handler of a method ended, and with which status."""
    ended = of(scheduler.world.trace, e.HandlerEnded)
    return [(event.at_ms, event.status) for event in ended if event.method == method]


def started(scheduler: ManualScheduler) -> list[tuple[int, int, int]]:
    """Each run of the alarm: when, for which time, and its count of retries."""
    return [(x.at_ms, x.due_ms, x.retry) for x in of(scheduler.world.trace, e.AlarmStarted)]
