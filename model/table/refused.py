"""What no table carries: refused by name, and run in SimPy."""

from __future__ import annotations

from lastchunk.model.scenario.schema import Scenario


class NotCarried(Exception):  # noqa: N818 - a signal between two functions, not an error
    """What a table cannot hold, in words."""


def uncarried(scenario: Scenario) -> str:
    """What of a scenario no table can carry yet, in words; "" where there is nothing."""
    offset = scenario.browser.clock_offset_ms
    if scenario.uplink is not None:
        return "an uplink that transfers share"
    if scenario.recording.chunk_sizes is not None:
        return "recording.chunk_sizes"
    if offset.low_ms != offset.high_ms:
        return "browser.clock_offset_ms is a range"
    return ""
