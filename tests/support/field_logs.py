"""Logs of sessions that were simulated: what a browser, and what the platform, would have written.

The formats are those of Chromium's HAR and of the platform's OTLP export, written by
hand from their documents, so that a reader of logs is held against a truth that it does not see.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from lastchunk.model.trace import events as e

BASE = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
BASE_MS = int(BASE.timestamp() * 1000)
PROCEDURES = {"create": "createSession", "signal_stop": "signalStop", "upload": "upload"}
PROCEDURES["finalize_session"] = "finalizeSession"
RECORD_KEY = "cloudflare.durable_object.kv.query.keys"


def iso(at_ms: int) -> str:
    return (
        (BASE + timedelta(milliseconds=at_ms))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def entry(
    at_ms: int, took_ms: float, method: str, path: str, status: int, body: str = "", error: str = ""
) -> dict[str, Any]:
    response: dict[str, Any] = {
        "status": status,
        "statusText": "",
        "httpVersion": "h2",
        "headers": [],
        "content": {"size": len(body), "mimeType": "application/json"},
        "redirectURL": "",
    }
    if body:
        response["content"]["text"] = body
    if error:
        response["_error"] = error
    return {
        "startedDateTime": iso(at_ms),
        "time": took_ms,
        "request": {"method": method, "url": f"https://rec.example{path}", "headers": []},
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
    }


def url_of(method: str, session: str, chunk: int) -> str:
    end = f"/{chunk}" if chunk >= 0 else ""
    return f"/{PROCEDURES[method]}/{session}{end}"


def har_entries(
    trace: Sequence[e.Event], session: str = "s1", poll_ms: int = 1_000, shift_ms: int = 0
) -> list[dict[str, Any]]:
    """What the page's requests are in a HAR, and a poll of the record each so often."""
    found, open_calls = [], dict[tuple[Any, ...], int]()
    for event in trace:
        key = (
            getattr(event, "method", ""),
            getattr(event, "chunk", -1),
            getattr(event, "attempt", 0),
        )
        if isinstance(event, e.RequestSent) and key[0] in PROCEDURES:
            open_calls[key] = event.at_ms
        elif isinstance(event, e.ResponseArrived | e.RequestFailed) and key in open_calls:
            sent_ms = open_calls.pop(key)
            status = event.status if isinstance(event, e.ResponseArrived) else 0
            error = "" if status else "net::ERR_INTERNET_DISCONNECTED"
            took_ms = event.at_ms - sent_ms
            url = url_of(key[0], session, key[1])
            found.append(entry(sent_ms + shift_ms, took_ms, "POST", url, status, error=error))
    for key, sent_ms in open_calls.items():
        found.append(entry(sent_ms + shift_ms, -1, "POST", url_of(key[0], session, key[1]), 0))
    if poll_ms:
        found += _polls(trace, session, poll_ms, shift_ms)
    return sorted(found, key=lambda item: item["startedDateTime"])


def _polls(trace: Sequence[e.Event], session: str, poll_ms: int, shift_ms: int) -> Iterable[Any]:
    writes = [item for item in trace if isinstance(item, e.StateWritten)]
    last_ms, near_ms = trace[-1].at_ms + 3 * poll_ms, 100 * poll_ms
    seldom = range(near_ms, last_ms + 20 * poll_ms, 20 * poll_ms)
    for at_ms in (*range(poll_ms, min(near_ms, last_ms + 1), poll_ms), *seldom):
        before = [item for item in writes if item.at_ms <= at_ms]
        if before:
            record = {"status": before[-1].status, "chunks_uploaded": before[-1].chunks_uploaded}
            body = json.dumps(record)
            url = f"/getSessionState/{session}"
            yield entry(at_ms + shift_ms, 0, "GET", url, 200, body)


def har(entries: Sequence[dict[str, Any]], indent: int | None = 2) -> str:
    log = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": []}
    return json.dumps({"log": {**log, "entries": list(entries)}}, indent=indent)


