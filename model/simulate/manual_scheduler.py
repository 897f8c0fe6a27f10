"""A world driven by orders: each thing happens when a person says so, or when its delay is over.

This is a scheduler like the one of SimPy, without random numbers: what is not ordered otherwise
takes the middle of its delay and its plain outcome, the earliest first, and at one instant in the
order in which it became pending. Tests and the pages on the platform's rules bring a world to an
exact instant with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.faults import Fault
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.trace.events import NO_CHUNK, RequestSent
from lastchunk.model.world.base.pending import Key, Pending
from lastchunk.model.world.edge.uplink import FreeUplink, SharedUplink
from lastchunk.model.world.world import World, no_offset
from lastchunk.reference_impl.contract import Chunk

MIDDLE = 0.5


class ManualScheduler:
    """One world and who moves it. With ``has_page`` off nobody records: only orders call."""

    def __init__(
        self,
        design: DesignSpec,
        scenario: Scenario,
        duration_ms: int = 25_000,
        has_page: bool = True,
        uplink: SharedUplink | FreeUplink | None = None,
        offset: Callable[[int], int] = no_offset,
    ) -> None:
        self.world = World(design, scenario, duration_ms, uplink, offset)
        self.due_ms: dict[Key, tuple[Pending, int]] = {}
        if has_page:
            self.world.begin()
        else:
            self.world.client.is_open = False
        self.called = 0
        self.decided: list[tuple[Key, str]] = []

    # --- one thing at an instant -------------------------------------------------------------

    def at(self, at_ms: int, *key: Any, outcome: str = "") -> None:
        """Let the pending thing whose key begins so happen at ``at_ms``.

        Raises `AssertionError`: an order that does not fit is a mistake of who gave it.
        """
        found = [item for item in self.world.pending.values() if item.key[: len(key)] == key]
        if len(found) != 1:
            known = ", ".join(sorted(map(repr, self.world.pending))) or "nothing"
            raise AssertionError(f"{key} is not the key of one pending thing; pending: {known}")
        self._happen(found[0], at_ms, outcome)

    def decide(self, outcome: str, *key: Any) -> None:
        """The next thing whose key begins so will have that outcome, when its delay is over."""
        self.decided.append((key, outcome))

    def kinds(self) -> list[str]:
        """What is pending, by kind."""
        return sorted(key[0] for key in self.world.pending)

    # --- calls and faults --------------------------------------------------------------------

    def call(self, method: str, at_ms: int, chunk: int = NO_CHUNK, delay_ms: int = -1) -> None:
        """Call a method of the object, with a chunk or without; somebody waits for the answer.

        What is due before ``at_ms`` happens first. ``delay_ms`` -1 takes the network's own delay.
        """
        self.until(at_ms)
        world, network = self.world, self.world.network
        attempt = network.attempts.get((method, chunk), 0)
        network.attempts[method, chunk] = attempt + 1
        call = (method, chunk, attempt)
        world.now_ms = at_ms
        world.trace.append(RequestSent(at_ms, *call))
        self.called += 1
        network.calls[call] = ("by hand", self.called)
        delay, stream = world.request_leg(call, 0)
        arguments = () if chunk == NO_CHUNK else (Chunk(chunk, 0),)
        leg = delay if delay_ms < 0 else delay_ms
        world.add(Pending(("request", *call, 0), leg, stream, arguments))

    def hang_up(self, method: str, at_ms: int, chunk: int = NO_CHUNK) -> None:
        """Who called last goes away and waits no longer."""
        self.until(at_ms)
        self.world.now_ms = at_ms
        attempt = self.world.network.attempts[method, chunk] - 1
        self.world.network.cut((method, chunk, attempt), "hung up")

    def strike(self, fault: Fault, at_ms: int, number: int = 0) -> None:
        """Let a fault strike."""
        self.until(at_ms)
        self._happen(self._planned(fault, number), at_ms, "")

    def _planned(self, fault: Fault, number: int) -> Pending:
        pending = Pending(("fault", number), 0, (), fault)
        self.world.add(pending)
        return pending

    # --- time --------------------------------------------------------------------------------

    def until(self, at_ms: int) -> None:
        """Let all that is due by then happen, each at its own time."""
        self._note()
        while self.due_ms:
            key = min(self.due_ms, key=lambda key: self.due_ms[key][1])
            pending, due_ms = self.due_ms[key]
            if due_ms > at_ms:
                return
            self._happen(pending, due_ms, self._outcome_of(key))

    def _outcome_of(self, key: Key) -> str:
        for place, (beginning, outcome) in enumerate(self.decided):
            if key[: len(beginning)] == beginning:
                del self.decided[place]
                return outcome
        return ""

    def _happen(self, pending: Pending, at_ms: int, outcome: str) -> None:
        self._note()
        self.world.happen(pending, at_ms, outcome)
        self._note()

    def _note(self) -> None:
        """Keep the due time of what has become pending; forget what is not pending any more."""
        world = self.world
        for pending in world.fresh:
            delay = pending.delay
            wait_ms = delay if isinstance(delay, int) else delay.quantile(MIDDLE)
            self.due_ms.pop(pending.key, None)
            self.due_ms[pending.key] = (pending, pending.since_ms + wait_ms)
        world.fresh.clear()
        for key in [key for key, (item, _) in self.due_ms.items() if _is_gone(world, item)]:
            del self.due_ms[key]


def _is_gone(world: World, pending: Pending) -> bool:
    return world.pending.get(pending.key) is not pending
