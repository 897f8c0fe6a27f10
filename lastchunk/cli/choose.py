"""``choose``: the settings that hold on every scenario, the cheapest and the promptest of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import DesignOption, SeedOption, SetOption, WorkersOption, console, cores
from lastchunk.cli.completing import properties_like, scenarios_like
from lastchunk.cli.progress import progress_bar
from lastchunk.model.base.files import check_folder
from lastchunk.model.estimate.choice.choose import SettingsChoice, choice_of
from lastchunk.model.estimate.choice.free import VALUES_FIRST
from lastchunk.model.estimate.choice.judged import CHOICE_CLASSES
from lastchunk.model.estimate.choice.question import choice_question
from lastchunk.reports.choice.file import (
    CHOICE_FILES,
    CHOICE_NAME,
    SCHEDULES,
    attached,
    write_choice,
)
from lastchunk.reports.choice.words import choice_words, needed_words, price_words

ChoiceScenarios = Annotated[
    list[str],
    typer.Option(
        "--scenario",
        autocompletion=scenarios_like,
        metavar="SCENARIO",
        help="A name or a TOML file; may be repeated.",
    ),
]
RequireOption = Annotated[
    list[str],
    typer.Option(
        "--require",
        autocompletion=properties_like,
        metavar="PROPERTY[ < RATE]",
        help='As nothing_lost or "nothing_lost < 1e-4"; may be repeated.',
    ),
]


def choose(
    free: Annotated[
        list[str],
        typer.Option("--free", metavar="KEY[=LOW..HIGH]", help="One setting or two, in ms."),
    ],
    scenario: ChoiceScenarios,
    require: RequireOption,
    design: DesignOption = "alarm",
    overrides: SetOption = None,
    values: Annotated[
        int, typer.Option("--values", help="So many of a range are looked at first.")
    ] = VALUES_FIRST,
    sessions: Annotated[
        int | None,
        typer.Option(
            "--sessions",
            help="At the most, where it is sampled; by default 1,000, or what a rate needs.",
        ),
    ] = None,
    seed: SeedOption = 1,
    classes: Annotated[
        int, typer.Option("--classes", help="Where exploring gives up, and sampling begins.")
    ] = CHOICE_CLASSES,
    workers: WorkersOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder: choose.json, pictures, schedules.")
    ] = None,
) -> None:
    """Seek the settings that hold on every scenario; the cheapest, and the promptest."""
    if out is not None:
        check_folder(out, CHOICE_FILES)
    asked = (free, scenario, require, design, overrides or ())
    question = choice_question(
        *asked,
        values=values,
        sessions=sessions,
        seed=seed,
        classes=classes,
    )
    with progress_bar("; ".join(["settings", *needed_words(question)]), None) as progress:
        found = choice_of(question, cores(workers), progress)
    show_choice(found)
    if out is not None:
        write_choice(found, out)
        show_written(found, out)
    raise typer.Exit(found.exit_code)


def show_written(choice: SettingsChoice, out: Path) -> None:
    """Print what was written, and how to see a violation."""
    names = list(attached(choice))
    kept = f", {len(names):,} schedules in {SCHEDULES}" if names else ""
    console().print(escape(f"{out}: {CHOICE_NAME}, frontier.png, frontier.svg{kept}"))
    for name, each in names[:1]:
        said = f"{each.requirement.slug} in {each.scenario}"
        line = f"to see one, of {said}: lastchunk replay {out / SCHEDULES / name}"
        console().print(escape(line), soft_wrap=True)


def show_choice(choice: SettingsChoice) -> None:
    """Print what was looked at, what holds, and the frontier."""
    for line in choice_words(choice):
        console().print(escape(line), soft_wrap=True, highlight=False)
    if not choice.held:
        return
    keys = [each.key for each in choice.question.free]
    title = f"{escape(choice.design.name)}: nothing that holds is both cheaper and prompter"
    table = Table(*keys, "known how", "dollars per million", "mean wait", title=title)
    for each in choice.frontier:
        cost, wait, never = price_words(each.price)
        cells = each.setting.status, cost, wait + (f", {never} never" if never else "")
        table.add_row(*(f"{value:,}" for value in each.setting.values), *cells)
    console().print(table)
