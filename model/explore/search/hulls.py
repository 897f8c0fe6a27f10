"""One zone for each state: a search that may prove, and otherwise says nothing.

A state may be come to in many zones, none within another: a timed property remembers instants, and
each history leaves them at other distances. This search keeps the *hull* of a state's zones in
place of them, the smallest zone that has all of them in it (the convex hull of Daws & Tripakis,
TACAS 1998). Its steps are taken again where it grows.

Why a proof by hulls is a proof. The classes of this search contain all that the system can come to,
since each step of a zone is a step of any that contains it. So a violation that can be is met here,
too. The reverse is false: between two zones lie times that no session has. Hence

- a violation that is met ends the search *in doubt*, and the zones are searched one by one; so does
  an error of the design, and a cycle of classes on which a property might stay violated;
- what is *seen*, a property that holds or a thing that happens sometimes, counts only where its
  class is no hull and comes from none, or where a search by zones has seen it: then it is a
  session's own, and no proof is of nothing; where another class shows that a property holds, it is
  in doubt whether any session does, and where none does, no session says anything of it;
- no longest delay is told of it.
"""

from __future__ import annotations

from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.search.past import Past
from lastchunk.model.explore.search.search import (
    Budget,
    Exploration,
    Search,
    SearchProgress,
    StateClass,
    System,
)
from lastchunk.model.explore.state.node import Move
from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.timing.store import HullStore
from lastchunk.model.explore.timing.zone import Zone
from lastchunk.model.properties import Holds, Unsettled, Violation
from lastchunk.model.world.object.blob_store import StoreIsRead

GROWN_MAX = 16
"""So often, on average, may the hull of a state grow; one that grows for ever proves nothing."""
GROWN_LEAST = 1_000


class InDoubtError(Exception):
    """What was met may be met by no session."""


class HullSearch(Search[System]):
    """A search whose classes are the hulls of states. `settles` runs it."""

    def __init__(
        self,
        machine: System,
        budget: Budget | None = None,
        progress: SearchProgress | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        assert not machine.origin, "the order of time is that of zones"
        super().__init__(machine, budget, stops=False, progress=progress, deadline=deadline)
        self.store = HullStore

    def _begin(self, past: Past | None) -> None:
        super()._begin(past)
        self.inexact: set[int] = set()
        self.perhaps: set[str] = set()
        """Properties that hold in a class that may be no session's."""

    def settles(self, seen: Exploration | None = None) -> bool:
        """Whether all was covered, none violated, and each property seen to hold, or never met.

        ``seen`` is what a search by zones has seen of the same system.
        """
        try:
            found = self.run()
        except (InDoubtError, DesignError, ChunkIndexUsed, StoreIsRead):
            return False
        found.late = found.soon = None
        if seen is not None:
            found.holding |= seen.holding
            found.sometimes |= seen.sometimes
        return not found.unfinished and found.holding.issuperset(self.perhaps)

    def _keep(self, found: StateClass, zone: Zone) -> None:
        """Keep the hull of a zone and what is known of its state."""
        node, parent, *_ = found
        number, joined = len(self.classes), node.store.joined(zone)
        if joined is not None or parent in self.inexact:
            self.inexact.add(number)
        if number > GROWN_LEAST + GROWN_MAX * len(self.machine.nodes):
            raise InDoubtError
        super()._keep(found, zone if joined is None else joined)

    def _note(self, parent: int, move: Move | None, leaf: Leaf, zone: Zone) -> None:
        """What a step shows: of an inexact class nothing but doubt."""
        if any(isinstance(each, Violation | Unsettled) for each in leaf.judgements.values()):
            raise InDoubtError
        if parent not in self.inexact:
            super()._note(parent, move, leaf, zone)
            return
        self.perhaps |= {slug for slug, each in leaf.judgements.items() if isinstance(each, Holds)}

    def _is_past_unknown(self, depth: int) -> bool:
        """Nothing of the past is forgotten here: hulls that grow for ever are given up."""
        return False
