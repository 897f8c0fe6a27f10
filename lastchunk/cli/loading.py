"""What every command loads first, the scenario and the designs, and its own words again."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lastchunk.cli.app import note
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design, load_designs
from lastchunk.model.design.named_settings import check_set
from lastchunk.model.design.own_properties import (
    is_reference,
    load_properties,
    load_property,
)
from lastchunk.model.properties import Property
from lastchunk.model.properties.judged import ON_REQUEST
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

if TYPE_CHECKING:
    from lastchunk.model.simulate.schedule import Schedule

DEFAULT_DESIGNS = ["manual", "alarm"]


def load(
    scenario: str,
    designs: list[str] | None,
    overrides: list[str] | None,
    uplink: Path | None,
    video_mbps: float | None,
    adapter: Path | None = None,
) -> tuple[Scenario, list[DesignSpec]]:
    """The scenario and the designs that a command names.

    With an ``adapter`` a class of a worker is the real one, and all run as on that runtime.
    """
    loaded = load_scenario(scenario, overrides or [], uplink, video_mbps)
    asked: list[DesignLike] = list(designs or DEFAULT_DESIGNS)
    try:
        if adapter is not None:
            loaded, asked = _with_real_ones(loaded, asked, adapter)
        specs = load_designs(asked, loaded)
        check_set((item.partition("=")[0] for item in overrides or []), specs)
        return loaded, specs
    except InputError as error:
        is_set = any(item.startswith("design.") for item in overrides or [])
        if is_set and error.field.partition(".")[0] == "design":
            raise InputError(f"--set {error.field}", error.value, error.allowed) from error
        raise


def _with_real_ones(
    scenario: Scenario, asked: list[DesignLike], adapter: Path
) -> tuple[Scenario, list[DesignLike]]:
    from lastchunk.model.conformance.own.bundled import is_of_worker
    from lastchunk.model.conformance.own.load import load_real, on_real_runtime

    if not any(isinstance(item, str) and is_of_worker(item) for item in asked):
        allowed = "a --design path/to/worker.ts:ClassName beside it"
        raise InputError("--adapter", str(adapter), allowed)
    scenario = on_real_runtime(scenario)
    own = [isinstance(item, str) and is_of_worker(item) for item in asked]
    return scenario, [
        load_real(str(item), adapter, scenario, note) if is_real else item
        for item, is_real in zip(asked, own, strict=True)
    ]


def loaded_for_replay(
    schedule: Schedule, design: str | None, adapter: Path | None
) -> tuple[Schedule, DesignSpec | None]:
    """A schedule and the design to run it with: none other than the recorded one is None.

    With an ``adapter`` it is the real class, on that runtime.
    """
    if adapter is None:
        return schedule, None if design is None else load_design(design, schedule.scenario)
    reference = design or schedule.design
    scenario, (spec,) = _with_real_ones(schedule.scenario, [reference], adapter)
    assert isinstance(spec, DesignSpec)
    return replace(schedule, scenario=scenario), spec


def own_properties(
    only: Sequence[str] | None, file: Path | None
) -> tuple[list[str], dict[str, Property]]:
    """What ``--property`` and ``--properties`` name: slugs, and the own ones among them by slug."""
    own = {} if file is None else load_properties(file)
    slugs = []
    for word in only or ():
        if word in ON_REQUEST:
            own[word] = ON_REQUEST[word]
        elif is_reference(word):
            item = load_property(word)
            known = own.setdefault(item.slug, item)
            if (known.place, known.meaning) != (item.place, item.meaning):
                raise InputError("--property", word, f"each name once: {item.slug} is another's")
            word = item.slug
        slugs.append(word)
    return slugs, own


def properties_options(only: Sequence[str] | None, file: Path | None) -> list[str]:
    """Own properties as the command line takes them, to say a command again."""
    named = [word for word in only or () if is_reference(word)]
    words = [] if file is None else ["--properties", str(file)]
    return [*words, *(part for word in named for part in ("--property", word))]


def options(
    overrides: Sequence[str], uplink: Path | None = None, video_mbps: float | None = None
) -> list[str]:
    """Settings as the command line takes them."""
    words = [word for override in overrides for word in ("--set", override)]
    words += ["--uplink", str(uplink)] if uplink is not None else []
    return words + (["--video-mbps", str(video_mbps)] if video_mbps is not None else [])


def command() -> str:
    """The command that reproduces this, as it was typed."""
    return shlex.join(["lastchunk", *sys.argv[1:]])
