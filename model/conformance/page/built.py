"""The served page: the worker and the page's script, each as one file, built where it is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from lastchunk.model.base.files import cache_folder
from lastchunk.model.conformance.runtime.toolbox import (
    WORKER,
    Toolbox,
    digest,
    made_once,
)

FRONT = WORKER / "served/front.ts"
SCRIPT = WORKER / "page/main.ts"
ASSETS = {"PAGE": WORKER / "page/index.html", "STYLE": WORKER / "page/style.css"}
PAGE_SOURCES = ("src", "served", "page")
LISTS = ("Recordings", "Receiver")
"""The worker's classes that are no sessions, each bound by its name in capitals."""


@dataclass(frozen=True)
class BuiltPage:
    """Two files: what the runtime runs, and what the browser runs."""

    module: Path
    script: Path


def built_page(tools: Toolbox) -> BuiltPage:
    """Bundle both, unless these sources have been bundled before."""
    files = sorted(path for name in PAGE_SOURCES for path in (WORKER / name).glob("*.ts"))
    name = f"page-{digest(files)}"
    made = BuiltPage(cache_folder() / f"{name}.mjs", cache_folder() / f"{name}.js")
    options = ["--bundle", "--format=esm", "--external:cloudflare:*"]
    for source, target in ((FRONT, made.module), (SCRIPT, made.script)):
        command = [str(tools.esbuild), str(source), *options]
        made_once(target, partial(_with_outfile, command))
    return made


def _with_outfile(command: list[str], path: Path) -> list[str]:
    return [*command, f"--outfile={path}"]


@cache
def session_classes() -> tuple[str, ...]:
    """The session classes that the worker exports, each bound by its own name."""
    text = FRONT.read_text(encoding="utf-8")
    return tuple(re.findall(r"^export const (\w+) = served\(", text, re.MULTILINE))
