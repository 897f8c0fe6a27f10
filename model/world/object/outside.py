"""Calls of the object to the outside: while it awaits one, its input gate is open (R4).

A blob put, a timer, a notification. A call leaves through the output gate (R10); a put that streams
the request's body waits for the whole of it, and breaks with it (R12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.checks import checked_wait
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.reference_impl.contract import BlobPut, Notify, StreamBroken, Timer
from lastchunk.reference_impl.detached import DETACHED

if TYPE_CHECKING:
    from lastchunk.model.world.object.runtime import ObjectRuntime

SUSPENDS = object()
"""The code waits: its answer comes later."""


def timer(runtime: ObjectRuntime, task: TaskId, effect: Timer) -> Any:
    """Wait inside a handler."""
    wait_ms = checked_wait(runtime.program, task, effect.wait_ms)
    runtime.world.add(Pending(("timer", *task), wait_ms, ("timer", *task[1:])))
    return SUSPENDS


def blob_put(runtime: ObjectRuntime, task: TaskId, effect: BlobPut) -> Any:
    """Store a chunk: at once where that takes no time, else when its body is there."""
    _, chunk, attempt, _ = task
    crossing.chunk(runtime.program, task, effect.chunk)
    if task[0] == DETACHED:
        raise crossing.misused(runtime.program, task, "puts a chunk", "to put it in its handler")
    world = runtime.world
    runtime.meter.blob_puts += 1
    world.trace.append(e.BlobPutStarted(world.now_ms, chunk, attempt))
    if world.network.body_under_way(task):
        runtime.awaiting_body[task] = effect
    elif world.puts_at_once and runtime.storage.is_open and task in runtime.program.tasks:
        world.blob_stored(task, chunk)
        return None
    else:
        _send(runtime, task, "put_blob", effect.chunk)
    return SUSPENDS


def notify(runtime: ObjectRuntime, task: TaskId, effect: Notify) -> Any:
    """Tell the consumer."""
    crossing.text(runtime.program, task, effect.key, "notifies with the key")
    runtime.meter.notifications += 1
    _send(runtime, task, "notify", effect.key)
    return SUSPENDS


def _send(runtime: ObjectRuntime, task: TaskId, kind: str, payload: Any) -> None:
    """Call the outside: through the output gate, unless a replaced instance does so (R11)."""
    if runtime.storage.waits and not (runtime.replaced and task not in runtime.program.tasks):
        runtime.storage.send(kind, task, payload)
    else:
        runtime.leave(kind, task, payload)


def body_arrived(runtime: ObjectRuntime, call: TaskId) -> None:
    """The whole body is there: uploads that wait for it go on to the blob store."""
    for task in [task for task in runtime.awaiting_body if task[:3] == call]:
        effect = runtime.awaiting_body.pop(task)
        _send(runtime, task, "put_blob", effect.chunk)


def body_broke(runtime: ObjectRuntime, call: TaskId) -> None:
    """The body will never be whole: the put that streams it breaks (R12)."""
    for task in [task for task in runtime.awaiting_body if task[:3] == call]:
        del runtime.awaiting_body[task]
        _, chunk, attempt, _ = task
        runtime.world.trace.append(e.BlobPutBroken(runtime.world.now_ms, chunk, attempt))
        runtime.deliver("break", task, StreamBroken("the client went away"))
