"""The webhook on completion: again with back-off until it is taken, always under one key."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import quote, unquote

import pytest

from lastchunk.model.conformance.page.built import built_page
from lastchunk.model.conformance.page.server import ServedPage
from tests.support.real_runtime import tools_or_skip

RETRY_MS = 200
SESSION = f'one?{{"notify_retry_ms":{RETRY_MS}}}'
ROW = {"session": SESSION, "design": "lazy-alarm", "startedMs": 1, "durationMs": 2}
REFUSALS = 3
SECONDS_MAX = 20


class Consumer(ThreadingHTTPServer):
    """Refuses so many times, then takes; ``heard`` has each key with its time in ms."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Heard)
        self.heard: list[tuple[float, str]] = []


class Heard(BaseHTTPRequestHandler):
    """One notification."""

    def do_POST(self) -> None:
        consumer = self.server
        assert isinstance(consumer, Consumer)
        key = unquote(self.headers["idempotency-key"])
        consumer.heard.append((time.monotonic() * 1000, key))
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(503 if len(consumer.heard) <= REFUSALS else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """It is quiet."""


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def call(served: ServedPage, design: str, procedure: str, more: str = "", body: bytes = b"") -> int:
    url = f"{served.url}/sessions/{design}/{procedure}/{quote(SESSION, safe='')}{more}"
    with urllib.request.urlopen(urllib.request.Request(url, body, method="POST")) as answer:
        return int(answer.status)


def test_a_refused_webhook_comes_again_ever_later_until_it_is_taken(consumer: Consumer) -> None:
    tools = tools_or_skip()
    with ServedPage(tools, built_page(tools), consumer_port=consumer.server_port) as served:
        urllib.request.urlopen(f"{served.url}/recordings", json.dumps(ROW).encode()).close()
        assert call(served, "lazy-alarm", "createSession") == 200
        assert call(served, "lazy-alarm", "upload", "/0", b"bytes") == 200
        assert call(served, "lazy-alarm", "signalStop", "?chunks=1") == 200
        end = time.monotonic() + SECONDS_MAX
        while served.recordings()[0]["isTelling"] and time.monotonic() < end:
            time.sleep(0.02)
        assert [key for _, key in consumer.heard] == [f"{SESSION}/session-completed"] * 4
        times = [at_ms for at_ms, _ in consumer.heard]
        waits = [late - early for early, late in pairwise(times)]
        for wait_ms, least in zip(waits, (RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS), strict=True):
            assert wait_ms >= least / 2, "but for how long a call was on its way"
        served.clock.jump(3_600_000)
        time.sleep(0.3)
        assert len(consumer.heard) == REFUSALS + 1, "nothing comes once it was taken"
