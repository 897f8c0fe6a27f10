"""Designs that no run may hang on, or end well on: each must be refused, by its line."""

from __future__ import annotations

import contextlib
import time

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response


class SysExit(AlarmDesign):
    """Ends the program, as if all were well."""

    async def upload(self, chunk: Chunk) -> Response:
        """Leave with 0."""
        raise SystemExit(0)


class Interrupts(AlarmDesign):
    """Looks like a Ctrl-C."""

    async def upload(self, chunk: Chunk) -> Response:
        """Raise what a Ctrl-C raises."""
        raise KeyboardInterrupt


class Closes(AlarmDesign):
    """Looks like a coroutine that is closed."""

    async def upload(self, chunk: Chunk) -> Response:
        """Raise what closing raises."""
        raise GeneratorExit


class StopFlowExits(AlarmDesign):
    """Ends the program from the page."""

    @staticmethod
    async def stop_flow(page: object, settings: object) -> None:
        """Leave with 0."""
        raise SystemExit(0)


class InitExits(AlarmDesign):
    """Ends the program as it is made."""

    def __init__(self, ctx: object, settings: object) -> None:
        raise SystemExit(0)


class BadInit(AlarmDesign):
    """Takes no settings."""

    def __init__(self, ctx: object) -> None:
        self.ctx = ctx  # type: ignore[assignment]


class BadStatus(AlarmDesign):
    """Answers a status that is a text."""

    async def upload(self, chunk: Chunk) -> Response:
        """Answer as JavaScript might."""
        return Response("200")  # type: ignore[arg-type]


class NoStatus(AlarmDesign):
    """Answers a status that HTTP does not have."""

    async def upload(self, chunk: Chunk) -> Response:
        """Answer one."""
        return Response(1)


class NanAlarm(AlarmDesign):
    """Sets its alarm to no number."""

    at_ms: object = float("nan")

    async def upload(self, chunk: Chunk) -> Response:
        """Set the alarm to nonsense."""
        await self.ctx.storage.set_alarm(self.at_ms)  # type: ignore[arg-type]
        return Response(200)


class InfAlarm(NanAlarm):
    """Sets its alarm to the end of time."""

    at_ms = float("inf")


class TextAlarm(NanAlarm):
    """Sets its alarm to a text."""

    at_ms = "5s"


class NoneAlarm(NanAlarm):
    """Sets its alarm to nothing."""

    at_ms = None


class HalfAlarm(NanAlarm):
    """Sets its alarm between two ms."""

    at_ms = 5000.5


class SleepsBack(AlarmDesign):
    """Sleeps for less than nothing."""

    async def upload(self, chunk: Chunk) -> Response:
        """Wait until yesterday."""
        await self.ctx.sleep(-5)
        return Response(200)


class Loop(AlarmDesign):
    """Never comes to an await."""

    async def upload(self, chunk: Chunk) -> Response:
        """Go round."""
        while True:
            pass


class LoopInHelper(AlarmDesign):
    """Never comes to an await, in a function of its own."""

    async def upload(self, chunk: Chunk) -> Response:
        """Go round elsewhere."""
        return spin()


def spin() -> Response:
    """Go round."""
    while True:
        pass


class Blocking(AlarmDesign):
    """Sleeps for real."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep for an hour."""
        time.sleep(3600)
        return Response(200)


class Catches(AlarmDesign):
    """Goes on after every error."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep again and again."""
        while True:
            try:
                sorted(range(1_000))
            except Exception:
                continue


class CatchesAll(AlarmDesign):
    """Goes on after everything, a Ctrl-C too."""

    async def upload(self, chunk: Chunk) -> Response:
        """Sleep again and again."""
        while True:
            with contextlib.suppress(BaseException):
                sorted(range(1_000))


class AwaitLoop(AlarmDesign):
    """Awaits for ever what is answered at once."""

    async def upload(self, chunk: Chunk) -> Response:
        """Ask again."""
        while True:
            await self.ctx.storage.get("key")


class AlarmStorm(AlarmDesign):
    """Sets its alarm to now, for ever."""

    async def alarm(self) -> None:
        """Once more."""
        await self.ctx.storage.set_alarm(self.ctx.now())


class AlarmDrizzle(AlarmDesign):
    """Sets its alarm to the next ms, for ever."""

    async def alarm(self) -> None:
        """Once more."""
        await self.ctx.storage.set_alarm(self.ctx.now() + 1)


class Hoards(AlarmDesign):
    """Takes all memory there is."""

    async def upload(self, chunk: Chunk) -> Response:
        """Take 8 GB."""
        self.hoard = [0] * 10**9
        return Response(200)


class Heartbeat(AlarmDesign):
    """An alarm that nobody ends, after completion too."""

    async def alarm(self) -> None:
        """Complete, and come back."""
        await super().alarm()
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)
