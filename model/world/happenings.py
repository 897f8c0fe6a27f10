"""What happens as a pending thing comes due: one entry for each kind of key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lastchunk.model.trace.events import BlobCallFailed, BlobPutFailed
from lastchunk.model.world import faults
from lastchunk.model.world.base.pending import GRACE_ENDS, Pending
from lastchunk.model.world.edge import client as client_host
from lastchunk.model.world.edge import lifecycle, standstill
from lastchunk.model.world.edge.answers import TICK
from lastchunk.model.world.edge.network import DRAINED
from lastchunk.model.world.object import deploys, instances
from lastchunk.model.world.outcomes import INSTANCE_LOST, kept_of
from lastchunk.reference_impl.contract import BlobStoreError

if TYPE_CHECKING:
    from lastchunk.model.world.world import World


def _blob(world: World, pending: Pending, outcome: str) -> None:
    task, chunk = pending.key[1:], pending.payload
    trouble = world.troubles.get("blobs_fail")
    if trouble is not None:
        _blob_failed(world, pending, trouble.status)
    elif outcome == "failed":
        _blob_failed(world, pending, 500)
    else:
        made = world.blob_stored(task, chunk)
        if outcome:
            _resume(world, task, outcome, made)
        else:
            world.object.deliver("resume", task, made)


def _blob_call(world: World, pending: Pending, outcome: str) -> None:
    """The end of another call of the blob store: done and answered, or refused."""
    task, call = pending.key[1:], pending.payload
    trouble = world.troubles.get("blobs_fail")
    try:
        if trouble is not None or outcome == "failed":
            raise BlobStoreError(500 if trouble is None else trouble.status)
        answer = world.blob_store.answer(task, call)
    except BlobStoreError as error:
        name = type(call).__name__
        event = BlobCallFailed(world.now_ms, name, error.status, error.code)
        world.trace.append(event)
        world.object.deliver("break", task, error)
    else:
        _resume(world, task, outcome, answer)


def _blob_failed(world: World, pending: Pending, status: int) -> None:
    task = pending.key[1:]
    event = BlobPutFailed(world.now_ms, pending.payload.index, task[2], status)
    world.trace.append(event)
    world.object.deliver("break", task, BlobStoreError(status))


def _resume(world: World, task: tuple[Any, ...], outcome: str, answer: Any = None) -> None:
    """What a handler waits for is there; or its instance is lost at just this await."""
    if outcome.startswith(INSTANCE_LOST):
        if task in world.object.program.tasks:
            instances.lose(world.object, "reset", kept_of(outcome))
    else:
        world.object.deliver("resume", task, answer)


def _storage(world: World, pending: Pending, outcome: str) -> None:
    if outcome.startswith(INSTANCE_LOST):
        _resume(world, pending.key[1:], outcome)
    else:
        world.object.storage_answered(pending.key[1:], pending.payload)


def _notify(world: World, pending: Pending, outcome: str) -> None:
    if outcome.startswith(INSTANCE_LOST):
        world.consumer.arrived(pending.payload)
        _resume(world, pending.key[1:], outcome)
    else:
        world.consumer.notified(pending.key[1:], pending.payload, outcome)


def _move_alarm(world: World, pending: Pending, outcome: str) -> None:
    if outcome != "lost":
        world.object.alarms.tell(pending.payload)


HAPPENINGS: dict[str, Callable[[World, Pending, str], None]] = {
    "request": lambda w, p, outcome: w.network.request_arrives(p, outcome),
    "response": lambda w, p, outcome: w.network.response_arrives(p, outcome),
    "error": lambda w, p, _: w.network.error_arrives(p.key[1:], p.payload),
    "timeout": lambda w, p, _: standstill.timer_due(w.client, "timeout", p.key[1:]),
    "body": lambda w, p, _: w.network.body_arrives(p.key[1:]),
    DRAINED: lambda w, p, _: w.network.drained(p.key[1:]),
    "blob": _blob,
    "blob_call": _blob_call,
    "blob_refused": lambda w, p, _: _blob_failed(w, p, 429),
    "timer": lambda w, p, outcome: _resume(w, p.key[1:], outcome),
    "storage": _storage,
    "notify": _notify,
    "commit": lambda w, p, outcome: w.object.storage.commit_ends(p.payload, outcome),
    "alarm": lambda w, p, outcome: w.object.alarms.due(p.payload, outcome),
    "move_alarm": _move_alarm,
    "alarm_limit": lambda w, _p, _: instances.lose(
        w.object, "alarm() ran for 15 minutes", counted=True
    ),
    "idle_end": lambda w, _p, _: instances.idle_long_enough(w.object),
    "idle_deploy": lambda w, _p, _: deploys.at_idle(w.object),
    GRACE_ENDS: lambda w, p, outcome: deploys.grace_ends(w.object, p.payload, kept_of(outcome)),
    "old_ends": lambda w, p, _: instances.replaced_ends(w.object, p.key[1]),
    "restart": lambda w, _p, _: instances.restart(w.object),
    "trouble_ends": lambda w, p, _: faults.trouble_ends(w, p.key[1]),
    "consumer_reads": lambda w, _p, _: w.consumer.read(),
    "sleep": lambda w, p, _: standstill.timer_due(w.client, "send", p.payload),
    "tick": lambda w, p, _: w.client.tick(),
    "last_chunk": lambda w, p, _: w.client.tell("chunk", TICK),
    "stop": lambda w, p, _: w.client.tell("stop", client_host.STOP),
    "pause": lambda w, p, _: w.client.tell("pause", p.key),
    "unpause": lambda w, p, _: w.client.tell("unpause", p.key),
    "reopen": lambda w, _p, outcome: lifecycle.reopen(w.client, outcome),
    **dict.fromkeys(standstill.ENDS, lambda w, p, _: standstill.ENDS[p.key[0]](w.client)),
    "network_up": lambda w, p, _: w.network.comes_up(),
    "fault": faults.strike,
}
