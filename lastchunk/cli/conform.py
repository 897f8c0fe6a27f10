"""``conform``: the same schedules on the real runtime, with the shipped designs' twins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import SeedOption, WorkersOption, console, cores, note
from lastchunk.cli.completing import designs_like
from lastchunk.cli.progress import progress_bar
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_folder, new_folder, write_text
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN, EXIT_VIOLATED
from lastchunk.model.conformance import recipes as made
from lastchunk.model.conformance.blame import rules_blamed, rules_named
from lastchunk.model.conformance.campaign import Conformance, made_by_exploring, play_recipes
from lastchunk.model.conformance.own.twin import TwinnedClass, load_twinned, try_class
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.rules.rule_trials import rule_trials
from lastchunk.model.conformance.runtime.newest import check_runtime, with_runtime
from lastchunk.model.conformance.runtime.toolbox import NotHereError, Toolbox, toolbox
from lastchunk.model.design.load import load_design, shipped_designs
from lastchunk.model.simulate.schedule import write_schedule

if TYPE_CHECKING:
    from lastchunk.model.conformance.result import PlayVerdict

EXITS: dict[PlayVerdict, int] = {
    "agrees": EXIT_HOLDS,
    "diverges": EXIT_VIOLATED,
    "not playable": EXIT_UNKNOWN,
}
SHOWN = 5
"""So many divergences are told."""
CHUNKS_OF_TWIN = 2
"""A class is played through every state class of its twin's proof with so many chunks."""
EDGES, EDGES_OF_TWIN = 3, 10
"""Of each set. A class of one's own is one alone, and its slips may be in what seldom comes."""
EdgesOption = Annotated[
    int | None,
    typer.Option("--edges", help="Of each set of edges; 3, or 10 with --twin.", min=0),
]
PlayedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--design",
        autocompletion=designs_like,
        help="Of the designs these alone; may be repeated. --troubles 0 also leaves out the small "
        "classes that show a rule of the platform each.",
    ),
]
NOTHING_TO_PLAY = (
    "nothing was played: what was asked for makes no schedule; --sessions, --edges, --troubles or "
    "--coverage above 0 makes some"
)
RESULT = "conform.json"
DIVERGING = "diverging"
OWN = (RESULT, DIVERGING)
"""What the output folder holds."""


def conform(
    schedules: Annotated[
        list[Path] | None, typer.Argument(help="Files of schedules, or folders of them.")
    ] = None,
    design: PlayedOption = None,
    sessions: Annotated[
        int, typer.Option("--sessions", help="Sessions of each scenario.", min=0)
    ] = 1,
    edges: EdgesOption = None,
    twin: Annotated[
        str | None,
        typer.Option("--twin", help="my_design.py:MyDesign: is it the class of --design?"),
    ] = None,
    adapter: Annotated[
        Path | None,
        typer.Option("--adapter", help="How that class is asked; see docs/own-class.md."),
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option("--runtime", help="newest, or a version: npm fetches that workerd."),
    ] = None,
    troubles: Annotated[int, typer.Option("--troubles", help="Of each trouble.", min=0)] = 1,
    coverage: Annotated[
        int,
        typer.Option("--coverage", help="Through every state class at so many chunks.", min=0),
    ] = 0,
    counterexamples: Annotated[
        bool, typer.Option("--counterexamples", help="What exploring finds violated, too.")
    ] = False,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=f"Write {RESULT}, and what diverges.")
    ] = None,
) -> int:
    """Play schedules on the real runtime, and compare what the object does, event by event.

    Without SCHEDULES it draws some for every shipped design. Exits with 0 where all that was played
    agrees, 1 where one diverges, 3 where nothing can be played. --twin: is it --design's class?
    """
    twinned = asked_class(twin, design, adapter)
    names = [twin] if twin else design or shipped_designs()
    designs = [load_design(name).reference for name in names]
    asked = _of_files(schedules, designs if design else None) if schedules else []
    check_result_folder(out)
    try:
        tools = tools_asked_for(runtime)
    except NotHereError as error:
        console().print(f"nothing was played: {error}")
        return EXIT_UNKNOWN
    amounts = Amounts(sessions, _of_each_set(edges, twinned), troubles, coverage, counterexamples)
    result = _play(tools, asked, designs, twinned, amounts, seed, cores(workers))
    show(result, runtime is not None and twinned is None)
    if twinned is not None:
        console().print(escape(told_of_class(result, twinned, designs[0])))
    if out is not None:
        _write(result, out)
    return EXITS[result.verdict]


def _of_each_set(edges: int | None, twinned: TwinnedClass | None) -> int:
    if edges is not None:
        return edges
    return EDGES if twinned is None else EDGES_OF_TWIN


def check_result_folder(out: Path | None) -> None:
    """Refuse a folder that cannot be written, before anything is played."""
    if out is not None:
        check_folder(out, OWN)


class Amounts(NamedTuple):
    """How many schedules are made of each kind."""

    sessions: int
    edges: int
    troubles: int
    coverage: int
    counterexamples: bool


