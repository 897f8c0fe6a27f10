"""The trace for Perfetto, read back by a reader of its own with the published field numbers.

trace_packet.proto: timestamp 8, trusted_packet_sequence_id 10, track_event 11, track_descriptor 60.
track_event.proto: debug_annotations 4, type 9, track_uuid 11, categories 22, name 23, flow_ids 47
(fixed64). track_descriptor.proto: uuid 1, name 2, parent_uuid 5.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from lastchunk.model.simulate import Run, record
from lastchunk.model.trace import events as e
from lastchunk.reports.export.perfetto import perfetto_trace
from lastchunk.reports.export.protobuf import varint
from lastchunk.reports.timeline.told import Told, told

BEGIN, END, INSTANT = 1, 2, 3
SESSIONS = [("lossy-mobile", "alarm", 3), ("everything-at-once", "outbox", 1)]


def fields(data: bytes) -> dict[int, list[Any]]:
    """The fields of a message: whole numbers, or bytes."""
    out: dict[int, list[Any]] = defaultdict(list)
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(data):
        tag = number()
        if tag & 7 == 0:
            out[tag >> 3].append(number())
            continue
        length = 8 if tag & 7 == 1 else number()
        assert tag & 7 in (1, 2), tag
        assert place + length <= len(data)
        out[tag >> 3].append(data[place : place + length])
        place += length
    return dict(out)


def packets(item: Told) -> list[dict[int, list[Any]]]:
    """The packets of a trace: field 1 of it, again and again."""
    whole = fields(perfetto_trace(item))
    assert set(whole) == {1}
    return [fields(packet) for packet in whole[1]]


@pytest.fixture(scope="module", params=SESSIONS, ids=lambda item: item[0])
def run(request: pytest.FixtureRequest) -> Run:
    scenario, design, session = request.param
    return record(scenario, design, 1, session)[0]


def test_every_event_is_an_instant_on_a_track_that_there_is(run: Run) -> None:
    found = packets(told(run))
    tracks = {fields(item[60][0])[1][0] for item in found if 60 in item}
    events = [(item, fields(item[11][0])) for item in found if 11 in item]
    assert all(event[11][0] in tracks for _, event in events)
    assert all(item[10] == [1] for item in found), "one sequence"
    instants = [(item[8][0], event) for item, event in events if event[9] == [INSTANT]]
    times = sorted(at // 1_000_000 for at, event in instants if event[22] != [b"violation"])
    assert times == sorted(event.at_ms for event in run.trace)
    bad = [event for _, event in instants if event[22] == [b"violation"]]
    assert len(bad) == len(told(run).violations)


def test_slices_of_a_track_nest_and_all_end(run: Run) -> None:
    open_now: dict[int, list[int]] = defaultdict(list)
    last = 0
    for item in packets(told(run)):
        if 11 not in item:
            continue
        event, at = fields(item[11][0]), item[8][0]
        assert at >= last, "in the order of time"
        last = at
        stack = open_now[event[11][0]]
        if event[9] == [BEGIN]:
            assert not stack, "rows are so stacked that nothing overlaps"
            stack.append(at)
        elif event[9] == [END]:
            stack.pop()
    assert all(not stack for stack in open_now.values())


def test_a_flow_leads_from_a_request_to_its_handler_and_its_put(run: Run) -> None:
    flows: dict[bytes, list[str]] = defaultdict(list)
    for item in packets(told(run)):
        event = fields(item[11][0]) if 11 in item else {}
        for flow in event.get(47, []):
            assert len(flow) == 8
            flows[flow].append(event[22][0].decode())
    stored = {
        (event.chunk, event.attempt) for event in run.trace if isinstance(event, e.BlobStored)
    }
    through = [lanes for lanes in flows.values() if "blob store" in lanes]
    assert len(through) >= len(stored) > 0
    assert all({"network", "object"} <= set(lanes) for lanes in through)


def test_names_are_those_of_the_trace(run: Run) -> None:
    found = packets(Told("Ünï\u2028\ud800 <b>", run.trace))
    assert fields(found[0][60][0])[2][0].decode() == "Ünï\u2028? <b>"
    names = {fields(item[60][0])[2][0].decode() for item in found if 60 in item}
    assert {"page", "network", "object", "storage", "blob store", "alarm"} <= names


@pytest.mark.parametrize(
    ("value", "data"),
    [(0, b"\x00"), (1, b"\x01"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")],
)
def test_varints_are_those_of_the_documentation(value: int, data: bytes) -> None:
    assert varint(value) == data


def test_a_trace_without_events_has_its_tracks() -> None:
    assert len(packets(Told("none", []))) == 7
