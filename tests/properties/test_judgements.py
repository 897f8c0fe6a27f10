"""What each property says of a trace written by hand, to the millisecond and to the word.

A trace is a few events; the judgement beside it follows from the property's own sentence. Where a
bound is part of the sentence, the traces stand on either side of it.
"""

from __future__ import annotations

import pytest

from lastchunk.model.properties import (
    EXPLORABLE,
    Holds,
    JudgeSettings,
    NotApplicable,
    Unsettled,
    Violation,
)
from lastchunk.model.properties.base import Judgement
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from tests.properties.test_properties import JUDGE, STOP, done, start, upload

RECORDED = e.ChunkRecorded(10_010, 0, 10)
NO_SESSION: list[e.Event] = [e.RecordingStarted(10), RECORDED, e.RunEnded(99, "quiet")]


def said(slug: str, trace: list[e.Event], judge: JudgeSettings = JUDGE) -> Judgement:
    """The judgement of one property, one that no report shows included."""
    return EXPLORABLE[slug].judge(facts_of(trace), judge)


# --- completeness ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chunks", "words"),
    [
        (1, "completed without chunk 0"),
        (2, "completed without chunks 0, 1"),
        (5, "completed without chunks 0, 1, 2, 3, 4"),
        (6, "completed without chunks 0, 1, 2, 3, 4 and 1 more"),
        (9, "completed without chunks 0, 1, 2, 3, 4 and 4 more"),
    ],
)
def test_the_missing_chunks_are_named_the_first_five_by_number(chunks: int, words: str) -> None:
    recorded = [e.ChunkRecorded(10_010 + index, index, 10) for index in range(chunks)]
    trace = start(*recorded, *STOP, done(35_000, 0))
    assert said("complete_at_finalization", trace) == Violation(35_000, words)


def test_the_first_incomplete_completion_is_the_one_that_violates() -> None:
    again = e.StateWritten(36_000, "active", 0, "completed")
    trace = start(
        done(9_000, 0),
        again._replace(at_ms=9_500),
        RECORDED,
        done(35_000, 0),
        again,
        done(37_000, 0),
    )
    found = said("complete_at_finalization", trace)
    assert found == Violation(35_000, "completed without chunk 0")


def test_without_a_completion_nothing_is_said_of_it() -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP)
    for slug in ("complete_at_finalization", "completed_is_final"):
        assert said(slug, trace) == NotApplicable("never completed")


def test_a_status_written_over_itself_is_no_second_completion() -> None:
    rewritten = e.StateWritten(36_000, "completed", 0, "completed")
    trace = start(*STOP, done(35_000, 0), RECORDED, rewritten)
    assert said("complete_at_finalization", trace) == Holds()
    assert said("completed_is_final", trace) == Holds()


@pytest.mark.parametrize("status", ["active", "incomplete"])
def test_completed_is_left_at_the_first_write_of_anything_else(status: str) -> None:
    trace = start(
        done(35_000, 0),
        e.StateWritten(36_000, status, 0, "completed"),
        done(37_000, 0),
        e.StateWritten(38_000, status, 0, "completed"),
    )
    found = said("completed_is_final", trace)
    assert found == Violation(36_000, "completed became active again")


# --- refused and lost -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [(200, False), (399, False), (400, True), (403, True), (499, True), (500, False), (503, False)],
)
def test_a_refusal_is_a_status_from_400_to_499(status: int, is_refused: bool) -> None:
    answer = e.HandlerEnded(10_060, "upload", 0, 0, status)
    found = said("nothing_refused", start(RECORDED, answer))
    assert found == (Violation(10_060, f"chunk 0 was answered {status}") if is_refused else Holds())


def test_a_refused_stop_is_no_refused_upload() -> None:
    refused = e.HandlerEnded(10_060, "signal_stop", -1, 0, 404)
    assert said("nothing_refused", start(RECORDED, refused)) == Holds()


@pytest.mark.parametrize("slug", ["nothing_refused", "nothing_lost", "nothing_recoverable_lost"])
def test_where_nothing_was_recorded_nothing_can_be_lost(slug: str) -> None:
    assert said(slug, start(*STOP)) == NotApplicable("nothing was recorded")


@pytest.mark.parametrize("slug", ["nothing_lost", "nothing_recoverable_lost"])
def test_a_chunk_is_lost_only_when_nothing_can_happen_any_more(slug: str) -> None:
    ends_there = start(RECORDED, *STOP, ended="completion")
    assert said(slug, ends_there) == NotApplicable("the run ended at the completion")
    stored = start(*upload(0, 10_010, 10_050, 1), *STOP, ended="completion")
    assert said(slug, stored) == Holds()
    assert said(slug, start(RECORDED)) == Violation(700_000, "chunk 0 never stored")


@pytest.mark.parametrize("slug", ["nothing_lost", "nothing_recoverable_lost", "nothing_refused"])
def test_what_ends_while_the_user_records_says_nothing_of_the_rest(slug: str) -> None:
    stored = start(*upload(0, 10_010, 10_050, 1), ended="completion")
    words = "the run ended at the completion, while the user records"
    assert said(slug, stored) == Unsettled(words)


@pytest.mark.parametrize("slug", ["nothing_lost", "nothing_recoverable_lost"])
@pytest.mark.parametrize("ended", ["horizon", "limit"])
def test_nothing_missing_yet_is_not_nothing_lost(slug: str, ended: str) -> None:
    cut = Unsettled(f"the run ended at the {ended}")
    assert said(slug, start(RECORDED, ended=ended)) == cut
    assert said(slug, start(*upload(0, 10_010, 10_050, 1), ended=ended)) == cut
    assert said(slug, [e.RunEnded(1, ended)]) == cut, "a chunk may still be recorded"


