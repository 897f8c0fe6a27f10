"""Dollars from counted operations, and what there is to read in a design."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.costs import cost_table, dollars, summary
from lastchunk.model.estimate.simplicity import simplicity_of
from lastchunk.model.trace.prices import ITEMS, Prices, load_prices
from lastchunk.reference_impl.contract import Response
from lastchunk.reference_impl.designs import DESIGNS
from tests.support.probes import Probe

LADDER = ["alarm", "short-grace", "re-read", "leases", "manifest", "lazy-alarm"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return cost_table(LADDER, sessions=2)


def row_of(table: pd.DataFrame, design: str, length_ms: int) -> dict[str, float]:
    """The costs of one design at one session length."""
    rows = table[(table["design"] == design) & (table["length_ms"] == length_ms)]
    (found,) = rows.drop(columns="design").to_dict("records")
    return {str(key): float(value) for key, value in found.items()}


@pytest.mark.parametrize("length_ms", [60_000, 600_000])
def test_the_deployed_design_costs_what_its_operations_cost(
    table: pd.DataFrame, length_ms: int
) -> None:
    uploads = length_ms // 10_000
    expected = {
        "worker_requests": 0.30 * (uploads + 2),
        "requests": 0.15 * (uploads + 3),
        "rows_read": 0.001 * (uploads + 3),
        "rows_written": 1.00 * (2 * uploads + 4),
        "blob_puts": 4.50 * uploads,
        "active_seconds": 1.60 * 0.030 * uploads,
    }
    row = row_of(table, "alarm", length_ms)
    assert {item: row[item] for item in ITEMS} == pytest.approx(expected)
    assert row["total"] == pytest.approx(sum(expected.values()))


def test_the_recommended_design_is_cheaper_than_the_deployed_one(table: pd.DataFrame) -> None:
    for length_ms in (60_000, 600_000, 3_600_000):
        deployed = row_of(table, "alarm", length_ms)
        assert row_of(table, "lazy-alarm", length_ms)["high"] < deployed["low"]
        assert row_of(table, "leases", length_ms)["low"] > deployed["high"]


def test_equal_sessions_have_no_interval_and_unequal_ones_have(table: pd.DataFrame) -> None:
    assert (table["low"] == table["total"]).all(), "this load is the same every time"
    spent = pd.DataFrame({item: [1.0, 2.0, 3.0] for item in ITEMS})
    found = summary(spent)
    assert found["total"] == pytest.approx(12.0)
    # Student's t with 2 degrees of freedom: 4.303; standard error 6 / sqrt(3).
    assert found["high"] - found["total"] == pytest.approx(4.302653 * 6 / 3**0.5, rel=1e-5)


def test_active_time_is_priced_by_the_second() -> None:
    counts = {item: [0] for item in (*ITEMS[:-1], "active_ms")}
    rows = pd.DataFrame(counts | {"active_ms": [2_500]})
    found = dollars(rows, Prices("", dict.fromkeys(ITEMS, 1.6)))
    assert found["active_seconds"].tolist() == [pytest.approx(4.0)]


def test_the_prices_have_a_date() -> None:
    assert load_prices().date == "2026-11-17"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[per_million", "a readable TOML file of prices"),
        ("date = 'x'", "per_million; allowed: exactly worker_requests"),
        ("[per_million]\nrequests = 1", "exactly worker_requests, requests"),
        (
            "[per_million]\n" + "\n".join(f"{item} = -1" for item in ITEMS),
            "per_million.worker_requests: -1; allowed: dollars, at least 0",
        ),
    ],
)
def test_a_bad_price_list_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_prices(tmp_path / "prices.toml")
    assert words in str(caught.value)


def doubled(value: int) -> int:
    """A helper that a design calls."""
    return value * 2


class Small(Probe):
    """Three lines of its own, and one helper; the rest is the probe's."""

    async def poke(self) -> Response:
        """Not counted: this line."""
        await self.ctx.storage.put("a", doubled(1))  # and no comment

        return Response(200)


def test_simplicity_counts_what_there_is_to_read() -> None:
    plain, small = simplicity_of(Probe), simplicity_of(Small)
    assert plain.methods == 4, "create, upload, poke, alarm"
    assert small.methods == plain.methods + 1, "the helper"
    # The probe's own poke has two lines; this one has three, and the helper two.
    assert small.lines == plain.lines + 1 + 2
    assert small.awaits == plain.awaits + 1
    assert small.client_lines == plain.client_lines == 2
    assert small.settings == 0


def test_a_step_pays_for_what_it_builds_on() -> None:
    found = [simplicity_of(DESIGNS[name]) for name in LADDER[:4]]
    assert [item.awaits for item in found] == sorted(item.awaits for item in found)
    assert [item.lines for item in found] == sorted(item.lines for item in found)
