"""Counterexamples that a person can use: a session in whole milliseconds that shows the violation.

Each is run again at once by the replaying scheduler, in the ordinary world and on its ordinary
integers; if the same property is not violated there, the explorer is wrong, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lastchunk.model.base.errors import DesignError, InputError, InternalError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.witness.paths import Walk
from lastchunk.model.explore.witness.times import (
    Choice,
    PairLimits,
    in_order,
    instants_of,
    pair_limits,
    ranges_of,
    recorded_ms,
    times_of,
)
from lastchunk.model.properties import EXPLORABLE, Property, Violation
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, replay
from lastchunk.model.simulate.schedule import Schedule, Step

ENDED = "violation"


class ExplorerError(InternalError):
    """The explorer contradicts itself: a bug of lastchunk, not of the design."""


KINDS = ("shortest", "widest", "earliest", "endless")
"""How a counterexample is chosen among all."""


@dataclass(frozen=True)
class Counterexample:
    """A session that violates a property.

    ``kind`` says how it was chosen: the *shortest* has the fewest happenings and the earliest times
    for them, the *widest* the same happenings with the most room from every bound, the *earliest*
    violates the property soonest; an *endless* one leads to a cycle and once round it, and is the
    only one of its property. ``ranges_ms`` are the least and the greatest time that each
    step may have, all others being free; None: no bound. ``limits_ms`` is how far each two may lie
    apart (`pair_limits`): other times within them show the same. Nothing where it is not known.
    """

    slug: str
    kind: str
    schedule: Schedule
    run: Run
    violation: Violation
    ranges_ms: tuple[tuple[int, int | None], ...]
    meaning: str = ""
    limits_ms: tuple[PairLimits, ...] = ()


def counterexample(
    slug: str,
    kind: str,
    walk: Walk,
    scenario: Scenario,
    design: DesignSpec,
    deadline: Deadline | None = None,
    own: Property | None = None,
) -> Counterexample | None:
    """A path as a session, run and judged; None where no whole milliseconds fit.

    Raises `ExplorerError` where the run does not show the violation, `OutOfTimeError` where a long
    path cannot be solved before the ``deadline``.
    """
    choice: Choice = "widest" if kind == "widest" else "earliest"
    instants_ms = instants_of(walk, choice, deadline)
    if instants_ms is None:
        return None
    times_ms = times_of(walk, instants_ms)
    order = in_order(walk, times_ms)
    ranges_ms = ranges_of(walk, deadline)
    schedule = session_of(walk, order, instants_ms, scenario, design)
    run = replayed(slug, schedule, design)
    item = own or EXPLORABLE[slug]
    judgement = judge_trace(item, run.trace, run.facts, run.judge)
    if not isinstance(judgement, Violation):
        raise ExplorerError(
            f"the explorer says that {slug} is violated, and the replay of its own schedule says: "
            f"{judgement}"
        )
    ranges = tuple(ranges_ms[number] for number in order)
    limits_ms = pair_limits(walk, order, deadline)
    return Counterexample(slug, kind, schedule, run, judgement, ranges, item.meaning, limits_ms)


def replayed(slug: str, schedule: Schedule, design: DesignSpec) -> Run:
    """The run of an explorer's own schedule. Raises `ExplorerError` where it does not replay."""
    try:
        return replay(schedule, design)
    except DesignError:
        raise
    except InputError as error:
        raise ExplorerError(
            f"the explorer says that {slug} is violated, and its own schedule is refused: {error}"
        ) from error


def session_of(
    walk: Walk,
    order: Sequence[int],
    instants_ms: Sequence[int],
    scenario: Scenario,
    design: DesignSpec,
) -> Schedule:
    """A path as a schedule to replay, its happenings in an order of their times."""
    happenings, times_ms = walk.happenings, times_of(walk, instants_ms)
    steps = tuple(
        Step(happenings[number].key, times_ms[number], happenings[number].outcome)
        for number in order
    )
    duration_ms = recorded_ms(walk, instants_ms)
    settings, offsets_ms = vars(design.settings), walk.offsets_ms
    header = (scenario, design.reference, settings, duration_ms, offsets_ms, ENDED)
    return Schedule(*header, steps)
