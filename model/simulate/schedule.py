"""A schedule: the choices that a run consists of, and nothing random.

A step says which pending thing happened, when, and with which outcome. Beside the steps stand what
the session was given before it began: the scenario, the design with its settings, how long was
recorded, and the clocks. In a file the first line is all that, and each further line one step.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import write_text
from lastchunk.model.base.text_files import read_text
from lastchunk.model.scenario.delay import MS_MAX, without_files
from lastchunk.model.scenario.load import validate
from lastchunk.model.scenario.schema import Scenario

FORMAT = "lastchunk schedule 1"
HEADER = {
    "format": str,
    "scenario": dict,
    "design": str,
    "settings": dict,
    "duration_ms": int,
    "clock_offsets_ms": list,
    "ended": str,
    "seed": int,
    "session": int,
}
HEADER_BOUNDS = {"duration_ms": (0, MS_MAX), "seed": (-1, 2**63), "session": (-1, 2**63)}
"""The least and the most of what the header counts; -1: in no simulation."""
NOT_IN_ALL = {"given", "steps"}
"""What a header need not have: an older version wrote no count of its steps."""
HOW_RUNS_END = ("", "quiet", "completion", "horizon", "limit", "violation")
"""What may stand there; "" where it goes on."""


class Step(NamedTuple):
    """One happening: the key of the pending thing, the time in ms, the outcome ('' where sure)."""

    key: tuple[Any, ...]
    at_ms: int
    outcome: str


@dataclass(frozen=True)
class Schedule:
    """A recorded run. ``seed`` and ``session`` say where it was first met; -1: in no simulation.

    ``design`` is the reference that finds the design's class, ``clock_offsets_ms`` has one entry
    for each instance of the object, ``ended`` is how the run ended. ``given`` is what chance gave
    the session beside times and outcomes, each a share strictly between 0 and 1.
    """

    scenario: Scenario
    design: str
    settings: dict[str, Any]
    duration_ms: int
    clock_offsets_ms: tuple[int, ...]
    ended: str
    steps: tuple[Step, ...]
    seed: int = -1
    session: int = -1
    given: dict[str, float] = dataclasses.field(default_factory=dict)

    def __repr__(self) -> str:
        place = f"{self.design} in {self.scenario.name}"
        return f"<Schedule of {place}: {len(self.steps)} happenings, ended {self.ended}>"

    def give(self, purpose: str, *entity: int) -> float:
        """What chance gave the session; the middle where the schedule does not say."""
        return self.given.get(given_name(purpose, *entity), 0.5)


def given_name(purpose: str, *entity: int) -> str:
    """What chance gives, by one text: its purpose and its entity."""
    return " ".join((purpose, *map(str, entity)))


def write_schedule(schedule: Schedule, path: str | Path, option: str = "--out") -> None:
    """Write a schedule to a file, whole or not at all. An error names the ``option``."""
    header = {
        "format": FORMAT,
        "scenario": _scenario_data(schedule.scenario),
        "design": schedule.design,
        "settings": schedule.settings,
        "duration_ms": schedule.duration_ms,
        "clock_offsets_ms": list(schedule.clock_offsets_ms),
        "ended": schedule.ended,
        "seed": schedule.seed,
        "session": schedule.session,
        "steps": len(schedule.steps),
    }
    if schedule.given:
        header["given"] = schedule.given
    steps = [[list(step.key), step.at_ms, step.outcome] for step in schedule.steps]
    lines = [json.dumps(item, ensure_ascii=False) for item in (header, *steps)]
    write_text(path, "\n".join(lines) + "\n", option)


def _scenario_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data.

    Of the client only what the scenario says itself: that goes before the design's own client, so a
    default that was written out would do the same when it is read.
    """
    data = scenario.model_dump(mode="json", exclude_none=True)
    data["client"] = scenario.client.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return data


def read_schedule(path: str | Path) -> Schedule:
    """The schedule of a file. Raises `InputError` naming the bad line."""
    return schedule_of_text(read_text(path, "schedule", "a readable file of JSON lines"), path)


def schedule_of_text(text: str, path: str | Path) -> Schedule:
    """The schedule of a text, which was read from ``path``. Raises `InputError`."""
    lines = text.removesuffix("\n").split("\n")
    header = _header(lines[0], f"{path}, line 1")
    steps = tuple(_step(line, f"{path}, line {at}") for at, line in enumerate(lines[1:], 2))
    told = header.get("steps", len(steps))
    if type(told) is not int or told != len(steps):
        allowed = f"{len(steps)}, as many as there are: the file was cut off, or changed"
        raise InputError(f"{path}, line 1: steps", told, allowed)
    return Schedule(
        validate(without_files(header["scenario"]), f"{path}, line 1"),
        header["design"],
        header["settings"],
        header["duration_ms"],
        tuple(header["clock_offsets_ms"]),
        header["ended"],
        steps,
        header["seed"],
        header["session"],
        header.get("given", {}),
    )


def _parsed(line: str, where: str, allowed: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:  # no JSON, or a number too long, or too deep
        raise InputError(where, line[:80], allowed) from error


def _header(line: str, where: str) -> dict[str, Any]:
    header = _parsed(line, where, "the header of a schedule, a JSON object")
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(where, line[:80], f"a JSON object whose 'format' is {FORMAT!r}")
    if set(header) - NOT_IN_ALL != set(HEADER):
        raise InputError(where, sorted(header), "exactly the fields " + ", ".join(HEADER))
    for field, kind in HEADER.items():
        if not isinstance(header[field], kind) or isinstance(header[field], bool):
            raise InputError(f"{where}: {field}", header[field], f"a value of type {kind.__name__}")
    for field, (least, most) in HEADER_BOUNDS.items():
        if not least <= header[field] <= most:
            raise InputError(f"{where}: {field}", header[field], f"{least:,} to {most:,}")
    if header["ended"] not in HOW_RUNS_END:
        allowed = "one of " + ", ".join(HOW_RUNS_END[1:]) + ", or nothing"
        raise InputError(f"{where}: ended", header["ended"], allowed)
    offsets = header["clock_offsets_ms"]
    if not offsets or not all(type(item) is int for item in offsets):
        raise InputError(f"{where}: clock_offsets_ms", offsets, "whole ms, one an instance")
    if not all(-MS_MAX <= item <= MS_MAX for item in offsets):
        allowed = f"each from -{MS_MAX:,} to {MS_MAX:,}"
        raise InputError(f"{where}: clock_offsets_ms", offsets, allowed)
    given = header.get("given", {})
    if not isinstance(given, dict) or not all(map(_is_share, given.values())):
        raise InputError(f"{where}: given", given, "an object of shares between 0 and 1")
    return header


def _is_share(value: Any) -> bool:
    return isinstance(value, float) and 0 < value < 1


def _step(line: str, where: str) -> Step:
    allowed = "a step: [key, at_ms, outcome]"
    step = _parsed(line, where, allowed)
    if not isinstance(step, list) or len(step) != 3:
        raise InputError(where, line[:80], allowed)
    key, at_ms, outcome = step
    is_key = isinstance(key, list) and key and all(isinstance(item, int | str) for item in key)
    if not is_key or type(at_ms) is not int or not isinstance(outcome, str):
        raise InputError(where, line[:80], allowed)
    return Step(tuple(key), at_ms, outcome)
