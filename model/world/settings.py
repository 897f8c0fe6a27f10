"""What a scenario and a design settle for all worlds of a run, read once: no step changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.scenario.delay import Constant
from lastchunk.model.world import faults
from lastchunk.model.world.base.pending import GRACE_ENDS, Spread
from lastchunk.model.world.outcomes import failures_allowed, table_of

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.scenario.schema import Scenario


def exact(delay: Any) -> int | Spread:
    """A distribution as the scheduler wants it: whole milliseconds where it is a constant."""
    if isinstance(delay, Constant):
        return delay.value_ms
    spread: Spread = delay
    return spread


class WorldSettings:
    """The settings of a world. All worlds of a run share them.

    A delay is whole milliseconds where it is a constant. ``choosing`` holds the kinds of pending
    things that may have more than one outcome.
    """

    def __init__(self, design: DesignSpec, scenario: Scenario) -> None:
        network, platform = scenario.network, scenario.platform
        self.platform = platform
        self.stop_call: str = design.cls.stop_call
        self.storage_read_ms = platform.storage_read_ms
        self.commit_ms = exact(platform.commit_ms)
        self.commits_wait = (
            self.commit_ms != 0
            or platform.commit_failure > 0
            or platform.alarm_move_loss > 0
            or faults.are_met(scenario, "commit")
        )
        self.alarm_late_ms = exact(platform.alarm_late_ms)
        self.idle_ms = exact(
            platform.hibernate_after_ms if platform.hibernates else platform.evict_after_ms
        )
        self.clocks_differ = platform.clock_offset_ms.low_ms != platform.clock_offset_ms.high_ms
        self.consumer_ms = exact(scenario.consumer.reads_after_ms)
        self.notify_ms = exact(scenario.consumer.notify_delay_ms)
        self.put_delay_ms = exact(scenario.blobs.put_delay_ms)
        self.call_delay_ms = exact(scenario.blobs.call_delay_ms)
        self.same_key_ms = scenario.blobs.same_key_ms
        self.request_ms = exact(network.request_delay_ms)
        stop_delay = network.stop_delay_ms
        self.stop_ms = self.request_ms if stop_delay is None else exact(stop_delay)
        self.response_ms = exact(network.response_delay_ms)
        self.error_ms = exact(network.error_delay_ms)
        self.stop_may_fail = network.stop_may_fail
        self.failures_max = network.failures_per_chunk_max
        self.streams_bodies = network.body == "streamed"
        self.end_at_completion = scenario.limits.end_at_completion
        self.awaits_max = scenario.limits.awaits_max
        self.outcomes = table_of(scenario)
        self.choosing = frozenset((*self.outcomes, "fault", GRACE_ENDS))
        self.failures_allowed = failures_allowed(scenario)
        # No delay and no choice is no step of its own, as a commit or a read that takes no time.
        self.puts_at_once = (
            self.put_delay_ms == 0
            and self.same_key_ms == 0
            and "blob" not in self.outcomes
            and not faults.are_met(scenario, "blob")
        )
        self.answers_at_once = self.response_ms == 0 and "response" not in self.outcomes
