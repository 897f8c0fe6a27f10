"""Logs are read piece by piece: the same for every size of a piece, and nothing is held."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs import check as check_module
from lastchunk.model.logs.check import LogQuestion, check_logs
from lastchunk.model.logs.reading import stream
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.logs.reading.stream import EACH, JsonReader, items
from lastchunk.model.properties import JudgeSettings
from tests.support.field_logs import entry, har

DOCUMENT = {
    "first": [1, {"a": "}]"}],
    "resource": {"name": 'é"\\'},
    "list": [{"n": 1}, {"n": -2.5e3, "deep": [[]]}, {"n": 12345678901234567890}],
    "last": None,
}


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 100_000])
def test_every_size_of_a_piece_reads_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", block)
    monkeypatch.setattr(JsonReader.more, "__defaults__", (block,))
    text = json.dumps(DOCUMENT, ensure_ascii=False)
    found = list(items(JsonReader(io.StringIO(text), "x"), ("list", EACH), "resource"))
    assert [item.value for item in found] == DOCUMENT["list"]
    assert all(item.beside == {"resource": DOCUMENT["resource"]} for item in found)


def test_a_file_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    text = har(
        [entry(0, 40, "POST", "/createSession/s", 200), entry(50, 9, "POST", "/upload/s/0", 200)]
    )
    question = LogQuestion(make_mapping({}, ""), JudgeSettings())
    place = tmp_path / "cut.har"
    for end in range(1, len(text), 7):
        place.write_text(text[:end], encoding="utf-8")
        with pytest.raises(InputError) as refused:
            check_logs([place], question)
        assert "\n" not in str(refused.value)


def test_a_long_log_holds_the_sessions_that_are_open_alone(tmp_path: Path) -> None:
    place = tmp_path / "long.har"
    entries = []
    for number in range(2_000):
        begun_ms = number * 60_000
        entries.append(entry(begun_ms, 40, "POST", f"/createSession/s{number}", 200))
        for chunk in range(3):
            at_ms = begun_ms + 10_000 * (chunk + 1)
            entries.append(entry(at_ms, 90, "POST", f"/upload/s{number}/{chunk}", 200))
    place.write_text(har(entries, indent=None), encoding="utf-8")
    question = LogQuestion(make_mapping({}, ""), JudgeSettings(), idle_ms=600_000)
    found = check_logs([place], question)
    assert found.sessions == 2_000
    assert found.held_most < 100, "ten minutes of sessions, one a minute, and what a look lets by"
    assert found.tallies["nothing_refused"].held == 2_000


def test_a_session_that_never_ends_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastchunk.model.logs.reading.seen.EVENTS_MAX", 50)
    place = tmp_path / "one.har"
    entries = [entry(100 * n, 9, "POST", f"/upload/s/{n}", 200) for n in range(60)]
    place.write_text(har(entries), encoding="utf-8")
    with pytest.raises(InputError, match="session s: '50 events or more'"):
        check_logs([place], LogQuestion(make_mapping({}, ""), JudgeSettings()))


def test_what_comes_after_a_session_was_over_is_counted(tmp_path: Path) -> None:
    entries = [entry(0, 9, "POST", "/upload/old/0", 200)]
    entries += [entry(10_000_000 + n, 9, "POST", f"/upload/new/{n}", 200) for n in range(400)]
    entries.append(entry(10_001_000, 9, "POST", "/upload/old/1", 200))
    place = tmp_path / "late.har"
    place.write_text(har(entries), encoding="utf-8")
    assert check_module.LOOK_EVERY <= 800
    found = check_logs([place], LogQuestion(make_mapping({}, ""), JudgeSettings()))
    assert found.sessions == 2
    assert sum(found.notes.values()) == 2
