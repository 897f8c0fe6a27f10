"""Time travel: a runtime of anybody's, on a clock that is moved over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from lastchunk.model.conformance.runtime import toolbox
from lastchunk.model.conformance.runtime.time_server import TimeServer
from lastchunk.model.conformance.runtime.toolbox import Toolbox, clocks_library
from lastchunk.model.conformance.runtime.travel import TravellingClock

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests/example_worker"
MINUTE_MS = 60_000
WORKER = """
import { DurableObject } from "cloudflare:workers";
export class Chain extends DurableObject {
  async begin(links, throws) {
    await this.ctx.storage.put({ links, throws, ran: [] });
    await this.ctx.storage.setAlarm(Date.now() + 600_000);
    return Date.now();
  }
  async late() { setTimeout(() => this.ctx.storage.put("late", Date.now()), 50_000); }
  async told() { return Object.fromEntries(await this.ctx.storage.list()); }
  async alarm() {
    const { links, throws, ran } = await this.told();
    await this.ctx.storage.put({ ran: [...ran, Date.now()], throws: throws - 1, links: links - 1 });
    if (throws > 0) throw new Error("as asked");
    if (links > 1) await this.ctx.storage.setAlarm(Date.now() + 60_000);
  }
}
export default {
  async fetch(request, env) {
    const [, name, method, ...words] = new URL(request.url).pathname.split("/");
    const object = env.CHAIN.get(env.CHAIN.idFromName(name));
    return Response.json((await object[method](...words.map(Number))) ?? null);
  },
};
"""
CONFIG = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main),
               (name = "disk", disk = (path = "disk", writable = true)) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-06-01",
  durableObjectNamespaces = [ (className = "Chain", uniqueKey = "Chain", enableSql = true) ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [ (name = "CHAIN", durableObjectNamespace = "Chain") ],
);
"""


def asked(url: str, method: str = "GET") -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> TravellingClock:
    return TravellingClock(tmp_path_factory.mktemp("clock") / "clocks")


