"""A HAR of a browser, as Chromium, Firefox and Playwright write it, as events of the page's side.

An entry is one request. Its answer comes ``time`` ms after its start. A request that failed has the
status 0 or -1 and an error; one without an error was still under way when the HAR was saved.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs.reading.mapping import (
    CALL_METHODS,
    CREATE_CALL,
    LIST_CALL,
    READ_CALL,
    UPLOAD_CALL,
    LogMapping,
    Meant,
)
from lastchunk.model.logs.reading.seen import ChunksTold, RecordRead
from lastchunk.model.logs.reading.stream import EACH, Item, JsonReader, items
from lastchunk.model.trace import events as e

CARRIES = frozenset(("RequestSent", "ResponseArrived", "RequestFailed"))
"""The events that a HAR has all of, at their own times."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REDIRECTS = (301, 302, 303, 307, 308)
PREFLIGHT = "OPTIONS"
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

    def next_file(self) -> None:
        """Another file begins, which is of another page."""
        self.files += 1
        self.begun = ""

    def page(self, place: str, call: str, url: str) -> str:
        """The session whose URLs do not say which it is: one a file.

        Raises `InputError` where two begin by URLs that differ.
        """
        if call == CREATE_CALL:
            if self.begun not in ("", url):
                allowed = f"a --mapping with {{session}}: {self.begun} began another session"
                raise InputError(f"{place}: url", url, allowed)
            self.begun = url
        return ONE_PAGE if self.files < 2 else f"{ONE_PAGE} {self.files}"

    def call(self, session: str, meant: Meant, is_failed: bool) -> tuple[str, int, int]:
        """The call of a request: method, chunk and attempt."""
        method, chunk = CALL_METHODS[meant.call], meant.chunk
        if meant.call != UPLOAD_CALL:
            chunk = e.NO_CHUNK
        elif chunk < 0:
            last, again = self.chunks.get(session, (-1, False))
            chunk = last if again else last + 1
            self.chunks[session] = chunk, is_failed
        attempts = self.attempts.setdefault(session, {})
        attempt = attempts.get((method, chunk), 0)
        attempts[method, chunk] = attempt + 1
        return method, chunk, attempt

    def forget(self, session: str) -> None:
        """A session is over."""
        self.attempts.pop(session, None)
        self.chunks.pop(session, None)


def read_har(
    reader: JsonReader, mapping: LogMapping, numbering: Numbering
) -> Iterator[tuple[str, Any]]:
    """The events of a HAR, each with its session. Raises `InputError` naming the line."""
    found = False
    numbering.next_file()
    for item in items(reader, ("log", "entries", EACH)):
        found = True
        yield from _of_entry(item, f"{reader.place}, line {item.line}", mapping, numbering)
    if not found:
        raise InputError(reader.place, "a HAR without an entry", "one with requests in it")


def _of_entry(
    item: Item, place: str, mapping: LogMapping, numbering: Numbering
) -> Iterator[tuple[str, Any]]:
    entry = item.value
    try:
        request, response = entry["request"], entry["response"]
        method, url, status = request["method"], request["url"], response["status"]
        started, length = entry["startedDateTime"], entry["time"]
    except (TypeError, KeyError) as error:
        allowed = "an entry of a HAR, with startedDateTime, time, request and response"
        raise InputError(place, f"no {error}", allowed) from error
    meant = mapping.of_url(str(method), str(url))
    if meant is None or method == PREFLIGHT or entry.get("_fromCache"):
        return
    sent_ms = time_ms(started, f"{place}: startedDateTime")
    wait_ms = _length_ms(length, f"{place}: time")
    session = meant.session or numbering.page(place, meant.call, str(url))
    if type(status) is not int:
        raise InputError(f"{place}: status", status, "a whole number")
    if meant.call in (READ_CALL, LIST_CALL):
        data = None if wait_ms is None else _body(response, status)
        for name, word, count in _reads(meant.call, session, data, mapping):
            yield name, RecordRead(sent_ms + (wait_ms or 0), word, count, sent_ms)
        return
    why = _failure(response, status, wait_ms)
    call = numbering.call(session, meant, bool(why) or status >= 500)
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
    """Why a request failed; "" where it did not, or is still under way. One that was sent to
    another place is the next entry, if the browser went there."""
    if status in REDIRECTS:
        return "redirected"
    if status > 0:
        return ""
    said = response.get("_error") or response.get("_failureText")
    return str(said) if said else ("no answer" if wait_ms else "")


def _body(response: Any, status: int) -> Any:
    """The JSON of an answer's body, where the HAR has that body; else None."""
    content = response.get("content") if isinstance(response, dict) else None
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
        raise InputError(place, value, "a number of ms")
    if value == -1:
        return None
    if not 0 <= value <= LONGEST_MS:
        raise InputError(place, value, "at least 0 ms: no answer comes before its request")
    return round(value)


def time_ms(value: Any, place: str) -> int:
    """An ISO time with its zone, in ms since 1970. Raises `InputError`."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError(place, value, "a time as 2026-11-27T10:00:00.000Z") from error
    if found.tzinfo is None:
        raise InputError(place, value, "a time with its zone, as 2026-11-27T10:00:00.000Z")
    return (found - EPOCH) // timedelta(milliseconds=1)
