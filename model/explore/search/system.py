"""What a search asks of the system that it searches: where it begins, and the steps out of a class.

A machine over a world is one, and so is a Petri net of a textbook: the search knows no sessions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from lastchunk.model.explore.timing.steps import Leaf
from lastchunk.model.explore.timing.zone import Zone


class Judging(Protocol):
    """Who judges each step: the names of the properties that are asked for."""

    @property
    def slugs(self) -> Collection[str]:
        """The properties; the search may end when each is violated."""


class TransitionSystem(Protocol):
    """Discrete states (nodes), and what may happen in a class: a node with a zone.

    A node has a ``sorter`` of its interchangeable columns or None, and a place for its ``store``.
    """

    @property
    def nodes(self) -> Mapping[Any, Any]:
        """The discrete states that were met so far."""

    @property
    def origin(self) -> bool:
        """Whether the beginning is an instant of every class, so that times since then count."""

    @property
    def monitor(self) -> Judging:
        """Who judges each step."""

    def roots(self) -> Iterable[tuple[Leaf, Zone]]:
        """Each beginning: a leaf like that of any step, and the zone that it applies to."""

    def successors(self, node: Any, zone: Zone) -> Iterator[tuple[Any, Leaf, Zone, Zone]]:
        """Every step out of a class: the move, its leaf, the class at it, the next zone."""

    def ends(self, node: Any, zone: Zone) -> Iterable[tuple[Leaf, Zone]]:
        """How a class is judged if nothing ever changes any more."""
