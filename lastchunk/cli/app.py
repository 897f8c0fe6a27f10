"""What the commands share: the application, its consoles, and the options that recur."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lastchunk.cli.completing import designs_like, engines_like, properties_like, scenarios_like
from lastchunk.cli.lazy import LazyGroup
from lastchunk.model.base.errors import InputError

SOURCES_EPOCH, EPOCH_MAX_S = "SOURCE_DATE_EPOCH", 253_402_214_400
"""The time of a build that is made repeatable, and the last day of the year 9999."""
EPOCH_DIGITS = re.compile(r"[0-9]{1,12}")
app = typer.Typer(
    name="lastchunk",
    cls=LazyGroup,
    help="Does finalization always wait for every upload, and if not: when, and how often?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from lastchunk.version import __version__

        sys.stdout.write(f"lastchunk {__version__}\n")
        raise typer.Exit


@app.callback()
def lastchunk(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Say which.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Does finalization always wait for every upload, and if not: when, and how often?"""


def check_epoch() -> None:
    """Refuse a time of the sources that is none: what draws figures would fail at it. An empty one
    counts as none. Raises `InputError`."""
    given = os.environ.get(SOURCES_EPOCH)
    if given == "":
        del os.environ[SOURCES_EPOCH]
    elif given is not None and not (EPOCH_DIGITS.fullmatch(given) and int(given) <= EPOCH_MAX_S):
        raise InputError(SOURCES_EPOCH, given, f"whole seconds since 1970, 0 to {EPOCH_MAX_S:,}")


ScenarioArgument = Annotated[
    str,
    typer.Argument(autocompletion=scenarios_like, help="A shipped scenario's name or a TOML file."),
]
DesignOption = Annotated[
    str, typer.Option("--design", autocompletion=designs_like, help="A name, or file.py:Class.")
]
PropertyOption = Annotated[
    str, typer.Option("--property", autocompletion=properties_like, help="Which property.")
]
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
PropertiesOption = Annotated[
    Path | None,
    typer.Option("--properties", help="A file of own properties; see docs/properties.md."),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        autocompletion=engines_like,
        help="simpy, table, kernel, or auto: what pays; the results are the same.",
    ),
]
AdapterOption = Annotated[
    Path | None,
    typer.Option(
        "--adapter", help="Of worker.ts:Class, which then runs itself; see docs/own-class.md."
    ),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Worker processes; all cores by default.", min=1)
]


def console() -> Console:
    """Where results go. A pipe gets plain text, wide enough to hold a line."""
    return Console(width=None if sys.stdout.isatty() else 200, soft_wrap=not sys.stdout.isatty())


def cores(workers: int | None) -> int:
    """The number of worker processes."""
    from lastchunk.model.base.workers import WORKERS_MAX  # with all of multiprocessing

    return workers if workers is not None else min(os.cpu_count() or 1, WORKERS_MAX)


def check_least(option: str, value: float, least: float = 1) -> None:
    """Refuse an option's number that is too small, or none. Raises `InputError`."""
    if not value >= least:
        raise InputError(option, value, f"at least {least:g}")


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """What is refused inside is named as it was typed: the field on the left by that on the
    right."""
    try:
        yield
    except InputError as error:
        if error.field not in names:
            raise
        raise type(error)(names[error.field], error.value, error.allowed) from error


def note(text: str) -> None:
    """Something to know before it begins, on standard error; nothing where there is nothing."""
    if text:
        sys.stderr.write(f"lastchunk: {text}\n")
