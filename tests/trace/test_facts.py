"""Facts gathered event by event equal those that are read off a whole trace, each by a question.

The oracle here keeps no state: each of its answers looks at the whole beginning of the trace anew.
It is asked about simulated sessions in which everything goes wrong.
"""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_designs
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts, facts_of
from tests.properties.test_properties import done, start, upload
from tests.support.worlds import of

Trace = list[e.Event]


def status_of(trace: Trace) -> str:
    """The session's status after these events."""
    written = [x for x in trace if isinstance(x, e.StateWritten | e.StorageReverted)]
    return written[-1].status if written else ""


def missing_of(trace: Trace) -> tuple[int, ...]:
    """Recorded, not stored, and not held by a tab that closed."""
    stored = {x.chunk for x in of(trace, e.BlobStored)}
    in_tab = {chunk for x in of(trace, e.TabClosed) for chunk in x.in_tab}
    return tuple(x.chunk for x in of(trace, e.ChunkRecorded) if x.chunk not in stored | in_tab)


def counted_of(trace: Trace) -> tuple[int, int]:
    """How many chunks have surely been counted, and how many may have been."""
    stored = {x.chunk for x in of(trace, e.BlobStored)}
    over = [x for x in of(trace, e.HandlerEnded) if x.method == "upload"]
    lost = [x for x in of(trace, e.HandlerLost) if x.method == "upload"]
    ended = {x.chunk for x in over if x.status < 400}
    ended |= {x.chunk for x in over if x.status >= 500 and was_stored(trace, x)}
    ended |= {x.chunk for x in lost if was_stored(trace, x)}
    attempts = {(x.chunk, x.attempt) for x in lost}
    for x in of(trace, e.BlobStored):
        if (x.chunk, x.attempt) in attempts and comes_after_its_loss(trace, x):
            ended.add(x.chunk)
    return len(ended), len(ended | stored)


def was_stored(trace: Trace, event: e.HandlerEnded | e.HandlerLost) -> bool:
    """Whether the chunk of a handler was stored before the handler ended."""
    before = trace[: trace.index(event)]
    return any(x.chunk == event.chunk for x in of(before, e.BlobStored))


def comes_after_its_loss(trace: Trace, stored: e.BlobStored) -> bool:
    """Whether a put that a lost handler had asked for ended after the loss."""
    before = trace[: trace.index(stored)]
    keys = [(x.method, x.chunk, x.attempt) for x in of(before, e.HandlerLost)]
    return ("upload", stored.chunk, stored.attempt) in keys


def completions_of(trace: Trace) -> tuple[list[tuple[int, tuple[int, ...]]], list[int]]:
    """Each completion with what it missed, and each time that completed was left."""
    completions: list[tuple[int, tuple[int, ...]]] = []
    reopened: list[int] = []
    for place, event in enumerate(trace):
        before = status_of(trace[:place])
        if isinstance(event, e.StateWritten) and event.status != before:
            if event.status == "completed":
                completions.append((event.at_ms, missing_of(trace[:place])))
            if before == "completed":
                reopened.append(event.at_ms)
        if isinstance(event, e.StorageReverted) and event.status != before:
            if before == "completed":
                completions.pop()
            if event.status == "completed" and reopened:
                reopened.pop()
    return completions, reopened


def first(trace: Trace, kind: type[e.Event]) -> int:
    """When the first event of a type came; -1 where none did."""
    found = of(trace, kind)
    return found[0].at_ms if found else -1


