"""The clock over HTTP: what a test asks, from wherever it runs.

``GET /`` tells the time and the alarms that are pending. ``POST /advance?ms=N``, ``/next-alarm``,
``/hold`` and ``/release`` move the clock, and answer when the runtime has done what was due.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lastchunk.model.conformance.runtime.pending_alarms import PendingAlarm
from lastchunk.model.conformance.runtime.travel import TravelError, TravellingClock

ADVANCE_MS_MAX = 10 * 366 * 24 * 3_600_000
"""Ten years."""
QueryFields = dict[str, list[str]]


class TimeServer:
    """Serves a clock on a port of this machine."""

    def __init__(self, clock: TravellingClock, port: int = 0) -> None:
        one_at_a_time = threading.Lock()

        class Bound(ClockRequests):
            travelling = clock
            lock = one_at_a_time

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Bound)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        """Serve no more."""
        self.server.shutdown()
        self.server.server_close()


class ClockRequests(BaseHTTPRequestHandler):
    """One request. What moves the clock comes one after the other."""

    travelling: TravellingClock
    lock: threading.Lock

    def do_GET(self) -> None:
        """Tell the time."""
        self._answer(TOLD, "POST" if self._path in MOVES else "")

    def do_POST(self) -> None:
        """Move the clock."""
        self._answer(MOVES, "GET" if self._path in TOLD else "")

    def log_message(self, *words: Any) -> None:
        """A test's output is its own."""

    @property
    def _path(self) -> str:
        return urlsplit(self.path).path

    def _answer(
        self, known: Mapping[str, Callable[[TravellingClock, QueryFields], Any]], other_method: str
    ) -> None:
        do = known.get(self._path)
        if do is None:
            status = 405 if other_method else 404
            allowed = other_method or f"one of {', '.join([*TOLD, *MOVES])}"
            self._send(status, {"error": f"{self.command} {self._path}: {allowed} is allowed"})
            return
        try:
            with self.lock:
                told = do(self.travelling, parse_qs(urlsplit(self.path).query))
        except TravelError as error:
            self._send(409, {"error": str(error)})
        except ValueError as error:
            self._send(400, {"error": str(error)})
        else:
            self._send(200, told)

    def _send(self, status: int, told: Any) -> None:
        data = json.dumps(told).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        # After a jump a connection that was idle is closed at its other end.
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(ConnectionError):  # whoever asked has gone meanwhile
            self.wfile.write(data)


def _told(clock: TravellingClock, query: QueryFields) -> dict[str, Any]:
    alarms = [item._asdict() for item in clock.alarms()]
    return {"now_ms": clock.now_ms, "held": clock.is_held, "alarms": alarms}


def _travelled(clock: TravellingClock, ran: list[PendingAlarm]) -> dict[str, Any]:
    return {**_told(clock, {}), "ran": [item._asdict() for item in ran]}


def _advance(clock: TravellingClock, query: QueryFields) -> dict[str, Any]:
    text = query.get("ms", [""])[-1]
    if not text.isascii() or not text.isdigit() or int(text) > ADVANCE_MS_MAX:
        raise ValueError(f"ms: {text!r}; allowed are whole ms, 0 to {ADVANCE_MS_MAX:,}")
    return _travelled(clock, clock.advance(int(text)))


def _next_alarm(clock: TravellingClock, query: QueryFields) -> dict[str, Any]:
    return _travelled(clock, clock.next_alarm())


def _hold(clock: TravellingClock, query: QueryFields) -> dict[str, Any]:
    clock.hold()
    return _told(clock, query)


def _release(clock: TravellingClock, query: QueryFields) -> dict[str, Any]:
    clock.release()
    return _told(clock, query)


TOLD = {"/": _told}
MOVES = {"/advance": _advance, "/next-alarm": _next_alarm, "/hold": _hold, "/release": _release}
"""What each path does."""
