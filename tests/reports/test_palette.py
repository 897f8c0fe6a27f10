"""Every colour of a page is the palette's: no style has one of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.reports.base import palette
from lastchunk.reports.base.kinds import styles
from lastchunk.reports.figures.bars import BAR_COLOURS
from lastchunk.reports.figures.inline import inline_svg
from lastchunk.reports.figures.save import svg_bytes
from lastchunk.reports.figures.timeline import timeline_figure
from lastchunk.reports.region.page import region_style
from lastchunk.reports.timeline import style

REPORTS = Path(palette.__file__).parents[1]
FILES = sorted([*REPORTS.rglob("*.css"), *REPORTS.rglob("*.j2")])
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|\brgba?\(|\bhsla?\(")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_has_a_colour_of_its_own(file: Path) -> None:
    assert COLOUR.findall(file.read_text(encoding="utf-8")) == []


def test_every_colour_of_a_page_is_in_the_palette() -> None:
    text = Path(palette.__file__).read_text(encoding="utf-8").upper()
    page = "\n".join([palette.variables(), styles(), style(), region_style()])
    assert {colour for colour in COLOUR.findall(page) if colour.upper() not in text} == set()


def light_of(colour: str) -> float:
    """The relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 to 21."""
    low, high = sorted((light_of(one), light_of(other)))
    return (high + 0.05) / (low + 0.05)


def on_dark(colour: str) -> str:
    return palette.ON_DARK.get(colour, colour)


def test_words_on_bars_are_legible_light_and_dark() -> None:
    labelled = ("request", "request lost", "stop", "response", "alarm", "active", "completed")
    for kind in labelled:
        bar = BAR_COLOURS[kind]
        ink = palette.ink_on(bar)
        assert contrast(ink, bar) >= 4.5, kind
        assert contrast(on_dark(ink), on_dark(bar)) >= 4.5, kind


def test_every_word_of_a_figure_says_its_colour() -> None:
    scenario = load_scenario("cellular-driving")
    figure = timeline_figure(simulate(scenario, load_design("alarm", scenario), 1, 0))
    text = inline_svg(svg_bytes(figure), "one", "one")
    tags = re.findall(r"<text [^>]*>", text)
    assert len(tags) > 20
    assert [tag for tag in tags if "fill:" not in tag] == []
    assert "fill: var(--c000000, #000000)" in text


def test_a_dark_rule_stands_for_the_system_and_for_the_choice() -> None:
    said = palette.dark_only(":root { --a: b; }\n.x { color: c; }")
    assert said.count("--a: b;") == said.count("color: c;") == 2
    assert ':root:not([data-theme="light"]) .x { color: c; }' in said
    assert ':root[data-theme="dark"] { --a: b; }' in said
    assert said.count("@media screen") == 2, "paper is never dark"