def check(trace: Trace) -> Facts:
    """Compare the facts of a trace with the oracle's."""
    facts = facts_of(trace)
    assert facts.missing == missing_of(trace)
    assert (facts.completions, facts.reopened) == completions_of(trace)
    assert facts.status == status_of(trace)
    assert facts.recorded == {x.chunk: x.at_ms for x in of(trace, e.ChunkRecorded)}
    stored: dict[int, int] = {}
    for x in of(trace, e.BlobStored):
        stored.setdefault(x.chunk, x.at_ms)
    assert facts.stored == stored
    uploads = [x for x in of(trace, e.HandlerEnded) if x.method == "upload"]
    refused = [(x.at_ms, x.chunk, x.status) for x in uploads if 400 <= x.status < 500]
    assert facts.refused == refused
    assert facts.last_upload_ms == max((x.at_ms for x in uploads if x.status < 400), default=-1)
    sent = [x for x in of(trace, e.RequestSent) if x.method == "upload"]
    assert facts.retries == len(sent) - len({x.chunk for x in sent})
    runs = [x for x in of(trace, e.HandlerStarted) if x.method not in ("upload", "create")]
    assert facts.stop_runs == len(runs)
    assert facts.stop_ran_ms == (runs[0].at_ms if runs else -1)
    assert facts.counts[-1][2:] == counted_of(trace)
    assert facts.stop_ms == first(trace, e.StopPressed)
    for slug, kind in {
        "response_lost": e.ResponseLost,
        "request_duplicated": e.RequestDuplicated,
        "tab_closed": e.TabClosed,
        "instance_lost": e.InstanceLost,
        "commit_failed": e.CommitFailed,
        "alarm_failed": e.AlarmFailed,
        "stale_delivery": e.StaleDelivery,
        "laptop_slept": e.LaptopSlept,
        "process_killed": e.ProcessKilled,
        "platform_trouble": e.TroubleBegan,
        "blob_put_failed": e.BlobPutFailed,
    }.items():
        assert facts.seen.get(slug, -1) == first(trace, kind), slug
    return facts


@pytest.mark.parametrize("seed", range(6))
def test_facts_of_stormy_sessions_are_those_of_the_whole_trace(seed: int) -> None:
    scenario = load_scenario("everything-at-once", ["recording.duration_ms=60000"])
    for design in load_designs(["alarm", "re-read", "manual"], scenario):
        check(simulate(scenario, design, seed).trace)


def test_the_storms_show_what_the_oracle_is_there_for() -> None:
    settings = ["recording.duration_ms=60000", "design.grace_ms=2000"]
    scenario = load_scenario("everything-at-once", settings)
    (design,) = load_designs(["alarm"], scenario)
    found = [simulate(scenario, design, seed).facts for seed in range(300)]
    assert any(facts.reopened for facts in found)
    assert any(facts.orphans for facts in found)
    assert any(missing for facts in found for _, missing in facts.completions)


def test_an_orphan_is_counted_when_its_put_ends() -> None:
    lost = e.HandlerLost(20_030, "upload", 1, 0)
    begun = upload(1, 20_010, 20_050, 2)[:4]
    trace = start(*upload(0, 10_010, 10_050, 1), *begun, lost, e.BlobStored(20_050, 1, 0))
    assert check(trace).counts[-1] == (700_000, 1, 2, 2)
    other = [x._replace(attempt=1) if isinstance(x, e.BlobStored) else x for x in trace]
    assert check(other).counts[-1] == (700_000, 1, 1, 2), "another attempt may yet count it"


def test_a_revert_takes_back_the_last_completion_alone() -> None:
    again = e.StateWritten(21_000, "active", 0, "completed")
    twice = start(done(20_000, 0), again, done(22_000, 0), e.StorageReverted(22_001, "active", 0))
    facts = check(twice)
    assert facts.completions == [(20_000, ())]
    assert facts.final_completion_ms == -1
    assert [at_ms for at_ms, *_ in facts.counts] == [20_000, 700_000]


def test_a_revert_within_one_status_changes_the_count_alone() -> None:
    trace = start(*upload(0, 10_010, 10_050, 1), e.StorageReverted(10_060, "active", 0))
    facts = check(trace)
    assert (facts.status, facts.chunks_uploaded) == ("active", 0)
    gone = start(e.StorageReverted(10_060, "", 0))
    assert facts_of(gone).counts == [], "no session is left that could be counted"


def test_a_pause_that_lasts_when_the_tab_closes_is_no_recording() -> None:
    paused = start(
        e.PauseStarted(2_010),
        e.PauseEnded(3_010),
        e.PauseStarted(5_010),
        e.TabClosed(9_010, ()),
    )
    assert facts_of(paused).recorded_ms == 4_000
    instant = start(e.PauseStarted(2_010), e.PauseEnded(2_010), e.TabClosed(9_010, ()))
    assert facts_of(instant).recorded_ms == 9_000
