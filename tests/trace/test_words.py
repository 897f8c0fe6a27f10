"""What a person reads: verdicts with their strength, numbers that never lie, events in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.base.verdict import (
    Verdict,
    exit_code,
    p_words,
    percent,
    points,
    sessions_words,
)
from lastchunk.model.properties import PROPERTIES
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import EVENTS, LANES, lane_of
from lastchunk.model.trace.words import clock, words_of

ITEM = PROPERTIES["finalizes"]
MEANING = f"“{ITEM.meaning}”"


@pytest.mark.parametrize(
    ("verdict", "rest"),
    [
        (
            Verdict("violated", 2_000, 500, 0.2314, 0.2694, witness_session=3),
            " is violated in 500 of 2,000 sessions: 25.0 %, 95 % interval 23.1 % to 26.9 %.",
        ),
        (
            Verdict("not seen", 1_000, 0, 0.0, 0.0029913),
            " was not seen violated in 1,000 sessions: rate below 0.30 % with 95 % confidence.",
        ),
        (
            Verdict("not seen", 1, 0, 0.0, 0.95),
            " was not seen violated in 1 session: rate below 95.0 % with 95 % confidence.",
        ),
        (Verdict("proved", 0, 0, 0.0, 0.0), " is proved for every schedule within the bounds."),
        (Verdict("unknown", 0, 0, 0.0, 1.0, "no time left"), " is unknown: no time left."),
    ],
)
def test_a_verdict_in_one_sentence(verdict: Verdict, rest: str) -> None:
    assert verdict.sentence(ITEM) == MEANING + rest


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        (["proved"], 0),
        (["not seen"], 0),
        (["violated"], 1),
        (["violated", "unknown"], 1),
        (["unknown", "proved"], 3),
        ([], 3),
    ],
)
def test_a_gate_fails_on_what_is_violated_first_and_unknown_next(
    kinds: list[Any], code: int
) -> None:
    assert exit_code(Verdict(kind, 1, 0, 0.0, 1.0) for kind in kinds) == code


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.0, "0.00 %"),
        (1.0, "100.0 %"),
        (0.5, "50.0 %"),
        (0.0999, "9.99 %"),
        (0.1, "10.0 %"),
        (0.001, "0.10 %"),
        (0.00099, "0.099 %"),
        (0.000123, "0.012 %"),
        (0.9995, "99.950 %"),
        (0.99949, "99.9 %"),
        (0.99998, "99.998 %"),
        (0.999996, "99.9996 %"),
    ],
)
def test_a_rate_for_reading(rate: float, words: str) -> None:
    assert percent(rate) == words


@given(st.floats(1e-9, 1 - 1e-9))
def test_a_rate_says_neither_never_nor_always(rate: float) -> None:
    words = percent(rate)
    assert re.fullmatch(r"\d+\.\d+ %", words)
    shown = float(words.removesuffix(" %")) / 100
    assert 0 < shown < 1
    assert shown == pytest.approx(rate, rel=0.06, abs=5e-4 if rate > 0.1 else 0)


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.1234, "+12.3"), (-0.1234, "-12.3"), (0.0, "0.0"), (0.0004, "0.0"), (-0.0004, "0.0")],
)
def test_a_difference_in_points_has_a_sign_unless_it_is_none(difference: float, words: str) -> None:
    assert points(difference) == words


def test_a_p_value_is_never_nothing() -> None:
    assert [p_words(p) for p in (1.0, 0.05, 1.234e-7, 1e-300, 0.0)] == [
        *("1", "0.05", "1.2e-07"),
        *("< 1e-300", "< 1e-300"),
    ]


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 sessions"), (1, "1 session"), (1_234, "1,234 sessions")]
)
def test_sessions_in_words(count: int, words: str) -> None:
    assert sessions_words(count) == words


# --- events ---------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
def test_the_clock_is_minutes_seconds_and_milliseconds(at_ms: int) -> None:
    found = re.fullmatch(r"(\d+):(\d\d)\.(\d\d\d)", clock(at_ms))
    assert found is not None
    minutes, seconds, rest_ms = map(int, found.groups())
    assert seconds < 60
    assert (minutes * 60 + seconds) * 1_000 + rest_ms == at_ms


@pytest.mark.parametrize(
    ("event", "lane", "words"),
    [
        (e.LaptopWoke(5), "client", "laptop woke"),
        (e.StopPressed(5, 70), "client", "stop pressed: recorded ms 70"),
        (e.RequestSent(5, "upload", 3, 0), "network", "request sent: upload, chunk 3"),
        (e.RequestSent(5, "upload", 3, 2), "network", "request sent: upload, chunk 3, attempt 2"),
        (e.RequestSent(5, "create", -1, 0), "network", "request sent: create"),
        (
            e.HandlerEnded(5, "upload", 0, 0, 403),
            "object",
            "handler ended: upload, chunk 0, status 403",
        ),
        (e.AlarmSet(5, 605_012), "alarm", "alarm set: for 10:05.012"),
        (
            e.AlarmStarted(5, 1_000, 2, 1),
            "alarm",
            "alarm started: for 0:01.000, suspended 2, retry 1",
        ),
        (e.AlarmStarted(5, 1_000, 0, 0), "alarm", "alarm started: for 0:01.000, suspended 0"),
        (e.BlobStored(5, 1, 0), "blobs", "blob stored: chunk 1"),
        (
            e.ConsumerRead(5, "active", 1),
            "client",
            "consumer read: status active, chunks uploaded 1",
        ),
        (e.TroubleBegan(5, "alarm_late"), "run", "trouble began: kind alarm_late"),
        (e.RunEnded(5, "quiet"), "run", "run ended: reason quiet"),
    ],
)
def test_an_event_in_words_and_in_its_lane(event: e.Event, lane: str, words: str) -> None:
    assert words_of(event) == words
    assert lane_of(event) == lane


def test_every_type_of_event_stands_in_the_lane_of_its_kind() -> None:
    lanes: dict[str, set[str]] = {lane: set() for lane in LANES}
    for name, item in EVENTS.items():
        event = item(*(0 for _ in item._fields))
        lanes[lane_of(event)].add(name)
    assert lanes["alarm"] == {name for name in EVENTS if "Alarm" in name} | {"StaleDelivery"}
    assert lanes["blobs"] == {name for name in EVENTS if name.startswith("Blob")}
    assert lanes["run"] == {"TroubleBegan", "TroubleEnded", "Costs", "RunEnded"}
    legs = {name for name in EVENTS if name.startswith(("Request", "Response", "Network"))}
    assert lanes["network"] == legs | {"BodyArrived", "StrayStop"}
    assert {name for name in EVENTS if name.startswith(("Tab", "Laptop", "Pause"))} <= lanes[
        "client"
    ]