def test_what_a_closed_tab_held_is_lost_and_cannot_be_recovered() -> None:
    trace = start(
        *upload(0, 10_010, 10_050, 1),
        e.ChunkRecorded(20_010, 1, 10),
        e.ChunkRecorded(30_010, 2, 10),
        e.TabClosed(30_020, (2,)),
    )
    assert said("nothing_lost", trace) == Violation(700_000, "chunks 1, 2 never stored")
    recoverable = said("nothing_recoverable_lost", trace)
    assert recoverable == Violation(700_000, "chunk 1 never stored")
    in_tab = [x._replace(in_tab=(1, 2)) if isinstance(x, e.TabClosed) else x for x in trace]
    assert said("nothing_recoverable_lost", in_tab) == Holds()


# --- the count ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, Violation(35_000, "chunks_uploaded is 0, uploaded are 1")),
        (1, Holds()),
        (2, Holds()),
        (3, Violation(35_000, "chunks_uploaded is 3, uploaded are 2")),
    ],
)
def test_a_stored_chunk_whose_handler_runs_may_be_counted_or_not(
    count: int, expected: Judgement
) -> None:
    stored = upload(1, 30_000, 30_060, 2)[:5]
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, *stored, done(35_000, count))
    ended = e.HandlerEnded(36_000, "upload", 1, 0, 200)
    trace[-1:] = [ended, e.StateWritten(36_000, "completed", 2, "completed"), trace[-1]]
    assert said("count_true", trace) == expected


def test_the_count_is_judged_at_the_end_too() -> None:
    good = start(*upload(0, 10_010, 10_050, 1), *STOP, done(35_000, 1))
    assert said("count_true", good) == Holds()
    drifted = [*good[:-1], e.StateWritten(40_000, "completed", 2, "completed"), good[-1]]
    assert said("count_true", drifted) == Violation(700_000, "chunks_uploaded is 2, uploaded are 1")
    assert said("count_true", NO_SESSION) == NotApplicable("no session")


def test_a_chunk_uploaded_twice_counts_once() -> None:
    again: list[e.Event] = [
        e.BlobStored(20_000, 0, 1),
        e.StateWritten(20_000, "active", 2, "active"),
        e.HandlerEnded(20_000, "upload", 0, 1, 200),
    ]
    trace = start(*upload(0, 10_010, 10_050, 1), *again, *STOP, done(35_000, 2))
    assert said("count_true", trace) == Violation(35_000, "chunks_uploaded is 2, uploaded are 1")


# --- while recording, and the list ---------------------------------------------------------------


def test_the_instants_at_which_the_user_records() -> None:
    for at_ms in (10, 29_999):
        trace = start(done(at_ms, 0), e.StopPressed(30_000, 29_990))
        assert said("not_while_recording", trace) == Violation(at_ms, "completed while recording")
    for end in (e.StopPressed(20_000, 19_990), e.TabClosed(20_000, ())):
        assert said("not_while_recording", start(end, done(20_000, 0))) == Holds()
    before = [done(5, 0), e.RecordingStarted(10), e.RunEnded(99, "quiet")]
    assert said("not_while_recording", before) == Holds()
    assert said("not_while_recording", before[:1]) == NotApplicable("no recording was started")


def test_the_first_completion_while_recording_is_named() -> None:
    again = e.StateWritten(21_000, "active", 0, "completed")
    trace = start(done(20_000, 0), again, done(22_000, 0), *STOP)
    assert said("not_while_recording", trace) == Violation(20_000, "completed while recording")


def test_a_session_may_begin_at_time_zero() -> None:
    trace: list[e.Event] = [e.RecordingStarted(0), done(0, 0), e.RunEnded(0, "quiet")]
    assert said("not_while_recording", trace) == Violation(0, "completed while recording")
    stopped: list[e.Event] = [e.RecordingStarted(0), e.StopPressed(0, 0), e.RowWritten(0, 0)]
    assert said("duration_true", stopped) == Holds()


def test_the_list_is_judged_once_the_recording_has_ended() -> None:
    assert said("duration_true", start()) == NotApplicable("the recording never ended")
    assert said("duration_true", [e.RowWritten(0, 0)]) == NotApplicable("no recording was started")
    assert said("duration_true", start(*STOP)) == Holds()
    off_by_one = start(e.StopPressed(30_000, 29_990), e.RowWritten(30_000, 29_991))
    assert said("duration_true", off_by_one) == Violation(
        30_000, "the list says 29991 ms, recorded 29990 ms"
    )
    closed = start(e.TabClosed(8_010, ()))
    assert said("duration_true", closed) == Violation(8_010, "the list says 0 ms, recorded 8000 ms")


def test_a_tab_closed_after_the_stop_takes_nothing_from_the_recording() -> None:
    trace = start(*STOP, e.TabClosed(31_000, ()))
    assert facts_of(trace).recorded_ms == 29_990
    assert said("duration_true", trace) == Holds()


def test_a_reloaded_page_has_the_media_that_it_kept() -> None:
    reopened: list[e.Event] = [e.TabReopened(28_000, 20_000), e.RowWritten(28_000, 20_000)]
    assert said("duration_true", start(e.TabClosed(25_010, ()), *reopened)) == Holds()
