"""What the commands share: the application, its consoles, and the options that recur."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lastchunk.model.design import DesignSpec, load_designs
from lastchunk.model.errors import InputError
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

app = typer.Typer(
    name="lastchunk",
    help="Does finalization always wait for every upload, and if not: when, and how often?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DEFAULT_DESIGNS = ["manual", "alarm"]

ScenarioArgument = Annotated[str, typer.Argument(help="A shipped scenario's name or a TOML file.")]
SeedOption = Annotated[int, typer.Option("--seed", help="The seed of all random streams.", min=0)]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting by its dotted name."),
]
UplinkOption = Annotated[
    Path | None, typer.Option("--uplink", help="A measured uplink, in mahimahi's format.")
]
VideoOption = Annotated[
    float | None, typer.Option("--video-mbps", help="The video's bit rate in Mbit/s.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Worker processes; all cores by default.", min=1)
]


def console() -> Console:
    """Where results go. A pipe gets plain text, wide enough to hold a line."""
    return Console(width=None if sys.stdout.isatty() else 200, soft_wrap=not sys.stdout.isatty())


def cores(workers: int | None) -> int:
    """The number of worker processes."""
    return workers if workers is not None else os.cpu_count() or 1


def load(
    scenario: str,
    designs: list[str] | None,
    overrides: list[str] | None,
    uplink: Path | None,
    video_mbps: float | None,
) -> tuple[Scenario, list[DesignSpec]]:
    """The scenario and the designs that a command names."""
    loaded = load_scenario(scenario, overrides or [], uplink, video_mbps)
    try:
        return loaded, load_designs(designs or DEFAULT_DESIGNS, loaded)
    except InputError as error:
        is_set = any(item.startswith("design.") for item in overrides or [])
        if is_set and error.field.partition(".")[0] == "design":
            raise InputError(f"--set {error.field}", error.value, error.allowed) from error
        raise


def check_least(option: str, value: float, least: float = 1) -> None:
    """Refuse an option's number that is too small, or none. Raises `InputError`."""
    if not value >= least:
        raise InputError(option, value, f"at least {least:g}")


def note(text: str) -> None:
    """Something to know before it begins, on standard error; nothing where there is nothing."""
    if text:
        sys.stderr.write(f"lastchunk: {text}\n")


@contextmanager
def progress_bar(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; nothing where that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    to_error = Console(stderr=True)
    with Progress(*columns, console=to_error, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(escape(words), total=total)
        yield lambda count: progress.advance(task, count)
