"""The file of `lastchunk ci`: which designs are held to which properties, where, and how."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.checks import SESSIONS_MAX, check_once
from lastchunk.model.scenario.tables import (
    DesignEntries,
    NameList,
    OneLine,
    StrictTable,
    read_table,
)

SEED_MAX = 2**63
SECONDS_MAX = 10**6
Way = Literal["proof", "sampling"]
AmountName = Literal[
    "delay_ms",
    "dollars",
    "alarm_writes",
    "requests",
    "rows_read",
    "rows_written",
    "blob_puts",
    "active_ms",
    "media_lost_ms",
    "retries",
]
"""What a baseline keeps of each session beside judgements. Of each of them less is better."""
Sessions = Annotated[int, Field(ge=1, le=SESSIONS_MAX)]
Seed = Annotated[int, Field(ge=0, lt=SEED_MAX)]
Seconds = Annotated[float, Field(ge=1, le=SECONDS_MAX)]


class CheckEntry(StrictTable):
    """Designs that are held to properties in scenarios: each of these with each of the others."""

    name: OneLine = ""
    designs: DesignEntries
    scenarios: NameList
    properties: NameList
    by: Annotated[list[Way], Field(min_length=1)]
    at_most: Annotated[float, Field(ge=0, le=1)] = 0.0
    stops_early: bool = False
    amounts: list[AmountName] = []
    set: dict[str, Any] = {}
    sessions: Sessions | None = None
    seed: Seed | None = None
    seconds: Seconds | None = None


class GateConfig(StrictTable):
    """What is checked, and how much is looked at where a check says nothing of it."""

    sessions: Sessions = 200
    seed: Seed = 1
    seconds: Seconds = 120.0
    baseline: str | None = None
    error_rate: Annotated[float, Field(gt=0, le=0.2)] = 0.01
    checks: Annotated[list[CheckEntry], Field(min_length=1)]


def read_config(path: Path) -> GateConfig:
    """The checks of a file. Raises `InputError` with the first thing that is wrong with it."""
    config = read_table(path, "config", "a readable TOML file with checks", GateConfig)
    if config.baseline is not None and all("sampling" not in item.by for item in config.checks):
        allowed = 'a file only where by of a check has "sampling"'
        raise InputError(f"{path}: baseline", config.baseline, allowed)
    for number, check in enumerate(config.checks):
        lists: tuple[tuple[str, Sequence[str]], ...] = (
            ("by", check.by),
            ("properties", check.properties),
            ("amounts", check.amounts),
        )
        for field, names in lists:
            check_once(f"{path}: checks.{number}.{field}", names, "each once")
        if check.at_most and "sampling" not in check.by:
            place = f"{path}: checks.{number}.at_most"
            raise InputError(place, check.at_most, 'a share only where by has "sampling"')
        if check.at_most == 1 and config.baseline is None:
            place = f"{path}: checks.{number}.at_most"
            raise InputError(place, check.at_most, "1 only beside a baseline; else less than 1")
        if check.stops_early and (not 0 < check.at_most < 1 or config.baseline is not None):
            place = f"{path}: checks.{number}.stops_early"
            allowed = "true only where at_most is above 0 and below 1, and without a baseline"
            raise InputError(place, True, allowed)
        if check.amounts and ("sampling" not in check.by or config.baseline is None):
            place = f"{path}: checks.{number}.amounts"
            allowed = 'amounts only where by has "sampling", and beside a baseline'
            raise InputError(place, ", ".join(check.amounts), allowed)
    return config
