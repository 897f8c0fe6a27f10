"""What a verdict of *proved* is silent on: deployed settings that differ, what was not reached.

A proof that holds for a grace of 20 ms says nothing about one of 5 s, and a scope too short for an
object to lose its memory says nothing about a cold start.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.scope.assumptions import client_of, value_of
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.recorder import RecorderSettings

DEFAULT_SCOPE = "default-scope"
"""The scenario that is explored if none is named."""
SITUATIONS = {
    "instance_lost": "a cold start that the code could notice",
    "upload_ended_after_stop": "an upload that ends after the user has stopped",
    "chunk_arrived_after_stop": "an upload that arrives after the stop has run",
    "alarm_inside_upload": "an alarm that runs inside a suspended upload",
    "stop_overtook_upload": "a stop that runs before a chunk is stored",
    "retry_happened": "a retry",
}
"""*Sometimes* properties that bear on any design, in words: a proof is silent on one never met."""


def not_reached(sometimes: Collection[str]) -> tuple[str, ...]:
    """The situations that no schedule of a complete exploration came to, in words."""
    return tuple(words for slug, words in SITUATIONS.items() if slug not in sometimes)


@dataclasses.dataclass(frozen=True)
class Unlike:
    """A setting that has another value in the scope than the design or its page has deployed."""

    name: str
    value: Any
    deployed: Any

    def __str__(self) -> str:
        return f"{self.name} is {value_of(self.value)} (deployed: {value_of(self.deployed)})"


def unlike_deployed(scenario: Scenario, design: DesignSpec) -> tuple[Unlike, ...]:
    """The settings of design and page in which a scope is not as deployed."""
    given = vars(client_of(scenario, design))
    usual = vars(RecorderSettings(**dict(getattr(design.cls, "client", {}))))
    page = [
        Unlike(name, value, usual[name]) for name, value in given.items() if value != usual[name]
    ]
    return (*_own(design.settings), *page)


def _own(settings: Any) -> Iterator[Unlike]:
    """The design's settings that are not the defaults of its class."""
    for item in dataclasses.fields(settings):
        value = getattr(settings, item.name)
        if item.default_factory is not dataclasses.MISSING:
            usual = item.default_factory()
        else:
            usual = item.default
        if usual is not dataclasses.MISSING and value != usual:
            yield Unlike(item.name, value, usual)


def unsaid(
    scenario: Scenario, design: DesignSpec, sometimes: Collection[str], is_whole: bool
) -> Iterator[str]:
    """What a proof does not say, a sentence each; ``is_whole``: every schedule was looked at."""
    unlike = unlike_deployed(scenario, design)
    if unlike:
        where = f"; lastchunk verify --design {design.reference} explores those"
        names = ", ".join(map(str, unlike))
        is_default = scenario.name == DEFAULT_SCOPE
        yield f"Proved is not said of the deployed settings: {names}{'' if is_default else where}."
    unmet = not_reached(sometimes) if is_whole else ()
    if unmet:
        yield f"No schedule in these bounds reaches {', or '.join(unmet)}."
