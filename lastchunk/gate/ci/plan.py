"""From the file to what is run: every name in it is found before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lastchunk.gate.ci.config import AmountName, CheckEntry, GateConfig, Way
from lastchunk.gate.holder import HoldSettings
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec, load_designs
from lastchunk.model.design.named_settings import check_set
from lastchunk.model.design.own_properties import is_reference, load_property
from lastchunk.model.properties import Property
from lastchunk.model.properties.judged import asked_of
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.scenario.tables import blamed, scenario_given


@dataclass(frozen=True)
class PlannedCheck:
    """One design in one scenario, one way: what is run once. It is told by property."""

    name: str
    design: DesignSpec
    scenario: Scenario
    by: Way
    properties: tuple[Property, ...]
    at_most: float
    settings: HoldSettings
    amounts: tuple[AmountName, ...] = ()
    stops_early: bool = False

    def key(self, slug: str) -> str:
        """What tells the check of one property from all others."""
        words = f"{slug}: {self.design.name} in {self.scenario.name} by {self.by}"
        return f"{self.name}: {words}" if self.name else words


def planned(config: GateConfig, path: Path, workers: int) -> list[PlannedCheck]:
    """All that a file asks for, in its order. Raises `InputError` for what cannot be found."""
    found: list[PlannedCheck] = []
    for number, entry in enumerate(config.checks):
        place = f"{path}: checks.{number}"
        settings = HoldSettings(
            None,
            config.sessions if entry.sessions is None else entry.sessions,
            config.seed if entry.seed is None else entry.seed,
            config.seconds if entry.seconds is None else entry.seconds,
            workers,
        )
        found += _of_entry(entry, place, path.parent, settings)
    seen = set()
    for check in found:
        for item in check.properties:
            if check.key(item.slug) in seen:
                allowed = "each check once, or a name that tells them apart"
                raise InputError(f"{path}: checks", check.key(item.slug), allowed)
            seen.add(check.key(item.slug))
    return found


def _of_entry(
    entry: CheckEntry, place: str, folder: Path, settings: HoldSettings
) -> Iterator[PlannedCheck]:
    with blamed(f"{place}.properties"):
        asked = asked_of([_property(word, folder) for word in entry.properties])
    for name in entry.scenarios:
        with blamed(f"{place}.set" if entry.set else f"{place}.scenarios"):
            scenario = load_scenario(scenario_given(name, folder), entry.set)
        with blamed(f"{place}.designs"):
            designs = load_designs([item.given(folder) for item in entry.designs], scenario)
        with blamed(f"{place}.set"):
            check_set(entry.set, designs)
        for design in designs:
            for by in entry.by:
                items = tuple(asked.values())
                at_most = entry.at_most if by == "sampling" else 0.0
                amounts = tuple(entry.amounts) if by == "sampling" else ()
                given = (entry.name, design, scenario, by, items, at_most, settings, amounts)
                yield PlannedCheck(*given, entry.stops_early and by == "sampling")


def _property(word: str, folder: Path) -> str | Property:
    return load_property(str(folder / word)) if is_reference(word) else word
