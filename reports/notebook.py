"""How results show themselves in a notebook: the report's own table and figures."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import Run
from lastchunk.reports.base.pooled import rate_words
from lastchunk.reports.figures.delays import delay_figure
from lastchunk.reports.figures.outcomes import outcome_figure
from lastchunk.reports.figures.save import png_bytes
from lastchunk.reports.figures.timeline import timeline_figure

VALUES_SHOWN = 8


def run_html(run: Run) -> str:
    """A session as its timeline."""
    return image_html(timeline_figure(run), "Timeline")


def comparison_html(item: Comparison) -> str:
    """A comparison as its verdicts with their rates, its outcomes and its delays.

    Delays are drawn of the rows of its sessions, where these were kept.
    """
    names = list(item.verdicts)
    heads = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = [
        f"<tr><th>{slug}</th>"
        + "".join(
            f"<td>{found.kind}: {escape(rate_words(found))}</td>" if found else "<td>not asked</td>"
            for found in (item.verdicts[name].get(slug) for name in names)
        )
        + "</tr>"
        for slug in PROPERTIES
        if any(slug in found for found in item.verdicts.values())
    ]
    title = item.scenario.title
    words = f"{escape(title)}, {item.sessions:,} sessions of each design, seed {item.seed}"
    table = f"<table><caption>{words}</caption><tr><th></th>{heads}</tr>{''.join(rows)}</table>"
    outcomes = image_html(outcome_figure({title: item.outcomes()}), "Outcomes")
    delays = image_html(delay_figure({title: item.frame}), "Delays") if item.has_rows else ""
    return table + outcomes + delays


def scenario_html(item: Scenario) -> str:
    """A scenario as what it is about, and what it sets beside the defaults."""
    default = Scenario(name=item.name, title=item.title).model_dump()
    rows = "".join(
        f"<tr><th>{escape(key)}</th><td>{escape(_in_short(key, value))}</td></tr>"
        for key, value in _set_in(item.model_dump(exclude={"summary"}), default)
    )
    table = f"<table><caption>what it sets; all else is the default</caption>{rows}</table>"
    return f"<p><b>{escape(item.title)}</b>: {escape(item.summary)}</p>{table if rows else ''}"


def _in_short(key: str, value: Any) -> str:
    """A value for a cell: of a file its name, of many values how many."""
    if key.endswith(".file"):
        return Path(str(value)).name
    is_long = isinstance(value, tuple | list) and len(value) > VALUES_SHOWN
    return f"{len(value):,} values" if is_long else str(value)


def _set_in(data: dict[str, Any], default: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each key with its dots, and its value, where that is not the default."""
    for name, value in data.items():
        usual = default.get(name) if isinstance(default, dict) else None
        if isinstance(value, dict) and isinstance(usual, dict):
            yield from _set_in(value, usual, f"{prefix}{name}.")
        elif value != usual:
            yield prefix + name, value


def image_html(figure: Figure, alt: str) -> str:
    """A figure as a piece of HTML that needs no other file."""
    data = base64.b64encode(png_bytes(figure)).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" style="max-width:100%" alt="{escape(alt)}">'
