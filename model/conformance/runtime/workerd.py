"""One process of the real runtime with one worker: started, spoken to, killed and started again.

Its objects keep their storage on the local disk: the runtime's in-memory profile has another
scheduler of alarms. What the objects did is fetched over HTTP, since a child's output may stall.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from lastchunk.model.base.errors import InternalError
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS, STEADY_MS, Clocks
from lastchunk.model.conformance.runtime.held import BlobStore, HeldConsumer
from lastchunk.model.conformance.runtime.requests import Connections, HttpAnswer, PlayedRequest
from lastchunk.model.conformance.runtime.stillness import seconds_used
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker

COMPATIBILITY_DATE = "2026-06-01"
"""It must not lie in the future of the clock that we show."""
CONFIG = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "blobs", external = (address = "127.0.0.1:%(blobs)d", http = ())),
    (name = "consumer", external = (address = "127.0.0.1:%(consumer)d", http = ())),
    (name = "disk", disk = (path = "%(disk)s", writable = true)),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.mjs") ],
  compatibilityDate = "%(date)s",
  compatibilityFlags = [%(flags)s],
  globalOutbound = "consumer",
  durableObjectNamespaces = [ %(classes)s ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [ %(bindings)s ],
);
"""
START_SECONDS = 30
WATCH_SECONDS = 1.0
STUCK_SECONDS = 5.0
"""A worker that computes for so long, of its own time, gives the runtime back to nobody."""


class WorkerFailedError(InternalError):
    """The runtime does not start with a worker, or does not come back from it; ``said`` is why."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"the runtime {what}: {said}")
        self.said = said


class Workerd:
    """The runtime. ``logs`` has by object what it has shown, as of the last `drain`."""

    def __init__(self, tools: Toolbox, worker: WatchedWorker, steady_ms: int = STEADY_MS) -> None:
        self.tools = tools
        self.worker = worker
        self.folder = Path(tempfile.mkdtemp(prefix="lastchunk-conform-"))
        self.clocks = Clocks(self.folder / "clocks", steady_ms)
        self.blobs = BlobStore()
        self.consumer = HeldConsumer()
        self.connections = Connections(self.clocks)
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.draining: asyncio.Task[None] | None = None
        self.process: asyncio.subprocess.Process | None = None

    @property
    def is_up(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start the process, the first time or once more on the same storage."""
        await self.blobs.start()
        await self.consumer.start()
        config = self._write_config()
        read, write = os.pipe()
        command = [self.tools.workerd, "serve", config, f"--control-fd={write}"]
        env = dict(
            os.environ,
            LD_PRELOAD=str(self.tools.clocks),
            LASTCHUNK_CLOCKS=str(self.clocks.path),
            LASTCHUNK_PLAYER=str(os.getpid()),
        )
        noise = (self.folder / "noise").open("ab")
        try:
            self.process = await asyncio.create_subprocess_exec(
                *map(str, command),
                pass_fds=[write],
                stdout=noise,
                stderr=noise,
                env=env,
                preexec_fn=without_memory_limit,
            )
        finally:
            noise.close()
            os.close(write)
        wait = asyncio.to_thread(port_told_at, read)
        try:
            self.connections.port = await asyncio.wait_for(wait, START_SECONDS)
        except (TimeoutError, EOFError) as error:
            await self.kill()
            raise WorkerFailedError("did not start", self.noise()) from error

    def noise(self) -> str:
        """What the process says of an error, or its last words."""
        text = (self.folder / "noise").read_text(encoding="utf-8", errors="replace")
        thrown = re.search(r"Uncaught (.+)", text)
        return thrown[1].strip() if thrown else " ".join(text[-300:].split())

    def _write_config(self) -> Path:
        disk = self.folder / "disk"
        disk.mkdir(exist_ok=True)
        shutil.copy(self.worker.module, self.folder / "worker.mjs")
        worker = self.worker
        stays = ", preventEviction = true" if worker.memory_stays else ""
        spaces = (
            f'(className = "{n}", uniqueKey = "{n}", enableSql = true{stays})' for n in worker.twins
        )
        bindings = [f'(name = "{n}", durableObjectNamespace = "{n}")' for n in worker.twins]
        bindings += [f'(name = "{n}", r2Bucket = "blobs")' for n in worker.buckets]
        bindings += [f'(name = "{n}", service = "consumer")' for n in worker.services]
        bindings += [f'(name = "{n}", text = {json.dumps(text)})' for n, text in worker.texts]
        config = self.folder / "config.capnp"
        text = CONFIG % {
            "blobs": self.blobs.port,
            "consumer": self.consumer.port,
            "disk": disk,
            "date": COMPATIBILITY_DATE,
            "classes": ", ".join(spaces),
            "bindings": ", ".join(bindings),
            "flags": ", ".join(f'"{flag}"' for flag in ("nodejs_als", *worker.flags)),
        }
        config.write_text(text, encoding="utf-8")
        return config

    async def kill(self) -> None:
        """Kill the process at once; what it has written stays."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self.connections.close()

    async def stop(self) -> None:
        """Kill the process for good."""
        await self.kill()
        self.blobs.stop()
        self.consumer.stop()
        await asyncio.sleep(0)  # what was closed hears of it
        await asyncio.sleep(0)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- what is sent, and what is shown -------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        call: str = "",
        held: int = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> PlayedRequest:
        """Begin a request."""
        return PlayedRequest(self.connections, method, path, body, call, held, headers)

    async def get(self, path: str) -> HttpAnswer:
        """Ask the player's own door. Raises `WorkerFailedError` where nobody comes to it."""
        request, begun = self.request("GET", path), self._seconds_used()
        while not (await asyncio.wait([request.task], timeout=WATCH_SECONDS))[0]:
            if self._seconds_used() - begun > STUCK_SECONDS:
                said = f"it computes for over {STUCK_SECONDS:.0f} s and lets nothing else run"
                raise WorkerFailedError("is stuck", said)
        return await request.answer()

    def _seconds_used(self) -> float:
        return seconds_used(self.process.pid) if self.process is not None else 0.0

    async def drain(self) -> None:
        """Fetch what the objects have shown; the runtime has looked at its clocks by then.

        Those who ask at once share one request.
        """
        if not self.is_up:
            return
        if self.draining is None:
            self.draining = asyncio.create_task(self._drain())
        await asyncio.shield(self.draining)

    async def _drain(self) -> None:
        try:
            answer = await self.get("/log")
            for line in json.loads(answer.body):
                line["at"] -= EPOCH_MS
                self.logs.setdefault(line["object"], []).append(line)
        finally:
            self.draining = None


def without_memory_limit() -> None:
    """A session's limit of memory is none of the runtime's, which reserves many GB."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def path_of(*parts: object, query: str = "") -> str:
    """A path of parts, each written so that it stays one."""
    path = "".join("/" + quote(str(part), safe="") for part in parts)
    return f"{path}?{query}" if query else path


def port_told_at(read: int) -> int:
    """The port at which the runtime says that it listens."""
    with os.fdopen(read) as control:
        for line in control:
            event = json.loads(line)
            if event.get("event") == "listen":
                return int(event["port"])
    raise EOFError("the runtime has ended")
