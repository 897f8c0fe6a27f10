"""What is required of a setting: a property that is never violated, or more rarely than a rate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.properties import PROPERTIES

WRITTEN_SO = re.compile(r"\s*([\w-]+)\s*(?:<\s*([^\s%]+)\s*(%?)\s*)?")
HOW_WRITTEN = 'PROPERTY, or "PROPERTY < RATE" such as "nothing_lost < 1e-4"'


@dataclass(frozen=True)
class Requirement:
    """A property, and the rate of violations that it must stay below; 0: there must be none."""

    slug: str
    limit: float = 0.0

    @staticmethod
    def of(text: str) -> Requirement:
        """A requirement as it is written. Raises `InputError`.

        >>> Requirement.of("nothing_lost < 1 %")
        Requirement(slug='nothing_lost', limit=0.01)
        """
        found = WRITTEN_SO.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise InputError("--require", text, HOW_WRITTEN)
        slug, rate, share = found.groups()
        if slug not in PROPERTIES:
            raise InputError("--require", slug, "one of " + ", ".join(PROPERTIES))
        if rate is None:
            return Requirement(slug)
        try:
            limit = float(rate) / (100 if share else 1)
        except ValueError:
            limit = 0.0
        if not 0 < limit < 1:
            raise InputError("--require", text, "a rate above 0 and below 1, such as 1e-4 or 0.01%")
        return Requirement(slug, limit)

    def __str__(self) -> str:
        return f"{self.slug} < {self.limit:g}" if self.limit else self.slug

    def is_shown_by(self, verdict: Verdict) -> bool:
        """Whether a verdict shows that it is met: proved, or not seen; or a rate that is below.

        No session says nothing.
        """
        if verdict.kind in ("proved", "unknown"):
            return verdict.kind == "proved"
        if self.limit:
            return verdict.sessions > 0 and verdict.high < self.limit
        return verdict.kind == "not seen"

    def is_refuted_by(self, verdict: Verdict) -> bool:
        """Whether a verdict shows that it is not met."""
        return verdict.kind == "violated" and (not self.limit or verdict.low >= self.limit)
