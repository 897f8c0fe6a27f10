"""A session's key is that of numpy's `SeedSequence`, for numbers of every size."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lastchunk.model.base.streams import session_key

EDGES = (0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 2**96, 2**128 - 1, 2**128, 2**200 + 7)


def keyed_by_numpy(seed: int, session: int) -> bytes:
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(session,))
    return sequence.generate_state(4).astype("<u4").tobytes()


@pytest.mark.parametrize("seed", EDGES)
def test_the_key_is_numpys_at_the_edges(seed: int) -> None:
    assert [session_key(seed, n) for n in EDGES] == [keyed_by_numpy(seed, n) for n in EDGES]


def test_the_key_is_numpys_for_any_numbers() -> None:
    chosen = random.Random(1)
    for _ in range(500):
        seed, session = chosen.getrandbits(chosen.randint(1, 200)), chosen.getrandbits(40)
        assert session_key(seed, session) == keyed_by_numpy(seed, session)
