"""The bill of a few sessions, written out by hand from the price table of the platform.

In dollars per million: object requests 0.15, alarm runs included; rows written 1.00, each
`setAlarm` is one; rows read 0.001; Worker requests 0.30; blob puts 4.50; GB-s of active time 12.50,
at 128 MB.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.costs import LENGTHS_MS, cost_table, dollars, summary
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.events import Costs
from lastchunk.model.trace.prices import ITEMS, Prices, load_prices
from lastchunk.model.world.object.meter import Meter
from tests.support.worlds import of, quiet


def bill(design: str, *overrides: str) -> Costs:
    """The counters of one session of three chunks, 10 ms each way, 20 ms a put."""
    scenario = quiet(*overrides)
    (found,) = of(simulate(scenario, load_design(design, scenario), 1).trace, Costs)
    return found


@pytest.mark.parametrize(
    ("design", "requests", "alarm_runs", "rows_read", "rows_written", "notifications"),
    [
        # create: get, put, setAlarm; three uploads: get, put, setAlarm; the stop: setAlarm; the
        # alarm: two gets, one put.
        ("alarm", 1 + 3 + 1 + 1, 1, 1 + 3 + 2, 2 + 3 * 2 + 1 + 1, 0),
        # create: get, put; two uploads: get, put; finalize: get, put, and no alarm to delete; the
        # last chunk comes after it and is refused: get.
        ("manual", 1 + 3 + 1, 0, 1 + 3 + 1, 1 + 2 + 1, 0),
        # As the alarm design; the alarm reads the outbox too, sets the next try, writes the outbox
        # twice and clears it; the last alarm reads both and finds nothing.
        ("outbox", 1 + 3 + 1 + 2, 2, 1 + 3 + 1 + 1 + 2, 2 + 3 * 2 + 1 + (1 + 1 + 1 + 1 + 1), 1),
    ],
)
def test_each_operation_of_a_session_is_counted(
    design: str,
    requests: int,
    alarm_runs: int,
    rows_read: int,
    rows_written: int,
    notifications: int,
) -> None:
    found = bill(design)
    assert found.requests == requests
    assert found.worker_requests == requests - alarm_runs
    assert found.alarm_runs == alarm_runs
    assert found.rows_read == rows_read
    assert found.rows_written == rows_written
    assert found.notifications == notifications


def test_a_lost_request_is_billed_to_nobody_and_a_duplicate_twice() -> None:
    assert bill("alarm", "network.request_loss=1.0", "limits.horizon_ms=9000").worker_requests == 0
    twice = ("network.request_duplication=1.0", "limits.horizon_ms=105")
    # A copy follows each request, and a copy of the copy, 10 ms later each: 10, 20, ... 100.
    assert bill("alarm", *twice).worker_requests == 10


def test_active_time_is_that_in_which_at_least_one_event_is_there() -> None:
    meter = Meter()
    for from_ms, to_ms in ((100, 130), (130, 130), (500, 507)):
        meter.active_since_ms = from_ms
        meter.idle(to_ms)
    meter.idle(600)
    assert meter.event(1_000).active_ms == 37
    meter.active_since_ms = 2_000
    assert meter.event(2_005).active_ms == 42
    assert meter.event(2_005).active_ms == 42, "to look at it changes nothing"


# --- dollars --------------------------------------------------------------------------------------


def test_the_price_list_is_the_platforms() -> None:
    assert load_prices().per_million == {
        "worker_requests": 0.30,
        "requests": 0.15,
        "rows_read": 0.001,
        "rows_written": 1.00,
        "blob_puts": 4.50,
        "active_seconds": pytest.approx(12.50 * 128 / 1_000),
    }


def test_a_bill_is_counts_times_prices_for_each_session() -> None:
    rows = pd.DataFrame(
        {
            "worker_requests": [5, 0],
            "requests": [6, 1],
            "rows_read": [6, 0],
            "rows_written": [10, 2],
            "blob_puts": [3, 0],
            "active_ms": [60, 1_500],
        }
    )
    spent = dollars(rows, load_prices())
    assert list(spent.columns) == list(ITEMS)
    first = [5 * 0.30, 6 * 0.15, 6 * 0.001, 10 * 1.0, 3 * 4.5, 0.060 * 1.6]
    second = [0, 0.15, 0, 2.0, 0, 1.5 * 1.6]
    assert spent.to_numpy().tolist() == [pytest.approx(first), pytest.approx(second)]
    found = summary(spent)
    assert found["total"] == pytest.approx((sum(first) + sum(second)) / 2)
    assert found["rows_written"] == pytest.approx(6.0)
    # One degree of freedom: t is 12.706; the standard error is half the difference.
    half = 12.7062 * abs(sum(first) - sum(second)) / 2
    assert found["high"] - found["total"] == pytest.approx(half, rel=1e-5)
    assert found["total"] - found["low"] == pytest.approx(half, rel=1e-5)


def test_the_table_has_a_row_for_each_length_and_design() -> None:
    free = Prices("today", dict.fromkeys(ITEMS, 0.0) | {"blob_puts": 2.0})
    table = cost_table(["manual", "alarm"], lengths_ms=(9_000, 25_000), sessions=2, prices=free)
    assert table["length_ms"].tolist() == [9_000, 9_000, 25_000, 25_000]
    assert table["design"].tolist() == ["manual", "alarm"] * 2
    # Puts: of 1 chunk, which the old design refuses as it has finalized, and of 3.
    assert table["total"].tolist() == [0.0, 2.0, 4.0, 6.0]
    assert list(table.columns[-3:]) == ["total", "low", "high"]
    assert LENGTHS_MS == (60_000, 600_000, 3_600_000), "a minute, ten, an hour"


def test_a_load_that_varies_has_an_interval_that_shrinks() -> None:
    few, many = (
        cost_table(["alarm"], "lossy-mobile", (60_000,), sessions=count, seed=2).iloc[0]
        for count in (10, 90)
    )
    assert few["low"] < few["total"] < few["high"]
    assert many["high"] - many["low"] < (few["high"] - few["low"]) / 1.5


# --- price lists ----------------------------------------------------------------------------------


def listed(**prices: object) -> str:
    """A price list as TOML."""
    lines = dict.fromkeys(ITEMS, "1.5") | {name: str(price) for name, price in prices.items()}
    return "[per_million]\n" + "\n".join(f"{name} = {price}" for name, price in lines.items())


def test_a_price_may_be_nothing_and_a_whole_number(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(listed(requests=0, blob_puts=5))
    found = load_prices(path)
    assert (found.date, found.per_million["requests"], found.per_million["blob_puts"]) == ("", 0, 5)


@pytest.mark.parametrize(
    ("price", "value"), [("true", True), ("'x'", "x"), ("-0.01", -0.01), ("[1]", [1])]
)
def test_a_price_is_a_number_of_dollars(price: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(listed(requests=price))
    with pytest.raises(InputError) as caught:
        load_prices(path)
    assert caught.value.field == "prices.toml: per_million.requests"
    assert (caught.value.value, caught.value.allowed) == (value, "dollars, at least 0")


def test_a_price_list_has_every_item_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    for text in (listed(tax=1), "per_million = 3", listed().replace("requests = 1.5\n", "", 1)):
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            load_prices(path)
        assert caught.value.allowed == "exactly " + ", ".join(ITEMS)
    path.write_bytes(b"\xff")
    for bad in (path, tmp_path / "none.toml"):
        with pytest.raises(InputError, match="a readable TOML file of prices"):
            load_prices(bad)
