"""The rate of a rare violation: levels by exploring, thresholds by a pilot, then replications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.memory import LESS_OFTEN, few_collections
from lastchunk.model.base.workers import Here, check_workers, pool
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.estimate.checks import check_range
from lastchunk.model.estimate.rare.levels import LEVEL_CLASSES, with_levels
from lastchunk.model.estimate.rare.replications import REPLICATIONS_FIRST, until_enough
from lastchunk.model.estimate.rare.splitting import RareEstimate, Splitting, summed
from lastchunk.model.estimate.rare.walk import SessionWalk, WalkMachine
from lastchunk.model.properties import EXPLORABLE
from lastchunk.model.scenario.load import ScenarioLike, as_scenario
from lastchunk.model.scenario.schema import Scenario


@dataclass(frozen=True)
class RareRate:
    """How often a design violates a property in a scenario, where that is rare."""

    scenario: Scenario
    design: DesignSpec
    slug: str
    estimate: RareEstimate
    states: int
    levels: int
    is_whole: bool


def rare_rate(
    scenario: ScenarioLike,
    design: DesignLike = "alarm",
    slug: str = "complete_at_finalization",
    precision: float = 0.1,
    effort: int = 500,
    seed: int = 1,
    workers: int = 1,
    replications_max: int = 400,
    classes: int = LEVEL_CLASSES,
    progress: Callable[[int], None] | None = None,
) -> RareRate:
    """The rate of a violation by importance splitting, to ``precision`` of itself.

    ``effort`` runs go on at each level. Replications are added, 40 and then 20 at a time, until
    the 95 % interval is as narrow and they are not too skewed for it, or ``replications_max`` is
    reached. Raises `InputError` for what cannot be explored, and for a property that no schedule
    violates.
    """
    if slug not in list(EXPLORABLE):
        raise InputError("--property", slug, ", ".join(EXPLORABLE))
    check_workers(workers)
    precision = as_plain(precision)
    if not isinstance(precision, int | float) or not 0 < precision < 1:
        raise InputError("precision", precision, "a share of the rate, above 0 and below 1")
    classes = check_range("classes", classes, 1, 1 << 40)
    effort = check_range("effort", effort, 2, 1_000_000)
    seed = check_range("seed", seed, 0, 2**63)
    most = check_range("replications_max", replications_max, REPLICATIONS_FIRST, 1_000_000)
    loaded = as_scenario(scenario)
    spec = load_design(design, loaded)
    asked = (next(_CALLS), loaded, spec, slug, classes)
    walk = _walk(*asked)
    pilot = Splitting(walk, effort)
    thresholds = pilot.thresholds(Random(f"{seed} pilot"))
    each = Splitting(walk, effort).happenings_a_run(Random(f"{seed} runs"))
    with pool(workers) if workers > 1 else Here() as executor:

        def replicate(numbers: range) -> Iterator[tuple[float, int]]:
            given = (thresholds, effort, seed)
            futures = [executor.submit(_replicate, asked, *given, number) for number in numbers]
            return (future.result() for future in futures)

        def summed_up(found: Sequence[float], happenings: int) -> RareEstimate:
            happenings += pilot.work.happenings
            return summed(found, effort, thresholds, happenings, each)

        estimate = until_enough(replicate, summed_up, precision, most, progress)
    counts = (len(walk.machine.nodes), len(set(walk.levels.values())), walk.is_whole)
    return RareRate(loaded, spec, slug, estimate, *counts)


RareQuestion = tuple[int, Scenario, DesignSpec, str, int]
"""Which call of `rare_rate` asks, in which scenario, of which design and property, how far."""


def _replicate(
    asked: RareQuestion, thresholds: Sequence[int], effort: int, seed: int, number: int
) -> tuple[float, int]:
    """One replication: its estimate, and its happenings."""
    splitting = Splitting(_walk(*asked), effort)
    with few_collections(LESS_OFTEN):
        found = splitting.replication(thresholds, Random(f"{seed} {number}"))
    return found, splitting.work.happenings


_CALLS = count()
_KNOWN: dict[int, SessionWalk] = {}


def _walk(
    call: int, scenario: Scenario, design: DesignSpec, slug: str, classes: int
) -> SessionWalk:
    """The sessions with their levels. A process explores them once for each call of `rare_rate`.

    Nothing that can be read off a class says that two of them do the same, so the next call
    explores anew.
    """
    if call not in _KNOWN:
        _KNOWN.clear()
        with few_collections(LESS_OFTEN):
            _KNOWN[call] = with_levels(WalkMachine(design, scenario, slug), slug, classes)
    return _KNOWN[call]
