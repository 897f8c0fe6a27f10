"""A step of a schedule in words: what happens, for who would move it in time."""

from __future__ import annotations

from typing import Any

from lastchunk.model.explore.witness.words import pending_name
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reports.timeline.gates import task_words

ALONE = {
    "alarm": "the alarm runs",
    "stop": "the user stops",
    "tick": "the recorder hands out a chunk",
    "last_chunk": "the recorder hands out the last chunk",
}
OF_CALLS = {
    "request": "{} arrives",
    "response": "the answer to {} arrives",
    "body": "the last byte of {} arrives",
    "blob": "the blob put of {} ends",
    "error": "the page notices that {} failed",
}
"""What happens to a call, by the kind of the pending thing."""


def step_words(key: tuple[Any, ...], scenario: Scenario) -> str:
    """What a pending thing is as it happens."""
    kind, *rest = key
    if kind in ALONE and not rest:
        return ALONE[kind]
    if kind == "fault" and rest and rest[0] < len(scenario.faults):
        return f"fault: {scenario.faults[rest[0]].kind.replace('_', ' ')}"
    if kind in OF_CALLS and len(rest) >= 3 and isinstance(rest[0], str):
        return OF_CALLS[kind].format(task_words(tuple(rest)))
    return pending_name(key)
