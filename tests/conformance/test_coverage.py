"""Every state class of a proof is really visited."""

from __future__ import annotations

import pytest

from lastchunk.model.conformance.campaign import made_by_exploring, play_recipes
from lastchunk.model.conformance.coverage import class_coverage
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker
from lastchunk.model.explore.verify import verify
from lastchunk.model.simulate import replay


@pytest.mark.parametrize("design", ["manual", "alarm"])
def test_the_paths_pass_through_every_class_that_the_proof_has(design: str) -> None:
    found = class_coverage(design, 2)
    assert found.classes == verify("small-scope", design, attack=0, counterexamples=False).classes
    assert (sum(found.passed), found.between) == (found.classes, 0)
    for schedule in found.schedules:
        replay(schedule)


def test_every_class_of_the_deployed_design_is_visited(
    tools: Toolbox, worker: WatchedWorker
) -> None:
    recipes, classes = made_by_exploring(["alarm"], 2, False, 1)
    result = play_recipes(tools, worker, recipes, 1, lambda more: None, classes)
    assert result.visited() == classes == {"alarm": 203}
