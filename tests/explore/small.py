"""Designs of a few lines, explored on the small scope with two chunks."""

from __future__ import annotations

import inspect
from typing import Any

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import Verification, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response
from tests.support.worlds import spec_of

COMPLETE = "complete_at_finalization"
SMALL = ("chunks=2", "expect.sometimes=[]")


def explored(design: Any, slugs: list[str], *overrides: str, **options: Any) -> Verification:
    """Explore a design by name, or a class with the settings of the alarm design."""
    scenario = load_scenario("small-scope", [*SMALL, *overrides])
    if isinstance(design, str):
        return verify(scenario, load_design(design, scenario), slugs, **options)
    spec = spec_of(design)
    settings = load_design("alarm", scenario).settings
    return verify(scenario, DesignSpec(spec.name, design, settings, "alarm"), slugs, **options)


def line_with(cls: type, words: str) -> int:
    """The line of a class's file that holds some words."""
    source, first = inspect.getsourcelines(cls)
    return next(number for number, text in enumerate(source, first) if words in text)


class Remembers(AlarmDesign):
    """Remembers when the last upload was."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, then the time."""
        response = await super().upload(chunk)
        await self.ctx.storage.put("last", self.ctx.now())
        return response
