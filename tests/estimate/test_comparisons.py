"""Comparisons: rows written and counted by hand; the same rows from any number of workers."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import DesignSpec, load_design, load_designs
from lastchunk.model.estimate import comparison, precision, replicate
from lastchunk.model.estimate.checks import check_range
from lastchunk.model.estimate.comparison import Comparison, compare
from lastchunk.model.estimate.intervals import mcnemar, wilson
from lastchunk.model.estimate.tally import judge_rows, tally_of
from lastchunk.model.properties import OUTCOMES, PROPERTIES, ROW_COLUMNS, SOMETIMES
from lastchunk.model.scenario.load import load_scenario

PAIR = ["manual", "alarm"]
HOLDS, VIOLATED, SILENT = 1, 0, -1


def frame_of(codes: dict[str, list[int]], met: dict[str, list[bool]]) -> pd.DataFrame:
    """Rows of designs, each session's code of ``finalizes`` and of one *sometimes* property."""
    rows: list[dict[str, Any]] = []
    for design, own in codes.items():
        for session, code in enumerate(own):
            row: dict[str, Any] = dict.fromkeys(ROW_COLUMNS, 0) | dict.fromkeys(PROPERTIES, HOLDS)
            row |= {f"saw_{slug}": False for slug in SOMETIMES}
            row |= {"design": design, "session": session, "finalizes": code}
            row |= {"violation_ms": 5 if code == VIOLATED else -1, "ended": "quiet"}
            row |= {"scenario": "x", "outcome": "prompt" if code == HOLDS else "never finalized"}
            row["saw_retry_happened"] = met[design][session]
            rows.append(row | {"uplink_kbps": np.nan, "request_delay_ms": np.nan})
    return replicate.typed(pd.DataFrame(rows), list(codes))


def compared(codes: dict[str, list[int]], met: dict[str, list[bool]]) -> Comparison:
    """A comparison whose rows are given."""
    scenario = load_scenario("everything-fast", ["expect.sometimes=['retry_happened']"])
    designs = tuple(load_design(name, scenario) for name in codes)
    return Comparison(scenario, designs, 1, len(codes["alarm"]), frame_of(codes, met), 0.0)


def test_the_rows_of_a_design_are_no_copy_and_whoever_asks_gets_one() -> None:
    """A copy of very many sessions is hundreds of megabytes."""
    met = {"manual": [False] * 3, "alarm": [False] * 3}
    result = compared({"manual": [1, 0, 1], "alarm": [1, 1, 0]}, met)
    rows, all_rows = result._rows["alarm"], result.frame["session"].to_numpy()
    assert rows["session"].tolist() == [0, 1, 2]
    assert rows["finalizes"].tolist() == [1, 1, 0]
    assert np.shares_memory(rows["session"].to_numpy(), all_rows)
    assert not np.shares_memory(result.rows_of("alarm")["session"].to_numpy(), all_rows)


