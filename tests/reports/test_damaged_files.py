"""Traces and schedules that were damaged: refused by file, line and field, or read as they stand.

Any damage at all leads to an `InputError` or to a file that still means something; never to an
error of another kind, and never to an event whose fields are not what its type promises.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.simulate import record
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import EVENTS
from lastchunk.model.trace.jsonl import read_jsonl, to_line, write_jsonl
from tests.support.worlds import quiet

CLOSED = e.TabClosed(5, (0, 2))
LINES = [to_line(CLOSED), to_line(e.RequestSent(7, "upload", 1, 0)), to_line(e.LaptopWoke(9))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
VALUES: dict[str, Any] = {
    "at_ms": st.integers(0, 2**40),
    "in_tab": st.lists(st.integers(0, 99)).map(tuple),
    "chunks": st.lists(st.integers(0, 99)).map(tuple),
}


@st.composite
def any_event(draw: st.DrawFn) -> e.Event:
    """An event of any type, with any values that its fields allow."""
    item = EVENTS[draw(st.sampled_from(sorted(EVENTS)))]
    hints = {name: str(hint) for name, hint in item.__annotations__.items()}
    words = st.text(st.characters(codec="utf-8"), max_size=9)
    fields = {
        name: draw(VALUES.get(name, st.integers(-1, 2**40) if "int" in hint else words))
        for name, hint in hints.items()
    }
    event: e.Event = item(**fields)
    return event


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    scenario = quiet("recording.duration_ms=12000")
    return record(scenario, load_design("alarm", scenario), 1)[1]


@settings(max_examples=60)
@given(trace=st.lists(any_event(), min_size=1, max_size=6))
def test_any_trace_comes_back(trace: list[e.Event], folder: Path) -> None:
    write_jsonl(trace, folder / "any.jsonl")
    assert read_jsonl(folder / "any.jsonl") == trace


def test_every_type_of_event_can_be_read_and_none_else() -> None:
    tuples = {
        n for n, item in vars(e).items() if isinstance(item, type) and issubclass(item, tuple)
    }
    assert set(EVENTS) == tuples, "a class without in_lane() would be in no lane and no file"


def refusal(read: Callable[[Path], object], path: Path, text: str) -> InputError:
    """How a file with that text is refused."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value


def tried(read: Callable[[Path], Any], path: Path) -> tuple[Any, InputError | None]:
    """What a file holds, or how it was refused. Any other error is one of the test's."""
    try:
        return read(path), None
    except InputError as error:
        return None, error


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "''; allowed: one JSON object"),
        ("{", "'{'; allowed: one JSON object"),
        ("[]", "an object whose 'event' is a known type of event"),
        ("7", "an object whose 'event'"),
        ("null", "an object whose 'event'"),
        ('{"event": []}', "an object whose 'event'"),
        ('{"event": {"a": 1}}', "an object whose 'event'"),
        ('{"event": null, "at_ms": 1}', "an object whose 'event'"),
        ('{"event": "Event", "at_ms": 1}', "an object whose 'event'"),
        ('{"event": "LaptopWoke"}', "[]; allowed: for LaptopWoke exactly at_ms"),
        (
            '{"event": "LaptopWoke", "at_ms": 1, "who": 2}',
            "['at_ms', 'who']; allowed: for LaptopWoke exactly at_ms",
        ),
        ('{"event": "LaptopWoke", "at_ms": 1.0}', "at_ms: 1.0; allowed: a value of type"),
        ('{"event": "LaptopWoke", "at_ms": true}', "at_ms: True; allowed: a value of type"),
        ('{"event": "LaptopWoke", "at_ms": [1]}', "at_ms: (1,); allowed: a value of type"),
        ('{"event": "LaptopWoke", "at_ms": NaN}', "at_ms: nan; allowed"),
        ('{"event": "TroubleBegan", "at_ms": 1, "kind": 5}', "kind: 5; allowed"),
        ('{"event": "TabClosed", "at_ms": 1, "in_tab": 5}', "in_tab: 5; allowed"),
        ('{"event": "TabClosed", "at_ms": 1, "in_tab": ["a"]}', "in_tab: ('a',); allowed"),
        ('{"event": "TabClosed", "at_ms": 1, "in_tab": [1, null]}', "in_tab: (1, None); allowed"),
        ('{"event": "TabClosed", "at_ms": 1, "in_tab": [false]}', "in_tab: (False,); allowed"),
        ('{"event": "LaptopWoke", "at_ms": ' + "9" * 5_000 + "}", "one JSON object"),
        ("[" * 50_000, "one JSON object"),
    ],
    ids=lambda text: text[:50],
)
def test_a_line_that_is_no_event_is_refused_by_its_number(
    line: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    for place in (0, 2):
        lines = [*LINES[:place], line, *LINES[place:]]
        error = refusal(read_jsonl, path, "\n".join(lines) + "\n")
        assert error.field.startswith(f"{path}, line {place + 1}")
        assert words in str(error)
        assert len(str(error.value)) < 200, "a long line is shown by its beginning"


@settings(max_examples=250)
@given(
    place=st.integers(0, 2), field=st.sampled_from(["event", "at_ms", "in_tab", "x"]), value=JSON
)
def test_any_value_in_any_field_is_read_or_refused(
    place: int, field: str, value: Any, folder: Path
) -> None:
    lines = [json.loads(line) for line in LINES]
    lines[place][field] = value
    path = folder / "value.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    trace, refused = tried(read_jsonl, path)
    if refused is not None:
        assert refused.field.startswith(f"{path}, line {place + 1}")
        return
    assert json.loads(to_line(trace[place]))[field] == value
    assert type(trace[place].at_ms) is int


@settings(max_examples=150)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(data: st.DataObject, folder: Path) -> None:
    whole = ("\n".join(LINES) + "\n").encode()
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(at, min(len(whole), at + 30)))
    path = folder / "bytes.jsonl"
    path.write_bytes(whole[:at] + data.draw(st.binary(max_size=4)) + whole[cut:])
    trace, refused = tried(read_jsonl, path)
    if refused is not None:
        assert str(path) in str(refused)
        return
    write_jsonl(trace, path)
    assert read_jsonl(path) == trace


