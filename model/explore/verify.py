"""Verification: one design in one scenario, every schedule within its bounds, and what it means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.memory import few_collections, let_go, only_new_garbage
from lastchunk.model.base.pictures import Paged
from lastchunk.model.base.verdict import Verdict, VerdictKind
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.explore.by_hulls import leaves_some, searched_with_hulls
from lastchunk.model.explore.code.watched import ChunkIndexUsed
from lastchunk.model.explore.property_groups import (
    BETWEEN_MS,
    SILENT,
    PropertyGroupSearch,
    Reductions,
    used_up,
    verdict_of,
)
from lastchunk.model.explore.scope.assumptions import assumptions
from lastchunk.model.explore.scope.unsaid import DEFAULT_SCOPE, unsaid
from lastchunk.model.explore.search.deadline import Deadline
from lastchunk.model.explore.search.search import (
    Budget,
    Exploration,
    Search,
    SearchProgress,
)
from lastchunk.model.explore.shared import SharedScope
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.state.monitor import groups_of
from lastchunk.model.explore.state.worlds import SharedWorlds
from lastchunk.model.explore.timing.zone import HALF, milliseconds
from lastchunk.model.explore.witness.attack import (
    SECONDS_LEAST,
    SHARE,
    Attack,
    Attacker,
    check_attack,
    happenings_for,
)
from lastchunk.model.explore.witness.counterexample import KINDS, Counterexample
from lastchunk.model.properties import EXPLORABLE, Property, asked
from lastchunk.model.properties.judged import PropertiesLike, asked_of
from lastchunk.model.properties.names import FIELDS
from lastchunk.model.scenario.load import ScenarioLike, as_scenario, load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.world.object.blob_store import StoreIsRead

PROMPT = "finalizes_promptly"


@dataclass(frozen=True, repr=False)
class Verification(Paged):
    """What exploring says: a verdict for each property, and how much was looked at.

    ``classes`` are the state classes needed (the maximal zones), ``expanded`` those whose steps
    were taken, ``frontier`` those that were left when a budget was used up. ``late_ms`` is the
    longest time from the later of stop and last upload to the completion; None where it is not
    known or has no bound; ``late_ms_min`` is the shortest. ``seconds`` is wall time. ``silent``
    are properties that no schedule says anything about, left out where they were not asked for by
    name. ``goes_on`` says how a settled session goes on for ever, where there is one that does.
    ``attack`` is what was tried against what is proved. ``own`` are the properties that a person
    brought.
    """

    scenario: Scenario
    design: DesignSpec
    verdicts: dict[str, Verdict]
    counterexamples: dict[str, tuple[Counterexample, ...]]
    classes: int
    expanded: int
    steps: int
    states: int
    depth: int
    frontier: int
    seconds: float
    late_ms: int | None
    late_ms_min: int | None
    sometimes: tuple[str, ...]
    silent: tuple[str, ...] = ()
    goes_on: str = ""
    budget: Budget = field(default_factory=Budget)
    attack: Attack = field(default_factory=Attack)
    own: dict[str, Property] = field(default_factory=dict)

    @property
    def verdict(self) -> VerdictKind:
        """The verdict on all of it: violated if any is, proved if all are, else unknown."""
        kinds = {verdict.kind for verdict in self.verdicts.values()}
        if "violated" in kinds:
            return "violated"
        return "unknown" if "unknown" in kinds or not kinds else "proved"

    @property
    def holds(self) -> bool:
        """Whether all of it is proved, and that of something."""
        return self.verdict == "proved"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the scope assumes, a sentence each: all verdicts are said under it."""
        return assumptions(self.scenario, self.design)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What the proofs do not speak of, a sentence each; nothing where there are none."""
        if all(verdict.kind != "proved" for verdict in self.verdicts.values()):
            return ()
        return tuple(unsaid(self.scenario, self.design, self.sometimes, self.frontier == 0))

    def __repr__(self) -> str:
        lines = [f"Verification of {self.design.name} in {self.scenario.name}: {self.verdict}"]
        for slug, verdict in self.verdicts.items():
            reason = f" ({verdict.reason})" if verdict.reason else ""
            lines.append(f"  {slug}: {verdict.kind}{reason}")
        unsaid = f", and {len(self.unsaid)} remarks (.unsaid)" if self.unsaid else ""
        lines.append(f"under {len(self.assumptions)} assumptions (.assumptions){unsaid}")
        return "\n".join(lines)

    def __str__(self) -> str:
        *verdicts, _ = repr(self).splitlines()
        assumed = [f"  {line}" for line in self.assumptions]
        return "\n".join([*verdicts, "assuming:", *assumed, *self.unsaid])


@few_collections()
def verify(
    scenario: ScenarioLike | None = None,
    design: DesignLike = "alarm",
    properties: PropertiesLike | None = None,
    budget: Budget | None = None,
    reductions: Reductions | None = None,
    progress: SearchProgress | None = None,
    counterexamples: bool = True,
    kinds: Collection[str] = KINDS,
    longest: bool = True,
    attack: int | None = None,
    deadline: Deadline | None = None,
    shared: SharedScope | None = None,
) -> Verification:
    """Explore every schedule of a design within the bounds of a scenario.

    A scenario is an object, a name, a path or TOML text; without one it is `DEFAULT_SCOPE`, in
    which any design can be judged. A design is a class, a name, ``file.py:Class``, or a label with
    one of these and settings of its own. ``properties`` are names, and own properties. ``kinds``
    are those of the counterexamples to make. Without ``longest``, exploring ends at a session that
    is not finalized promptly: the longest delay is not known then. ``attack`` is how many schedules
    to try against what is proved, None for as many as fit. ``deadline`` is that of more than this
    answer, or the budget's from now. ``shared`` is what earlier answers of this scope have left.

    Raises `InputError` for what cannot be explored and for unknown properties, `DesignError` where
    the design throws, does not end or cannot be repeated, `TimeError` (a `DesignError`) where it
    does with a time what cannot be exact, `RefutedProofError` where what is proved is violated.

    >>> verify("small-scope", "alarm", "complete_at_finalization").verdict
    'proved'
    """
    scenario, design = meant(scenario, design)
    check_attack(attack)
    budget = check_budget(Budget() if budget is None else budget)
    asked_for = None if properties is None else asked_of(properties)
    slugs, own = check_slugs(design, scenario, asked_for), explorable_own(asked_for or {})
    reductions = check_reductions(Reductions() if reductions is None else reductions)
    deadline = deadline or Deadline(budget.seconds)
    shared = shared or SharedScope()
    given = budget, deadline, reductions, progress, longest, own, shared.worlds
    searches = [s for g in groups_of(slugs, own) for s in _explored(scenario, design, g, *given)]
    found, verdicts = [each.search.found for each in searches], _verdicts(searches)
    tried = _attacked(searches, verdicts, attack, deadline, shared)
    examples = _examples(searches, verdicts, kinds) if counterexamples else {}
    let_go(searches)
    silent = () if properties is not None else tuple(s for s in slugs if _is_silent(verdicts[s]))
    return Verification(
        scenario,
        design,
        {slug: verdicts[slug] for slug in slugs if slug not in silent},
        examples,
        *_summed(found),
        *_delays(searches, longest),
        tuple(sorted(set().union(*(item.sometimes for item in found)))),
        silent,
        _goes_on(searches) if "endless" in kinds else "",
        budget,
        tried,
        own,
    )


def _summed(found: list[Exploration]) -> tuple[int, int, int, int, int, int, float]:
    """How much was looked at, in the order of `Verification`."""
    return (
        sum(item.classes for item in found),
        sum(item.expanded for item in found),
        sum(item.steps for item in found),
        sum(item.states for item in found),
        max(item.depth for item in found),
        sum(item.frontier for item in found),
        sum(item.seconds for item in found),
    )


def _verdicts(searches: list[PropertyGroupSearch]) -> dict[str, Verdict]:
    """The verdict on each property; where one may stay violated for ever, a second search first.

    Nothing is proved beside a *sometimes* property of a person's that no schedule met.
    """
    for each in searches:
        each.search_rounds()
    verdicts = {slug: v for each in searches for slug, v in each.verdicts().items()}
    known = searches[0].machine.monitor.known
    unmet = [
        slug
        for slug, verdict in verdicts.items()
        if known[slug].kind == "sometimes" and verdict.kind != "proved"
    ]
    for slug, verdict in verdicts.items():
        if unmet and verdict.kind == "proved":
            words = "it never happened that " + ", ".join(unmet)
            verdicts[slug] = verdict_of("unknown", words)
    return verdicts


def _examples(
    searches: list[PropertyGroupSearch], verdicts: dict[str, Verdict], kinds: Collection[str]
) -> dict[str, tuple[Counterexample, ...]]:
    """The sessions of each property violated; they give its verdict its words."""
    examples = {
        slug: items for each in searches for slug, items in each.counterexamples(kinds).items()
    }
    for slug, items in examples.items():
        if items:  # a time that the search knows as an instant only is a number here
            verdicts[slug] = replace(verdicts[slug], reason=items[0].violation.detail)
        elif any(slug in each.untold for each in searches):
            deadline = searches[0].search.deadline
            verdicts[slug] = used_up(deadline, "it is violated, and no schedule was made in time")
        elif not {"shortest", "widest"}.isdisjoint(kinds):
            verdicts[slug] = verdict_of("unknown", BETWEEN_MS)
    return examples


def _attacked(
    searches: list[PropertyGroupSearch],
    verdicts: dict[str, Verdict],
    schedules: int | None,
    deadline: Deadline,
    shared: SharedScope,
) -> Attack:
    """What was tried against what is proved. Raises `RefutedProofError`."""
    proved = [slug for slug, verdict in verdicts.items() if verdict.kind == "proved"]
    if not proved:
        return Attack()
    machine = searches[0].machine
    monitor = machine.monitor
    own = {slug: monitor.known[slug] for slug in proved}
    attacker = Attacker(machine.design, machine.scenario, proved, monitor.late, own, shared.played)
    happenings = sum(
        happenings_for(each.machine.runs, each.search.found.steps) for each in searches
    )
    seconds = max(deadline.left, deadline.share)
    if schedules is None:
        spent = sum(each.search.found.seconds for each in searches)
        seconds = min(max(SECONDS_LEAST, SHARE * spent), seconds)
    with only_new_garbage():
        return attacker.attack(schedules, happenings, seconds)


def meant(scenario: ScenarioLike | None, design: DesignLike) -> tuple[Scenario, DesignSpec]:
    """The scenario, the default scope for none, and the design. Raises `InputError`."""
    loaded = load_scenario(DEFAULT_SCOPE) if scenario is None else as_scenario(scenario)
    return loaded, load_design(design, loaded)


def _goes_on(searches: list[PropertyGroupSearch]) -> str:
    """How a settled session goes on for ever, by the first search that knows of one."""
    for each in searches:
        each.search_settled_rounds()
        words = each.goes_on()
        if words:
            return words
    return ""


def _delays(searches: list[PropertyGroupSearch], longest: bool) -> tuple[int | None, int | None]:
    """The longest and the shortest time to finalization; None where it is not known."""
    for each in searches:
        found = each.search.found
        if PROMPT not in each.machine.monitor.slugs or (PROMPT in found.findings and not longest):
            continue  # only this property needs the times, and every schedule must be looked at
        late, soon = found.late, found.soon
        return (
            None if late is None or late > HALF else milliseconds(late),
            None if soon is None else -milliseconds(-soon),
        )
    return None, None


def _is_silent(verdict: Verdict) -> bool:
    return verdict.kind == "unknown" and verdict.reason == SILENT


def check_budget(budget: Budget) -> Budget:
    """Refuse a budget below 1. Raises `InputError`."""
    if not isinstance(budget, Budget):
        raise InputError("budget", budget, "a Budget, such as Budget(seconds=60)")
    plain = {name: as_plain(value) for name, value in vars(budget).items()}
    for name, value in plain.items():
        if not isinstance(value, int | float) or not value >= 1:
            raise InputError(f"budget.{name}", value, "at least 1")
    return Budget(**plain)


def check_reductions(reductions: Reductions) -> Reductions:
    """Refuse what says nothing of reductions. Raises `InputError`."""
    if not isinstance(reductions, Reductions):
        raise InputError("reductions", reductions, "Reductions, such as Reductions(pruning=False)")
    return reductions


def check_slugs(
    design: DesignSpec, scenario: Scenario, properties: PropertiesLike | None
) -> list[str]:
    """The properties to explore, known and in order. Raises `InputError`."""
    if properties is None:
        return asked(design.cls, scenario)
    slugs = list(asked_of(properties))
    if not slugs:
        raise InputError("properties", slugs, "at least one of " + ", ".join(EXPLORABLE))
    return slugs


def explorable_own(given: Mapping[str, Property]) -> dict[str, Property]:
    """The own ones of some properties, each of which a state can hold. Raises `InputError`."""
    own = {slug: item for slug, item in given.items() if item.watch is not None}
    for slug, item in own.items():
        if item.watch is not None and item.watch.not_explored:
            raise InputError(
                f"property {slug}{item.place}",
                item.watch.not_explored,
                "what a state knows, such as the fields " + ", ".join(sorted(FIELDS)) + "; "
                "simulate, replay and compare judge this property",
            )
    return own


def _explored(
    scenario: Scenario,
    design: DesignSpec,
    slugs: list[str],
    budget: Budget,
    deadline: Deadline,
    reductions: Reductions,
    progress: SearchProgress | None,
    longest: bool,
    own: Mapping[str, Property],
    worlds: SharedWorlds,
) -> list[PropertyGroupSearch]:
    """The searches that settle some properties: one, and another one for what it leaves.

    Each is made without the symmetry if the design turns out to tell chunks apart, and with what is
    in the blob store if it reads that. The searches share their ``worlds``.
    """
    monitor = monitor_for(design, scenario, slugs, own)
    given, forgets = (reductions.symmetry, reductions.pruning), reductions.forgets_blobs
    machine = Machine(design, scenario, monitor, *given, forgets_blobs=forgets, shared=worlds)
    # The longest delay needs every schedule; a violation of all that is asked needs no more.
    stops = PROMPT not in slugs or not longest
    try:
        if not longest and reductions.inclusion:
            search = searched_with_hulls(machine, budget, stops, progress, deadline)
        else:
            inclusion = reductions.inclusion
            search = Search(machine, budget, inclusion, stops, progress, deadline=deadline)
            search.run()
    except (ChunkIndexUsed, StoreIsRead) as seen:
        settled, left, then = [], slugs, reductions.without(seen)
    else:
        left = [slug for slug in slugs if slug not in search.found.findings]
        left = left if not longest and leaves_some(search, budget) else []
        if left:
            search.found.frontier = 0  # the next search goes there
        told = [slug for slug in slugs if slug not in left]
        settled, then = [PropertyGroupSearch(search, reductions, told)], reductions
    # Not within the handler: code that runs while an error is handled could see it.
    if not left:
        return settled
    more = budget, deadline, then, progress, longest, own, worlds
    return settled + _explored(scenario, design, left, *more)


__all__ = ["DEFAULT_SCOPE", "Budget", "Exploration", "Reductions", "Verification", "verify"]
