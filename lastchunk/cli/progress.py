"""How far a long command has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bars(totals: Mapping[str, int | None]) -> Iterator[list[Callable[[int], None]]]:
    """Progress bars on standard error, one for each work; nothing where that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    to_error = Console(stderr=True)
    with Progress(*columns, console=to_error, disable=not sys.stderr.isatty()) as progress:
        tasks = [progress.add_task(escape(words), total=total) for words, total in totals.items()]
        yield [partial(progress.advance, task) for task in tasks]


@contextmanager
def progress_bar(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar for one work."""
    with progress_bars({words: total}) as (advance,):
        yield advance
