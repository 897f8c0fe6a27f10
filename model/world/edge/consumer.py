"""The consumers of a finished session: one that is notified, and one that just goes and reads.

A notification is a call of the object to the outside. It may be lost, or its answer may; then the
object's code sees an error and does not know which. Publishing and processing read the session's
record as soon as the stop call is answered (F21).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.reference_impl.contract import STATE_KEY, NotifyError

if TYPE_CHECKING:
    from lastchunk.model.world.world import World

READ = ("consumer_reads",)


class Consumers:
    """Who acts on a finished session."""

    __slots__ = ("sent", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent = 0

    def send(self, task: TaskId, key: str) -> None:
        """A notification is on its way."""
        self.sent += 1
        delay = self.world.settings.notify_ms
        stream = ("notify delay", self.sent)
        self.world.add(Pending(("notify", *task), delay, stream, key))

    def notified(self, task: TaskId, key: str, outcome: str) -> None:
        """The end of a notification: answered, or lost one way or the other."""
        world = self.world
        if outcome != "lost":
            self.arrived(key)
        if outcome in ("lost", "answer lost"):
            world.trace.append(e.NotifyFailed(world.now_ms, key, outcome))
            world.object.deliver("break", task, NotifyError(outcome))
        else:
            world.object.deliver("resume", task)

    def arrived(self, key: str) -> None:
        """A notification is there, whether or not anybody waits for the answer."""
        self.world.trace.append(e.Notified(self.world.now_ms, key))

    def stop_answered(self) -> None:
        """The page knows that its stop has run: who waits for that begins."""
        delay: Any = self.world.settings.consumer_ms
        if delay is not None:
            self.world.add(Pending(READ, delay, ("consumer delay",)))

    def read(self) -> None:
        """A consumer reads the record as it is."""
        record = self.world.object.storage.seen.get(STATE_KEY)
        status, count = ("", 0) if record is None else (record["status"], record["chunks_uploaded"])
        self.world.trace.append(e.ConsumerRead(self.world.now_ms, status, count))

    def copy(self, world: World) -> Consumers:
        """The same consumers in another world."""
        other = Consumers(world)
        other.sent = self.sent
        return other
