"""The order in which chunks are stored, and what a session may cost: asked by name alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import NotApplicable, Violation
from lastchunk.model.properties.judged import watched_trace
from lastchunk.model.properties.language import ascending, bill, event, never, out_of_order, state
from lastchunk.model.properties.watches import Watch
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.prices import load_prices
from tests.support.worlds import of

SESSIONS = 150
ONE_BY_ONE = (
    "client.uploads_parallel=1",
    "network.request_loss=0",
    "network.response_loss=0",
    "network.request_duplication=0",
)


def judged(order: Sequence[int]) -> bool:
    """Whether chunks that are stored in this order violate it."""
    watch = never(out_of_order).watch
    assert isinstance(watch, Watch)
    trace = [e.BlobStored(at_ms, chunk, 0) for at_ms, chunk in enumerate(order)]
    return isinstance(watched_trace(watch, trace, "quiet"), Violation)


def test_a_run_in_which_nothing_is_stored_says_nothing_of_an_order() -> None:
    watch = never(out_of_order).watch
    assert isinstance(watch, Watch)
    said = watched_trace(watch, [e.StopPressed(3, 5)], "quiet")
    assert isinstance(said, NotApplicable)


@pytest.mark.parametrize(
    ("order", "is_violated"),
    [
        ((0, 1, 2), False),
        ((0, 2, 1), True),
        ((1, 0), True),
        ((0, 1, 0), False),  # a repetition takes no place
        ((0, 2), False),
        ((0, 0, 1, 1, 2), False),
    ],
)
def test_a_chunk_after_a_later_one_is_out_of_order(order: list[int], is_violated: bool) -> None:
    assert judged(order) is is_violated


@pytest.mark.parametrize(
    ("overrides", "may"), [(("client.uploads_parallel=3",), True), (ONE_BY_ONE, False)]
)
def test_parallel_uploads_are_stored_out_of_order(overrides: tuple[str, ...], may: bool) -> None:
    scenario = load_scenario("lossy-mobile", overrides)
    found = compare(scenario, "alarm", SESSIONS, properties="stored_in_order")
    count = 0
    for session in range(SESSIONS):
        run = simulate(scenario, "alarm", 1, session)
        stored = list(dict.fromkeys(event.chunk for event in of(run.trace, e.BlobStored)))
        is_violated = isinstance(run.check("stored_in_order")["stored_in_order"], Violation)
        assert is_violated is (stored != sorted(stored))
        count += is_violated
    assert (count > 0) is may
    assert int((found.frame["stored_in_order"] == 0).sum()) == count


@pytest.mark.parametrize(
    ("overrides", "low", "high"),
    [(("client.uploads_parallel=3",), 0.16, 0.32), (ONE_BY_ONE, 0.0, 0.0)],
)
def test_a_list_of_parts_as_they_arrive_is_out_of_order_in_a_quarter_of_short_sessions(
    overrides: tuple[str, ...], low: float, high: float
) -> None:
    """Whoever appends each part that arrives has it twice after an answer that was lost."""
    scenario = load_scenario("lossy-mobile", ("recording.duration_ms=30000", *overrides))
    count = 0
    for session in range(SESSIONS):
        run = simulate(scenario, "alarm", 1, session)
        said = run.check("stored_once_in_order")["stored_once_in_order"]
        arrived = [event.chunk for event in of(run.trace, e.BlobStored)]
        assert isinstance(said, Violation) is (arrived != sorted(set(arrived)))
        count += isinstance(said, Violation)
    assert low <= count / SESSIONS <= high


def test_what_has_no_order_is_refused() -> None:
    for by in ("at_ms", "kind", "reason"):
        with pytest.raises(InputError, match="a number, as chunk"):
            ascending(event.BlobStored, by)
    with pytest.raises(InputError, match="only what comes has an order"):
        ascending(state.is_completed, "chunk")


def test_a_bill_in_dollars_is_exact_to_the_last_digit() -> None:
    run = simulate(load_scenario("lossy-mobile"), "lazy-alarm", 1)
    (costs,) = of(run.trace, e.Costs)
    thousandths = (
        300 * costs.worker_requests
        + 150 * costs.requests
        + costs.rows_read
        + 1_000 * costs.rows_written
        + 4_500 * costs.blob_puts
    )
    spent = (10 * thousandths + 16 * costs.active_ms) / 10_000  # 1.60 a million seconds
    said = run.check(
        {
            "enough": bill(dollars_per_million=spent),
            "short": bill(dollars_per_million=spent - 0.0001),
            "rows": bill(dollars_per_million=spent, rows_written=0),
        }
    )
    violated = [name for name, item in said.items() if isinstance(item, Violation)]
    assert violated == ["short", "rows"]
    rows = compare("lossy-mobile", "lazy-alarm", 1).frame
    assert dollars(rows, load_prices()).sum(axis=1)[0] == pytest.approx(spent)


@pytest.mark.parametrize("slug", ["stored_in_order", "stored_once_in_order", "bill"])
def test_exploring_refuses_it_by_name(slug: str) -> None:
    with pytest.raises(InputError, match=rf"^property {slug}: ") as caught:
        verify("small-scope", "alarm", slug)
    assert "simulate, replay and compare judge this property" in str(caught.value)


@pytest.mark.parametrize("counted", ["rows_written", "requests", "blob_puts", "active_ms"])
def test_a_bill_is_exact_to_one(counted: str) -> None:
    run = simulate(load_scenario("lossy-mobile"), "lazy-alarm", 1)
    (costs,) = of(run.trace, e.Costs)
    spent = getattr(costs, counted)
    each = -(-spent // len(run.facts.recorded))
    said = run.check(
        {
            "enough": bill(**{counted: spent}),
            "short": bill(**{counted: spent - 1}),
            "enough_each": bill(per="chunk", **{counted: each}),
            "short_each": bill(per="chunk", **{counted: each - 1}),
        }
    )
    violated = [name for name, item in said.items() if isinstance(item, Violation)]
    assert violated == ["short", "short_each"]


def test_the_shipped_bill_is_kept_by_every_design() -> None:
    for name in ("manual", "alarm", "manifest", "lazy-alarm", "outbox"):
        run = simulate(load_scenario("lossy-mobile"), name, 1)
        assert not isinstance(run.check("bill")["bill"], Violation), name


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        ({}, "at least one"),
        ({"rows": 3}, "rows"),
        ({"requests": -1}, "at least 0"),
        ({"dollars_per_million": "3"}, "a number from 0"),
        ({"dollars_per_million": -1}, "a number from 0"),
    ],
)
def test_a_bill_that_bounds_nothing_is_refused(bounds: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        bill(**bounds)
    assert "test_order_and_bill.py" in str(caught.value)
