"""A comparison: designs side by side on the same sessions, judged property by property."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.pictures import Pictured
from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.design.load import DesignLike, DesignSpec, load_designs
from lastchunk.model.estimate.intervals import Paired, paired, upper_bound_if_none, wilson
from lastchunk.model.estimate.precision import (
    KnownFigure,
    PrecisionTarget,
    check_targets,
    figures_now,
)
from lastchunk.model.estimate.replicate import BATCH, NO_OWN, Own, Progress, replicate
from lastchunk.model.kernel.choice import ALL_ENGINES
from lastchunk.model.properties import OUTCOMES, PROPERTIES, SOMETIMES, asked
from lastchunk.model.properties.judged import PropertiesLike, asked_of
from lastchunk.model.properties.row import HELD_CODE, VIOLATED_CODE
from lastchunk.model.scenario.load import ScenarioLike, as_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate

SESSIONS_MAX = 10_000_000


@dataclass(frozen=True)
class Comparison(Pictured):
    """What ``sessions`` sessions of each design did under one scenario.

    ``frame`` has one row per design and session; see `model.properties.ROW_COLUMNS`; and what the
    network gave and how much media was lost. It has a column more for each of ``own``, the
    properties that a person brought. ``known`` are the figures that it went on for. ``engines``
    says how the sessions of each design were run: by a table, or in SimPy and why.
    """

    scenario: Scenario
    designs: tuple[DesignSpec, ...]
    seed: int
    sessions: int
    frame: pd.DataFrame
    wall_seconds: float
    own: Own = field(default_factory=dict)
    known: tuple[KnownFigure, ...] = ()
    engines: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        lines = [
            f"<Comparison in {self.scenario.name}: {self.sessions:,} sessions, seed {self.seed}>"
        ]
        for name, verdicts in self.verdicts.items():
            bad = [
                f"{slug} {percent(found.violations / found.sessions)}"
                for slug, found in verdicts.items()
                if found.kind == "violated"
            ]
            lines.append(
                f"  {name}: " + (f"violated: {', '.join(bad)}" if bad else "none violated")
            )
        return "\n".join(lines)

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Verdict]]:
        """The verdict on each property, by design and slug."""
        return {
            design.name: {
                slug: judge_rows(self._rows[design.name], slug, self._expected)
                for slug in (*asked(design.cls, self.scenario), *self.own)
            }
            for design in self.designs
        }

    @property
    def _expected(self) -> list[str]:
        """What must be met sometimes: the columns that say so."""
        own = [slug for slug, item in self.own.items() if item.kind == "sometimes"]
        return [*self.scenario.expect.sometimes, *own]

    def rows_of(self, design: str) -> pd.DataFrame:
        """The rows of one design. Raises `InputError` where none has that name."""
        check_name("design", design, [item.name for item in self.designs])
        return self._rows[design].copy()

    @cached_property
    def _rows(self) -> dict[str, pd.DataFrame]:
        """The rows of each design, which lie together: no copy of them is made."""
        found = {}
        for item in self.designs:
            places = np.flatnonzero(self.frame["design"] == item.name)
            first, last = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
            assert last - first == len(places), "the rows are sorted by design"
            found[item.name] = self.frame.iloc[first:last]
        return found

    def statistics(self) -> pd.DataFrame:
        """One row per design and property: verdict, counts and interval."""
        return pd.DataFrame(
            {
                "scenario": self.scenario.name,
                "design": design,
                "property": slug,
                "verdict": verdict.kind,
                "sessions": verdict.sessions,
                "violations": verdict.violations,
                "low": verdict.low,
                "high": verdict.high,
                "reason": verdict.reason,
            }
            for design, verdicts in self.verdicts.items()
            for slug, verdict in verdicts.items()
        )

    def paired(self, a: str, b: str) -> dict[str, Paired]:
        """For each property the difference of two designs over the sessions that speak of both."""
        slugs = [*PROPERTIES, *self.own]
        rows_a, rows_b = (self._judged(name, slugs) for name in (a, b))
        result = {}
        for slug in slugs:
            pair = paired_codes(rows_a[slug], rows_b[slug])
            if pair is not None:
                result[slug] = pair
        return result

    def _judged(self, design: str, slugs: list[str]) -> pd.DataFrame:
        check_name("design", design, [item.name for item in self.designs])
        return self._rows[design][["session", *slugs]].set_index("session")

    def outcomes(self) -> pd.DataFrame:
        """Sessions by design (rows) and outcome (columns, the best first)."""
        return self._outcomes.copy()

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        counts = pd.crosstab(self.frame["design"], self.frame["outcome"])
        names = [design.name for design in self.designs]
        return counts.reindex(index=names, columns=list(OUTCOMES), fill_value=0)

    def sometimes(self) -> pd.DataFrame:
        """How often each *sometimes* property was met by a design, and in which session first."""
        rows = []
        for slug in SOMETIMES:
            for design in self.designs:
                rows_of = self._rows[design.name]
                met = rows_of["session"][rows_of[f"saw_{slug}"]]  # that column alone: it is many
                first = int(met.iloc[0]) if len(met) else -1
                rows.append((slug, design.name, len(met), first))
        return pd.DataFrame(rows, columns=["property", "design", "sessions", "first_session"])

    def earliest_failure(self, design: str, slug: str = "") -> Run | None:
        """The first session of a design that violates a property, run again; None if none does.

        Without a slug, any property counts.
        """
        rows = self.rows_of(design)
        if slug:
            check_name("property", slug, [*PROPERTIES, *self.own])
        failing = rows[rows[slug] == VIOLATED_CODE] if slug else rows[rows["violation_ms"] >= 0]
        if failing.empty:
            return None
        spec = next(item for item in self.designs if item.name == design)
        return simulate(self.scenario, spec, self.seed, int(failing["session"].iloc[0]))

    def to_frame(self) -> pd.DataFrame:
        """A copy of the rows."""
        return self.frame.copy()


def paired_codes(a: pd.Series[int], b: pd.Series[int]) -> Paired | None:
    """Two judgements of the same sessions, side by side; None where no session speaks of both."""
    if not a.index.equals(b.index):
        a, b = a.align(b, join="inner")
    of_a, of_b = a.to_numpy(), b.to_numpy()
    speaks = (of_a >= 0) & (of_b >= 0)
    sessions = int(speaks.sum())
    if not sessions:
        return None
    fails_a, fails_b = speaks & (of_a == VIOLATED_CODE), speaks & (of_b == VIOLATED_CODE)
    both = int((fails_a & fails_b).sum())
    only_a, only_b = int(fails_a.sum()) - both, int(fails_b.sum()) - both
    return paired(both, only_a, only_b, sessions - both - only_a - only_b)


def judge_rows(rows: pd.DataFrame, slug: str, expected: Sequence[str]) -> Verdict:
    """The verdict on one property from the rows of one design."""
    codes = rows[slug]
    sessions = int((codes >= 0).sum())
    violated = rows["session"][codes == VIOLATED_CODE]
    if len(violated):
        bounds = wilson(len(violated), sessions)
        first = int(violated.iloc[0])
        counts = (sessions, len(violated), bounds.low, bounds.high)
        return Verdict("violated", *counts, witness_session=first)
    if sessions == 0:
        return Verdict("unknown", 0, 0, 0.0, 1.0, "no session says anything about it")
    unmet = [name for name in expected if not _is_met(rows, name)]
    if unmet:
        reason = "never happened: " + ", ".join(unmet)
        return Verdict("unknown", sessions, 0, 0.0, upper_bound_if_none(sessions), reason)
    assert int((codes == HELD_CODE).sum()) == sessions
    return Verdict("not seen", sessions, 0, 0.0, upper_bound_if_none(sessions))


def _is_met(rows: pd.DataFrame, slug: str) -> bool:
    """Whether some session met a *sometimes* property; an own one has a column of judgements."""
    if slug in SOMETIMES:
        return bool(rows[f"saw_{slug}"].any())
    return bool((rows[slug] == HELD_CODE).any())


def compare(
    scenario: ScenarioLike,
    designs: Sequence[DesignLike] | DesignLike,
    sessions: int = 1_000,
    seed: int = 1,
    workers: int = 1,
    half_width: float | None = None,
    progress: Progress | None = None,
    properties: PropertiesLike = (),
    until: Sequence[str] | str = (),
    sessions_max: int | None = None,
    engine: str = "auto",
    looked: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Run every design on the same sessions. Raises `InputError` for what cannot be meant.

    A scenario is an object, a name, a path or TOML text; a design a class, a name,
    ``file.py:Class``, or a label with one of these and settings of its own.
    With ``half_width`` the sessions are doubled, from ``sessions`` on, until the interval of every
    property of every design is at most so wide to either side, or ``sessions_max`` is reached.
    ``until`` are figures and how exactly each is to be known (`PrecisionTarget.of`), by intervals
    that hold at every look; ``known`` of the result has them. ``looked`` is told what there is at
    each look, which is a result too.
    ``properties`` are own ones, which are judged beside the shipped ones (docs/properties.md).
    ``engine`` is how sessions are run, with the same rows: ``simpy``, ``table``, ``kernel``
    (compiled), or ``auto``: what carries the design and pays (`Comparison.engines` says which).

    >>> result = compare("cellular-driving", ["alarm", "lazy-alarm"], sessions=20)
    >>> {name: found["nothing_lost"].kind for name, found in result.verdicts.items()}
    {'alarm': 'not seen', 'lazy-alarm': 'not seen'}
    """
    own = {slug: item for slug, item in asked_of(properties).items() if item.watch is not None}
    sessions_max = SESSIONS_MAX if sessions_max is None else sessions_max
    check_run(sessions, seed, workers, engine)
    check_range("sessions_max", sessions_max, sessions, SESSIONS_MAX)
    check_half_width(half_width)
    scenario = as_scenario(scenario)
    designs = load_designs(designs, scenario)
    engines: dict[str, str] = {}
    targets = [PrecisionTarget.of(each) for each in ([until] if isinstance(until, str) else until)]
    names = [design.name for design in designs]
    check_targets(targets, names, [*PROPERTIES, *own])
    began = time.perf_counter()

    def more(count: int, first: int) -> pd.DataFrame:
        given = (count, seed, workers, progress, first, own, engine)
        return _told(replicate(scenario, designs, *given), engines)

    def so_far(frame: pd.DataFrame, count: int) -> Comparison:
        seconds, known = time.perf_counter() - began, tuple(figures_now(frame, targets, names))
        run = (scenario, tuple(designs), seed, count, frame, seconds)
        return Comparison(*run, own, known, dict(engines))

    return _until_enough(more, so_far, (sessions, sessions_max), half_width, looked)


