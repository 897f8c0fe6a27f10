"""What is odd in a log and no mistake: redirects, answers of a cache, times as numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs.check import Checked, LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.logs.reading.seen import SeenSession
from lastchunk.model.properties import JudgeSettings
from tests.support.field_logs import BASE_MS, Exporter, entry, har, otlp

Look = Callable[..., tuple[Checked, list[SeenSession]]]
UNNUMBERED = {"calls": {"upload": "POST /rec/{session}/data"}}


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def one(text: str, mapping: Any = None) -> tuple[Checked, list[SeenSession]]:
        place, kept = tmp_path / "log", list[SeenSession]()
        place.write_text(text, encoding="utf-8")
        question = LogQuestion(make_mapping(mapping or {}, ""), JudgeSettings())
        return check_logs([place], question, kept.append), kept

    return one


def sent_on(status: int, to: str) -> list[dict[str, Any]]:
    """An upload that is sent elsewhere, and the next one that the page sends there or here."""
    first = entry(0, 10, "POST", "/rec/s/data", status)
    first["response"]["redirectURL"] = to
    return [first, entry(20, 10, "POST", "/rec/s/data", 200)]


@pytest.mark.parametrize("status", [300, 304, 305, 399])
def test_an_upload_that_any_3xx_answered_is_not_known_to_be_stored(status: int, look: Look) -> None:
    found, (session,) = look(har([entry(0, 10, "POST", "/upload/s/0", status)]))
    assert session.uploads[0].stored_by_ms is None
    assert found.tallies["nothing_lost"].kind == "unknown"


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("to", ["https://eu.example/rec/s/data", "/rec/s/data", "../s/data"])
def test_an_upload_that_is_sent_on_to_an_upload_is_the_same_chunk(
    status: int, to: str, look: Look
) -> None:
    _, (session,) = look(har(sent_on(status, to)), UNNUMBERED)
    assert [(call.chunk, call.attempt, call.status) for call in session.uploads] == [
        (0, 0, None),
        (0, 1, 200),
    ]


@pytest.mark.parametrize(
    ("status", "to"),
    [
        (302, "https://rec.example/login"),
        (303, "/rec/s/data"),  # the browser goes there with a GET
        (307, "https://store.example/elsewhere"),
        (307, "http://[::1"),
        (307, ""),
    ],
)
def test_after_an_upload_that_went_elsewhere_comes_the_next_chunk(
    status: int, to: str, look: Look
) -> None:
    """The page takes it for sent: were the next one the same chunk, a lost one would be hidden."""
    found, (session,) = look(har(sent_on(status, to)), UNNUMBERED)
    assert [call.chunk for call in session.uploads] == [0, 1]
    assert found.tallies["nothing_lost"].kind == "unknown"


def test_answers_of_the_browser_s_cache_are_counted_where_they_are_calls(look: Look) -> None:
    kept = entry(50, 1, "GET", "/getSessionState/s", 200, '{"status": "completed"}')
    other = entry(60, 1, "GET", "/style.css", 200)
    kept["_fromCache"], other["_fromCache"] = "memory", "disk"
    found, _ = look(har([entry(0, 10, "POST", "/upload/s/0", 200), kept, other]))
    assert found.notes == {"requests that the browser answered from its cache: left out": 1}


def test_who_asks_whether_a_call_is_allowed_makes_none(look: Look) -> None:
    made = Exporter("s")
    for chunk in (0, 1):
        root = made.call("upload", chunk, 100 * chunk, 100 * chunk + 60, 200)
        made.child(root, "r2_put", 100 * chunk + 5, 100 * chunk + 50)
    root = made.call("signal_stop", -1, 300, 310, 204)
    made.child(root, "durable_object_storage_get", 301, 302)
    text = otlp(made.spans).replace(
        '{"key": "http.request.method", "value": {"stringValue": "POST"}}, '
        '{"key": "url.full", "value": {"stringValue": "http://session/signalStop"}}',
        '{"key": "http.request.method", "value": {"stringValue": "OPTIONS"}}, '
        '{"key": "url.full", "value": {"stringValue": "http://session/signalStop"}}',
    )
    _, (session,) = look(text)
    assert len(session.uploads) == 2
    assert session.stops == []


def test_a_list_of_no_values_and_a_time_that_is_a_number_are_read(look: Look) -> None:
    made = Exporter("s")
    root = made.call("upload", 0, 0, 60, 200)
    made.child(root, "r2_put", 5, 50)
    empty: list[Any] = [{}, {"arrayValue": {}}, {"arrayValue": {"values": None}}, None]
    for item in empty:
        made.spans[0]["attributes"].append({"key": "a", "value": item})
    made.spans[0]["startTimeUnixNano"] = float(made.spans[0]["startTimeUnixNano"])
    made.spans[1]["endTimeUnixNano"] = int(made.spans[1]["endTimeUnixNano"])
    _, (session,) = look(otlp(made.spans))
    assert session.uploads[0].stored_ms == BASE_MS + 50


def test_a_har_whose_maker_is_named_as_an_event_log_is_a_har(look: Look) -> None:
    text = har([entry(0, 10, "POST", "/upload/s/0", 200)], indent=None)
    found, _ = look(text.replace("WebInspector", "lastchunk log 1"))
    assert found.kinds == ["a HAR"]
    head = json.dumps({"carries": [], "log": "lastchunk log 1"}) + "\n"
    line = {"session": "a", "event": "HandlerStarted", "method": "upload", "chunk": 0, "at_ms": 1}
    found, _ = look(head + json.dumps(line) + "\n")
    assert found.kinds == ["an event log"]


@pytest.mark.parametrize("status", [-200, -2, 5, 99, 1_000, 99_999])
def test_a_status_that_no_answer_has_is_refused_in_every_kind(status: int, look: Look) -> None:
    made = Exporter("s")
    made.call("upload", 0, 0, 60, status)
    with pytest.raises(InputError, match=f"status: {status}; allowed: 100 to 999, or 0 or -1"):
        look(har([entry(0, 10, "POST", "/upload/s/0", status)]))
    with pytest.raises(InputError, match=f"status_code: {status}; allowed: 100 to 999, or 0"):
        look(otlp(made.spans))


def test_an_invocation_with_the_status_0_is_not_known_to_have_answered(look: Look) -> None:
    made = Exporter("s")
    made.child(made.call("upload", 0, 0, 60, 0), "durable_object_storage_get", 1, 2)
    found, (session,) = look(otlp(made.spans))
    assert session.uploads[0].status is None
    assert session.uploads[0].stored_by_ms is None
    assert found.tallies["nothing_lost"].kind == "unknown"


@pytest.mark.parametrize("took_ms", [-7, 10**9 + 1, 1e15, 1e308])
def test_a_time_that_no_request_takes_is_told_with_both_bounds(took_ms: float, look: Look) -> None:
    with pytest.raises(InputError, match=r"time: .*; allowed: 0 to 1,000,000,000 ms, or -1 where"):
        look(har([entry(0, took_ms, "POST", "/upload/s/0", 200)]))


@pytest.mark.parametrize(
    "value", [{"doubleValue": 403}, {"doubleValue": 403.0}, {"stringValue": "403"}]
)
def test_a_status_of_another_type_is_that_status(value: dict[str, Any], look: Look) -> None:
    """It was taken for none, and the upload for a success."""
    made = Exporter("s")
    made.child(made.call("upload", 0, 0, 60, 200), "durable_object_storage_get", 1, 2)
    (status,) = (item for item in made.spans[0]["attributes"] if "status_code" in item["key"])
    status["value"] = value
    _, (session,) = look(otlp(made.spans))
    assert session.uploads[0].status == 403
    status["value"] = {"stringValue": "Forbidden"}
    with pytest.raises(InputError, match="status_code: 'Forbidden'; allowed: a whole number"):
        look(otlp(made.spans))
