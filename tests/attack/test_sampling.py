"""What the attack calls true is what sampling sees; what has no verdict is refused there too."""

from __future__ import annotations

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.simulate import simulate
from tests.attack.ground import REFUSED, VIOLATED, refused_lines, sampled
from tests.attack.table import TRIED

SESSIONS = 8
"""In one of so many each handler runs, and each outcome comes."""
WITH_A_VERDICT = [n for n, t in TRIED.items() if t.truth != REFUSED and not t.marked()]
WITHOUT = [n for n, t in TRIED.items() if t.truth == REFUSED]


@pytest.mark.parametrize("name", WITH_A_VERDICT[::7])
def test_sampling_sees_what_is_called_violated_and_nothing_else(name: str) -> None:
    tried = TRIED[name]
    seen = sampled(tried)
    if tried.truth == VIOLATED and seen != VIOLATED:  # it is rare
        seen = sampled(tried, 600)
    assert seen == tried.truth


@pytest.mark.parametrize("name", WITHOUT)
def test_what_depends_on_the_outside_is_refused_by_sampling_too(name: str) -> None:
    tried = TRIED[name]
    with pytest.raises(DesignError) as caught:
        _ = [simulate(tried.scenario(), tried.spec(), 1, each) for each in range(SESSIONS)]
    assert refused_lines(str(caught.value)) & tried.marked(), str(caught.value)
