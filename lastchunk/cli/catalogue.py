"""``designs``, ``scenarios`` and ``doctor``: what there is, and whether it works here."""

from __future__ import annotations

import dataclasses
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import console
from lastchunk.cli.completing import scenarios_like
from lastchunk.model.base.errors import InternalError
from lastchunk.model.design.load import load_design, load_designs, shipped_designs
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.jsonl import to_line

PACKAGES = ("simpy", "numpy", "scipy", "pandas", "matplotlib", "pydantic", "pyarrow", "jinja2")


def designs() -> None:
    """List the shipped designs with their settings."""
    table = Table("design", "what it is", "setting", "default")
    for name, words in shipped_designs().items():
        for place, field in enumerate(dataclasses.fields(load_design(name).settings)):
            head = (name, words) if place == 0 else ("", "")
            table.add_row(*head, f"design.{name}.{field.name}", str(field.default))
    console().print(table)


def scenarios(
    name: Annotated[
        str | None,
        typer.Argument(autocompletion=scenarios_like, help="Show this one with all its settings."),
    ] = None,
) -> None:
    """List the shipped scenarios, or show one with all its settings."""
    if name is None:
        table = Table("scenario", "title", "what happens")
        for item in shipped():
            loaded = load_scenario(item)
            table.add_row(item, loaded.title, loaded.summary)
        console().print(table)
        return
    loaded = load_scenario(name)
    table = Table("setting", "value", title=escape(loaded.title))
    for key, value in flat(loaded.model_dump(mode="json", exclude_none=True)):
        table.add_row(key, escape(str(value)))
    console().print(table)


def flat(data: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Nested settings as (dotted key, value), as ``--set`` takes them."""
    if isinstance(data, dict) and data:
        return [pair for key, item in data.items() for pair in flat(item, f"{prefix}{key}.")]
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [pair for at, item in enumerate(data) for pair in flat(item, f"{prefix}{at}.")]
    return [(prefix.removesuffix("."), data)]


def doctor() -> None:
    """Say what is installed, and run a small check of the whole chain."""
    out = console()
    out.print(f"lastchunk {version('lastchunk')}, Python {platform.python_version()}")
    out.print(f"cores: {os.cpu_count()}")
    out.print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    for line in _tools():
        out.print(line)
    for name in shipped():
        loaded = load_scenario(name)
        for design in load_designs(list(shipped_designs()), loaded):
            first, again = (simulate(loaded, design, 1).trace for _ in range(2))
            if [to_line(event) for event in first] != [to_line(event) for event in again]:
                raise InternalError(f"{name}, {design.name}: two runs of one seed differ")
    out.print(f"all {len(shipped())} scenarios run, each twice with the same trace: well")


def _tools() -> Iterator[str]:
    """What the parts that run real programs would find here, and what is skipped without it."""
    from lastchunk.model.conformance.runtime import toolbox

    folder = toolbox.packages()
    workerd = "" if folder is None else str(toolbox.programs(folder)[0])
    for name, version_said in (
        ("Node.js", toolbox.said_by(["node", "--version"])),
        ("npm", toolbox.said_by(["npm", "--version"])),
        ("C compiler", toolbox.compiler()),
        ("workerd", toolbox.said_by([workerd, "--version"]) if workerd else ""),
        ("Chromium", toolbox.said_by(["chromium", "--version"])),
    ):
        skipped = "; tests in a browser are skipped" if name == "Chromium" else ""
        yield f"{name}: {version_said or 'not found' + skipped}"
    lacks = toolbox.missing()
    if lacks:
        yield f"lastchunk conform is skipped here: it needs {', '.join(lacks)}"
    elif folder is None:
        yield "lastchunk conform fetches workerd and esbuild by npm at its first use"
    else:
        yield "lastchunk conform can play schedules on the real runtime"
