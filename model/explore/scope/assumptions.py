"""What a scope assumes, in words: everything that a verdict of *proved* holds under, and no more.

The sentences are made from the scenario and the design's settings. What no sentence speaks of is
listed by its key where it differs from the default, so that nothing is assumed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.explore.scope.faults_in_words import CHANCES, faults_in_words
from lastchunk.model.explore.scope.quantities import count, ms, range_of, times
from lastchunk.model.properties import judge_settings
from lastchunk.model.properties.base import PROMPT_SLACK_MS
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.recorder import RecorderSettings

SPOKEN = frozenset(
    (
        *("recording.chunks", "recording.duration_ms"),
        *("recording.pause_at_ms", "recording.pause_for_ms"),
        *("network.request_delay_ms", "network.response_delay_ms", "network.stop_delay_ms"),
        *("network.failures_per_chunk_max", "network.stop_may_fail", "network.body"),
        *("blobs.put_delay_ms", *CHANCES),
        *("platform.commit_ms", "platform.alarm_late_ms", "platform.hibernates"),
        "platform.clock_offset_ms",
        *("platform.hibernate_after_ms", "platform.evict_after_ms"),
        *("limits.end_at_completion", "limits.strikes_max"),
    )
)
"""The settings that a sentence is made of; those of the client are compared one by one."""
UNSEEN = frozenset(("limits.horizon_ms", "limits.happenings_max", "limits.alone_max"))
"""Exploring knows none of them."""
TABLES = ("recording", "browser", "network", "blobs", "platform", "consumer", "limits")

HABITS = {
    ("looks_at_status", True): "To the page an answer from 400 on is a failure, a 4xx but 429 for "
    "good.",
    ("keeps_queue", True): "The page keeps its queue over a reload, and goes on with it.",
}
"""What the page does besides, in words; other habits are told by their keys."""


def assumptions(scenario: Scenario, design: DesignSpec) -> tuple[str, ...]:
    """What a scope assumes of the world, of the page and of the design, a sentence each."""
    return (
        _start(scenario),
        _recording(scenario),
        *_page(scenario, design),
        *_network(scenario),
        *_store(scenario),
        *_platform(scenario),
        *faults_in_words(scenario),
        *_rest(scenario),
        *_ends(scenario),
        *_design(design),
    )


def _start(scenario: Scenario) -> str:
    return {
        "new": "The session begins with the page's create request.",
        "created": "The session is there at time 0, create has run: no create request is sent.",
        "active": (
            "The session is active at time 0, without an alarm: create never runs, and an alarm "
            "that it would set is missing."
        ),
    }[scenario.start.session]


def _recording(scenario: Scenario) -> str:
    recording = scenario.recording
    if recording.chunks is not None:
        at = "at once, as the session is there" if scenario.start.session == "new" else "at time 0"
        chunks = count(recording.chunks, "chunk is", "chunks are")
        return f"{chunks} queued {at}, and the stop with them: nothing is recorded before."
    words = f"The user records for {range_of(recording.duration_ms)}"
    if recording.pause_at_ms is not None:
        words += f", and pauses for {ms(recording.pause_for_ms)} at {ms(recording.pause_at_ms)}"
    else:
        words += " without a pause"
    return words + "."


def client_of(scenario: Scenario, design: DesignSpec) -> RecorderSettings:
    """The page's habits in this scope: the scenario's, else the design's own."""
    return scenario.client.to_settings(getattr(design.cls, "client", {}))


def _page(scenario: Scenario, design: DesignSpec) -> Iterator[str]:
    client = client_of(scenario, design)
    least, most = client.retry_ms, int(client.retry_ms * (1 + client.retry_jitter))
    wait = ms(least) if least == most else f"{least:,} to {ms(most)}"
    if client.retry_factor != 1.0:
        wait += f", {client.retry_factor:g} times as long each time up to {ms(client.retry_ms_max)}"
    tries = "as often as it takes"
    if client.retries_max >= 0:
        tries = f"{times(client.retries_max)} at the most"
    if scenario.recording.chunks is None:
        yield f"The recorder hands out a chunk each {ms(client.chunk_ms)}, the rest at the stop."
    if hasattr(design.cls, "page"):
        yield f"The page is the design's own, {design.cls.page.__name__}: its code is explored."
        return
    yield (
        f"The page has {count(client.uploads_parallel, 'upload', 'uploads')} under way at the "
        f"most, and sends a failed one again after {wait}, {tries}."
    )
    said = {"chunk_ms", "uploads_parallel", "video_kbps", "retries_max"}
    said |= {name for name in vars(client) if name.startswith("retry_")}
    for name, value in vars(client).items():
        if name not in said and value != getattr(RecorderSettings(), name):
            yield HABITS.get((name, value), f"client.{name} is {value}.")


