"""The stored baseline: what each session of each sampled check did when it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, ValidationError

from lastchunk.gate.ci.config import AmountName, Seed
from lastchunk.gate.ci.plan import PlannedCheck
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import OverwriteError, write_text
from lastchunk.model.base.streams import DRAWS
from lastchunk.model.base.text_files import read_text
from lastchunk.model.design.load import DesignSpec, values_of
from lastchunk.model.design.sources import source_of
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.properties.row import (
    HELD_CODE,
    NOT_APPLICABLE_CODE,
    UNSETTLED_CODE,
    VIOLATED_CODE,
)
from lastchunk.model.scenario.load import described_scenario
from lastchunk.model.scenario.refusals import Source, first_error
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.scenario.tables import StrictTable
from lastchunk.model.trace.prices import Prices, load_prices
from lastchunk.reports.base.sealed import digest_of

BASELINE_FORMAT: Literal["lastchunk baseline 1"] = "lastchunk baseline 1"
SIGNS = {HELD_CODE: ".", VIOLATED_CODE: "x", NOT_APPLICABLE_CODE: "-", UNSETTLED_CODE: "?"}
"""How a session is written: the property holds, is violated, it says nothing about it, or it was
cut before that."""
CODES = {sign: code for code, sign in SIGNS.items()}
DIGEST_LENGTH = 16
START_BYTES = 1_000
"""So much of a file says what it was, also where a merge has put its marks above."""


AmountOfOne = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class Measured(StrictTable):
    """What was measured, and what it was measured on, as digests; and what draws were made by, ""
    where a baseline is of before that was written down."""

    check: Annotated[str, Field(min_length=1, pattern=r"^[^\p{Cc}\u2028\u2029]+$")]
    seed: Seed
    draws: str = ""
    design: str
    scenario: str


class Amount(Measured):
    """An amount of each session of a sampled check; None where a session has none."""

    name: AmountName
    sessions: Annotated[list[AmountOfOne | None], Field(min_length=1)]


class Figure(Measured):
    """One sampled check: a sign for each session."""

    sessions: Annotated[str, Field(pattern=r"^[.x?-]+$")]

    def codes(self) -> list[int]:
        """The sessions in order, as a comparison has them."""
        return [CODES[sign] for sign in self.sessions]


class Baseline(StrictTable):
    """All figures of a project."""

    format: Literal["lastchunk baseline 1"]
    figures: list[Figure]
    amounts: list[Amount] = []

    def by_check(self) -> dict[str, Measured]:
        """All that was measured by what it is of."""
        return {item.check: item for item in self.everything}

    @property
    def everything(self) -> list[Measured]:
        """The figures, and then the amounts."""
        return [*self.figures, *self.amounts]


NO_BASELINE = Baseline(format=BASELINE_FORMAT, figures=[])


def figure_of(check: PlannedCheck, slug: str, measured: Comparison) -> Figure:
    """What a sampling has shown of one property."""
    rows = measured.rows_of(check.design.name).sort_values("session")
    return Figure(
        check=check.key(slug),
        seed=measured.seed,
        draws=DRAWS,
        design=design_digest(check.design),
        scenario=short_digest(_surroundings(check.scenario)),
        sessions="".join(SIGNS[int(code)] for code in rows[slug]),
    )


def amounts_of(check: PlannedCheck, measured: Comparison) -> list[Amount]:
    """The amounts of a sampling that its check asks for."""
    rows = measured.rows_of(check.design.name).sort_values("session")
    prices = load_prices()
    scenario = _surroundings(check.scenario)
    found = []
    for name in check.amounts:
        of = {"scenario": scenario, "prices": prices.per_million} if name == "dollars" else scenario
        found.append(
            Amount(
                check=check.key(name),
                seed=measured.seed,
                draws=DRAWS,
                design=design_digest(check.design),
                scenario=short_digest(of),
                name=name,
                sessions=_values(rows, name, prices),
            )
        )
    return found


def _surroundings(scenario: Scenario) -> dict[str, Any]:
    """A scenario without the settings of designs, which are digested with these, and without the
    values of its parameters, which stand where they are used."""
    return described_scenario(scenario) | {"design": {}, "parameters": {}}


def _values(rows: pd.DataFrame, name: AmountName, prices: Prices) -> list[float | None]:
    """The amount of each session. A delay of -1 is none."""
    if name == "dollars":
        return [round(float(each), 6) for each in dollars(rows, prices).sum(axis=1)]
    return [None if value < 0 else int(value) for value in rows[name]]


def design_digest(design: DesignSpec) -> str:
    """A digest of a design's code and settings."""
    values = {name: repr(value) for name, value in values_of(design.settings).items()}
    return short_digest({"source": source_of(design.cls), "settings": values})


def short_digest(data: dict[str, Any]) -> str:
    """A digest that fits into a line beside others."""
    return digest_of(data)[:DIGEST_LENGTH]


def read_baseline(path: Path) -> Baseline:
    """A baseline from its file. Raises `InputError`."""
    allowed = "a baseline; lastchunk ci CONFIG --update-baseline writes it"
    text = read_text(path, "baseline", allowed)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("baseline", str(path), allowed) from error
    try:
        baseline = Baseline.model_validate(data)
    except ValidationError as error:
        raise first_error(error, Source(str(path)), Baseline) from error
    if not baseline.figures:  # what --update-baseline writes has some
        raise InputError(f"{path}: figures", "[]", f"at least one, as in {allowed}")
    if len(baseline.by_check()) < len(baseline.everything):
        raise InputError(f"{path}: figures", None, "each check once")
    return baseline


def baseline_to_replace(path: Path) -> tuple[Baseline, str]:
    """What an update is compared with, and why that is nothing: a damaged file can be replaced.

    Raises `InputError` where the file was never a baseline: it is not written over.
    """
    if not path.exists():
        return NO_BASELINE, ""
    try:
        return read_baseline(path), ""
    except OverwriteError:
        raise
    except InputError as error:
        if not _was_baseline(path):
            allowed = "a baseline, or no file yet; this one is none, and would be written over"
            raise InputError("baseline", str(path), allowed) from error
        return NO_BASELINE, f"{error}; it is written anew, and nothing is compared with it"


def _was_baseline(path: Path) -> bool:
    """Whether a file is empty, or begins as a baseline of any version does."""
    try:
        start = path.read_bytes()[:START_BYTES]
    except OSError:
        return False
    return not start or BASELINE_FORMAT.rstrip("0123456789").encode() in start


def write_baseline(figures: Iterable[Figure], amounts: Iterable[Amount], path: Path) -> None:
    """Write all down, each on a line, so that a change is seen in a diff."""
    head = json.dumps(BASELINE_FORMAT)
    text = f'{{"format": {head}, "figures": {_lines(figures)}, "amounts": {_lines(amounts)}}}\n'
    write_text(path, text, "--update-baseline")


def _lines(items: Iterable[Measured]) -> str:
    lines = [json.dumps(item.model_dump(), ensure_ascii=False) for item in items]
    return "[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[]"
