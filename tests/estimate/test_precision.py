"""A comparison that goes on until a figure is known: which figures, how exactly, and when."""

from __future__ import annotations

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals.confidence import (
    difference_sequence,
    mean_sequence,
    rate_sequence,
)
from lastchunk.model.estimate.precision import AMOUNTS, HOW, PrecisionTarget, figures_now

SHORT = ["recording.chunks=2", "network.request_loss=0.2"]
PAIR = ["manual", "alarm"]
WANTED = [
    "complete_at_finalization=0.12",
    "manual,alarm:nothing_lost=0.15",
    "alarm:rows_written=10%",
]


@pytest.fixture(scope="module")
def found() -> Comparison:
    """A comparison that went on for three figures, one of them a mean."""
    scenario = lastchunk.load_scenario("everything-fast", SHORT)
    return compare(scenario, PAIR, 40, until=WANTED, sessions_max=2_000)


def test_it_goes_on_until_all_is_known_and_no_longer(found: Comparison) -> None:
    assert 40 < found.sessions < 2_000
    assert len(found.known) == 4, "a figure of no design named is one of each"
    assert all(figure.is_met for figure in found.known)
    targets = [PrecisionTarget.of(each) for each in WANTED]
    fewer = found.frame[found.frame["session"] < found.sessions - 250]
    assert not all(each.is_met for each in figures_now(fewer, targets, PAIR))


def test_each_interval_is_that_of_its_rows(found: Comparison) -> None:
    confidence = 1 - 0.05 / 4
    manual, alarm = (found.rows_of(name).reset_index() for name in PAIR)
    codes = manual["complete_at_finalization"]
    expected = rate_sequence(int((codes == 0).sum()), int((codes >= 0).sum()), confidence)
    assert found.known[0].interval == expected
    a, b = manual["nothing_lost"], alarm["nothing_lost"]
    both = (a >= 0) & (b >= 0)
    only_a, only_b = int(((a == 0) & (b == 1)).sum()), int(((a == 1) & (b == 0)).sum())
    assert found.known[2].interval == difference_sequence(only_a, only_b, both.sum(), confidence)
    rows = alarm["rows_written"].astype(float)
    mean = mean_sequence(rows.mean(), rows.std(ddof=1), len(rows), confidence)
    assert found.known[3].interval.low == pytest.approx(mean.low)
    assert found.known[3].sentence().startswith("mean rows_written, alarm: ")


def test_what_is_never_known_so_exactly_ends_where_it_must_and_is_said() -> None:
    found = compare("harmless", "alarm", 20, until="finalizes=0.0001", sessions_max=60)
    assert found.sessions == 60
    assert "not as exact as was wanted" in found.known[0].sentence()


def test_a_figure_that_no_session_speaks_of_is_not_known() -> None:
    found = compare("harmless", "manual", 5, until="media_lost_ms=1", sessions_max=5)
    assert not found.known[0].is_met, "five sessions say nothing of a mean"


@pytest.mark.parametrize(
    "text", ["", "finalizes", "finalizes=", "finalizes=x", "finalizes=-1", "finalizes=nan", "a:b"]
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="until") as error:
        PrecisionTarget.of(text)
    assert error.value.allowed == HOW


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("finalises=0.1", "finalizes"),
        ("alram:finalizes=0.1", "alarm"),
        ("alarm,alarm:finalizes=0.1", "different"),
        ("finalizes=2", "below 1"),
        ("manual,alarm:finalizes=1", "below 1"),
    ],
)
def test_what_there_is_not_is_refused_before_any_session(text: str, said: str) -> None:
    with pytest.raises(InputError, match="until") as error:
        compare("harmless", PAIR, 10**6, until=text)
    assert said in error.value.allowed


def test_the_amounts_are_columns() -> None:
    assert set(AMOUNTS) - {"dollars"} <= set(lastchunk.COLUMNS)
