"""The state diagram of a design, gathered from every step of a few small explorations.

Nothing is read from the design's code. A *state* is what the object knows of the session: the
status in its record, whether it knows that the user has stopped, and whether it has given late
chunks up. A *transition* is a change of it, with the method that made it and what was true at that
moment; where the state stays, only the recording of a chunk is shown. So a transition that needs a
slow upload or a closed tab is there because an exploration met it, and one that is not there was
not met in `EXPLORED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.search.search import Budget, Exploration, Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.state.worlds import Happened
from lastchunk.model.explore.timing.steps import Leaf, Slot
from lastchunk.model.explore.timing.zone import Zone
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.object.blob_store import StoreIsRead
from lastchunk.model.world.world import World
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, INCOMPLETE, STATE_KEY

WATCHED = "complete_at_finalization"
NOWHERE = ""
"""Before the session is created."""
STOPPING = "stopping"
EXPIRED = "expired"
ORDER = (
    NOWHERE,
    ACTIVE,
    f"{ACTIVE}, {STOPPING}",
    COMPLETED,
    INCOMPLETE,
    f"{INCOMPLETE}, {STOPPING}",
    EXPIRED,
)
"""The order in which states stand; one that is not here comes last."""
EXPLORED_BUDGET = Budget(classes=60_000, seconds=120.0)

SMALL = (
    "chunks=2",
    "expect.sometimes=[]",
    "limits.end_at_completion=false",
    "client.retry_jitter=0",
    "disconnects=0",
    "blobs.put_delay_ms={distribution='uniform', low_ms=1, high_ms=4}",
)
"""Two chunks at once and the stop with them, slow puts, at most one loss of each chunk."""
BRIEF = (
    *SMALL,
    "start.session='created'",
    "loss=0",
    "grace_ms=3",
    "long_alarm_ms=12",
    "design.lease_ms=3",
    "design.watchdog_ms=4",
    "design.retention_ms=5",
    "design.poll_ms=5",
)
CLOSED = "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=8}}]"
STRAY = "faults=[{kind='stray_stop', offset_ms={low_ms=0, high_ms=8}}]"
EXPLORED: dict[str, tuple[str, ...]] = {
    "slow puts and short waits": BRIEF,
    "the tab is closed": (*BRIEF, CLOSED),
    "a stray stop": (*BRIEF, STRAY),
}
"""What a diagram is gathered from; waits are so short that each of them runs out."""


class Transition(NamedTuple):
    """A change of state and its trigger: the method, and what was true when it made it."""

    before: str
    after: str
    trigger: str


@dataclass(frozen=True)
class Diagram:
    """The states and transitions of one design, each once and in a fixed order."""

    design: str
    states: tuple[str, ...]
    transitions: tuple[Transition, ...]

    @property
    def statuses(self) -> int:
        """How many states a session may be in once it is created."""
        return sum(state != NOWHERE for state in self.states)

    def mermaid(self) -> str:
        """The diagram as Mermaid text, for a page that draws it."""
        names = {state: _identifier(state) for state in self.states}
        lines = ["stateDiagram-v2"]
        lines += [f"    {names[s]}: {s}" for s in self.states if names[s] not in (s, "[*]")]
        for before, after, trigger in self.transitions:
            words = trigger.replace(": ", ", ")  # a colon begins a label in Mermaid
            lines.append(f"    {names[before]} --> {names[after]}: {words}")
        return "\n".join(lines) + "\n"

    def triggers(self, before: str, after: str) -> list[str]:
        """What leads from one state to another."""
        return [t.trigger for t in self.transitions if (t.before, t.after) == (before, after)]


def _identifier(state: str) -> str:
    return state.replace(", ", "_") if state != NOWHERE else "[*]"


def diagram_of(design: DesignSpec | str, explored: Iterable[Iterable[str]] = ()) -> Diagram:
    """The diagram of a shipped design by name, or of any other with the settings of `EXPLORED`.

    ``explored`` takes the place of `EXPLORED`: settings of the small scope, one exploration each.
    """
    found: set[Transition] = set()
    for overrides in explored or EXPLORED.values():
        scenario = load_scenario("small-scope", list(overrides))
        machine, search = _searched(Observed, design, scenario)
        if search.found.unfinished:
            raise RuntimeError(f"the exploration for a diagram used up {search.found.unfinished}")
        found |= machine.transitions
    states = {state for item in found for state in item[:2]}
    name = design if isinstance(design, str) else design.name
    return Diagram(
        name,
        tuple(sorted(states, key=_rank)),
        tuple(sorted(found, key=lambda t: (_rank(t.before), _rank(t.after), t.trigger))),
    )


@cache
def shipped_diagram(name: str) -> Diagram:
    """The diagram of a shipped design, explored once a process: nothing about it varies."""
    return diagram_of(name)


def class_graph(design: DesignSpec | str) -> Exploration:
    """All state classes of a design in one fixed small scenario (`SMALL`): how much can happen."""
    return _searched(Machine, design, load_scenario("small-scope", SMALL))[1].found


def _searched(
    kind: Any, design: DesignSpec | str, scenario: Scenario
) -> tuple[Any, Search[Machine]]:
    """A whole search, without the symmetry if the design turns out to tell chunks apart, and with
    what is in the blob store if it reads that."""
    spec = settled(design, scenario)
    for forgets, symmetry in ((True, True), (True, False), (False, True), (False, False)):
        monitor = monitor_for(spec, scenario, [WATCHED])
        machine = kind(spec, scenario, monitor, symmetry, forgets_blobs=forgets)
        search = Search(machine, EXPLORED_BUDGET)
        try:
            search.run()
        except (ChunkIndexUsed, StoreIsRead):
            continue
        return machine, search
    raise AssertionError("without the symmetry nobody watches the chunks")


def settled(design: DesignSpec | str, scenario: Scenario) -> DesignSpec:
    """A design with the settings that a scenario has for it."""
    if isinstance(design, str):
        return load_design(design, scenario)
    known = vars(design.settings)
    chosen = {key: value for key, value in scenario.design.items() if key in known}
    settings = type(design.settings)(**{**known, **chosen})
    return DesignSpec(design.name, design.cls, settings, design.reference)


def _rank(state: str) -> tuple[int, str]:
    return (ORDER.index(state) if state in ORDER else len(ORDER), state)


# --- watching the steps --------------------------------------------------------------------------


class Observed(Machine):
    """A machine that notes how each of its steps changes the state of the session."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.transitions: set[Transition] = set()
        self.before = NOWHERE
        self.key: tuple[Any, ...] = ("create",)

    def _run(self, node: Node, move: Move, slot: Slot, zone: Zone) -> None:
        self.before, self.key = state_of(node.world), move.key
        super()._run(node, move, slot, zone)

    def _leaf(self, happened: Happened, facts: Facts, times: Any, places: Any) -> Leaf:
        events, after = happened.events, state_of(happened.world)
        leaf = super()._leaf(happened, facts, times, places)
        method, writes = method_of(events, self.key), e.StateWritten in map(type, events)
        if self.before != after or (writes and method == "upload"):
            trigger = self._trigger(method, after, facts)
            self.transitions.add(Transition(self.before, after, trigger))
        return leaf

    def _trigger(self, method: str, after: str, facts: Facts) -> str:
        before = self.before
        if before == COMPLETED and after.startswith(ACTIVE):
            return f"{method}: an old copy is written back"
        if before.startswith(ACTIVE) and after.startswith(ACTIVE):
            return f"{method}: chunk recorded" if method == "upload" else method
        if before == NOWHERE or (after.startswith(before) and method != "upload"):
            return method
        if before == after or after.startswith(before):
            return f"{method}: late chunk recorded"
        has_all = set(facts.recorded) <= set(facts.stored)
        return f"{method}: {'every chunk stored' if has_all else 'chunks missing'}"


def state_of(world: World) -> str:
    """What the object knows of the session."""
    values = world.object.storage.values
    record = values.get(STATE_KEY)
    if record is None:
        return NOWHERE
    status = str(record["status"])
    if record.get(EXPIRED):
        return EXPIRED
    is_stopping = "expected" in record or bool(values.get(STOPPING))
    return f"{status}, {STOPPING}" if is_stopping and status != COMPLETED else status


def _nothing(event: Any) -> str:
    return ""


_METHODS: dict[type, Callable[[Any], str]] = {
    e.HandlerStarted: lambda event: str(event.method),
    e.HandlerEnded: lambda event: str(event.method),
    e.AlarmStarted: lambda event: "alarm",
    e.BlobStored: lambda event: "upload",
}
"""The method that an event shows."""


def method_of(events: Iterable[Any], key: tuple[Any, ...]) -> str:
    """The method that ran in a step, by what the step shows; else what happened."""
    method = ""
    for event in events:
        if isinstance(event, e.StateWritten):
            break
        method = _METHODS.get(type(event), _nothing)(event) or method
    return method or str(key[0])
