"""What is known so far, while a comparison goes on until it is known exactly enough.

Each interval is a confidence sequence, so that whoever looks may stop: what was seen last is a
result. On a terminal it is a table that is drawn again at each look, elsewhere a line now and then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lastchunk.cli.app import note
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.precision import KnownFigure

LINE_SECONDS = 10.0
"""So seldom a line is written where there is no terminal: a log is no display."""
FIGURES_MAX = 12
"""So many figures are shown, those that need the most sessions first."""


class LiveFigures:
    """What was seen last, and how it is shown."""

    def __init__(self, shown: Callable[[Comparison], None]) -> None:
        self.last: Comparison | None = None
        self._shown = shown

    def look(self, found: Comparison) -> None:
        """Keep what there is, and show it."""
        self.last = found
        if found.known:
            self._shown(found)


@contextmanager
def live_figures() -> Iterator[LiveFigures]:
    """Show figures on standard error as they become known."""
    if not sys.stderr.isatty():
        yield LiveFigures(_Lines().write)
        return
    with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:
        yield LiveFigures(lambda found: live.update(figures_table(found), refresh=True))


class _Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self.since = time.monotonic()

    def write(self, found: Comparison) -> None:
        """Write one, if it was long ago."""
        if time.monotonic() - self.since >= LINE_SECONDS:
            self.since = time.monotonic()
            note(figures_line(found))


def figures_line(found: Comparison) -> str:
    """How many figures are known, and the one that needs the most sessions."""
    met = sum(each.is_met for each in found.known)
    words = f"{found.sessions:,} sessions; {met} of {len(found.known)} figures are known as wanted"
    last = most_wanted(found)[0]
    return words if last.is_met else f"{words}; {figure_words(last)}"


def figure_words(figure: KnownFigure) -> str:
    """A figure, and about how many sessions it still takes."""
    if figure.sessions_wanted <= figure.sessions:
        return figure.words
    return f"{figure.words}; takes about {float(f'{figure.sessions_wanted:.2g}'):,.0f} sessions"


def most_wanted(found: Comparison) -> list[KnownFigure]:
    """The figures, those that need the most sessions first."""
    return sorted(found.known, key=lambda each: (each.is_met, -each.sessions_wanted))


def figures_table(found: Comparison) -> Group:
    """The figures that are farthest from what is wanted."""
    table = Table("figure", title=f"{escape(found.scenario.title)}, {found.sessions:,} sessions")
    for each in most_wanted(found)[:FIGURES_MAX]:
        mark = "[green]known[/] " if each.is_met else ""
        table.add_row(mark + escape(figure_words(each)))
    left = len(found.known) - FIGURES_MAX
    more = [Text(f"and {left} more")] if left > 0 else []
    return Group(table, *more, Text("Ctrl-C stops: what is known by then holds"))