def _until_enough(
    more: Callable[[int, int], pd.DataFrame],
    so_far: Callable[[pd.DataFrame, int], Comparison],
    between: tuple[int, int],
    half_width: float | None,
    looked: Callable[[Comparison], None] | None,
) -> Comparison:
    """Go on from so many sessions until enough is known, or up to so many."""
    sessions, sessions_max = between
    frame = more(sessions, 0)
    while True:
        found = so_far(frame, sessions)
        if looked is not None:
            looked(found)
        is_wide = half_width is not None and widest(frame, found.own) > half_width
        is_enough = not is_wide and all(each.is_met for each in found.known)
        if sessions >= sessions_max or is_enough:
            return found
        # Whole batches, so that the next ones begin where a batch begins.
        count = min(_more(sessions, half_width is None), sessions_max - sessions)
        both = pd.concat([frame, more(count, sessions)])
        frame = both.sort_values(["design", "session"], ignore_index=True)
        sessions += count


def check_run(sessions: int, seed: int, workers: int, engine: str) -> None:
    """Refuse numbers of a run that cannot be meant. Raises `InputError`."""
    check_range("sessions", sessions, 1, SESSIONS_MAX)
    check_range("seed", seed, 0, 2**63)
    check_range("workers", workers, 1, 1_024)
    check_name("engine", engine, ALL_ENGINES)


