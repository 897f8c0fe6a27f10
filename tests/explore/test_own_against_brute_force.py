"""Random formulas, explored and by brute force: every schedule of whole ms, read slowly.

Nothing of the monitors is in the slow reading, and nothing of the explorer in the brute force. All
bounds are closed and whole, so what some real-valued schedule violates, one of whole ms does.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties.judged import asked_of
from lastchunk.model.scenario.load import load_scenario
from tests.oracles.whole_ms import by_brute_force
from tests.support.formula_words import random_formula

TINY = ["expect.sometimes=[]", "low_ms=1", "high_ms=3", "grace_ms=4", "long_alarm_ms=6"]
SCOPES = {
    "one chunk, a disconnect, a retry": ["chunks=1", "disconnects=1", "failures=1"],
    "one chunk, to the quiet end": ["chunks=1", "disconnects=0", "limits.end_at_completion=false"],
    "two chunks": ["chunks=2", "disconnects=0", "failures=0", "high_ms=2", "grace_ms=2"],
    "a put that takes time": [
        "chunks=1",
        "disconnects=0",
        "failures=0",
        "blobs.put_delay_ms={distribution='uniform', low_ms=0, high_ms=6}",
    ],
}
FORMULAS = 60


@pytest.mark.parametrize("design", ["alarm", "lazy-alarm"])
@pytest.mark.parametrize("scope", SCOPES)
def test_exploring_and_brute_force_agree(scope: str, design: str) -> None:
    scenario = load_scenario("small-scope", [*TINY, *SCOPES[scope]])
    spec = load_design(design, scenario)
    dice = random.Random(scope)
    made = [random_formula(dice, 8) for _ in range(FORMULAS)]
    made = [(item, read) for item, read in made if item.kind != "sometimes"]
    own = asked_of([item for item, _ in made])
    readings = {slug: read for slug, (_, read) in zip(own, made, strict=True)}
    found = verify(scenario, spec, own, kinds=("shortest",), attack=20)
    brute = by_brute_force(spec, scenario, own=readings)
    assert brute.is_whole
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    violated = {slug for slug, kind in kinds.items() if kind == "violated"}
    wrong = violated ^ (set(brute.violated) & set(own))
    assert {slug: (own[slug].meaning, found.verdicts[slug]) for slug in wrong} == {}
    assert Counter(kinds.values())["violated"] >= 5
    for slug in violated:
        assert found.counterexamples[slug][0].violation.detail
