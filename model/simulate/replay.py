"""Replay: the scheduler that does what a recorded schedule says, and checks that it may.

Each step must name something that is pending, at a time within its bounds, before nothing else was
overdue, and with an outcome that it can have. The first step that does not fit is refused, with
what was possible there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from lastchunk.model.base.errors import DesignError, InputError, as_given
from lastchunk.model.design.load import DesignLike, DesignSpec, check_setting_bounds, load_design
from lastchunk.model.simulate.run import Run
from lastchunk.model.simulate.schedule import Schedule, Step
from lastchunk.model.trace.events import RunEnded
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.edge.uplink import FreeUplink
from lastchunk.model.world.world import World

SHOWN = 6
OVER = frozenset(("quiet", "completion"))
"""Ends at which nothing more could have happened."""


def replay(
    schedule: Schedule,
    design: DesignLike | None = None,
    look: Callable[[World], None] | None = None,
) -> Run:
    """Run a schedule again. The trace is the recorded one if the design is the same.

    ``look`` is shown the world as it begins and after each step, and may not change it.

    Raises `InputError` at the first step that the design and the scenario do not allow.
    """
    if not isinstance(schedule, Schedule):
        raise InputError("schedule", schedule, "a Schedule, as read_schedule(path) gives it")
    design = design_of(schedule) if design is None else load_design(design, schedule.scenario)
    world = build_world(schedule, design)
    world.begin()
    if look is not None:
        look(world)
    for number, step in enumerate(schedule.steps, 1):
        if world.ended:
            raise refused(number, step, f"nothing: the run ended at its {world.ended}")
        world.fresh.clear()
        world.happen(fitting(world, number, step), step.at_ms, step.outcome)
        if look is not None:
            look(world)
    if world.pending and not world.ended and schedule.ended in OVER:
        where = f"schedule, after step {len(schedule.steps)}"
        raise InputError(where, f"its end, {schedule.ended}", possible(world))
    reason = world.ended or (schedule.ended if world.pending else "quiet")
    world.trace.append(world.object.meter.event(world.now_ms))
    world.trace.append(RunEnded(world.now_ms, reason))
    world.close()
    nan = float("nan")
    args = (schedule.scenario, design, schedule.seed, schedule.session, world.trace)
    return Run(*args, nan, nan)


def design_of(schedule: Schedule) -> DesignSpec:
    """The recorded design with its recorded settings. Raises `InputError`."""
    found = load_design(schedule.design)
    for known in dataclasses.fields(found.cls.Settings):
        value = schedule.settings.get(known.name, known.default)
        if known.name.endswith("_ms") and type(known.default) is int and type(value) is not int:
            allowed = "a value of type int"
            raise InputError(f"schedule: settings.{known.name}", as_given(value), allowed)
    check_setting_bounds("schedule: settings", found.cls, schedule.settings)
    try:
        settings = found.cls.Settings(**schedule.settings)
    except (TypeError, ValueError) as error:
        raise DesignError(f"design {found.name}: its settings are refused: {error}") from error
    return DesignSpec(found.name, found.cls, settings, found.reference)


def build_world(schedule: Schedule, design: DesignSpec) -> World:
    """The world in which a schedule runs: transfers take what the schedule says."""
    offsets = schedule.clock_offsets_ms

    def offset(instance: int) -> int:
        return offsets[min(instance, len(offsets) - 1)]

    uplink = FreeUplink() if schedule.scenario.uplink is not None else None
    args = (schedule.scenario, schedule.duration_ms, uplink, offset, schedule.give)
    return World(design, *args)


def fitting(world: World, number: int, step: Step) -> Pending:
    """The pending thing that a step means. Raises `InputError` where it does not fit."""
    pending = world.pending.get(step.key)
    if pending is None:
        raise refused(number, step, possible(world))
    earliest_ms, latest_ms = pending.window()
    earliest_ms = max(earliest_ms, world.now_ms)
    if step.at_ms < earliest_ms or (latest_ms is not None and step.at_ms > latest_ms):
        raise refused(number, step, f"for this one {_when(earliest_ms, latest_ms)}")
    for other in world.pending.values():
        due_ms = other.window()[1]
        if due_ms is not None and due_ms < step.at_ms:
            raise refused(number, step, f"first {_name(other)}, due by {due_ms} ms")
    names = [name for name, _ in world.choices(pending)] or [""]
    if step.outcome not in names:
        raise refused(number, step, "an outcome of " + ", ".join(map(repr, names)))
    return pending


def refused(number: int, step: Step, allowed: str) -> InputError:
    """The error of a step that does not fit."""
    what = f"{' '.join(map(str, step.key))} at {step.at_ms} ms"
    return InputError(f"schedule, step {number}", what + f" {step.outcome}".rstrip(), allowed)


def possible(world: World) -> str:
    """What could happen next, the first few by name."""
    items = sorted(world.pending.values(), key=lambda item: (item.window()[0], repr(item.key)))
    words = [f"{_name(item)} {_when(*item.window())}" for item in items[:SHOWN]]
    more = [f"{len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return "; ".join([*words, *more]) or "nothing: nothing is pending"


def _name(pending: Pending) -> str:
    return " ".join(map(str, pending.key))


def _when(earliest_ms: int, latest_ms: int | None) -> str:
    if latest_ms is None:
        return f"at {earliest_ms} ms or later"
    if earliest_ms >= latest_ms:
        return f"at {latest_ms} ms"
    return f"from {earliest_ms} to {latest_ms} ms"
