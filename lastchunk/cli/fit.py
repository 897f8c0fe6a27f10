"""``fit``: a scenario of real logs, what rate to expect, and which setting mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import SeedOption, WorkersOption, console, cores
from lastchunk.cli.completing import designs_like
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file
from lastchunk.model.base.verdict import Verdict, percent
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.intervals import upper_bound_if_none
from lastchunk.model.fit.advice import (
    BETTER,
    FIT_SCOPE,
    FIXED_BY_GRACE,
    GRACE_MAX_MS,
    FitAdvice,
    advise,
    confidence_of_each,
    looks_of,
    properties_told,
)
from lastchunk.model.fit.samples import LogSamples
from lastchunk.model.fit.written import QUANTITY_WORDS, fit_all, fitted_scenario, words_of_choice
from lastchunk.model.logs.check import LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import read_mapping
from lastchunk.model.properties import JudgeSettings
from lastchunk.model.scenario.importing.read import write_import
from lastchunk.model.scenario.load import load_scenario


def fit(
    files: Annotated[
        list[Path], typer.Argument(help="HARs, OTLP JSON exports, or event logs: of one kind.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The scenario to write (TOML).")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Which request is which call (TOML).")
    ] = None,
    design: Annotated[
        str, typer.Option("--design", autocompletion=designs_like, help="What is deployed.")
    ] = "alarm",
    rate: Annotated[
        float, typer.Option("--rate", help="A failure is to be rarer than this share.")
    ] = 0.01,
    sessions: Annotated[
        int, typer.Option("--sessions", help="To simulate; 0: fit, and no more.", min=0)
    ] = 1_000,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
) -> None:
    """Fit a scenario to real logs; say what rate to expect, and which setting mends it."""
    check_file(out, suffix=".toml")
    if not 0 < rate < 1:
        raise InputError("--rate", rate, "a share above 0 and below 1")
    confidence = confidence_of_each(looks_of(load_design(design)))
    if sessions and upper_bound_if_none(sessions, confidence) >= rate:
        allowed = f"more, or 0: so few could not show a rate below {percent(rate)}"
        raise InputError("--sessions", sessions, allowed)
    samples = LogSamples()
    question = LogQuestion(read_mapping(mapping), JudgeSettings())
    checked = check_logs(files, question, samples.take)
    choices = fit_all(samples, seed)
    made = fitted_scenario(samples, choices, checked.kinds[0])
    written = write_import(made, files[0], out)
    place = console()
    place.print(escape(f"{made.kind}: {made.said}"), highlight=False)
    for name, choice in choices.items():
        line = f"{QUANTITY_WORDS[name]}: {words_of_choice(choice)}"
        place.print(escape(line), soft_wrap=True, highlight=False)
    for line in made.left_out:
        place.print(escape(f"not carried: {line}"), highlight=False)
    for path in written:
        place.print(escape(f"written: {path}"), highlight=False)
    if sessions:
        scenario = load_scenario(out)
        show_advice(advise(scenario, design, rate, sessions, seed, cores(workers)), rate, out)


def show_advice(advice: FitAdvice, rate: float, out: Path) -> None:
    """Print the rates to expect, the least grace, and the design that holds."""
    place = console()
    names = [item.name for item in advice.compared.designs]
    table = Table("property", *names, title=f"To expect ({advice.compared.sessions:,} sessions)")
    for slug in properties_told(advice):
        table.add_row(slug, *(_rate(advice.verdict(name, slug)) for name in names))
    place.print(table)
    for line in advice_lines(advice, rate, out):
        place.print(escape(line), soft_wrap=True, highlight=False)


def advice_lines(advice: FitAdvice, rate: float, out: Path) -> list[str]:
    """What mends it, in sentences."""
    lines, bound = [], percent(rate)
    if advice.at_grace is not None and advice.grace_ms is not None:
        lines.append(
            f"the least grace_ms with {FIXED_BY_GRACE} violated in less than {bound}: "
            f"{advice.grace_ms:,} ({_rate(advice.at_grace)}); a longer grace is later, too"
        )
    elif advice.at_grace is not None:
        lines.append(
            f"no grace_ms up to {GRACE_MAX_MS:,} keeps {FIXED_BY_GRACE} below {bound}: "
            f"{_rate(advice.at_grace)} at that"
        )
    for slug, verdict in advice.proved.items():
        lines.append(f"{BETTER}, {slug}: {verdict.kind} in every schedule of {FIT_SCOPE}")
    lines.append(f"every class of faults: lastchunk matrix --design {BETTER} --out out/matrix")
    lines.append(f"to see more: lastchunk compare {out} --design {advice.deployed.reference}")
    return lines


def _rate(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not asked"
    if not verdict.sessions:
        return f"unknown, {verdict.reason}"
    found = percent(verdict.violations / verdict.sessions)
    return f"{found}, at most {percent(verdict.high)}"
