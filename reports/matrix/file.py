"""A matrix read from the folder that `lastchunk matrix` wrote, checked before it is believed.

It must have been made within the bounds of this version, with every cell there; and each schedule
is replayed, so a violation that today's code does not show is refused. What was proved is taken
on trust: to prove it again is to explore it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, ValidationError

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import note_input
from lastchunk.model.explore.matrix.cells import SLUGS, Cell, CellKind, Finding
from lastchunk.model.explore.matrix.fault_classes import BUILDERS, FaultClass
from lastchunk.model.explore.matrix.matrix import CHUNKS_MAX, Matrix
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import Schedule, read_schedule
from lastchunk.reports.base.schedules import EXAMPLES, best_name, schedule_name, schedules_of
from lastchunk.reports.base.sealed import check_seal, check_sources
from lastchunk.reports.claims.evidence import name_of

FILE = "matrix.json"
OPTION = "--matrix"
OLD_KEYS = {
    "budget_s": "seconds",
    "wall_s": "seconds",
    "state_classes": "classes",
    "fault_classes": "classes",
}
"""What these keys were called up to version 0.2."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Finding(_Part):
    verdict: CellKind
    reason: str
    bounds: tuple[str, ...]
    state_classes: NonNegativeInt
    wall_s: NonNegativeFloat
    attacked: NonNegativeInt
    counterexample: str | None


class _Best(_Finding):
    what: str


class _Cell(_Finding):
    best_possible: _Best | None = None


class _Properties(_Part):
    properties: dict[str, _Cell]


class _Classes(_Part):
    fault_classes: dict[str, _Properties]


class _Scope(_Part):
    bounds: str
    scenario: str
    overrides: tuple[str, ...]


class _FaultClass(_Part):
    title: str
    scopes: tuple[_Scope, ...]


class _File(_Part):
    claims: Any = None
    labels: Any = None
    sources: dict[str, str]
    digest: str
    chunks: Annotated[int, Field(ge=1, le=CHUNKS_MAX)]
    budget_s: Annotated[float, Field(ge=1)]
    properties: dict[str, str]
    fault_classes: Annotated[dict[str, _FaultClass], Field(min_length=1)]
    designs: Annotated[dict[str, _Classes], Field(min_length=1)]


def read_matrix(folder: str | Path) -> Matrix:
    """The matrix of a folder. Raises `InputError` with the field, the value and what is allowed."""
    folder = Path(folder)
    path = folder / FILE
    try:
        text = path.read_bytes()
        note_input(path)
        data = _File.model_validate_json(text)
    except OSError as error:
        allowed = f"a folder that `lastchunk matrix` wrote, with {FILE} in it"
        raise InputError(OPTION, str(folder), allowed) from error
    except ValidationError as error:
        raise _first_error(error, path) from error
    if data.labels:
        allowed = "a matrix of designs as they are; one of labelled settings is not read again"
        raise InputError(f"{path}: labels", ", ".join(map(str, data.labels)), allowed)
    classes = [_fault_class(slug, data, path) for slug in data.fault_classes]
    _same_names(data.properties, SLUGS, f"{path}: properties")
    cells = []
    for design, rows in data.designs.items():
        _same_names(
            rows.fault_classes, data.fault_classes, f"{path}: designs.{design}.fault_classes"
        )
        for item in classes:
            found = rows.fault_classes[item.slug].properties
            where = f"{path}: designs.{design}.fault_classes.{item.slug}.properties"
            _same_names(found, SLUGS, where)
            cells += [
                _Reader(folder, design, item, slug, f"{where}.{slug}").cell(found[slug])
                for slug in SLUGS
            ]
    check_seal(json.loads(text), str(path))
    check_sources(data.sources, str(path))
    whole = Matrix(tuple(data.designs), tuple(classes), tuple(cells), data.chunks, data.budget_s)
    return replace(whole, origin=what_was_checked(whole))


def what_was_checked(matrix: Matrix) -> str:
    """What a matrix that was read rests on, in words."""
    replayed = sum(1 for cell in matrix.cells for _ in schedules_of(cell))
    trusted = sum(cell.kind in ("proved", "unknown", "not asked") for cell in matrix.cells)
    return (
        f"read from its file and not explored again: {replayed:,} schedules were replayed and show "
        "what they are cited for; the file is as it was written and the designs have not changed "
        f"since, by a digest, which is no signature; {trusted:,} cells without a violation are "
        "taken on trust"
    )


def of_designs(matrix: Matrix, names: Collection[str]) -> Matrix:
    """The part of a matrix that is of these designs. Raises `InputError` where there is none."""
    designs = tuple(item for item in matrix.designs if name_of(item) in names)
    if not designs:
        allowed = "a matrix with one of the report's designs: " + ", ".join(names)
        raise InputError(OPTION, ", ".join(matrix.designs), allowed)
    cells = tuple(cell for cell in matrix.cells if cell.design in designs)
    return replace(matrix, designs=designs, cells=cells)