def _told(frame: pd.DataFrame, engines: dict[str, str]) -> pd.DataFrame:
    """The frame alone; how its sessions were run is told of the first one."""
    told = frame.attrs.pop("engines")
    engines.update(engines or told)
    return frame


def _more(sessions: int, is_looked_at: bool) -> int:
    """How many sessions more before the next look: as many again, or half of them."""
    return max(BATCH, sessions // 2 // BATCH * BATCH if is_looked_at else sessions)


def check_half_width(half_width: float | None) -> None:
    """Refuse what is no half-width of a proportion."""
    if half_width is not None and not isinstance(half_width, int | float):
        raise InputError("half_width", half_width, "a number above 0 and below 0.5")
    if half_width is not None and not 0 < half_width < 0.5:
        raise InputError("half_width", half_width, "above 0 and below 0.5")


def widest(frame: pd.DataFrame, own: Own = NO_OWN) -> float:
    """The widest half-interval over designs and properties that any session speaks of."""
    widths = [0.0]
    for _, rows in frame.groupby("design", observed=True):
        for slug in (*PROPERTIES, *own):
            codes = rows[slug]
            sessions = int((codes >= 0).sum())
            if sessions:
                failures = int((codes == VIOLATED_CODE).sum())
                widths.append(wilson(failures, sessions).half_width)
    return max(widths)


def check_name(field: str, name: object, known: Sequence[str]) -> None:
    """Refuse a name that is not known: nobody is to take it for one without any rows."""
    if name not in known:
        raise InputError(field, name, "one of " + ", ".join(known))


def check_range(field: str, value: int, low: int, high: int) -> None:
    """Refuse what is no whole number, and one that is out of range."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(field, value, f"a whole number from {low} to {high}")
    if not low <= value <= high:
        raise InputError(field, value, f"{low} to {high}")
