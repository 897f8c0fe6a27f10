"""Losing memory: an instance that hibernates, is reset, is replaced, or goes with its process.

Storage and the alarm's time stay; the instance's own fields, its handlers and what it had not yet
committed do not. A replaced instance may go on for a while beside the new one (R11), as long as it
touches no storage. There is no hook that tells the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.object.alarms import ALARM
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    BlobPut,
    Blobs,
    CloseGate,
    Context,
    Effect,
    InstanceReplaced,
    Notify,
    OpenGate,
    Response,
    Storage,
    Timer,
)

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.world.object.runtime import ObjectRuntime

IDLE_END = ("idle_end",)
CONSTRUCT = "construct"
OUTSIDE = frozenset((BlobPut, Timer, Notify))
"""The effects that touch no storage: a replaced instance may still have them (R11)."""
OWN_GATE = frozenset((CloseGate, OpenGate))
"""The gate of a replaced instance, which no new event comes to any more."""


def build_program(design: DesignSpec) -> Program:
    """The program of one instance of the design's object side."""
    return Program(
        design.name,
        lambda now: design.cls(Context(Storage(), Blobs(), now), design.settings),
    )


def fall_idle(owner: ObjectRuntime) -> None:
    """The last event has left the object. What it keeps in its fields will not stay long."""
    world = owner.world
    owner.meter.idle(world.now_ms)
    if a_cold_start_shows(owner):
        world.add(Pending(IDLE_END, world.idle_ms, ("idle", owner.meter.requests)))


def a_cold_start_shows(owner: ObjectRuntime) -> bool:
    """Whether anything would tell a new instance from this one; else nothing need be planned.

    Nothing is logged for an instance that keeps nothing; but its constructor runs again, the clock
    of its next machine may be another one, and a cache that was filled is empty then (R7).
    """
    if owner.is_new:
        return False  # a replaced one has ended; its successor has not begun
    world = owner.world
    is_cached = world.storage_read_ms > 0 and len(owner.storage.cached) > 0
    return bool(owner.program.log) or owner.has_construct or world.clocks_differ or is_cached


def idle_long_enough(owner: ObjectRuntime) -> None:
    """The object was idle until it hibernates, or is evicted."""
    if owner.storage.under_way:
        fall_idle(owner)  # a write is not confirmed yet: not now
    else:
        lose(owner, "hibernated" if owner.world.platform.hibernates else "evicted")


# --- an instance is lost -------------------------------------------------------------------------


def lose(
    owner: ObjectRuntime,
    reason: str,
    kept: int = 0,
    old_instance_ms: int = 0,
    counted: bool = False,
) -> None:
    """The instance loses its memory; the next event meets a new one.

    ``kept`` of the commits under way turn out to be written (R10). With ``old_instance_ms`` its
    handlers go on for so long (R11); else they are gone, and their callers are failed. ``counted``
    is how an attempt of the alarm that is lost with it counts (D2, D4).
    """
    world = owner.world
    world.trace.append(e.InstanceLost(world.now_ms, owner.instance, reason))
    cut_off = _revert(owner, kept)
    program, number = owner.program, owner.instance
    waiting, owner.waiting = owner.waiting, []
    _renew(owner)
    goes_on = old_instance_ms > 0 and bool(program.tasks)
    if goes_on:
        owner.old.append((number, program))
        world.add(Pending(("old_ends", number), old_instance_ms))
    else:
        _end_tasks(owner, program)
    for _, kind, task, _ in cut_off:
        if kind == "respond":
            world.network.respond(task, Response(500))
    owner.alarms.will_delete = False
    if not any(owner.alarms.runs_in(old) for _, old in owner.old):
        owner.alarms.lose(counted, reason)
    for kind, task, payload in waiting:
        if old_instance_ms > 0:
            owner.deliver(kind, task, payload)
        else:
            _turn_away(owner, kind, task, payload, reason)
    if not owner.program.tasks and not owner.old:
        owner.meter.idle(world.now_ms)


def _revert(owner: ObjectRuntime, kept: int) -> list[Any]:
    """Storage is what is on disk. Returns what had been waiting at the output gate."""
    before = owner.storage.values.get(STATE_KEY)
    cut_off = owner.storage.break_off(kept)
    after = owner.storage.values.get(STATE_KEY)
    if after != before:
        owner.status = "" if after is None else after["status"]
        count = 0 if after is None else after["chunks_uploaded"]
        world = owner.world
        world.trace.append(e.StorageReverted(world.now_ms, owner.status, count))
    return cut_off


