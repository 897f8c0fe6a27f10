"""Each property on a trace written by hand: held, violated at an instant, or silent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lastchunk.model.properties import (
    OUTCOMES,
    PROPERTIES,
    ROW_COLUMNS,
    SOMETIMES,
    Holds,
    JudgeSettings,
    NotApplicable,
    Unsettled,
    Violation,
    check_all,
    row_of,
)
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts, facts_of

JUDGE = JudgeSettings(grace_ms=5_000)


def start(*rest: e.Event, ended: str = "quiet", last_ms: int = 700_000) -> list[e.Event]:
    """A recording that began at 10 ms; then the rest; then the end."""
    return [
        e.RowWritten(0, 0),
        e.StateWritten(5, "active", 0, ""),
        e.RecordingStarted(10),
        *rest,
        e.RunEnded(last_ms, ended),
    ]


def upload(chunk: int, from_ms: int, stored_ms: int, count: int) -> list[e.Event]:
    """A chunk recorded, uploaded and counted."""
    return [
        e.ChunkRecorded(from_ms, chunk, 10),
        e.RequestSent(from_ms, "upload", chunk, 0),
        e.RequestArrived(from_ms + 1, "upload", chunk, 0),
        e.HandlerStarted(from_ms + 1, "upload", chunk, 0),
        e.BlobStored(stored_ms, chunk, 0),
        e.StateWritten(stored_ms, "active", count, "active"),
        e.HandlerEnded(stored_ms, "upload", chunk, 0, 200),
    ]


STOP: list[e.Event] = [e.StopPressed(30_000, 29_990), e.RowWritten(30_000, 29_990)]


def done(at_ms: int, count: int) -> e.Event:
    return e.StateWritten(at_ms, "completed", count, "active")


def gave_up(at_ms: int, count: int) -> e.Event:
    return e.StateWritten(at_ms, "incomplete", count, "active")


CLOSED = e.TabClosed(15_000, ())
ANSWERED: list[e.Event] = [e.ResponseArrived(30_500, "signal_stop", -1, 0, 200)]
STORED_LATE: list[e.Event] = [
    e.HandlerStarted(30_500, "upload", 0, 0),
    e.BlobStored(36_000, 0, 0),
    e.HandlerEnded(36_000, "upload", 0, 0, 200),
]

GOOD = start(*upload(0, 10_010, 10_050, 1), *STOP, *upload(1, 30_000, 30_060, 2), done(35_000, 2))


def violations(trace: Sequence[e.Event]) -> dict[str, int]:
    found = check_all(facts_of(trace), JUDGE)
    return {slug: item.at_ms for slug, item in found.items() if isinstance(item, Violation)}


def test_a_good_session_holds_everything() -> None:
    told = [*GOOD[:-1], e.Notified(35_001, "key"), e.ConsumerRead(35_002, "completed", 2), GOOD[-1]]
    found = check_all(facts_of(told), JudgeSettings(grace_ms=5_000, notifies=True))
    assert {slug: type(item) for slug, item in found.items()} == dict.fromkeys(PROPERTIES, Holds)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], Violation(700_000, "the consumer was never told")),
        (["a"], Holds()),
        (["a", "a", "a"], Holds()),
        (["a", "b"], Violation(35_002, "the consumer acted 2 times")),
        (["", ""], Violation(35_002, "the consumer acted 2 times")),
    ],
)
def test_a_consumer_acts_once_on_each_key(keys: list[str], expected: object) -> None:
    told = [e.Notified(35_001 + place, key) for place, key in enumerate(keys)]
    trace = [*GOOD[:-1], *told, GOOD[-1]]
    found = check_all(facts_of(trace), JudgeSettings(notifies=True))
    assert found["notified_once"] == expected
    silent = check_all(facts_of(trace), JudgeSettings(notifies=False))
    assert isinstance(silent["notified_once"], type(expected) if keys else NotApplicable)


def test_a_consumer_that_reads_too_early_sees_it() -> None:
    early = [*GOOD[:-2], e.ConsumerRead(34_000, "active", 2), *GOOD[-2:]]
    assert violations(early)["consumer_sees_all"] == 34_000
    late = [*GOOD[:-1], e.ConsumerRead(36_000, "completed", 2), GOOD[-1]]
    assert "consumer_sees_all" not in violations(late)


def test_what_was_never_on_disk_never_happened() -> None:
    reverted = [*GOOD[:-1], e.StorageReverted(35_001, "active", 2), GOOD[-1]]
    found = check_all(facts_of(reverted), JUDGE)
    assert found["finalizes"] == Violation(700_000, "active for ever")
    assert isinstance(found["complete_at_finalization"], NotApplicable)
    assert isinstance(found["completed_is_final"], NotApplicable)
    stale = e.StateWritten(35_100, "active", 2, "completed")
    restored = e.StorageReverted(35_101, "completed", 2)
    assert "completed_is_final" in violations([*GOOD[:-1], stale, GOOD[-1]])
    assert "completed_is_final" not in violations([*GOOD[:-1], stale, restored, GOOD[-1]])


def test_a_stored_chunk_whose_handler_was_lost_is_not_counted() -> None:
    lost = upload(1, 30_000, 30_060, 2)[:5]
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, *lost)
    gone = e.HandlerLost(30_061, "upload", 1, 0)
    assert violations([*trace[:-1], gone, done(35_000, 1), trace[-1]])["count_true"] == 35_000


def test_a_chunk_missing_at_any_completion_violates() -> None:
    late = upload(1, 30_000, 41_000, 2)
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, late[0], done(35_000, 1), *late[1:])
    assert violations(trace)["complete_at_finalization"] == 35_000
    assert violations(trace)["completed_is_final"] == 41_000


def test_a_chunk_held_by_a_closed_tab_is_not_waited_for() -> None:
    trace = start(
        *upload(0, 10_010, 10_050, 1),
        e.ChunkRecorded(20_010, 1, 10),
        e.TabClosed(20_020, (1,)),
        done(610_050, 1),
    )
    assert violations(trace) == {"nothing_lost": 700_000, "duration_true": 20_020}


@pytest.mark.parametrize(("at_ms", "is_late"), [(37_060, False), (37_061, True)])
def test_promptly_is_within_grace_and_two_seconds_of_the_later(at_ms: int, is_late: bool) -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, *upload(1, 30_000, 30_060, 2))
    trace.insert(-1, done(at_ms, 2))
    assert violations(trace) == ({"finalizes_promptly": 37_060} if is_late else {})


def test_a_refused_upload_violates_at_its_answer() -> None:
    refused: list[e.Event] = [
        e.ChunkRecorded(40_000, 2, 10),
        e.HandlerStarted(40_010, "upload", 2, 0),
        e.HandlerEnded(40_010, "upload", 2, 0, 403),
    ]
    trace: list[e.Event] = [*GOOD[:-1], *refused, GOOD[-1]]
    assert violations(trace) == {"nothing_refused": 40_010, "nothing_lost": 700_000}


def test_a_count_that_is_off_violates() -> None:
    trace: list[e.Event] = [event for event in GOOD if not isinstance(event, e.StateWritten)]
    trace[1:1] = [e.StateWritten(5, "active", 0, "")]
    trace.insert(-1, done(35_000, 1))
    assert violations(trace) == {"count_true": 35_000}


def test_active_for_ever_violates_only_when_nothing_is_pending() -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP)
    assert violations(trace) == {"finalizes": 700_000}
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, ended="horizon")
    assert violations(trace) == {}
    found = check_all(facts_of(trace), JUDGE)["finalizes"]
    assert found == Unsettled("the run ended at the horizon")


def test_completed_while_recording_violates() -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), done(20_000, 1), *STOP)
    assert violations(trace) == {"not_while_recording": 20_000}


def test_a_wrong_duration_violates_and_a_pause_is_no_recording() -> None:
    wrong: list[e.Event] = [
        e.RowWritten(30_000, 5) if isinstance(x, e.RowWritten) else x for x in GOOD
    ]
    assert violations(wrong) == {"duration_true": 30_000}
    closed = start(e.PauseStarted(1_010), e.PauseEnded(3_010), e.TabClosed(5_010, ()))
    assert facts_of(closed).recorded_ms == 3_000


def test_a_trace_without_a_session_says_nothing() -> None:
    found = check_all(facts_of([e.RunEnded(5, "quiet")]), JUDGE)
    assert all(isinstance(item, NotApplicable) for item in found.values())


def test_sometimes_properties_are_met_at_their_first_instant() -> None:
    trace = start(
        *upload(0, 10_010, 10_050, 1),
        e.NetworkWentDown(11_000, 0),
        e.NetworkWentDown(12_000, 1),
        e.RequestSent(14_000, "upload", 1, 1),
        e.HandlerStarted(14_500, "signal_stop", -1, 0),
        e.RequestArrived(15_000, "upload", 1, 1),
        e.AlarmStarted(16_000, 16_000, 0),
        e.AlarmStarted(17_000, 17_000, 1),
        e.HandlerStarted(18_000, "signal_stop", -1, 1),
    )
    assert facts_of(trace).seen == {
        "disconnect_struck": 12_000,
        "retry_happened": 14_000,
        "chunk_arrived_after_stop": 15_000,
        "alarm_inside_upload": 17_000,
        "stop_repeated": 18_000,
    }
    assert set(facts_of(trace).seen) <= set(SOMETIMES)


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        ([*upload(0, 10_010, 10_050, 1), *STOP, done(35_000, 1)], "prompt"),
        ([*upload(0, 10_010, 10_050, 1), *STOP, done(99_000, 1)], "late"),
        ([e.ChunkRecorded(10_010, 0, 1), *STOP, done(35_000, 0)], "lost"),
        (
            [
                e.ChunkRecorded(10_010, 0, 1),
                *STOP,
                done(35_000, 0),
                e.HandlerEnded(36_000, "upload", 0, 0, 403),
            ],
            "refused and lost",
        ),
        ([*STOP], "never finalized"),
        ([*upload(0, 10_010, 10_050, 1), CLOSED, done(610_000, 1)], "unstopped"),
        ([*upload(0, 10_010, 10_050, 1), done(35_000, 1)], "too early"),
        ([*upload(0, 10_010, 10_050, 1), *STOP, gave_up(700_000, 0)], "incomplete"),
        ([*upload(0, 10_010, 10_050, 1), *STOP, *ANSWERED, gave_up(700_000, 1)], "never finalized"),
        ([e.ChunkRecorded(9_000, 0, 1), *STOP, done(31_000, 0), *STORED_LATE], "too early"),
    ],
)
def test_each_session_has_one_outcome(rest: list[e.Event], outcome: str) -> None:
    row = row_of(facts_of(start(*rest)), JUDGE, "a scenario", "a design", 4)
    assert row["outcome"] == outcome
    assert outcome in OUTCOMES
    assert tuple(row) == ROW_COLUMNS


def test_facts_event_by_event_equal_facts_of_the_whole() -> None:
    facts = Facts()
    for event in GOOD:
        facts.observe(event)
    assert vars(facts) == vars(facts_of(GOOD))


def test_each_property_has_a_meaning_and_a_claim() -> None:
    for slug, item in PROPERTIES.items():
        assert item.slug == slug
        assert item.meaning.endswith(".")
        assert item.claim[0].isdigit()
