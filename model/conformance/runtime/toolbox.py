"""What the real runtime needs on this machine: found, fetched once, and compiled where it is used.

workerd and esbuild come from npm, with the versions of worker/package-lock.json. Where a checkout
has worker/node_modules they are taken from there; else they are fetched once into a cache folder,
``$LASTCHUNK_CACHE`` or that of the user. What is compiled (the two clocks, the worker) is kept
there too, under the digest of its sources.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lastchunk.model.base.errors import InternalError
from lastchunk.model.base.files import cache_folder

MACHINES = {"x86_64": ("linux-64", "linux-x64"), "aarch64": ("linux-arm64", "linux-arm64")}
"""Of each machine its names in the packages of workerd and esbuild."""
WORKER = Path(__file__).parents[3] / "worker"
CLOCKS = Path(__file__).with_name("twoclocks.c")
LOCK = "package-lock.json"
SOURCES = ("src", "conformance")
FRONT = "conformance/front.ts"
FETCH_SECONDS = 300


class NotHereError(Exception):
    """Nothing can be played on this machine; the text says what is missing."""


@dataclass(frozen=True)
class Toolbox:
    """The programs that are needed, and the library with the two clocks."""

    workerd: Path
    esbuild: Path
    clocks: Path

    @property
    def version(self) -> str:
        """The runtime's own version, such as ``2026-11-17``."""
        return said_by([str(self.workerd), "--version"]).removeprefix("workerd ")


def said_by(command: list[str]) -> str:
    """What a program says of its version; '' where it is not there."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().partition("\n")[0] if done.returncode == 0 else ""


def compiler() -> str:
    """The C compiler's path; '' where there is none."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), "")


def packages() -> Path | None:
    """The folder with workerd and esbuild, of those where they may be; None if in none."""
    if platform.machine() not in MACHINES:
        return None
    places = (WORKER / "node_modules", fetched_folder() / "node_modules")
    return next((place for place in places if all(map(Path.is_file, programs(place)))), None)


def programs(folder: Path) -> tuple[Path, Path]:
    """workerd and esbuild in a folder of packages."""
    workerd, esbuild = MACHINES[platform.machine()]
    return (
        folder / f"@cloudflare/workerd-{workerd}/bin/workerd",
        folder / f"@esbuild/{esbuild}/bin/esbuild",
    )


def fetched_folder() -> Path:
    """Where this lock's packages are fetched to."""
    return cache_folder() / f"npm-{digest([WORKER / LOCK])}"


def missing_for_clocks() -> list[str]:
    """What the two clocks need and is not here."""
    found = []
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        found.append(f"Linux on {' or '.join(MACHINES)}")
    if not compiler():
        found.append("a C compiler")
    return found


def missing() -> list[str]:
    """What is not here and cannot be fetched; empty where schedules can be played."""
    found = missing_for_clocks()
    if packages() is None and not shutil.which("npm"):
        found.append("npm, to fetch workerd and esbuild")
    return found


def toolbox(say: Callable[[str], None], may_fetch: bool = True) -> Toolbox:
    """All that is needed, fetched and compiled at first use. Raises `NotHereError`."""
    lacks = missing()
    if not lacks and packages() is None and not may_fetch:
        lacks = ["workerd, which `lastchunk conform` fetches at its first use"]
    if lacks:
        raise NotHereError(f"not here: {', '.join(lacks)}")
    if packages() is None:
        fetch_packages(say)
    folder = packages()
    if folder is None:
        raise NotHereError("not here: workerd; npm has fetched none for this machine")
    workerd, esbuild = programs(folder)
    return Toolbox(workerd, esbuild, compiled_clocks())


