"""A verdict matrix as files: ``matrix.json``, a page to read, and schedules to replay."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from lastchunk.model.base.files import check_folder, new_folder, write_text
from lastchunk.model.design.load import values_of
from lastchunk.model.explore.matrix.cells import CELL_KINDS, Cell, CellKind, Finding
from lastchunk.model.explore.matrix.matrix import Matrix
from lastchunk.model.properties import EXPLORABLE
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.reports.base.kinds import LOOKS, STATUSES, css, styles
from lastchunk.reports.base.palette import variables
from lastchunk.reports.base.schedules import EXAMPLES, file_of, file_of_best, schedules_of
from lastchunk.reports.base.sealed import sealed, sources_of
from lastchunk.reports.base.theme import THEME_SCRIPT, THEME_STYLE
from lastchunk.reports.claims.evidence import evidence_of_matrix
from lastchunk.reports.claims.ledger import Ledger, as_from, ledger, ledger_json, ledger_rows

TEMPLATE = Path(__file__).parent / "page.html.j2"
CONTENTS = ("matrix.json", "matrix.html", EXAMPLES)
"""What a matrix's folder holds; a folder with anything else in it is never replaced."""
MEANINGS: dict[CellKind, str] = {
    "proved": "holds for every order and every real-valued time within the bounds",
    "violated": "there is a session that shows it, to replay",
    "impossible": "no design can hold it; the best possible is said below",
    "unknown": "exploring did not come to an end, or cannot be done; the reason is said",
    "not explored": "left out: it cannot settle a claim any more, or none is about it",
    "not asked": "no schedule of the class says anything about it",
}


def check_matrix_out(out: Path) -> None:
    """Refuse a folder for a matrix before anything is explored. Raises `InputError`."""
    check_folder(out, CONTENTS)


def matrix_json(matrix: Matrix, found: Ledger | None = None) -> dict[str, Any]:
    """A matrix as plain data, its claims first: judged by it alone, or as ``found``."""
    designs: dict[str, Any] = {}
    for cell in matrix.cells:
        classes = designs.setdefault(cell.design, {"fault_classes": {}})["fault_classes"]
        properties = classes.setdefault(cell.faults, {"properties": {}})["properties"]
        properties[cell.slug] = _cell(cell)
    return {
        "claims": ledger_json(found or ledger(evidence_of_matrix(matrix))),
        "chunks": matrix.chunks,
        "budget_s": matrix.budget_s,
        "properties": {slug: EXPLORABLE[slug].meaning for slug in matrix.slugs},
        "fault_classes": {
            item.slug: {
                "title": item.title,
                "scopes": [
                    {"bounds": s.bounds, "scenario": s.base, "overrides": list(s.overrides)}
                    for s in item.scopes
                ],
            }
            for item in matrix.faults
        },
        "designs": designs,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    out = _finding(cell.finding) | {"counterexample": _path(file_of(cell))}
    if cell.reached is not None:
        reached = _finding(cell.reached) | {"counterexample": _path(file_of_best(cell))}
        out["best_possible"] = {"what": cell.best} | reached
    return out


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "verdict": finding.kind,
        "reason": finding.reason,
        "bounds": list(finding.bounds),
        "state_classes": finding.state_classes,
        "wall_s": round(finding.wall_s, 3),
        "attacked": finding.attacked,
    }


def _path(name: str | None) -> str | None:
    return None if name is None else f"{EXAMPLES}/{name}"


def labels_of(matrix: Matrix) -> dict[str, Any]:
    """The designs that stand under a label: which each is, and its settings."""
    return {
        label: {"design": spec.reference, "settings": values_of(spec.settings)}
        for label, spec in matrix.labelled.items()
    }


def write_matrix(matrix: Matrix, folder: str | Path, found: Ledger | None = None) -> None:
    """Write the JSON, the page and the schedules. The folder takes the place of an older one.

    Each schedule was replayed when it was made, and showed its violation. ``found`` is the ledger
    of the report that the matrix belongs to, so that both show the same. Raises `InputError`.
    """
    found = found and as_from(found, EXAMPLES)
    with new_folder(folder, CONTENTS) as building:
        data = matrix_json(matrix, found) | {"sources": sources_of(matrix.designs, matrix.labelled)}
        if matrix.labelled:
            data["labels"] = labels_of(matrix)
        text = json.dumps(sealed(data), indent=1, ensure_ascii=False)
        write_text(building / "matrix.json", text + "\n")
        write_text(building / "matrix.html", page(matrix, found))
        (building / EXAMPLES).mkdir()
        for cell in matrix.cells:
            for name, schedule in schedules_of(cell):
                write_schedule(schedule, building / EXAMPLES / name)


