"""The rules of instances and callers, R11, R12, R14, R19 and R20, and what an instance forgets."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import Chunk, Context, Response
from lastchunk.reports.docs.platform.demo import (
    OK,
    CallStep,
    Demo,
    HangUp,
    NoSettings,
    StrikeStep,
    Tiny,
)


class StoresAndCounts(Tiny):
    async def upload(self, chunk: Chunk) -> Response:
        await self.ctx.blobs.put(chunk)
        await self.say(f"chunk {chunk.index} stored")
        return OK


class Stops(StoresAndCounts):
    async def stop(self) -> Response:
        await self.say("stopped")
        return OK


class LeavesWork(Tiny):
    async def poke(self) -> Response:
        self.ctx.wait_until(self.work())
        return OK

    async def work(self) -> None:
        await self.ctx.sleep(100)
        await self.say("worked")


class Remembers(Tiny):
    def __init__(self, ctx: Context, settings: NoSettings) -> None:
        super().__init__(ctx, settings)
        self.calls = 0

    async def poke(self) -> Response:
        self.calls += 1
        await self.say(f"call {self.calls}")
        return OK


DEMOS = (
    Demo(
        "R11",
        "an old instance beside a new one",
        "",
        "A new version, or a move to another machine, makes a new instance at once; the old one "
        "may go on for up to 30 s with events that touch no storage. At its next access to "
        "storage it gets an exception. Chunk 0 is in the blob store here, and nothing says so; "
        "chunk 1 goes to the new instance.",
        StoresAndCounts,
        (CallStep(0, "upload", 0), StrikeStep(100, "deploy"), CallStep(190, "upload", 1)),
        800,
        (
            e.HandlerStarted(10, "upload", 0, 0),
            e.InstanceLost(100, 0, "deploy"),
            e.HandlerStarted(200, "upload", 1, 0),
            e.BlobStored(410, 0, 0),
            e.HandlerEnded(410, "upload", 0, 0, 500),
            e.StateWritten(600, "chunk 1 stored", 0, ""),
            e.HandlerEnded(600, "upload", 1, 0, 200),
        ),
        (e.StateWritten, e.InstanceLost),
    ),
    Demo(
        "R12",
        "a caller that goes away",
        "run",
        "A client that goes away does not cancel the handler: it runs to its end, and the answer "
        "goes nowhere. (Where the body was still being streamed, the blob put itself breaks.)",
        StoresAndCounts,
        (CallStep(0, "upload", 0), HangUp(150, "upload", 0)),
        600,
        (
            e.HandlerStarted(10, "upload", 0, 0),
            e.RequestFailed(150, "upload", 0, 0, "hung up"),
            e.BlobStored(410, 0, 0),
            e.HandlerEnded(410, "upload", 0, 0, 200),
        ),
        (e.HandlerEnded, e.ResponseArrived),
    ),
    Demo(
        "R14",
        "requests have no order",
        "",
        "Requests through different stubs have no order among them, and the session's worker makes "
        "a stub for each. A stop can overtake an upload that was sent before it.",
        Stops,
        (CallStep(0, "upload", 0, delay_ms=300), CallStep(100, "stop")),
        900,
        (
            e.RequestSent(0, "upload", 0, 0),
            e.RequestSent(100, "stop", e.NO_CHUNK, 0),
            e.RequestArrived(110, "stop", e.NO_CHUNK, 0),
            e.RequestArrived(300, "upload", 0, 0),
            e.StateWritten(700, "chunk 0 stored", 0, "stopped"),
        ),
        (e.RequestArrived,),
    ),
    Demo(
        "R19",
        "a deploy that waits",
        "doc",
        "A deploy with a grace waits until nothing runs in the object and all that it wrote is on "
        "disk; it strikes at the latest when the grace is over. The first one here comes as chunk "
        "0 is counted; the second one cannot wait for chunk 1.",
        StoresAndCounts,
        (
            CallStep(0, "upload", 0),
            StrikeStep(100, "deploy", grace_ms=350),
            CallStep(490, "upload", 1),
            StrikeStep(520, "deploy", grace_ms=350),
        ),
        1_000,
        (
            e.DeployWaits(100),
            e.StateWritten(410, "chunk 0 stored", 0, ""),
            e.HandlerEnded(410, "upload", 0, 0, 200),
            e.InstanceLost(410, 0, "deploy"),
            e.DeployWaits(520),
            e.InstanceLost(870, 1, "deploy"),
            e.HandlerEnded(900, "upload", 1, 0, 500),
        ),
        (e.DeployWaits, e.StateWritten, e.InstanceLost),
    ),
    Demo(
        "R20",
        "detached work",
        "doc",
        "`ctx.wait_until(work)` lets work begin once the handler waits or ends, and the handler "
        "does not wait for it. The object is busy meanwhile; the work dies with its instance, and "
        "nobody is told. Here the first work is done, the second is lost in a reset.",
        LeavesWork,
        (CallStep(0, "poke"), CallStep(200, "poke"), StrikeStep(250, "instance_lost")),
        600,
        (
            e.HandlerEnded(10, "poke", e.NO_CHUNK, 0, 200),
            e.StateWritten(110, "worked", 0, ""),
            e.HandlerEnded(210, "poke", e.NO_CHUNK, 1, 200),
            e.InstanceLost(250, 0, "reset"),
            e.HandlerLost(250, "detached work", e.NO_CHUNK, 1),
        ),
        (e.StateWritten, e.HandlerLost),
    ),
    Demo(
        "memory",
        "what an instance forgets",
        "run",
        "The fields of an instance are gone after 10 s without an event (hibernation), after 70 to "
        "140 s where it cannot hibernate (eviction), and at a deploy, a move, a crash, a failed "
        "commit, or an alarm past its 15 minutes. There is no hook that tells. Storage and the "
        "alarm stay. This design counts its calls in a field.",
        Remembers,
        (CallStep(0, "poke"), CallStep(2_000, "poke"), CallStep(15_000, "poke")),
        18_000,
        (
            e.StateWritten(10, "call 1", 0, ""),
            e.StateWritten(2_010, "call 2", 0, "call 1"),
            e.InstanceLost(12_010, 0, "hibernated"),
            e.StateWritten(15_010, "call 1", 0, "call 2"),
        ),
        (e.StateWritten, e.InstanceLost),
    ),
)
