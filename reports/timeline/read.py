"""A file as a session to tell: a trace, a schedule, or a verification with its counterexamples.

A schedule alone does not say how far its times may vary. Its bounds are taken from the verify.json
beside it, if that is as it was written, and the design is still the one that was explored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import read_text, what_it_is
from lastchunk.model.design.load import find_class
from lastchunk.model.design.sources import source_of
from lastchunk.model.simulate.schedule import Schedule, schedule_of_text
from lastchunk.model.trace.event import Event
from lastchunk.model.trace.jsonl import trace_of_text
from lastchunk.reports.base.sealed import check_seal
from lastchunk.reports.timeline.told import Told, freedom, told, told_trace

FIELD = "FILE"
EXACT_MAX = 1 << 53
"""No larger whole number is exact in a browser."""
READABLE = "a trace or a schedule (JSON lines), or a verify.json with a counterexample"
BESIDE = "verify.json"
NO_VERDICTS = (
    "These are bare events: nothing is judged here, and the object's gates are not known. "
    "lastchunk simulate --schedule FILE writes a schedule, of which all is told."
)
NO_BOUNDS = (
    "How far its times may vary is not in this file: verify --out writes it beside its schedules."
)


def read_told(path: Path) -> Told:
    """The session of a file, run again where it is a schedule. Raises `InputError`."""
    text = read_text(path, FIELD, READABLE)
    first = _parsed(text.partition("\n")[0])
    if isinstance(first, dict) and "event" in first:
        trace = trace_of_text(text, path)  # a pipe can be read once
        _check_numbers(trace, path)
        return replace(told_trace(trace, path.name), notes=(NO_VERDICTS,))
    if isinstance(first, dict) and "format" in first:
        return _of_schedule(schedule_of_text(text, path), path)
    whole = _parsed(text)
    if isinstance(whole, dict) and "counterexamples" in whole:
        return _of_verification(whole, path)
    what = what_it_is(text)
    raise InputError(FIELD, str(path), f"{READABLE}; {what}" if what else READABLE)


def _check_numbers(trace: Sequence[Event], path: Path) -> None:
    """Refuse what no axis can show: times before the page opened, or beyond what is exact."""
    for number, event in enumerate(trace, 1):
        for field, value in event._asdict().items():
            least = 0 if field == "at_ms" else -EXACT_MAX
            if type(value) is int and not least <= value <= EXACT_MAX:
                where = f"{path}, line {number}: {field}"
                raise InputError(where, value, f"a whole number from {least} to {EXACT_MAX}")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@contextmanager
def _as_written(path: Path) -> Iterator[None]:
    """What has a digest, and not the shape of a verification, is refused by `InputError`."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError(FIELD, str(path), "a verify.json as verify --out writes it") from error


def _of_verification(data: dict[str, Any], path: Path) -> Told:
    """The first counterexample of a verification, from its schedule beside it."""
    check_seal(data, str(path))
    with _as_written(path):
        found = [item["schedule"] for items in data["counterexamples"].values() for item in items]
        places = [path.with_name(Path(name).name) for name in found]
    if not places:
        raise InputError(FIELD, str(path), "a verification that found a counterexample")
    return read_told(places[0])


def _of_schedule(schedule: Schedule, path: Path) -> Told:
    session = told(schedule)
    beside = path.with_name(BESIDE)
    if not beside.exists():
        return replace(session, notes=(NO_BOUNDS,))
    try:
        with _as_written(beside):
            return _with_bounds(session, schedule, *_example(schedule, path, beside))
    except InputError as error:
        return replace(session, notes=(f"{NO_BOUNDS} The one beside it is not taken: {error}",))


def _with_bounds(session: Told, schedule: Schedule, slug: str, item: dict[str, Any]) -> Told:
    at = (int(item["violated_ms"]), slug, str(item["detail"]))
    others = [other for other in session.violations if other[1] != slug]
    ranges = [(int(low), _ms(high)) for low, high in (step["range_ms"] for step in item["steps"])]
    limits = [tuple(map(_ms, row)) for row in item["limits_ms"]]
    size = len(schedule.steps) + 1
    if limits and (len(limits) != size or any(len(row) != size for row in limits)):
        raise ValueError(limits)
    free = freedom(schedule, ranges, limits)
    name = f"{slug}, {session.name}"
    return replace(session, name=name, violations=(at, *others), freedom=free)


def _ms(value: Any) -> int | None:
    return None if value is None else int(value)


def _example(schedule: Schedule, path: Path, beside: Path) -> tuple[str, dict[str, Any]]:
    """What a verification says of its own schedule. Raises `InputError` where it is another's."""
    data = _parsed(read_text(beside, BESIDE, READABLE))
    if not isinstance(data, dict):
        raise InputError(BESIDE, str(beside), "a JSON object")
    check_seal(data, str(beside))
    steps = [[list(step.key), step.at_ms, step.outcome] for step in schedule.steps]
    for slug, items in data.get("counterexamples", {}).items():
        for item in items:
            told_steps = [[step["key"], step["at_ms"], step["outcome"]] for step in item["steps"]]
            if item["schedule"] == path.name and told_steps == steps and "limits_ms" in item:
                _check_design(schedule, data, beside)
                return slug, item
    raise InputError(str(beside), path.name, "one of its own schedules, as it was written")


def _check_design(schedule: Schedule, data: dict[str, Any], beside: Path) -> None:
    """Bounds hold of the design that was explored, and of no other text of it."""
    name, cls = find_class(schedule.design)
    if data.get("design") != schedule.design or data["sources"].get(name) != source_of(cls):
        raise InputError(f"{beside}: sources", schedule.design, "the design as it was explored")