CODES = st.lists(
    st.tuples(
        st.sampled_from([HOLDS, VIOLATED, SILENT]), st.sampled_from([HOLDS, VIOLATED, SILENT])
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12)
@given(codes=CODES)
def test_a_pair_is_counted_over_the_sessions_that_speak_of_both(
    codes: list[tuple[int, int]],
) -> None:
    by_design = {"manual": [a for a, _ in codes], "alarm": [b for _, b in codes]}
    met = {name: [True] * len(codes) for name in by_design}
    found = compared(by_design, met).paired("manual", "alarm").get("finalizes")
    both = Counter(pair for pair in codes if SILENT not in pair)
    if not both:
        assert found is None
        return
    assert found is not None
    assert found.sessions == both.total()
    assert found.both == both[VIOLATED, VIOLATED]
    assert found.only_a == both[VIOLATED, HOLDS]
    assert found.only_b == both[HOLDS, VIOLATED]
    assert found.p_value == mcnemar(found.only_a, found.only_b)
    expected = (found.only_a - found.only_b) / found.sessions
    assert found.difference.estimate == pytest.approx(expected)


@settings(max_examples=30)
@given(
    rows=st.lists(st.tuples(st.sampled_from([HOLDS, VIOLATED, SILENT]), st.booleans()), min_size=1)
)
def test_a_verdict_by_counting(rows: list[tuple[int, bool]]) -> None:
    codes, met = [code for code, _ in rows], [is_met for _, is_met in rows]
    frame = pd.DataFrame(
        {"finalizes": codes, "saw_retry_happened": met, "session": range(len(rows))}
    )
    verdict = judge_rows(frame, "finalizes", ["retry_happened"])
    speak, violated = len(codes) - codes.count(SILENT), codes.count(VIOLATED)
    assert (verdict.sessions, verdict.violations) == (speak, violated)
    if violated:
        bounds = wilson(violated, speak)
        assert (verdict.kind, verdict.low, verdict.high) == ("violated", bounds.low, bounds.high)
        assert verdict.witness_session == codes.index(VIOLATED)
    else:
        assert verdict.kind == ("not seen" if speak and any(met) else "unknown")
        assert (verdict.low, verdict.witness_session) == (0.0, -1)
        assert verdict.high == pytest.approx(1 - 0.05 ** (1 / speak) if speak else 1.0)


def test_sometimes_properties_are_counted_for_each_design_with_the_first_session() -> None:
    met = {"manual": [False, True, True], "alarm": [False, False, False]}
    table = compared({name: [HOLDS] * 3 for name in met}, met).sometimes()
    rows = [tuple(row.values()) for row in table.to_dict("records")]
    assert ("retry_happened", "manual", 2, 1) in rows
    assert ("retry_happened", "alarm", 0, -1) in rows
    assert ("tab_closed", "manual", 0, -1) in rows
    assert len(rows) == 2 * len(SOMETIMES)


def test_statistics_have_a_row_for_each_design_and_property_that_it_can_be_asked() -> None:
    codes = {"manual": [HOLDS, VIOLATED], "alarm": [SILENT, SILENT]}
    result = compared(codes, {"manual": [True, False], "alarm": [False, False]})
    table = result.statistics()
    assert list(table.columns) == [
        *("scenario", "design", "property", "verdict", "sessions", "violations"),
        *("unsettled", "low", "high", "reason"),
    ]
    rows = {(row["design"], row["property"]): row for row in table.to_dict("records")}
    manual, alarm = rows["manual", "finalizes"], rows["alarm", "finalizes"]
    assert (manual["scenario"], manual["verdict"]) == ("everything-fast", "violated")
    assert (manual["sessions"], manual["violations"]) == (2, 1)
    assert alarm["reason"] == "no session says anything about it"
    assert rows["alarm", "nothing_lost"]["reason"] == "never happened: retry_happened"
    assert ("alarm", "notified_once") not in rows
    shown = result.outcomes()[["prompt", "never finalized"]]
    assert shown.to_numpy().tolist() == [[1, 1], [0, 2]]
    assert result.outcomes().to_numpy().sum() == 4
    assert list(result.outcomes().columns) == list(OUTCOMES)


def test_every_expectation_that_was_not_met_is_named() -> None:
    rows = frame_of({"alarm": [HOLDS]}, {"alarm": [True]})
    verdict = judge_rows(rows, "finalizes", ("tab_closed", "retry_happened", "long_pause"))
    assert verdict.reason == "never happened: tab_closed, long_pause"


def test_the_widest_half_interval_is_over_designs_and_properties() -> None:
    codes = {"manual": [VIOLATED, HOLDS, SILENT, SILENT], "alarm": [HOLDS] * 4}
    frame = frame_of(codes, {name: [True] * 4 for name in codes})
    assert widest(frame) == pytest.approx(wilson(1, 2).half_width)
    assert widest(frame[frame["design"] == "alarm"]) == pytest.approx(wilson(0, 4).half_width)
    assert widest(frame.iloc[:0]) == 0.0


def widest(frame: pd.DataFrame) -> float:
    """The widest half interval of some rows."""
    return tally_of(frame, PAIR).widest()


# --- sessions that are run ------------------------------------------------------------------------


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    for module in (replicate, precision):
        monkeypatch.setattr(module, "BATCH", 8)
    return 8


def lossy() -> tuple[Any, list[DesignSpec]]:
    scenario = load_scenario("lossy-mobile", ["recording.duration_ms=20000"])
    return scenario, load_designs(PAIR, scenario)


def test_any_number_of_workers_gives_the_same_rows_in_order(small_batches: int) -> None:
    scenario, designs = lossy()
    done: list[int] = []
    one = replicate.replicate(scenario, designs, 46, 6)
    two = replicate.replicate(scenario, designs, 46, 6, 2, done.append)
    pd.testing.assert_frame_equal(one, two)
    assert done == [8, 8, 8, 8, 8, 6]
    assert one["session"].tolist() == [*range(46)] * 2
    assert one["design"].tolist() == ["manual"] * 46 + ["alarm"] * 46


def test_sessions_are_doubled_until_the_interval_is_narrow(small_batches: int) -> None:
    scenario, designs = lossy()
    result = compare(scenario, designs, 6, seed=6, half_width=0.11)
    # 6, then whole batches: 6 + 8, doubled to 28, doubled to 56, ...
    counts = [6, *(14 * 2**times for times in range(6))]
    assert result.sessions in counts
    before = counts[counts.index(result.sessions) - 1]
    frame = result.frame
    assert widest(frame) <= 0.11 < widest(frame[frame["session"] < before])
    pd.testing.assert_frame_equal(frame, replicate.replicate(scenario, designs, len(frame) // 2, 6))


def test_doubling_ends_at_the_most_sessions_there_may_be(
    small_batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "SESSIONS_MAX", 20)
    scenario, designs = lossy()
    result = compare(scenario, designs[1:], 6, seed=6, half_width=0.001)
    assert result.sessions == len(result.frame) == 20


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({"sessions": 10_000_001}, "1 to 10000000"),
        ({"seed": 2**63 + 1}, f"0 to {2**63}"),
        ({"workers": 1_025}, "a whole number from 1 to 1,024"),
        ({"half_width": 0.0}, "above 0 and below 0.5"),
        ({"half_width": 0.5}, "above 0 and below 0.5"),
    ],
)
def test_a_number_out_of_range_is_told_the_range(settings: dict[str, Any], allowed: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(*lossy(), **settings)
    ((field, value),) = settings.items()
    assert (caught.value.field, caught.value.value) == (field, value)
    assert caught.value.allowed == allowed


def test_both_ends_of_a_range_are_in_it() -> None:
    for value in (1, 5):
        check_range("x", value, 1, 5)
    for value in (0, 6):
        with pytest.raises(InputError, match=f"x: {value}; allowed: 1 to 5"):
            check_range("x", value, 1, 5)


def test_the_earliest_failure_is_run_again_by_its_session() -> None:
    scenario, designs = lossy()
    result = compare(scenario, designs, 12, seed=6)
    for design, slug in itertools.product(PAIR, ("", "count_true", "finalizes_promptly")):
        own = result.rows_of(design)
        codes = own[[slug]] if slug else own[list(PROPERTIES)]
        failing = own[(codes == VIOLATED).any(axis=1)]
        run = result.earliest_failure(design, slug)
        if failing.empty:
            assert run is None
        else:
            assert run is not None
            assert (run.design.name, run.session) == (design, failing["session"].min())
            assert run.seed == 6
