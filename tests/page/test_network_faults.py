"""Loss in bursts, connections cut after some bytes, connections that are dead unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.trace import events as e
from tests.support.worlds import of, quiet


def facts_of_all(design: str, *overrides: str, sessions: int = 1) -> list[Any]:
    """The facts of some sessions, each replayed by its schedule."""
    scenario = quiet(*overrides)
    spec = load_design(design, scenario)
    found = []
    for seed in range(sessions):
        run, schedule = record(scenario, spec, seed)
        assert replay(schedule, spec).trace == run.trace
        found.append(run.facts)
    return found


# --- F4: a connection that is cut after some bytes ------------------------------------------------

CUT = ("network.cut_after_bytes=1000000", "limits.horizon_ms=600000")


@pytest.mark.parametrize("uplink", ["uplink=none", "uplink={kind='constant', rate_kbps=20000}"])
@pytest.mark.parametrize("body", ["streamed", "buffered"])
@pytest.mark.parametrize(("kbps", "arrives"), [(2_400, False), (400, True), (800, True)])
def test_a_chunk_that_is_larger_than_the_cut_never_arrives(
    kbps: int, arrives: bool, body: str, uplink: str
) -> None:
    # 3 MB, 0.5 MB, and just 1 MB in 10 s of media.
    overrides = (f"client.video_kbps={kbps}", f"network.body='{body}'", uplink, *CUT)
    (facts,) = facts_of_all("lazy-alarm", *overrides)
    assert (0 in facts.stored) is arrives
    assert (facts.status == "completed") is arrives


def test_a_cut_comes_when_so_many_bytes_are_through() -> None:
    # 1 MB at 1 Mbit/s: 667 packets of 12 ms.
    scenario = quiet("uplink={kind='constant', rate_kbps=1000}", *CUT)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    failed = of(trace, e.RequestFailed)[0]
    assert failed == e.RequestFailed(10_020 + 667 * 12, "upload", 0, 0, "connection cut")


def test_a_cut_is_explored() -> None:
    sizes = "recording.chunk_sizes={kind='measured', bytes=[50, 500]}"
    for cut, kind in ((500, "proved"), (499, "violated")):
        scope = [sizes, f"network.cut_after_bytes={cut}", "grace_ms=30", "disconnects=0"]
        scenario = load_scenario("small-scope", [*scope, "client.retries_max=3", "loss=0"])
        found = verify(scenario, load_design("alarm", scenario), ["complete_at_finalization"])
        assert found.verdicts["complete_at_finalization"].kind == kind


# --- loss in bursts -------------------------------------------------------------------------------


def losses(*overrides: str, sessions: int) -> tuple[int, int, int]:
    """Over many sessions: upload legs to the object, those lost, and bursts that began."""
    scenario = quiet("recording.duration_ms=200000", "client.chunk_ms=1000", *overrides)
    spec = load_design("alarm", scenario)
    traces = [simulate(scenario, spec, seed).trace for seed in range(sessions)]
    sent = sum(len(of(trace, e.RequestArrived, e.RequestLost)) for trace in traces)
    lost = sum(len(of(trace, e.RequestLost)) for trace in traces)
    return sent, lost, sum(len(of(trace, e.NetworkBurstBegan)) for trace in traces)


def test_losses_in_bursts_are_as_many_as_gilbert_and_elliott_say() -> None:
    # The share of legs in a burst is begins / (begins + ends); all of them are requests but the
    # answers of those that came through, of which a lost one is sent again.
    begins, ends = 0.1, 0.3
    burst = (f"network.burst_begins={begins}", f"network.burst_ends={ends}")
    sent, lost, bursts = losses(*burst, sessions=20)
    legs = sent + (sent - lost)
    # The chain is seen by each leg that is drawn; a lost request has no answer.
    in_burst = begins / (begins + ends)
    began = legs * in_burst * ends
    assert abs(bursts - began) < 5 * began**0.5
    assert losses(sessions=1)[1:] == (0, 0)


def test_a_burst_in_which_nothing_is_lost_changes_nothing() -> None:
    scenario = quiet("network.burst_begins=0.5", "network.burst_loss=0")
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    plain = simulate(quiet(), load_design("alarm"), 1).trace
    bursts = (e.NetworkBurstBegan, e.NetworkBurstEnded)
    assert [x for x in trace if not isinstance(x, bursts)] == plain


def test_bursts_are_replayed_and_explored() -> None:
    facts_of_all("lazy-alarm", "network.burst_begins=0.3", sessions=5)
    scope = ["loss=0", "disconnects=0", "network.burst_begins=0.5"]
    for grace_ms, kind in ((16, "violated"), (17, "proved")):  # as with losses one by one
        scenario = load_scenario("small-scope", [*scope, "chunks=1", f"grace_ms={grace_ms}"])
        found = verify(scenario, load_design("alarm", scenario))
        assert found.verdicts["complete_at_finalization"].kind == kind


# --- half-open connections ------------------------------------------------------------------------

DOWN = "faults=[{kind='network_down', offset_ms=10005, for_ms=3000, noticed_after_ms=20000}]"


def test_a_dead_connection_is_noticed_late() -> None:
    scenario = quiet(DOWN)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    assert of(trace, e.RequestFailed) == [
        e.RequestFailed(30_025, "upload", 0, 0, "connection dead")
    ]
    sent = [(x.at_ms, x.chunk) for x in of(trace, e.RequestSent) if x.method == "upload"]
    assert sent[:2] == [(10_020, 0), (32_025, 0)], "the page waits for it, then 2 s"


def test_a_time_out_of_the_pages_own_notices_it_sooner() -> None:
    scenario = quiet(DOWN, "client.request_timeout_ms=4000")
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    assert of(trace, e.RequestFailed) == [e.RequestFailed(14_020, "upload", 0, 0, "timed out")]
    assert trace[-1].at_ms == simulate(scenario, load_design("alarm", scenario), 2).trace[-1].at_ms


def test_what_is_sent_while_nobody_has_noticed_dies_as_well() -> None:
    down = "faults=[{kind='network_down', offset_ms=9000, for_ms=3000, noticed_after_ms=20000}]"
    (facts,) = facts_of_all("lazy-alarm", down)
    assert facts.status == "completed"
    scenario = quiet(down)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    assert of(trace, e.RequestFailed)[0].at_ms == 10_020 + 20_000


def test_an_answer_does_not_come_over_a_dead_connection() -> None:
    # Chunk 0 is stored at 10.05 s, after the connection died at 10.04 s.
    down = "faults=[{kind='network_down', offset_ms=10020, for_ms=0, noticed_after_ms=5000}]"
    scenario = quiet(down)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    assert of(trace, e.BlobStored)[0].at_ms == 10_050
    assert of(trace, e.RequestFailed) == [
        e.RequestFailed(15_040, "upload", 0, 0, "connection dead")
    ]


def test_a_request_that_was_lost_before_is_noticed_when_it_would_have_been() -> None:
    down = "faults=[{kind='network_down', offset_ms=10030, for_ms=10, noticed_after_ms=9000}]"
    scenario = quiet(down, "network.request_loss=0.5", "network.error_delay_ms=50")
    seen = 0
    for seed in range(12):
        trace = simulate(scenario, load_design("alarm", scenario), seed).trace
        gone = [x.at_ms for x in of(trace, e.RequestLost) if (x.chunk, x.attempt) == (0, 0)]
        if gone:
            failed = [x.at_ms for x in of(trace, e.RequestFailed) if (x.chunk, x.attempt) == (0, 0)]
            assert failed == [gone[0] + 50]
            seen += 1
    assert seen > 2


def test_half_open_connections_are_explored() -> None:
    # A leg up to 8 ms, 5 ms until it is noticed, a wait of 1 ms, a leg: so a grace up to 21 fails.
    down = (
        "faults=[{kind='network_down', offset_ms={low_ms=0, high_ms=8}, for_ms=0,"
        " noticed_after_ms=5}]"
    )
    for grace_ms, kind in ((21, "violated"), (22, "proved")):
        scope = ["chunks=1", "loss=0", down, f"grace_ms={grace_ms}"]
        scenario = load_scenario("small-scope", scope)
        found = verify(scenario, load_design("alarm", scenario))
        assert found.verdicts["complete_at_finalization"].kind == kind


def test_deploys_in_a_row_lose_no_chunk_of_the_recommended_design() -> None:
    rows = ", ".join(f"{{kind='deploy', offset_ms={ms}}}" for ms in range(9_990, 10_100, 10))
    (facts,) = facts_of_all("lazy-alarm", f"faults=[{rows}]")
    assert facts.stored.keys() == facts.recorded.keys()
    assert facts.status == "completed"
