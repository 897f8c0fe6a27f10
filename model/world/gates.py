"""The output gate: what leaves the object waits until its earlier writes are on disk (R10).

Writes made in one turn of the event loop, the code's run up to its next wait, are one atomic
commit (R15). Where commits take no time, everything passes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from model.trace import events as e
from model.world.pending import Pending

if TYPE_CHECKING:
    from model.world.world import World

Outgoing = tuple[int, str, tuple[Any, ...], Any]


class OutputGate:
    """Numbered commits under way, and what waits for them."""

    __slots__ = ("begun", "confirmed", "dirty", "done", "held", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.dirty = False
        self.begun = 0
        self.confirmed = 0
        self.done: set[int] = set()
        self.held: list[Outgoing] = []

    def send(self, action: Callable[[Any, Any], None], task: tuple[Any, ...], payload: Any) -> None:
        """Let ``action(task, payload)`` happen once every write so far is confirmed (R10)."""
        if self.world.commit_ms == 0:
            action(task, payload)
            return
        barrier = self.begun + 1 if self.dirty else self.begun
        if barrier <= self.confirmed:
            action(task, payload)
        else:
            self.held.append((barrier, action.__name__, task, payload))

    def is_open(self) -> bool:
        """Whether what leaves now would leave at once."""
        barrier = self.begun + 1 if self.dirty else self.begun
        return self.world.commit_ms == 0 or barrier <= self.confirmed

    def end_of_turn(self) -> None:
        """The code waits or has ended: what it wrote since the last turn is one commit (R15)."""
        if not self.dirty:
            return
        self.dirty = False
        commit_ms = self.world.commit_ms
        if commit_ms == 0:
            return
        self.begun += 1
        self.world.add(
            Pending(("commit", self.begun), commit_ms, ("commit", self.begun), self.begun)
        )

    def committed(self, batch: int) -> None:
        """One commit is on disk; it counts once all before it are, too."""
        self.done.add(batch)
        while self.confirmed + 1 in self.done:
            self.confirmed += 1
            self.done.discard(self.confirmed)
            self.world.trace.append(e.CommitConfirmed(self.world.now_ms, self.confirmed))
        released = [item for item in self.held if item[0] <= self.confirmed]
        self.held = [item for item in self.held if item[0] > self.confirmed]
        for _, name, task, payload in released:
            # The two things that leave an object: an answer, and a put to the blob store.
            owner: Any = self.world.network if name == "respond" else self.world
            getattr(owner, name)(task, payload)

    def copy(self, world: World) -> OutputGate:
        """The same gate in another world."""
        other = OutputGate(world)
        other.dirty = self.dirty
        other.begun = self.begun
        other.confirmed = self.confirmed
        other.done = self.done.copy()
        other.held = self.held.copy()
        return other

    def fingerprint(self) -> Hashable:
        """The gate's state, as something hashable."""
        return (self.begun, self.confirmed, tuple(sorted(self.done)), repr(self.held))
