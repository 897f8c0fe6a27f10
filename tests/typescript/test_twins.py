"""The deployed files themselves: each shipped design in TypeScript does what its twin does.

The verdicts and the number of states are equal, and every session's trace is, event by event. Where
the number of classes differs by a few, the states are the same, and were met in another order.
"""

from __future__ import annotations

import re

import pytest

import lastchunk
from tests.typescript.twins import TWINS, twin_of

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SCENARIOS = ("lossy-mobile", "everything-at-once", "tab-closed-while-recording")
SESSIONS = 3
CLASSES_APART = 3
ENDING = 3


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_the_same_states_and_verdicts(name: str) -> None:
    scope = lastchunk.load_scenario("small-scope")
    own, twin = (lastchunk.verify(scope, d, attack=0) for d in (name, twin_of(name)))
    assert twin.states == own.states
    assert abs(twin.classes - own.classes) <= CLASSES_APART
    kinds = [{slug: v.kind for slug, v in each.verdicts.items()} for each in (own, twin)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_the_same_sessions(name: str, scenario: str) -> None:
    loaded = lastchunk.load_scenario(scenario)
    for session in range(SESSIONS):
        own, twin = (
            lastchunk.simulate(loaded, design, seed=1, session=session)
            for design in (name, twin_of(name))
        )
        assert told(twin) == told(own)


def told(run: lastchunk.Run) -> list[str]:
    """The events of a session. The twins keep an object in a field, so their memory counts: an idle
    object whose memory is lost is an event of its own, and the session's last one."""
    events = [event for event in run.trace if type(event).__name__ != "InstanceLost"]
    words = [repr(event) for event in events]
    return words[:-ENDING] + [re.sub(r"at_ms=\d+", "", word) for word in words[-ENDING:]]


def test_the_threshold_of_the_grace_is_the_same() -> None:
    slug = "complete_at_finalization"
    own, twin = (
        lastchunk.find_threshold("small-scope", ["chunks=1"], design, slug, "design.grace_ms")
        for design in ("alarm", twin_of("alarm"))
    )
    assert (own.below, own.below_ms, own.above_ms) == (twin.below, twin.below_ms, twin.above_ms)
    assert own.below_ms is not None
