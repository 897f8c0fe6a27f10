"""The known ways to fail, each as an exact trace from the instant that matters.

The traces stand in ``tests/golden``, one file a fact, and were checked line by line against the
description of the deployed system; the constants are 10 ms each way and 20 ms for a blob put.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.trace.words import words_of
from tests.support.worlds import quiet

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True)
class Fact:
    """One fact: the settings that bring it about, where its trace begins, what it violates."""

    name: str
    overrides: tuple[str, ...]
    from_ms: int
    violated: dict[str, int]
    design: str = "alarm"


NAIVE = f"{Path(__file__).parents[1] / 'oracles' / 'canaries.py'}:NotifiesDirectly"
SHORT = "recording.duration_ms=19000"
FACTS = [
    Fact(
        "F1-F2-alarm-inside-a-slow-upload",
        (SHORT, "blobs.put_delay_ms=6000"),
        19_020,
        # The alarm fires 5 s after the stop ran at 19,030; the put ends at 25,030 and its stale
        # copy makes the session active again.
        {
            "complete_at_finalization": 24_030,
            "completed_is_final": 25_030,
            "finalizes_promptly": 32_030,
        },
    ),
    Fact("F3-last-upload-after-stop", (), 25_020, {"finalizes_promptly": 32_050}),
    Fact(
        "F4-refused-between-F1-and-F2",
        (
            SHORT,
            "blobs.put_delay_ms=15000",
            "client.uploads_parallel=2",
            "client.last_chunk_delay_ms=5500",
        ),
        19_020,
        {
            "complete_at_finalization": 24_030,
            "nothing_refused": 24_530,
            "completed_is_final": 25_030,
            "nothing_lost": 625_030,
            "finalizes_promptly": 32_030,
        },
    ),
    Fact(
        "F5-backlog-with-a-retry-gap",
        (
            "uplink={kind='constant', rate_kbps=2000}",
            "faults=[{kind='network_down', anchor='stop', offset_ms=500, for_ms=4000}]",
        ),
        25_020,
        {
            "complete_at_finalization": 30_030,
            "completed_is_final": 42_054,
            "finalizes_promptly": 55_342,
        },
    ),
    Fact(
        "F6-stop-overtakes-uploads",
        (SHORT, "network.request_delay_ms=7000", "network.stop_delay_ms=10"),
        26_010,
        {"complete_at_finalization": 31_020, "nothing_refused": 33_010, "nothing_lost": 33_020},
    ),
    Fact(
        "F6-stop-repeated-late",
        ("faults=[{kind='stray_stop', anchor='stop', offset_ms=60000}]",),
        25_020,
        {"finalizes_promptly": 32_050},
    ),
    Fact(
        "F7-re-arm-not-confirmed",
        # Chunk 0 ends 50 ms before the alarm and re-arms it; the commit takes 100 ms.
        (
            SHORT,
            "client.uploads_parallel=2",
            "blobs.put_delay_ms=13950",
            "platform.commit_ms=100",
        ),
        19_020,
        {
            "complete_at_finalization": 24_130,
            "completed_is_final": 33_180,
            "count_true": 633_180,
            "finalizes_promptly": 40_180,
        },
    ),
    Fact(
        "F8-no-chunk-for-ten-minutes",
        ("recording.pause_at_ms=15000", "recording.pause_for_ms=720000"),
        15_020,
        {"not_while_recording": 610_050, "nothing_refused": 740_030, "nothing_lost": 750_030},
    ),
    Fact(
        "F9-upload-slower-than-ten-minutes",
        (
            "client.chunk_ms=300000",
            "recording.duration_ms=620000",
            "blobs.put_delay_ms=611000",
        ),
        300_020,
        {
            "complete_at_finalization": 600_010,
            "completed_is_final": 911_030,
            "finalizes_promptly": 2_140_070,
            "not_while_recording": 600_010,
        },
    ),
    Fact(
        "F10-tab-closed-before-stop",
        ("faults=[{kind='tab_closed', offset_ms=10005}]",),
        10_020,
        {"nothing_lost": 600_010, "duration_true": 10_025},
    ),
    Fact(
        "F11-response-lost",
        ("faults=[{kind='network_down', offset_ms=10035, for_ms=0}]",),
        10_020,
        {"count_true": 625_050, "finalizes_promptly": 32_050},
    ),
    Fact(
        "F12-two-uploads-read-one-count",
        ("blobs.put_delay_ms=6000", "client.uploads_parallel=2"),
        20_020,
        {"count_true": 631_030, "finalizes_promptly": 38_030},
    ),
    Fact(
        "F13-instance-lost-before-the-state-put",
        ("faults=[{kind='instance_lost', offset_ms=10020}]",),
        10_020,
        {"count_true": 625_050, "finalizes_promptly": 32_050},
    ),
    Fact(
        "F14-old-instance-beside-the-new-one",
        (
            SHORT,
            "blobs.put_delay_ms=6000",
            "faults=[{kind='deploy', anchor='stop', offset_ms=1000}]",
        ),
        19_020,
        {"complete_at_finalization": 24_030, "count_true": 25_040},
    ),
    Fact(
        "F15-commit-fails",
        ("faults=[{kind='commits_fail', offset_ms=10025, for_ms=20}]",),
        10_020,
        {"count_true": 625_050, "finalizes_promptly": 32_050},
    ),
    Fact(
        "F16-alarm-late",
        (
            "client.last_chunk_delay_ms=7000",
            "faults=[{kind='alarm_late', anchor='stop', offset_ms=4000, for_ms=20000}]",
        ),
        25_020,
        {"finalizes_promptly": 39_050},
    ),
    Fact(
        "F17-attempts-used-up",
        (
            "faults=[{kind='alarm_fails', anchor='stop', offset_ms=0, for_ms=900000,"
            " how='counted'}]",
        ),
        25_020,
        {"finalizes": 925_020},
    ),
    Fact(
        "F18-webhook-fires-twice",
        (SHORT, "blobs.put_delay_ms=6000"),
        19_020,
        {
            "complete_at_finalization": 24_030,
            "completed_is_final": 25_030,
            "finalizes_promptly": 32_030,
            "notified_once": 625_080,
        },
        NAIVE,
    ),
    Fact(
        "F19-stray-stop-while-recording",
        ("faults=[{kind='stray_stop', offset_ms=12000}]",),
        12_020,
        {"not_while_recording": 17_030, "nothing_refused": 20_030, "nothing_lost": 30_030},
    ),
    Fact(
        "F20-grace-from-when-the-stop-runs",
        ("network.stop_delay_ms=3000",),
        25_020,
        {
            "finalizes_promptly": 32_050,
        },
    ),
    Fact(
        "F21-consumer-reads-too-early",
        ("consumer.reads_after_ms=0",),
        25_020,
        {"finalizes_promptly": 32_050, "consumer_sees_all": 25_040},
    ),
    Fact(
        "F22-create-called-again",
        (
            "network.stop_delay_ms=3000",
            "faults=[{kind='create_again', anchor='stop', offset_ms=4000}]",
        ),
        25_020,
        {"finalizes_promptly": 32_050},
    ),
    Fact(
        "old-flow-sees-an-empty-queue",
        (),
        25_020,
        {"complete_at_finalization": 25_030, "nothing_refused": 25_030, "nothing_lost": 25_040},
        "manual",
    ),
]


def run_of(fact: Fact) -> Run:
    """The one session of a fact."""
    scenario = quiet(*fact.overrides)
    return simulate(scenario, load_design(fact.design, scenario), seed=1)


def lines_of(run: Run, from_ms: int) -> str:
    """The trace from an instant on, one line an event."""
    return "".join(f"{e.at_ms} {words_of(e)}\n" for e in run.trace if e.at_ms >= from_ms)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_trace_of(fact: Fact) -> None:
    expected = (GOLDEN / f"{fact.name}.txt").read_text(encoding="utf-8")
    assert lines_of(run_of(fact), fact.from_ms) == expected


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_violations_of(fact: Fact) -> None:
    run = run_of(fact)
    found = {
        slug: item.at_ms
        for slug, item in check_all(run.facts, run.judge).items()
        if isinstance(item, Violation)
    }
    assert found == fact.violated


def test_every_golden_file_belongs_to_a_fact() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {fact.name for fact in FACTS}
