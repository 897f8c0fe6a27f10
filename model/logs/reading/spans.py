"""An OTLP JSON export of the platform's traces, as events of the object's side.

An invocation is a root span (``POST``, ``alarm``, ``jsrpc``; `cloudflare.handler_type`) and the
spans of what it did: ``durable_object_storage_put``, ``r2_put`` and so on. That of an object has
`cloudflare.durable_object.id` on one of them; any other one, as the Worker in front, is left out.
An alarm's root span has `cloudflare.scheduled_time`. What was written is in no span: an alarm that
writes the record is taken to have found the session active and to complete it, unless the mapping
says another thing. Where a write has no key either, as the local runtime's has none, a later alarm
counts so only if a call that was taken has written and set the alarm since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.base.errors import InputError, as_given
from lastchunk.model.logs.reading.har import Numbering, time_ms
from lastchunk.model.logs.reading.mapping import (
    CALL_METHODS,
    LIST_CALL,
    READ_CALL,
    UPLOAD_CALL,
    LogMapping,
    Meant,
    check_answer,
)
from lastchunk.model.logs.reading.seen import AlarmWrote, ChunksTold, RecordTouched
from lastchunk.model.logs.reading.stream import EACH, JsonReader, items
from lastchunk.model.trace import events as e

CARRIES = frozenset(
    (
        *("HandlerStarted", "HandlerEnded", "BlobPutStarted", "BlobStored", "BlobPutFailed"),
        *("AlarmStarted", "AlarmEnded", "AlarmFailed"),
    )
)
"""The events that such an export has all of, at their own times."""
PATH = ("resourceSpans", EACH, "scopeSpans", EACH, "spans", EACH)
OBJECT_ID, INVOCATION = "cloudflare.durable_object.id", "faas.invocation_id"
HANDLER, TRIGGER, OUTCOME = "cloudflare.handler_type", "faas.trigger", "cloudflare.outcome"
STATUS = "http.response.status_code"
SCHEDULED, RPC_METHODS = (
    "cloudflare.scheduled_time",
    ("jsrpc.method", "cloudflare.jsrpc.method", "cloudflare.rpcMethod"),
)
KEYS = "cloudflare.durable_object.kv.query.keys"
WRITES = frozenset(("durable_object_storage_put", "durable_object_storage_kv_put"))
SETS = frozenset(("durable_object_storage_setAlarm", "durable_object_alarms_setAlarm"))
SQL, STATEMENT = "durable_object_storage_exec", "cloudflare.durable_object.sql.query.statement"
PUT, PUT_KEY = "r2_put", "cloudflare.r2.request.key"
TIMES = ("startTimeUnixNano", "endTimeUnixNano")
NANOS_MAX = 10**20
NO_ANSWER = 0
"""The status of an invocation that did not answer, as where its caller was gone."""
SPAN_ALLOWED = "a span with name, spanId, startTimeUnixNano, endTimeUnixNano and attributes"
NOT_ENDED = "span_not_ended"
HELD_MAX = 2_000
"""So many invocations are held that may still get spans."""


@dataclass
class LoggedSpan:
    """One span, its times in ms."""

    name: str
    id: str
    parent: str
    start_ms: int
    end_ms: int
    attributes: dict[str, Any]
    is_error: bool

    @property
    def is_root(self) -> bool:
        """Whether it is the span of an invocation as a whole."""
        return HANDLER in self.attributes or TRIGGER in self.attributes


@dataclass
class Invocation:
    """Spans of one invocation, or of one trace where spans do not say of which one they are."""

    spans: dict[str, LoggedSpan] = field(default_factory=dict)

    def parted(self) -> Iterator[tuple[LoggedSpan, list[LoggedSpan]]]:
        """Each root with its own spans."""
        roots = [span for span in self.spans.values() if span.is_root]
        for root in roots:
            if len(roots) == 1:
                yield root, [span for span in self.spans.values() if span is not root]
            else:
                yield root, [s for s in self.spans.values() if not s.is_root and self._of(s, root)]

    def _of(self, span: LoggedSpan, root: LoggedSpan) -> bool:
        while span.parent in self.spans:
            span = self.spans[span.parent]
            if span.is_root:
                return span is root
        return False


class SpanReader:
    """Reads spans, and hands out an invocation when nothing more of it is to be expected.

    ``repeated`` counts spans that came twice, ``left_out`` invocations of no object,
    ``without_key`` runs of alarms with writes whose key is in no span.
    """

    def __init__(self, mapping: LogMapping, numbering: Numbering) -> None:
        self.mapping = mapping
        self.numbering = numbering
        self.held: dict[str, Invocation] = {}
        self.repeated = 0
        self.left_out = 0
        self.without_key = 0

    def read(self, reader: JsonReader) -> Iterator[tuple[str, Any]]:
        """The events of one document, each with its session. Raises `InputError`."""
        for item in items(reader, PATH):
            span, key = _span(item.value, f"{reader.place}, line {item.line}")
            if key not in self.held and len(self.held) >= HELD_MAX:
                yield from self._events(self.held.pop(next(iter(self.held))))
            held = self.held.setdefault(key, Invocation())
            known = held.spans.get(span.id)
            if known is not None and known != span:
                allowed = "one span of an id: this one came before, and differs"
                raise InputError(f"{reader.place}, line {item.line}", span.id, allowed)
            self.repeated += known is not None
            held.spans[span.id] = span

    def rest(self) -> Iterator[tuple[str, Any]]:
        """What is still held."""
        for invocation in self.held.values():
            yield from self._events(invocation)
        self.held.clear()

    def _events(self, invocation: Invocation) -> Iterator[tuple[str, Any]]:
        for root, spans in invocation.parted():
            ids = [span.attributes.get(OBJECT_ID) for span in (root, *spans)]
            name = next((str(item) for item in ids if item), "")
            if not name:
                self.left_out += 1
                continue
            is_alarm = root.attributes.get(HANDLER, root.name) == "alarm"
            found = self._alarm(root, spans) if is_alarm else self._call(name, root, spans)
            for event in found:
                yield name, event

    def _alarm(self, root: LoggedSpan, spans: list[LoggedSpan]) -> Iterator[Any]:
        scheduled = root.attributes.get(SCHEDULED)
        due_ms = root.start_ms if scheduled is None else time_ms(scheduled, SCHEDULED)
        yield e.AlarmStarted(root.start_ms, due_ms, 0, 0)
        outcome = root.attributes.get(OUTCOME, "ok")
        if outcome != "ok":
            yield e.AlarmFailed(root.end_ms, due_ms, 1, str(outcome))
        elif not _is_open(root):
            yield e.AlarmEnded(root.end_ms)
        yield from self._written("alarm", spans)
        key = self.mapping.key
        wrote = [span for span in spans if _writes(span, key)]
        taken = [span for span in wrote if not span.is_error]
        writes = sorted((span.end_ms, not _has_keys(span, key)) for span in taken or wrote)
        if writes and self.mapping.alarm_writes:
            self.without_key += any(is_keyless for _, is_keyless in writes)
            at_ms, is_keyless = min(writes, key=lambda write: (write[1], write[0]))
            has_failed = outcome != "ok" or _is_open(root) or not taken
            told_ms = -1 if scheduled is None else due_ms
            yield AlarmWrote(at_ms, not is_keyless, told_ms, has_failed)

    def _call(self, name: str, root: LoggedSpan, spans: list[LoggedSpan]) -> Iterator[Any]:
        puts = [span for span in spans if span.name == PUT]
        meant = self._meant(root, puts)
        if meant is None or meant.call in (READ_CALL, LIST_CALL):
            return
        status = _status(root)
        call = self.numbering.call(name, meant, status >= 500 or status == NO_ANSWER)
        yield e.HandlerStarted(root.start_ms, *call)
        if meant.chunks_told >= 0:
            yield ChunksTold(root.start_ms, meant.chunks_told)
        for span in puts if meant.call == UPLOAD_CALL else ():
            yield e.BlobPutStarted(span.start_ms, *call[1:])
            if _is_stored(span):
                yield e.BlobStored(span.end_ms, *call[1:])
            elif not _is_open(span):
                yield e.BlobPutFailed(span.end_ms, *call[1:], 500)
        may_reopen = status < 400 and any(span.name in SETS for span in spans)
        yield from self._written(CALL_METHODS[meant.call], spans, may_reopen)
        if not _is_open(root) and status != NO_ANSWER:
            yield e.HandlerEnded(root.end_ms, *call, status)

    def _meant(self, root: LoggedSpan, puts: list[LoggedSpan]) -> Meant | None:
        """Which call an invocation is; a chunk that its URL does not have is in the key it put."""
        url = root.attributes.get("url.full") or root.attributes.get("url.path")
        names = [root.attributes[key] for key in RPC_METHODS if key in root.attributes]
        meant = None
        if url is not None:
            method = str(root.attributes.get("http.request.method", root.name))
            meant = self.mapping.of_url(method, str(url))
        elif names:
            meant = self.mapping.of_rpc(str(names[0]))
        if meant is not None and meant.call == UPLOAD_CALL and meant.chunk < 0:
            keys = [str(span.attributes.get(PUT_KEY, "")) for span in puts]
            found = [re.search(r"(\d{1,9})(\.\w+)?$", key) for key in keys]
            numbers = [int(item[1]) for item in found if item is not None]
            meant = meant._replace(chunk=numbers[0] if numbers else -1)
        return meant

    def _written(
        self, method: str, spans: list[LoggedSpan], may_reopen: bool = False
    ) -> Iterator[Any]:
        mapping = self.mapping
        for span in spans:
            status = span.attributes.get(mapping.status_attribute)
            if isinstance(status, str):
                count = span.attributes.get(mapping.count_attribute)
                words = mapping.words.get(status, status)
                yield e.StateWritten(span.end_ms, words, count if type(count) is int else -1, "")
            elif span.name in SETS:
                yield e.AlarmSet(span.end_ms, -1)
            elif _writes(span, mapping.key):
                yield RecordTouched(span.end_ms, method, may_reopen)


def _writes(span: LoggedSpan, key: str) -> bool:
    """Whether a span is a write of the record."""
    if span.name == SQL:
        statement = str(span.attributes.get(STATEMENT, ""))
        return re.match(r"\s*(insert|update|replace)\b", statement, re.IGNORECASE) is not None
    if span.name not in WRITES:
        return False
    keys = span.attributes.get(KEYS)
    named = keys if isinstance(keys, list) else re.split(r",\s*", str(keys))
    return keys is None or key in named


def _has_keys(span: LoggedSpan, key: str) -> bool:
    """Whether a span of a write says that it wrote the record; a statement by the record's name."""
    if span.name == SQL:
        return (
            re.search(rf"\b{re.escape(key)}\b", str(span.attributes.get(STATEMENT, ""))) is not None
        )
    return span.attributes.get(KEYS) is not None


