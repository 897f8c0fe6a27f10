"""``ci``: the checks that a project keeps, for its continuous integration."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import WorkersOption, console, cores, note
from lastchunk.gate.ci.baseline import (
    Amount,
    Baseline,
    Figure,
    amounts_of,
    baseline_to_replace,
    figure_of,
    read_baseline,
    write_baseline,
)
from lastchunk.gate.ci.checked import CheckResult, checked, code_of_results, summed_up
from lastchunk.gate.ci.compared import WORSE, FigureChange, figure_changes, gone
from lastchunk.gate.ci.config import GateConfig, read_config
from lastchunk.gate.ci.github import add_summary, sarif, summary_file, workflow_commands
from lastchunk.gate.ci.junit import junit
from lastchunk.gate.ci.plan import planned
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, write_text
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN, EXIT_VIOLATED
from lastchunk.model.estimate.comparison import Comparison

FORMAT = "lastchunk ci 1"


def ci(
    config: Annotated[Path, typer.Argument(help="The file with the checks (TOML).")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the results here as JSON.")
    ] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", help="Write the results here as JUnit XML.")
    ] = None,
    sarif_file: Annotated[
        Path | None, typer.Option("--sarif", help="Write what does not hold here as SARIF.")
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="In GitHub Actions: a summary, and annotations.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show what does not hold alone.")] = False,
    update_baseline: Annotated[
        bool,
        typer.Option("--update-baseline", help="Show what has changed, then write the baseline."),
    ] = False,
    workers: WorkersOption = None,
) -> None:
    """Hold designs to properties as a file says: one line a check, and the exit code of a gate."""
    reports = {"--json": json_file, "--junit": junit_file, "--sarif": sarif_file}
    files = {option: file for option, file in reports.items() if file is not None}
    for option, file in files.items():
        check_file(file, option)
    step = summary_file() if github else None
    loaded = read_config(config)
    checks = planned(loaded, config, cores(workers))
    baseline = baseline_of(loaded, config, update_baseline)
    results, figures, amounts = [], list[Figure](), list[Amount]()
    for result, held in checked(checks, config.parent):
        results.append(result)
        if held.measured is not None:
            keep_measured(result, held.measured, figures, amounts)
        show_result(result, quiet)
    measured = [*figures, *amounts]
    changes = [] if baseline is None else figure_changes(measured, baseline, loaded.error_rate)
    if baseline is not None:
        show_changes(changes, gone(measured, baseline), quiet and not update_baseline)
    accepted = [] if update_baseline else changes  # nothing that is being written regressed
    regressed, silent = (sum(item.kind == kind for item in accepted) for kind in WORSE)
    code = code_of_results(results)
    code = EXIT_VIOLATED if regressed and code in (EXIT_HOLDS, EXIT_UNKNOWN) else code
    code = EXIT_UNKNOWN if silent and code == EXIT_HOLDS else code
    texts = {
        "--json": lambda: as_json(results, changes, code),
        "--junit": lambda: junit(results, accepted),
        "--sarif": lambda: sarif(results, config.as_posix(), accepted),
    }
    for option, file in files.items():
        write_text(file, texts[option](), option)
    if step is not None:
        add_summary(step, results, changes)
        show_lines(workflow_commands(results, accepted, config.as_posix()))
    if not quiet or code:
        console().print(escape(summed_up(results, regressed, silent)), highlight=False)
    if update_baseline:
        write_figures(figures, amounts, config.parent / str(loaded.baseline))
    raise typer.Exit(code)


def show_result(result: CheckResult, is_quiet: bool) -> None:
    """Print the line of a check; with its last property, how many sessions were cut."""
    show_lines([result.line()] if result.failure is not None or not is_quiet else [])
    if result.item is result.check.properties[-1]:
        show_lines([f"     {line}" for line in result.cut])


def keep_measured(
    result: CheckResult, measured: Comparison, figures: list[Figure], amounts: list[Amount]
) -> None:
    """Note what a sampling has shown: the judgements of a property; with the first, all amounts."""
    figures.append(figure_of(result.check, result.item.slug, measured))
    if result.item is result.check.properties[0]:
        amounts += amounts_of(result.check, measured)


def write_figures(figures: list[Figure], amounts: list[Amount], path: Path) -> None:
    """Write the baseline, and say so."""
    write_baseline(figures, amounts, path)
    console().print(escape(f"written: {path}"), soft_wrap=True, highlight=False)


def baseline_of(loaded: GateConfig, config: Path, is_updated: bool) -> Baseline | None:
    """The baseline that a file names; None where it names none. Raises `InputError`."""
    if loaded.baseline is None:
        if is_updated:
            raise InputError("--update-baseline", str(config), 'a file with baseline = "FILE"')
        return None
    path = config.parent / loaded.baseline
    if is_updated:
        check_file(path, "--update-baseline")
        before, why_none = baseline_to_replace(path)
        note(why_none)
        return before
    return read_baseline(path)


def show_changes(changes: list[FigureChange], no_more: list[str], is_quiet: bool) -> None:
    """Print a line for each figure against the baseline; where it is quiet, what fails alone."""
    lines = [item.line() for item in changes if not is_quiet or item.kind in WORSE]
    lines += [] if is_quiet else [f"no longer checked: {key}" for key in no_more]
    show_lines(lines)


def show_lines(lines: list[str]) -> None:
    """Print lines as they are."""
    for line in lines:
        console().print(escape(line), soft_wrap=True, highlight=False)


def as_json(results: list[CheckResult], changes: list[FigureChange], code: int) -> str:
    """The results as a file for programs."""
    told = {
        "format": FORMAT,
        "exit_code": code,
        "checks": [item.data() for item in results],
        "changes": [asdict(item) for item in changes],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
