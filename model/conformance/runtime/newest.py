"""Another version of the runtime than the lock's: the newest one, or one that is named.

npm fetches it, each version into a folder of its own in the cache. The worker and the clocks are
the same, and so is the compatibility date: what differs is the runtime alone.
"""

from __future__ import annotations

import dataclasses
import platform
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import cache_folder
from lastchunk.model.conformance.runtime.toolbox import (
    MACHINES,
    NotHereError,
    Toolbox,
    npm,
)

NEWEST = "newest"
RUNTIME_VERSION = re.compile(r"1\.\d{8}\.\d+")


def with_runtime(tools: Toolbox, asked: str, say: Callable[[str], None]) -> Toolbox:
    """The same tools with another runtime. Raises `NotHereError` where npm cannot fetch it."""
    check_runtime(asked)
    package = f"@cloudflare/workerd-{MACHINES[platform.machine()][0]}"
    cache_folder().mkdir(parents=True, exist_ok=True)
    version = asked if asked != NEWEST else newest_version(package)
    target = cache_folder() / f"runtime-{version}"
    workerd = target / "node_modules" / package / "bin/workerd"
    if not workerd.is_file():
        say(f"npm fetches workerd {version} once, about 100 MB, into {target}")
        fetch_runtime(f"{package}@{version}", target)
    if not workerd.is_file():
        raise NotHereError(f"not here: workerd {version}; npm has fetched none for this machine")
    return dataclasses.replace(tools, workerd=workerd)


def check_runtime(asked: str) -> None:
    """Refuse what names no version. Raises `InputError`."""
    if asked != NEWEST and not RUNTIME_VERSION.fullmatch(asked):
        raise InputError("--runtime", asked, f"{NEWEST}, or a version such as 1.20261117.1")


def newest_version(package: str) -> str:
    """Which version npm has as the newest. Raises `NotHereError`."""
    version = npm(["view", package, "version"], cache_folder()).strip()
    if not RUNTIME_VERSION.fullmatch(version):
        raise NotHereError(f"not here: workerd; npm names no version of it: {version[:80]!r}")
    return version


def fetch_runtime(package: str, target: Path) -> None:
    """Fetch one version, whole or not at all. Raises `NotHereError`."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        (Path(scratch) / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        npm(["install", "--ignore-scripts", "--save-exact", package], Path(scratch))
        if not target.exists():
            target.mkdir()
            (Path(scratch) / "node_modules").replace(target / "node_modules")
