"""A verdict: what the evidence says of one property, and how strong it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lastchunk.model.properties import Property

VerdictKind = Literal["proved", "violated", "not seen", "unknown"]
EXIT_HOLDS, EXIT_VIOLATED, EXIT_USAGE, EXIT_UNKNOWN, EXIT_FAILED = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Verdict:
    """``low`` and ``high`` bound the failure rate with 95 % confidence.

    ``sessions`` counts those that say something about the property. ``witness_session`` is the
    first session that violates it; -1 where there is none. ``unsettled`` counts sessions that were
    cut before it was decided: the bounds hold whatever they would have come to.
    """

    kind: VerdictKind
    sessions: int
    violations: int
    low: float
    high: float
    reason: str = ""
    witness_session: int = -1
    unsettled: int = 0

    @property
    def unsettled_words(self) -> str:
        """How many sessions were cut before it was decided; "" where none was."""
        every = self.sessions + self.unsettled
        words = f"{self.unsettled:,} of {sessions_words(every)} cut before it was settled"
        return words if self.unsettled else ""

    @property
    def is_only_cut(self) -> bool:
        """Whether nothing but sessions that were cut leaves it unknown."""
        return self.kind == "unknown" and self.unsettled > 0 and self.reason == self.unsettled_words

    @property
    def holds(self) -> bool:
        """Whether it is proved, or was not seen violated; what is unknown does not hold."""
        return exit_code([self]) == EXIT_HOLDS

    def sentence(self, item: Property) -> str:
        """The verdict on a property in one sentence, with its strength."""
        if self.kind == "violated":
            rate = self.violations / self.sessions
            cut = f"; {self.unsettled_words}" if self.unsettled else ""
            return (
                f"“{item.meaning}” is violated in {self.violations:,} of {self.sessions:,} "
                f"sessions: {percent(rate)}, 95 % interval {percent(self.low)} to "
                f"{percent(self.high)}{cut}."
            )
        if self.kind == "not seen":
            return (
                f"“{item.meaning}” was not seen violated in {sessions_words(self.sessions)}: "
                f"rate below {percent(self.high)} with 95 % confidence."
            )
        if self.kind == "proved":
            return f"“{item.meaning}” is proved for every schedule within the bounds."
        return f"“{item.meaning}” is unknown: {self.reason}."


def sessions_words(count: int) -> str:
    """A number of sessions in words."""
    return f"{count:,} session" if count == 1 else f"{count:,} sessions"


def percent(rate: float) -> str:
    """A rate for reading: two or three digits that count, never a rounded-off 0 or 100."""
    value = rate * 100
    if 0 < value < 0.1:
        return f"{value:.{1 - math.floor(math.log10(value))}f} %"
    text = f"{value:.2f}" if value < 10 else f"{value:.1f}"
    if text == "100.0" and rate < 1:
        text = f"{value:.{max(3, -math.floor(math.log10(100 - value)))}f}"
    return f"{text} %"


def percent_within(rate: float, low: float, high: float) -> str:
    """A rate with its interval."""
    return f"{percent(rate)} ({percent(low)} to {percent(high)})"


def points(difference: float) -> str:
    """A difference of two rates in percentage points; no sign on a zero."""
    value = round(difference * 100, 1) + 0.0
    return f"{value:+.1f}" if value else "0.0"


def p_words(p_value: float) -> str:
    """A p-value for reading; never 0."""
    return f"{p_value:.2g}" if p_value > 1e-300 else "< 1e-300"


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """What a gate exits with: 0 all hold, 1 something is violated, 3 something is unknown."""
    kinds = {verdict.kind for verdict in verdicts}
    if "violated" in kinds:
        return EXIT_VIOLATED
    return EXIT_UNKNOWN if "unknown" in kinds or not kinds else EXIT_HOLDS
