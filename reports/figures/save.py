"""Figures as bytes: the same figure gives the same bytes, since no date goes in."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lastchunk.reports.figures.style import styled


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG."""
    return _bytes(figure, "png")


def svg_bytes(figure: Figure) -> bytes:
    """The figure as an SVG."""
    return _bytes(figure, "svg")


def _bytes(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with styled():
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=130)
    return buffer.getvalue()
