"""A session as a trace for Perfetto's viewer (ui.perfetto.dev): tracks, slices, instants, flows.

Each lane is a track, with more of them where things overlap, since slices of one track must nest.
What lasts is a slice, each event an instant with its fields, and a flow leads from a request to its
handler, to its blob put and to its answer. Field numbers are those of trace_packet.proto,
track_event.proto, track_descriptor.proto and debug_annotation.proto in Perfetto's sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.trace.events import Event
from lastchunk.reports.export.protobuf import fixed64, message, text_field, whole
from lastchunk.reports.timeline.layout import LANE_NAMES, Placed, lane_at, stacked_lanes
from lastchunk.reports.timeline.state import states_of
from lastchunk.reports.timeline.told import Told
from lastchunk.reports.timeline.words import event_fields, event_title

PACKET = 1
TIMESTAMP, SEQUENCE, TRACK_EVENT, TRACK_DESCRIPTOR = 8, 10, 11, 60
UUID, NAME, PARENT_UUID = 1, 2, 5
ANNOTATION, TYPE, TRACK_UUID, CATEGORY, EVENT_NAME, FLOW = 4, 9, 11, 22, 23, 47
ANNOTATION_NAME, ANNOTATION_TEXT = 10, 6
SLICE_BEGIN, SLICE_END, INSTANT = 1, 2, 3
NS = 1_000_000
ROOT_UUID = 1
ROWS = 100
"""A track's number is this times its lane, and its row: no lane has as many."""
ENDED_FIRST, BEGINS_AND_INSTANTS = 0, 1
"""At one time what was begun before ends first, or slices of one track would overlap."""


def perfetto_trace(told: Told) -> bytes:
    """The whole trace."""
    _, spans = states_of(told.trace, told.moments)
    placed = stacked_lanes(spans).placed
    packets = [(item.lane, item.row) for item in placed]
    tracks = sorted({*packets, *((lane, 0) for lane in range(len(LANE_NAMES)))})
    timed = [*_slices(told, placed), *_instants(told)]
    timed.sort(key=lambda item: item[:2])
    return b"".join((*_tracks(told.name, tracks), *(packet for _, _, packet in timed)))


def _uuid(lane: int, row: int) -> int:
    return (lane + 1) * ROWS + row + ROOT_UUID


def _packet(*fields: bytes) -> bytes:
    return message(PACKET, *fields, whole(SEQUENCE, 1))


def _tracks(name: str, tracks: list[tuple[int, int]]) -> Iterator[bytes]:
    yield _packet(message(TRACK_DESCRIPTOR, whole(UUID, ROOT_UUID), text_field(NAME, name)))
    for lane, row in tracks:
        words = f"{LANE_NAMES[lane]} {row + 1}" if row else LANE_NAMES[lane]
        parts = (
            whole(UUID, _uuid(lane, row)),
            text_field(NAME, words),
            whole(PARENT_UUID, ROOT_UUID),
        )
        yield _packet(message(TRACK_DESCRIPTOR, *parts))


def _event(at_ms: int, kind: int, track: int, *fields: bytes) -> bytes:
    event = message(TRACK_EVENT, whole(TYPE, kind), whole(TRACK_UUID, track), *fields)
    return _packet(whole(TIMESTAMP, at_ms * NS), event)


Timed = tuple[int, int, bytes]


def _slices(told: Told, placed: Any) -> Iterator[Timed]:
    flows: dict[tuple[str, int, int], int] = {}
    for item in placed:
        bar, track = item.bar, _uuid(item.lane, item.row)
        call = _call_of(told, item)
        flow = () if call is None else (fixed64(FLOW, flows.setdefault(call, len(flows) + 1)),)
        name = text_field(EVENT_NAME, f"{bar.kind}: {bar.label}" if bar.label else bar.kind)
        begin = _event(bar.from_ms, SLICE_BEGIN, track, _category(item.lane), name, *flow)
        end = _event(bar.to_ms, SLICE_END, track)
        if bar.to_ms == bar.from_ms:
            yield bar.from_ms, BEGINS_AND_INSTANTS, begin + end
        else:
            yield bar.from_ms, BEGINS_AND_INSTANTS, begin
            yield bar.to_ms, ENDED_FIRST, end


def _instants(told: Told) -> Iterator[Timed]:
    for event in told.trace:
        track = _uuid(lane_at(event), 0)
        fields = (text_field(EVENT_NAME, event_title(event)), *_annotations(event))
        packet = _event(event.at_ms, INSTANT, track, _category(lane_at(event)), *fields)
        yield event.at_ms, BEGINS_AND_INSTANTS, packet
    for at_ms, slug, detail in told.violations:
        words = text_field(EVENT_NAME, f"violated: {slug}: {detail}")
        packet = _event(at_ms, INSTANT, ROOT_UUID, text_field(CATEGORY, "violation"), words)
        yield at_ms, BEGINS_AND_INSTANTS, packet


def _category(lane: int) -> bytes:
    return text_field(CATEGORY, LANE_NAMES[lane])


def _annotations(event: Event) -> Iterator[bytes]:
    for label, words in event_fields(event):
        yield message(
            ANNOTATION, text_field(ANNOTATION_NAME, label), text_field(ANNOTATION_TEXT, words)
        )


def _call_of(told: Told, item: Placed) -> tuple[str, int, int] | None:
    """The call that a slice is of, by the event at which it begins; None where it is of none."""
    number = getattr(item.bar.from_ms, "event", None)
    event: Any = None if number is None else told.trace[number]
    if item.bar.lane == "blobs" and hasattr(event, "chunk"):
        return "upload", event.chunk, event.attempt
    if item.bar.lane in ("network", "object") and hasattr(event, "method"):
        return event.method, event.chunk, event.attempt
    return None
