"""The deployed files themselves: each shipped design in TypeScript does what its twin does.

The verdicts, the numbers of states and of classes are equal, and every session's trace is, event by
event.
"""

from __future__ import annotations

import pytest

import lastchunk
from tests.typescript.twins import TWINS, twin_of

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SHARE = ("lossy-mobile", "everything-at-once", "tab-closed-while-recording", "default-scope")
"""All of them are compared by ``python -m benchmarks.typescript_twins``."""


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_the_same_states_and_verdicts(name: str) -> None:
    scope = lastchunk.load_scenario("small-scope")
    own, twin = (lastchunk.verify(scope, d, attack=0) for d in (name, twin_of(name)))
    assert twin.states == own.states
    assert twin.classes == own.classes
    kinds = [{slug: v.kind for slug, v in each.verdicts.items()} for each in (own, twin)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("scenario", SHARE)
@pytest.mark.parametrize("name", TWINS)
def test_a_twin_has_the_same_sessions(name: str, scenario: str) -> None:
    loaded = lastchunk.load_scenario(scenario)
    for session in range(2):
        own, twin = (
            lastchunk.simulate(loaded, design, seed=1, session=session)
            for design in (name, twin_of(name))
        )
        assert twin.trace == own.trace


def test_the_threshold_of_the_grace_is_the_same() -> None:
    slug = "complete_at_finalization"
    own, twin = (
        lastchunk.find_threshold("small-scope", ["chunks=1"], design, slug, "design.grace_ms")
        for design in ("alarm", twin_of("alarm"))
    )
    assert (own.below, own.below_ms, own.above_ms) == (twin.below, twin.below_ms, twin.above_ms)
    assert own.below_ms is not None
