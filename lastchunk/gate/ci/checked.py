"""Running the checks: a result for each property of each, and the exit code of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lastchunk.gate.ci.plan import PlannedCheck
from lastchunk.gate.held import Failure, Held
from lastchunk.gate.holder import Holder
from lastchunk.gate.kept import KEPT_FOLDER, KeptSchedules
from lastchunk.model.base.verdict import Verdict, exit_code, percent
from lastchunk.model.properties import Property

MARKS = {"violated": "FAIL", "unknown": "?"}
"""How the line of a check begins that does not hold; the others begin with `ok`."""


@dataclass(frozen=True)
class CheckResult:
    """What was found of one property: its verdict, and the failure where it does not hold."""

    check: PlannedCheck
    item: Property
    verdict: Verdict
    failure: Failure | None
    looked: str
    cut: tuple[str, ...] = ()
    """For each limit at which sessions were cut a line that says how many."""

    @property
    def key(self) -> str:
        """What tells this check from all others."""
        return self.check.key(self.item.slug)

    @property
    def kind(self) -> str:
        """The verdict that counts: a share that may fail makes no violation of a session."""
        if self.failure is not None:
            return self.failure.kind
        is_rare = self.verdict.kind == "violated" or self.verdict.is_only_cut
        return "held" if is_rare else self.verdict.kind

    def line(self) -> str:
        """The check in one line."""
        mark = "ok" if self.failure is None else MARKS[self.failure.kind]
        again = "".join(f"; to see it again: {item}" for item in self._commands())
        return f"{mark:<4} {self.key}: {self.kind}, {self.reason()}{again}"

    def reason(self) -> str:
        """What speaks for the verdict."""
        if self.failure is not None:
            return self.failure.reason
        if self.check.by == "proof":
            return self.looked
        verdict = self.verdict
        rate = f"{verdict.violations:,} of {verdict.sessions:,} sessions fail"
        span = f"{percent(verdict.low)} to {percent(verdict.high)}"
        wanted = self.check.at_most
        cut = f"; {verdict.unsettled_words}" if verdict.unsettled else ""
        may = f", at most {percent(wanted)} may" if wanted else ""
        how = "; by the test that may stop early" if self.check.stops_early else ""
        return f"{rate} ({span}{may}{how}){cut}"

    def data(self) -> dict[str, Any]:
        """The result as plain data."""
        verdict, check = self.verdict, self.check
        return {
            "check": self.key,
            "name": check.name,
            "property": self.item.slug,
            "design": check.design.name,
            "scenario": check.scenario.name,
            "by": check.by,
            "holds": self.failure is None,
            "verdict": self.kind,
            "reason": self.reason(),
            "looked": self.looked,
            **(self._sampled() if check.by == "sampling" else {}),
            "witness_session": verdict.witness_session,
            "timeline": list(self.failure.timeline) if self.failure else [],
            "commands": list(self._commands()),
        }

    def _sampled(self) -> dict[str, Any]:
        verdict = self.verdict
        return {
            "sessions": verdict.sessions,
            "violations": verdict.violations,
            "unsettled": verdict.unsettled,
            "low": verdict.low,
            "high": verdict.high,
            "at_most": self.check.at_most,
            "seed": self.check.settings.seed,
            "cut": list(self.cut),
        }

    def _commands(self) -> tuple[str, ...]:
        return self.failure.commands if self.failure is not None else ()


def checked(checks: Iterable[PlannedCheck], folder: Path) -> Iterator[tuple[CheckResult, Held]]:
    """Run the checks one by one. Schedules of failures are kept beside the file.

    All is looked at each time: what failed before is not tried first, since a rate is to be told.
    """
    kept = KeptSchedules(folder / KEPT_FOLDER)
    for check in checks:
        holder = Holder(check.settings, kept, tries_known=False)
        asked = check.properties
        if check.by == "proof":
            held = holder.verify(check.scenario, check.design, asked)
        else:
            held = holder.sample(
                check.scenario, check.design, asked, check.at_most, check.stops_early
            )
        failures = {failure.item.slug: failure for failure in held.failures}
        cut = _cut(held)
        for item in asked:
            slug = item.slug
            found = (held.verdicts[slug], failures.get(slug), held.looked)
            yield CheckResult(check, item, *found, cut), held


def _cut(held: Held) -> tuple[str, ...]:
    """The lines on sessions of a sampling that were cut."""
    from lastchunk.model.estimate.tally import cut_lines

    if held.measured is None:
        return ()
    return tuple(cut_lines(held.design, held.measured.tally, held.measured.scenario.limits))


def code_of_results(results: Iterable[CheckResult]) -> int:
    """What the gate exits with: 1 where one is violated, 3 where one is unknown, else 0."""
    counts = (0, 0, 0.0, 1.0)
    failed = [item.failure for item in results]
    return exit_code(
        Verdict("not seen" if failure is None else failure.kind, *counts) for failure in failed
    )


def summed_up(results: list[CheckResult], regressed: int = 0, silent: int = 0) -> str:
    """All of it in one line; ``regressed`` counts figures worse than in the baseline, ``silent``
    those of which it speaks and no session does now."""
    kinds = [item.failure.kind if item.failure else "holds" for item in results]
    counts = [(kinds.count(kind), kind) for kind in ("violated", "unknown")]
    counts += [(regressed, "regressed"), (silent, "silent since the baseline")]
    rest = "".join(f", {count} {kind}" for count, kind in counts if count)
    word = "check" if len(kinds) == 1 else "checks"
    return f"{len(kinds)} {word}: {kinds.count('holds')} hold{rest}"
