"""Losing memory: an instance that hibernates, is reset, is replaced, or goes with its process.

Storage and the alarm's time stay; the instance's own fields, its handlers and what it had not yet
committed do not. A replaced instance may go on for a while beside the new one (R11), as long as it
touches no storage. There is no hook that tells the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import GRACE_ENDS, Pending
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.object import transactions
from lastchunk.model.world.object.alarms import ALARM
from lastchunk.model.world.object.blob_store import BLOB_CALLS
from lastchunk.reference_impl.blobs import Blobs
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    CloseGate,
    Context,
    InstanceReplaced,
    Notify,
    OpenGate,
    Response,
    Storage,
    Timer,
)
from lastchunk.reference_impl.detached import DETACHED
from lastchunk.reference_impl.effect import Effect

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.world.object.runtime import ObjectRuntime
    from lastchunk.model.world.world import World

IDLE_END = ("idle_end",)
IDLE_DEPLOY = ("idle_deploy",)
CONSTRUCT = "construct"
OUTSIDE = frozenset((*BLOB_CALLS, Timer, Notify))
"""The effects that touch no storage: a replaced instance may still have them (R11)."""
OWN_GATE = frozenset((CloseGate, OpenGate))
"""The gate of a replaced instance, which no new event comes to any more."""


def object_program(design: DesignSpec, world: World) -> Program:
    """The program of one instance of the design's object side, or what stands in for it."""
    if design.real is not None:
        stands_in: Program = design.real.program(design.name, world)
        return stands_in
    return Program(
        design.name,
        lambda now: design.cls(Context(Storage(), Blobs(), now), design.settings),
    )


def fall_idle(runtime: ObjectRuntime) -> None:
    """The last event has left the object. What it keeps in its fields will not stay long."""
    world = runtime.world
    runtime.meter.idle(world.now_ms)
    if a_cold_start_shows(runtime):
        world.add(Pending(IDLE_END, world.settings.idle_ms, ("idle", runtime.meter.requests)))


def a_cold_start_shows(runtime: ObjectRuntime) -> bool:
    """Whether anything would tell a new instance from this one; else nothing need be planned.

    Nothing is logged for an instance that keeps nothing; but its constructor runs again, the clock
    of its next machine may be another one, and a cache that was filled is empty then (R7).
    """
    if runtime.is_new:
        return False  # a replaced one has ended; its successor has not begun
    settings = runtime.world.settings
    is_cached = settings.storage_read_ms > 0 and len(runtime.storage.cached) > 0
    return bool(runtime.program.log) or runtime.has_construct or settings.clocks_differ or is_cached


def idle_long_enough(runtime: ObjectRuntime) -> None:
    """The object was idle until it hibernates, or is evicted."""
    if runtime.storage.under_way:
        fall_idle(runtime)  # a write is not confirmed yet: not now
    else:
        lose(runtime, "hibernated" if runtime.world.settings.platform.hibernates else "evicted")


# --- an instance is lost -------------------------------------------------------------------------