# --- to read ---------------------------------------------------------------------------------


def page(matrix: Matrix, found: Ledger | None = None) -> str:
    """The matrix as one HTML page that needs nothing else; its claims as in `matrix_json`."""
    return _rendered(matrix, True, found)


def matrix_html(matrix: Matrix) -> str:
    """The tables alone, for a notebook."""
    return _rendered(matrix, False)


def _rendered(matrix: Matrix, whole: bool, found: Ledger | None = None) -> str:
    claims = found or ledger(evidence_of_matrix(matrix))
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return str(
        Markup(
            template.render(
                whole=whole,
                matrix=matrix,
                names=list(claims[0][1]),
                claims=ledger_rows(claims),
                is_of_report=found is not None,
                statuses=STATUSES,
                styles=Markup(styles()),
                colours=Markup(variables() + (THEME_STYLE if whole else "")),
                theme=Markup(THEME_SCRIPT),
                legend=[(kind, LOOKS[kind].sign, MEANINGS[kind]) for kind in CELL_KINDS],
                overview=overview(matrix),
                tables=[matrix_table(matrix, design) for design in matrix.designs],
                impossible=impossible(matrix),
                meanings={slug: EXPLORABLE[slug].meaning for slug in matrix.slugs},
            )
        )
    )


def overview(matrix: Matrix) -> list[dict[str, Any]]:
    """For each design and class: how many cells of each verdict, the worst first."""
    rows = []
    for design in matrix.designs:
        cells = []
        for item in matrix.faults:
            found = [c.kind for c in matrix.cells if (c.design, c.faults) == (design, item.slug)]
            count: Counter[str] = Counter(found)
            order = ("violated", "unknown", "not explored", "impossible", "proved")
            cells.append(
                [(kind, css(kind), LOOKS[kind].sign, count[kind]) for kind in order if count[kind]]
            )
        rows.append({"design": design, "cells": cells})
    return rows


def matrix_table(matrix: Matrix, design: str) -> dict[str, Any]:
    """Properties by classes of one design."""
    rows = []
    for slug in matrix.slugs:
        cells = [matrix.cell(design, item.slug, slug) for item in matrix.faults]
        rows.append({"slug": slug, "cells": [_shown(cell) for cell in cells]})
    return {"design": design, "rows": rows}


def _shown(cell: Cell) -> dict[str, Any]:
    words = {"proved": "", "not asked": "", "impossible": ""}.get(cell.kind, cell.finding.reason)
    if cell.reached is not None:
        words = f"best possible: {LOOKS[cell.reached.kind].sign} {cell.reached.kind}"
    size = f"{cell.finding.state_classes:,} classes, {cell.finding.wall_s:.1f} s"
    if cell.finding.attacked:
        size += f", attacked by {cell.finding.attacked:,} schedules"
    bounds = "; or ".join(cell.finding.bounds)
    return {
        "kind": cell.kind,
        "css": css(cell.kind),
        "sign": LOOKS[cell.kind].sign,
        "words": words,
        "title": f"{bounds} ({size})" if bounds else size,
        "file": _path(file_of(cell)),
    }


def impossible(matrix: Matrix) -> list[dict[str, Any]]:
    """What cannot be held, once for each class and property, and which designs reach the best."""
    out: dict[tuple[str, str], dict[str, Any]] = {}
    titles = {item.slug: item.title for item in matrix.faults}
    for cell in matrix.cells:
        if cell.reached is None:
            continue
        entry = out.setdefault(
            (cell.faults, cell.slug),
            {
                "faults": titles[cell.faults],
                "slug": cell.slug,
                "reason": cell.finding.reason,
                "best": cell.best,
                "designs": [],
            },
        )
        entry["designs"].append(
            {
                "design": cell.design,
                "kind": cell.reached.kind,
                "css": css(cell.reached.kind),
                "sign": LOOKS[cell.reached.kind].sign,
                "words": cell.reached.reason,
                "file": _path(file_of_best(cell)),
            }
        )
    return list(out.values())
