"""What is known of one table: nodes, what a step comes to at each, and where its numbers stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.kernel.nodes import FIRST_REGISTER, UPLINK, NodePlaces, NodeStore
from lastchunk.model.kernel.past.facts import PastFacts
from lastchunk.model.kernel.past.judging import RowOf
from lastchunk.model.kernel.past.settling import SessionMemory, Write
from lastchunk.model.kernel.uplink_rows import uplink_rows
from lastchunk.model.table.machine import SessionTable, State
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.start import BEGUN_WITH, DURATION, OFFSET, PAGE_CLOCK
from lastchunk.model.table.step import RunningStep
from lastchunk.model.table.tree import Expression, Place

BEGIN_PLACES = tuple(FIRST_REGISTER + at for at in range(len(BEGUN_WITH)))
"""Where the registers stand that a session begins with."""


class PastStep(RunningStep):
    """Answers questions about registers and memory. What a text says of a number is in no row."""

    def text_of(self, number: Number, how: str) -> str:
        """A number in a text: nobody asks which."""
        return "?"

    def exactly(self, number: Number) -> int:
        """Facts compare numbers, and need none of them."""
        self.refuse(NotCarried("facts that hang on the very number of something"))

    def _made(self, atom: int, asked: Any, streams: Any) -> tuple[int, int]:
        self.refuse(NotCarried("facts that divide"))


@dataclass(frozen=True)
class TableNode:
    """A node: its number, the state of the table, where its registers stand, and the facts."""

    number: int
    state: State
    places: NodePlaces
    facts: PastFacts


@dataclass(frozen=True)
class WrittenStep:
    """What a step comes to at a node: the number of its end, what goes to memory, what is next."""

    end: int
    writes: list[Write]
    node: TableNode | None


class Grown:
    """What is known of one table: the nodes that sessions have come to, and their steps."""

    def __init__(self, machine: SessionTable, row_of: RowOf) -> None:
        self.machine = machine
        self.row_of = row_of
        self.store = NodeStore()
        self.step = PastStep()
        self.memory = SessionMemory(self.step)
        self.nodes: dict[Any, TableNode] = {}
        self.in_order: list[TableNode] = []
        self.steps: dict[tuple[int, int, int], Place] = {}
        self.atoms: dict[tuple[int, bool], int] = {}
        self._begin()

    def _begin(self) -> None:
        scenario, store = self.machine.scenario, self.store
        for kind, spread, name in (
            (DURATION, scenario.recording.duration_ms, ("recording duration",)),
            (OFFSET, scenario.platform.clock_offset_ms, ("clock offset", 0)),
            (PAGE_CLOCK, scenario.browser.clock_offset_ms, ("page clock offset",)),
        ):
            number = store.spreads.number_of(spread)
            place = BEGIN_PLACES[BEGUN_WITH.index(kind)]
            store.begun_with.append((place, number, store.name(name, ())))
        store.uplink = uplink_rows(scenario.uplink, self._named)

    def _named(self, purpose: str, *places: int) -> int:
        """A draw for an uplink, of numbers that stand in a session's room for it."""
        numbers = [Expression(((at, 1),), 0) for at in range(len(places))]
        return self.store.name((purpose, *numbers), tuple(UPLINK + place for place in places))

    def put(self, key: Any, node: TableNode) -> TableNode:
        """A node more: nodes have their numbers in the order in which they are made."""
        assert node.number == len(self.in_order)
        self.nodes[key] = node
        self.in_order.append(node)
        return node

    def atom(self, register: int, is_never_negative: bool) -> int:
        """The name of a register."""
        key = (register, is_never_negative)
        if key not in self.atoms:
            name = self.atoms[key] = self.step.fresh(is_never_negative)
            self.step.places[name] = (register, 0)
        return self.atoms[key]

    def places(self) -> dict[int, tuple[int, int]]:
        """Where each name stands: those of memory are counted from the end."""
        places = {name: (register, 0) for (register, _), name in self.atoms.items()}
        return places | {name: (-1 - at, 0) for at, name in enumerate(self.memory.names)}
