"""``region``: in which values of two settings a property is proved, exact to the ms."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import (
    DesignOption,
    PropertyOption,
    ScenarioArgument,
    SetOption,
    WorkersOption,
    console,
    cores,
    renamed,
)
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, write_text
from lastchunk.model.base.text_files import digits
from lastchunk.model.base.workers import workers_or_here
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.design.named_settings import check_set
from lastchunk.model.explore.region import (
    ExactRegion,
    RegionQuestion,
    check_axes,
    exact_region,
    ms_value_of,
    values_around,
)
from lastchunk.model.explore.verify import DEFAULT_SCOPE, Budget
from lastchunk.model.properties import EXPLORABLE
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.tables import blamed
from lastchunk.reports.region.draw import region_picture
from lastchunk.reports.region.measured import MEASURES, MeasuredTimes, measured_uploads
from lastchunk.reports.region.page import region_json, region_page
from lastchunk.reports.region.words import plain_words, region_words, said

REGION_ENDINGS = (".html", ".json", ".svg")
THIRD_MAX = 12
SampledOption = Annotated[
    int | None, typer.Option("--sessions", help="So many; 200 by default.", min=1)
]
SampledSeedOption = Annotated[
    int | None, typer.Option("--seed", help="Of their random streams; 1 by default.", min=0)
]


def region(
    across: Annotated[str, typer.Option("--x", help="The setting across, in ms.")],
    along: Annotated[str, typer.Option("--y", help="The setting whose boundary is sought.")],
    scenario: ScenarioArgument = DEFAULT_SCOPE,
    third: Annotated[str | None, typer.Option("--z", help="A third one: a map a value.")] = None,
    across_values: Annotated[
        str | None, typer.Option("--x-values", help="In ms, by commas; else around the value now.")
    ] = None,
    along_range: Annotated[
        str | None, typer.Option("--y-range", help="LOW..HIGH in ms; else up to 4 times the value.")
    ] = None,
    third_values: Annotated[str | None, typer.Option("--z-values", help="As --x-values.")] = None,
    design: DesignOption = "alarm",
    slug: PropertyOption = "complete_at_finalization",
    overrides: SetOption = None,
    measured: Annotated[
        str | None, typer.Option("--measured", help="A scenario whose sessions are sampled.")
    ] = None,
    uplink: Annotated[
        Path | None, typer.Option("--uplink", help="Its uplink, measured, in mahimahi's format.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="What of them: " + ", ".join(MEASURES) + ".")
    ] = None,
    sessions: SampledOption = None,
    seed: SampledSeedOption = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Give up a column there.")] = 600.0,
    workers: WorkersOption = None,
    outs: Annotated[
        list[Path] | None, typer.Option("--out", help="A .html, .svg or .json; may be repeated.")
    ] = None,
) -> None:
    """Map where a property is proved and where violated, for the values of two settings."""
    check_outs(outs or [], third)
    check_axes(across, along, third)
    if slug not in EXPLORABLE:
        raise InputError("--property", slug, ", ".join(EXPLORABLE))
    settings = tuple(overrides or ())
    now = (scenario, settings, design)
    across_ms, along_ms = now_of(now, "--x", across), now_of(now, "--y", along)
    values = listed("--x-values", across_values) or values_around(across_ms)
    span = span_of(along_range, along_ms)
    budget = Budget(seconds=seconds)
    question = RegionQuestion(scenario, settings, design, slug, across, along, values, span, budget)
    questions = each_of(question, third, third_of(now, third, third_values))
    for asked in questions.values():
        check_question(asked)
    sample = sample_of(measured, design, uplink, measure, sessions, seed, across)
    with renamed({"values": "--x-values"}), workers_or_here(cores(workers)) as executor:
        found = [
            replace(exact_region(asked, executor), fixed=fixed)
            for fixed, asked in questions.items()
        ]
    sampled = sample()
    for out in outs or []:
        write_text(out, text_of(out, found, sampled))
    print_regions(found, sampled)


def each_of(
    question: RegionQuestion, third: str | None, values: Sequence[int | None]
) -> dict[tuple[str, int] | None, RegionQuestion]:
    """A question for each value of the third setting; the one alone where there is none."""
    return {
        (third, value): replace(question, overrides=(*question.overrides, f"{third}={value}"))
        for value in values
        if third is not None and value is not None
    } or {None: question}


def check_question(question: RegionQuestion) -> None:
    """Load each scenario at the ends of what is explored. Raises `InputError`, before it is."""
    for across_ms in question.values_ms:
        across = f"{question.across}={across_ms}"
        with blamed(f"--x-values {across}"):
            spec = load_at(question, across)
        check_set((item.partition("=")[0] for item in question.overrides), [spec])
        for along_ms in question.span_ms:
            along = f"{question.along}={along_ms}"
            with blamed(f"--y-range {along}"):
                load_at(question, across, along)


def load_at(question: RegionQuestion, *settings: str) -> DesignSpec:
    """Load what is explored at some values. Raises `InputError`."""
    loaded = load_scenario(question.scenario, [*question.overrides, *settings])
    return load_design(question.design, loaded)


def now_of(now: tuple[str, tuple[str, ...], str], option: str, key: str) -> int:
    """What the setting of an axis is now, in ms. Raises `InputError` that names the option."""
    with renamed({"setting": option}):
        return ms_value_of(*now, key)


def sample_of(
    measured: str | None,
    design: str,
    uplink: Path | None,
    measure: str | None,
    sessions: int | None,
    seed: int | None,
    across: str,
) -> Callable[[], MeasuredTimes | None]:
    """What samples the sessions that are asked for. Raises `InputError` before anything is run."""
    if measured is None:
        given = {"--uplink": uplink, "--measure": measure, "--sessions": sessions, "--seed": seed}
        for option, value in given.items():
            if value is not None:
                shown = str(value) if isinstance(value, Path) else value
                raise InputError(option, shown, "only with --measured, which says of what")
        return lambda: None
    kind = measure or ("put" if "put" in across else "upload")
    if kind not in MEASURES:
        raise InputError("--measure", kind, ", ".join(MEASURES))
    with renamed({"scenario": "--measured"}):
        loaded = load_scenario(measured, (), uplink)
    load_design(design, loaded)
    count, first = 200 if sessions is None else sessions, 1 if seed is None else seed
    return lambda: measured_uploads(loaded, design, count, first, kind)


def check_outs(outs: Sequence[Path], third: str | None) -> None:
    """Refuse a place that cannot be written, or whose ending says no format."""
    for out in outs:
        if out.suffix.lower() not in REGION_ENDINGS:
            raise InputError("--out", str(out), "a name that ends in " + ", ".join(REGION_ENDINGS))
        if out.suffix.lower() == ".svg" and third is not None:
            raise InputError("--out", str(out), "a .html or .json for a third setting")
        check_file(out)


def listed(option: str, words: str | None) -> tuple[int, ...]:
    """Values in ms by commas; none where there are none."""
    if words is None:
        return ()
    parts = [digits(part.strip()) or 0 for part in words.split(",")]
    if not all(parts):
        raise InputError(option, words, "whole ms of at least 1, by commas, such as 1000,2000")
    return tuple(parts)


def span_of(words: str | None, now_ms: int) -> tuple[int, int]:
    """The range in which a boundary is sought."""
    if words is None:
        return 1, max(4 * now_ms, 4)
    first, _, last = words.partition("..")
    low, high = digits(first) or 0, digits(last) or 0
    if not 1 <= low < high:
        raise InputError("--y-range", words, "LOW..HIGH in whole ms, such as 1000..20000")
    return low, high


def third_of(
    now: tuple[str, tuple[str, ...], str], third: str | None, words: str | None
) -> tuple[int | None, ...]:
    """The values of the third setting; None alone where there is none."""
    if third is None:
        if words is not None:
            raise InputError("--z-values", words, "none without --z")
        return (None,)
    third_ms = now_of(now, "--z", third)
    values = listed("--z-values", words) or values_around(third_ms)[1::2]
    if len(values) > THIRD_MAX:
        raise InputError("--z-values", len(values), f"{THIRD_MAX} at the most")
    return values


def text_of(out: Path, found: Sequence[ExactRegion], sampled: MeasuredTimes | None) -> str:
    """What is written to a file, by its ending."""
    kind = out.suffix.lower()
    if kind == ".json":
        return json.dumps(region_json(found, sampled), indent=1, ensure_ascii=False) + "\n"
    if kind == ".svg":
        from lastchunk.reports.region.page import alone

        return alone(region_picture(found[0], sampled))
    return region_page(found, sampled)


def print_regions(found: Sequence[ExactRegion], sampled: MeasuredTimes | None) -> None:
    """Print each map as a table, and what it says."""
    out = console()
    for item in found:
        across, along = plain_words(item.across), plain_words(item.along)
        table = Table(across, "up to", "from", "", title=escape(f"{item.slug}: {along}"))
        for column in item.columns:
            limit = column.threshold
            if limit is None:
                table.add_row(said(column.across_ms), "unknown", "", escape(column.reason))
            elif limit.above_ms is None or limit.below_ms is None:
                table.add_row(said(column.across_ms), limit.below, limit.below, "throughout")
            else:
                other = "proved" if limit.below == "violated" else "violated"
                ends = f"{limit.below} {said(limit.below_ms)}", f"{other} {said(limit.above_ms)}"
                table.add_row(said(column.across_ms), *ends, "")
        out.print(table)
        for line in region_words(item, sampled):
            out.print(escape(line))
