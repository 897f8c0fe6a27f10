"""Which request is which call of a session: a small TOML file, with the shipped worker's routes.

A pattern is the end of a path, with names in braces: ``/upload/{session}/{chunk}``; a query may
follow (``?chunks={chunks}``), a method may stand before it. ``rpc:upload`` is a call by name. Of a
call with several patterns the first that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import read_toml

CREATE_CALL, UPLOAD_CALL, STOP_CALL = "create", "upload", "stop"
FINALIZE_NAME, READ_CALL, LIST_CALL = "finalize", "state", "list"
CALL_METHODS = {
    CREATE_CALL: "create",
    STOP_CALL: "signal_stop",
    FINALIZE_NAME: "finalize_session",
    UPLOAD_CALL: UPLOAD_CALL,
}
"""What a call is named in a trace; ``state`` is in none, it is what somebody reads."""
RPC = "rpc:"
NAMES = {"session", "chunk", "chunks"}
READS = ("GET", "HEAD")
PREFLIGHT = "OPTIONS"
"""Whether a call is allowed is asked so by a browser, and no pattern can name it."""
HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DEFAULT_CALLS: dict[str, tuple[str, ...]] = {
    CREATE_CALL: ("/createSession/{session}", "/createSession", "rpc:createSession"),
    UPLOAD_CALL: ("/upload/{session}/{chunk}", "/upload/{chunk}", "rpc:upload"),
    STOP_CALL: (
        *("/signalStop/{session}?chunks={chunks}", "/signalStop/{session}"),
        *("/signalStop?chunks={chunks}", "/signalStop", "rpc:signalStop"),
    ),
    FINALIZE_NAME: ("/finalizeSession/{session}", "/finalizeSession", "rpc:finalizeSession"),
    READ_CALL: ("/getSessionState/{session}", "/getSessionState", "rpc:getSessionState"),
    LIST_CALL: ("GET /recordings",),
}
DEFAULT_LIST = {"session": "session", "status": "status", "count": "chunks"}
WORDS_OF_LIST = {"recording": "active", "processing": "active"}
"""What the shipped page says of a session that is not settled."""
DEFAULT_RECORD = {"key": "state", "status": "status", "count": "chunks_uploaded"}
TABLES = ("calls", "record", "list", "completion")
OF_BINDING = ("page", "env", "settings", "headers")
LENGTH = "length of "
LOGGED_CHUNKS_MAX = 1_000_000
"""A session has no more chunks than this: a number beyond is that of something else."""
STATUS_LEAST, STATUS_MAX = 100, 999


class Meant(NamedTuple):
    """What a request means: a call, of which session and chunk; "" and -1 where it does not say."""

    call: str
    session: str = ""
    chunk: int = -1
    chunks_told: int = -1


@dataclass(frozen=True)
class Route:
    """One pattern, compiled."""

    call: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]

    def fits(self, method: str, path: str, query: Mapping[str, list[str]]) -> Meant | None:
        """What a request means by this pattern, if it fits."""
        if method == PREFLIGHT or (self.method and self.method != method):
            return None
        if not self.method and self.call == UPLOAD_CALL and method in READS:
            return None  # what is stored is looked at, or played, under the same path
        found = self.path.search(path)
        if found is None or any(key not in query for key, _ in self.query):
            return None
        names = {name: unquote(value) for name, value in found.groupdict().items()}
        names |= {name: query[key][0] for key, name in self.query}
        numbers = [names.get(name, "-1") for name in ("chunk", "chunks")]
        if not all(re.fullmatch(r"-1|\d{1,9}", number) for number in numbers):
            return None
        return Meant(self.call, names.get("session", ""), *map(int, numbers))


@dataclass(frozen=True)
class LogMapping:
    """How a log is read. ``alarm_writes``: an alarm that writes the record completes a session.

    ``status_attribute`` is the attribute of a span of your own that holds the record's status.
    """

    routes: tuple[Route, ...]
    rpc: Mapping[str, str]
    key: str
    status: str
    count: str
    alarm_writes: bool = True
    status_attribute: str = "session.status"
    count_attribute: str = "session.chunks_uploaded"
    words: Mapping[str, str] = field(default_factory=dict)
    row: Mapping[str, str] = field(default_factory=lambda: DEFAULT_LIST)

    def of_url(self, method: str, url: str) -> Meant | None:
        """What a request for a URL means; None for one that is no call, or no URL."""
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query)
        except ValueError:
            return None
        found = (route.fits(method, parts.path, query) for route in self.routes)
        return next((meant for meant in found if meant is not None), None)

    def of_rpc(self, name: str) -> Meant | None:
        """What a call by name means."""
        call = self.rpc.get(name)
        return None if call is None else Meant(call)

    def read_list(self, data: Any) -> Iterator[tuple[str, str, int]]:
        """The session, status and count of each row of a list of sessions."""
        for item in data if isinstance(data, list) else ():
            session, status, count = (_at(item, self.row[key]) for key in DEFAULT_LIST)
            if isinstance(session, str) and isinstance(status, str):
                words = WORDS_OF_LIST | dict(self.words)
                yield session, words.get(status, status), count if type(count) is int else -1

    def read_record(self, data: Any) -> tuple[str, int] | None:
        """The status and the count in an answer's JSON; the count is -1 where it has none."""
        status, count = _at(data, self.status), _at(data, self.count)
        if not isinstance(status, str):
            return None
        if isinstance(count, list | dict):
            count = len(count)
        return self.words.get(status, status), count if type(count) is int else -1