def _is_open(span: LoggedSpan) -> bool:
    """Whether a span was never ended: its invocation was cut off."""
    return bool(span.attributes.get("cloudflare.warning.type") == NOT_ENDED)


def _is_stored(span: LoggedSpan) -> bool:
    success = span.attributes.get("cloudflare.r2.response.success", not span.is_error)
    return success is True and not _is_open(span)


def _status(root: LoggedSpan) -> int:
    """The HTTP status of an invocation, 0 where it did not answer; a call by name has none, it ends
    well or throws."""
    status = root.attributes.get(STATUS)
    if status is not None:
        return int(status)
    return 200 if root.attributes.get(OUTCOME, "ok") == "ok" else 500


def _span(data: Any, place: str) -> tuple[LoggedSpan, str]:
    """A span, and of which invocation it is. Raises `InputError`."""
    if not isinstance(data, dict):
        raise InputError(place, as_given(data), SPAN_ALLOWED)
    missing = [key for key in ("name", "spanId", *TIMES) if key not in data]
    if missing:
        raise InputError(place, f"no {missing[0]}", SPAN_ALLOWED)
    name, span_id = data["name"], data["spanId"]
    attributes = _attributes(data.get("attributes"), place)
    start_ms, end_ms = (_whole_ms(data[key], f"{place}: {key}") for key in TIMES)
    if end_ms < start_ms:
        allowed = "no time before the span's start"
        raise InputError(f"{place}: endTimeUnixNano", data["endTimeUnixNano"], allowed)
    parent = str(data.get("parentSpanId") or "")
    is_error = isinstance(data.get("status"), dict) and data["status"].get("code") in (
        2,
        "STATUS_CODE_ERROR",
    )
    span = LoggedSpan(str(name), str(span_id), parent, start_ms, end_ms, attributes, is_error)
    if span.is_root and attributes.get(STATUS) is not None:
        _check_status(attributes[STATUS], f"{place}: {STATUS}")
    return span, str(attributes.get(INVOCATION) or data.get("traceId", ""))


