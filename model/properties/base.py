"""What a property is, and what judging one run by it may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Literal

from lastchunk.model.trace.facts import AT_COMPLETION, Facts

if TYPE_CHECKING:
    from lastchunk.model.properties.watches import Watch

Kind = Literal["always", "eventually-within", "sometimes"]
PROMPT_SLACK_MS = 2_000

Decided = Literal["by news", "by any step", "by the end", "by news or the end"]
"""What can violate a property for good. *News* are a refusal, a completion, a session that is
opened again, and a consumer's read."""
BY_NEWS: tuple[Decided, ...] = ("by news", "by any step")
Memory = Literal[
    "missing",  # which chunks are neither stored nor lost with a closed tab
    "missing at completions",
    "not stored",  # which chunks are not stored
    "uploads ended",  # and whose handler was lost
    "chunks uploaded",  # the number that the session's record says
    "chunks recorded",  # how many
    "has recorded",  # whether there is one
    "chunks stored",  # how many
    "stop answered",
    "stop failed",
    "notified",
    "last upload since the stop",
    "last upload since the stop ran",
    "recorded time",  # and what the row says of it
    "alarm runs",
    "uploads running",
    "stop runs",
    "last chunk's time",
]
"""What an exploration can remember of the past; it forgets whatever nobody asks for."""


@dataclass(frozen=True)
class JudgeSettings:
    """``grace_ms`` is the design's own; 5 s is what was promised where a design has none.

    ``notifies``: the design tells a consumer of completed sessions.
    """

    grace_ms: int = 5_000
    notifies: bool = False

    @property
    def prompt_ms(self) -> int:
        """How soon after the later of stop and last upload the session should be completed."""
        return self.grace_ms + PROMPT_SLACK_MS


def judge_settings(design: Any) -> JudgeSettings:
    """The design's own grace; the promised 5 s for one that has none."""
    grace_ms = getattr(design.settings, "grace_ms", JudgeSettings.grace_ms)
    return JudgeSettings(grace_ms, bool(getattr(design.cls, "notifies", False)))


@dataclass(frozen=True)
class Holds:
    """The property holds in this run."""


@dataclass(frozen=True)
class Violation:
    """The property is violated, at ``at_ms``; ``detail`` says by what."""

    at_ms: int
    detail: str


@dataclass(frozen=True)
class NotApplicable:
    """This run says nothing about the property."""

    reason: str


@dataclass(frozen=True)
class Unsettled(NotApplicable):
    """The run ended before the property was decided: with more time it could be either."""


Judgement = Holds | Violation | NotApplicable
HOLDS = Holds()


def unsettled(ended: str) -> Unsettled:
    """The judgement of a run that was to go on, with what ended it."""
    more = ", while the user records" if ended == AT_COMPLETION else ""
    return Unsettled(f"the run ended at the {ended}{more}")


def until_its_end(ended: str, said: str) -> NotApplicable:
    """The judgement of a run of which something is ``said``: more may come after a completion."""
    early = f"the run ended at the {ended}; until then " if ended == AT_COMPLETION else ""
    return NotApplicable(early + said)


def with_end(found: Judgement | None, end: Judgement) -> Judgement:
    """What events said of a run, and what its end says: a violation counts, and then a case."""
    if found is None or (isinstance(end, Violation) and not isinstance(found, Violation)):
        return end
    return found


@dataclass(frozen=True)
class Property:
    """One property: what it means in a sentence, and which claim it puts to the test.

    The rest is what an exploration must know. ``remembers``: the past on which a later judgement
    depends. ``is_timed``: it looks at when things came, not at whether. ``is_reverted``: a commit
    that fails may undo its violation, as what was not on disk never happened. ``asks`` says of what
    it can be asked at all; elsewhere it has no verdict. ``stands``: whether what violates it in a
    run that was cut cannot be mended; where it is None, whatever only news violate stands.
    ``is_of_recorder``: it says nothing where no recorder runs, as all chunks are there at once.
    """

    slug: str
    kind: Kind
    meaning: str
    claim: str
    check: Callable[[Facts, JudgeSettings], Judgement]
    _: KW_ONLY
    decided: Decided
    remembers: tuple[Memory, ...]
    is_timed: bool = False
    is_reverted: bool = False
    asks: Literal["every design", "a design that notifies", "a scenario with a consumer"] = (
        "every design"
    )
    watch: Watch | None = None
    place: str = ""
    stands: Callable[[Facts], bool] | None = None
    is_of_recorder: bool = False

    def judge(self, facts: Facts, judge: JudgeSettings) -> Judgement:
        """What a run that is over says. Of one that was to go on only a violation that stays is
        known: what is not violated yet could be violated later."""
        said = self.check(facts, judge)
        if not facts.is_open:
            return said
        stands = self.decided in BY_NEWS if self.stands is None else self.stands(facts)
        return said if isinstance(said, Violation) and stands else unsettled(facts.ended)


@dataclass(frozen=True)
class Sometimes:
    """A *sometimes* property: it must be met, or the verdicts beside it rest on nothing."""

    slug: str
    meaning: str
    _: KW_ONLY
    remembers: tuple[Memory, ...] = ()
    kind: Kind = "sometimes"
