"""Figures as bytes: the same figure gives the same bytes, since no date goes in."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lastchunk.reports.figures.style import styled

SVG_DPI = 72
"""Of an SVG's points an inch has always so many."""


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
    engine, dpi = figure.get_layout_engine(), figure.dpi
    with styled():
        FigureCanvasSVG(figure)
        if engine is not None:
            figure.dpi = SVG_DPI
            engine.execute(figure)
            figure.dpi = dpi
    figure.set_layout_engine(None)


def _bytes(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with styled():
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=130)
    return buffer.getvalue()
