"""The folder of failed schedules: each has a short token, and is tried first the next time.

A schedule is tried in the scenario and with the settings of now. Where these no longer allow it,
it says nothing, and stays: they may come back.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.base.files import write_text
from lastchunk.model.base.text_files import read_text
from lastchunk.model.design.load import DesignSpec, values_of
from lastchunk.model.properties import Property, Violation
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run, replay, simulate
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule

KEPT_FOLDER = ".lastchunk"
TOKEN_LENGTH = 8
KEPT_MAX = 20
"""So many schedules are kept for one design, scenario and property; the oldest go."""


@dataclass(frozen=True)
class Kept:
    """A failed schedule: where it is, what it violates, and which test found it."""

    token: str
    slug: str
    design: str
    scenario: str
    varies: str
    test: str
    path: Path

    @property
    def schedule(self) -> Schedule:
        """The schedule, read from its file."""
        return read_schedule(self.path)


class KeptSchedules:
    """The failed schedules of a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(
        self, schedule: Schedule, slug: str, design: str, varies: str = "", test: str = ""
    ) -> Kept:
        """Write a schedule down. The token is the same for the same schedule."""
        steps = json.dumps([[list(step.key), step.at_ms, step.outcome] for step in schedule.steps])
        name = schedule.scenario.name
        words = "\n".join((slug, design, name, str(schedule.duration_ms), steps))
        token = hashlib.sha256(words.encode("utf-8")).hexdigest()[:TOKEN_LENGTH]
        place = self.folder / _slugged(f"{design}-{slug}")
        place.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            write_text(ignore, "*\n")
        path = place / f"{token}.schedule"
        kept = Kept(token, slug, design, name, varies, test, path)
        write_schedule(schedule, path)
        told = {key: value for key, value in vars(kept).items() if key != "path"}
        write_text(path.with_suffix(".json"), json.dumps(told, ensure_ascii=False) + "\n")
        self._forget_oldest(place)
        return kept

    def of(self, scenario: Scenario, design: DesignSpec, slug: str) -> list[Kept]:
        """What failed before for a design, a scenario and a property, the newest first."""
        place = self.folder / _slugged(f"{design.name}-{slug}")
        found = [item for item in map(_read, _newest(place)) if item is not None]
        wanted = (scenario.name, design.name, slug)
        return [item for item in found if (item.scenario, item.design, item.slug) == wanted]

    def find(self, token: str) -> Kept:
        """The schedule of a token. Raises `InputError` where there is none."""
        paths = list(self.folder.glob(f"*/{token}.json")) if token.isalnum() else []
        kept = _read(paths[0]) if paths else None
        if kept is None:
            known = sorted(path.stem for path in self.folder.glob("*/*.json"))
            allowed = "one of " + ", ".join(known) if known else "none: no schedule has been kept"
            raise InputError(f"token in {self.folder}", token, allowed)
        return kept

    def _forget_oldest(self, place: Path) -> None:
        for path in _newest(place)[KEPT_MAX:]:
            path.unlink(missing_ok=True)
            path.with_suffix(".schedule").unlink(missing_ok=True)


def tried(
    schedule: Schedule, scenario: Scenario, design: DesignSpec, item: Property
) -> tuple[Run, Violation] | None:
    """What a schedule does under a scenario and a design of now; None where it violates nothing.

    It says nothing, too, where it is not one of theirs. A session that was drawn is drawn again.
    """
    again = _drawn if schedule.seed >= 0 else _replayed
    run = again(schedule, scenario, design)
    if run is None:
        return None
    judgement = judge_trace(item, run.trace, run.facts, run.judge)
    return (run, judgement) if isinstance(judgement, Violation) else None


def _drawn(schedule: Schedule, scenario: Scenario, design: DesignSpec) -> Run:
    return simulate(scenario, design, schedule.seed, schedule.session)


def _replayed(schedule: Schedule, scenario: Scenario, design: DesignSpec) -> Run | None:
    duration, offsets = scenario.recording.duration_ms, scenario.platform.clock_offset_ms
    if not duration.low_ms <= schedule.duration_ms <= (duration.high_ms or schedule.duration_ms):
        return None
    if any(not offsets.low_ms <= ms <= offsets.high_ms for ms in schedule.clock_offsets_ms):
        return None
    settings = values_of(design.settings)
    now = replace(schedule, scenario=scenario, design=design.reference, settings=settings)
    try:
        return replay(now, design)
    except DesignError:
        raise
    except InputError:
        return None


def _read(path: Path) -> Kept | None:
    """What stands beside a schedule; None where the folder is not what was written."""
    try:
        told = json.loads(read_text(path, "kept schedule", "what was written"))
        kept = Kept(**told, path=path.with_suffix(".schedule"))
        return kept if kept.path.is_file() else None
    except (ValueError, TypeError, InputError):
        return None


def _newest(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(place.glob("*.json"), key=lambda path: (-path.stat().st_mtime_ns, path.name))


def _slugged(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:100]
