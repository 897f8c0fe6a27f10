"""Which kind of file it is, and the scenario that it becomes."""

from __future__ import annotations

import configparser
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, unwritable, write_text
from lastchunk.model.base.text_files import explained, read_text
from lastchunk.model.base.toml_text import toml_document
from lastchunk.model.scenario.importing.imported import Imported
from lastchunk.model.scenario.importing.logs import (
    DELAY_COLUMNS,
    DRIVE_COLUMNS,
    drive_log,
    named_table,
    pensieve_log,
)
from lastchunk.model.scenario.importing.profiles import devtools, toxiproxy, webpagetest
from lastchunk.model.scenario.load import load_scenario

WRITTEN_BY = "# Written by lastchunk "
"""How each file begins that is written here."""
COLUMN_TABLES = {**DELAY_COLUMNS, "duration_ms": "recording", "alarm_late_ms": "platform"}
"""The table of each setting that may be written as a file of its own."""
KINDS_READ = (
    "a throughput log (HSDPA, Ghent, Pensieve), a WebPageTest profile, a DevTools preset, "
    "Toxiproxy's toxics, or a CSV with named columns"
)


def read_import(path: Path, profile: str | None = None) -> Imported:
    """What a file holds. Raises `InputError` for one that is none of the kinds."""
    text = read_text(path, "import", KINDS_READ)
    start = text.lstrip()
    if not start:
        raise InputError("import", str(path), f"{KINDS_READ}; this file is empty")
    if start[0] in "[{":
        found = _of_json(start, profile, path.name) or _of_ini(text, profile, path.name)
    else:
        found = _of_rows(text, path.name)
        if found is not None and profile is not None:
            raise InputError("--profile", profile, "none: this file has no profiles")
    if found is None and all(line.isdecimal() for line in text.split()):
        allowed = f"{KINDS_READ}; this is mahimahi's format, which --uplink takes as it is"
        raise InputError("import", str(path), allowed)
    if found is None:
        raise InputError("import", str(path), explained(KINDS_READ, text))
    return found


def _check_not_anothers(out: Path, files: Collection[Path]) -> None:
    """Refuse to overwrite what an earlier import has not written. Raises `InputError`."""
    if out.is_file() and out.stat().st_size:
        allowed = "a new file, or one that import or fit has written"
        try:
            start = out.read_bytes()[: len(WRITTEN_BY)]  # no input: it is to be written over
        except OSError as error:
            raise unwritable(out, error) from error
        if start != WRITTEN_BY.encode():
            raise InputError("--out", str(out), allowed)
    there = [file for file in files if file.exists()]
    if there and not out.exists():
        allowed = "a name beside which this file is not there, for it would be overwritten"
        raise InputError("--out", str(there[0]), allowed)


def write_import(found: Imported, source: Path, out: Path) -> list[Path]:
    """Write the scenario, and the files beside it that it names. Returns all that was written.

    All of it is looked at in a folder of its own first: what is refused leaves nothing behind.
    """
    check_file(out, suffix=".toml")
    settings = {table: dict(given) for table, given in found.settings.items()}
    beside: dict[Path, Sequence[int]] = {}
    if found.opportunities_ms:
        file = out.with_suffix(".up")
        settings["uplink"] = {"kind": "trace", "file": file.name}
        beside[file] = found.opportunities_ms
    for name, values in found.columns.items():
        file = out.with_name(f"{out.stem}-{name}.csv")
        delay = {"distribution": "empirical", "file": file.name}
        settings.setdefault(COLUMN_TABLES[name], {})[name] = delay
        beside[file] = values
    summary = f"{found.verb} from {source.name}, {found.kind}: {found.said}."
    head = {"title": f"{found.verb}: {source.stem}", "summary": summary}
    lines = [f"{WRITTEN_BY}{found.command}.", *(f"# {line}" for line in found.notes)]
    lines += [f"# Not carried: {_one_line(x)}" for x in found.left_out]
    text = "\n".join(lines) + "\n" + toml_document({**head, **settings})
    text = text.encode("utf-8", "replace").decode()  # a log may name things by half a character
    files = {file: "".join(f"{value}\n" for value in lines_ms) for file, lines_ms in beside.items()}
    if files and out.exists() and not out.is_file():
        raise InputError("--out", str(out), "a file: others are written beside it")
    for file in files:
        check_file(file)
    _check_not_anothers(out, files)
    _check_scenario({**files, out: text}, out)
    for file, content in {**files, out: text}.items():
        write_text(file, content)
    return [out, *files]


def _one_line(text: str) -> str:
    """Words of a file for a comment of TOML, which may have no signs that cannot be printed."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def _check_scenario(files: Mapping[Path, str], out: Path) -> None:
    """Read files as the scenario that they are to be. Raises `InputError` where they are none."""
    with tempfile.TemporaryDirectory(prefix="lastchunk-import-") as folder:
        for file, content in files.items():
            write_text(Path(folder, file.name), content)
        try:
            load_scenario(Path(folder, out.name))
        except InputError as error:
            field = error.field.replace(folder + os.sep, "")
            value = str(error.value).replace(folder + os.sep, "")
            raise InputError(field, value, error.allowed) from error


def _of_json(text: str, profile: str | None, place: str) -> Imported | None:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = data if isinstance(data, list) else [data]
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    if any("toxics" in item for item in items):
        return toxiproxy(items, profile, place)
    if all("type" in item and "attributes" in item for item in items):
        return toxiproxy([{"name": "proxy", "toxics": items}], profile, place)
    if all("upload" in item for item in items):
        return devtools(items, profile, place)
    return None


def _of_ini(text: str, profile: str | None, place: str) -> Imported | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    found = {name: dict(parser[name]) for name in parser.sections()}
    if not found or not any("bwout" in table for table in found.values()):
        return None
    return webpagetest(found, profile, place)


def _of_rows(text: str, place: str) -> Imported | None:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines and re.match(r"\s*\"?[A-Za-z_ ]+\"?\s*(,|$)", lines[0]):
        return named_table("\n".join(lines), place)
    rows = [line.replace(",", " ").split() for line in lines]
    widths = {len(row) for row in rows}
    if widths == {DRIVE_COLUMNS}:
        return drive_log(rows, place)
    return pensieve_log(rows, place) if widths == {2} else None
