"""An event log: one JSON object a line, in the words of a trace; an object can write it itself.

A line has ``session``, ``at_ms`` (or ``time``, ISO) and ``event``, the name of an event of a trace,
with its fields. A field that is left out is filled in: attempts are counted, a status that was
replaced is the one before. A first line ``{"log": "lastchunk log 1", "carries": [...]}`` says which
events the log has all of. A trace that lastchunk wrote has no sessions, and all its events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_type_hints

from lastchunk.model.base.errors import InputError, as_given
from lastchunk.model.logs.reading.har import time_ms
from lastchunk.model.logs.reading.mapping import (
    CALL_METHODS,
    STATUS_MAX,
    check_answer,
    check_chunk_number,
)
from lastchunk.model.logs.reading.stream import BLOCK, ITEM_MAX, JsonReader
from lastchunk.model.trace.event import EVENTS, NO_CHUNK
from lastchunk.model.trace.jsonl import is_of

FORMAT = "lastchunk log 1"
CARRIES = frozenset(
    (
        *("HandlerStarted", "HandlerEnded", "BlobPutStarted", "BlobStored", "BlobPutFailed"),
        *("AlarmSet", "AlarmDeleted", "AlarmStarted", "AlarmEnded", "AlarmFailed"),
        "StateWritten",
    )
)
"""What an object that logs itself is taken to log, where its log does not say."""
ALL_EVENTS = frozenset(EVENTS)
OWN = frozenset(("session", "event", "at_ms", "time", "seq"))
CALLED = {"createSession": "create", "signalStop": "signal_stop", "stop": "signal_stop"}
CALLED |= {"finalizeSession": CALL_METHODS["finalize"], "finalize": CALL_METHODS["finalize"]}
BEGINS = frozenset(("RequestSent", "RequestArrived", "HandlerStarted", "BlobPutStarted"))
UPLOAD = "upload"
OF_A_CHUNK = frozenset(
    (
        *("ChunkRecorded", "BlobPutStarted", "BlobStored", "BlobPutFailed", "BlobPutBroken"),
        *("BlobOfOtherTab", "BlobPartStored", "BlobDeleted", "UploadAbandoned"),
    )
)
"""Events of one chunk that name no method."""
ENDS_OF_CALLS = frozenset(("HandlerEnded", "ResponseArrived"))
LOGGED_COUNT_MAX = 1_000_000_000
TIME_MAX_MS = 10**15
"""Times go no further than this, which is some 30,000 years."""
ONE = "session"
"""The name of the session of a trace."""
HINTS: dict[str, dict[str, Any]] = {}


class LineReader:
    """Reads an event log. ``carries`` are the events that it has all of."""

    def __init__(self) -> None:
        self.carries = CARRIES
        self.last: dict[str, tuple[int, int, dict[str, Any]]] = {}
        self.attempts: dict[str, dict[tuple[str, int, str], int]] = {}
        self.status: dict[str, str] = {}

    def read(self, reader: JsonReader) -> Iterator[tuple[str, Any]]:
        """The events of a log, each with its session. Raises `InputError` naming the line."""
        number = 0
        for number, line in enumerate(_lines(reader), 1):
            place = f"{reader.place}, line {number}"
            if not line.strip():
                continue
            data = _object(line, place)
            if "log" in data and number == 1:
                self._head(data, place)
                continue
            found = self._event(data, place)
            if found is not None:
                yield found

    def _head(self, data: dict[str, Any], place: str) -> None:
        names = data.get("carries", [])
        if data["log"] != FORMAT or not isinstance(names, list):
            allowed = f"a first line whose 'log' is {FORMAT!r}, and 'carries' a list"
            raise InputError(f"{place}: log", as_given(data["log"]), allowed)
        for name in names:
            if type(name) is not str or name not in EVENTS:
                raise InputError(f"{place}: carries", as_given(name), "names of events of a trace")
        self.carries = frozenset(names)

    def _event(self, data: dict[str, Any], place: str) -> tuple[str, Any] | None:
        name, session = data.get("event"), data.get("session", ONE)
        if type(name) is not str or name not in EVENTS:
            allowed = "the name of an event of a trace"
            raise InputError(f"{place}: event", _shown(data, "event"), allowed)
        if not isinstance(session, str):
            raise InputError(f"{place}: session", as_given(session), "a text")
        if "session" not in data and not self.last:
            self.carries = ALL_EVENTS  # a trace
        at_ms = time_ms(data["time"], f"{place}: time") if "time" in data else data.get("at_ms")
        if type(at_ms) is not int or abs(at_ms) > TIME_MAX_MS:
            raise InputError(f"{place}: at_ms", _shown(data, "at_ms"), "a time in whole ms")
        if not self._is_next(session, at_ms, data, place):
            return None
        fields = {key: value for key, value in data.items() if key not in OWN}
        _check(name, fields, place)
        _check_numbers(fields, place)
        self._fill(name, session, fields)
        _check_has_chunk(name, fields, place)
        if name in ENDS_OF_CALLS and fields.get("method") in CALL_METHODS.values():
            check_answer(fields.get("status", STATUS_MAX), f"{place}: status")
        return session, _made(name, at_ms, fields, place)

    def _is_next(self, session: str, at_ms: int, data: dict[str, Any], place: str) -> bool:
        """Whether a line is new. Raises `InputError` where time or the numbers go back."""
        seq = data.get("seq", -1)
        if type(seq) is not int:
            raise InputError(f"{place}: seq", as_given(seq), "a whole number")
        last_ms, last_seq, before = self.last.get(session, (at_ms, seq - 1, {}))
        if seq >= 0 and seq == last_seq and data == before:
            return False
        if at_ms < last_ms:
            allowed = f"no time before that of the session's last line, {last_ms}"
            raise InputError(f"{place}: at_ms", at_ms, allowed)
        if seq >= 0 and seq != last_seq + 1:
            raise InputError(
                f"{place}: seq", seq, f"the next number of the session, {last_seq + 1}"
            )
        self.last[session] = at_ms, seq, data if seq >= 0 else {}
        return True

    def _fill(self, name: str, session: str, fields: dict[str, Any]) -> None:
        """What a line may leave out."""
        known = EVENTS[name]._fields
        if "method" in fields:
            fields["method"] = CALLED.get(fields["method"], fields["method"])
        for key, value in (("chunk", NO_CHUNK), ("size_bytes", 0), ("retry", 0), ("suspended", 0)):
            if key in known:
                fields.setdefault(key, value)
        if "attempt" in known and "attempt" not in fields:
            fields["attempt"] = self._attempt(name, session, fields)
        if name == "StateWritten":
            fields.setdefault("previous", self.status.get(session, ""))
            fields.setdefault("chunks_uploaded", -1)
            self.status[session] = str(fields.get("status"))

    def _attempt(self, name: str, session: str, fields: dict[str, Any]) -> int:
        """Which attempt: each beginning counts one, what follows is of the last one begun."""
        attempts = self.attempts.setdefault(session, {})
        method, chunk = str(fields.get("method", "upload")), fields["chunk"]
        if name in BEGINS:
            attempts[method, chunk, name] = attempts.get((method, chunk, name), -1) + 1
            return attempts[method, chunk, name]
        return max(attempts.get((method, chunk, other), 0) for other in BEGINS)

    def forget(self, session: str) -> None:
        """A session is over."""
        self.last.pop(session, None)
        self.status.pop(session, None)
        self.attempts.pop(session, None)


def _lines(reader: JsonReader) -> Iterator[str]:
    """The lines of a text, without holding it."""
    while True:
        end = reader.text.find("\n", reader.at)
        while end < 0 and reader.more(max(BLOCK, len(reader.text) - reader.at)):
            if len(reader.text) > ITEM_MAX:
                raise reader.wrong(f"lines of at most {ITEM_MAX:,} characters")
            end = reader.text.find("\n", reader.at)
        stop = len(reader.text) if end < 0 else end
        if stop > reader.at or end >= 0:
            yield reader.text[reader.at : stop]
        if end < 0:
            return
        reader.at = end + 1


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(place, line[:80], "one JSON object, whole") from error
    if not isinstance(data, dict):
        raise InputError(place, line[:80], "one JSON object")
    return data


def _shown(data: dict[str, Any], key: str) -> object:
    """What an error shows of a key: nothing where the line does not have it."""
    return as_given(data[key]) if key in data else None


def _check(name: str, fields: dict[str, Any], place: str) -> None:
    """Check the fields that a line has, before anything rests on them. Raises `InputError`."""
    if name not in HINTS:
        HINTS[name] = get_type_hints(EVENTS[name])
    hints = HINTS[name]
    if not set(fields) <= set(hints):
        raise _not_its_fields(name, fields, place)
    for key, value in fields.items():
        if isinstance(value, list):
            fields[key] = value = tuple(value)
        expected = hints[key] if isinstance(hints[key], type) else tuple
        if not is_of(value, expected):
            allowed = f"a value of type {expected.__name__}"
            raise InputError(f"{place}: {key}", as_given(value), allowed)
        if key == "chunk":
            check_chunk_number(value, f"{place}: chunk")


def _check_numbers(fields: dict[str, Any], place: str) -> None:
    """Refuse a count or an answer that none is: what is below 0 would be taken for not told."""
    for key, most in (("chunks_uploaded", LOGGED_COUNT_MAX), ("status", STATUS_MAX)):
        value = fields.get(key, 0)
        if type(value) is int and not 0 <= value <= most:
            raise InputError(f"{place}: {key}", value, f"0 to {most:,}")


def _check_has_chunk(name: str, fields: dict[str, Any], place: str) -> None:
    """Refuse an upload without the number of its chunk: nobody could tell what became of it."""
    is_of_one = fields["method"] == UPLOAD if "method" in fields else name in OF_A_CHUNK
    if is_of_one and fields.get("chunk", 0) < 0:
        raise InputError(f"{place}: chunk", fields["chunk"], "the number of the chunk, 0 or more")
    if fields.get("chunk", NO_CHUNK) < NO_CHUNK:
        allowed = f"{NO_CHUNK} for none, or the number of a chunk"
        raise InputError(f"{place}: chunk", fields["chunk"], allowed)


def _made(name: str, at_ms: int, fields: dict[str, Any], place: str) -> Any:
    """The event. Raises `InputError` where it lacks a field."""
    if set(fields) | {"at_ms"} != set(HINTS[name]):
        raise _not_its_fields(name, fields, place)
    return EVENTS[name](at_ms=at_ms, **fields)


def _not_its_fields(name: str, fields: dict[str, Any], place: str) -> InputError:
    wanted = ", ".join(key for key in HINTS[name] if key != "at_ms")
    return InputError(place, sorted(fields), f"for {name}: {wanted}")
