"""Zones first, as exact as they are; where they become many, hulls, if these prove it.

Some states are come to in a hundred zones. One hull for each state is often enough to prove what is
asked (`search/hulls.py`); where it is not, the zones are searched to their end. What the first
zones violate no hull can prove, so the search is over for it, and what is left is asked alone.
"""

from __future__ import annotations

from dataclasses import replace

from lastchunk.model.base.errors import InternalError
from lastchunk.model.explore.search.deadline import Deadline, OutOfTimeError
from lastchunk.model.explore.search.hulls import HullSearch
from lastchunk.model.explore.search.search import Budget, Exploration, Search, SearchProgress
from lastchunk.model.explore.state.machine import Machine
from lastchunk.model.explore.witness.cycles import Rounds

HULLS_FROM = 8_000
"""So many classes are searched as zones before hulls are tried."""
LEFT_FROM = 4_000
"""So many are searched where they violate some of what is asked, before the rest is asked alone."""
CHECKED_CLASSES = 2_000
"""Where zones show a violation with so few, hulls must not prove that there is none."""


class HullsDisagreeError(InternalError):
    """What hulls prove is violated by zones: one of the two searches is wrong."""

    def __init__(self, design: str, slugs: list[str]) -> None:
        super().__init__(design, slugs)

    def __str__(self) -> str:
        design, slugs = self.args
        return (
            f"{', '.join(slugs)} is proved of {design} by hulls of zones, and violated by zones; "
            "nothing is told; please report it with the design and the scenario"
        )


def searched_with_hulls(
    machine: Machine,
    budget: Budget,
    stops: bool,
    progress: SearchProgress | None,
    deadline: Deadline,
) -> Search[Machine]:
    """A search that has run: by zones; where these are many, by hulls, if they prove all of it.

    Where the first zones violate a part of what is asked it ends with them: `leaves_some` is true.
    """
    first = replace(budget, classes=min(budget.classes, HULLS_FROM))
    search = Search(machine, first, True, stops, progress, deadline=deadline)
    search.classes_if_found = min(budget.classes, LEFT_FROM)
    found = search.run()
    if leaves_some(search, budget):
        return search
    if is_cut(found, budget):
        by_hulls = proved_by_hulls(machine, budget, progress, deadline, found)
        if by_hulls is not None:
            return by_hulls
        search = Search(machine, budget, True, stops, progress, deadline=deadline)
        search.run()
    elif found.findings and found.classes <= CHECKED_CLASSES:
        check_not_proved(search)
    return search


def is_cut(found: Exploration, budget: Budget) -> bool:
    """Whether a search has ended since its zones are many, and more of them are allowed."""
    most = LEFT_FROM if found.findings else HULLS_FROM
    return bool(found.unfinished) and most <= found.classes < budget.classes


def leaves_some(search: Search[Machine], budget: Budget) -> bool:
    """Whether a search has ended with its first zones, which violate some of what is asked."""
    is_over = search.deadline.is_over()
    return bool(search.found.findings) and is_cut(search.found, budget) and not is_over


def check_not_proved(zones: Search[Machine]) -> None:
    """Raise `HullsDisagreeError` where hulls prove what zones violate."""
    if proved_by_hulls(zones.machine, zones.budget, deadline=zones.deadline) is not None:
        raise HullsDisagreeError(zones.machine.design.name, sorted(zones.found.findings))


def proved_by_hulls(
    machine: Machine,
    budget: Budget,
    progress: SearchProgress | None = None,
    deadline: Deadline | None = None,
    seen: Exploration | None = None,
) -> HullSearch[Machine] | None:
    """A search by hulls that proves all that a machine is asked; None where it is in doubt.

    ``seen`` is what a search by zones has seen of it so far.
    """
    search = HullSearch(machine, budget, progress, deadline)
    monitor = machine.monitor
    if not search.settles(seen) or not search.found.sometimes.issuperset(monitor.sometimes):
        return None
    try:
        return None if _may_differ_for_ever(search) else search
    except OutOfTimeError:
        return None


def _may_differ_for_ever(search: HullSearch[Machine]) -> bool:
    """Whether what stays so on a cycle of hulls may violate a property, or be all that it holds by.

    Raises `OutOfTimeError`.
    """
    rounds, monitor = Rounds(search), search.machine.monitor
    at_end = [slug for slug in monitor.slugs if slug in monitor.at_end]
    unmet = [slug for slug in monitor.slugs if slug not in search.found.holding]
    return any(map(rounds.violating, at_end)) or any(map(rounds.holds, unmet))
