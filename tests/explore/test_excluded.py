"""What the rules exclude is proved absent: over every schedule of some stormy bounds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.search.search import Search
from lastchunk.model.explore.state.machine import Machine, monitor_for
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace import events as e

STORMY = (
    "recording.chunks=2",
    "recording.duration_ms=0",
    "client.uploads_parallel=2",
    "client.retry_ms=1",
    "start.session='active'",
    "network.body='buffered'",
    "network.stop_may_fail=false",
    "network.failures_per_chunk_max=1",
    "network.request_delay_ms={distribution='uniform', low_ms=1, high_ms=9}",
    "network.response_delay_ms=1",
    "blobs.put_delay_ms={distribution='uniform', low_ms=1, high_ms=6}",
    "design.grace_ms=5",
    "design.long_alarm_ms=9",
    "expect.sometimes=[]",
)
CASES = {
    "sqlite": ("network.request_loss=0.5",),
    "an uncached read": ("platform.storage='kv'", "platform.storage_read_ms=2"),
    "a late alarm": ("platform.alarm_late_ms={distribution='uniform', low_ms=0, high_ms=4}",),
}


class Inspector(Machine):
    """Looks at each step of the exploration, on the world that takes it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seen: Counter[str] = Counter()

    def _leaf(self, happened: Any, facts: Any, times: Any, places: Any) -> Any:
        runs = 0
        for event in happened.events:
            if isinstance(event, e.AlarmEnded):
                runs -= 1
            if not isinstance(event, e.AlarmStarted):
                continue
            runs += 1
            self.seen["two alarms overlap"] += runs > 1
            self.seen["an early alarm"] += event.at_ms < event.due_ms
            suspended = [
                task for task in happened.world.object.program.tasks if task[0] == "upload"
            ]
            waiting = [task for task in suspended if ("blob", *task) in happened.world.pending]
            self.seen["an alarm inside a blob put"] += bool(waiting)
            self.seen["an alarm between check and put"] += len(suspended) > len(waiting)
        return super()._leaf(happened, facts, times, places)


@pytest.mark.parametrize("case", CASES)
def test_excluded_interleavings_are_absent(case: str) -> None:
    scenario = load_scenario("everything-fast", [*STORMY, *CASES[case]])
    design = load_design("alarm", scenario)
    machine = Inspector(design, scenario, monitor_for(design, scenario, ["completed_is_final"]))
    found = Search(machine).run()
    assert not found.unfinished
    assert machine.seen.pop("an alarm inside a blob put") > 0, "nothing was tested"
    assert +machine.seen == {}
