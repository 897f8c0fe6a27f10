"""What the runtime on one's own machine does otherwise than the rules: its known bugs (A7)."""

from __future__ import annotations

from lastchunk.model.scenario.schema import Scenario

LOCAL_PLATFORM: dict[str, bool] = {
    "bug_alarm_set_to_now_is_lost": True,
    "bug_alarm_waits_for_back_off": True,
}
"""The settings of ``platform`` that hold for the local runtime. Of production nothing is known."""


def on_local_runtime(scenario: Scenario) -> Scenario:
    """The same scenario, on the runtime of one's own machine."""
    platform = scenario.platform.model_copy(update=LOCAL_PLATFORM)
    return scenario.model_copy(update={"platform": platform})
