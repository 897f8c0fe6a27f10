"""What was played on the real runtime, in the report: read with its seal, and shown whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.campaign import Conformance
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.result import Result
from lastchunk.reports.base.sealed import sealed
from lastchunk.reports.conformance import conformance_block, read_conformance
from lastchunk.reports.write import write_report
from tests.support.reviewed import review

RESULTS = (
    Result("a", "alarm", "agrees"),
    Result("<b>", "alarm", "diverges", "it did more", 3, (("set", 5),), ()),
    Result("c", "manual", "not playable", "a deploy"),
)
RECIPES = tuple(Recipe("made", "g", "", item.design, through=7) for item in RESULTS)
DATA = Conformance("2026-11-17", RECIPES, RESULTS, {"alarm": 20}).data()


def file_with(folder: Path, data: Any) -> Path:
    path = folder / "conform.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_file_is_read_again(tmp_path: Path) -> None:
    found = conformance_block(read_conformance(file_with(tmp_path, sealed(DATA))))
    assert found is not None
    assert found["table"]["rows"] == [
        ["alarm", "2", "1", "1", "0", "7 of 20"],
        ["manual", "1", "0", "0", "1", ""],
    ]
    assert "3 schedules were played" in found["words"]
    assert "1 agree, 1 diverge" in found["words"]
    assert found["notes"] == [
        "Not playable, 1: a deploy.",
        "Diverges: <b>, alarm: diverges at step 3: it did more; shown set 5; wanted nothing.",
    ]
    assert conformance_block(None) is None


def test_a_file_that_was_changed_or_is_another_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="changed after it was written"):
        read_conformance(file_with(tmp_path, sealed(DATA) | {"diverge": 0}))
    others: tuple[Any, ...] = ({}, [], {"format": "lastchunk matrix 1"})
    for data in others:
        with pytest.raises(InputError, match="--conformance"):
            read_conformance(file_with(tmp_path, data))
    (tmp_path / "conform.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="--conformance"):
        read_conformance(tmp_path / "conform.json")


def test_the_report_shows_it_and_escapes_it(tmp_path: Path) -> None:
    write_report(replace(review(), conformance=sealed(DATA)), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "On the real runtime" in html
    assert "7 of 20" in html
    assert "7 of 20" in text
    assert "Diverges: &lt;b&gt;, alarm" in html
    assert "Diverges: \\<b\\>, alarm" in text
