"""How much there is to read in each design, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from lastchunk.model.estimate.simplicity import simplicity_of
from lastchunk.model.explore.diagram import Diagram, class_graph, shipped_diagram
from lastchunk.reference_impl.designs import DESIGNS


@dataclass(frozen=True)
class SimplicityRow:
    """How simple one design is; ``classes`` and ``states`` are the size of its class graph."""

    design: str
    lines: int
    awaits: int
    methods: int
    settings: int
    client_lines: int
    statuses: int
    classes: int
    states: int


HEADINGS = {
    "design": "design",
    "lines": "lines",
    "awaits": "awaits",
    "methods": "methods",
    "settings": "settings",
    "client_lines": "client lines",
    "statuses": "statuses",
    "classes": "classes",
    "states": "discrete states",
}


def simplicity_row(name: str) -> SimplicityRow:
    """The figures of one shipped design."""
    read, graph = simplicity_of(DESIGNS[name]), class_graph(name)
    if graph.unfinished:
        raise RuntimeError(f"the class graph of {name} used up {graph.unfinished}")
    return SimplicityRow(
        name,
        read.lines,
        read.awaits,
        read.methods,
        read.settings,
        read.client_lines,
        shipped_diagram(name).statuses,
        graph.classes,
        graph.states,
    )


@dataclass(frozen=True)
class Portrait:
    """What a report shows of a shipped design beside its sessions: seconds of exploring."""

    row: SimplicityRow
    diagram: Diagram


def portrait_of(name: str) -> Portrait:
    """The portrait of one shipped design: nothing about it varies."""
    return Portrait(simplicity_row(name), shipped_diagram(name))


def simplicity_rows(names: Iterable[str] = DESIGNS) -> tuple[SimplicityRow, ...]:
    """The rows of the simplicity table, in the order of the names."""
    return tuple(simplicity_row(name) for name in names)


def simplicity_table(rows: Iterable[SimplicityRow]) -> str:
    """The rows as a Markdown table."""
    lines = ["| " + " | ".join(HEADINGS.values()) + " |"]
    lines.append("| --- |" + " ---: |" * (len(HEADINGS) - 1))
    for row in rows:
        name, *figures = astuple(row)
        lines.append(f"| {name} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    return "\n".join(lines) + "\n"