def _renew(owner: ObjectRuntime) -> None:
    """A new instance, on a machine with a clock of its own."""
    owner.world.cancel(IDLE_END)
    owner.program = owner.program.renewed()
    owner.instance += 1
    owner.offset_ms = owner.world.clock_offset(owner.instance)
    owner.is_new = owner.has_construct
    owner.gate_holder = None
    owner.critical = None


def _end_tasks(owner: ObjectRuntime, program: Program, answers: bool = True) -> None:
    """Handlers end where they stand; what they asked of the outside goes on without them."""
    world = owner.world
    for task in list(program.tasks):
        owner.awaiting_body.pop(task, None)
        world.cancel(("timer", *task))
        world.cancel(("storage", *task))
        method, chunk, attempt, _ = task
        if method in (ALARM, CONSTRUCT):
            continue
        world.trace.append(e.HandlerLost(world.now_ms, method, chunk, attempt))
        if answers:
            world.network.respond(task, Response(500))
        else:
            world.network.fail(task[:3], "object gone")
    program.close()


def _turn_away(owner: ObjectRuntime, kind: str, task: TaskId, payload: Any, reason: str) -> None:
    """What waited at the gate of an instance that is reset fails with it."""
    if kind == ALARM:
        owner.alarms.fail(payload[0], False, reason)
    elif kind == "request":
        owner.world.network.respond(task, Response(500))


# --- a replaced instance that goes on (R11) ------------------------------------------------------


def replaced() -> InstanceReplaced:
    """What a replaced instance gets when it touches storage."""
    return InstanceReplaced("a newer instance has taken over")


def deliver_to_old(owner: ObjectRuntime, kind: str, task: TaskId, payload: Any) -> bool:
    """Resume a handler of a replaced instance. Returns whether it was one's."""
    for entry in owner.old:
        program = entry[1]
        if task in program.tasks and kind in ("resume", "break"):
            resume = program.send if kind == "resume" else program.throw
            _drive_old(owner, entry, task, resume(task, payload, owner.clock_ms))
            return True
    return False


def _drive_old(
    owner: ObjectRuntime, entry: tuple[int, Program], task: TaskId, effect: Effect[Any] | Done
) -> None:
    program = entry[1]
    while not isinstance(effect, Done):
        if type(effect) in OUTSIDE:
            owner.answer(task, effect)
            return
        if type(effect) in OWN_GATE:
            effect = program.send(task, None, owner.clock_ms)
        else:
            effect = program.throw(task, replaced(), owner.clock_ms)
    owner.report(task, effect.error)
    if task[0] == ALARM:
        owner.world.trace.append(e.AlarmEnded(owner.world.now_ms))
        attempt = owner.alarms.attempt
        if attempt is not None and attempt.task == task:
            owner.alarms.lose(False, "instance replaced")
    else:
        owner.leave("respond", task, owner.end_handler(task, effect))
    if not program.tasks:
        owner.old.remove(entry)
        owner.world.cancel(("old_ends", entry[0]))
        if not owner.program.tasks and not owner.old:
            fall_idle(owner)


def old_ends(owner: ObjectRuntime, number: int) -> None:
    """The time of a replaced instance is over."""
    world = owner.world
    world.trace.append(e.OldInstanceEnded(world.now_ms, number))
    for entry in [entry for entry in owner.old if entry[0] == number]:
        owner.old.remove(entry)
        had_alarm = owner.alarms.runs_in(entry[1])
        _end_tasks(owner, entry[1])
        if had_alarm:
            owner.alarms.lose(False, "instance replaced")
    if not owner.program.tasks and not owner.old:
        fall_idle(owner)


# --- the whole process ---------------------------------------------------------------------------


def kill_process(owner: ObjectRuntime, kept: int) -> None:
    """The process is gone, and with it every instance; nobody answers until it is there again."""
    world = owner.world
    world.trace.append(e.ProcessKilled(world.now_ms))
    cut_off = _revert(owner, kept)
    for number, program in [*owner.old, (owner.instance, owner.program)]:
        world.cancel(("old_ends", number))
        _end_tasks(owner, program, answers=False)
    lost = [task for _, kind, task, _ in cut_off if kind == "respond"]
    lost += [task for kind, task, _ in owner.waiting if kind == "request"]
    owner.old, owner.waiting = [], []
    _renew(owner)
    owner.is_down = True
    for task in lost:
        world.network.fail(task[:3], "object gone")
    owner.alarms.stop()
    owner.meter.idle(world.now_ms)


def restart(owner: ObjectRuntime) -> None:
    """The process is there again; the alarm that was pending still is, late if need be (D5)."""
    owner.is_down = False
    owner.world.trace.append(e.ProcessRestarted(owner.world.now_ms))
    owner.alarms.reload()
