"""The page, to the millisecond: reloads, pauses, the last upload. `test_standstill` has the rest.

10 ms each way and 20 ms a put: the create is answered at 20 ms, the recording starts there, and a
chunk is handed out each 10 s from then on.
"""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import load_design
from lastchunk.model.properties import Holds, check_all
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.reference_impl.contract import Get, Sleep
from tests.support.probes import Probe
from tests.support.worlds import NoSettings, of, quiet, spec_of

START_MS = 20


def ran(design: str, *overrides: str) -> list[e.Event]:
    """The trace of a session of 25 s."""
    scenario = quiet(*overrides)
    return simulate(scenario, load_design(design, scenario), 1).trace


def fault(kind: str, offset_ms: int, **settings: object) -> str:
    """One fault."""
    rest = "".join(f", {name}={value!r}" for name, value in settings.items())
    return f"faults=[{{kind='{kind}', offset_ms={offset_ms}{rest}}}]"


def sent(trace: list[e.Event], method: str = "upload") -> list[tuple[int, int, int]]:
    """Each request of a method: when, with which chunk, which attempt."""
    return [(x.at_ms, x.chunk, x.attempt) for x in of(trace, e.RequestSent) if x.method == method]


# --- reloads --------------------------------------------------------------------------------------

KEEPS = "client.keeps_queue=true"


def test_a_reloaded_page_that_keeps_its_queue_stops_with_what_it_has() -> None:
    trace = ran("alarm", KEEPS, fault("tab_reloaded", 12_000, for_ms=500))
    assert of(trace, e.TabClosed) == [e.TabClosed(12_020, ())]
    assert of(trace, e.TabReopened) == [e.TabReopened(12_520, 10_000)]
    assert of(trace, e.RowWritten) == [e.RowWritten(0, 0), e.RowWritten(12_520, 10_000)]
    assert sent(trace) == [(10_020, 0, 0)], "what was answered is not sent again"
    assert sent(trace, "signal_stop") == [(12_520, -1, 0)]
    assert of(trace, e.StopPressed) == []
    assert len(of(trace, e.ChunkRecorded)) == 1, "the recorder of the old page is gone"
    judged = check_all(facts_of(trace), simulate(quiet(), spec_of(Probe), 1).judge)
    assert judged["duration_true"] == Holds()


def test_what_was_under_way_at_the_reload_is_sent_again_before_the_stop() -> None:
    slow = ("blobs.put_delay_ms=5000", fault("tab_reloaded", 12_000, for_ms=500))
    trace = ran("alarm", KEEPS, *slow)
    assert of(trace, e.RequestFailed) == [e.RequestFailed(12_020, "upload", 0, 0, "tab closed")]
    assert sent(trace) == [(10_020, 0, 0), (12_520, 0, 1)]
    assert sent(trace, "signal_stop") == [(12_520 + 10 + 5_000 + 10, -1, 0)]
    stored = [(x.at_ms, x.attempt) for x in of(trace, e.BlobStored)]
    assert stored == [(15_030, 0), (17_530, 1)], "R12: the first goes on without its page"


@pytest.mark.parametrize(
    ("keeps", "offset_ms", "in_tab"),
    [(False, 10_005, (0,)), (False, 10_015, ()), (True, 10_005, ())],
)
def test_a_tab_holds_what_has_not_arrived_unless_it_keeps_it(
    keeps: bool, offset_ms: int, in_tab: tuple[int, ...]
) -> None:
    reload = fault("tab_reloaded", offset_ms, for_ms=500)
    trace = ran("alarm", f"client.keeps_queue={str(keeps).lower()}", reload)
    assert of(trace, e.TabClosed) == [e.TabClosed(START_MS + offset_ms, in_tab)]
    assert bool(of(trace, e.TabReopened)) is keeps


def test_a_tab_closed_for_good_keeps_nothing() -> None:
    trace = ran("alarm", KEEPS, fault("tab_closed", 10_005))
    assert of(trace, e.TabClosed) == [e.TabClosed(10_025, (0,))]
    assert of(trace, e.TabReopened) == []


def test_what_was_answered_with_an_error_is_sent_again_after_a_reload() -> None:
    # The store answers 500 to chunk 0, which the deployed page takes for success until it is
    # reloaded; the kept queue still holds it.
    both = (
        "faults=[{kind='blobs_fail', offset_ms=10000, for_ms=100},"
        " {kind='tab_reloaded', offset_ms=21000, for_ms=500}]"
    )
    trace = ran("alarm", KEEPS, both)
    assert sent(trace) == [(10_020, 0, 0), (20_020, 1, 0), (21_520, 0, 1)]
    assert facts_of(trace).stored.keys() == {0, 1}


def test_a_wait_of_the_page_that_is_gone_wakes_nobody() -> None:
    # The upload of chunk 0 fails on a network that is down; the page waits 2 s to try again, and is
    # reloaded meanwhile.
    both = (
        "faults=[{kind='network_down', offset_ms=10000, for_ms=100},"
        " {kind='tab_reloaded', offset_ms=11000, for_ms=500}]"
    )
    trace = ran("alarm", KEEPS, both)
    assert [x.at_ms for x in of(trace, e.TabReopened)] == [11_520]
    assert sent(trace)[-1][:2] == (11_520, 0)
    assert facts_of(trace).stored.keys() == {0}


def test_a_page_may_be_reloaded_twice() -> None:
    twice = (
        "faults=[{kind='tab_reloaded', offset_ms=12000, for_ms=500},"
        " {kind='tab_reloaded', offset_ms=13000, for_ms=500}]"
    )
    trace = ran("alarm", KEEPS, "blobs.put_delay_ms=5000", twice)
    assert [x.at_ms for x in of(trace, e.TabReopened)] == [12_520, 13_520]
    assert sent(trace) == [(10_020, 0, 0), (12_520, 0, 1), (13_520, 0, 2)]
    assert len(sent(trace, "signal_stop")) == 1


