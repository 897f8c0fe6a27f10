"""Write a review: HTML, Markdown, JSON, figures and rows, all in one folder or not at all."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from markupsafe import Markup
from matplotlib.figure import Figure

from lastchunk.model.base.files import check_folder, new_folder
from lastchunk.model.explore.diagram import diagram_of
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports import content
from lastchunk.reports.base.kinds import LOOKS, styles
from lastchunk.reports.base.palette import variables
from lastchunk.reports.base.schedules import MATRIX_FOLDER
from lastchunk.reports.base.sealed import sealed_with_sources
from lastchunk.reports.claims.ledger import Ledger, ledger
from lastchunk.reports.conformance import conformance_block
from lastchunk.reports.figures.costs import cost_figure
from lastchunk.reports.figures.delays import delay_figure
from lastchunk.reports.figures.diagram import diagram_figure
from lastchunk.reports.figures.outcomes import outcome_figure, outcome_words, outcomes_met
from lastchunk.reports.figures.safe_region import safe_region_figure
from lastchunk.reports.figures.save import png_bytes, svg_bytes
from lastchunk.reports.figures.sweeps import sweep_figure
from lastchunk.reports.figures.timeline import timeline_figure
from lastchunk.reports.markdown import markdown
from lastchunk.reports.matrix.page import write_matrix
from lastchunk.reports.proofs import (
    ACROSS,
    Proofs,
    map_words,
    proof_table,
    proof_words,
    scope_block,
)
from lastchunk.reports.result import result
from lastchunk.reports.review import Review, evidence_of

TEMPLATE = Path(__file__).parent / "page.html.j2"
CONTENTS = ("figures", MATRIX_FOLDER, "report.html", "report.md", "result.json", "sessions.parquet")
"""What a report's folder holds; a folder with anything else in it is never replaced."""


def check_report_out(out: Path) -> None:
    """Refuse a folder for a report, before the sessions are run. Raises `InputError`."""
    check_folder(out, CONTENTS)


def write_report(review: Review, out: str | Path) -> None:
    """Write the report's folder. It replaces an older one only when it is whole.

    Raises `InputError` where the folder cannot be written, or holds what is not a report's.
    """
    with new_folder(out, CONTENTS) as folder:
        (folder / "figures").mkdir()
        found = ledger(evidence_of(review))
        page = render(review, found, folder / "figures")
        html = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
            TEMPLATE.read_text(encoding="utf-8")
        )
        (folder / "report.html").write_text(html.render(page), encoding="utf-8")
        (folder / "report.md").write_text(markdown(page), encoding="utf-8")
        data = sealed_with_sources(result(review, found), review.comparisons[0].designs)
        text = json.dumps(data, indent=1, sort_keys=True, allow_nan=False)
        (folder / "result.json").write_text(text + "\n", encoding="utf-8")
        write_rows(review, folder / "sessions.parquet")
        if review.matrix is not None:
            write_matrix(review.matrix, folder / MATRIX_FOLDER, found)


def render(review: Review, found: Ledger, folder: Path) -> dict[str, Any]:
    """All that the report says, its figures drawn into ``folder``."""
    frames = {item.scenario.title: item.frame for item in review.comparisons}
    outcomes = {item.scenario.title: item.outcomes() for item in review.comparisons}
    failures = []
    for run in review.failures:
        name = f"failure-{run.design.name}"
        failures.append(
            _figure(folder, name, timeline_figure(run)) | content.failure_words(review, run)
        )
    sweeps = [
        _figure(folder, f"sweep-{axis.name}", sweep_figure(axis, frame))
        | _words(
            f"Failure rate against {axis.label}, all else as in the scenario "
            f"“{frame.attrs['scenario']}”; bands are 95 % Wilson intervals."
        )
        for axis, frame in review.sweeps
    ]
    proofs = None if review.proofs is None else _proofs(review.proofs, folder)
    costs = content.costs_block(review)
    if costs is not None and review.costs is not None:
        costs["figure"] = _figure(folder, "costs", cost_figure(review.costs)) | _words(
            f"Dollars per million sessions by item, on the load of a good network; prices of "
            f"{costs['date']}."
        )
    diagrams = [
        _figure(folder, f"states-{name}", diagram_figure(diagram_of(name)))
        | _words(f"The states of the {name} design, gathered from exploring it.")
        for name in review.designs
        if review.costs is not None and name in DESIGNS
    ]
    return {
        "diagrams": diagrams,
        "proofs": proofs,
        "claims": content.claims_block(review, found),
        "styles": Markup(styles()),
        "colours": Markup(variables()),
        "kinds": LOOKS,
        "costs": costs,
        "conformance": conformance_block(review.conformance),
        "heading": content.heading(review),
        "designs": review.designs,
        "verdicts": content.verdict_blocks(review),
        "side": content.side_by_side(review),
        "failures": failures,
        "delays": _figure(folder, "delays", delay_figure(frames))
        | _words(
            "Share of the stopped sessions completed by each delay. The promise was about 5 s; "
            "the other mark is the long alarm."
        ),
        "sweeps": sweeps,
        "outcomes": _figure(folder, "outcomes", outcome_figure(outcomes))
        | _words(outcome_words(outcomes_met(outcomes.values()))),
        "statistics": content.statistics(review),
        "sometimes": content.sometimes(review),
        "provenance": content.provenance_block(review),
    }


def _proofs(proofs: Proofs, folder: Path) -> dict[str, Any]:
    """The section on every schedule: a table, words, and figures."""
    figures = []
    if proofs.region is not None:
        grid = (proofs.region.columns, proofs.region.rows)
        figure = safe_region_figure(proofs.region.boundaries, ACROSS, grid, proofs.region.rates)
        figures.append(
            _figure(folder, "safe-region", figure)
            | _words(
                "Alarm design, small scope: the exact boundary of the grace against the longest "
                "leg. Shaded: the share of sampled sessions completed without a chunk, which "
                "fades out well below the boundary."
            )
        )
    if proofs.example is not None:
        figures.append(
            _figure(folder, "counterexample", timeline_figure(proofs.example.run))
            | _words("The widest schedule that breaks the alarm design just below the boundary.")
        )
    return {
        "scope": scope_block(proofs),
        "table": proof_table(proofs),
        "words": proof_words(proofs),
        "map_words": map_words(proofs),
        "figures": figures,
    }


def _words(caption: str) -> dict[str, str]:
    return {"caption": caption, "alt": caption}


def _figure(folder: Path, name: str, figure: Figure) -> dict[str, str]:
    png = png_bytes(figure)
    (folder / f"{name}.png").write_bytes(png)
    (folder / f"{name}.svg").write_bytes(svg_bytes(figure))
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    return {"src": source, "file": f"figures/{name}.png"}


def write_rows(review: Review, path: Path) -> None:
    """All rows of all comparisons as Parquet; no time of writing goes in."""
    rows = pd.concat([item.frame.astype({"scenario": str}) for item in review.comparisons])
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd")
