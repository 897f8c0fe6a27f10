"""Figures as bytes: the same figure gives the same bytes.

No date goes in. The layout is rounded: its solver differs in the last digits, and an SVG has names
that are made of all of them.
"""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lastchunk.reports.figures.style import styled

SVG_DPI = 72
"""Of an SVG's points an inch has always so many."""
PNG_DPI = 130
DIGITS = 12
"""Of a place in a figure so many count: a figure is 1 wide."""


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG."""
    return _bytes(figure, "png")


def svg_bytes(figure: Figure) -> bytes:
    """The figure as an SVG."""
    return _bytes(figure, "svg")


def settle(figure: Figure) -> None:
    """Give its parts the places that they have in an SVG, for all that is drawn of it from now on.

    To draw it would do that, too, and whatever has a layout is drawn twice.
    """
    with styled():
        FigureCanvasSVG(figure)
        _lay_out(figure, SVG_DPI)
    figure.set_layout_engine(None)


def _lay_out(figure: Figure, dpi: int) -> None:
    """Give the parts of a figure their places, for so many points an inch."""
    engine, before = figure.get_layout_engine(), figure.dpi
    if engine is None:
        return
    figure.dpi = dpi
    engine.execute(figure)
    figure.dpi = before
    for axes in figure.axes:
        is_laid_out = axes.get_in_layout()
        left, bottom, width, height = axes.get_position(original=True).bounds
        place = (left, bottom, width, height)
        axes.set_position([round(part, DIGITS) for part in place], which="original")  # type: ignore[arg-type]
        axes.set_in_layout(is_laid_out)


def _bytes(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    engine = figure.get_layout_engine()
    with styled():
        canvas, dpi = (FigureCanvasSVG, SVG_DPI) if kind == "svg" else (FigureCanvasAgg, PNG_DPI)
        canvas(figure)
        _lay_out(figure, dpi)
        figure.set_layout_engine(None)
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=PNG_DPI)
    figure.set_layout_engine(engine)
    return buffer.getvalue()
