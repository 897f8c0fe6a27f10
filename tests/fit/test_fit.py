"""`lastchunk fit`: from the logs of sessions back to the scenario that they were drawn from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lastchunk.cli import main
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.fit.advice import least_grace, looks_most
from lastchunk.model.fit.samples import LATE_BY, PUT_TIME, LogSamples
from lastchunk.model.fit.written import fit_all, fitted_scenario
from lastchunk.model.logs.check import LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.properties import JudgeSettings
from lastchunk.model.scenario.delay import Lognormal
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from tests.support.field_logs import har, har_entries, otlp, spans_of

TRUE = load_scenario(
    "everything-fast",
    [
        "blobs.put_delay_ms={distribution='lognormal', median_ms=2500, sigma=0.7}",
        "network.request_loss=0.05",
        "platform.alarm_late_ms={distribution='exponential', mean_ms=80}",
        "recording.duration_ms={distribution='uniform', low_ms=30000, high_ms=90000}",
    ],
)
SESSIONS = 40


@pytest.fixture(autouse=True)
def few_bootstraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of a fit has tests of its own."""
    monkeypatch.setattr("lastchunk.model.fit.best_family.BOOTSTRAPS", 3)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, entries, spans = tmp_path_factory.mktemp("logs"), list[Any](), list[Any]()
    for number in range(SESSIONS):
        trace = simulate(TRUE, "alarm", 1, number).trace
        shift_ms = 4_000_000 * number
        entries += har_entries(trace, f"s{number}", poll_ms=0, shift_ms=shift_ms)
        spans += spans_of(trace, f"s{number}", shift_ms)
    (place / "x.har").write_text(har(entries, indent=None), encoding="utf-8")
    (place / "x.json").write_text(otlp(spans), encoding="utf-8")
    return place


@pytest.mark.parametrize("name", ["x.har", "x.json"])
def test_a_log_leads_back_to_what_it_was_drawn_from(name: str, logs: Path) -> None:
    samples = LogSamples()
    question = LogQuestion(make_mapping({}, ""), JudgeSettings())
    check_logs([logs / name], question, samples.take)
    choices = fit_all(samples)
    put = choices[PUT_TIME].best
    assert put.family.name == "lognormal"
    for (low, high), value in zip(put.intervals, (2_500, 0.7), strict=True):
        assert low < value < high
    assert samples.chunk_ms == 10_000
    if name == "x.har":
        share = samples.failed / samples.uploads
        assert abs(share - 0.05) < 3 * (0.05 * 0.95 / samples.uploads) ** 0.5
    else:
        mean = choices[LATE_BY].best.settings["mean_ms"]
        assert choices[LATE_BY].best.family.name == "exponential"
        assert 55 < mean < 110


@pytest.mark.parametrize(("name", "is_said"), [("x.har", True), ("x.json", False)])
def test_legs_that_are_halves_of_round_trips_are_said_to_be_too_even(
    name: str, is_said: bool, logs: Path
) -> None:
    """Half of two legs is longer than a bound more rarely than one leg is."""
    samples = LogSamples()
    check_logs([logs / name], LogQuestion(make_mapping({}, ""), JudgeSettings()), samples.take)
    left_out = fitted_scenario(samples, fit_all(samples), "a log").left_out
    assert any("a failure by a slow request is rarer" in line for line in left_out) == is_said


def test_the_command_writes_a_scenario_that_expects_the_same_rate(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine.toml"
    words = ["lastchunk", "fit", str(logs / "x.har"), "--out", str(out), "--sessions", "0"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "lognormal" in capsys.readouterr().out
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# Written by lastchunk fit.\n# a leg: half a round trip")
    assert "Fitted from x.har, a HAR: 40 sessions" in text
    fitted = load_scenario(out)
    assert isinstance(fitted.blobs.put_delay_ms, Lognormal)
    rates = [
        compare(scenario, "alarm", 100, seed=2).verdicts["alarm"]["complete_at_finalization"]
        for scenario in (TRUE, fitted)
    ]
    assert rates[0].low < rates[1].high
    assert rates[1].low < rates[0].high


def verdict(violations: int) -> Verdict:
    share = violations / 1_000
    return Verdict(
        "violated" if violations else "not seen", 1_000, violations, share, share + 0.003
    )


@pytest.mark.parametrize("turns_at_ms", [5_000, 5_001, 9_999, 23_456, 599_999])
def test_the_least_grace_is_found_to_a_part_in_fifty(turns_at_ms: int) -> None:
    asked: list[int] = []

    def at(grace_ms: int) -> Verdict:
        asked.append(grace_ms)
        return verdict(0 if grace_ms >= turns_at_ms else 40)

    found, at_it = least_grace(at, 5_000, 0.01)
    assert found is not None
    assert at_it is not None
    assert (at_it.violations, at_it.low) == (0, 0.0)
    assert at_it.high == pytest.approx(1 - (0.05 / 14) ** (1 / 1_000))
    assert turns_at_ms <= found <= turns_at_ms + max(1, found // 50)
    assert len(asked) <= looks_most(5_000) == 14


def test_no_grace_is_said_where_none_helps() -> None:
    found, at_it = least_grace(lambda _: verdict(40), 5_000, 0.01)
    assert found is None
    assert at_it is not None
    assert at_it.violations == 40
    assert at_it.high > 0.053  # Wilson's 95 % interval alone ends there


def test_a_grace_that_is_not_enough_is_rarely_said_to_be() -> None:
    """Each look draws anew, and the rate is the limit itself: plain intervals say so too often."""
    draws = np.random.default_rng(1)
    said = 0
    for _ in range(300):
        found, _ = least_grace(lambda _: verdict(int(draws.binomial(1_000, 0.01))), 5_000, 0.01)
        said += found is not None
    assert said <= 300 * 0.05
