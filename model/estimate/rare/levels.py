"""How near each state is to a violation: the explorer's own distance, backwards over state classes.

Every class is explored, and from each step that violates the property the search goes back: a
class's distance is the fewest happenings to a violation, a state's the least of its classes'
(Dengler, Budde, Carnevali & Hartmanns 2025, for stochastic time Petri nets). Nothing is known of
probabilities in it, and nothing need be: levels change the work alone, and never the mean.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.rare.walk import SessionWalk, WalkMachine
from lastchunk.model.explore.search.search import Budget, FoundViolation, Search
from lastchunk.model.explore.timing.zone import Zone

LEVEL_CLASSES = 20_000
"""So many classes are explored for the levels. No clock decides: they are the same anywhere."""
FOREVER = 1e9


class ViolatingSearch(Search[WalkMachine]):
    """A search that notes every class which a violating step leaves."""

    def __init__(self, machine: WalkMachine, classes: int) -> None:
        self.violating: set[int] = set()
        super().__init__(machine, Budget(classes=classes, seconds=FOREVER))

    def _begin(self, past: Any) -> None:
        self.violating = set()
        super()._begin(past)

    def _violated(self, slug: str, finding: FoundViolation, zone: Zone) -> None:
        self.violating.add(finding.parent)
        super()._violated(slug, finding, zone)


def with_levels(machine: WalkMachine, slug: str, classes: int = LEVEL_CLASSES) -> SessionWalk:
    """The sessions of a machine, with the levels of its states. Raises `InputError` where no
    schedule violates the property: then its rate is 0."""
    search = ViolatingSearch(machine, classes)
    found = search.run()
    if not search.violating:
        if found.unfinished:
            allowed = f"a violation within {found.unfinished}; --classes is how far it looks"
            raise InputError("--property", slug, allowed)
        allowed = "one that some schedule violates: it is proved here, and its rate is 0"
        raise InputError("--property", slug, allowed)
    walk = SessionWalk(machine, slug)
    distances = _distances(search)
    walk.is_whole = not found.unfinished
    walk.top = max(distances.values()) + 1
    walk.levels = {number: walk.top - distance for number, distance in distances.items()}
    return walk


def _distances(search: ViolatingSearch) -> dict[int, int]:
    """The distance of each state from which a violation can be reached, by its number."""
    before: dict[int, list[int]] = {}
    edges = iter(search.edges)
    for parent, child in zip(edges, edges, strict=True):
        before.setdefault(child, []).append(parent)
    # A class that another one covers lives on in that one.
    for covered, by in search.covered.items():
        before.setdefault(by, []).append(covered)
    distance = dict.fromkeys(search.violating, 1)
    waiting = deque(search.violating)
    while waiting:
        number = waiting.popleft()
        for parent in before.get(number, ()):
            if parent not in distance:
                distance[parent] = distance[number] + 1
                waiting.append(parent)
    found: dict[int, int] = {}
    for number, far in distance.items():
        if number >= 0:
            node = search.classes[number][0].number
            found[node] = min(far, found.get(node, far))
    return found
