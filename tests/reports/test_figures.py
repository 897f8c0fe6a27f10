"""Pictures of sessions: what the platform does to one is in its bars, marks and bands."""

from __future__ import annotations

from itertools import pairwise

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import BAR_COLOURS, Bar, Mark, Spans
from lastchunk.reports.figures.object_spans import wait_words
from lastchunk.reports.figures.panel import LANE_AT
from lastchunk.reports.figures.spans import spans_of
from lastchunk.reports.figures.timeline import timeline_figure
from tests.support.worlds import run

SLOW_PUT = "blobs.put_delay_ms=4000"
UPLOAD = ("upload", 0, 0)


def spans(*overrides: str) -> Spans:
    """The spans of one session of the alarm design, 42 s long."""
    return spans_of(run("everything-fast", "alarm", "recording.duration_ms=42000", *overrides))


def bars(found: Spans, lane: str) -> list[tuple[str, int, int, str]]:
    return [(b.kind, b.from_ms, b.to_ms, b.label) for b in found.bars if b.lane == lane]


def test_a_process_that_is_down_is_a_band_and_its_handlers_end_there() -> None:
    found = spans(SLOW_PUT, "faults=[{kind='process_killed', offset_ms=12000, for_ms=8000}]")
    assert found.bands == [("process down", 12_050, 20_050)]
    handlers = [bar for bar in bars(found, "object") if bar[3] == "0"]
    assert handlers[0] == ("handler lost", 10_075, 12_050, "0")


def test_a_replaced_instance_goes_on_in_another_colour() -> None:
    found = spans(SLOW_PUT, "faults=[{kind='deploy', offset_ms=12000}]")
    first, second = [bar for bar in bars(found, "object") if bar[3] == "0"]
    assert first == ("handler", 10_075, 12_050, "0")
    assert second == ("handler of old instance", 12_050, 14_075, "0")
    assert Mark("object", "instance lost", 12_050, "deploy") in found.marks


def test_a_failed_commit_is_marked_and_takes_the_alarm_back() -> None:
    found = spans(
        "platform.commit_ms=50", "faults=[{kind='commits_fail',offset_ms=9000,for_ms=5000}]"
    )
    assert ("commits fail", 9_100, 14_100) in found.bands
    lost = [mark for mark in found.marks if mark.kind in ("instance lost", "failed")]
    assert [(mark.kind, mark.words) for mark in lost] == [
        ("failed", "commit failed"),
        ("instance lost", ""),
    ]
    failed = next(bar for bar in bars(found, "storage") if bar[0] == "commit failed")
    at_ms = failed[2]
    waits = [bar for bar in bars(found, "alarm") if bar[1] == at_ms]
    assert [bar[3] for bar in waits] == ["+590 s"]


def test_failed_puts_and_failed_alarms_are_drawn() -> None:
    found = spans(
        SLOW_PUT,
        "design.long_alarm_ms=12000",
        "faults=[{kind='blobs_fail', offset_ms=13000, for_ms=3000},"
        "{kind='alarm_fails', anchor='stop', offset_ms=0, for_ms=30000}]",
    )
    assert bars(found, "blobs")[0][0] == "put failed"
    assert Mark("blobs", "failed", 14_075, "500") in found.marks
    failures = [mark.at_ms for mark in found.marks if mark == Mark("alarm", "failed", mark.at_ms)]
    waits = [bar for bar in bars(found, "alarm") if bar[0] == "back-off"]
    assert len(failures) >= 3
    assert [bar[1] for bar in waits] == failures
    assert waits[-1][2] == [mark.at_ms for mark in found.marks if mark.kind == "fired"][-1]


def test_used_up_attempts_end_in_a_mark_and_no_bar() -> None:
    found = spans(
        "design.grace_ms=1000",
        "design.long_alarm_ms=1000",
        "faults=[{kind='alarm_fails', offset_ms=0, for_ms=600000, how='counted'}]",
    )
    (dropped,) = [mark for mark in found.marks if mark.kind == "dropped"]
    assert max(bar[2] for bar in bars(found, "alarm")) == dropped.at_ms


