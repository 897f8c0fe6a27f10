"""A HAR of a browser, as Chromium, Firefox and Playwright write it, as events of the page's side.

An entry is one request. Its answer comes ``time`` ms after its start. A request that failed has the
status 0 or -1 and an error; one without an error was still under way when the HAR was saved. One
that the browser answered from its cache never came to a server.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from lastchunk.model.base.errors import InputError, as_given
from lastchunk.model.logs.reading.mapping import (
    CALL_METHODS,
    CREATE_CALL,
    FINALIZE_NAME,
    LIST_CALL,
    READ_CALL,
    STOP_CALL,
    UPLOAD_CALL,
    LogMapping,
    Meant,
    check_answer,
    check_chunk_number,
)
from lastchunk.model.logs.reading.seen import ChunksTold, RecordRead
from lastchunk.model.logs.reading.stream import EACH, Item, JsonReader, items
from lastchunk.model.trace import events as e

CARRIES = frozenset(("RequestSent", "ResponseArrived", "RequestFailed"))
"""The events that a HAR has all of, at their own times."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REDIRECTS = range(300, 400)
SENT_ON = (307, 308)
"""With these a browser sends the same request, with its body, to another place."""
ENTRY_ALLOWED = "an entry of a HAR, with startedDateTime, time, request and response"
NO_ENTRY_ALLOWED = 'a HAR with requests in it; an event log begins with {"log": "lastchunk log 1"}'
NO_BODY = "answers without the record that they have: export the HAR with content"
CACHED = "requests that the browser answered from its cache: left out"
BACK = (
    "requests that began before the one above them: taken by their times, which are not to be "
    "trusted where the clock went back"
)
STOP_CALLS = frozenset((STOP_CALL, FINALIZE_NAME))
ORDER_MS = 1_000
"""Requests that begin at about the same time may stand in either order."""
LONGEST_MS = 10**9
ONE_PAGE = "page"
"""The name of the session where no URL says one."""


class Numbering:
    """Numbers the attempts of calls, and the chunks of uploads whose URL has no number.

    Such an upload carries the next chunk, unless the one before it failed: then it is the same.
    """

    def __init__(self) -> None:
        self.attempts: dict[str, dict[tuple[str, int], int]] = {}
        self.chunks: dict[str, tuple[int, bool]] = {}
        self.files = 0
        self.begun = ""
        """The URL that began the session of this file's page, where no URL says which it is."""
        self.calls: set[str] = set()
        """What that page has called since."""

    def next_file(self) -> None:
        """Another file begins, which is of another page."""
        self.files += 1
        self.begun = ""
        self.calls.clear()

    def page(self, place: str, call: str, url: str) -> str:
        """The session whose URLs do not say which it is: one a file.

        Raises `InputError` where two begin by URLs that differ, or by one that says nothing of
        them: a cookie may tell them apart, and then one's uploads would be taken for the other's.
        """
        if call == CREATE_CALL:
            if self.begun not in ("", url):
                allowed = f"a --mapping with {{session}}: {self.begun} began another session"
                raise InputError(f"{place}: url", url, allowed)
            if self.calls and ("?" not in url or self.calls & STOP_CALLS):
                allowed = "one recording a HAR, or a --mapping with {session}: it began one before"
                raise InputError(f"{place}: url", url, allowed)
            self.begun = url
        elif call not in (READ_CALL, LIST_CALL):
            self.calls.add(call)
        return ONE_PAGE if self.files < 2 else f"{ONE_PAGE} {self.files}"

    def call(self, session: str, meant: Meant, is_again: bool) -> tuple[str, int, int]:
        """The call of a request: method, chunk and attempt. Raises `InputError`.

        ``is_again``: the session's next upload without a number carries the same chunk.
        """
        method, chunk = CALL_METHODS[meant.call], meant.chunk
        check_chunk_number(chunk, f"session {session}: chunk")
        check_chunk_number(meant.chunks_told, f"session {session}: chunks")
        if meant.call != UPLOAD_CALL:
            chunk = e.NO_CHUNK
        elif chunk < 0:
            last, again = self.chunks.get(session, (-1, False))
            chunk = last if again else last + 1
            self.chunks[session] = chunk, is_again
        attempts = self.attempts.setdefault(session, {})
        attempt = attempts.get((method, chunk), 0)
        attempts[method, chunk] = attempt + 1
        return method, chunk, attempt

    def forget(self, session: str) -> None:
        """A session is over."""
        self.attempts.pop(session, None)
        self.chunks.pop(session, None)


def read_har(
    reader: JsonReader, mapping: LogMapping, numbering: Numbering, notes: Counter[str]
) -> Iterator[tuple[str, Any]]:
    """The events of a HAR, each with its session; ``notes`` counts calls that are left out.

    Raises `InputError` naming the line.
    """
    found, newest_ms = False, 0
    numbering.next_file()
    for item in items(reader, ("log", "entries", EACH)):
        found = True
        place = f"{reader.place}, line {item.line}"
        entry = _entry(item, place)
        meant = mapping.of_url(entry["request"]["method"], entry["request"]["url"])
        if meant is not None and entry.get("_fromCache"):
            notes[CACHED] += 1
        elif meant is not None:
            sent_ms = time_ms(entry["startedDateTime"], f"{place}: startedDateTime")
            if sent_ms < newest_ms - ORDER_MS:
                notes[BACK] += 1
            newest_ms = max(newest_ms, sent_ms)
            if meant.call in (READ_CALL, LIST_CALL) and _lacks_body(entry["response"]):
                notes[NO_BODY] += 1
            yield from _of_entry(entry, meant, place, mapping, numbering)
    if not found:
        raise InputError(f"{reader.place}: log.entries", "none", NO_ENTRY_ALLOWED)


