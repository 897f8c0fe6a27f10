"""What a design hands to the world, looked at before the world takes it.

A value that means nothing there is an error of the design, told by its line, and never a traceback
out of the world.
"""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.blame import place_of_return
from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.reference_impl.clock import Duration, Time, bare
from lastchunk.reference_impl.contract import Response

if TYPE_CHECKING:
    from lastchunk.model.world.code.deeds import TaskId
    from lastchunk.model.world.code.program import Program

TIME_MS_MAX = 10**15
"""More than 30,000 years."""
NO_TIMES = (float, str, bytes, bool, type(None), list, tuple, dict, set)


def checked_ms(program: Program, task: TaskId, what: str, value: Any, low_ms: int) -> Any:
    """A time or a wait in whole ms. A float that is whole is taken as the whole number it is."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and low_ms <= value <= TIME_MS_MAX:
        return value
    if isinstance(value, (int, *NO_TIMES)):
        raise DesignError(
            f"{program.name}.{task[0]}() {what} {as_written(value)}{program.line_of(task)}; "
            f"allowed: whole ms, from {low_ms} to {TIME_MS_MAX} (A2)"
        )
    return value  # an instant, as a scheduler that explores has them


def checked_time(program: Program, task: TaskId, value: Any) -> Any:
    """A time that the alarm is set to, as the world counts it (A2)."""
    if not isinstance(value, Time):
        raise DesignError(
            f"{program.name}.{task[0]}() set the alarm to {as_written(value)}"
            f"{program.line_of(task)}; allowed: a time, as now() + 5_000 is one (A2)"
        )
    return checked_ms(program, task, "set the alarm to", bare(value), -TIME_MS_MAX)


def checked_wait(program: Program, task: TaskId, value: Any) -> Any:
    """How long to sleep: whole ms, or the duration up to a time; one that is past is none."""
    if isinstance(value, Duration):
        return max(0, bare(value))
    return checked_ms(program, task, "sleeps", value, 0)


def checked_response(program: Program, method: str, answer: Any) -> Response:
    """A handler's answer with a status that HTTP has."""
    if isinstance(answer, Response) and type(answer.status) is int and 200 <= answer.status <= 599:
        return answer
    place = place_of_return(type(program.built()), method, answer)
    words = as_written(answer)
    if isinstance(answer, CoroutineType):
        words = f"{answer.__qualname__}(), which is not awaited,"
        answer.close()
    raise DesignError(
        f"{program.name}.{method}() returned {words}{place}; it must return a Response with a "
        "status from 200 to 599"
    )


def awaits_for_ever(program: Program, task: TaskId, most: int) -> DesignError:
    """The error of code that awaits on and on what is answered at once."""
    return DesignError(
        f"{program.name} awaited {most:,} times in one happening{program.line_of(task)}, and no "
        "end; allowed: limits.awaits_max"
    )
