"""The explorer against the world itself: every schedule of whole milliseconds, one by one.

Tiny bounds, every kind of trouble. The brute search forks the ordinary world on ordinary integers
and lets each pending thing happen at each whole ms of its window. Bounds are closed and nothing
here compares strictly, so whole milliseconds reach whatever real times reach.
"""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.explore.witness.walks import walk_to
from lastchunk.model.properties import asked
from lastchunk.model.scenario.load import load_scenario
from tests.oracles.whole_ms import by_brute_force

SLUGS = ("complete_at_finalization", "completed_is_final", "count_true", "nothing_refused")
BASE = (
    "start.session='active'",
    "recording.chunks=2",
    "recording.duration_ms=0",
    "client.uploads_parallel=2",
    "client.retry_ms=1",
    "network.body='buffered'",
    "network.stop_may_fail=false",
    "network.failures_per_chunk_max=1",
    "network.response_delay_ms=1",
    "design.long_alarm_ms=5",
    "expect.sometimes=[]",
)


def within(low_ms: int, high_ms: int) -> str:
    return f"{{distribution='uniform', low_ms={low_ms}, high_ms={high_ms}}}"


CASES = {
    "slow puts": ("design.grace_ms=2", f"blobs.put_delay_ms={within(1, 3)}"),
    "slow puts, in time": ("design.grace_ms=4", f"blobs.put_delay_ms={within(1, 2)}"),
    "late alarm": (
        "design.grace_ms=3",
        "blobs.put_delay_ms=0",
        f"network.request_delay_ms={within(1, 2)}",
        f"platform.alarm_late_ms={within(0, 2)}",
    ),
    "one at a time": (
        "design.grace_ms=4",
        "client.uploads_parallel=1",
        f"blobs.put_delay_ms={within(0, 1)}",
        f"network.request_delay_ms={within(1, 2)}",
    ),
    "lost requests": (
        "design.grace_ms=4",
        f"network.request_delay_ms={within(1, 2)}",
        "network.request_loss=0.5",
        "blobs.put_delay_ms=0",
    ),
    "lost responses": (
        "design.grace_ms=4",
        "network.request_delay_ms=1",
        "network.response_loss=0.5",
        "blobs.put_delay_ms=1",
    ),
    "commits": (
        "design.grace_ms=3",
        "network.request_delay_ms=1",
        "blobs.put_delay_ms=1",
        f"platform.commit_ms={within(1, 2)}",
    ),
    "an instance is lost": (
        "design.grace_ms=3",
        "network.request_delay_ms=1",
        "blobs.put_delay_ms=2",
        "faults=[{kind='instance_lost', offset_ms={low_ms=0, high_ms=4}}]",
    ),
    "a deploy": (
        "design.grace_ms=2",
        "network.request_delay_ms=1",
        "blobs.put_delay_ms=3",
        "faults=[{kind='deploy', offset_ms={low_ms=0, high_ms=3}, old_instance_ms=3}]",
    ),
    "a stray stop and a second create": (
        "design.grace_ms=3",
        "network.request_delay_ms=1",
        f"blobs.put_delay_ms={within(1, 2)}",
        "faults=[{kind='stray_stop', offset_ms={low_ms=0, high_ms=3}},"
        " {kind='create_again', offset_ms=2, probability=0.5}]",
    ),
    "one put at a time to a key": (
        "design.grace_ms=4",
        "network.request_delay_ms=1",
        "network.response_loss=0.5",
        "blobs.put_delay_ms=1",
        "blobs.same_key_ms=3",
    ),
    "an unread store": (
        "design.grace_ms=3",
        "network.request_delay_ms=1",
        "blobs.put_delay_ms=1",
        "platform.storage='kv'",
        "platform.storage_read_ms=1",
        "faults=[{kind='instance_lost', offset_ms=2}]",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_finds_what_brute_force_finds(name: str) -> None:
    scenario = load_scenario("everything-fast", [*BASE, *CASES[name]])
    design = load_design("alarm", scenario)
    slugs = [slug for slug in asked(design.cls, scenario) if slug in SLUGS]
    machine = Machine(design, scenario, monitor_for(design, scenario, slugs))
    search = Search(machine)
    found = search.run()
    assert not found.unfinished
    assert set(found.findings) == set(by_brute_force(design, scenario).violated) & set(SLUGS)
    for finding in found.findings.values():
        assert walk_to(search, finding).happenings


def test_a_path_leads_where_the_search_went_also_where_code_was_looked_at_before() -> None:
    # Its `alarm()` has bound more variables since the last look at its frame.
    scenario = load_scenario("everything-fast", [*BASE, *CASES["an unread store"]])
    design = load_design("leases", scenario)
    monitor = monitor_for(design, scenario, SLUGS)
    search = Search(Machine(design, scenario, monitor, symmetry=False))
    found = search.run()
    assert "complete_at_finalization" in found.findings
    for finding in found.findings.values():
        assert walk_to(search, finding).happenings


def test_code_that_is_built_again_gets_the_answers_it_got_before() -> None:
    # The lease design compares stored times in its alarm, and the log of an instance outlives
    # them: a copy runs these comparisons again when the state knows neither time any more.
    overrides = (
        "design.grace_ms=3",
        "design.long_alarm_ms=4",
        "client.uploads_parallel=1",
        f"network.request_delay_ms={within(2, 3)}",
        "network.request_loss=0.5",
        "blobs.put_delay_ms=2",
        "faults=[{kind='network_down', offset_ms={low_ms=0, high_ms=3}, for_ms=0}]",
    )
    scenario = load_scenario("everything-fast", [*BASE, *overrides])
    design = load_design("leases", scenario)
    monitor = monitor_for(design, scenario, SLUGS)
    search = Search(Machine(design, scenario, monitor, symmetry=False))
    found = search.run()
    assert not found.unfinished
    for finding in found.findings.values():
        assert walk_to(search, finding).happenings