def _entry(item: Item, place: str) -> dict[str, Any]:
    """An entry that has what every entry has. Raises `InputError`."""
    entry = _with_keys(item.value, place, ("startedDateTime", "time", "request", "response"))
    request = _with_keys(entry["request"], f"{place}: request", ("method", "url"))
    _with_keys(entry["response"], f"{place}: response", ("status",))
    for key in ("method", "url"):
        if not isinstance(request[key], str):
            raise InputError(f"{place}: request.{key}", as_given(request[key]), "a text")
    return entry


def _with_keys(value: Any, place: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(place, as_given(value), ENTRY_ALLOWED)
    missing = [key for key in keys if key not in value]
    if missing:
        raise InputError(place, f"no {missing[0]}", ENTRY_ALLOWED)
    return value


def _of_entry(
    entry: dict[str, Any], meant: Meant, place: str, mapping: LogMapping, numbering: Numbering
) -> Iterator[tuple[str, Any]]:
    response, url = entry["response"], entry["request"]["url"]
    started, length, status = entry["startedDateTime"], entry["time"], response["status"]
    sent_ms = time_ms(started, f"{place}: startedDateTime")
    wait_ms = _length_ms(length, f"{place}: time")
    session = meant.session or numbering.page(place, meant.call, url)
    if type(status) is not int:
        raise InputError(f"{place}: status", as_given(status), "a whole number")
    check_answer(status, f"{place}: status", (0, -1))
    if meant.call in (READ_CALL, LIST_CALL):
        data = None if wait_ms is None else _body(response, status)
        for name, word, count in _reads(meant.call, session, data, mapping):
            yield name, RecordRead(sent_ms + (wait_ms or 0), word, count, sent_ms)
        return
    why = _failure(response, status, wait_ms)
    is_again = status >= 500 or (bool(why) and status not in REDIRECTS)
    call = numbering.call(session, meant, is_again or _is_sent_on(entry, mapping))
    yield session, e.RequestSent(sent_ms, *call)
    if meant.chunks_told >= 0:
        yield session, ChunksTold(sent_ms, meant.chunks_told)
    if why:
        yield session, e.RequestFailed(sent_ms + (wait_ms or 0), *call, why)
    elif status > 0 and wait_ms is not None:
        yield session, e.ResponseArrived(sent_ms + wait_ms, *call, status)


def _reads(
    call: str, session: str, data: Any, mapping: LogMapping
) -> Iterator[tuple[str, str, int]]:
    """What an answer says of sessions: of one, or of each in a list."""
    if call == LIST_CALL:
        yield from mapping.read_list(data)
    elif (found := mapping.read_record(data)) is not None:
        yield session, *found


def _failure(response: dict[str, Any], status: int, wait_ms: int | None) -> str:
    """Why a request failed; "" where it did not, or is still under way.

    Of one that was sent elsewhere nothing is known by that. Where the browser went there with the
    body, that is an entry of its own.
    """
    if status in REDIRECTS:
        return "redirected"
    if status > 0:
        return ""
    said = response.get("_error") or response.get("_failureText")
    return str(said) if said else ("no answer" if wait_ms else "")


def _is_sent_on(entry: dict[str, Any], mapping: LogMapping) -> bool:
    """Whether an upload was sent, as it is, to a place that is one of an upload, too."""
    request, response = entry["request"], entry["response"]
    place = response.get("redirectURL")
    if response["status"] not in SENT_ON or not place:
        return False
    try:
        url = urljoin(request["url"], str(place))
    except ValueError:
        return False
    meant = mapping.of_url(request["method"], url)
    return meant is not None and meant.call == UPLOAD_CALL


def _lacks_body(response: dict[str, Any]) -> bool:
    """Whether an answer that has a body stands in the HAR without it."""
    content = response.get("content")
    has_text = isinstance(content, dict) and "text" in content
    return response["status"] == 200 and not has_text


def _body(response: dict[str, Any], status: int) -> Any:
    """The JSON of an answer's body, where the HAR has that body; else None."""
    content = response.get("content")
    if not isinstance(content, dict):
        return None
    text = content.get("text")
    if status >= 400 or not isinstance(text, str):
        return None
    try:
        if content["encoding"] == "base64":
            text = base64.b64decode(text).decode("utf-8")
    except KeyError:
        pass
    except (binascii.Error, UnicodeDecodeError):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _length_ms(value: Any, place: str) -> int | None:
    """How long a request took; None where it was not over."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(place, as_given(value), "a number of ms")
    if value == -1:
        return None
    if not 0 <= value <= LONGEST_MS:
        raise InputError(place, value, f"0 to {LONGEST_MS:,} ms, or -1 where no answer came")
    return round(value)


def time_ms(value: Any, place: str) -> int:
    """An ISO time with its zone, in ms since 1970. Raises `InputError`."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError(place, as_given(value), "a time as 2026-11-27T10:00:00.000Z") from error
    if found.tzinfo is None:
        raise InputError(place, value, "a time with its zone, as 2026-11-27T10:00:00.000Z")
    return (found - EPOCH) // timedelta(milliseconds=1)