def test_a_tab_that_is_closed_cannot_be_reloaded() -> None:
    both = (
        "faults=[{kind='tab_closed', offset_ms=12000},"
        " {kind='tab_reloaded', offset_ms=13000, for_ms=500}]"
    )
    trace = ran("alarm", KEEPS, both)
    assert len(of(trace, e.TabClosed)) == 1
    assert of(trace, e.TabReopened) == []


def test_a_page_reloaded_after_the_stop_does_not_wait_for_a_chunk_that_is_gone() -> None:
    # The stop is pressed at 25,020 and the last chunk would come 700 ms later; the reload takes it.
    reload = "faults=[{kind='tab_reloaded', anchor='stop', offset_ms=300, for_ms=500}]"
    trace = ran("manifest", "client.last_chunk_delay_ms=700", reload)
    assert of(trace, e.TabReopened) == [e.TabReopened(25_820, 20_000)]
    assert sent(trace, "signal_stop") == [(25_820, -1, 0)]
    facts = facts_of(trace)
    assert (facts.status, facts.chunks_uploaded) == ("completed", 2)
    assert facts.final_completion_ms == 25_830
    assert facts.row_ms == 20_000


def test_the_last_upload_of_a_reloaded_page_is_that_of_its_last_chunk() -> None:
    both = (
        "faults=[{kind='tab_reloaded', offset_ms=21000, for_ms=500},"
        " {kind='tab_closed', offset_ms=5, when='last_upload'}]"
    )
    trace = ran("alarm", KEEPS, "blobs.put_delay_ms=5000", both)
    # Chunk 1 is under way at the reload, and is sent again at 21,520: the last that there is.
    assert sent(trace)[-1] == (21_520, 1, 1)
    assert [x.at_ms for x in of(trace, e.TabClosed)] == [21_020, 21_525]


# --- after the last upload ------------------------------------------------------------------------


@pytest.mark.parametrize(("offset_ms", "in_tab"), [(5, (2,)), (15, ())])
def test_a_fault_may_follow_the_last_upload(offset_ms: int, in_tab: tuple[int, ...]) -> None:
    trace = ran("alarm", fault("tab_closed", offset_ms, when="last_upload"))
    # The last, partial chunk comes with the stop, 25 s into the recording.
    assert of(trace, e.TabClosed) == [e.TabClosed(25_020 + offset_ms, in_tab)]


def test_the_last_upload_is_that_of_the_last_chunk_alone() -> None:
    trace = ran(
        "alarm", "client.last_chunk_delay_ms=700", fault("tab_closed", 5, when="last_upload")
    )
    assert of(trace, e.TabClosed)[0].at_ms == 25_725


# --- pauses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pause_at_ms", "chunks"),
    [
        (0, [13_020, 23_020, 28_020]),
        (9_999, [13_020, 23_020, 28_020]),
        (20_001, [10_020, 20_020, 28_020]),
        (24_999, [10_020, 20_020, 28_020]),
        (25_000, [10_020, 20_020, 25_020]),
        (90_000, [10_020, 20_020, 25_020]),
    ],
)
def test_a_pause_moves_what_comes_after_it(pause_at_ms: int, chunks: list[int]) -> None:
    pause = (f"recording.pause_at_ms={pause_at_ms}", "recording.pause_for_ms=3000")
    trace = ran("alarm", *pause)
    assert [x.at_ms for x in of(trace, e.ChunkRecorded)] == chunks
    assert [x.recorded_ms for x in of(trace, e.StopPressed)] == [25_000]
    assert len(of(trace, e.PauseStarted)) == (pause_at_ms < 25_000)


def test_chunks_that_are_there_from_the_start_have_no_recorder() -> None:
    trace = ran(
        "alarm", "recording.chunks=2", "client.last_chunk_delay_ms=5", "start.session='created'"
    )
    assert [x.at_ms for x in of(trace, e.ChunkRecorded)] == [0, 0]
    assert of(trace, e.StopPressed) == [e.StopPressed(0, 0)]
    assert [x.duration_ms for x in of(trace, e.RowWritten)] == [0]
    assert of(trace, e.RecordingStarted) == []
    counted = facts_of(ran("manifest", "recording.chunks=2", "start.session='created'"))
    assert (counted.status, counted.chunks_uploaded) == ("completed", 2)


# --- what a page may not do -----------------------------------------------------------------------


def test_a_stop_flow_that_awaits_storage_is_refused() -> None:
    class Reads(Probe):
        @staticmethod
        async def stop_flow(page: Any, settings: NoSettings) -> None:
            await Get("state")

    with pytest.raises(
        DesignError, match=r"Reads.stop_flow\(\) awaits Get\(key='state'\), which is"
    ):
        simulate(quiet(), spec_of(Reads), 1)


def test_a_handler_that_awaits_the_page_is_refused() -> None:
    class Sleeps(Probe):
        async def poke(self) -> Any:
            await Sleep(1, 2)

    words = r"Sleeps.poke\(\) awaits Sleep\(low_ms=1, high_ms=2\) at line \d+, in poke\(\) of "
    with pytest.raises(DesignError, match=words + r"test_page_host.py, which is for the page"):
        simulate(quiet(), spec_of(Sleeps), 1)


def test_a_handler_answers_with_a_response() -> None:
    class Forgets(Probe):
        async def poke(self) -> Any:
            return 200

    with pytest.raises(
        DesignError, match=r"Forgets.poke\(\) returned 200 at .*; it must return a Resp"
    ):
        simulate(quiet(), spec_of(Forgets), 1)