def test_what_cannot_be_read_at_all_is_refused_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for read, field in ((read_jsonl, "trace"), (read_schedule, "schedule")):
        for name in ("none", "bytes", "."):
            with pytest.raises(InputError, match="a readable file of JSON lines") as caught:
                read(tmp_path / name)
            assert caught.value.field == field


# --- schedules ------------------------------------------------------------------------------------


def test_a_schedule_comes_back_whole(schedule: Schedule, folder: Path) -> None:
    path = folder / "run.schedule"
    write_schedule(schedule, path)
    assert read_schedule(path) == schedule
    first, *rest = path.read_text().splitlines()
    assert json.loads(first)["format"] == "lastchunk schedule 1"
    assert [json.loads(line) for line in rest] == [
        [list(step.key), step.at_ms, step.outcome] for step in schedule.steps
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        '[["tick"], 5]',
        '[["tick"], 5, "", ""]',
        '[[], 5, ""]',
        '["tick", 5, ""]',
        '[[["tick"]], 5, ""]',
        '[[1.5], 5, ""]',
        '[["tick"], true, ""]',
        '[["tick"], "5", ""]',
        '[["tick"], 5, null]',
        "[" * 50_000,
        '[["tick"], ' + "9" * 5_000 + ', ""]',
    ],
    ids=lambda text: text[:30],
)
def test_a_line_that_is_no_step_is_refused(line: str, schedule: Schedule, tmp_path: Path) -> None:
    path = tmp_path / "bad.schedule"
    write_schedule(schedule, path)
    lines = path.read_text().splitlines()
    lines.insert(3, line)
    error = refusal(read_schedule, path, "\n".join(lines) + "\n")
    assert (error.field, error.allowed) == (f"{path}, line 4", "a step: [key, at_ms, outcome]")
    assert len(str(error.value)) <= 80


@settings(max_examples=120)
@given(data=st.data())
def test_any_value_in_the_header_is_read_or_refused(
    data: st.DataObject, schedule: Schedule, folder: Path
) -> None:
    path = folder / "header.schedule"
    write_schedule(schedule, path)
    first, rest = path.read_text().split("\n", 1)
    header = json.loads(first)
    field = data.draw(st.sampled_from([*header, "more"]))
    header[field] = data.draw(JSON)
    path.write_text(json.dumps(header) + "\n" + rest)
    read, refused = tried(read_schedule, path)
    if refused is not None:
        assert refused.field.startswith(f"{path}, line 1")
        return
    found = getattr(read, field, None)
    assert header[field] == (list(found) if isinstance(found, tuple) else found)


def test_a_header_has_every_field_and_no_other(schedule: Schedule, tmp_path: Path) -> None:
    path = tmp_path / "bad.schedule"
    write_schedule(schedule, path)
    first, rest = path.read_text().split("\n", 1)
    for field in set(json.loads(first)) - {"steps"}:  # an older version did not count them
        header = json.loads(first)
        del header[field]
        error = refusal(read_schedule, path, json.dumps(header) + "\n" + rest)
        words = "'format' is" if field == "format" else "exactly the fields format, scenario"
        assert words in error.allowed
    offsets = json.loads(first) | {"clock_offsets_ms": [0, True]}
    error = refusal(read_schedule, path, json.dumps(offsets) + "\n" + rest)
    assert error.allowed == "whole ms, one an instance"
