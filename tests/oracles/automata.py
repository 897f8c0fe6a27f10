"""A small reader of TChecker's text format, and the integer-time semantics of what it says.

It knows what the exports use: processes with locations and invariants, edges with a guard and
updates, clocks, one bounded variable, synchronizations with parts that may be left out (``?``). All
bounds are closed, so whole ticks reach every location that dense time does (Henzinger, Manna &
Pnueli, ICALP 1992). An event that no synchronization names is taken by a process alone.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple


class Edge(NamedTuple):
    """One edge of a process."""

    process: str
    source: str
    target: str
    event: str
    guard: str
    updates: str


@dataclass
class System:
    """The parsed text; ``labels`` by location, ``syncs`` as (process, event, may be left out)."""

    edges: list[Edge] = field(default_factory=list)
    invariants: dict[tuple[str, str], str] = field(default_factory=dict)
    labels: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    initial: dict[str, str] = field(default_factory=dict)
    clocks: list[str] = field(default_factory=list)
    variables: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    syncs: list[list[tuple[str, str, bool]]] = field(default_factory=list)


class State(NamedTuple):
    """Where every process is, every clock, every variable."""

    places: tuple[str, ...]
    clocks: tuple[int, ...]
    values: tuple[int, ...]


def parse(text: str) -> System:
    """A system from its text."""
    system = System()
    for line in text.splitlines():
        head, _, rest = line.partition(":")
        body = re.fullmatch(r"([^{]*)(?:\{(.*)\})?", rest)
        assert body is not None, line
        names, attributes = body[1].split(":"), _attributes(body[2] or "")
        if head == "clock":
            system.clocks.append(names[1])
        elif head == "int":
            low, high, start = map(int, names[1:4])
            system.variables[names[4]] = (low, high, start)
        elif head == "location":
            place = (names[0], names[1])
            system.invariants[place] = attributes.get("invariant", "")
            system.labels[place] = set(attributes.get("labels", "").split(",")) - {""}
            if "initial" in attributes:
                system.initial[names[0]] = names[1]
        elif head == "edge":
            guard, updates = attributes.get("provided", ""), attributes.get("do", "")
            system.edges.append(Edge(names[0], names[1], names[2], names[3], guard, updates))
        elif head == "sync":
            parts = [name.partition("@") for name in rest.split(":")]
            system.syncs.append([(p, e.removesuffix("?"), e.endswith("?")) for p, _, e in parts])
    return system


def _attributes(text: str) -> dict[str, str]:
    """The parts in braces: ``initial::invariant:x<=8`` or ``provided:x>=1:do:x=0``."""
    words = text.split(":")
    return {key: value for key, value in zip(words[::2], words[1::2], strict=False) if key}


def reaches(system: System, label: str) -> bool:
    """Whether a state with that label can be reached."""
    processes = list(system.initial)
    ceiling = 1 + max((int(n) for n in re.findall(r"\d+", _constants(system))), default=0)
    start = State(
        tuple(system.initial.values()),
        (0,) * len(system.clocks),
        tuple(value for _, _, value in system.variables.values()),
    )
    known, queue = {start}, deque([start])
    while queue:
        state = queue.popleft()
        places = list(zip(processes, state.places, strict=True))
        if any(label in system.labels[place] for place in places):
            return True
        for after in _following(system, processes, state, ceiling):
            if after not in known and _may_stay(system, processes, after):
                known.add(after)
                queue.append(after)
    return False


def _constants(system: System) -> str:
    guards = " ".join(edge.guard for edge in system.edges)
    return re.sub(r"[a-z]+\d*", "", guards + " ".join(system.invariants.values()))


def _holds(system: System, state: State, condition: str) -> bool:
    numbers = dict(zip(system.clocks, state.clocks, strict=True))
    numbers |= dict(zip(system.variables, state.values, strict=True))
    return all(eval(part, {}, numbers) for part in condition.split("&&") if part)


def _may_stay(system: System, processes: list[str], state: State) -> bool:
    places = zip(processes, state.places, strict=True)
    return all(_holds(system, state, system.invariants[place]) for place in places)


def _following(system: System, processes: list[str], state: State, ceiling: int) -> Iterator[State]:
    yield state._replace(clocks=tuple(min(clock + 1, ceiling) for clock in state.clocks))
    synchronized = {(process, event) for sync in system.syncs for process, event, _ in sync}
    for sync in system.syncs:
        choices = []
        for process, event, is_weak in sync:
            found = _enabled(system, processes, state, process, event)
            choices.append(found or ([None] if is_weak else []))
        for edges in product(*choices):
            yield _taken(system, processes, state, [edge for edge in edges if edge is not None])
    for process in processes:
        for edge in _enabled(system, processes, state, process, None):
            if edge is not None and (process, edge.event) not in synchronized:
                yield _taken(system, processes, state, [edge])


def _enabled(
    system: System, processes: list[str], state: State, process: str, event: str | None
) -> list[Edge | None]:
    here = state.places[processes.index(process)]
    return [
        edge
        for edge in system.edges
        if (edge.process, edge.source) == (process, here)
        and event in (None, edge.event)
        and _holds(system, state, edge.guard)
    ]


def _taken(system: System, processes: list[str], state: State, edges: list[Edge]) -> State:
    places = list(state.places)
    numbers = dict(zip(system.clocks, state.clocks, strict=True))
    numbers |= dict(zip(system.variables, state.values, strict=True))
    for edge in edges:
        places[processes.index(edge.process)] = edge.target
        for update in filter(None, edge.updates.split(";")):
            name, _, value = update.partition("=")
            numbers[name] = eval(value, {}, numbers)
    for name, (low, high, _) in system.variables.items():
        assert low <= numbers[name] <= high, f"{name} leaves its bounds"
    return State(
        tuple(places),
        tuple(numbers[clock] for clock in system.clocks),
        tuple(numbers[name] for name in system.variables),
    )
