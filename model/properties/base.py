"""What a property is, and what judging one run by it may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from model.trace.facts import Facts

Kind = Literal["always", "eventually-within", "sometimes"]
PROMPT_SLACK_MS = 2_000


@dataclass(frozen=True)
class JudgeSettings:
    """``grace_ms`` is the design's own; 5 s is what was promised where a design has none."""

    grace_ms: int = 5_000

    @property
    def prompt_ms(self) -> int:
        """How soon after the later of stop and last upload the session should be completed."""
        return self.grace_ms + PROMPT_SLACK_MS


@dataclass(frozen=True)
class Held:
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


Judgement = Held | Violation | NotApplicable
HELD = Held()


@dataclass(frozen=True)
class Property:
    """One property: what it means in a sentence, and which claim it puts to the test."""

    slug: str
    kind: Kind
    meaning: str
    claim: str
    check: Callable[[Facts, JudgeSettings], Judgement]


@dataclass(frozen=True)
class Guard:
    """A *sometimes* property: it must be met, or the verdicts beside it rest on nothing."""

    slug: str
    meaning: str
    kind: Kind = "sometimes"
