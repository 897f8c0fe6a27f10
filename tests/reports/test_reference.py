"""docs/reference is what the sources say now, and leaves out nothing that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lastchunk
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.trace.event import EVENTS
from lastchunk.reports.docs.reference.fields import own_field_words
from lastchunk.reports.docs.reference.pages import (
    COMMAND,
    FOLDER,
    HELP,
    REFERENCE_PAGES,
    reference_texts,
)

ROOT = Path(__file__).parents[2]


@cache
def page(name: str) -> str:
    """A committed page."""
    return (ROOT / FOLDER / f"{name}.md").read_text(encoding="utf-8")


def test_the_pages_and_the_help_are_what_the_sources_say() -> None:
    texts = reference_texts()
    there = {
        str(path.relative_to(ROOT)) for top in (FOLDER, HELP) for path in (ROOT / top).glob("*.*")
    }
    assert there == set(texts)
    for name, text in texts.items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{COMMAND} writes {name} anew"


def keys(schema: dict[str, Any], node: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted keys of a JSON schema: of tables, not of what a table may be one of."""
    for name, inner in node.get("properties", {}).items():
        reference = inner.get("$ref", "").rpartition("/")[2]
        table = schema["$defs"].get(reference, {})
        is_offset = set(table.get("properties", {})) == {"low_ms", "high_ms"}
        if table.get("properties") and not is_offset:
            yield from keys(schema, table, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_every_key_of_the_schema_stands_once() -> None:
    schema = Scenario.model_json_schema()
    wanted = sorted(keys(schema, schema))
    assert sorted(re.findall(r"^\| `([\w.]+)`", page("scenario"), re.MULTILINE)) == wanted
    assert len(wanted) > 80


def test_every_kind_has_a_section() -> None:
    schema = Scenario.model_json_schema()
    kinds = {
        item["properties"][tag]["const"]
        for item in schema["$defs"].values()
        for tag in ("kind", "distribution")
        if "const" in item.get("properties", {}).get(tag, {})
    }
    sections = re.findall(r"^##+ (\w+)$", page("delays") + page("uplinks") + page("faults"), re.M)
    assert kinds <= set(sections)
    assert len(kinds) > 25


def test_every_event_and_every_column_stands_once() -> None:
    found = re.findall(r"^\| `(\w+)`", page("events").split("## Client")[1], re.MULTILINE)
    assert sorted(found) == sorted(EVENTS)
    frame = lastchunk.compare("harmless", ["alarm"], sessions=1).to_frame()
    columns = re.findall(r"^\| `(\w+)`", page("columns"), re.MULTILINE)
    assert columns == list(frame.columns) == list(lastchunk.COLUMNS)


def test_every_option_of_the_help_is_on_the_page() -> None:
    sections = dict(re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", page("commands"), re.M | re.S))
    for path in (ROOT / HELP).glob("*.txt"):
        options = set(re.findall(r"^│ \*?\s*(--[\w-]+)", path.read_text(encoding="utf-8"), re.M))
        if path.stem != "lastchunk":
            assert options - {"--help"} == set(
                re.findall(r"^\| `(--[\w-]+)", sections[path.stem], re.M)
            )


def test_every_public_name_and_property_is_there() -> None:
    assert set(re.findall(r"^## (\w+)$", page("python"), re.M)) == set(dir(lastchunk))
    for slug in (*lastchunk.PROPERTIES, *lastchunk.SOMETIMES):
        assert f"| `{slug}` |" in page("properties")
    for name in lastchunk.shipped_designs():
        assert f"## {name}\n" in page("designs")
    assert all(f"({name}.md)" in page("index") for name in REFERENCE_PAGES)


def test_the_words_of_a_field_stand_below_it() -> None:
    source = 'class A:\n    """Of A."""\n    b: int\n    """Of\n    b."""\n    c: int = 1\n'
    assert own_field_words(source) == {"b": "Of b.", "c": ""}


@pytest.mark.parametrize("name", REFERENCE_PAGES)
def test_a_page_has_one_title_and_no_empty_cell_of_meaning(name: str) -> None:
    assert len(re.findall(r"^# ", re.sub(r"```.*?```", "", page(name), flags=re.S), re.M)) == 1
    for line in page(name).splitlines():
        if line.startswith("| `") and name not in ("events",):
            assert line.rsplit("|", 2)[1].strip(), line
