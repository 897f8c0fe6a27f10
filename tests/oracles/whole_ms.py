"""Every schedule of whole milliseconds, one by one: the world itself, forked at each choice.

Nothing of the explorer is used: no instants, no zones, no states written out. Two worlds count as
one where their programs were told the same things at the same times, which only ever splits.
Bounds are closed, so where nothing compares strictly whole milliseconds reach what real times do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.properties import Violation, check_all, judge_settings
from lastchunk.model.simulate.schedule import Schedule, Step
from lastchunk.model.trace.events import RunEnded
from lastchunk.model.trace.facts import facts_of
from lastchunk.model.world.world import World

Steps = tuple[Any, ...] | None
"""The steps so far, the last one first: ``(step, those before)``."""

NO_OWN_READINGS: Mapping[str, Callable[[list[Any]], str]] = {}


@dataclass
class Brute:
    """The properties that some schedule violates, each with its first one; ``worlds`` looked at.

    ``is_whole`` says whether all were looked at, or the limit came before.
    """

    violated: dict[str, Schedule] = field(default_factory=dict)
    worlds: int = 0
    is_whole: bool = False


def by_brute_force(
    design: Any,
    scenario: Any,
    worlds_max: int | None = None,
    late_ms: int | None = None,
    dice: random.Random | None = None,
    duration_ms: int = 0,
    offsets_ms: tuple[int, ...] = (0,),
    own: Mapping[str, Callable[[list[Any]], str]] = NO_OWN_READINGS,
) -> Brute:
    """Look at every schedule, or at so many worlds, none later than ``late_ms``.

    The user records for ``duration_ms``; the n-th instance's clock is ahead by the n-th of
    ``offsets_ms``, and that of those after the last one by the last.

    ``own`` say of a finished trace whether a property of a person's is violated; then two worlds
    count as one where their whole traces are one.

    With ``dice`` the next world is any of those known, so that a limit cuts nothing in particular.
    """

    def clock_offset(instance: int) -> int:
        return offsets_ms[min(instance, len(offsets_ms) - 1)]

    world = World(design, scenario, duration_ms, None, clock_offset)
    world.begin()
    judge = judge_settings(design)
    found = Brute()
    known: set[Any] = set()
    stack: list[tuple[World, Steps]] = [(world, None)]
    while stack:
        if found.worlds == worlds_max:
            return found
        if dice is not None:
            at = dice.randrange(len(stack))
            stack[at], stack[-1] = stack[-1], stack[at]
        world, steps = stack.pop()
        is_over = bool(world.ended) or not world.pending
        if is_over:
            world.trace.append(RunEnded(world.now_ms, world.ended or "quiet"))
        judged = check_all(facts_of(world.trace), judge)
        so_far = tuple(sorted(slug for slug, v in judged.items() if isinstance(v, Violation)))
        if is_over:
            so_far += tuple(slug for slug, read in own.items() if read(world.trace) == "Violation")
            for slug in so_far:
                if slug not in found.violated:
                    found.violated[slug] = schedule_of(world, design, scenario, steps)
            continue
        mark = _mark(world, so_far) + (repr(world.trace) if own else "")
        if mark in known or (late_ms is not None and world.now_ms > late_ms):
            continue
        known.add(mark)
        found.worlds += 1
        stack += _following(world, steps)
    found.is_whole = late_ms is None
    return found


def _mark(world: World, so_far: tuple[str, ...]) -> str:
    windows = sorted(((key, item.window()) for key, item in world.pending.items()), key=repr)
    return repr((world.fingerprint(), windows, so_far, _told(world)))


def _told(world: World) -> list[Any]:
    programs = [world.object.program, world.client.program]
    return [
        program.log for program in (*programs, *(program for _, program in world.object.replaced))
    ]


def _following(world: World, steps: Steps) -> list[tuple[World, Steps]]:
    windows = {key: pending.window() for key, pending in world.pending.items()}
    last_ms = min(high for _, high in windows.values() if high is not None)
    out: list[tuple[World, Steps]] = []
    for key, (low, high) in windows.items():
        stop = last_ms if high is None else min(high, last_ms)
        for at_ms in range(max(low, world.now_ms), stop + 1):
            choices = world.choices(world.pending[key])
            outcomes = [name for name, share in choices if share > 0] or [""]
            for outcome in outcomes:
                other = world.fork()
                other.fresh.clear()
                other.happen(other.pending[key], at_ms, outcome)
                out.append((other, (Step(key, at_ms, outcome), steps)))
    return out


def schedule_of(world: World, design: Any, scenario: Any, steps: Steps) -> Schedule:
    """The way to a world, to replay."""
    taken = []
    while steps is not None:
        step, steps = steps
        taken.append(step)
    offsets_ms = tuple(map(world.clock_offset, range(world.object.instance + 1)))
    header = (scenario, design.reference, vars(design.settings), world.duration_ms, offsets_ms)
    return Schedule(*header, world.ended or "quiet", tuple(reversed(taken)))
