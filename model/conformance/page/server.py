"""A process of the real runtime that serves the page: started, asked, killed and started again.

The blob store runs beside it, in this process. Whoever drives a browser does so in this thread.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lastchunk.model.base.errors import InternalError
from lastchunk.model.conformance.page.blobs import LocalBlobs
from lastchunk.model.conformance.page.built import ASSETS, LISTS, BuiltPage, session_classes
from lastchunk.model.conformance.page.clock import JumpingClock
from lastchunk.model.conformance.runtime.toolbox import Toolbox
from lastchunk.model.conformance.runtime.workerd import COMPATIBILITY_DATE, port_told_at

CONFIG = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "blobs", external = (address = "127.0.0.1:%(blobs)d", http = ())),
    (name = "disk", disk = (path = "disk", writable = true)),
    %(consumer)s
  ],
  sockets = [ (name = "http", address = "127.0.0.1:%(port)d", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.mjs") ],
  compatibilityDate = "%(date)s",
  durableObjectNamespaces = [ %(classes)s ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "BUCKET", r2Bucket = "blobs"),
    (name = "CONSUMER", service = "%(told)s"),
    (name = "PAGE", text = embed "PAGE"),
    (name = "STYLE", text = embed "STYLE"),
    (name = "SCRIPT", text = embed "SCRIPT"),
    %(bindings)s
  ],
);
"""
START_SECONDS = 30
ASK_SECONDS = 10


class ServedPage:
    """The page at `url`. A consumer of the webhook at ``consumer_port``, else the worker's own."""

    def __init__(
        self, tools: Toolbox, built: BuiltPage, port: int = 0, consumer_port: int = 0
    ) -> None:
        self.tools = tools
        self.built = built
        self.port = port or free_port()
        self.consumer_port = consumer_port
        self.folder = Path(tempfile.mkdtemp(prefix="lastchunk-page-"))
        self.clock = JumpingClock(self.folder / "clocks")
        self.blobs = LocalBlobs(self.clock.now_ms)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.process: subprocess.Popen[bytes] | None = None
        self.in_loop(self.blobs.start())
        self._write_files()

    def __enter__(self) -> ServedPage:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://localhost:{self.port}"

    # --- the process ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process, the first time or once more on the same storage."""
        read, write = os.pipe()
        command = [self.tools.workerd, "serve", self.folder / "config.capnp"]
        env = dict(
            os.environ,
            LD_PRELOAD=str(self.tools.clocks),
            LASTCHUNK_CLOCKS=str(self.clock.clocks.path),
            LASTCHUNK_PLAYER=str(os.getpid()),
        )
        with (self.folder / "noise").open("ab") as noise:
            self.process = subprocess.Popen(
                [*map(str, command), f"--control-fd={write}"],
                pass_fds=[write],
                stdout=noise,
                stderr=noise,
                env=env,
                cwd=self.folder,
                start_new_session=True,  # an interrupt from the keyboard is ours to handle
            )
        os.close(write)
        wait = asyncio.to_thread(port_told_at, read)
        try:
            self.in_loop(asyncio.wait_for(wait, START_SECONDS))
        except (TimeoutError, EOFError) as error:
            self.kill()
            text = (self.folder / "noise").read_text(encoding="utf-8", errors="replace")
            said = " ".join(text[-300:].split())
            raise InternalError(f"the page's runtime did not start: {said}") from error

    def kill(self) -> None:
        """Kill the process at once; what it has written stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it all, for good."""
        self.kill()
        self.loop.call_soon_threadsafe(self.blobs.stop)
        self.in_loop(asyncio.sleep(0.01))  # what was closed hears of it
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def in_loop(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives that runs beside, in the thread of the blob store."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def _write_files(self) -> None:
        (self.folder / "disk").mkdir()
        shutil.copy(self.built.module, self.folder / "worker.mjs")
        for name, path in (ASSETS | {"SCRIPT": self.built.script}).items():
            shutil.copy(path, self.folder / name)
        bound = {name: name for name in session_classes()} | {n.upper(): n for n in LISTS}
        external = 'external = (address = "127.0.0.1:%d", http = ())'
        consumer = f'(name = "consumer", {external % self.consumer_port}),'
        text = CONFIG % {
            "blobs": self.blobs.port,
            "consumer": consumer if self.consumer_port else "",
            "told": "consumer" if self.consumer_port else "main",
            "port": self.port,
            "date": COMPATIBILITY_DATE,
            "classes": ", ".join(
                f'(className = "{name}", uniqueKey = "{name}", enableSql = true)'
                for name in bound.values()
            ),
            "bindings": ", ".join(
                f'(name = "{binding}", durableObjectNamespace = "{name}")'
                for binding, name in bound.items()
            ),
        }
        (self.folder / "config.capnp").write_text(text, encoding="utf-8")

    # --- what it knows -------------------------------------------------------------------------

    def ask(self, path: str) -> Any:
        """The JSON at a path of the worker; None where it says that there is nothing."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=ASK_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            raise

    def recordings(self) -> list[dict[str, Any]]:
        """The recordings list, the newest first."""
        found: list[dict[str, Any]] = self.ask("/recordings")
        return found

    def history(self, design: str, session: str) -> list[dict[str, Any]]:
        """What a session object has noted of itself."""
        found: list[dict[str, Any]] = self.ask(
            f"/sessions/{design}/history/{quote(session, safe='')}"
        )
        return found

    def deliveries(self) -> list[dict[str, Any]]:
        """What the worker's own receiver has been told: each key once, and how often it came."""
        found: list[dict[str, Any]] = self.ask("/webhook")
        return found


def is_free(port: int) -> bool:
    """Whether nobody listens at a port of this machine."""
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
