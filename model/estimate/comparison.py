"""A comparison: designs side by side on the same sessions, judged property by property."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product

import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.pictures import Pictured
from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.design.load import DesignLike, DesignSpec, load_designs
from lastchunk.model.estimate.checks import SESSIONS_MAX, check_name, check_range, check_run
from lastchunk.model.estimate.intervals import Paired
from lastchunk.model.estimate.precision import (
    KnownFigure,
    figures_now,
    more_until_enough,
    read_targets,
)
from lastchunk.model.estimate.replicate import EnginesUsed, Own, Progress, collected, stream
from lastchunk.model.estimate.tally import KeptSessions, SessionTally, rows_where, tallied, tally_of
from lastchunk.model.properties import OUTCOMES, PROPERTIES, SOMETIMES, asked
from lastchunk.model.properties.judged import PropertiesLike, asked_of
from lastchunk.model.properties.row import VIOLATED_CODE
from lastchunk.model.scenario.load import ScenarioLike, as_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, simulate


@dataclass(frozen=True)
class Comparison(Pictured):
    """What ``sessions`` sessions of each design did under one scenario.

    ``kept`` are the rows of all sessions (`frame`), or their tally alone, which is as large for any
    number of them. ``own`` are the properties that a person brought, ``known`` the figures that it
    went on for. ``engines`` says how the sessions of each design were run: by a table, or in SimPy
    and why.
    """

    scenario: Scenario
    designs: tuple[DesignSpec, ...]
    seed: int
    sessions: int
    kept: pd.DataFrame | SessionTally
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

    @property
    def has_rows(self) -> bool:
        """Whether the rows of its sessions were kept."""
        return not isinstance(self.kept, SessionTally)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per design and session; see `model.properties.ROW_COLUMNS`; and what the network
        gave and how much media was lost; and a column for each of ``own``.

        Raises `InputError` where rows were not kept.
        """
        if isinstance(self.kept, SessionTally):
            raise InputError("keep_rows", False, "True, where the rows of sessions are asked for")
        return self.kept

    @cached_property
    def tally(self) -> SessionTally:
        """The counts of its sessions, from which all is said that needs no row."""
        return (
            self.kept
            if isinstance(self.kept, SessionTally)
            else tally_of(self.kept, self._names, self.own)
        )

    @property
    def _names(self) -> list[str]:
        return [design.name for design in self.designs]

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Verdict]]:
        """The verdict on each property, by design and slug."""
        return {
            design.name: {
                slug: self.tally.verdict(design.name, slug, self._expected)
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
        check_name("design", design, self._names)
        return self._rows[design].copy()

    @cached_property
    def _rows(self) -> dict[str, pd.DataFrame]:
        """The rows of each design. Where they lie together, no copy of them is made."""
        design = self.frame["design"]
        places = {name: rows_where((design == name).to_numpy()) for name in self._names}
        return {name: self.frame.iloc[place] for name, place in places.items()}

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
                "unsettled": verdict.unsettled,
                "low": verdict.low,
                "high": verdict.high,
                "reason": verdict.reason,
            }
            for design, verdicts in self.verdicts.items()
            for slug, verdict in verdicts.items()
        )

    def paired(self, a: str, b: str) -> dict[str, Paired]:
        """For each property the difference of two designs over the sessions that speak of both."""
        for name in (a, b):
            check_name("design", name, self._names)
        found = {slug: self.tally.paired(a, b, slug) for slug in self.tally.slugs}
        return {slug: pair for slug, pair in found.items() if pair is not None}

    def outcomes(self) -> pd.DataFrame:
        """Sessions by design (rows) and outcome (columns, the best first)."""
        index, columns = pd.Index(self._names, name="design"), pd.Index(OUTCOMES, name="outcome")
        counts = [
            [self.tally.count(name, "outcome", word).sessions for word in OUTCOMES]
            for name in self._names
        ]
        return pd.DataFrame(counts, index=index, columns=columns)

    def sometimes(self) -> pd.DataFrame:
        """How often each *sometimes* property was met by a design, and in which session first."""
        rows = []
        for slug, design in product(SOMETIMES, self._names):
            met = self.tally.count(design, f"saw_{slug}")
            rows.append((slug, design, met.sessions, met.first))
        return pd.DataFrame(rows, columns=["property", "design", "sessions", "first_session"])

    def earliest_failure(self, design: str, slug: str = "") -> Run | None:
        """The first session of a design that violates a property, run again; None if none does.

        Without a slug, any property counts.
        """
        check_name("design", design, self._names)
        if slug:
            check_name("property", slug, self.tally.slugs)
        failing = self.tally.count(design, *(slug, VIOLATED_CODE) if slug else ("violation_ms",))
        if not failing.sessions:
            return None
        spec = next(item for item in self.designs if item.name == design)
        return simulate(self.scenario, spec, self.seed, failing.first)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the rows."""
        return self.frame.copy()


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
    keep_rows: bool = True,
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
    Without ``keep_rows`` the sessions are counted as they come, and none of their rows is held:
    the result says all but these. ``until`` needs them.

    >>> result = compare("cellular-driving", ["alarm", "lazy-alarm"], sessions=20)
    >>> {name: found["nothing_lost"].kind for name, found in result.verdicts.items()}
    {'alarm': 'not seen', 'lazy-alarm': 'not seen'}
    """
    own = {slug: item for slug, item in asked_of(properties).items() if item.watch is not None}
    run = check_run(sessions, seed, workers, engine, half_width)
    sessions, seed, workers, half_width = run
    most = SESSIONS_MAX if sessions_max is None else sessions_max
    most = check_range("sessions_max", most, sessions, SESSIONS_MAX)
    scenario = as_scenario(scenario)
    designs = load_designs(designs, scenario)
    names = [design.name for design in designs]
    targets = read_targets(until, names, [*PROPERTIES, *own], keep_rows)
    used = EnginesUsed()
    began = time.perf_counter()

    def more(count: int, first: int) -> KeptSessions:
        batches = stream(scenario, designs, count, seed, workers, first, own, engine)
        gather = collected if keep_rows else partial(tallied, own=own)
        return gather(batches, names, used, progress)

    def so_far(kept: KeptSessions, count: int) -> Comparison:
        seconds = time.perf_counter() - began
        known = tuple(figures_now(kept, targets, names)) if isinstance(kept, pd.DataFrame) else ()
        run = (scenario, tuple(designs), seed, count, kept, seconds)
        return Comparison(*run, own, known, used.words())

    return more_until_enough(more, so_far, (sessions, most), half_width, looked)