def lose(
    runtime: ObjectRuntime,
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
    world = runtime.world
    world.trace.append(e.InstanceLost(world.now_ms, runtime.instance, reason))
    cut_off = _revert(runtime, kept)
    program, number = runtime.program, runtime.instance
    waiting, runtime.waiting = runtime.waiting, []
    _renew(runtime)
    goes_on = old_instance_ms > 0 and bool(program.tasks)
    if goes_on:
        runtime.replaced.append((number, program))
        world.add(Pending(("old_ends", number), old_instance_ms))
    else:
        _end_tasks(runtime, program)
    for _, kind, task, _ in cut_off:
        if kind == "respond":
            world.network.respond(task, Response(500))
    runtime.alarms.will_delete = False
    if not any(runtime.alarms.runs_in(program) for _, program in runtime.replaced):
        runtime.alarms.lose(counted, reason)
    for _, kind, task, _ in cut_off if goes_on else ():
        if kind == "sync":
            runtime.deliver("break", task, replaced_error())
    for kind, task, payload in waiting:
        if old_instance_ms > 0:
            runtime.deliver(kind, task, payload)
        else:
            _turn_away(runtime, kind, task, payload, reason)
    if not runtime.program.tasks and not runtime.replaced:
        runtime.meter.idle(world.now_ms)


def _revert(runtime: ObjectRuntime, kept: int) -> list[Any]:
    """Storage is what is on disk. Returns what had been waiting at the output gate."""
    transactions.abandon(runtime)
    before = runtime.storage.values.get(STATE_KEY)
    cut_off = runtime.storage.break_off(kept)
    after = runtime.storage.values.get(STATE_KEY)
    if after != before:
        runtime.status = "" if after is None else after["status"]
        count = 0 if after is None else after["chunks_uploaded"]
        world = runtime.world
        world.trace.append(e.StorageReverted(world.now_ms, runtime.status, count))
    return cut_off


def _renew(runtime: ObjectRuntime) -> None:
    """A new instance, on a machine with a clock of its own."""
    runtime.world.cancel(IDLE_END)
    if runtime.deploys:  # R19: the new instance has the new version
        runtime.world.cancel(IDLE_DEPLOY)
        for number in runtime.deploys:
            runtime.world.cancel((GRACE_ENDS, number))
        runtime.deploys = ()
    runtime.program = runtime.program.renewed()
    runtime.instance += 1
    runtime.offset_ms = runtime.world.clock_offset(runtime.instance)
    runtime.is_new = runtime.has_construct
    runtime.gate_holder = None
    runtime.critical = None
    runtime.gates_closed = 0


def _end_tasks(runtime: ObjectRuntime, program: Program, answers: bool = True) -> None:
    """Handlers end where they stand; what they asked of the outside goes on without them."""
    world = runtime.world
    for task in list(program.tasks):
        runtime.awaiting_body.pop(task, None)
        world.cancel(("timer", *task))
        world.cancel(("storage", *task))
        method, chunk, attempt, _ = task
        if method in (ALARM, CONSTRUCT):
            continue
        world.trace.append(e.HandlerLost(world.now_ms, method, chunk, attempt))
        if method == DETACHED:
            continue  # nobody waits for it (R20)
        if answers:
            world.network.respond(task, Response(500))
        else:
            world.network.fail(task[:3], "object gone")
    program.close()


def _turn_away(runtime: ObjectRuntime, kind: str, task: TaskId, payload: Any, reason: str) -> None:
    """What waited at the gate of an instance that is reset fails with it."""
    if kind == ALARM:
        runtime.alarms.fail(payload[0], False, reason)
    elif kind == "request":
        runtime.world.network.respond(task, Response(500))


# --- a replaced instance that goes on (R11) ------------------------------------------------------


def replaced_error() -> InstanceReplaced:
    """What a replaced instance gets when it touches storage."""
    return InstanceReplaced("a newer instance has taken over")


def deliver_to_replaced(runtime: ObjectRuntime, kind: str, task: TaskId, payload: Any) -> bool:
    """Resume a handler of a replaced instance. Returns whether it was one's."""
    for entry in runtime.replaced:
        program = entry[1]
        if task not in program.tasks:
            continue
        if kind == "begin":
            _drive_replaced(runtime, entry, task, program.begin(task, runtime.clock_ms))
            return True
        if kind in ("resume", "break"):
            resume = program.send if kind == "resume" else program.throw
            _drive_replaced(runtime, entry, task, resume(task, payload, runtime.clock_ms))
            return True
    return False


def _drive_replaced(
    runtime: ObjectRuntime, entry: tuple[int, Program], task: TaskId, effect: Effect[Any] | Done
) -> None:
    program = entry[1]
    while not isinstance(effect, Done):
        if type(effect) in OUTSIDE:
            runtime.answer(task, effect)
            runtime.begin_detached(program)
            return
        if type(effect) in OWN_GATE:
            effect = program.send(task, None, runtime.clock_ms)
        else:
            effect = program.throw(task, replaced_error(), runtime.clock_ms)
    runtime.report(task, effect.error)
    if task[0] == ALARM:
        runtime.world.trace.append(e.AlarmEnded(runtime.world.now_ms))
        attempt = runtime.alarms.attempt
        if attempt is not None and attempt.task == task:
            runtime.alarms.lose(False, "instance replaced")
    elif task[0] != DETACHED:
        runtime.leave("respond", task, runtime.end_handler(task, effect))
    runtime.begin_detached(program)
    if not program.tasks and entry in runtime.replaced:
        runtime.replaced.remove(entry)
        runtime.world.cancel(("old_ends", entry[0]))
        if not runtime.program.tasks and not runtime.replaced:
            fall_idle(runtime)


def replaced_ends(runtime: ObjectRuntime, number: int) -> None:
    """The time of a replaced instance is over."""
    world = runtime.world
    world.trace.append(e.OldInstanceEnded(world.now_ms, number))
    for entry in [entry for entry in runtime.replaced if entry[0] == number]:
        runtime.replaced.remove(entry)
        had_alarm = runtime.alarms.runs_in(entry[1])
        _end_tasks(runtime, entry[1])
        if had_alarm:
            runtime.alarms.lose(False, "instance replaced")
    if not runtime.program.tasks and not runtime.replaced:
        fall_idle(runtime)


# --- the whole process ---------------------------------------------------------------------------


def kill_process(runtime: ObjectRuntime, kept: int) -> None:
    """The process is gone, and with it every instance; nobody answers until it is there again."""
    world = runtime.world
    world.trace.append(e.ProcessKilled(world.now_ms))
    cut_off = _revert(runtime, kept)
    for number, program in [*runtime.replaced, (runtime.instance, runtime.program)]:
        world.cancel(("old_ends", number))
        _end_tasks(runtime, program, answers=False)
    lost = [task for _, kind, task, _ in cut_off if kind == "respond"]
    lost += [task for kind, task, _ in runtime.waiting if kind == "request"]
    runtime.replaced, runtime.waiting = [], []
    _renew(runtime)
    runtime.is_down = True
    for task in lost:
        world.network.fail(task[:3], "object gone")
    runtime.alarms.stop()
    runtime.meter.idle(world.now_ms)


def restart(runtime: ObjectRuntime) -> None:
    """The process is there again; the alarm that was pending still is, late if need be (D5)."""
    runtime.is_down = False
    runtime.world.trace.append(e.ProcessRestarted(runtime.world.now_ms))
    runtime.alarms.reload()
