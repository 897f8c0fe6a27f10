"""Each shipped property earns its place: a mutant breaks it and holds all the others.

Two have no mutant of their own, and can have none. What `nothing_recoverable_lost` misses is never
stored, so `nothing_lost` misses it too; the stop comes to the object after it was pressed, so what
is too late for `finalizes_once_known` is too late for `finalizes_promptly`. They are weaker on
purpose: asked where the strong one cannot hold. So is `stored_in_order`: what violates it violates
`stored_once_in_order`, too.
"""

from __future__ import annotations

from functools import cache

import pytest

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.properties import EXTRA_PROPERTIES, PROPERTIES, Violation, asked
from lastchunk.model.properties.judged import ON_REQUEST
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import replay, simulate
from tests.oracles.one_property import CASES, SAMPLED, Case

BUDGET = Budget(classes=40_000, seconds=120)


def verified_mutant(case: Case) -> Verification:
    """All that can be asked of the mutant."""
    scenario = load_scenario(case.scenario, case.scope)
    settings, name = load_design(case.design, scenario).settings, case.mutant.__name__
    return verified(scenario, DesignSpec(name, case.mutant, settings, name))


@cache
def verified_original(name: str, scenario_name: str, scope: tuple[str, ...]) -> Verification:
    """All that can be asked of the design that mutants change, once for each scope."""
    scenario = load_scenario(scenario_name, scope)
    return verified(scenario, load_design(name, scenario))


def verified(scenario: Scenario, design: DesignSpec) -> Verification:
    """Every shipped property that can be asked, those asked by name alone too."""
    slugs = [*asked(design.cls, scenario), *(slug for slug in ON_REQUEST if slug in CASES)]
    return verify(scenario, design, slugs, budget=BUDGET, kinds=["shortest"])


@pytest.mark.parametrize("slug", CASES)
def test_a_mutant_is_caught_by_its_property_alone(slug: str) -> None:
    found = verified_mutant(CASES[slug])
    said = {name: verdict.kind for name, verdict in found.verdicts.items()}
    assert said.pop(slug) == "violated"
    for name, kind in said.items():
        assert kind == "proved" or found.verdicts[name].reason.startswith(
            "no schedule says anything"
        ), (name, found.verdicts[name])
    run = replay(found.counterexamples[slug][0].schedule, found.design)
    assert isinstance(run.check(slug)[slug], Violation)


@pytest.mark.parametrize("slug", CASES)
def test_the_design_that_it_changes_keeps_them_all(slug: str) -> None:
    case = CASES[slug]
    found = verified_original(case.design, case.scenario, case.scope)
    kinds = {name: verdict.kind for name, verdict in found.verdicts.items()}
    assert "violated" not in kinds.values(), kinds
    assert kinds[slug] == "proved", found.verdicts[slug]


@pytest.mark.parametrize("slug", SAMPLED)
def test_what_is_sampled_is_caught_alone_too(slug: str) -> None:
    case = SAMPLED[slug]
    scenario = load_scenario(case.scenario, case.scope)
    implied = {"stored_once_in_order"} if slug == "stored_in_order" else set()
    for design, expected in ((case.design, set()), (case.mutant, {slug} | implied)):
        violated = set()
        for session in range(30):
            said = simulate(scenario, design, 1, session).check([*PROPERTIES, *ON_REQUEST])
            violated |= {name for name, item in said.items() if isinstance(item, Violation)}
        assert violated == expected


def test_every_shipped_property_has_its_mutant() -> None:
    assert {*CASES, *SAMPLED} == {*PROPERTIES, *ON_REQUEST}
    assert set(EXTRA_PROPERTIES) == {"nothing_recoverable_lost", "finalizes_once_known"}
