"""What a sweep runs, and how it is cut: a pure function of the plan, whoever runs it and how fast.

The points are those of a `Space` in each scenario. A chunk is some points with all of their
sessions, or some sessions of one point where these are many. So a chunk is the same on one machine
and on a hundred, and its bytes are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lastchunk.model.base.streams import DRAWS
from lastchunk.model.design.load import DesignLike, DesignSpec, load_designs, values_of
from lastchunk.model.design.sources import source_of_spec
from lastchunk.model.estimate.replicate import BATCH
from lastchunk.model.estimate.space import Space
from lastchunk.model.scenario.load import ScenarioLike, described_scenario, load_scenario
from lastchunk.model.scenario.schema import Scenario

CHUNK_SESSIONS = 4_000
"""Sessions of a chunk, all designs together: some seconds of work."""
PLAN_CHUNKS_MAX = 10_000_000


@dataclass(frozen=True)
class PlanPoint:
    """Some sessions of one point: its number, its scenario and settings, which sessions, and how
    many the point has in all."""

    number: int
    scenario: ScenarioLike
    overrides: tuple[str, ...]
    first: int
    sessions: int
    uplink: Path | None = None
    video_mbps: float | None = None
    of_all: int = 0

    def load(self, designs: Sequence[DesignLike]) -> tuple[Scenario, list[DesignSpec]]:
        """The scenario and the designs at this point. Raises `InputError`."""
        scenario = load_scenario(self.scenario, self.overrides, self.uplink, self.video_mbps)
        return scenario, load_designs(list(designs), scenario)


@dataclass(frozen=True)
class ChunkTask:
    """One chunk, with all that another process needs to run it."""

    digest: str
    number: int
    designs: tuple[DesignLike, ...]
    seed: int
    points: tuple[PlanPoint, ...]

    @property
    def sessions(self) -> int:
        """Sessions of each design."""
        return sum(point.sessions for point in self.points)


@dataclass(frozen=True)
class SweepPlan:
    """A sweep: in each scenario each point of a space, so many sessions of each design.

    ``method`` says how the points were chosen; the first ``base`` of a sensitivity design are the
    size of its parts.
    """

    scenarios: tuple[ScenarioLike, ...]
    space: Space
    designs: tuple[DesignLike, ...]
    sessions: int
    seed: int = 1
    overrides: tuple[str, ...] = ()
    uplink: Path | None = None
    video_mbps: float | None = None
    chunk_sessions: int = CHUNK_SESSIONS
    method: str = "grid"
    base: int = 0
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """How many there are, over all scenarios."""
        return len(self.scenarios) * len(self.space.points)

    @property
    def _room(self) -> int:
        """Sessions of each design that a chunk has room for, in whole batches."""
        return max(1, self.chunk_sessions // max(1, len(self.designs)) // BATCH) * BATCH

    @property
    def _cuts(self) -> int:
        """Chunks that a point is cut into; 0 where several points are one."""
        return 0 if self.sessions <= self._room else -(-self.sessions // self._room)

    @property
    def _together(self) -> int:
        return max(1, self._room // self.sessions)

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return self.points * self._cuts if self._cuts else -(-self.points // self._together)

    def sessions_of(self, number: int) -> int:
        """Sessions of each design in a chunk."""
        return sum(count for _, _, count in self._parts(number))

    def task(self, number: int, digest: str) -> ChunkTask:
        """A chunk by its number, from 0."""
        points = tuple(self.point(*part) for part in self._parts(number))
        return ChunkTask(digest, number, self.designs, self.seed, points)

    def _parts(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Each point of a chunk, its first session and how many."""
        if self._cuts:
            point, cut = divmod(number, self._cuts)
            first = cut * self._room
            yield point, first, min(self._room, self.sessions - first)
            return
        begin = number * self._together
        for point in range(begin, min(begin + self._together, self.points)):
            yield point, 0, self.sessions

    def point(self, number: int, first: int = 0, sessions: int = 0) -> PlanPoint:
        """A point by its number, from 0: those of the first scenario come first."""
        scenario, at = divmod(number, len(self.space.points))
        settings = (*self.overrides, *self.space.overrides(self.space.points[at]))
        uplink = None if self.space.replaces_uplink else self.uplink
        where = (self.scenarios[scenario], settings, first, sessions, uplink, self.video_mbps)
        return PlanPoint(number, *where, of_all=self.sessions)

    def described(self) -> dict[str, Any]:
        """All that the results hang on, as plain data."""
        _, specs = self.point(0).load(self.designs)
        return {
            "lastchunk": version("lastchunk"),
            "draws": DRAWS,
            "scenarios": [
                described_scenario(
                    load_scenario(each, self.overrides, self.uplink, self.video_mbps)
                )
                for each in self.scenarios
            ],
            "uplink": None if self.uplink is None else _digest(self.uplink.read_bytes()),
            "designs": [
                {
                    "name": spec.name,
                    "settings": {k: repr(v) for k, v in values_of(spec.settings).items()},
                    "source": source_of_spec(spec),
                }
                for spec in specs
            ],
            "axes": [axis.name for axis in self.space.axes],
            "points": [list(point) for point in self.space.points],
            "first_point": self.space.overrides(self.space.points[0]),
            "method": self.method,
            "base": self.base,
            "bounds": {key: list(pair) for key, pair in self.bounds.items()},
            "sessions": self.sessions,
            "seed": self.seed,
            "chunk_sessions": self.chunk_sessions,
            "chunks": self.chunks,
        }


def digest_of_plan(described: dict[str, Any]) -> str:
    """What tells a plan from every other one."""
    text = json.dumps(described, sort_keys=True, ensure_ascii=False, default=str)
    return _digest(text.encode())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