def check_chunk_number(number: int, place: str) -> None:
    """Refuse a number that no chunk has. Raises `InputError`.

    All numbers below that of a chunk are chunks, too, so that one wrong one would be millions.
    """
    if number > LOGGED_CHUNKS_MAX:
        raise InputError(
            place, number, f"at most {LOGGED_CHUNKS_MAX:,}: is it the number of a chunk?"
        )


def check_answer(status: int, place: str, none: tuple[int, ...] = ()) -> None:
    """Refuse a status that no answer has: a small one would be taken for a success.

    ``none`` are those that say that no answer came. Raises `InputError`.
    """
    if status not in none and not STATUS_LEAST <= status <= STATUS_MAX:
        also = f", or {' or '.join(map(str, none))} for no answer" if none else ""
        raise InputError(place, status, f"{STATUS_LEAST} to {STATUS_MAX}{also}")


def _at(data: Any, path: str) -> Any:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def read_mapping(path: Path | None) -> LogMapping:
    """The mapping of a file, over the shipped worker's. Raises `InputError`."""
    if path is None:
        return make_mapping({}, "")
    data = read_toml(path, "--mapping", "a readable TOML file")
    return make_mapping(_of_binding(data), f"{path}: ")


def _of_binding(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The binding of a TypeScript class serves as well: what is said of its text is left out."""
    calls = data.get("calls")
    if not isinstance(calls, dict):
        return data
    kept = {key: table for key, table in data.items() if key not in OF_BINDING}
    return kept | {"calls": {name: _of_call(value) for name, value in calls.items()}}


def _of_call(value: Any) -> Any:
    """``upload({ chunk, body })`` is a call by name; what stands behind a path is a body."""
    if not isinstance(value, str):
        return value
    by_name = re.fullmatch(r"([A-Za-z_$][\w$]*)\(.*\)", value)
    if by_name is not None:
        return RPC + by_name[1]
    request = re.fullmatch(r"([A-Z]+ /\S*) .+", value)
    return request[1] if request is not None else value


def make_mapping(data: Mapping[str, Any], place: str) -> LogMapping:
    """A mapping of its tables. Raises `InputError` naming the key."""
    for name, table in data.items():
        if name not in TABLES or not isinstance(table, dict):
            raise InputError(f"{place}{name}", name, "a table named " + ", ".join(TABLES))
    calls = DEFAULT_CALLS | {
        name: _patterns(name, value, place) for name, value in data.get("calls", {}).items()
    }
    record = DEFAULT_RECORD | data.get("record", {})
    known = {*DEFAULT_RECORD, "completed", "incomplete", "active"}
    _check_texts(record, known, f"{place}record.")
    row = DEFAULT_LIST | data.get("list", {})
    _check_texts(row, set(DEFAULT_LIST), f"{place}list.")
    completion = {"alarm_writes": True, **data.get("completion", {})}
    is_flag = type(completion.pop("alarm_writes")) is bool
    if not is_flag:
        raise InputError(f"{place}completion.alarm_writes", None, "true or false")
    _check_texts(completion, {"status_attribute", "count_attribute"}, f"{place}completion.")
    words = {record[name]: name for name in known - set(DEFAULT_RECORD) if name in record}
    return LogMapping(
        tuple(
            _route(call, pattern, place)
            for call, patterns in calls.items()
            for pattern in patterns
            if not pattern.startswith(RPC)
        ),
        {
            pattern.removeprefix(RPC): call
            for call, patterns in calls.items()
            for pattern in patterns
            if pattern.startswith(RPC)
        },
        record["key"],
        record["status"],
        record["count"].removeprefix(LENGTH),
        data.get("completion", {}).get("alarm_writes", True),
        words=words,
        row=row,
        **completion,
    )


def _patterns(name: str, value: Any, place: str) -> tuple[str, ...]:
    if name not in DEFAULT_CALLS:
        raise InputError(f"{place}calls.{name}", name, "one of " + ", ".join(DEFAULT_CALLS))
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list) or not all(isinstance(item, str) for item in patterns):
        raise InputError(f"{place}calls.{name}", value, "a pattern, or a list of them")
    return tuple(patterns)


def _check_texts(table: Mapping[str, Any], known: set[str], place: str) -> None:
    for name, value in table.items():
        if name not in known:
            raise InputError(f"{place}{name}", name, "one of " + ", ".join(sorted(known)))
        if not isinstance(value, str) or not value:
            raise InputError(f"{place}{name}", value, "a text")


def _route(call: str, pattern: str, place: str) -> Route:
    allowed = "a path that begins with /, with {session}, {chunk} and {chunks} once at most"
    method, _, rest = pattern.rpartition(" ")
    path, _, query = rest.partition("?")
    names = re.findall(r"\{(\w*)\}", rest)
    is_wrong = not path.startswith("/") or not set(names) <= NAMES or len(set(names)) < len(names)
    if is_wrong or (method and method not in HTTP_METHODS):
        raise InputError(f"{place}calls.{call}", pattern, allowed)
    made = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
    pairs = [part.partition("=") for part in query.split("&") if part]
    if not all(re.fullmatch(r"\{\w+\}", value) for _, _, value in pairs):
        raise InputError(f"{place}calls.{call}", pattern, f"{allowed}; a query of name={{chunks}}")
    named = tuple((key, value[1:-1]) for key, _, value in pairs)
    return Route(call, method, re.compile(made + "/?$"), named)
