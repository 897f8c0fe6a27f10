"""What must come true in the end, or soon: each bound on both sides, each silence with its reason.

A session is settled when it is completed, or declared incomplete and truly is; it is prompt within
the grace and 2 s of the later of the stop and the last upload.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.properties import (
    EXPLORABLE,
    Holds,
    JudgeSettings,
    NotApplicable,
    Unsettled,
    Violation,
)
from lastchunk.model.properties.base import Judgement, judge_settings
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.designs import DESIGNS
from tests.properties.test_judgements import RECORDED
from tests.properties.test_properties import JUDGE, STOP, done, start, upload
from tests.support.probes import Probe
from tests.support.worlds import spec_of


def said(slug: str, trace: list[e.Event], judge: JudgeSettings = JUDGE) -> Judgement:
    """The judgement of one property, one that no report shows included."""
    return EXPLORABLE[slug].judge(facts_of(trace), judge)


def incomplete(at_ms: int, count: int) -> e.Event:
    """The session is declared incomplete with so many chunks."""
    return e.StateWritten(at_ms, "incomplete", count, "active")


ANSWERED = e.ResponseArrived(30_020, "signal_stop", -1, 0, 200)
ONE_OF_TWO = (*upload(0, 10_010, 10_050, 1), e.ChunkRecorded(20_010, 1, 10))


# --- settled --------------------------------------------------------------------------------------


def test_a_session_completed_at_time_zero_is_settled() -> None:
    assert said("finalizes", [done(0, 0), e.RunEnded(0, "quiet")]) == Holds()


def test_completed_once_is_not_completed_for_good() -> None:
    trace = start(*STOP, done(35_000, 0), e.StateWritten(36_000, "active", 0, "completed"))
    assert said("finalizes", trace) == Violation(700_000, "active for ever")
    assert said("finalizes_promptly", trace) == NotApplicable("not completed at the end")


@pytest.mark.parametrize(
    ("name", "middle", "count", "settled"),
    [
        ("a chunk is missing", (*ONE_OF_TWO, *STOP, ANSWERED), 1, True),
        ("the stop was not answered", (*upload(0, 10_010, 10_050, 1), *STOP), 1, True),
        ("neither", (*upload(0, 10_010, 10_050, 1), *STOP, ANSWERED), 1, False),
        ("a miscount says that one is missing", (*ONE_OF_TWO, *STOP, ANSWERED), 2, False),
    ],
)
def test_incomplete_is_an_end_for_a_session_that_misses_something(
    name: str, middle: tuple[e.Event, ...], count: int, settled: bool
) -> None:
    trace = start(*middle, incomplete(630_000, count))
    expected = Holds() if settled else Violation(700_000, "incomplete for ever")
    assert said("finalizes", trace) == expected, name


@pytest.mark.parametrize(
    ("method", "status", "is_answered"),
    [
        ("signal_stop", 200, True),
        ("finalize_session", 399, True),
        ("signal_stop", 400, False),
        ("signal_stop", 500, False),
        ("upload", 200, False),
        ("create", 200, False),
    ],
)
def test_a_stop_is_answered_by_a_success_of_its_own(
    method: str, status: int, is_answered: bool
) -> None:
    answer = e.ResponseArrived(30_020, method, -1, 0, status)
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, answer, incomplete(630_000, 1))
    expected = Violation(700_000, "incomplete for ever") if is_answered else Holds()
    assert said("finalizes", trace) == expected


def test_an_active_session_is_never_settled_whatever_it_misses() -> None:
    assert said("finalizes", start(*ONE_OF_TWO)) == Violation(700_000, "active for ever")


@pytest.mark.parametrize("ended", ["horizon", "limit"])
def test_a_run_that_was_cut_says_nothing_of_the_end(ended: str) -> None:
    cut = start(*upload(0, 10_010, 10_050, 1), *STOP, ended=ended)
    is_open = Unsettled(f"the run ended at the {ended}")
    assert said("finalizes", cut) == is_open
    assert said("finalizes", [e.RunEnded(9, ended)]) == is_open
    completed = start(*STOP, done(35_000, 0), ended=ended)
    assert said("finalizes", completed) == is_open, "it may be opened again"
    late = start(*STOP, done(90_000, 0), ended=ended)
    assert said("finalizes_promptly", late) == is_open, "another upload may end"


@pytest.mark.parametrize("ended", ["horizon", "limit"])
def test_what_was_violated_stays_so_and_nothing_else_is_said_of_a_cut_run(ended: str) -> None:
    early = start(*ONE_OF_TWO, done(25_000, 2), ended=ended)
    refused = start(e.HandlerEnded(10_060, "upload", 0, 0, 403), RECORDED, ended=ended)
    violated = {
        "complete_at_finalization": (early, 25_000),
        "not_while_recording": (early, 25_000),
        "count_true": (early, 25_000),
        "nothing_refused": (refused, 10_060),
    }
    for slug in EXPLORABLE:
        trace, at_ms = violated.get(slug, (early, -1))
        found = said(slug, trace)
        if at_ms < 0:
            assert found == Unsettled(f"the run ended at the {ended}"), slug
        else:
            assert isinstance(found, Violation), slug
            assert found.at_ms == at_ms


def test_a_count_that_is_wrong_where_the_run_was_cut_may_be_put_right() -> None:
    counted = e.StateWritten(20_050, "active", 2, "active")
    trace = [*upload(0, 10_010, 10_050, 1), counted]
    assert isinstance(said("count_true", start(*trace)), Violation)
    assert isinstance(said("count_true", start(*trace, ended="horizon")), Unsettled)


def test_an_answer_and_a_completion_at_time_zero_count() -> None:
    whole = [*upload(0, 0, 0, 1), ANSWERED._replace(at_ms=0), incomplete(5, 1)]
    found = said("finalizes", [*whole, e.RunEnded(9, "quiet")])
    assert found == Violation(9, "incomplete for ever")
    completed = [done(0, 0), e.RunEnded(9, "quiet")]
    told = said("notified_once", completed, JudgeSettings(notifies=True))
    assert told == Violation(9, "the consumer was never told")
    assert said("finalizes_promptly", [e.StopPressed(0, 0), *completed]) == Holds()


# --- promptly -------------------------------------------------------------------------------------


@given(
    stop_ms=st.integers(11_000, 60_000),
    upload_ms=st.integers(11_000, 60_000),
    after_ms=st.integers(-3_000, 15_000),
    grace_ms=st.integers(0, 8_000),
)
def test_prompt_is_within_the_grace_and_two_seconds(
    stop_ms: int, upload_ms: int, after_ms: int, grace_ms: int
) -> None:
    at_ms = max(stop_ms, upload_ms) + max(after_ms, 0)
    events: list[e.Event] = [
        e.StopPressed(stop_ms, stop_ms - 10),
        e.HandlerEnded(upload_ms, "upload", 0, 0, 200),
    ]
    events.sort(key=lambda event: event.at_ms)
    found = said("finalizes_promptly", start(*events, done(at_ms, 1)), JudgeSettings(grace_ms))
    late_ms = at_ms - max(stop_ms, upload_ms)
    if late_ms <= grace_ms + 2_000:
        assert found == Holds()
    else:
        assert isinstance(found, Violation)
        assert found.at_ms == max(stop_ms, upload_ms) + grace_ms + 2_000
        assert found.detail == f"completed {late_ms:,} ms after the stop and the last upload"


def test_a_session_that_nobody_stopped_cannot_be_late() -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), done(610_050, 1))
    assert said("finalizes_promptly", trace) == NotApplicable("the user never stopped")
    assert said("finalizes_once_known", trace) == NotApplicable("no stop came to the object")


def test_an_upload_that_failed_does_not_make_late_prompt() -> None:
    failed = e.HandlerEnded(34_000, "upload", 1, 0, 500)
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, failed, done(37_001, 1))
    found = said("finalizes_promptly", trace)
    assert found == Violation(37_000, "completed 7,001 ms after the stop and the last upload")


@pytest.mark.parametrize(("at_ms", "is_late"), [(47_500, False), (47_501, True)])
def test_once_known_counts_from_when_the_stop_came(at_ms: int, is_late: bool) -> None:
    came = e.HandlerStarted(40_500, "signal_stop", -1, 0)
    again = e.HandlerStarted(45_000, "signal_stop", -1, 1)
    trace = start(*upload(0, 10_010, 10_050, 1), *STOP, came, again, done(at_ms, 1))
    words = "completed 7,001 ms after the stop came and the last upload"
    expected = Violation(47_500, words) if is_late else Holds()
    assert said("finalizes_once_known", trace) == expected
    assert isinstance(said("finalizes_promptly", trace), Violation), "counted from the page"


def test_a_stop_that_ran_at_time_zero_is_known() -> None:
    trace: list[e.Event] = [e.HandlerStarted(0, "signal_stop", -1, 0), done(7_001, 0)]
    assert isinstance(said("finalizes_once_known", trace), Violation)
    pressed: list[e.Event] = [e.StopPressed(0, 0), done(7_001, 0)]
    assert isinstance(said("finalizes_promptly", pressed), Violation)


# --- told once ------------------------------------------------------------------------------------

TELLS = JudgeSettings(notifies=True)


def test_nobody_needs_to_be_told_of_what_is_not_completed() -> None:
    assert said("notified_once", start(*STOP), TELLS) == NotApplicable("not completed at the end")
    cut = start(*STOP, done(35_000, 0), ended="horizon")
    assert said("notified_once", cut, TELLS) == Unsettled("the run ended at the horizon")
    once = start(*STOP, done(35_000, 0), e.Notified(35_001, ""), ended="horizon")
    assert said("notified_once", once, TELLS) == Unsettled("the run ended at the horizon")
    twice = start(e.Notified(35_001, ""), e.Notified(35_002, ""), ended="horizon")
    assert said("notified_once", twice, TELLS) == Violation(35_002, "the consumer acted 2 times")
    silent = said("notified_once", start(*STOP, done(35_000, 0)), JUDGE)
    assert silent == NotApplicable("the design has no notifies = True, and no notification came")


def test_who_was_heard_is_judged_whether_or_not_it_said_that_it_notifies() -> None:
    told = [e.Notified(35_001, "")]
    for judge in (TELLS, JUDGE):
        assert said("notified_once", start(*STOP, done(35_000, 0), *told), judge) == Holds()
        twice = said("notified_once", start(*STOP, done(35_000, 0), *told, *told), judge)
        assert twice == Violation(35_001, "the consumer acted 2 times")


@pytest.mark.parametrize(
    ("keys", "acts", "second"),
    [
        (["a", "b", "a", "c"], 3, 1),
        (["a", "a", "", "a"], 2, 2),
        (["", "a", ""], 3, 1),
    ],
)
def test_the_second_act_is_the_violation(keys: list[str], acts: int, second: int) -> None:
    told = [e.Notified(35_001 + place, key) for place, key in enumerate(keys)]
    found = said("notified_once", start(*STOP, done(35_000, 0), *told), TELLS)
    assert found == Violation(35_001 + second, f"the consumer acted {acts} times")


def test_a_consumer_sees_the_status_first_and_then_the_chunks() -> None:
    nothing = start(e.ConsumerRead(34_000, "", 0))
    assert said("consumer_sees_all", nothing) == Violation(
        34_000, "a consumer read a session that was not there"
    )
    early = start(*ONE_OF_TWO, e.ConsumerRead(34_000, "active", 1))
    assert said("consumer_sees_all", early) == Violation(
        34_000, "a consumer read a session that was active"
    )
    lacking = start(*ONE_OF_TWO, done(33_000, 1), e.ConsumerRead(34_000, "completed", 1))
    assert said("consumer_sees_all", lacking) == Violation(
        34_000, "a consumer read a session without chunk 1"
    )
    assert said("consumer_sees_all", start()) == NotApplicable("no consumer read")


# --- what a design is measured by -----------------------------------------------------------------


def test_a_design_is_measured_by_its_own_grace_or_by_the_promised_one() -> None:
    graces = {name: getattr(cls.Settings(), "grace_ms", 5_000) for name, cls in DESIGNS.items()}
    for name, cls in DESIGNS.items():
        judge = judge_settings(spec_of(cls))
        assert judge.grace_ms == graces[name] == 5_000
        assert judge.prompt_ms == 7_000
        assert judge.notifies == (name == "outbox")
    assert judge_settings(spec_of(Probe)) == JudgeSettings(grace_ms=5_000, notifies=False)
