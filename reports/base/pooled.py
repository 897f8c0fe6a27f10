"""What the sessions of several scenarios say together of one property, and of two designs.

The scenarios are picked by hand, so their mix means nothing: what is said over all of them is a
range and how many they are, never one rate with an interval. A scenario on its own has both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lastchunk.model.base.verdict import (
    Verdict,
    VerdictKind,
    p_words,
    percent,
    percent_within,
    points,
    sessions_words,
)
from lastchunk.model.estimate.intervals import Paired
from lastchunk.model.properties import Property

NOBODY = "no session says anything about it"


@dataclass(frozen=True)
class ScenarioVerdict:
    """The verdict of one scenario, by its name and its title."""

    name: str
    title: str
    verdict: Verdict

    @property
    def is_silent(self) -> bool:
        """Whether no session of it says anything, nor was cut before it could."""
        return not (self.verdict.sessions or self.verdict.unsettled)

    @property
    def rate(self) -> float:
        """The share of its speaking sessions that violate the property."""
        return self.verdict.violations / self.verdict.sessions


@dataclass(frozen=True)
class Pooled:
    """The verdicts of some scenarios, taken together."""

    found: tuple[ScenarioVerdict, ...]

    @property
    def speaking(self) -> list[ScenarioVerdict]:
        """The scenarios of which some session says anything."""
        return [item for item in self.found if not item.is_silent]

    def of_kind(self, kind: VerdictKind) -> list[ScenarioVerdict]:
        """The speaking scenarios with that verdict."""
        return [item for item in self.speaking if item.verdict.kind == kind]

    @property
    def kind(self) -> VerdictKind:
        """Violated if it is so anywhere; unknown if all are silent, or a hard case never came."""
        if self.of_kind("violated"):
            return "violated"
        return "unknown" if self.of_kind("unknown") or not self.speaking else "not seen"

    @property
    def sessions(self) -> int:
        """The sessions that say anything."""
        return sum(item.verdict.sessions for item in self.found)

    @property
    def violations(self) -> int:
        """The sessions that violate it."""
        return sum(item.verdict.violations for item in self.found)

    @property
    def bound(self) -> float:
        """The weakest bound on the rate that a scenario without a violation gives."""
        return max((item.verdict.high for item in self.speaking), default=1.0)

    @property
    def reason(self) -> str:
        """Why it is unknown; empty where it is not."""
        if self.kind != "unknown":
            return ""
        if len(self.found) == 1:
            return self.found[0].verdict.reason
        if not self.speaking:
            return NOBODY
        unmet = [f"{item.name} ({item.verdict.reason})" for item in self.of_kind("unknown")]
        return "unknown in " + ", ".join(unmet)

    def rate_words(self) -> str:
        """How often: one scenario by its rate and interval, several by their range."""
        if len(self.found) == 1:
            return rate_words(self.found[0].verdict)
        if self.kind == "unknown":
            return self.reason
        many = f"{len(self.speaking)} scenarios" if len(self.speaking) != 1 else "1 scenario"
        if self.kind == "not seen":
            words = f"in none of {many}, {sessions_words(self.sessions)}"
            return f"{words}; rate below {percent(self.bound)} in each"
        failing = self.of_kind("violated")
        return f"in {len(failing)} of {many}: {range_words(failing)}"

    def sentence(self, item: Property) -> str:
        """The verdict in one sentence, with its strength."""
        if len(self.found) == 1:
            return self.found[0].verdict.sentence(item)
        if self.kind in ("violated", "not seen"):
            return f"“{item.meaning}” is violated {self.rate_words()}."
        return f"“{item.meaning}” is unknown: {self.reason}."

    def where(self) -> str:
        """Which scenarios violate it, leave it unknown, or say nothing; empty for one alone."""
        if len(self.found) == 1:
            return ""
        lists = {
            "Violated in": [f"{x.title} {percent(x.rate)}" for x in self.of_kind("violated")],
            "Unknown in": [f"{x.title} ({x.verdict.reason})" for x in self.of_kind("unknown")],
            "Nothing said in": [x.title for x in self.found if x.is_silent],
        }
        return " ".join(f"{head}: {'; '.join(names)}." for head, names in lists.items() if names)


def range_words(failing: Sequence[ScenarioVerdict]) -> str:
    """The lowest and the highest rate, each with the title of its scenario."""
    low, high = (pick(failing, key=lambda item: item.rate) for pick in (min, max))
    if len(failing) == 1:
        return f"{percent(low.rate)} ({low.title})"
    return f"{percent(low.rate)} ({low.title}) to {percent(high.rate)} ({high.title})"


def rate_words(found: Verdict) -> str:
    """The rate of a verdict with its interval, in words."""
    if found.kind == "violated":
        rate = percent_within(found.violations / found.sessions, found.low, found.high)
        cut = f"; {found.unsettled_words}" if found.unsettled else ""
        return f"{rate} of {found.sessions:,}{cut}"
    if found.kind == "unknown":
        return found.reason
    return f"rate below {percent(found.high)} ({sessions_words(found.sessions)})"


def difference_words(pairs: Sequence[Paired]) -> dict[str, str]:
    """Two designs on the same sessions: one scenario with interval and p, several as a range."""
    if not pairs:
        return {"difference": "none in common", "discordant": "", "p": ""}
    if len(pairs) == 1:
        (pair,) = pairs
        gap = pair.difference
        return {
            "difference": f"{points(gap.estimate)} ({points(gap.low)} to {points(gap.high)})",
            "discordant": f"{pair.only_a:,} / {pair.only_b:,} of {pair.sessions:,}",
            "p": p_words(pair.p_value),
        }
    gaps = [pair.difference.estimate for pair in pairs]
    only_a, only_b, both = (
        sum(numbers)
        for numbers in zip(*((p.only_a, p.only_b, p.sessions) for p in pairs), strict=True)
    )
    return {
        "difference": f"{points(min(gaps))} to {points(max(gaps))} over {len(pairs)} scenarios",
        "discordant": f"{only_a:,} / {only_b:,} of {both:,}",
        "p": "",
    }
