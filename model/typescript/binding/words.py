"""The binding: a small TOML file that says which call is which, and where the record is.

It lies beside the TypeScript, under its name: ``session-do.toml``. docs/typescript.md has them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.toml_text import read_toml
from lastchunk.model.typescript.binding.flat import of_adapter
from lastchunk.model.typescript.host.context import KINDS_OF_ENV
from lastchunk.model.typescript.host.storage import Record

KNOWN_WORDS = ("page", "calls", "env", "record", "settings", "headers", "recorder")
CALLS = ("create", "upload", "stop")
STATUS_WORDS = ("active", "completed", "incomplete")
"""The contract's words; the binding says the design's for each."""
LENGTH = "length of "


@dataclass(frozen=True)
class Binding:
    """What the file says of one class."""

    file: Path
    calls: dict[str, str]
    page: str = "alarm"
    env: dict[str, str] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    settings: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    recorder: str = ""
    """The page's class in TypeScript, ``recorder.ts:Recorder``; "" where it is that of ``page``."""

    @property
    def takes_count(self) -> bool:
        """Whether the stop says how many chunks there are."""
        return bool(re.search(r"\bchunks\b", self.calls["stop"]))


def read_binding(file: Path, name: str) -> Binding:
    """The binding of a class. Raises `InputError`."""
    beside = file.with_suffix(".toml")
    if not beside.is_file():
        allowed = (
            f"{beside.name} beside it, which `lastchunk bind {file}` proposes; "
            "or --adapter, where it runs itself"
        )
        raise InputError("--design", f"{file}:{name}", allowed)
    return read_binding_file(beside, name)


def is_binding(whole: dict[str, Any], name: str) -> bool:
    """Whether a file's words are those of a binding; an adapter has its calls at the top."""
    return "calls" in whole or isinstance(whole.get(name), dict)


def read_binding_file(beside: Path, name: str) -> Binding:
    """The binding of a class in a file, which may be an adapter too. Raises `InputError`."""
    whole = read_toml(beside, "binding", "a readable TOML file")
    if "create" in whole and not is_binding(whole, name):
        whole = of_adapter(whole)
    shared = {key: value for key, value in whole.items() if key in KNOWN_WORDS}
    own = whole.get(name, {})
    for key, value in whole.items():
        if key not in KNOWN_WORDS and not isinstance(value, dict):
            raise InputError(beside.name, key, _nearest_word(key, KNOWN_WORDS))
    if not isinstance(own, dict):
        raise InputError(beside.name, name, "a table")
    return _checked_binding(beside, shared | own)


def _checked_binding(beside: Path, words: dict[str, Any]) -> Binding:
    where = beside.name
    for key in words:
        if key not in KNOWN_WORDS:
            raise InputError(where, key, _nearest_word(key, KNOWN_WORDS))
    tables = {name: _texts(where, name, words.get(name, {})) for name in KNOWN_WORDS[1:-1]}
    calls = tables["calls"]
    for key in calls:
        if key not in CALLS:
            raise InputError(f"{where}: calls", key, _nearest_word(key, CALLS))
    for key in CALLS:
        if key not in calls:
            raise InputError(f"{where}: calls", f"no {key}", "create, upload and stop")
    for name, kind in tables["env"].items():
        _check_kind(f"{where}: env.{name}", kind)
    page = words.get("page", "alarm")
    if not isinstance(page, str):
        raise InputError(f"{where}: page", page, "a shipped design, or file.py:Class")
    recorder = words.get("recorder", "")
    if not isinstance(recorder, str):
        raise InputError(f"{where}: recorder", recorder, "file.ts:Class")
    record = _record_of(where, words.get("record", {}))
    others = tables["settings"], tables["headers"], recorder
    return Binding(beside, calls, page, tables["env"], record, *others)


def _texts(where: str, name: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise InputError(f"{where}: {name}", table, "a table")
    if name == "record":
        return {}
    for key, value in table.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise InputError(f"{where}: {name}.{key}", value, "a text")
    return {key: str(value) for key, value in table.items()}


def _check_kind(where: str, kind: str) -> None:
    first, *more = kind.split()
    is_known = first in KINDS_OF_ENV and len(more) <= (first == "consumer")
    if not is_known or not all(word.isdigit() and 400 <= int(word) <= 599 for word in more):
        raise InputError(
            where, kind, "bucket, consumer, or consumer 503: what it answers as it fails"
        )


def _record_of(where: str, words: Any) -> Record:
    known = ("key", "query", "status", "count", *STATUS_WORDS)
    if not isinstance(words, dict):
        raise InputError(f"{where}: record", words, "a table")
    for key, value in words.items():
        if key not in known:
            raise InputError(f"{where}: record", key, _nearest_word(key, known))
        if not isinstance(value, str):
            raise InputError(f"{where}: record.{key}", value, "a text")
    mapped = {words[status]: status for status in STATUS_WORDS if status in words}
    count = words.get("count", Record.count)
    return Record(
        words.get("key", Record.key),
        words.get("status", Record.status),
        count.removeprefix(LENGTH),
        count.startswith(LENGTH),
        tuple(sorted(mapped.items())),
        words.get("query", ""),
    )


def _nearest_word(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"nearest known name {close[0]!r}" if close else "one of " + ", ".join(known)
