"""One module of somebody's class, the watcher and the player's door, made by esbuild."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import cache_folder, write_bytes
from lastchunk.model.conformance.own.adapter import Adapter
from lastchunk.model.conformance.runtime.toolbox import (
    WORKER,
    Toolbox,
    WatchedWorker,
)

OWN_FRONT = WORKER / "conformance/own.ts"
OWN_CLASS = "Own"
"""What the class is called in there."""
GIVEN = "given.mjs"
WORKER_SUFFIXES = (".ts", ".js", ".mts", ".mjs", ".tsx")


def taken_apart_reference(reference: str) -> tuple[Path, str]:
    """The file and the class of ``worker.ts:Class``. Raises `InputError`."""
    file, _, name = reference.rpartition(":")
    path = Path(file)
    if not is_of_worker(reference) or not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        raise InputError("--design", reference, "path/to/worker.ts:ClassName with --adapter")
    if not path.is_file():
        raise InputError("--design", file, "a TypeScript or JavaScript file that exists")
    return path.resolve(), name


def is_of_worker(reference: str) -> bool:
    """Whether a reference is to a class of a worker."""
    return reference.rpartition(":")[0].endswith(WORKER_SUFFIXES)


def bundle_own(
    tools: Toolbox, file: Path, name: str, adapter: Adapter, text: str = ""
) -> WatchedWorker:
    """The class, watched. With a ``text`` a copy of its file says that. Raises `InputError` where
    its file is no module with that class."""
    made = _bundled(tools, file, name, adapter, text)
    target = cache_folder() / f"own-{hashlib.sha256(made).hexdigest()[:16]}.mjs"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, made)
    return WatchedWorker(
        target,
        (OWN_CLASS,),
        adapter.buckets,
        adapter.services,
        tuple(adapter.texts.items()),
        adapter.flags,
        memory_stays=True,
    )


def _bundled(tools: Toolbox, file: Path, name: str, adapter: Adapter, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / GIVEN  # no TypeScript: there an import may be of a type, or of none
        source = file
        if text:
            source = Path(folder) / file.name
            source.write_text(text, "utf-8")
        given.write_text(_given(source, name, adapter), "utf-8")
        command = [
            str(tools.esbuild),
            str(OWN_FRONT),
            "--bundle",
            "--format=esm",
            "--external:cloudflare:*",
            "--external:node:*",
            "--log-level=error",
            "--color=false",
            f"--alias:own-class={given}",
            f"--define:RECORD_QUERY={json.dumps(adapter.query)}",
        ]
        done = subprocess.run(command, capture_output=True, check=False, cwd=file.parent)
    if done.returncode != 0:
        raise InputError("--design", f"{file.name}:{name}", _first_error(done.stderr.decode()))
    return done.stdout


def _given(source: Path, name: str, adapter: Adapter) -> str:
    """The module between the player's door and the class: the class, and its calls by name."""
    lines = [
        f"import {{ {name} }} from {json.dumps(str(source))};",
        f"export const Given = {name};",
        "export const Calls = {",
    ]
    for which, script in adapter.scripts().items():
        lines.append(f"  {which}: (object, chunk, body, chunks, session) => object.{script},")
    return "\n".join([*lines, "};", ""])


def _first_error(said: str) -> str:
    """What esbuild says is wrong, with the line of the file where it names one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    what = next((line for line in lines if "[ERROR]" in line), "it cannot be bundled")
    where = next((line for line in lines if re.match(r"\S+:\d+:\d+:", line)), "")
    place = "" if GIVEN in where else f" ({where.rstrip(':')})"
    words = what.partition("[ERROR]")[2].strip() or what
    return f"a module that bundles, with that class: {words}{place}"


def line_with(file: Path, word: str) -> str:
    """The first line of a file with a word, in words; '' where there is none."""
    last = word.split()[-1]
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if re.search(rf"\b{re.escape(last)}\b", line):
            return f" ({file.name}, line {number})"
    return ""