def _network(scenario: Scenario) -> Iterator[str]:
    network = scenario.network
    stop = network.stop_delay_ms
    words = f"A request takes {range_of(network.request_delay_ms)}"
    words += "" if stop is None else f" (the stop {range_of(stop)})"
    yield f"{words}, an answer {range_of(network.response_delay_ms)}."
    if network.body == "buffered":
        yield "An upload reaches the object with its whole body."
    most = network.failures_per_chunk_max
    if most == 0:
        yield "No upload fails on the network."
    elif most is not None:
        yield f"The upload of a chunk fails {times(most)} on the network at the most."
    if not network.stop_may_fail:
        yield "Only uploads fail on the network: the stop and create always come through."


def _store(scenario: Scenario) -> Iterator[str]:
    delay = scenario.blobs.put_delay_ms
    if delay.high_ms == 0:
        yield "A put into the blob store takes no time: no upload is ever suspended in one."
    else:
        yield f"A put into the blob store takes {range_of(delay)}."


def _platform(scenario: Scenario) -> Iterator[str]:
    platform = scenario.platform
    late = platform.alarm_late_ms
    words = "on time" if late.high_ms == 0 else f"late by {range_of(late)}"
    yield f"A commit takes {range_of(platform.commit_ms)}, an alarm runs {words}."
    idle = platform.hibernate_after_ms if platform.hibernates else platform.evict_after_ms
    words = ms(idle) if isinstance(idle, int) else range_of(idle)
    yield f"The object loses its memory where it is idle for {words}."
    offset = platform.clock_offset_ms
    if offset.low_ms != offset.high_ms:
        yield (
            f"The clock of an instance is ahead by {range_of(offset)}: by each whole ms of that, "
            "the same as long as the instance lives."
        )
    elif offset.low_ms:
        yield f"The object's clock is ahead by {ms(offset.low_ms)}."


def _rest(scenario: Scenario) -> Iterator[str]:
    """What differs from the default, and no sentence has said."""
    default = Scenario(name="", title="")
    for table in TABLES:
        given, usual = getattr(scenario, table), getattr(default, table)
        for name in type(given).model_fields:
            value, key = getattr(given, name), f"{table}.{name}"
            if key in SPOKEN or key in UNSEEN or value == getattr(usual, name):
                continue
            is_range = hasattr(value, "low_ms") and hasattr(value, "high_ms")
            yield f"{key} is {range_of(value) if is_range else value}."


def _ends(scenario: Scenario) -> Iterator[str]:
    if scenario.uplink is not None:
        yield f"Uploads share an uplink: {scenario.uplink.kind}."
    if scenario.limits.end_at_completion:
        yield "A session ends as it is completed: what would come after that is not looked at."


def _design(design: DesignSpec) -> Iterator[str]:
    settings = [f"{name} {value_of(value)}" for name, value in vars(design.settings).items()]
    if settings:
        yield f"The design's settings: {', '.join(settings)}."
    judge = judge_settings(design)
    whose = "its grace" if hasattr(design.settings, "grace_ms") else "it has no grace_ms: the 5 s"
    promised = "" if hasattr(design.settings, "grace_ms") else " that were promised"
    yield (
        f"Prompt is within {ms(judge.prompt_ms)} of the later of stop and last upload ({whose}"
        f"{promised}, and {ms(PROMPT_SLACK_MS)})."
    )


def value_of(value: Any) -> str:
    """A setting's value, numbers with their thousands."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,}" if is_number else str(value)
