"""``rare``: how often a property is violated where plain sampling would never see it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from lastchunk.cli.app import (
    DesignOption,
    PropertyOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    WorkersOption,
    console,
    cores,
)
from lastchunk.cli.loading import load
from lastchunk.cli.progress import progress_bar
from lastchunk.model.estimate.rare.levels import LEVEL_CLASSES
from lastchunk.model.estimate.rare.rate import RareRate, rare_rate


def rare(
    scenario: ScenarioArgument,
    design: DesignOption = "alarm",
    slug: PropertyOption = "complete_at_finalization",
    precision: Annotated[
        float, typer.Option("--precision", help="To such a share of the rate.")
    ] = 0.1,
    effort: Annotated[int, typer.Option("--effort", help="Runs at each level.")] = 1_000,
    replications: Annotated[
        int, typer.Option("--replications-max", help="Stop there, whatever is known.")
    ] = 400,
    classes: Annotated[
        int, typer.Option("--classes", help="So many are explored for the levels.", min=1)
    ] = LEVEL_CLASSES,
    seed: SeedOption = 1,
    overrides: SetOption = None,
    workers: WorkersOption = None,
) -> None:
    """Estimate the rate of a rare violation, by splitting at levels that exploring finds."""
    loaded, _ = load(scenario, [design], overrides, None, None)
    given = (precision, effort, seed, cores(workers), replications, classes)
    with progress_bar(loaded.title, None) as progress:
        found = rare_rate(loaded, design, slug, *given, progress)
    for line in rare_words(found, precision):
        console().print(escape(line))


def rare_words(found: RareRate, precision: float) -> list[str]:
    """What was found, a line each."""
    rate = found.estimate
    name = f"{found.slug} of {found.design.name} in {found.scenario.name}"
    wide = "" if rate.relative_half_width <= precision else "; not as exact as was wanted"
    if rate.is_too_skewed:
        wide += (
            f"; {rate.replications} replications of skewness {rate.skewness:.1f} are too few for "
            "it, so take more --effort"
        )
    known = "all of them" if found.is_whole else "as many as were allowed"
    return [
        f"{name}: violated in {rate.probability:.3g} of all sessions, 95 % interval "
        f"{rate.low:.3g} to {rate.high:.3g}{wide}",
        f"{found.levels} levels over {found.states:,} states, {known}; split at "
        f"{len(rate.thresholds)} of them; {rate.replications} replications of {rate.effort:,} runs",
        f"{rate.happenings:,} happenings; plain sampling needs {rate.plain_happenings:.2g} for an "
        f"interval as narrow: {rate.saved:,.3g} times the work",
    ]
