"""What rate to expect of the deployed design, and the least grace that keeps it below a rate.

The same sessions are simulated for every grace, so a longer one changes nothing but itself. A rate
is below another one where the upper end of its interval is. Several graces are looked at on the
way to the least one, so their intervals are wider: all of them together hold in 95 of 100 cases
(Bonferroni).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.estimate.choice.requirement import Requirement
from lastchunk.model.estimate.choice.seek import FINE, least_enough
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import (
    CONFIDENCE,
    upper_bound_if_none,
    whatever_they_were,
    wilson,
)
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.schema import Scenario

GRACE = "grace_ms"
GRACE_MAX_MS = 600_000
"""No longer grace is tried: the long alarm of the deployed design is as long."""
BETTER, FIT_SCOPE = "lazy-alarm", "default-scope"
ASKED = ("complete_at_finalization", "nothing_lost", "nothing_refused", "finalizes_promptly")
FIXED_BY_GRACE = "complete_at_finalization"


@dataclass(frozen=True)
class FitAdvice:
    """``grace_ms`` is the least that holds, with its verdict; None where none was found.

    ``proved`` is what exploring says of the better design, by property.
    """

    compared: Comparison
    deployed: DesignSpec
    better: DesignSpec
    grace_ms: int | None
    at_grace: Verdict | None
    proved: dict[str, Verdict]

    def verdict(self, design: str, slug: str) -> Verdict | None:
        """The verdict on a property of a design; None where it is not asked."""
        return self.compared.verdicts[design].get(slug)


def advise(
    scenario: Scenario, design: str, rate: float, sessions: int, seed: int, workers: int = 1
) -> FitAdvice:
    """Simulate, seek the least grace, and explore the better design."""
    deployed, better = load_design(design, scenario), load_design(BETTER, scenario)
    specs = [deployed] if deployed.name == better.name else [deployed, better]
    compared = compare(scenario, specs, sessions, seed, workers)

    def at(grace_ms: int) -> Verdict:
        given = (f"grace {grace_ms} ms", design, {GRACE: grace_ms})
        found = compare(scenario, [given], sessions, seed, workers)
        return found.verdicts[given[0]][FIXED_BY_GRACE]

    grace_ms, verdict = None, None
    if hasattr(deployed.settings, GRACE):
        grace_ms, verdict = least_grace(at, getattr(deployed.settings, GRACE), rate)
    proved = verify(FIT_SCOPE, BETTER, properties=list(ASKED[:2]), budget=Budget(seconds=60.0))
    verdicts = {slug: proved.verdicts[slug] for slug in ASKED[:2]}
    return FitAdvice(compared, deployed, better, grace_ms, verdict, verdicts)


def least_grace(
    at: Callable[[int], Verdict], from_ms: int, rate: float
) -> tuple[int | None, Verdict | None]:
    """The least grace from the deployed one on whose rate is below another one.

    Where none is, the verdict is that at the longest grace.
    """
    known: dict[int, Verdict] = {}
    confidence = confidence_of_each(looks_most(from_ms))
    wanted = Requirement(FIXED_BY_GRACE, rate)

    def is_enough(grace_ms: int) -> bool:
        known[grace_ms] = with_confidence(at(grace_ms), confidence)
        return wanted.is_shown_by(known[grace_ms])

    found = least_enough(is_enough, from_ms, GRACE_MAX_MS)
    return found, known[max(known) if found is None else found]


def looks_most(from_ms: int) -> int:
    """How many graces are looked at on the way to the least one, at the most."""
    doubled = (GRACE_MAX_MS // max(1, from_ms)).bit_length()
    return 1 + doubled + FINE.bit_length()


def confidence_of_each(looks: int) -> float:
    """How sure each of several intervals must be, so that all of them hold together."""
    return 1 - (1 - CONFIDENCE) / looks


def looks_of(design: DesignSpec) -> int:
    """The looks that the advice on a design may need: one if it has no grace."""
    grace_ms = getattr(design.settings, GRACE, None)
    return 1 if grace_ms is None else looks_most(grace_ms)


def with_confidence(verdict: Verdict, confidence: float) -> Verdict:
    """A verdict by sampling, with the interval of another confidence."""
    if not verdict.sessions:
        return verdict
    if not verdict.violations and not verdict.unsettled:
        return replace(verdict, high=upper_bound_if_none(verdict.sessions, confidence))
    counts = (verdict.violations, verdict.sessions, verdict.unsettled)
    bounds = whatever_they_were(partial(wilson, confidence=confidence), *counts)
    return replace(verdict, low=bounds.low, high=bounds.high)


def properties_told(advice: FitAdvice) -> Sequence[str]:
    """The properties that some design was asked."""
    return [slug for slug in ASKED if advice.verdict(advice.deployed.name, slug) is not None]
