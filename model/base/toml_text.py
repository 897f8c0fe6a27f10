"""Plain data from TOML, and as TOML: Python reads that language, and has nothing that writes it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.text_files import explained, looks_like_toml, read_text

BITS_MAX = 10_000
"""Python writes no whole number of 4,300 digits."""
BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_toml(path: Path, field: str, allowed: str) -> dict[str, Any]:
    """The plain data of a TOML file. Raises `InputError`, also where there is none in it."""
    return parse_toml(read_text(path, field, allowed), str(path), field)


def parse_toml(text: str, place: str, field: str) -> dict[str, Any]:
    """TOML text as plain data; errors name what it is of, and the place that it comes from."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, or a number too long, or too deep
        said = f"{place}: {' '.join(str(error).split())}"
        allowed = "valid TOML"
        raise InputError(
            field, said, allowed if looks_like_toml(text) else explained(allowed, text)
        ) from error
    if not data:
        raise InputError(field, place, "at least one setting; this file has none")
    return data


def toml_value(value: Any, field: str = "value") -> str:
    """One value on one line; a table is an inline one. Raises `InputError` where TOML has none."""
    value = as_plain(value)  # numpy's own text is no TOML
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > BITS_MAX:
        raise InputError(field, value, f"a whole number of at most {BITS_MAX:,} bits")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, PurePath):
        value = str(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for the one character that JSON may leave as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item, field) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = ((_key(key), toml_value(item, f"{field}.{key}")) for key, item in value.items())
        inner = ", ".join(f"{key} = {item}" for key, item in pairs)
        return f"{{ {inner} }}" if inner else "{}"
    raise InputError(field, value, "a number, a text, true or false, a list or a table")


def toml_document(data: Mapping[str, Any]) -> str:
    """A table as a document: what stands at its top first, then a section for each table in it."""
    top = {key: item for key, item in data.items() if not _is_section(item)}
    lines = [f"{_key(key)} = {toml_value(item)}" for key, item in top.items()]
    for key, item in data.items():
        if key not in top:
            lines += _section(_key(key), item)
    return "\n".join(lines).strip("\n") + "\n"


def _is_section(item: Any) -> bool:
    return isinstance(item, Mapping) or _is_list_of_tables(item)


def _is_list_of_tables(item: Any) -> bool:
    is_list = isinstance(item, list | tuple) and bool(item)
    return is_list and all(isinstance(part, Mapping) for part in item)


def _section(key: str, item: Any) -> Iterator[str]:
    is_one = isinstance(item, Mapping)
    for table in [item] if is_one else item:
        yield ""
        yield f"[{key}]" if is_one else f"[[{key}]]"
        for name, value in table.items():
            yield f"{_key(name)} = {toml_value(value)}"


def _key(key: object) -> str:
    text = str(key)
    return text if BARE.fullmatch(text) else toml_value(text)
