"""``ci``: the checks that a project keeps, for its continuous integration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import WorkersOption, console, cores
from lastchunk.gate.ci.checked import CheckResult, checked, code_of_results, summed_up
from lastchunk.gate.ci.config import read_config
from lastchunk.gate.ci.junit import junit
from lastchunk.gate.ci.plan import planned
from lastchunk.model.base.files import check_file, write_text

FORMAT = "lastchunk ci 1"


def ci(
    config: Annotated[Path, typer.Argument(help="The file with the checks (TOML).")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the results here as JSON.")
    ] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", help="Write the results here as JUnit XML.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show what does not hold alone.")] = False,
    workers: WorkersOption = None,
) -> None:
    """Hold designs to properties as a file says: one line a check, and the exit code of a gate."""
    for option, file in (("--json", json_file), ("--junit", junit_file)):
        if file is not None:
            check_file(file, option)
    checks = planned(read_config(config), config, cores(workers))
    results = []
    for result, _ in checked(checks, config.parent):
        results.append(result)
        if result.failure is not None or not quiet:
            console().print(escape(result.line()), soft_wrap=True, highlight=False)
    code = code_of_results(results)
    if json_file is not None:
        write_text(json_file, as_json(results, code), "--json")
    if junit_file is not None:
        write_text(junit_file, junit(results), "--junit")
    if not quiet or code:
        console().print(escape(summed_up(results)), highlight=False)
    raise typer.Exit(code)


def as_json(results: list[CheckResult], code: int) -> str:
    """The results as a file for programs."""
    told = {"format": FORMAT, "exit_code": code, "checks": [item.data() for item in results]}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
