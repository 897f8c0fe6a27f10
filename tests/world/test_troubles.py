"""Scheduled trouble of the platform, to the millisecond: what it holds up, spoils, and lets go.

The deployed design with commits of 40 ms: created at 10 ms, its answer leaves at 50 and is there at
60, where the recording starts. A chunk comes at 10,060, is stored at 10,090, and counted on disk at
10,130.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.contract import Response
from tests.support.probes import Probe
from tests.support.worlds import of, quiet, spec_of

START_MS = 60
ON_DISK = "platform.commit_ms=40"
CHUNK = ("recording.duration_ms=15000", ON_DISK)


def trouble(kind: str, at_ms: int, for_ms: int, **settings: object) -> str:
    """One trouble, by the clock of the run."""
    words = {True: "true", False: "false"}
    rest = "".join(
        f", {name}={words[value] if isinstance(value, bool) else repr(value)}"
        for name, value in settings.items()
    )
    return f"faults=[{{kind='{kind}', offset_ms={at_ms - START_MS}, for_ms={for_ms}{rest}}}]"


def ran(*overrides: str, until_ms: int = 10**9) -> list[e.Event]:
    """The trace of a session."""
    scenario = quiet(*CHUNK, *overrides, f"limits.horizon_ms={until_ms}")
    return simulate(scenario, load_design("alarm", scenario), 1).trace


def times(trace: list[e.Event], kind: type[e.Event], method: str = "upload") -> list[int]:
    """When events of a type came, those of other methods left out."""
    return [x.at_ms for x in of(trace, kind) if getattr(x, "method", method) == method]


def test_without_trouble_an_answer_leaves_with_its_commit() -> None:
    trace = ran(until_ms=11_000)
    assert times(trace, e.HandlerEnded) == [10_090]
    assert times(trace, e.CommitConfirmed) == [50, 10_130]
    assert times(trace, e.ResponseArrived) == [10_140]


@pytest.mark.parametrize(
    ("at_ms", "for_ms", "confirmed_ms"),
    [
        (10_129, 500, 10_629),
        (10_129, 1, 10_130),
        (10_131, 500, 10_130),
        (10_000, 129, 10_130),
        (10_000, 131, 10_131),
    ],
)
def test_slow_commits_are_confirmed_when_it_is_over(
    at_ms: int, for_ms: int, confirmed_ms: int
) -> None:
    trace = ran(trouble("commits_slow", at_ms, for_ms), until_ms=12_000)
    assert times(trace, e.TroubleBegan) == [at_ms]
    assert times(trace, e.TroubleEnded) == [at_ms + for_ms]
    assert times(trace, e.CommitConfirmed) == [50, confirmed_ms]
    assert times(trace, e.ResponseArrived) == [confirmed_ms + 10], "R10: the answer waits for it"


def test_slow_commits_are_confirmed_in_order_and_all_at_once() -> None:
    faults = (
        "faults=[{kind='commits_slow', offset_ms=90, for_ms=350},"
        " {kind='stray_stop', offset_ms=140}, {kind='create_again', offset_ms=240}]"
    )
    trace = ran(faults, until_ms=520)
    assert [x.at_ms for x in of(trace, e.AlarmSet)] == [10, 210, 310], "a commit each"
    confirmed = [(x.at_ms, x.batch) for x in of(trace, e.CommitConfirmed)]
    assert confirmed == [(50, 1), (500, 2), (500, 3)]


@pytest.mark.parametrize("written", [False, True])
def test_failing_commits_reset_the_object_and_may_be_written(written: bool) -> None:
    trace = ran(trouble("commits_fail", 10_100, 100, written=written), until_ms=13_000)
    assert of(trace, e.CommitFailed) == [e.CommitFailed(10_130, 2, int(written))]
    assert times(trace, e.InstanceLost) == [10_130]
    # The page sees 500, which the deployed page takes for success.
    assert [x.status for x in of(trace, e.ResponseArrived) if x.method == "upload"] == [500]
    reverted = [] if written else [e.StorageReverted(10_130, "active", 0)]
    assert of(trace, e.StorageReverted) == reverted
    assert facts_of(trace).chunks_uploaded == int(written)


@pytest.mark.parametrize("status", [500, 429])
@pytest.mark.parametrize(("at_ms", "fails"), [(10_080, True), (10_091, False)])
def test_puts_that_end_in_the_trouble_are_answered_with_its_status(
    status: int, at_ms: int, fails: bool
) -> None:
    trace = ran(trouble("blobs_fail", at_ms, 100, status=status), until_ms=10_200)
    expected = [e.BlobPutFailed(10_090, 0, 0, status)] if fails else []
    assert of(trace, e.BlobPutFailed) == expected
    assert times(trace, e.BlobStored) == ([] if fails else [10_090])
    ended = [x.status for x in of(trace, e.HandlerEnded) if x.method == "upload"]
    assert ended == [500 if fails else 200]
    assert facts_of(trace).chunks_uploaded == (not fails)


def test_a_put_of_no_length_is_a_step_where_it_may_fail() -> None:
    at_once = ("blobs.put_delay_ms=0", "platform.commit_ms=0")
    trace = ran(trouble("blobs_fail", 10_000, 1_000), *at_once, until_ms=12_000)
    assert times(trace, e.BlobPutFailed, "upload") != []
    assert times(trace, e.BlobStored) == []


# --- the alarm ------------------------------------------------------------------------------------

# The last chunk comes with the stop at 15,060. Both arrive at 15,070, the stop first; the put of
# the chunk waits for the commit of the stop (R10) until 15,110, and ends at 15,130: that upload
# puts the alarm off, to 615,130. The deployed design finalizes then.
DUE_MS = 615_130


def test_without_trouble_the_long_alarm_finalizes() -> None:
    trace = ran()
    assert [(x.at_ms, x.due_ms, x.retry) for x in of(trace, e.AlarmStarted)] == [
        (DUE_MS, DUE_MS, 0)
    ]
    assert facts_of(trace).final_completion_ms == DUE_MS


@pytest.mark.parametrize(
    ("how", "counted", "runs"), [("counted", 1, 0), ("uncounted", 0, 0), ("unacknowledged", 0, 1)]
)
def test_a_spoilt_attempt_is_retried_two_seconds_later(how: str, counted: int, runs: int) -> None:
    trace = ran(trouble("alarm_fails", DUE_MS - 5, 1_000, how=how))
    failed = of(trace, e.AlarmFailed)
    assert [(x.at_ms, x.due_ms, x.counted) for x in failed] == [(DUE_MS, DUE_MS, counted)]
    started = of(trace, e.AlarmStarted)
    assert len(started) == runs + 1
    assert DUE_MS + 2_000 <= started[-1].at_ms <= DUE_MS + 2_500, "D1: up to a quarter more"
    assert started[-1].retry == counted
    assert len(facts_of(trace).completions) == 1, "a second run finds it completed"


def test_uncounted_failures_are_retried_up_to_a_thousand_seconds_apart_for_ever() -> None:
    trace = ran(trouble("alarm_fails", DUE_MS - 5, 10_000_000, how="uncounted"))
    failed = [x.at_ms for x in of(trace, e.AlarmFailed)]
    assert len(failed) > 15
    for number, (before, after) in enumerate(pairwise(failed)):
        wait_ms = 2_000 * 2 ** min(number, 9)
        assert wait_ms <= after - before <= wait_ms * 5 // 4
    assert of(trace, e.AlarmDropped) == []
    assert facts_of(trace).final_completion_ms > DUE_MS + 10_000_000


def test_counted_failures_end_with_the_seventh() -> None:
    trace = ran(trouble("alarm_fails", DUE_MS - 5, 1_000_000, how="counted"))
    failed = [x.at_ms for x in of(trace, e.AlarmFailed)]
    assert len(failed) == 7
    assert failed[0] + 126_000 <= failed[-1] <= failed[0] + 157_500, "D1"
    assert of(trace, e.AlarmDropped) == [e.AlarmDropped(failed[-1], DUE_MS)]
    assert facts_of(trace).status == "active", "F17: for ever"


@pytest.mark.parametrize(
    ("for_ms", "at_ms"), [(4, DUE_MS), (6, DUE_MS + 1), (60_000, DUE_MS + 59_995)]
)
def test_a_delivery_waits_for_the_end_of_the_maintenance(for_ms: int, at_ms: int) -> None:
    trace = ran(trouble("alarm_late", DUE_MS - 5, for_ms))
    assert [(x.at_ms, x.due_ms) for x in of(trace, e.AlarmStarted)] == [(at_ms, DUE_MS)]


def test_two_troubles_of_different_kinds_do_not_end_each_other() -> None:
    both = (
        f"faults=[{{kind='alarm_late', offset_ms={DUE_MS - 65}, for_ms=900}},"
        f" {{kind='commits_slow', offset_ms={DUE_MS - 65}, for_ms=300}}]"
    )
    trace = ran(both)
    assert [x.at_ms for x in of(trace, e.AlarmStarted)] == [DUE_MS - 5 + 900]
    assert [x.kind for x in of(trace, e.TroubleEnded)] == ["commits_slow", "alarm_late"]


# --- consumers ------------------------------------------------------------------------------------


def test_a_consumer_reads_so_long_after_the_stop_was_answered() -> None:
    trace = ran("consumer.reads_after_ms=700")
    (answered,) = [x.at_ms for x in of(trace, e.ResponseArrived) if x.method == "signal_stop"]
    assert of(trace, e.ConsumerRead) == [e.ConsumerRead(answered + 700, "active", 2)]
    assert of(ran(until_ms=20_000), e.ConsumerRead) == [], "nobody reads unless it is said"


def test_a_stray_stop_is_answered_to_nobody_so_nobody_reads() -> None:
    fault = "faults=[{kind='stray_stop', offset_ms=1000}]"
    trace = ran("consumer.reads_after_ms=700", fault, until_ms=20_000)
    assert len(of(trace, e.ConsumerRead)) == 1, "after the page's own stop"


@pytest.mark.parametrize(("status", "reads"), [(200, 1), (399, 1), (400, 0), (404, 0), (500, 0)])
def test_a_consumer_waits_for_a_stop_that_succeeded(status: int, reads: int) -> None:
    class Answers(Probe):
        async def poke(self) -> Response:
            return Response(status)

    trace = simulate(quiet("consumer.reads_after_ms=5"), spec_of(Answers), 1).trace
    assert len(of(trace, e.ConsumerRead)) == reads


def test_who_reads_where_no_session_was_written_finds_none() -> None:
    trace = simulate(quiet("consumer.reads_after_ms=5"), spec_of(Probe), 1).trace
    (answered,) = [x.at_ms for x in of(trace, e.ResponseArrived) if x.method == "poke"]
    assert of(trace, e.ConsumerRead) == [e.ConsumerRead(answered + 5, "", 0)]


@pytest.mark.parametrize(
    ("settings", "arrived", "failed"),
    [
        (("consumer.notify_loss=0.0",), 1, None),
        (("consumer.notify_loss=1.0",), 0, "lost"),
        (("consumer.notify_answer_loss=1.0",), 1, "answer lost"),
    ],
)
def test_a_notification_is_lost_on_its_way_there_or_back(
    settings: tuple[str, ...], arrived: int, failed: str | None
) -> None:
    scenario = quiet(*settings, "consumer.notify_delay_ms=70", "limits.horizon_ms=627000")
    trace = simulate(scenario, load_design("outbox", scenario), 1).trace
    began = of(trace, e.AlarmStarted)[0].at_ms
    assert [x.at_ms for x in of(trace, e.Notified)][:1] == [began + 70] * arrived
    first = of(trace, e.NotifyFailed)[:1]
    expected = [] if failed is None else [e.NotifyFailed(began + 70, "session-completed", failed)]
    assert first == expected
