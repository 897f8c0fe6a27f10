"""The end of a page: hooks, beacons, keepalive, the kept queue, a recorder that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts, facts_of
from tests.support.worlds import of, quiet

FILE = Path(__file__).parent / "leaving.py"


def design_of(name: str, scenario: Scenario | None = None) -> DesignSpec:
    """A design of `leaving`."""
    return load_design(f"{FILE}:{name}", scenario)


def fault(kind: str, offset_ms: int, **settings: object) -> str:
    """One fault."""
    rest = "".join(f", {name}={_written(value)}" for name, value in settings.items())
    return f"faults=[{{kind='{kind}', offset_ms={offset_ms}{rest}}}]"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def ran(name: str, *overrides: str) -> Facts:
    """A session, played again by its schedule as well."""
    scenario = quiet(*overrides)
    run, schedule = record(scenario, design_of(name, scenario), 1)
    assert replay(schedule, design_of(name, scenario)).trace == run.trace
    return run.facts


def lines(name: str, *overrides: str) -> list[tuple[int, str]]:
    """What the page wrote to its console, and when."""
    scenario = quiet(*overrides)
    trace = simulate(scenario, design_of(name, scenario), 1).trace
    return [(x.at_ms, x.line) for x in of(trace, e.ConsoleLine)]


# --- B24: what is sent while the page goes away ---------------------------------------------------

AUDIO = (
    "network.request_delay_ms=300",
    "uplink={kind='constant', rate_kbps=1000}",
    "faults=[{kind='tab_closed', when='last_upload', offset_ms={low_ms=0, high_ms=200}}]",
)


@pytest.mark.parametrize(
    ("kbps", "design", "lost_share"),
    [
        (32, "KeepaliveDesign", 0),  # 40 KB
        (2_500, "KeepaliveDesign", 1),  # 3 MB
    ],
)
def test_a_chunk_outlives_the_page_where_it_fits_into_the_budget(
    kbps: int, design: str, lost_share: int
) -> None:
    settings = (*AUDIO, f"client.video_kbps={kbps}", "recording.duration_ms=30000")
    scenario = quiet(*settings)
    spec = design_of(design, scenario)
    runs = [simulate(scenario, spec, seed).facts for seed in range(20)]
    lost = [facts.recorded.keys() > facts.stored.keys() for facts in runs]
    assert sum(lost) == lost_share * len(runs)


def test_without_keepalive_the_same_chunk_is_lost() -> None:
    scenario = quiet(*AUDIO, "client.video_kbps=32", "recording.duration_ms=30000")
    lazy = load_design("lazy-alarm", scenario)
    runs = [simulate(scenario, lazy, seed).facts for seed in range(20)]
    assert all(facts.recorded.keys() > facts.stored.keys() for facts in runs)


@pytest.mark.parametrize(
    ("budget", "stored"),
    # 4,000 B a chunk. Chunk 0 is under way as an ordinary request, chunks 1 and 2 are queued.
    [(8_000, {1, 2}), (7_999, {1}), (3_999, set())],
)
def test_beacons_share_one_budget(budget: int, stored: set[int]) -> None:
    settings = (
        *("client.chunk_ms=1000", "client.video_kbps=32", f"browser.keepalive_bytes_max={budget}"),
        *("network.request_delay_ms=2800", fault("tab_closed", 3_100)),
    )
    facts = ran("BeaconsDesign", *settings)
    assert facts.stored.keys() == stored
    assert facts.in_closed_tab == {0, 1, 2} - stored


def test_a_body_that_has_come_through_leaves_the_budget_again() -> None:
    settings = ("client.video_kbps=32", "browser.keepalive_bytes_max=40000")
    scenario = quiet(*settings)
    trace = simulate(scenario, design_of("KeepaliveDesign", scenario), 1).trace
    assert of(trace, e.KeepaliveRefused) == []
    assert facts_of(trace).stored.keys() == {0, 1, 2}
    tight = quiet(settings[0], "browser.keepalive_bytes_max=39999")
    trace = simulate(tight, design_of("KeepaliveDesign", tight), 1).trace
    refused = [(x.at_ms, x.chunk) for x in of(trace, e.KeepaliveRefused)]
    assert refused == [(10_020, 0), (20_020, 1)], "the last chunk has 20,000 B"


def test_a_beacon_that_is_lost_takes_its_chunk_along() -> None:
    facts = ran(
        *("BeaconsDesign", "client.chunk_ms=1000", "client.video_kbps=32"),
        "network.request_delay_ms=2800",
        "faults=[{kind='tab_closed', offset_ms=3100}, {kind='network_down', offset_ms=3200,"
        " for_ms=0}]",
    )
    assert facts.in_closed_tab == {0, 1, 2}
    assert facts.missing == ()


# --- hooks ----------------------------------------------------------------------------------------


def test_a_page_is_told_of_its_life_in_the_browsers_order() -> None:
    assert lines("NotesDesign", fault("tab_closed", 5_000)) == [
        (5_020, "page_hide"),
        (5_020, "hidden"),
    ]
    assert lines("NotesDesign", fault("tab_closed", 5_000, crashes=True)) == []
    frozen = lines("NotesDesign", fault("tab_frozen", 5_000, for_ms=2_000))
    assert frozen == [
        (5_020, "hidden"),
        (5_020, "freeze"),
        (7_020, "thawed"),  # its timer came due while it stood still
        (7_020, "visible"),
    ]
    behind = lines("NotesDesign", fault("tab_throttled", 5_000, for_ms=2_000))
    assert behind == [(5_020, "hidden"), (7_020, "visible")]


def test_a_hook_that_is_not_on_the_page_is_refused() -> None:
    words = r"HooksOnObject: page_hide\(\) is told to the page, not to the object; allowed: a meth"
    with pytest.raises(DesignError, match=words):
        design_of("HooksOnObject")


# --- exploring ------------------------------------------------------------------------------------


def explored(name: str, *overrides: str) -> Any:
    """One chunk, closed at any time while it may be under way, in every schedule."""
    closed = "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=8}}]"
    scope = ("chunks=1", closed, "start.session='created'", "network.stop_may_fail=false")
    scenario = load_scenario("small-scope", [*scope, "loss=0", *overrides])
    return verify(scenario, design_of(name, scenario))


def test_what_outlives_the_page_is_explored() -> None:
    assert explored("KeepaliveDesign").verdicts["nothing_lost"].kind == "proved"
    small = explored("KeepaliveDesign", "browser.keepalive_bytes_max=0")
    assert small.verdicts["nothing_lost"].kind == "violated"


def test_a_beacon_that_may_be_lost_is_explored() -> None:
    sure = explored("KeepaliveDesign", "loss=0.5")
    assert sure.verdicts["nothing_lost"].kind == "violated"
    assert sure.verdicts["complete_at_finalization"].kind == "proved", "nobody waits for it"


# --- a kept queue ---------------------------------------------------------------------------------

RELOAD = fault("tab_reloaded", 12_000, for_ms=500)
SLOW = ("blobs.put_delay_ms=5000", "client.chunk_ms=1000", "client.keeps_queue=true")


@pytest.mark.parametrize(("most", "held"), [(None, 7), (4, 4), (0, 0)])
def test_a_kept_queue_holds_the_oldest_chunks_that_fit(most: int | None, held: int) -> None:
    # 1 s of media are 312,500 B. At 12.02 s chunks 0 and 1 are answered, the third is under way.
    quota = () if most is None else (f"browser.kept_bytes_max={most * 312_500}",)
    scenario = quiet(*SLOW, RELOAD, *quota)
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    (closed,) = of(trace, e.TabClosed)
    before = {x.chunk for x in of(trace, e.ChunkRecorded) if x.at_ms < closed.at_ms}
    again = [x.chunk for x in of(trace, e.RequestSent) if x.at_ms > 12_500 and x.method == "upload"]
    kept = sorted(before - {0, 1})
    assert sorted(set(again)) == (kept if most is None else kept[:most])
    stays = set(kept) if most is None else set(kept[:most])
    assert set(closed.in_tab) == set(kept) - stays - facts_of(trace).stored.keys() - {2} | (
        set() if most != 0 else set(kept) - {2}
    )


def test_a_kept_queue_may_be_unreadable() -> None:
    scenario = quiet(*SLOW, RELOAD, "browser.kept_unreadable=0.5")
    spec = load_design("alarm", scenario)
    ends = set()
    for seed in range(10):
        run, schedule = record(scenario, spec, seed)
        assert replay(schedule, spec).trace == run.trace
        lost = of(run.trace, e.ChunksLost)
        ends.add(bool(lost))
        assert bool(run.facts.in_closed_tab) is bool(lost)
    assert ends == {True, False}


def test_an_unreadable_queue_is_explored() -> None:
    scope = (
        *("chunks=1", "loss=0", "disconnects=0", "client.keeps_queue=true"),
        "faults=[{kind='tab_reloaded', offset_ms={low_ms=0, high_ms=8}, for_ms=5}]",
    )
    for share, kind in ((0.0, "proved"), (0.5, "violated")):
        scenario = load_scenario("small-scope", [*scope, f"browser.kept_unreadable={share}"])
        found = verify(scenario, load_design("lazy-alarm", scenario))
        assert found.verdicts["nothing_lost"].kind == kind, share


# --- the recorder ---------------------------------------------------------------------------------


def test_a_recorder_that_fails_hands_out_what_it_has_and_no_more() -> None:
    failed = quiet(fault("recorder_error", 14_000))
    trace = simulate(failed, design_of("NotesDesign", failed), 1).trace
    chunks = [(x.at_ms, x.size_bytes) for x in of(trace, e.ChunkRecorded)]
    assert chunks == [(10_020, 3_125_000), (14_020, 1_250_000)]
    assert (14_020, "recorder_error") in [(x.at_ms, x.line) for x in of(trace, e.ConsoleLine)]
    (stopped,) = of(trace, e.StopPressed)
    assert stopped == e.StopPressed(25_020, 14_000), "only so much was recorded"
    facts = facts_of(trace)
    assert facts.row_ms == facts.recorded_ms == 14_000
    assert facts.status == "completed"


@pytest.mark.parametrize("kind", ["laptop_asleep", "tab_frozen"])
def test_a_page_that_stands_still_hears_later_that_its_recorder_failed(kind: str) -> None:
    fails = "{kind='recorder_error', offset_ms=14000}"
    stands = f"{{kind='{kind}', offset_ms=13000, for_ms=5000}}"
    scenario = quiet(f"faults=[{fails}, {stands}]")
    trace = simulate(scenario, design_of("NotesDesign", scenario), 1).trace
    sent = [x.at_ms for x in of(trace, e.RequestSent) if x.chunk == 1]
    assert sent == [18_020], "no code of a page runs while it stands still"
    (heard,) = [x.at_ms for x in of(trace, e.ConsoleLine) if x.line == "recorder_error"]
    assert heard == 18_020


def test_what_a_page_hears_twice_while_it_stands_still_it_is_told_twice() -> None:
    asleep = "{kind='laptop_asleep', offset_ms=2000, for_ms=3000}"
    frozen = "{kind='tab_frozen', offset_ms=3000, for_ms=500}"
    told = lines("SlowNotesDesign", f"faults=[{asleep}, {frozen}]")
    assert told == [
        *((5_020, "hidden begins"), (5_020, "visible begins")),
        *((5_030, "hidden ends"), (5_030, "visible ends")),
    ]


def test_a_recorder_that_fails_is_explored_at_one_time() -> None:
    base = ("recording.duration_ms=15000", fault("recorder_error", 12_000))
    scenario = load_scenario("default-scope", base)
    found = verify(scenario, load_design("lazy-alarm", scenario))
    assert found.verdicts["duration_true"].kind == "proved"
    ranged = "faults=[{kind='recorder_error', offset_ms={low_ms=1, high_ms=9}}]"
    with pytest.raises(InputError, match=r"recorder_error in bounds.*faults.0.offset_ms=1"):
        verify(load_scenario("default-scope", [ranged]), load_design("lazy-alarm"))


@pytest.mark.parametrize(("name", "status"), [("manifest", "incomplete"), ("alarm", "completed")])
def test_a_last_chunk_that_never_comes(name: str, status: str) -> None:
    scenario = quiet("client.last_chunk='never'")
    run = simulate(scenario, load_design(name, scenario), 1)
    assert len(run.facts.recorded) == 2
    assert run.facts.status == status, "the stop flow that counts chunks waits for ever"
    assert run.facts.ended == "quiet"


def test_a_last_chunk_that_never_comes_is_explored() -> None:
    scope = ["client.last_chunk='never'", "chunks=1", "start.session='created'"]
    scenario = load_scenario("small-scope", [*scope, "limits.end_at_completion=false"])
    found = verify(scenario, load_design("lazy-alarm", scenario))
    assert found.verdicts["finalizes"].kind == "proved"


def test_an_empty_last_chunk_is_a_chunk() -> None:
    scenario = quiet("client.last_chunk='empty'")
    run = simulate(scenario, load_design("lazy-alarm", scenario), 1)
    assert [x.size_bytes for x in of(run.trace, e.ChunkRecorded)][-1] == 0
    assert run.facts.stored.keys() == {0, 1, 2}
    assert run.facts.status == "completed"
