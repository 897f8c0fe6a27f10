"""A region as a page, as a table and as JSON; several of a third setting with a slider."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from lastchunk.model.explore.region import ExactRegion, RegionColumn
from lastchunk.reports.base.palette import (
    GREEN_TINT,
    ORANGE_TINT,
    YELLOW_TINT,
    dark_only,
    variables,
)
from lastchunk.reports.base.theme import THEME_SCRIPT, THEME_STYLE
from lastchunk.reports.region.draw import region_picture
from lastchunk.reports.region.measured import MeasuredTimes
from lastchunk.reports.region.words import plain_words, region_words, said

HERE = Path(__file__).parent
TINTS = {"good": GREEN_TINT, "bad": ORANGE_TINT, "unknown": YELLOW_TINT}
PAGE_BODY = """:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 900px; background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; }
"""


def region_style() -> str:
    """The style of all regions of a page, in the colours of the palette."""
    light = " ".join(f"--rg-{n}: {t.ink}; --rg-{n}-paper: {t.paper};" for n, t in TINTS.items())
    dark = " ".join(
        f"--rg-{n}: {t.dark_ink}; --rg-{n}-paper: {t.dark_paper};" for n, t in TINTS.items()
    )
    rules = f":root {{ {light} }}\n{dark_only(f':root {{ {dark} }}')}\n"
    return rules + (HERE / "region.css").read_text(encoding="utf-8")


def region_script() -> str:
    """The script of a third setting's slider."""
    return (HERE / "region.js").read_text(encoding="utf-8")


def region_table(region: ExactRegion) -> str:
    """The table behind the map."""
    along = plain_words(region.along)
    rows = "".join(
        f'<tr><th scope="row">{said(column.across_ms)}</th>{_cells(column)}</tr>'
        for column in region.columns
    )
    head = "".join(
        f'<th scope="col">{escape(words)}</th>'
        for words in (plain_words(region.across), f"violated: {along}", f"proved: {along}")
    )
    caption = escape(f"{region.slug} of {region.design}, each boundary exact to the ms")
    return (
        f'<div class="rg-box" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="rg-table"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(column: RegionColumn) -> str:
    limit = column.threshold
    if limit is None:
        return f'<td colspan="2">unknown: {escape(column.reason)}</td>'
    if limit.above_ms is None or limit.below_ms is None:
        words: dict[str, str] = {limit.below: "every one that was tried"}
    else:
        other = "proved" if limit.below == "violated" else "violated"
        words = {
            limit.below: f"up to {said(limit.below_ms)}",
            other: f"from {said(limit.above_ms)} on",
        }
    return "".join(f"<td>{words.get(kind, '')}</td>" for kind in ("violated", "proved"))


def region_set(regions: Sequence[ExactRegion], measured: MeasuredTimes | None) -> str:
    """The regions of a page: one, or one for each value of a third setting, with a slider."""
    parts = []
    for region in regions:
        words = "" if region.fixed is None else _fixed_words(region.fixed)
        lines = "".join(f"<p>{escape(line)}</p>" for line in region_words(region, measured))
        parts.append(
            f'<div class="rg-one" data-words="{escape(words)}">'
            '<div class="rg-box" tabindex="0" role="region" aria-label="the map">'
            f"{region_picture(region, measured)}</div>{lines}{region_table(region)}</div>"
        )
    pick = ""
    if len(regions) > 1 and regions[0].fixed is not None:
        label = escape(plain_words(regions[0].fixed[0]))
        slider = '<input type="range" min="0" max="1" step="1" value="0">'
        pick = f'<label class="rg-pick" hidden>{label} {slider}<output></output></label>'
    return f'<div class="rg-set">{pick}{"".join(parts)}</div>'


def _fixed_words(fixed: tuple[str, int]) -> str:
    return said(fixed[1])


def region_page(regions: Sequence[ExactRegion], measured: MeasuredTimes | None = None) -> str:
    """A page of one region, or of one for each value of a third setting; it asks nobody."""
    first = regions[0]
    title = escape(f"Where {first.slug} of {first.design} is proved, and where it is violated")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{variables()}{PAGE_BODY}{THEME_STYLE}"
        f"{region_style()}</style></head>"
        f"<body><main><h1>{title}</h1><script>{THEME_SCRIPT}</script>"
        f"{region_set(regions, measured)}</main>"
        f"<script>{region_script()}</script></body></html>\n"
    )


def region_html(region: ExactRegion) -> str:
    """One region as a piece of a notebook, with its style."""
    return f"<style>{variables()}{region_style()}</style>{region_set([region], None)}"


def alone(picture: str) -> str:
    """A picture as a file of its own, with its style."""
    name = '<svg xmlns="http://www.w3.org/2000/svg" '
    return picture.replace("<svg ", name, 1).replace(
        ">", f"><style>{variables()}{region_style()}</style>", 1
    )


def region_json(regions: Sequence[ExactRegion], measured: MeasuredTimes | None) -> dict[str, Any]:
    """The same as plain data; times are ms."""
    first = regions[0]
    return {
        "scenario": first.scenario,
        "design": first.design,
        "property": first.slug,
        "across": first.across,
        "along": first.along,
        "along_from_to_ms": list(first.span_ms),
        "maps": [_map_json(region) for region in regions],
        "measured": None
        if measured is None
        else {
            "what": measured.measure,
            "origin": measured.origin,
            "longest_ms": list(measured.longest_ms),
        },
    }


def _map_json(region: ExactRegion) -> dict[str, Any]:
    limit = region.now_limit
    return {
        "fixed": None if region.fixed is None else {region.fixed[0]: region.fixed[1]},
        "now_ms": dict(zip((region.across, region.along), region.now_ms, strict=True)),
        "across_limit_now": None if limit is None else _limit_json(limit),
        "columns": [
            {"across_ms": column.across_ms, "reason": column.reason}
            | ({} if column.threshold is None else _limit_json(column.threshold))
            for column in region.columns
        ],
    }


def _limit_json(limit: Any) -> dict[str, Any]:
    return {
        "below": limit.below,
        "last_below_ms": limit.below_ms,
        "first_above_ms": limit.above_ms,
        "is_single": limit.is_single,
        "explored": [list(pair) for pair in limit.explored],
    }
