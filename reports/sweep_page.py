"""A sweep as a page and a picture: which settings matter, or how the rate goes along the first."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import write_changed
from lastchunk.model.base.verdict import percent_within
from lastchunk.model.estimate.checks import check_name
from lastchunk.model.estimate.sweeps.chunk import MEANS
from lastchunk.model.estimate.sweeps.result import SweepResult
from lastchunk.model.estimate.sweeps.sensitivity import MORRIS, SOBOL, sensitivity
from lastchunk.model.estimate.sweeps.store import RESULTS
from lastchunk.model.properties import PROPERTIES
from lastchunk.reports.base.palette import variables
from lastchunk.reports.figures.inline import inline_svg
from lastchunk.reports.figures.plots import plot_sweep
from lastchunk.reports.figures.save import png_bytes, svg_bytes
from lastchunk.reports.figures.tornado import tornado_figure
from lastchunk.reports.region.page import PAGE_BODY

ROWS_MAX = 400
STYLE = """h1, h2 { overflow-wrap: anywhere }
.scroll { overflow-x: auto }
.scroll:focus-visible { outline: 3px solid var(--link) }
table { border-collapse: collapse }
td, th { padding: .15rem .6rem; text-align: left; white-space: nowrap }
"""
WHOLE_FROM = 1_000
"""From so much on a value is shown without a fraction."""
RATE = ("rate", "low", "high")
DESIGNS_AND_SCENARIOS = ("designs", "scenarios")
SweepPicture = tuple[str, Figure | str]
"""A picture with its words; in its place why there is none."""
PAGE_NAME, PICTURE_NAME = "sweep.html", "sweep.png"


def write_sweep_page(result: SweepResult, out: Path, slug: str) -> None:
    """Write ``sweep.html`` and ``sweep.png`` into the folder of a sweep."""
    check_name("--figure", slug, [*PROPERTIES, *MEANS])
    is_known = slug in MEANS or (result.rates["property"] == slug).any()
    drawn = sweep_pictures(result, slug) if is_known else []  # no session says anything of it
    figures = [figure for _, figure in drawn if not isinstance(figure, str)]
    if figures:
        write_changed(out / PICTURE_NAME, png_bytes(figures[0]))
    write_changed(out / PAGE_NAME, sweep_page(result, slug, drawn).encode("utf-8", "replace"))


def sweep_pictures(result: SweepResult, slug: str) -> list[SweepPicture]:
    """What is drawn, each with its words: a tornado a design and scenario, or a line along the
    first axis."""
    about = result.about
    if about["method"] in (SOBOL, MORRIS):
        names, scenarios = ([each["name"] for each in about[key]] for key in DESIGNS_AND_SCENARIOS)
        return [
            _tornado(result, slug, name, scenario if len(scenarios) > 1 else "")
            for scenario in scenarios
            for name in names
        ]
    first = result.about["axes"][0]
    rates = result.rates[result.rates["property"] == slug]
    is_line = len(result.about["axes"]) == 1 and len(result.about["scenarios"]) == 1
    if rates.empty or not is_line or not pd.api.types.is_numeric_dtype(rates[first]):
        return []
    figure: Any = plot_sweep(rates.drop(columns="scenario"), slug, x=first).figure
    return [(f"How often {slug} is violated along {first}", figure)]


def _tornado(result: SweepResult, slug: str, design: str, scenario: str) -> SweepPicture:
    """The tornado of a design in a scenario; the first one needs no name where it is alone."""
    words = f"Which settings matter to {slug} of {design}" + f" in {scenario}" * bool(scenario)
    try:
        return words, tornado_figure(sensitivity(result, slug, design, scenario), words)
    except InputError as error:
        return words, f"Not known: the figure must be {error.allowed}."


def sweep_page(result: SweepResult, slug: str, drawn: list[SweepPicture]) -> str:
    """One page that asks nobody for anything."""
    about = result.about
    names = ", ".join(each["name"] for each in about["scenarios"])
    title = escape(f"A sweep of {', '.join(about['axes'])} in {names}")
    pictures = "".join(
        f"<h2>{escape(words)}</h2>{_drawn(figure, f'sweep{place}', words)}"
        for place, (words, figure) in enumerate(drawn)
    )
    counts = f"{len(about['points']):,} points ({about['method']}), {about['sessions']:,} sessions"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{variables()}{PAGE_BODY}{STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><p>{counts} of each design at each; seed {about['seed']}.</p>"
        f"{pictures}{_rates_table(result, slug)}</main></body></html>\n"
    )


def _drawn(figure: Figure | str, name: str, words: str) -> str:
    """A picture, or why there is none."""
    if isinstance(figure, str):
        return f"<p>{escape(figure)}</p>"
    return inline_svg(svg_bytes(figure), name, words)


def _shown(value: Any) -> str:
    """A value as a table shows it: what was drawn from a range has too many digits to read."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:,.4g}"


def _rates_table(result: SweepResult, slug: str) -> str:
    is_mean = slug in MEANS
    table, key = (result.means, "figure") if is_mean else (result.rates, "property")
    found = table[table[key] == slug]
    if found.empty:
        return f"<h2>{escape(slug)}</h2><p>No session says anything of it.</p>"
    keys = ["scenario", *result.about["axes"], "design"]
    names = [*keys, "mean" if is_mean else "violated"]
    head = "".join(f"<th>{escape(each)}</th>" for each in names)
    rows: list[Any] = found.head(ROWS_MAX).to_dict("records")
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape(_shown(row[key]))}</td>" for key in keys)
        + f"<td>{_mean_cell(row) if is_mean else percent_within(*map(row.get, RATE))}</td></tr>"
        for row in rows
    )
    more = len(found) - len(rows)
    rest = f"<p>{more:,} more rows are in {RESULTS[is_mean]}.</p>" if more > 0 else ""
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(slug)}">'
    return f"<h2>{escape(slug)}</h2>{box}<table><tr>{head}</tr>{body}</table></div>{rest}"


def _mean_cell(row: Any) -> str:
    """A mean with its interval, of which nothing is known where fewer than two sessions have it."""
    if math.isnan(row["mean"]):
        return "nothing said"
    known = "" if math.isnan(row["low"]) else f" ({_shown(row['low'])} to {_shown(row['high'])})"
    return f"{_shown(row['mean'])}{known}"
