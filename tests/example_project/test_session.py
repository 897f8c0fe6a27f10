"""The project's gate in pytest."""

import pytest
from model.session import Counted, Raced

from model import promises


@pytest.mark.parametrize("design", [Raced, Counted])
def test_no_chunk_is_left_behind(lastchunk, design):
    verdict = lastchunk.verify(design=design, properties={"whole": promises.whole})
    assert verdict.holds


@pytest.mark.lastchunk(scenario="lossy-mobile", sessions=50, seed=3)
@pytest.mark.parametrize("design", [Raced, Counted])
def test_sampled_sessions_keep_it_too(lastchunk, design):
    assert lastchunk.sample(design=design, properties={"whole": promises.whole}).holds
