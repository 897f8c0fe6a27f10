"""What holding a design to properties has shown, for an assertion and for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lastchunk.model.base.verdict import Verdict, VerdictKind, sessions_words
from lastchunk.model.properties import Property

if TYPE_CHECKING:
    from lastchunk.model.estimate.comparison import Comparison


@dataclass(frozen=True)
class Failure:
    """A property that does not hold: its words, the schedule, and how to see it again.

    ``token`` names the schedule that was kept; "" where there is none, as of what is unknown.
    """

    item: Property
    design: str
    scenario: str
    kind: VerdictKind
    reason: str
    timeline: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    varies: str = ""
    token: str = ""
    commands: tuple[str, ...] = ()
    is_known: bool = False
    """A schedule that failed before was tried first, and fails again."""

    def text(self) -> str:
        """The failure for a person."""
        again = ", by a schedule that failed before" if self.is_known else ""
        lines = [
            f"{self.item.slug}: {self.item.meaning}",
            f"{self.kind} for {self.design} in {self.scenario}{again}: {self.reason}",
            *self.matters,
        ]
        if self.timeline:
            lines += ["", *self.timeline, ""]
        lines += [self.varies] if self.varies else []
        lines += [f"to see it again: {command}" for command in self.commands]
        return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class Held:
    """Whether a design holds its properties: `holds`, and all that speaks against it.

    ``verdicts`` are by property; what was not looked at, since a known schedule failed first, has
    none. ``looked`` says what was looked at, ``measured`` has the sessions of a sampling.
    """

    design: str
    scenario: str
    verdicts: Mapping[str, Verdict]
    failures: tuple[Failure, ...]
    looked: str
    measured: Comparison | None = None

    @property
    def holds(self) -> bool:
        """Whether something was asked, and all of it is proved or was not seen violated."""
        return bool(self.verdicts) and not self.failures

    @property
    def kind(self) -> VerdictKind:
        """The verdict on all of it: violated if any is, unknown if any is, else the weakest."""
        kinds = {item.kind for item in self.failures}
        if "violated" in kinds:
            return "violated"
        if kinds or not self.verdicts:
            return "unknown"
        proved = all(verdict.kind == "proved" for verdict in self.verdicts.values())
        return "proved" if proved else "not seen"

    def text(self) -> str:
        """All failures for a person; what holds in a line where there are none."""
        if not self.failures:
            return repr(self)
        return "\n\n".join(item.text() for item in self.failures)

    def __repr__(self) -> str:
        failed = [item.item.slug for item in self.failures]
        names = ", ".join(dict.fromkeys(failed or self.verdicts))
        return f"<{self.kind}: {names} of {self.design} in {self.scenario}, {self.looked}>"

    def __and__(self, other: Held) -> Held:
        """Both: it holds if both hold."""
        verdicts = {**self.verdicts, **other.verdicts}
        scenarios = " and ".join(dict.fromkeys((self.scenario, other.scenario)))
        failures = (*self.failures, *other.failures)
        looked = f"{self.looked}; {other.looked}"
        return Held(self.design, scenarios, verdicts, failures, looked)


def sampled_words(sessions: int, seed: int) -> str:
    """What sampling looked at, in words."""
    return f"{sessions_words(sessions)} from seed {seed}"