def attributes(given: dict[str, Any]) -> list[dict[str, Any]]:
    def value(item: Any) -> dict[str, Any]:
        if isinstance(item, bool):
            return {"boolValue": item}
        if isinstance(item, int):
            return {"intValue": str(item)}
        if isinstance(item, list):
            return {"arrayValue": {"values": [value(part) for part in item]}}
        return {"stringValue": item}

    return [{"key": key, "value": value(item)} for key, item in given.items()]


class Exporter:
    """Makes the spans of one object of a trace."""

    def __init__(self, session: str, shift_ms: int = 0) -> None:
        self.session = session
        self.object_id = session.encode().hex().ljust(64, "0")
        self.shift_ms = shift_ms
        self.count = 0
        self.spans: list[dict[str, Any]] = []

    def span(
        self, name: str, start_ms: int, end_ms: int, given: dict[str, Any], parent: str = ""
    ) -> str:
        self.count += 1
        span_id = f"{crc32(self.session.encode()):08x}{self.count:08x}"
        invocation = given.pop("invocation", span_id)
        every = {"faas.invocation_id": invocation, "service.name": "recordings"}
        every["cloudflare.invocation.sequence.number"] = self.count
        self.spans.append(
            {
                "traceId": invocation.rjust(32, "0"),
                "spanId": span_id,
                "parentSpanId": parent,
                "name": name,
                "kind": 2,
                "startTimeUnixNano": str(
                    (BASE_MS + self.shift_ms + start_ms) * 1_000_000 + self.count
                ),
                "endTimeUnixNano": str((BASE_MS + self.shift_ms + end_ms) * 1_000_000 + self.count),
                "attributes": attributes(every | given),
                "status": {},
            }
        )
        return span_id

    def call(self, method: str, chunk: int, start_ms: int, end_ms: int, status: int) -> str:
        end = f"/{chunk}" if chunk >= 0 else ""
        root = {
            "faas.trigger": "http",
            "cloudflare.handler_type": "fetch",
            "http.request.method": "POST",
            "url.full": f"http://session/{PROCEDURES[method]}{end}",
            "http.response.status_code": status,
            "cloudflare.outcome": "ok",
        }
        return self.span("POST", start_ms, end_ms, root)

    def child(self, parent: str, name: str, start_ms: int, end_ms: int, **given: Any) -> None:
        named = {key.replace("__", "."): item for key, item in given.items()}
        every = {"invocation": parent, "cloudflare.durable_object.id": self.object_id}
        self.span(name, start_ms, end_ms, every | named, parent)


def spans_of(
    trace: Sequence[e.Event], session: str = "s1", shift_ms: int = 0
) -> list[dict[str, Any]]:
    """The spans of the object's invocations: handlers, alarms, puts, writes of the record."""
    made = Exporter(session, shift_ms)
    running: dict[tuple[Any, ...], dict[str, Any]] = {}
    alarm: dict[str, Any] = {}
    for event in trace:
        key = (
            getattr(event, "method", "upload"),
            getattr(event, "chunk", -1),
            getattr(event, "attempt", 0),
        )
        if isinstance(event, e.HandlerStarted):
            running[key] = {"start": event.at_ms, "puts": [], "writes": []}
        elif isinstance(event, e.BlobPutStarted) and key in running:
            running[key]["puts"].append([event.at_ms, None])
        elif isinstance(event, e.BlobStored) and key in running:
            running[key]["puts"][-1][1] = event.at_ms
        elif isinstance(event, e.AlarmStarted):
            alarm = {"start": event.at_ms, "due": event.due_ms, "writes": []}
        elif isinstance(event, e.StateWritten):
            here = [item for item in running.values() if item["start"] <= event.at_ms]
            place = alarm if alarm else (here[-1] if here else {"writes": []})
            place["writes"].append(event.at_ms)
        elif isinstance(event, e.AlarmEnded) and alarm:
            _alarm_spans(made, alarm, event.at_ms)
            alarm = {}
        elif isinstance(event, e.HandlerEnded) and key in running:
            _call_spans(made, key, running.pop(key), event)
    return made.spans


