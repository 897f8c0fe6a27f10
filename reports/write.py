"""Write a review: HTML, Markdown, JSON, figures and rows, all in one folder or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from markupsafe import Markup

from lastchunk.model.base.files import check_folder, new_folder
from lastchunk.reports import content
from lastchunk.reports.answer.race import RaceRuns, race_runs
from lastchunk.reports.answer.roles import roles_of
from lastchunk.reports.base.kinds import LOOKS, styles
from lastchunk.reports.base.palette import variables
from lastchunk.reports.base.schedules import MATRIX_FOLDER
from lastchunk.reports.base.sealed import sealed_with_sources
from lastchunk.reports.base.theme import THEME_SCRIPT, THEME_STYLE
from lastchunk.reports.claims.ledger import Ledger, ledger
from lastchunk.reports.conformance import conformance_block
from lastchunk.reports.drawn import Draughtsman
from lastchunk.reports.markdown import markdown
from lastchunk.reports.matrix.page import write_matrix
from lastchunk.reports.opening import often_lines, opening_block, sure_block, why_block
from lastchunk.reports.proofs import Proofs, map_words, proof_table, proof_words, scope_block
from lastchunk.reports.region import region_picture, region_style, region_table, region_words
from lastchunk.reports.result import result
from lastchunk.reports.review import Review, evidence_of
from lastchunk.reports.timeline import rules_list, script, style

HERE = Path(__file__).parent
CONTENTS = ("figures", MATRIX_FOLDER, "report.html", "report.md", "result.json", "sessions.parquet")
"""What a report's folder holds; a folder with anything else in it is never replaced."""


def check_report_out(out: Path) -> None:
    """Refuse a folder for a report, before the sessions are run. Raises `InputError`."""
    check_folder(out, CONTENTS)


def write_report(review: Review, out: Path) -> None:
    """Write the report's folder. It replaces an older one only when it is whole.

    Raises `InputError` where the folder cannot be written, or holds what is not a report's.
    """
    with new_folder(out, CONTENTS) as folder:
        (folder / "figures").mkdir()
        found = ledger(evidence_of(review))
        page = render(review, found, folder / "figures")
        (folder / "report.html").write_text(report_html(page), encoding="utf-8")
        (folder / "report.md").write_text(markdown(page), encoding="utf-8")
        data = sealed_with_sources(result(review, found), review.comparisons[0].designs)
        text = json.dumps(data, indent=1, sort_keys=True, allow_nan=False)
        (folder / "result.json").write_text(text + "\n", encoding="utf-8")
        write_rows(review, folder / "sessions.parquet")
        if review.matrix is not None:
            write_matrix(review.matrix, folder / MATRIX_FOLDER, found)


def report_html(page: dict[str, Any]) -> str:
    """The page as HTML; ``page`` is what `render` returned."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (HERE / "page.css").read_text(encoding="utf-8")
    parts = [variables(), styles(), css, THEME_STYLE, style(), region_style()]
    looks = Markup("\n".join(parts))
    given = {"style": looks, "script": Markup(script()), "theme": Markup(THEME_SCRIPT)}
    return pages.get_template("page.html.j2").render(page | given)


def render(review: Review, found: Ledger, folder: Path) -> dict[str, Any]:
    """All that the report says, its figures drawn into ``folder``."""
    draw = Draughtsman(review, folder)
    evidence = evidence_of(review)
    roles = roles_of(evidence, found)
    race = race_runs(evidence, roles)
    page = {
        "heading": content.heading(review),
        "designs": review.designs,
        "roles": roles,
        "opening": opening_block(review, evidence, found, roles, race),
        "race": draw.race(race),
        "claims": content.claims_block(review, found),
        "kinds": LOOKS,
        "why": why_block(review, roles, race),
        "failing": [content.failure_words(review, run) for run in review.failures],
        "often": often_lines(review),
        "sure": sure_block(evidence),
        "conformance": conformance_block(review.conformance),
        "provenance": content.provenance_block(review),
        "is_whole": review.front.audience == "review",
    }
    return page | _whole(review, draw, race) if page["is_whole"] else page


def _whole(review: Review, draw: Draughtsman, race: RaceRuns | None) -> dict[str, Any]:
    """What a design review reads beyond what decides: figures and tables."""
    costs = content.costs_block(review)
    return {
        "steps": draw.steps(race),
        "rules": Markup(rules_list()),
        "proofs": None if review.proofs is None else _proofs(review, draw),
        "failures": [draw.session(f"failure-{run.design.name}", run) for run in review.failures],
        "delays": draw.delays(),
        "sweeps": draw.sweeps(),
        "outcomes": draw.outcomes(),
        "costs": costs and costs | {"figure": draw.costs(costs["date"])},
        "diagrams": draw.diagrams(),
        "verdicts": content.verdict_blocks(review),
        "side": content.side_by_side(review),
        "statistics": content.statistics(review),
        "sometimes": content.sometimes(review),
    }


def _proofs(review: Review, draw: Draughtsman) -> dict[str, Any]:
    """Every schedule of one scope: a table, words, and figures."""
    assert review.proofs is not None, "asked where there are proofs"
    return {
        "scope": scope_block(review.proofs),
        "table": proof_table(review.proofs),
        "words": proof_words(review.proofs),
        "deployed": _deployed(review.proofs),
        "map_words": map_words(review.proofs),
        "figures": draw.map(review.proofs),
    }


def _deployed(proofs: Proofs) -> dict[str, Any] | None:
    """The safe region in the deployed times: its picture, its words, and the table behind it."""
    if proofs.deployed is None:
        return None
    return {
        "picture": Markup(region_picture(proofs.deployed, proofs.sampled)),
        "words": region_words(proofs.deployed, proofs.sampled),
        "table": Markup(region_table(proofs.deployed)),
    }


def write_rows(review: Review, path: Path) -> None:
    """All rows of all comparisons as Parquet; no time of writing goes in."""
    # All columns but one are the same objects: no copy of very many rows is made.
    frames = [item.frame.assign(scenario=item.scenario.name) for item in review.comparisons]
    rows = pd.concat(frames) if len(frames) > 1 else frames[0]
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd")
