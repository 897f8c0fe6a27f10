"""The known ways to fail are found by exploring bounds, without being told when anything happens.

Every delay that the fact needs is an interval around the deployed constants; the property that the
fact breaks must come out violated, and its counterexample is replayed (`verify` does so itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.threshold import find_threshold
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.scenario.load import load_scenario

QUICK = (
    "network.request_delay_ms=10",
    "network.response_delay_ms=10",
    "blobs.put_delay_ms=20",
    "expect.sometimes=[]",
)
SHORT = "recording.duration_ms=15000"
NAIVE = f"{Path(__file__).parents[1] / 'oracles' / 'canaries.py'}:NotifiesDirectly"


def within(low_ms: int, high_ms: int) -> str:
    return f"{{distribution='uniform', low_ms={low_ms}, high_ms={high_ms}}}"


def at(low_ms: int, high_ms: int) -> str:
    return f"{{low_ms={low_ms}, high_ms={high_ms}}}"


SLOW_PUTS = f"blobs.put_delay_ms={within(10, 8_000)}"


@dataclass(frozen=True)
class Fact:
    """A fact: the bounds, and what must come out violated under them."""

    name: str
    violated: str
    overrides: tuple[str, ...]
    design: str = "alarm"


FACTS = [
    Fact("F1", "complete_at_finalization", (SHORT, SLOW_PUTS)),
    Fact("F2", "completed_is_final", (SHORT, SLOW_PUTS)),
    Fact("F3", "finalizes_promptly", (SHORT, f"blobs.put_delay_ms={within(10, 900)}")),
    Fact(
        "F4",
        "nothing_refused",
        (
            SHORT,
            "client.uploads_parallel=2",
            f"blobs.put_delay_ms={within(10, 9_000)}",
            f"network.request_delay_ms={within(10, 6_000)}",
        ),
    ),
    Fact(
        "F5",  # no upload takes longer than 0.2 s, and the retry leaves gaps
        "complete_at_finalization",
        (
            SHORT,
            f"network.request_delay_ms={within(10, 100)}",
            f"blobs.put_delay_ms={within(10, 100)}",
            "network.stop_may_fail=false",
            f"faults=[{{kind='network_down', anchor='stop', offset_ms={at(-1000, 1000)},"
            " for_ms=7000}]",
        ),
    ),
    Fact(
        "F6", "complete_at_finalization", (SHORT, f"network.request_delay_ms={within(10, 7_000)}")
    ),
    Fact(
        "F6-late",
        "finalizes_promptly",
        (SHORT, f"faults=[{{kind='stray_stop', anchor='stop', offset_ms={at(0, 60_000)}}}]"),
    ),
    Fact(
        "F8",
        "not_while_recording",
        (
            SHORT,
            "recording.pause_at_ms=5000",
            "recording.pause_for_ms=720000",
            f"blobs.put_delay_ms={within(10, 900)}",
        ),
    ),
    Fact(
        "F9",
        "complete_at_finalization",
        (
            "client.chunk_ms=300000",
            "recording.duration_ms=620000",
            f"blobs.put_delay_ms={within(10, 611_000)}",
        ),
    ),
    Fact(
        "F10",
        "nothing_lost",
        (SHORT, f"faults=[{{kind='tab_closed', offset_ms={at(0, 15_000)}}}]"),
    ),
    Fact(
        "F11",
        "count_true",
        (
            SHORT,
            "network.response_loss=0.5",
            "network.failures_per_chunk_max=1",
            "network.stop_may_fail=false",
        ),
    ),
    Fact("F12", "count_true", (SHORT, SLOW_PUTS, "client.uploads_parallel=2")),
    Fact(
        "F13",
        "count_true",
        (
            SHORT,
            "platform.commit_ms=5",
            f"faults=[{{kind='instance_lost', offset_ms={at(0, 16_000)}}}]",
        ),
    ),
    Fact(
        "F14",
        "complete_at_finalization",
        (SHORT, SLOW_PUTS, f"faults=[{{kind='deploy', offset_ms={at(0, 20_000)}}}]"),
    ),
    Fact(
        "F15",
        "count_true",
        (SHORT, f"platform.commit_ms={within(1, 20)}", "platform.commit_failure=0.5"),
    ),
    Fact("F16", "finalizes_promptly", (SHORT, f"platform.alarm_late_ms={within(0, 60_000)}")),
    Fact(
        "F17",
        "finalizes",
        (
            SHORT,
            "faults=[{kind='alarm_fails', anchor='stop', offset_ms=0, for_ms=900000,"
            " how='counted'}]",
        ),
    ),
    Fact("F18", "notified_once", (SHORT, SLOW_PUTS), NAIVE),
    Fact(
        "F19",
        "not_while_recording",
        (
            "recording.duration_ms=25000",
            f"faults=[{{kind='stray_stop', offset_ms={at(0, 25_000)}}}]",
        ),
    ),
    Fact("F20", "finalizes_promptly", (SHORT, f"network.stop_delay_ms={within(10, 3_000)}")),
    Fact(
        "F22",
        "finalizes_promptly",
        (SHORT, f"faults=[{{kind='create_again', anchor='stop', offset_ms={at(0, 20_000)}}}]"),
    ),
]


def explored(overrides: tuple[str, ...], slug: str, design: str = "alarm") -> Verification:
    scenario = load_scenario("everything-fast", [*QUICK, *overrides])
    return verify(scenario, load_design(design, scenario), [slug], Budget(seconds=120))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_is_found(fact: Fact) -> None:
    found = explored(fact.overrides, fact.violated, fact.design)
    assert found.verdicts[fact.violated].kind == "violated"
    kinds = {example.kind for example in found.counterexamples[fact.violated]}
    assert {"shortest", "widest"} <= kinds


def test_f7_a_re_arm_that_is_not_confirmed_lets_the_old_alarm_run() -> None:
    # Two uploads under way as the stop runs. The first ends in time and re-arms; its commit takes
    # up to 100 ms. Without that time the session waits for the second one.
    base = (
        "recording.duration_ms=19000",
        "client.uploads_parallel=2",
        "network.stop_delay_ms=10",
        "blobs.put_delay_ms=13950",
    )
    slug = "complete_at_finalization"
    assert explored(base, slug).verdicts[slug].kind == "proved"
    slow = (*base, f"platform.commit_ms={within(1, 100)}")
    assert explored(slow, slug).verdicts[slug].kind == "violated"


def test_the_exact_threshold_of_f1() -> None:
    # The stop and the last upload reach the object at one instant; the put ends as late as the
    # grace allows, and at exactly the grace the alarm may run first.
    overrides = [
        *QUICK,
        "recording.duration_ms=9000",
        f"blobs.put_delay_ms={within(10, 4_321)}",
    ]
    limit = find_threshold(
        "everything-fast", overrides, "alarm", "complete_at_finalization", "design.grace_ms"
    )
    assert (limit.below, limit.below_ms, limit.above_ms) == ("violated", 4_321, 4_322)


@pytest.mark.parametrize("long_ms", [60_000, 600_000])
def test_f3_as_a_theorem(long_ms: int) -> None:
    # Every upload ends after the stop ran, and before its grace is over: every schedule completes
    # exactly the long alarm after the last upload, none sooner and none later.
    overrides = (
        "recording.duration_ms=9000",
        f"blobs.put_delay_ms={within(1, 4_900)}",
        f"network.request_delay_ms={within(10, 60)}",
        "network.stop_delay_ms=9",
        f"design.long_alarm_ms={long_ms}",
    )
    found = explored(overrides, "finalizes_promptly")
    assert found.verdicts["finalizes_promptly"].kind == "violated"
    assert (found.late_ms_min, found.late_ms) == (long_ms, long_ms)
