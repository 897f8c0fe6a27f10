"""The page's runtime with a streaming tail: the spans it tells of itself, as the platform exports.

The runtime tells each invocation as a stream of events: what began it, spans that open and close,
attributes, what was returned, the outcome. They become spans as docs/real-logs.md names them.
"""

from __future__ import annotations

import json
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from lastchunk.model.conformance.page.built import BuiltPage
from lastchunk.model.conformance.page.server import ServedPage
from lastchunk.model.conformance.runtime.toolbox import Toolbox
from lastchunk.model.conformance.runtime.workerd import COMPATIBILITY_DATE
from tests.support.field_logs import attributes

TAIL = """
export default {
  tailStream(onset, env) {
    const events = [onset];
    return async (event) => {
      events.push(event);
      if (event.event.type !== "outcome") return;
      const plain = (_, value) => (typeof value === "bigint" ? Number(value) : value);
      const body = JSON.stringify(events, plain);
      await env.SPANS.fetch("http://spans/", { method: "POST", body });
    };
  },
};
"""
SERVICES = """(name = "main", worker = .main),
    (name = "tail", worker = .tail),
    (name = "spans", external = (address = "127.0.0.1:%d", http = ())),"""
WORKER = """
const tail :Workerd.Worker = (
  modules = [ (name = "tail", esModule = embed "tail.mjs") ],
  compatibilityDate = "%s",
  bindings = [ (name = "SPANS", service = "spans") ],
);
"""
TRIGGERS = {"fetch": "http", "alarm": "timer", "jsrpc": "jsrpc"}
Told = dict[str, Any]


class TracedPage(ServedPage):
    """The page; ``told`` has the events of each invocation that is over."""

    def __init__(self, tools: Toolbox, built: BuiltPage) -> None:
        self.told: list[list[Told]] = []
        told = self.told

        class Sink(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """A test says nothing."""

        self.sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
        Thread(target=self.sink.serve_forever, daemon=True).start()
        super().__init__(tools, built)

    def _write_files(self) -> None:
        super()._write_files()
        config = self.folder / "config.capnp"
        text = config.read_text(encoding="utf-8")
        main, date = '(name = "main", worker = .main),', "  compatibilityDate ="
        assert text.count(main) == text.count(date) == 1
        text = text.replace(main, SERVICES % self.sink.server_port)
        text = text.replace(date, f'  streamingTails = ["tail"],\n{date}')
        config.write_text(text + WORKER % COMPATIBILITY_DATE, encoding="utf-8")
        (self.folder / "tail.mjs").write_text(TAIL, encoding="utf-8")

    def stop(self) -> None:
        super().stop()
        self.sink.shutdown()
        self.sink.server_close()

    def object_of(self, session: str) -> str:
        """The id of the object that has put this session's chunks."""
        for events in self.told:
            keys = [item for event in events for item in _given(event["event"])]
            if any(str(value).startswith(f"{session}/") for _, value in keys):
                return str(events[0]["event"]["durableObjectId"])
        raise AssertionError(f"no span has a chunk of {session}")

    def has_told_all(self, object_id: str) -> bool:
        """Whether each alarm of an object was told with spans: here each of them writes."""
        alarms = [
            events
            for events in self.told
            if events[0]["event"].get("durableObjectId") == object_id
            and events[0]["event"]["info"]["type"] == "alarm"
        ]
        kinds = [{event["event"]["type"] for event in events} for events in alarms]
        return bool(alarms) and all("spanOpen" in found for found in kinds)

    def exported(self) -> str:
        """All of it as an OTLP JSON export."""
        spans = [span for events in self.told for span in spans_of_invocation(events)]
        scope = {"scope": {"name": "workers"}, "spans": spans}
        return json.dumps({"resourceSpans": [{"scopeSpans": [scope]}]})


def spans_of_invocation(events: list[Told]) -> list[Told]:
    """The root span and those within it; the events are in the order in which they were told."""
    onset = events[0]["event"]
    open_spans: dict[str, Told] = {}
    for item in events:
        event, within = item["event"], item["spanContext"].get("spanId", "")
        if event["type"] in ("onset", "spanOpen"):
            name = event.get("name") or event["info"].get("method") or event["info"]["type"]
            every = {
                "faas.invocation_id": item["invocationId"],
                "cloudflare.invocation.sequence.number": item["sequence"],
            }
            open_spans[event["spanId"]] = {
                "traceId": item["spanContext"]["traceId"],
                "spanId": event["spanId"],
                "parentSpanId": within,
                "name": name,
                "startTimeUnixNano": _nano(item["timestamp"]),
                "given": every | (_root(event) if event is onset else dict(_given(event))),
            }
            continue
        span = open_spans[within]
        span["given"] |= dict(_given(event))
        if event["type"] == "return" and "info" in event:
            span["given"]["http.response.status_code"] = event["info"]["statusCode"]
        elif event["type"] in ("spanClose", "outcome"):
            span["endTimeUnixNano"] = _nano(item["timestamp"])
            if event["type"] == "outcome":
                span["given"]["cloudflare.outcome"] = event["outcome"]
    end = _nano(events[-1]["timestamp"])
    return [
        {"endTimeUnixNano": end, **span, "attributes": attributes(span.pop("given"))}
        for span in open_spans.values()
    ]


def _root(onset: Told) -> Told:
    info = onset["info"]
    found = {"faas.trigger": TRIGGERS.get(info["type"], "other")}
    found["cloudflare.handler_type"] = info["type"]
    if "durableObjectId" in onset:
        found["cloudflare.durable_object.id"] = onset["durableObjectId"]
    if info["type"] == "fetch":
        found |= {"http.request.method": info["method"], "url.full": info["url"]}
    if info["type"] == "alarm":
        found["cloudflare.scheduled_time"] = info["scheduledTime"]
    return found | dict(_given(onset))


def _given(event: Told) -> list[tuple[str, Any]]:
    """The attributes that an event brings."""
    given = event.get("info") if event["type"] in ("attributes", "spanOpen") else None
    if isinstance(given, dict):
        given = given["info"] if given.get("type") == "attributes" else []
    given = [*(given or []), *event.get("attributes", [])]
    return [(item["name"], item["value"]) for item in given]


def _nano(timestamp: str) -> str:
    return str(round(datetime.fromisoformat(timestamp).timestamp() * 1000) * 1_000_000)
