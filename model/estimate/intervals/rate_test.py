"""Is the rate below a limit? A test that may be looked at after every session, and then stopped.

Against "the rate is at least the limit" stands a mixture of all rates below it: how much likelier
what was seen is under the mixture than at the limit. Under any rate that is not below the limit
this is a supermartingale, so it reaches 1 / alpha with a probability of at most alpha (Ville 1939;
Ramdas, Grünwald, Vovk & Shafer 2023, "Game-theoretic statistics and safe anytime-valid inference").
The other side likewise. Over several tests at once Holm's correction of their p-values holds one
error rate: each p-value is one at every look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, inf, log
from typing import Literal

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals.confidence import PRIOR, log_likelihood, log_mixture
from lastchunk.model.estimate.intervals.fixed import CONFIDENCE, holm

RateSide = Literal["below", "above", "open"]


def log_evidence(failures: int, sessions: int, limit: float) -> tuple[float, float]:
    """The logarithms of the evidence that the rate is below, and that it is above, a limit.

    >>> [round(each, 2) for each in log_evidence(0, 500, 0.01)]
    [4.1, -5.08]
    """
    from scipy.special import betainc, betaincc  # slow to import, and seldom needed

    held = sessions - failures
    counts = (failures, held)
    at_limit = log_likelihood(counts, (limit, 1 - limit))
    whole = log_mixture(counts) - at_limit
    here = (PRIOR + failures, PRIOR + held, limit)
    before = (PRIOR, PRIOR, limit)
    below = whole + _log(betainc(*here)) - _log(betainc(*before))
    above = whole + _log(betaincc(*here)) - _log(betaincc(*before))
    return below, above


def _log(share: float) -> float:
    """A share that is too small for a float is none: there is no evidence at all then."""
    return log(share) if share > 0 else -inf


@dataclass
class RateTest:
    """One rate against a limit; the evidence of each side is the most that any look has shown."""

    limit: float
    failures: int = 0
    sessions: int = 0
    _below: float = field(default=0.0, init=False)
    _above: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if not 0 < self.limit < 1:
            raise InputError("limit", self.limit, "a rate above 0 and below 1")

    def look(self, failures: int, sessions: int) -> None:
        """What has been seen by now, all in all."""
        self.failures, self.sessions = failures, sessions
        below, above = log_evidence(failures, sessions, self.limit) if sessions else (0.0, 0.0)
        self._below, self._above = max(self._below, below), max(self._above, above)

    @property
    def p_below(self) -> float:
        """The p-value of "the rate is at least the limit"."""
        return exp(-self._below)

    @property
    def p_above(self) -> float:
        """The p-value of "the rate is at most the limit"."""
        return exp(-self._above)

    def side(self, confidence: float = CONFIDENCE) -> RateSide:
        """What is known by now."""
        return sides([self], confidence)[0]


def sides(tests: Sequence[RateTest], confidence: float = CONFIDENCE) -> list[RateSide]:
    """What is known of several rates at once, one error rate over all of them (Holm).

    Half of it is for each side.
    """
    alpha = (1 - confidence) / 2
    below = holm([test.p_below for test in tests])
    above = holm([test.p_above for test in tests])
    return [
        "below" if one <= alpha else "above" if other <= alpha else "open"
        for one, other in zip(below, above, strict=True)
    ]


def sessions_needed(limit: float, confidence: float = CONFIDENCE) -> int:
    """How many sessions without any failure show that a rate is below a limit."""
    wanted, low, high = log(2 / (1 - confidence)), 0, 1
    while log_evidence(0, high, limit)[0] < wanted:
        low, high = high, high * 2
        if high > 1 << 40:
            raise InputError("limit", limit, "a rate that so many sessions can be below")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if log_evidence(0, middle, limit)[0] >= wanted else (middle, high)
    return high