def tools_asked_for(runtime: str | None) -> Toolbox:
    """All that is needed, with another runtime where one is asked for. Raises `NotHereError`."""
    if runtime is None:
        return toolbox(note)
    check_runtime(runtime)
    return with_runtime(toolbox(note), runtime, note)


def _play(
    tools: Toolbox,
    asked: list[Recipe],
    designs: list[str],
    twinned: TwinnedClass | None,
    amounts: Amounts,
    seed: int,
    workers: int,
) -> Conformance:
    """Play what was asked for, or what is made of each kind."""
    classes: dict[str, int] = {}
    if twinned is not None:
        try_class(twinned, load_design(designs[0]))
        chunks = amounts.coverage or CHUNKS_OF_TWIN
        amounts = amounts._replace(coverage=chunks, counterexamples=True)
    if not asked:
        asked, classes = made_by_exploring(
            designs, amounts.coverage, amounts.counterexamples, workers, twinned is not None
        )
        asked += made.sessions(designs, amounts.sessions, seed)
        asked += made.edges(designs, amounts.edges, seed)
        asked += made.troubles(designs, amounts.troubles, seed)
        asked += rule_trials(designs) if amounts.troubles else []
    if twinned is not None:
        asked = made.of_class(asked, twinned, designs)
    with progress_bar("planned", len(asked)) as advance:
        return play_recipes(tools, None, asked, workers, advance, classes)


def asked_class(
    twin: str | None, design: list[str] | None, adapter: Path | None
) -> TwinnedClass | None:
    """The class that is played in the place of ``--twin``; None without it. Raises `InputError`."""
    if twin is None:
        if adapter is not None:
            raise InputError("--adapter", str(adapter), "--twin my_design.py:MyDesign beside it")
        return None
    if design is None or len(design) != 1:
        raise InputError("--design", design, "one path/to/worker.ts:ClassName beside --twin")
    return load_twinned(design[0], adapter, load_design(twin))


def told_of_class(result: Conformance, twinned: TwinnedClass, twin: str) -> str:
    """What came out for a class and its twin, on one line."""
    counts = result.counts
    return (
        f"{twinned.name} ({twinned.file.name}) beside its twin {twin}: {counts['agrees']:,} agree, "
        f"{counts['diverges']:,} diverge, {counts['not playable']:,} not playable"
    )


def _of_files(paths: list[Path], designs: list[str] | None) -> list[Recipe]:
    """The schedules of some files, those of some designs alone."""
    for path in paths:
        if not path.exists():
            raise InputError("SCHEDULES", str(path), "a file of a schedule, or a folder of them")
    found = made.files(paths)
    if designs is not None:
        found = [recipe for recipe in found if recipe.schedule()[0].design in designs]
    if not found:
        raise InputError("SCHEDULES", [str(path) for path in paths], "at least one schedule")
    return found


def show(result: Conformance, names_rules: bool = False) -> None:
    """Print the table, and what diverges; with ``names_rules`` the platform's rules that say so."""
    out = console()
    if not result.results:
        out.print(NOTHING_TO_PLAY, soft_wrap=True, highlight=False)
        return
    table = Table("design", "schedules", "agree", "diverge", "not playable")
    for name, counts in result.by_design().items():
        numbers = (counts.total(), counts["agrees"], counts["diverges"], counts["not playable"])
        table.add_row(name, *(f"{number:,}" for number in numbers))
    out.print(table)
    for reason, count in result.reasons.most_common():
        out.print(f"not playable: {count:,}: {escape(reason)}")
    for name, visited in result.visited().items():
        of = result.classes[name]
        out.print(f"{escape(name)}: {visited:,} of {of:,} state classes of the proof were visited")
    for _, item in result.divergences[:SHOWN]:
        out.print(escape(item.sentence()))
        if names_rules:
            rules = ", ".join(rules_blamed(item))
            out.print(f"  rules that may have changed (docs/platform.md): {rules}")
    if len(result.divergences) > SHOWN:
        out.print(f"and {len(result.divergences) - SHOWN:,} more")
    if names_rules and result.divergences:
        out.print(told_of_rules(result))
    out.print(f"workerd {result.version}, compatibility date {result.compatibility_date}")


def told_of_rules(result: Conformance) -> str:
    """Which rule has changed, by what diverges, on one line."""
    (rule, count), *others = rules_named(result.results)
    words = f"the rule that changed: {rule} ({count:,} of {len(result.divergences):,} divergences)"
    less = ", ".join(f"{name} ({number:,})" for name, number in others)
    return f"{words}; less likely: {less}" if less else words


def _write(result: Conformance, out: Path) -> None:
    from lastchunk.reports.base.sealed import sealed

    with new_folder(out, OWN) as folder:
        (folder / DIVERGING).mkdir()
        for number, (recipe, _) in enumerate(result.divergences):
            write_schedule(recipe.schedule()[0], folder / DIVERGING / f"{number}.jsonl")
        text = json.dumps(sealed(result.data()), indent=1, ensure_ascii=False)
        write_text(folder / RESULT, text + "\n")
    console().print(escape(f"written: {out / RESULT}"))