def _fault_class(slug: str, data: _File, path: Path) -> FaultClass:
    """The class of that name, checked to have the bounds that it has in this version."""
    field = f"{path}: fault_classes"
    if slug not in BUILDERS:
        raise InputError(field, slug, "one of " + ", ".join(BUILDERS))
    item = BUILDERS[slug](data.chunks)
    written = [(s.bounds, s.scenario, s.overrides) for s in data.fault_classes[slug].scopes]
    for at, scope in enumerate(item.scopes):
        if written[at : at + 1] != [(scope.bounds, scope.base, scope.overrides)]:
            value = written[at][0] if at < len(written) else "missing"
            allowed = "the bounds of this version; write the matrix anew with `lastchunk matrix`"
            raise InputError(f"{field}.{slug}.scopes.{at}", value, allowed)
    if len(written) > len(item.scopes):
        raise InputError(f"{field}.{slug}.scopes", len(written), f"{len(item.scopes)} scopes")
    return item


def _same_names(found: Mapping[str, object], names: Collection[str], field: str) -> None:
    if set(found) != set(names):
        raise InputError(field, ", ".join(found), "exactly " + ", ".join(names))


@dataclass(frozen=True)
class _Reader:
    """Reads one cell; ``where`` is its place in the file."""

    folder: Path
    design: str
    faults: FaultClass
    slug: str
    where: str

    def cell(self, item: _Cell) -> Cell:
        """The cell, its schedules replayed."""
        best = item.best_possible
        if (item.verdict == "impossible") != (best is not None):
            allowed = "best_possible where the verdict is impossible, and nowhere else"
            raise InputError(self.where, item.verdict, allowed)
        cell = Cell(self.design, self.faults.slug, self.slug, Finding())
        finding = self._finding(item, schedule_name(cell), self.slug, self.where)
        if best is None:
            return replace(cell, finding=finding)
        limit = self.faults.impossible.get(self.slug)
        if limit is None or limit.best != best.what:
            allowed = "what this version calls the best possible here"
            raise InputError(f"{self.where}.best_possible.what", best.what, allowed)
        place = f"{self.where}.best_possible"
        reached = self._finding(best, best_name(cell), limit.slug or self.slug, place)
        return replace(cell, finding=finding, best=best.what, reached=reached)

    def _finding(self, item: _Finding, name: str, slug: str, where: str) -> Finding:
        schedule = None
        if item.counterexample is not None:
            where = f"{where}.counterexample"
            if item.counterexample != f"{EXAMPLES}/{name}":
                raise InputError(where, item.counterexample, f"{EXAMPLES}/{name}")
            schedule = self._schedule(self.folder / EXAMPLES / name, slug, where)
        size = (item.state_classes, item.wall_s)
        return Finding(item.verdict, item.reason, item.bounds, *size, schedule, item.attacked)

    def _schedule(self, path: Path, slug: str, where: str) -> Schedule:
        """A schedule that shows the violation once more."""
        schedule = read_schedule(path)
        if schedule.design != self.design:
            raise InputError(f"{where}: design", schedule.design, self.design)
        run = replay(schedule)
        if not isinstance(EXPLORABLE[slug].check(run.facts, run.judge), Violation):
            raise InputError(where, str(path), f"a session that violates {slug} as the code is now")
        return schedule


def _old_key(error: ValidationError, path: Path) -> InputError | None:
    """The outermost key that an older lastchunk wrote, if there is one."""
    found = sorted(error.errors(include_url=False), key=lambda item: len(item["loc"]))
    extra = {item["loc"] for item in found if item["type"] == "extra_forbidden"}
    for item in found:
        *place, new = item["loc"] or [""]
        old = (*place, OLD_KEYS.get(str(new), ""))
        if item["type"] == "missing" and old in extra:
            allowed = f"{new} in its place: lastchunk 0.2 or before wrote it"
            allowed += "; run `lastchunk matrix` again"
            return InputError(f"{path}: {'.'.join(map(str, old))}", allowed=allowed)
    return None


def _first_error(error: ValidationError, path: Path) -> InputError:
    old = _old_key(error, path)
    if old is not None:
        return old
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        found = re.search(r"(.*) at line (\d+)", first["msg"])
        line = f", line {found[2]}" if found else ""
        said = (found[1] if found else first["msg"]).removeprefix("Invalid JSON: ")
        return InputError(f"{path}{line}", said, "whole JSON, as `lastchunk matrix` writes it")
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        return InputError(f"{path}: {field}", "missing", "a value; it has no default")
    value = str(first.get("input"))[:80]
    return InputError(f"{path}: {field}" if field else str(path), value, first["msg"])