def _alarm_spans(made: Exporter, alarm: dict[str, Any], end_ms: int) -> None:
    scheduled = iso(alarm["due"] + made.shift_ms)
    given = {"faas.trigger": "timer", "cloudflare.handler_type": "alarm"}
    given |= {"cloudflare.scheduled_time": scheduled, "cloudflare.outcome": "ok"}
    root = made.span("alarm", alarm["start"], end_ms, given)
    made.child(root, "durable_object_storage_get", alarm["start"], alarm["start"])
    for at_ms in alarm["writes"]:
        made.child(root, "durable_object_storage_put", at_ms, at_ms, **{RECORD_KEY: ["state"]})


def _call_spans(made: Exporter, key: Any, call: dict[str, Any], event: e.HandlerEnded) -> None:
    method, chunk, _ = key
    root = made.call(method, chunk, call["start"], event.at_ms, event.status)
    made.child(root, "durable_object_storage_get", call["start"], call["start"])
    for start_ms, end_ms in call["puts"]:
        given: dict[str, Any] = {"cloudflare.r2.request.key": f"{made.session}/{chunk}"}
        given["cloudflare.r2.response.success"] = end_ms is not None
        made.child(root, "r2_put", start_ms, end_ms or event.at_ms, **given)
    for at_ms in call["writes"]:
        made.child(root, "durable_object_storage_put", at_ms, at_ms, **{RECORD_KEY: ["state"]})


def otlp(spans: Sequence[dict[str, Any]]) -> str:
    resource = {"attributes": attributes({"service.name": "recordings"})}
    scope = {"scope": {"name": "workers"}, "spans": list(spans)}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]})


def small_har(renamed: dict[str, str] | None = None) -> str:
    """Two sessions: one that is late by the long alarm, one of the old flow with a 403."""
    active, done = (
        json.dumps({"status": word, "chunks_uploaded": 3}) for word in ("active", "completed")
    )
    late = [
        entry(0, 50, "POST", "/createSession/rec-0", 200),
        *(entry(10_000 * n + 10_050, 300, "POST", f"/upload/rec-0/{n}", 200) for n in (0, 1)),
        entry(25_000, 50, "POST", "/signalStop/rec-0", 200),
        entry(25_001, 900, "POST", "/upload/rec-0/2", 200),
        *(
            entry(1_000 * n, 20, "GET", "/getSessionState/rec-0", 200, active)
            for n in range(27, 60)
        ),
        entry(700_000, 20, "GET", "/getSessionState/rec-0", 200, done),
    ]
    refused = [
        entry(0, 50, "POST", "/createSession/rec-1", 200),
        entry(10_050, 300, "POST", "/upload/rec-1/0", 200),
        entry(15_000, 60, "POST", "/finalizeSession/rec-1", 200),
        entry(15_001, 90, "POST", "/upload/rec-1/1", 403),
        entry(16_000, 20, "GET", "/getSessionState/rec-1", 200, done.replace("3", "1")),
    ]
    for item in refused if renamed else ():
        for old, new in (renamed or {}).items():
            item["request"]["url"] = item["request"]["url"].replace(old, new)
        if "upload" in json.dumps(item) or "/parts/" in item["request"]["url"]:
            item["request"]["method"] = "PUT"
    return har(refused if renamed else [*late, *refused])


def small_otlp() -> str:
    """One session of the object: an alarm inside its last upload."""
    made = Exporter("rec-0")
    made.call("create", -1, 20, 21, 200)
    made.call("signal_stop", -1, 25_020, 25_021, 200)
    root = made.call("upload", 0, 25_030, 33_000, 200)
    made.child(root, "r2_put", 25_031, 32_990, **{"cloudflare.r2.request.key": "rec-0/0"})
    _alarm_spans(made, {"start": 30_021, "due": 30_020, "writes": [30_021]}, 30_022)
    made.child(root, "durable_object_storage_put", 32_991, 32_991, **{RECORD_KEY: ["state"]})
    return otlp(made.spans)