def _check_status(value: Any, place: str) -> None:
    """Refuse what is no status: it would be taken for one that is not told. Raises `InputError`."""
    is_text = isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}", value) is not None
    is_number = type(value) is int or (type(value) is float and value.is_integer())
    if not is_text and not is_number:
        raise InputError(place, as_given(value), "a whole number")
    check_answer(int(value), place, (NO_ANSWER,))


def _whole_ms(value: Any, place: str) -> int:
    """A time of a span in ms; whole ns come as a text, or as a number. Raises `InputError`."""
    is_text = isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}", value) is not None
    is_number = type(value) in (int, float) and 0 <= value <= NANOS_MAX
    if not is_text and not is_number:
        raise InputError(place, as_given(value), "whole ns since 1970, as a number or a text")
    return int(value) // 1_000_000


def _attributes(given: Any, place: str) -> dict[str, Any]:
    """The attributes of a span by their keys. Raises `InputError`."""
    if given is None:
        return {}
    allowed = "a list of attributes, each with its key, a text"
    if not isinstance(given, list):
        raise InputError(f"{place}: attributes", given, allowed)
    found = {}
    for item in given:
        if not isinstance(item, dict) or not isinstance(item.get("key"), str):
            raise InputError(f"{place}: attributes", as_given(item), allowed)
        try:
            found[item["key"]] = _plain(item.get("value"))
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            allowed = "a value of OTLP JSON, as {'stringValue': 'a'} or {'intValue': '1'}"
            raise InputError(f"{place}: {item['key']}", item["value"], allowed) from error
    return found


def _plain(value: dict[str, Any] | None) -> Any:
    """The value of an attribute, None for none; a whole number comes as a text."""
    if value is None or value == {}:
        return None
    (kind, found), *_ = value.items()
    if found is None:
        return None
    if kind == "intValue":
        return int(found)
    if kind == "arrayValue":
        return [_plain(item) for item in found.get("values") or []]
    return found
