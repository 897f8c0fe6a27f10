"""How far a long command has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text


class _BarsAndWords(Progress):
    """Progress bars, and words below them that are not cut where a line ends."""

    words = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bars, then the words."""
        yield from super().get_renderables()
        if self.words:
            yield Text(self.words)


@contextmanager
def progress_bars(totals: Mapping[str, int | None]) -> Iterator[list[Callable[[int], None]]]:
    """Progress bars on standard error, one for each work; nothing where that is no terminal."""
    with _bars() as progress:
        tasks = [progress.add_task(escape(words), total=total) for words, total in totals.items()]
        yield [partial(progress.advance, task) for task in tasks]


@contextmanager
def progress_bar(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar for one work."""
    with progress_bars({words: total}) as (advance,):
        yield advance


@contextmanager
def progress_and_words(
    words: str, total: int | None
) -> Iterator[tuple[Callable[[int], None], Callable[[str], None] | None]]:
    """A progress bar, and what sets the words below it; None where there is no terminal."""
    with _bars() as progress:
        task = progress.add_task(escape(words), total=total)

        def say(text: str) -> None:
            progress.words = text

        yield partial(progress.advance, task), None if progress.disable else say


def _bars() -> _BarsAndWords:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    to_error = Console(stderr=True)
    return _BarsAndWords(*columns, console=to_error, disable=not sys.stderr.isatty())