def test_a_stale_delivery_an_old_alarm_and_a_notification() -> None:
    trace: list[e.Event] = [
        e.AlarmSet(0, 500),
        e.AlarmSet(400, 900),
        e.AlarmStarted(500, 500, 0),  # the re-arm is not confirmed: the new alarm stays (R8)
        e.Notified(520, "key"),
        e.NotifyFailed(530, "key", "answer lost"),
        e.AlarmEnded(540),
        e.StaleDelivery(600, 500, 900),
        e.AlarmStarted(900, 900, 0),
        e.ConsumerRead(910, "completed", 3),
    ]
    found = spans_of(trace)
    assert bars(found, "alarm") == [
        ("alarm", 0, 400, "+500 ms"),
        ("alarm", 400, 900, "+500 ms"),
    ]
    assert bars(found, "run")[0] == ("alarm()", 500, 540, "alarm()")
    assert [(mark.kind, mark.words) for mark in found.marks] == [
        ("fired", ""),
        ("notified", "notified"),
        ("failed", "notification: answer lost"),
        ("stale", "stale, dropped"),
        ("fired", ""),
        ("reads", "read: completed"),
    ]


def test_a_tab_that_is_reloaded_is_closed_for_a_while() -> None:
    trace: list[e.Event] = [
        e.TabClosed(100, ()),
        e.TabReopened(400, 90),
        e.TabClosed(700, ()),
        e.ConsoleLine(900, "later"),
    ]
    assert spans_of(trace).bands == [("tab closed", 100, 400), ("tab closed", 700, 900)]


def test_deleted_retries_leave_no_bar() -> None:
    trace: list[e.Event] = [
        e.AlarmSet(0, 100),
        e.AlarmStarted(100, 100, 0),
        e.AlarmDeleted(100),
        e.AlarmFailed(100, 100, 1, "thrown"),
        e.ConsoleLine(5_000, "later"),
    ]
    assert bars(spans_of(trace), "alarm") == [("alarm", 0, 100, "+100 ms")]


@pytest.mark.parametrize(
    ("wait_ms", "words"),
    [
        (600_154, "+600 s"),
        (5_154, "+5.2 s"),
        (390, "+390 ms"),
        (14, "+14 ms"),
        (0, "+0 ms"),
        (5_000, "+5 s"),
    ],
)
def test_waits_are_said_shortly(wait_ms: int, words: str) -> None:
    assert wait_words(wait_ms) == words


@pytest.mark.parametrize("name", ["everything-at-once", "storage-trouble", "platform-maintenance"])
def test_words_do_not_lie_on_each_other(name: str) -> None:
    scenario = load_scenario(name)
    for seed in range(3):
        result = simulate(scenario, load_design("outbox", scenario), seed)
        found = spans_of(result.trace)
        lanes = {bar.lane for bar in found.bars} - {"storage"}
        assert lanes <= set(LANE_AT)
        assert {bar.kind for bar in found.bars if bar.lane != "status"} <= set(BAR_COLOURS)
        assert_apart(result)


def assert_apart(result: Run) -> None:
    """Words in the rows of words are apart, as the drawn boxes say."""
    figure = timeline_figure(result)
    figure.draw_without_rendering()
    for axes in figure.axes:
        rows: dict[float, list[tuple[float, float]]] = {}
        for text in axes.texts:
            if text.get_fontsize() == 7 and text.get_horizontalalignment() == "left":
                box = text.get_window_extent()
                rows.setdefault(text.get_position()[1], []).append((box.x0, box.x1))
        for boxes in rows.values():
            boxes.sort()
            for (_, end), (begin, _) in pairwise(boxes):
                assert begin >= end - 2


def test_a_bar_is_never_negative() -> None:
    for seed in range(5):
        found = spans_of(run("everything-at-once", "alarm", seed=seed))
        assert all(isinstance(bar, Bar) and bar.to_ms >= bar.from_ms for bar in found.bars)