def fetch_packages(say: Callable[[str], None]) -> None:
    """Fetch workerd and esbuild into the cache folder, whole or not at all."""
    target = fetched_folder()
    say(f"npm fetches workerd and esbuild once, about 150 MB, into {target}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        for name in ("package.json", LOCK):
            shutil.copy(WORKER / name, scratch)
        npm(["ci", "--ignore-scripts", "--omit=dev"], Path(scratch))
        if not target.exists():
            (Path(scratch) / "node_modules").replace(_made(target) / "node_modules")


def npm(words: list[str], folder: Path) -> str:
    """What npm prints of a command. Raises `NotHereError` where it fails."""
    command = ["npm", *words, "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS
        )
    except OSError as error:
        raise NotHereError("not here: npm, to fetch workerd") from error
    except subprocess.TimeoutExpired as error:
        raise NotHereError(f"not here: workerd; npm took over {FETCH_SECONDS} s") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:200]
        raise NotHereError(f"not here: workerd; npm could not fetch it: {said}")
    return done.stdout


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(paths: Iterable[Path], more: str = "") -> str:
    """A short digest of some files."""
    found = hashlib.sha256(more.encode())
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def clocks_library() -> Path:
    """The library with the two clocks, for a runtime that another starts.

    Raises `NotHereError`.
    """
    lacks = missing_for_clocks()
    if lacks:
        raise NotHereError(f"not here: {', '.join(lacks)}")
    return compiled_clocks()


def compiled_clocks() -> Path:
    """The library with the two clocks."""
    target = cache_folder() / f"twoclocks-{digest([CLOCKS])}.so"
    flags = ["-O2", "-shared", "-fPIC", "-o"]
    return made_once(target, lambda path: [compiler(), *flags, str(path), str(CLOCKS), "-ldl"])


class WrongTwin(NamedTuple):
    """A class of the worker with one text in another one's place: wrong on purpose."""

    name: str
    twin: str
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class WatchedWorker:
    """The worker as one module, the classes that it exports, and what their ``env`` has.

    With ``memory_stays`` an object loses its memory only where the player says so.
    """

    module: Path
    twins: tuple[str, ...]
    buckets: tuple[str, ...] = ("BUCKET",)
    services: tuple[str, ...] = ("CONSUMER",)
    texts: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    memory_stays: bool = False


def bundle(tools: Toolbox, wrong: Sequence[WrongTwin] = ()) -> WatchedWorker:
    """The watched worker; beside its classes some that are wrong."""
    files = sorted(path for name in SOURCES for path in (WORKER / name).glob("*.ts"))
    target = cache_folder() / f"worker-{digest(files, repr(wrong))}.mjs"
    worker = WatchedWorker(target, (*twins(), *(item.name for item in wrong)))
    if target.exists():
        return worker
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        scratch = Path(folder)
        for name in SOURCES:
            shutil.copytree(WORKER / name, scratch / name)
        for item in wrong:
            _add_wrong(scratch, item)
        options = ["--bundle", "--format=esm", "--external:cloudflare:*", "--external:node:*"]
        front, esbuild = str(scratch / FRONT), str(tools.esbuild)
        made_once(target, lambda path: [esbuild, front, *options, f"--outfile={path}"])
    return worker


def _add_wrong(scratch: Path, item: WrongTwin) -> None:
    """A copy of the sources with the change, and its class among those that are watched."""
    copy = shutil.copytree(WORKER / "src", scratch / item.name)
    path = copy / item.file
    text = path.read_text(encoding="utf-8")
    if item.old not in text:
        raise InternalError(f"{item.file} has no {item.old!r}")
    path.write_text(text.replace(item.old, item.new, 1), encoding="utf-8")
    lines = (
        f'import * as of{item.name} from "../{item.name}/designs";',
        f"export const {item.name} = watch(of{item.name}.{item.twin});",
    )
    with (scratch / FRONT).open("a", encoding="utf-8") as front:
        front.write("\n".join(lines) + "\n")


@cache
def twins() -> tuple[str, ...]:
    """The classes that the worker has."""
    text = (WORKER / FRONT).read_text(encoding="utf-8")
    return tuple(re.findall(r"^export const (\w+) = watch\(", text, re.MULTILINE))


def made_once(target: Path, command: Callable[[Path], list[str]]) -> Path:
    """A file that a command makes, unless it is there; whole or not at all."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f"{os.getpid()}-{target.name}")
    try:
        done = subprocess.run(command(scratch), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise InternalError(f"{target.name} cannot be built: {done.stderr.strip()[:300]}")
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return target
