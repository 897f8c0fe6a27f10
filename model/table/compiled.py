"""The end of a step as generated code: what is often walked is worked out without a loop.

The source is made of expressions, names of events and places of registers alone; every value stands
beside it, by a name of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.table.tree import Arrival, Expression, FieldItems, StepEnd

StepCode = Callable[
    [list[int], list[Any], list[int], Callable[[Arrival, list[int]], int]], list[int]
]
"""Takes registers, trace, costs and what draws an arrival; gives the next registers."""


def python_of(expression: Expression) -> str:
    """An expression in Python."""
    parts = [f"x[{at}]" if factor == 1 else f"{factor}*x[{at}]" for at, factor in expression.terms]
    if expression.constant or not parts:
        parts.append(str(expression.constant))
    return "+".join(parts)


class _Writer:
    """Gathers lines, and the values that they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.values: dict[str, Any] = {}

    def named(self, value: Any) -> str:
        """A name for a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return name

    def field(self, value: Any) -> str:
        """A field of an event."""
        if type(value) is Expression:
            return python_of(value)
        if type(value) is FieldItems:
            return f"({''.join([self.field(item) + ',' for item in value])})"
        return repr(value) if type(value) is int else self.named(value)

    def column(self, column: Any) -> str:
        """A register of the next state."""
        if type(column) is not Arrival:
            return python_of(column)
        if column.spread is None and not column.is_request:
            return python_of(column.base)
        return f"due({self.named(column)},x)"


def compiled(end: StepEnd) -> StepCode:
    """What an end does, as a function."""
    writer = _Writer()
    for kind, fields in end.events:
        inner = ",".join(map(writer.field, fields))
        writer.lines.append(f"write({writer.named(kind)}({inner}))")
    writer.lines += [f"costs[{at}]+={python_of(count)}" for at, count in end.costs]
    writer.lines += [f"due({writer.named(arrival)},x)" for arrival in end.unseen]
    writer.lines.append(f"return [{','.join(map(writer.column, end.columns))}]")
    body = "\n ".join(["def work(x,trace,costs,due):", "write=trace.append", *writer.lines])
    exec(body, writer.values)
    work: StepCode = writer.values["work"]
    return work
