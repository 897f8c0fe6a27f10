"""Calls of the object to the outside: while it awaits one, its input gate is open (R4).

A call of the blob store, a timer, a notification. A call leaves through the output gate (R10); a
put that streams the request's body waits for the whole of it, and breaks with it (R12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import as_written
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.checks import checked_wait
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.model.world.object.blob_store import IN_PARTS, PARTS_MAX, StoreIsRead
from lastchunk.reference_impl.blobs import (
    AbortUpload,
    BlobDelete,
    BlobGet,
    BlobHead,
    BlobKey,
    BlobPut,
    CompleteUpload,
    CreateUpload,
    PutPart,
    UploadedPart,
)
from lastchunk.reference_impl.contract import Chunk, Notify, StreamBroken, Timer
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


def blob_put(runtime: ObjectRuntime, task: TaskId, effect: BlobPut | PutPart) -> Any:
    """Store a chunk, whole or as a part: at once where that takes no time, else when its body is
    there."""
    runtime.world.check_chunk(crossing.chunk(runtime.program, task, effect.chunk))
    if task[0] == DETACHED:
        raise crossing.misused(runtime.program, task, "puts a chunk", "to put it in its handler")
    if isinstance(effect, PutPart):
        _check_part(runtime, task, effect)
    world = runtime.world
    runtime.meter.blob_puts += 1
    world.trace.append(e.BlobPutStarted(world.now_ms, effect.chunk.index, task[2]))
    if world.network.body_under_way(task):
        runtime.awaiting_body[task] = effect
    elif (
        world.settings.puts_at_once
        and isinstance(effect, BlobPut)
        and runtime.storage.is_open
        and task in runtime.program.tasks
    ):
        return world.blob_stored(task, effect.chunk)
    else:
        _store(runtime, task, effect)
    return SUSPENDS


def _store(runtime: ObjectRuntime, task: TaskId, effect: BlobPut | PutPart) -> None:
    if isinstance(effect, BlobPut):
        _send(runtime, task, "put_blob", effect.chunk)
    else:
        _send(runtime, task, "call_blobs", effect)


def _check_part(runtime: ObjectRuntime, task: TaskId, effect: PutPart) -> None:
    number: Any = effect.part_number
    if type(number) is not int or not 1 <= number <= PARTS_MAX:
        what = f"uploads the part {as_written(number)}"
        raise crossing.misused(runtime.program, task, what, f"a number from 1 to {PARTS_MAX}")
    _check_explored(runtime, task, effect)


def _check_explored(runtime: ObjectRuntime, task: TaskId, effect: Any) -> None:
    """While exploring: an upload in parts is refused by name; the store is kept once it is read."""
    store = runtime.world.blob_store
    if store.is_explored and type(effect) in IN_PARTS:
        what = "uploads in parts, which exploring cannot keep"
        raise crossing.misused(runtime.program, task, what, "blobs.put while exploring; simulate")
    if store.is_left_out:
        raise StoreIsRead


def _key(runtime: ObjectRuntime, task: TaskId, effect: BlobGet | BlobHead | BlobDelete) -> None:
    key: Any = effect.key
    if not isinstance(key, BlobKey | Chunk | str):
        what = f"asks the blob store for {as_written(key)}"
        raise crossing.misused(runtime.program, task, what, "a key, a chunk, or a text")
    if isinstance(key, Chunk):
        runtime.world.check_chunk(key)


def _name(runtime: ObjectRuntime, task: TaskId, effect: CreateUpload) -> None:
    crossing.text(runtime.program, task, effect.key, "uploads in parts under the key")
    runtime.meter.blob_puts += 1


def _parts(runtime: ObjectRuntime, task: TaskId, effect: CompleteUpload) -> None:
    parts: Any = effect.parts
    if not isinstance(parts, list | tuple) or not all(isinstance(p, UploadedPart) for p in parts):
        what = "completes an upload with what is no list of parts"
        raise crossing.misused(runtime.program, task, what, "what upload_part() answered")
    effect.parts = tuple(parts)
    runtime.meter.blob_puts += 1


def _nothing(runtime: ObjectRuntime, task: TaskId, effect: AbortUpload) -> None:
    """An abort has no arguments."""


BLOB_ARGUMENTS: dict[type, Any] = {
    BlobGet: _key,
    BlobHead: _key,
    BlobDelete: _key,
    CreateUpload: _name,
    CompleteUpload: _parts,
    AbortUpload: _nothing,
}
"""What a call of the blob store is given, checked; and counted, where it costs what a put does."""


def blob_call(runtime: ObjectRuntime, task: TaskId, effect: Any) -> Any:
    """Any other call of the blob store."""
    BLOB_ARGUMENTS[type(effect)](runtime, task, effect)
    _check_explored(runtime, task, effect)
    _send(runtime, task, "call_blobs", effect)
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
        _store(runtime, task, effect)


def body_broke(runtime: ObjectRuntime, call: TaskId) -> None:
    """The body will never be whole: the put that streams it breaks (R12)."""
    for task in [task for task in runtime.awaiting_body if task[:3] == call]:
        del runtime.awaiting_body[task]
        _, chunk, attempt, _ = task
        runtime.world.trace.append(e.BlobPutBroken(runtime.world.now_ms, chunk, attempt))
        runtime.deliver("break", task, StreamBroken("the client went away"))