@pytest.fixture(scope="module")
def server(clock: TravellingClock) -> Iterator[TimeServer]:
    server = TimeServer(clock)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def chain(
    tools: Toolbox, clock: TravellingClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a runtime that knows nothing of lastchunk."""
    folder = tmp_path_factory.mktemp("chain")
    (folder / "disk").mkdir()
    (folder / "worker.mjs").write_text(WORKER, encoding="utf-8")
    (folder / "config.capnp").write_text(CONFIG, encoding="utf-8")
    variables = {"LD_PRELOAD": str(clocks_library()), "LASTCHUNK_CLOCKS": str(clock.clocks.path)}
    read, write = os.pipe()
    process = subprocess.Popen(
        [tools.workerd, "serve", "config.capnp", f"--control-fd={write}"],
        cwd=folder,
        env={**os.environ, **variables},
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as control:
        port = json.loads(control.readline())["port"]
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def test_an_advance_meets_each_alarm_of_a_chain_at_its_ms(server: TimeServer, chain: str) -> None:
    asked(f"{server.url}/hold", "POST")
    begun_ms = asked(f"{chain}/chain/begin/4/0")
    assert asked(server.url)["alarms"] == [
        {"due_ms": begun_ms + 10 * MINUTE_MS, "namespace": "Chain", "object": "chain"}
    ]
    moved = asked(f"{server.url}/advance?ms={60 * MINUTE_MS}", "POST")
    wanted = [begun_ms + minutes * MINUTE_MS for minutes in (10, 11, 12, 13)]
    assert asked(f"{chain}/chain/told")["ran"] == wanted
    assert [alarm["due_ms"] for alarm in moved["ran"]] == wanted
    assert (moved["now_ms"], moved["alarms"]) == (begun_ms + 60 * MINUTE_MS, [])


def test_the_next_alarm_is_one_alarm(server: TimeServer, chain: str) -> None:
    asked(f"{server.url}/hold", "POST")
    begun_ms = asked(f"{chain}/next/begin/2/0")
    first = asked(f"{server.url}/next-alarm", "POST")
    assert first["now_ms"] == begun_ms + 10 * MINUTE_MS
    assert [alarm["due_ms"] for alarm in first["alarms"]] == [begun_ms + 11 * MINUTE_MS]
    asked(f"{server.url}/next-alarm", "POST")
    with pytest.raises(HTTPError, match="409"):
        asked(f"{server.url}/next-alarm", "POST")


def test_an_alarm_that_throws_is_tried_again_after_the_platforms_waits(
    server: TimeServer, chain: str
) -> None:
    asked(f"{server.url}/hold", "POST")
    begun_ms = asked(f"{chain}/throws/begin/1/2")
    moved = asked(f"{server.url}/advance?ms={11 * MINUTE_MS}", "POST")
    first, second, third = asked(f"{chain}/throws/told")["ran"]
    assert first == begun_ms + 10 * MINUTE_MS
    assert 2_000 <= second - first <= 2_501  # D1: 2 s, then 4 s, and up to a quarter more
    assert 4_000 <= third - second <= 5_001
    assert [alarm["object"] for alarm in moved["ran"]] == ["throws"]


def test_a_timer_of_the_code_fires_at_its_ms(server: TimeServer, chain: str) -> None:
    now_ms = asked(f"{server.url}/hold", "POST")["now_ms"]
    asked(f"{chain}/timer/late")
    asked(f"{server.url}/advance?ms=49999", "POST")
    assert asked(f"{chain}/timer/told") == {}
    asked(f"{server.url}/advance?ms=1", "POST")
    assert asked(f"{chain}/timer/told") == {"late": now_ms + 50_000}


def test_clocks_flow_until_they_are_held(clock: TravellingClock) -> None:
    clock.release()
    before_ms = clock.now_ms
    time.sleep(0.02)
    clock.hold()
    held_ms = clock.now_ms
    time.sleep(0.02)
    assert before_ms + 20 <= held_ms == clock.now_ms
    clock.release()
    assert held_ms <= clock.now_ms < held_ms + 10_000


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("POST", "/advance", 400, "ms: ''; allowed are whole ms, 0 to"),
        ("POST", "/advance?ms=-1", 400, "ms: '-1'"),
        ("POST", "/advance?ms=1.5", 400, "ms: '1.5'"),
        ("POST", "/advance?ms=99999999999999", 400, "allowed are whole ms"),
        ("GET", "/advance?ms=1", 405, "POST is allowed"),
        ("POST", "/", 405, "GET is allowed"),
        ("GET", "/alarms", 404, "one of /, /advance, /next-alarm, /hold, /release is allowed"),
    ],
)
def test_what_the_clock_is_not_asked_so(
    server: TimeServer, method: str, path: str, status: int, words: str
) -> None:
    with pytest.raises(HTTPError) as refused:
        asked(server.url + path, method)
    assert refused.value.code == status
    assert words in json.load(refused.value)["error"]


# --- the command ---------------------------------------------------------------------------------


def timetravel(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lastchunk", "timetravel", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_ends_as_what_it_runs(tools: Toolbox) -> None:
    script = 'test "$LASTCHUNK_TIME" && test -e "$LASTCHUNK_CLOCKS" && exit 7'
    assert timetravel("--", "sh", "-c", script).returncode == 7
    refused = timetravel("--", "./no-such-program")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "COMMAND: './no-such-program'" in refused.stderr


def test_where_there_is_no_clock_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolbox, "compiler", lambda: "")
    with pytest.raises(toolbox.NotHereError, match="a C compiler"):
        clocks_library()


def test_the_example_project_moves_its_clock_in_the_platforms_kit(tools: Toolbox) -> None:
    vitest = EXAMPLE / "node_modules/.bin/vitest"
    if shutil.which("node") is None or not vitest.exists():
        pytest.skip("vitest is not here: `npm ci --prefix tests/example_worker` fetches it")
    command = [sys.executable, "-m", "lastchunk", "timetravel", "--", str(vitest), "run"]
    done = subprocess.run(
        command, cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
