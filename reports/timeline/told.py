"""A session as the timeline tells it: its events, and what is known beside them.

A schedule is replayed for it, with a look at the object's gates after each step. Of a bare trace
the gates are not known, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.explore.witness.times import PairLimits
from lastchunk.model.properties import Judgement, Violation
from lastchunk.model.simulate import Run
from lastchunk.model.simulate.replay import replay
from lastchunk.model.simulate.schedule import Schedule
from lastchunk.model.trace.events import Event
from lastchunk.model.world.world import World
from lastchunk.reports.base.violations import violations_of
from lastchunk.reports.timeline.gates import gates_of
from lastchunk.reports.timeline.steps import step_words

Ranges = Sequence[tuple[int, int | None]]
Rows = tuple[tuple[str, str], ...]
"""What a panel shows: labels, each with its words."""


@dataclass(frozen=True)
class Freedom:
    """What may vary: for each step its name and range, and how far each two may lie apart.

    ``limits_ms`` has a row more than there are steps: the first is the beginning (`pair_limits`).
    """

    names: tuple[str, ...]
    times_ms: tuple[int, ...]
    ranges_ms: Ranges
    limits_ms: Sequence[PairLimits]


class Moment(NamedTuple):
    """What a replay showed after a step: how many events there were, and the object's gates."""

    events: int
    gates: Rows


@dataclass(frozen=True)
class Told:
    """A session to tell. ``violations`` are (at_ms, slug, detail); ``moments`` has one a step.

    ``notes`` are what a page says of it first.
    """

    name: str
    trace: Sequence[Event]
    violations: tuple[tuple[int, str, str], ...] = ()
    moments: tuple[Moment, ...] = ()
    freedom: Freedom | None = None
    notes: tuple[str, ...] = ()

    def judged(self, judgements: Mapping[str, Judgement]) -> Told:
        """The same with what it violates of further properties."""
        found = [
            (item.at_ms, slug, item.detail)
            for slug, item in judgements.items()
            if isinstance(item, Violation)
        ]
        return replace(self, violations=tuple(sorted((*self.violations, *found))))


Tellable = Run | Schedule | Counterexample | Told


def told(source: Tellable, name: str = "", schedule: Schedule | None = None) -> Told:
    """Anything that has a session, as the timeline tells it. Raises `InputError`.

    The ``schedule`` of a run, as `record` gives it, lets the page tell of the gates too.
    """
    if isinstance(source, Told):
        return replace(source, name=name) if name else source
    if isinstance(source, Counterexample):
        found = told(source.schedule, name or f"{source.run.design.name}: {source.slug}")
        at = (source.violation.at_ms, source.slug, source.violation.detail)
        others = [item for item in found.violations if item[1] != source.slug]
        return replace(found, violations=(at, *others), freedom=freedom_of(source))
    if isinstance(source, Schedule):
        return _replayed(source, name)
    if isinstance(source, Run):
        # With the run's own design: one on the real runtime is not loaded by its name alone.
        known = () if schedule is None else _replayed(schedule, name, source.design).moments
        title = name or f"{source.design.name}: {source.scenario.title}, {source.origin}"
        return Told(title, source.trace, tuple(violations_of(source)), known)
    raise InputError("timeline", source, "a Run, a Schedule, a Counterexample or a Told")


def told_trace(trace: Sequence[Event], name: str) -> Told:
    """Bare events: no verdicts, and nothing of the gates."""
    return Told(name, trace)


def _replayed(schedule: Schedule, name: str, design: DesignSpec | None = None) -> Told:
    moments: list[Moment] = []

    def look(world: World) -> None:
        moments.append(Moment(len(world.trace), gates_of(world)))

    run = replay(schedule, design, look)
    title = name or f"{run.design.name}: {run.scenario.title}, {run.origin}"
    return Told(title, run.trace, tuple(violations_of(run)), tuple(moments))


def freedom_of(example: Counterexample) -> Freedom | None:
    """What may vary in a counterexample; None where the explorer does not tell."""
    return freedom(example.schedule, example.ranges_ms, example.limits_ms)


def freedom(
    schedule: Schedule, ranges_ms: Ranges, limits_ms: Sequence[PairLimits]
) -> Freedom | None:
    """The same from its parts; None where nothing may vary, or its limits are not known."""
    if not limits_ms or all(low == high for low, high in ranges_ms):
        return None
    names = tuple(step_words(step.key, schedule.scenario) for step in schedule.steps)
    return Freedom(names, tuple(step.at_ms for step in schedule.steps), ranges_ms, limits_ms)
