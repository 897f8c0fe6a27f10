"""The recommended design stands on each of its parts: without one, the explorer refutes it."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.simulate import replay
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from tests.oracles.mutants import MUTANTS, SITUATIONS, spec

BUDGET = Budget(classes=20_000, seconds=60)


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_unmutated_design_keeps_all_that_is_possible(name: str) -> None:
    situation = SITUATIONS[name]
    scenario = situation.scenario()
    found = verify(
        scenario, load_design("lazy-alarm", scenario), budget=BUDGET, counterexamples=False
    )
    assert {"complete_at_finalization", "nothing_refused", "finalizes"} <= set(found.verdicts)
    for slug, verdict in found.verdicts.items():
        kind = "violated" if slug in situation.impossible else "proved"
        assert verdict.kind == kind, (slug, verdict.reason)


@pytest.mark.parametrize(
    ("mutant", "name", "slug"), MUTANTS, ids=[mutant.__name__ for mutant, _, _ in MUTANTS]
)
def test_a_mutant_is_refuted(mutant: type[LazyAlarmDesign], name: str, slug: str) -> None:
    situation = SITUATIONS[name]
    scenario = situation.scenario()
    assert slug not in situation.impossible
    design = spec(mutant, scenario)
    found = verify(scenario, design, [slug], budget=BUDGET)
    assert found.verdicts[slug].kind == "violated", found.verdicts[slug].reason
    examples = found.counterexamples[slug]
    assert "shortest" in {example.kind for example in examples}
    for example in examples:
        run = replay(example.schedule, design)
        assert isinstance(check_all(run.facts, run.judge)[slug], Violation), example.kind


def test_there_are_ten_mutants_and_each_situation_refutes_one() -> None:
    assert len({mutant for mutant, _, _ in MUTANTS}) >= 10
    assert {name for _, name, _ in MUTANTS} == set(SITUATIONS)
