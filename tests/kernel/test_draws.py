"""Draws in compiled code against those of Python: equal to the last bit, for every distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lastchunk.model.base.streams import Streams
from lastchunk.model.kernel.base.names import NUMBER_END
from lastchunk.model.kernel.base.quantiles import TOO_NEAR, SpreadArrays, thresholds
from lastchunk.model.kernel.nodes import FIRST_MADE, ONE_PLACE, SESSION_ROOM, NodeStore, as_arrays
from lastchunk.model.scenario.delay import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Offset,
    Uniform,
    Weibull,
)
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression
from lastchunk.model.world.base.pending import Between

pytest.importorskip("numba", reason="compiled code needs numba")
from lastchunk.model.kernel import drawing
from lastchunk.model.kernel.base import draws
from lastchunk.model.kernel.base.compiling import in_machine_code, pointer_to

SEEDS = (0, 1, 7, 2**32 - 1, 2**32, 2**40 + 3, 2**63 - 1, 2**130 + 5)
SESSIONS = (0, 1, 99, 2**31 + 5, 2**32 - 1)
FIRST, LAST = Expression(((0, 1),), -2), Expression(((0, -3), (1, 2)), 7)
NAMES: list[tuple[Any, ...]] = [
    ("recording duration",),
    ("clock offset", 0),
    ("a b", 3, 12345, 0, -7),
    ("one number", FIRST),
    ("request delay upload", FIRST, 0, LAST),
    ("same at first, then its own, then the same", 1, -4, LAST, NUMBER_END - 1, 1 - NUMBER_END),
    ("a name that is as long as one likes " * 9, 1, LAST, FIRST),
]
REGISTERS = ((2, 0), (11, 13), (1, 998), (10**17 + 1, 10**6))
SPREADS = [
    Constant(value_ms=7),
    Uniform(distribution="uniform", low_ms=3, high_ms=10**12),
    Offset(low_ms=-40, high_ms=60),
    Between(5, 905),
    Exponential(distribution="exponential", mean_ms=700),
    Exponential(distribution="exponential", mean_ms=3.3, low_ms=5),
    Lognormal(distribution="lognormal", median_ms=400, sigma=0.9, low_ms=20),
    Gamma(distribution="gamma", mean_ms=120, shape=2.0),
    Gamma(distribution="gamma", mean_ms=30, shape=0.05),
    Weibull(distribution="weibull", scale_ms=200, shape=0.6),
    Empirical(distribution="empirical", values_ms=(1, 1, 4, 80, 80, 900)),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_draw_is_that_of_the_streams(seed: int) -> None:
    store, work = NodeStore(), np.zeros(SESSION_ROOM, np.int64)
    for name in NAMES:
        store.name(name, (5, 9))
    arrays = as_arrays(store)
    for session, registers in zip(SESSIONS, (*REGISTERS, (0, 0)), strict=True):
        streams = Streams(seed, session)
        work[5], work[9] = registers
        for number, (purpose, *entity) in enumerate(NAMES):
            entity = [each if type(each) is int else _worth(each, registers) for each in entity]
            found = _uniform_of(*arrays, draws.seed_words(seed), session, number, work)
            assert found == streams.uniform(purpose, *entity), (purpose, entity)


def _worth(expression: Any, registers: tuple[int, int]) -> int:
    terms = (registers[at] * factor for at, factor in expression.terms)
    return int(sum(terms) + expression.constant)


def test_a_name_that_is_no_row_of_numbers_is_refused() -> None:
    store = NodeStore()
    for number in (NUMBER_END, -NUMBER_END):
        with pytest.raises(NotCarried, match="very large number"):
            store.name(("x", FIRST, number), (5,))
    with pytest.raises(NotCarried, match="no row of numbers"):
        store.name(("x", "y"), ())


def test_a_name_that_is_refused_leaves_nothing_behind() -> None:
    store = NodeStore()
    too_many = Expression(((10**6, 1),), 0)
    for _ in range(2):
        with pytest.raises(NotCarried, match="very many numbers"):
            store.name(("x", FIRST, too_many), (5,))
    assert store.name(("y", FIRST), (5,)) == 0
    assert (len(store.names), len(store.name_rows), len(store.parts)) == (1, 1, 1)


def test_a_name_has_one_row() -> None:
    store = NodeStore()
    names = [("x", 1, FIRST), ("x", FIRST, 1), ("x", 1), ("x",), ("y", 1, FIRST)]
    assert [store.name(name, (5, 9)) for name in names] == [0, 1, 2, 3, 4]
    assert [store.name(name, (5, 9)) for name in names] == [0, 1, 2, 3, 4]
    assert store.name(("x", 1, FIRST), (9, 5)) == 5  # the number stands elsewhere
    assert store.name(("x", 1), (9, 5)) == 2  # it has none that stands anywhere
    assert len(as_arrays(store).words) == 6


def test_one_number_alone_needs_no_terms() -> None:
    store = NodeStore()
    assert store.terms(FIRST, (5, 9)) == (5, ONE_PLACE, -2)
    assert store.terms(LAST, (5, 9)) == (0, 2, 7)
    assert store.terms(LAST, (5, 9)) == (0, 2, 7)
    assert store.terms(LAST, (9, 5)) == (2, 2, 7)
    assert store.terms(Expression((), 3), ())[1:] == (0, 3)
    behind = [store.terms(Expression(((at, 1),), 0), (5, 9))[0] for at in (2, 3)]
    assert behind == [FIRST_MADE, FIRST_MADE + 1]  # what a tree makes stands behind the registers
    assert store.terms(Expression(((-3, 1),), 0), (5, 9)) == (2, ONE_PLACE, 0)  # of memory


@in_machine_code
def _uniform_of(
    ints: Any,
    floats: Any,
    words: Any,
    seed: Any,
    session: Any,
    number: Any,
    work: Any,
) -> Any:
    tables = (pointer_to(ints), pointer_to(floats), pointer_to(words))
    session = (draws.compiled_key(seed, session), pointer_to(work))
    return drawing.draw_at(tables, session, number)


@in_machine_code
def _quantiles_of(ints: Any, floats: Any, given: Any, found: Any) -> None:
    for at in range(len(given)):
        found[at] = drawing.quantile(ints, floats, 0, given[at])


@pytest.mark.parametrize("spread", SPREADS, ids=lambda spread: type(spread).__name__)
def test_a_delay_is_that_of_its_quantile_function(spread: Any) -> None:
    store = NodeStore()
    store.spreads.number_of(spread)
    arrays = as_arrays(store)
    given = (np.random.default_rng(1).integers(0, 2**52, 4_000) + 0.5) * 2.0**-52
    given = np.concatenate([given, [2.0**-53, 1 - 2.0**-53], 1 - 2.0 ** -np.arange(2, 24)])
    if store.spreads.heads[0][0] == 2:  # just outside of what is too near to a threshold
        steps = np.array(store.spreads.values)
        steps = steps[:: max(1, len(steps) // 500)]
        given = np.concatenate([given, steps - 1.01 * TOO_NEAR, steps + 1.01 * TOO_NEAR])
    given = given[(given > 0) & (given < 1)]
    found = np.empty(len(given), np.int64)
    _quantiles_of(arrays.ints, arrays.floats, given, found)
    drawn = found != drawing.NOT_DRAWN
    assert drawn.mean() > 0.9
    right = [spread.quantile(u) for u in given[drawn].tolist()]
    assert found[drawn].tolist() == right


def test_what_is_near_to_a_threshold_is_left_to_python() -> None:
    spread = Exponential(distribution="exponential", mean_ms=700)
    store = NodeStore()
    store.spreads.number_of(spread)
    arrays, steps = as_arrays(store), thresholds(spread)
    given = np.concatenate(
        [steps[:50] - TOO_NEAR / 2, steps[:50] + TOO_NEAR / 2, [steps[-1], 1 - 2e-16]]
    )
    found = np.empty(len(given), np.int64)
    _quantiles_of(arrays.ints, arrays.floats, given, found)
    assert set(found.tolist()) == {drawing.NOT_DRAWN}


def test_a_delay_that_no_list_holds_is_refused() -> None:
    with pytest.raises(NotCarried, match="kind object"):
        SpreadArrays().number_of(object())


def test_a_wrong_threshold_is_found_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = Exponential(distribution="exponential", mean_ms=700)
    from lastchunk.model.kernel.base import quantiles

    def shifted(given: Any, wait_ms: Any) -> Any:
        return quantiles._exponential(given, wait_ms) + 2e-12

    monkeypatch.setitem(quantiles._WAYS_TO_STEPS, Exponential, shifted)
    with pytest.raises(NotCarried, match="too fine"):
        thresholds(spread)
