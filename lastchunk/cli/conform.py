"""``conform``: the same schedules on the real runtime, with the shipped designs' twins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import SeedOption, WorkersOption, console, cores, note
from lastchunk.cli.progress import progress_bar
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_folder, new_folder, write_text
from lastchunk.model.base.verdict import EXIT_HOLDS, EXIT_UNKNOWN, EXIT_VIOLATED
from lastchunk.model.conformance import recipes as made
from lastchunk.model.conformance.campaign import Conformance, made_by_exploring, play_recipes
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.runtime.toolbox import NotHereError, toolbox
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
RESULT = "conform.json"
DIVERGING = "diverging"
OWN = (RESULT, DIVERGING)
"""What the output folder holds."""


def conform(
    schedules: Annotated[
        list[Path] | None, typer.Argument(help="Files of schedules, or folders of them.")
    ] = None,
    design: Annotated[
        list[str] | None, typer.Option("--design", help="These alone; may be repeated.")
    ] = None,
    sessions: Annotated[
        int, typer.Option("--sessions", help="Sessions of each scenario.", min=0)
    ] = 1,
    edges: Annotated[int, typer.Option("--edges", help="Of each set of edges.", min=0)] = 3,
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
    agrees, 1 where one diverges, 3 where nothing can be played here.
    """
    designs = [load_design(name).reference for name in design or shipped_designs()]
    classes: dict[str, int] = {}
    asked = _of_files(schedules, designs if design else None) if schedules else []
    if out is not None:
        check_folder(out, OWN)
    try:
        tools = toolbox(note)
    except NotHereError as error:
        console().print(f"nothing was played: {error}")
        return EXIT_UNKNOWN
    if not schedules:
        asked, classes = made_by_exploring(designs, coverage, counterexamples, cores(workers))
        asked += made.sessions(designs, sessions, seed)
        asked += made.edges(designs, edges, seed)
        asked += made.troubles(designs, troubles, seed)
    with progress_bar("planned", len(asked)) as advance:
        result = play_recipes(tools, None, asked, cores(workers), advance, classes)
    show(result)
    if out is not None:
        _write(result, out)
    return EXITS[result.verdict]


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


def show(result: Conformance) -> None:
    """Print the table, and what diverges."""
    out = console()
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
    if len(result.divergences) > SHOWN:
        out.print(f"and {len(result.divergences) - SHOWN:,} more")
    out.print(f"workerd {result.version}, compatibility date {result.compatibility_date}")


def _write(result: Conformance, out: Path) -> None:
    from lastchunk.reports.base.sealed import sealed

    with new_folder(out, OWN) as folder:
        (folder / DIVERGING).mkdir()
        for number, (recipe, _) in enumerate(result.divergences):
            write_schedule(recipe.schedule()[0], folder / DIVERGING / f"{number}.jsonl")
        text = json.dumps(sealed(result.data()), indent=1, ensure_ascii=False)
        write_text(folder / RESULT, text + "\n")
    console().print(escape(f"written: {out / RESULT}"))
