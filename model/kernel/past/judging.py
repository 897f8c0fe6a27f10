"""What a session comes to: the row of results, worked out once for all that come to it alike.

The facts have numbers by name where sessions differ. Properties and the row are made of them by the
same code as of any trace; what that asks is questions to the session's registers and its memory,
and what comes of it is a row with some numbers left open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.kernel.past.facts import NO_TIME, STORED, PastFacts
from lastchunk.model.properties import OUTCOMES, SOMETIMES
from lastchunk.model.properties.row import COLUMNS
from lastchunk.model.simulate import Run
from lastchunk.model.table.machine import SessionTable
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import Expression
from lastchunk.model.trace.events import Costs, RunEnded

RowOf = Callable[[Run], dict[str, Any]]
END_WORDS = ("quiet", "completion", "horizon", "limit")
OUTSIDE = ("scenario", "design", "session", "uplink_kbps", "request_delay_ms")
"""Columns that are no whole numbers of a session's end."""
NUMBER_COLUMNS = tuple(name for name in COLUMNS if name not in OUTSIDE)
WORD_COLUMNS = {"outcome": tuple(OUTCOMES), "ended": END_WORDS}
"""Columns of words, by their numbers."""
TRUTHS = tuple(f"saw_{slug}" for slug in SOMETIMES)
"""Columns of truth values."""
_NAN = float("nan")


def judged_end(
    facts: PastFacts,
    machine: SessionTable,
    step: RunningStep,
    now_ms: Any,
    reason: str,
    row_of: RowOf,
) -> tuple[list[int], list[tuple[int, Expression]]]:
    """The row of a session that ends here: numbers, and those that hang on the session's."""
    facts.take_in(Costs(now_ms, *facts.spent))
    facts.take_in(RunEnded(now_ms, reason))
    lost_ms = facts.media.lost_ms(facts)
    _number_chunks(facts)
    run = Run(machine.scenario, machine.design, 0, 0, [], _NAN, _NAN)
    vars(run).update(facts=facts, media_lost_ms=lost_ms, alarm_writes=facts.alarm_writes)
    row = row_of(run)
    fixed, varying = [], []
    for at, name in enumerate(NUMBER_COLUMNS):
        value = row[name]
        if isinstance(value, Number):
            varying.append((at, step.expression_of(value)))
            value = 0
        elif name in WORD_COLUMNS:
            value = WORD_COLUMNS[name].index(value)
        fixed.append(int(value))
    return fixed, varying


def _number_chunks(facts: PastFacts) -> None:
    """Give the chunks that are left plain numbers: what is said of them in words is in no row."""
    numbers = {chunk: at for at, chunk in enumerate(facts.recorded)}
    for name in ("recorded", "stored"):
        setattr(facts, name, {numbers[chunk]: NO_TIME for chunk in getattr(facts, name)})
    for name in ("uploads_ended", "in_closed_tab"):
        setattr(facts, name, {numbers[chunk] for chunk in getattr(facts, name)})
    facts.stored[STORED] = NO_TIME
    facts.refused = [(at_ms, numbers.get(c, STORED), status) for at_ms, c, status in facts.refused]
    for kept in (facts.completions, facts.consumer_reads):
        kept[:] = [(*rest, (STORED,) * len(missing)) for *rest, missing in kept]
