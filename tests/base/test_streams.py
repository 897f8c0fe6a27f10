"""A session's key is numpy's, a word is mixed as by others, and draws hang on nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from lastchunk.model.base.streams import (
    GOLDEN,
    LONG,
    TIMES_FIRST,
    TIMES_THEN,
    Streams,
    mixed,
    name_word,
    session_key,
)

EDGES = (0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 2**96, 2**128 - 1, 2**128, 2**200 + 7)
SPLITMIX = (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC)
"""What the published SplitMix64 gives for the seed 0."""
NAMES: list[tuple[str, Callable[[int], tuple[int, ...]]]] = [
    ("one chunk after the other", lambda at: (at, 0, 0)),
    ("one attempt after the other", lambda at: (3, at, 0)),
    ("the last number", lambda at: (3, 0, at)),
    ("pairs", lambda at: (at // 256, at % 256, 0)),
    ("numbers below 0", lambda at: (-at,)),
    ("high bits", lambda at: (at << 40,)),
]
Words = npt.NDArray[np.uint64]


def keyed_by_numpy(seed: int, session: int) -> tuple[int, int]:
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(session,))
    first, then = sequence.generate_state(2, np.uint64).tolist()
    return first, then


@pytest.mark.parametrize("seed", EDGES)
def test_the_key_is_numpys_at_the_edges(seed: int) -> None:
    assert [session_key(seed, n) for n in EDGES] == [keyed_by_numpy(seed, n) for n in EDGES]


def test_the_key_is_numpys_for_any_numbers() -> None:
    chosen = random.Random(1)
    for _ in range(500):
        seed, session = chosen.getrandbits(chosen.randint(1, 200)), chosen.getrandbits(40)
        assert session_key(seed, session) == keyed_by_numpy(seed, session)


def test_the_mixing_is_that_of_the_published_splitmix() -> None:
    assert tuple(mixed(GOLDEN * (at + 1) & LONG) for at in range(4)) == SPLITMIX


def in_numpy(words: Words) -> Words:
    words = (words ^ words >> np.uint64(30)) * np.uint64(TIMES_FIRST)
    words = (words ^ words >> np.uint64(27)) * np.uint64(TIMES_THEN)
    return words ^ words >> np.uint64(31)


def drawn_in_numpy(seed: int, session: int, purpose: str, rows: npt.NDArray[np.int64]) -> Words:
    """The draws of many names at once, in words of numpy."""
    words = np.full(len(rows), name_word(purpose, ()), np.uint64)
    for column in rows.T.astype(np.uint64):
        words = in_numpy((words ^ column) + np.uint64(GOLDEN))
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(session,))
    first, then = sequence.generate_state(2, np.uint64)
    return in_numpy(in_numpy(words ^ first) + then)


@pytest.mark.parametrize("seed", [0, 5, 2**40 + 1])
def test_draws_have_the_bits_of_numpy(seed: int) -> None:
    rows = np.random.default_rng(seed).integers(-(2**63), 2**63 - 1, (300, 3))
    rows[:150] %= 1000
    words = drawn_in_numpy(seed, 11, "upload request delay", rows)
    drawn = [Streams(seed, 11).uniform("upload request delay", *row) for row in rows.tolist()]
    assert drawn == (((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52).tolist()


def test_draws_lie_strictly_between_0_and_1() -> None:
    drawn = [Streams(1, session).uniform("x") for session in range(5_000)]
    assert 0 < min(drawn) < 0.001
    assert 0.999 < max(drawn) < 1
    assert len(set(drawn)) == len(drawn)


def test_a_draw_hangs_on_each_part_of_its_name_and_on_no_other_draw() -> None:
    streams = Streams(1, 2)
    known = streams.uniform("a", 1, 2)
    others = [
        *(streams.uniform("b", 1, 2), streams.uniform("a", 2, 1), streams.uniform("a", 1)),
        *(streams.uniform("a", 1, 2, 0), streams.uniform("a"), streams.uniform("a", 12)),
        *(Streams(2, 2).uniform("a", 1, 2), Streams(1, 3).uniform("a", 1, 2)),
    ]
    assert len({known, *others}) == 9
    assert streams.uniform("a", 1, 2) == known == Streams(1, 2).uniform("a", 1, 2)


@pytest.mark.parametrize(("purpose", "entity"), NAMES, ids=[name for name, _ in NAMES])
def test_draws_of_neighbouring_names_are_even_and_independent(
    purpose: str, entity: Callable[[int], tuple[int, ...]]
) -> None:
    streams = Streams(7, 0)
    drawn = np.array([streams.uniform(purpose, *entity(at)) for at in range(1, 20_001)])
    assert_even_and_independent(drawn)


def test_draws_of_one_name_in_neighbouring_sessions_are_even_and_independent() -> None:
    drawn = np.array([Streams(7, session).uniform("x", 1) for session in range(20_000)])
    assert_even_and_independent(drawn)


def test_draws_of_one_name_under_neighbouring_seeds_are_even_and_independent() -> None:
    drawn = np.array([Streams(seed, 0).uniform("x", 1) for seed in range(20_000)])
    assert_even_and_independent(drawn)


def test_two_purposes_are_independent_over_sessions() -> None:
    both = [
        (Streams(3, n).uniform("delay", 1, 0), Streams(3, n).uniform("outcome", 1, 0))
        for n in range(20_000)
    ]
    assert_in_even_cells(np.array(both))


def assert_even_and_independent(drawn: npt.NDArray[np.float64]) -> None:
    """Chi-square of 200 parts, of pairs 1, 2 and 256 apart, and of the lowest bits."""
    counts = np.bincount((drawn * 200).astype(int), minlength=200)
    assert stats.chisquare(counts).pvalue > 1e-4
    for apart in (1, 2, 256):
        assert_in_even_cells(np.column_stack([drawn[:-apart], drawn[apart:]])[:: apart + 1])
    lowest = (drawn * 2**52).astype(np.int64) % 64
    assert stats.chisquare(np.bincount(lowest, minlength=64)).pvalue > 1e-4


def assert_in_even_cells(pairs: npt.NDArray[np.float64]) -> None:
    cells = (pairs * 8).astype(int)
    counts = np.bincount(cells[:, 0] * 8 + cells[:, 1], minlength=64)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_each_bit_of_a_name_changes_half_of_the_bits_of_a_draw() -> None:
    chosen = random.Random(2)
    first, then = session_key(0, 0)
    for bit in range(64):
        flips = np.zeros(64)
        for _ in range(400):
            number = chosen.getrandbits(63)
            one, two = (
                mixed((mixed(name_word("x", (given,)) ^ first) + then) & LONG)
                for given in (number, number ^ 1 << bit)
            )
            flips += [(one ^ two) >> at & 1 for at in range(64)]
        assert abs(flips / 400 - 0.5).max() < 0.13  # five standard deviations
