"""The object's storage: what its code sees, what is on disk, and the commits between the two.

Writes made in one turn of the event loop, the code's run up to its next wait, are one atomic
commit (R15). Commits are confirmed in order. What leaves the object, an answer or a call to the
outside, waits until every earlier write is confirmed (R10). Where commits take no time and cannot
fail, memory and disk are the same and everything passes at once.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.frozen import frozen
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.model.world.object import deploys, instances
from lastchunk.model.world.object.transactions import OpenTransaction

if TYPE_CHECKING:
    from lastchunk.model.world.object.runtime import ObjectRuntime

Outgoing = tuple[int, str, TaskId, Any]


class Image(NamedTuple):
    """Storage as it is on disk after a commit. Stored values are never changed in place."""

    values: dict[str, Any]
    alarm_ms: int | None
    status: str


EMPTY = Image({}, None, "")


class Storage:
    """One object's storage. ``values`` is what its code reads; ``disk`` what a crash leaves.

    ``waits`` tells whether commits take time or can fail. ``batches`` holds the commits under way
    by number, ``at_gate`` what waits at the output gate, ``cached`` the keys that need no read
    (R7).
    """

    __slots__ = (
        "at_gate",
        "batches",
        "begun",
        "cached",
        "confirmed",
        "dirty",
        "disk",
        "done",
        "open",
        "runtime",
        "slow",
        "values",
        "waits",
    )

    def __init__(self, runtime: ObjectRuntime, waits: bool) -> None:
        self.runtime = runtime
        self.waits = waits
        self.values: dict[str, Any] = {}
        self.cached: set[str] = set()
        self.dirty = False
        self.begun = 0
        self.confirmed = 0
        self.done: set[int] = set()
        self.batches: dict[int, Image] = {}
        self.disk = EMPTY
        self.at_gate: list[Outgoing] = []
        self.slow: list[int] = []
        self.open: OpenTransaction | None = None

    @property
    def seen(self) -> dict[str, Any]:
        """What others may read: an open transaction is not there yet."""
        return self.values if self.open is None else self.open.values

    def image(self) -> Image:
        """What a commit begun now would leave on disk."""
        runtime = self.runtime
        return Image(self.values.copy(), runtime.alarms.time_ms, runtime.status)

    def settle(self) -> None:
        """What is in memory is on disk: a run that begins in the middle begins so."""
        for number in self.batches:
            self.runtime.world.cancel(("commit", number))
        self.batches = {}
        self.confirmed = self.begun
        self.disk = self.image()

    # --- the output gate ---------------------------------------------------------------------

    @property
    def barrier(self) -> int:
        """The last commit that what leaves now must wait for."""
        return self.begun + 1 if self.dirty and self.open is None else self.begun

    @property
    def is_open(self) -> bool:
        """Whether what leaves now leaves at once."""
        return not self.waits or self.barrier <= self.confirmed

    def send(self, kind: str, task: TaskId, payload: Any) -> None:
        """Let something leave the object once every write so far is confirmed (R10)."""
        if self.is_open:
            self.runtime.leave(kind, task, payload)
        else:
            self.at_gate.append((self.barrier, kind, task, payload))

    def end_of_turn(self) -> None:
        """The code waits or has ended: what it wrote since the last turn is one commit (R15)."""
        if not self.dirty or self.open is not None:
            return  # R18: an open transaction is no commit yet
        self.dirty = False
        if not self.waits:
            return
        self.begun += 1
        number = self.begun
        self.batches[number] = image = self.image()
        self.runtime.alarms.before_commit(image.alarm_ms)
        world = self.runtime.world
        world.add(Pending(("commit", number), world.settings.commit_ms, ("commit", number), number))

    def commit_ends(self, number: int, outcome: str) -> None:
        """The end of a commit: confirmed, or not, and then it is written all the same or not."""
        world = self.runtime.world
        failing = world.troubles.get("commits_fail")
        if failing is not None:
            outcome = "written" if failing.written else "failed"
        if outcome in ("failed", "written"):
            is_written = outcome == "written"
            world.trace.append(e.CommitFailed(world.now_ms, number, int(is_written)))
            kept = number - self.confirmed - (not is_written)
            instances.lose(self.runtime, "commit failed", kept)
        elif "commits_slow" in world.troubles:
            self.slow.append(number)
        else:
            self.committed(number)

    def release(self) -> None:
        """The trouble that held commits up is over."""
        slow, self.slow = self.slow, []
        for number in slow:
            self.committed(number)

    def committed(self, number: int) -> None:
        """One commit is on disk; it counts once all before it are, too."""
        self.done.add(number)
        before = self.confirmed
        while self.confirmed + 1 in self.done:
            self.confirmed += 1
            self.done.discard(self.confirmed)
            self.disk = self.batches.pop(self.confirmed)
            world = self.runtime.world
            world.trace.append(e.CommitConfirmed(world.now_ms, self.confirmed))
        if self.confirmed == before:
            return
        self.runtime.alarms.after_commit()
        released = [item for item in self.at_gate if item[0] <= self.confirmed]
        self.at_gate = [item for item in self.at_gate if item[0] > self.confirmed]
        released.sort(key=lambda item: item[1] == "sync")  # last: code that goes on may reset
        for _, kind, task, payload in released:
            self.runtime.leave(kind, task, payload)
        if self.runtime.deploys and not self.runtime.program.tasks:
            deploys.look(self.runtime)

    # --- losing memory -----------------------------------------------------------------------

    @property
    def under_way(self) -> int:
        """The commits that are not confirmed."""
        return self.begun - self.confirmed

    @property
    def alarm_is_confirmed(self) -> bool:
        """Whether the object's own alarm is on disk, and no other can come back any more (R8)."""
        if not self.waits:
            return True
        alarm_ms = self.runtime.alarms.time_ms
        return (
            not self.dirty
            and self.disk.alarm_ms == alarm_ms
            and all(image.alarm_ms == alarm_ms for image in self.batches.values())
        )

    def break_off(self, kept: int) -> list[Outgoing]:
        """Memory is lost. The first ``kept`` commits under way turn out to be on disk, the others
        never were. Returns what had been waiting to leave: it never will (R10)."""
        cut_off, self.at_gate = self.at_gate, []
        if self.waits:
            if kept:
                self.disk = self.batches[self.confirmed + kept]
            for number in self.batches:
                self.runtime.world.cancel(("commit", number))
            self.values = self.disk.values.copy()
            self.runtime.alarms.time_ms = self.disk.alarm_ms
        self.batches = {}
        self.done = set()
        self.confirmed = self.begun
        self.dirty = False
        self.cached = set()
        self.slow = []
        return cut_off

    # --- copies ------------------------------------------------------------------------------

    def copy(self, runtime: ObjectRuntime) -> Storage:
        """The same storage for the object's copy; both may hold the same stored values."""
        other = Storage(runtime, self.waits)
        other.values = self.values.copy()
        other.cached = self.cached.copy()
        other.dirty = self.dirty
        other.begun = self.begun
        other.confirmed = self.confirmed
        other.done = self.done.copy()
        other.batches = self.batches.copy()
        other.disk = self.disk
        other.at_gate = self.at_gate.copy()
        other.slow = self.slow.copy()
        other.open = None if self.open is None else self.open.copy()
        return other

    def fingerprint(self) -> Hashable:
        """The storage's whole state, as something hashable."""
        return (
            frozen(self.values),
            frozen(self.cached),
            self.dirty,
            self.begun,
            self.confirmed,
            tuple(sorted(self.done)),
            tuple((number, frozen(image)) for number, image in sorted(self.batches.items())),
            frozen(self.disk),
            repr(self.at_gate),
            tuple(self.slow),
            None if self.open is None else frozen(self.open.parts()),
        )
