"""A matrix from its folder: the same again, and a broken one is refused in one clear line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.matrix.matrix import Matrix, matrix
from lastchunk.reports.content import exploring
from lastchunk.reports.matrix.file import of_designs, read_matrix
from lastchunk.reports.matrix.page import matrix_html, write_matrix

DESIGNS = ("alarm", "lazy-alarm")
FAULTS = ("late-alarms", "client-lost")


@pytest.fixture(scope="module")
def made() -> Matrix:
    return matrix(DESIGNS, chunks=1, faults=FAULTS)


@pytest.fixture(scope="module")
def folder(made: Matrix, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("written") / "matrix"
    write_matrix(made, out)
    return out


def test_what_is_read_is_what_was_written(made: Matrix, folder: Path, tmp_path: Path) -> None:
    again = read_matrix(folder)
    assert again.to_frame().drop(columns="wall_s").equals(made.to_frame().drop(columns="wall_s"))
    assert [cell.finding.schedule for cell in again.cells] == [
        cell.finding.schedule for cell in made.cells
    ]
    write_matrix(again, tmp_path / "again")
    # Not the page: it rounds the seconds once more.
    for file in sorted(path.relative_to(folder) for path in folder.rglob("*.json*")):
        assert (tmp_path / "again" / file).read_bytes() == (folder / file).read_bytes(), file


def test_the_part_of_some_designs_is_taken(made: Matrix) -> None:
    part = of_designs(made, ["manual", "lazy-alarm"])
    assert part.designs == ("lazy-alarm",)
    assert {cell.design for cell in part.cells} == {"lazy-alarm"}
    with pytest.raises(InputError) as error:
        of_designs(made, ["manual", "leases"])
    assert error.value.field == "--matrix"
    assert "manual, leases" in str(error.value)


Change = Callable[[dict[str, Any]], object]
CELL = "designs.alarm.fault_classes.client-lost.properties.nothing_lost"


def cell(data: dict[str, Any]) -> Any:
    return data["designs"]["alarm"]["fault_classes"]["client-lost"]["properties"]["nothing_lost"]


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        (lambda d: d.pop("chunks"), "chunks", "no default"),
        (lambda d: d.update(chunks=7), "chunks", "less than or equal to 6"),
        (lambda d: d.update(chunks="2"), "chunks", "valid integer"),
        (lambda d: d.update(chunks=2), "fault_classes.late-alarms.scopes.1", "this version"),
        (lambda d: d.update(budget_s=0), "budget_s", "greater than or equal to 1"),
        (lambda d: d.update(designs={}), "designs", "at least 1"),
        (lambda d: d.update(verdict="fine"), "verdict", "not permitted"),
        (lambda d: d["fault_classes"].update(floods=d["fault_classes"]["client-lost"]),
         "fault_classes", "one of reliable"),
        (lambda d: d["fault_classes"]["client-lost"]["scopes"].pop(),
         "fault_classes.client-lost.scopes.2", "this version"),
        (lambda d: d["properties"].pop("finalizes"), "properties", "exactly"),
        (lambda d: d["designs"]["alarm"]["fault_classes"].pop("client-lost"),
         "designs.alarm.fault_classes", "exactly late-alarms, client-lost"),
        (lambda d: cell(d).update(verdict="fine"), f"{CELL}.verdict", "'proved'"),
        (lambda d: cell(d).pop("best_possible"), CELL, "best_possible"),
        (lambda d: cell(d).update(verdict="proved"), CELL, "best_possible"),
        (lambda d: cell(d)["best_possible"].update(what="much"),
         f"{CELL}.best_possible.what", "this version"),
        (lambda d: cell(d).update(counterexample="../secret"), f"{CELL}.counterexample",
         "counterexamples/alarm-client-lost-nothing_lost.jsonl"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(
    change: Change, field: str, allowed: str, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "broken"
    shutil.copytree(folder, out)
    data = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    change(data)
    (out / "matrix.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(out)
    assert error.value.field == f"{out / 'matrix.json'}: {field}"
    assert allowed in error.value.allowed
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_matrix_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "matrix.json").write_bytes(text)
    with pytest.raises(InputError) as error:
        read_matrix(tmp_path)
    assert error.value.field.partition(",")[0] == str(tmp_path / "matrix.json")
    assert error.value.allowed


def test_a_truncated_file_is_told_its_line_and_none_of_its_bytes(
    folder: Path, tmp_path: Path
) -> None:
    lines = (folder / "matrix.json").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "matrix.json").write_text("".join(lines[:40]) + lines[40][:9], encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(tmp_path)
    assert error.value.field == f"{tmp_path / 'matrix.json'}, line 41"
    assert "EOF" in str(error.value.value)
    assert lines[40].strip()[:9] not in str(error.value)


def in_old_words(data: Any) -> Any:
    """The same matrix, with the keys that lastchunk wrote up to version 0.2."""
    if isinstance(data, list):
        return [in_old_words(item) for item in data]
    if not isinstance(data, dict):
        return data
    old = {"budget_s": "seconds", "wall_s": "seconds", "state_classes": "classes"}
    words = {key: in_old_words(item) for key, item in data.items()}
    if "chunks" not in data:  # at the top, fault_classes were called so too
        old["fault_classes"] = "classes"
    return {old.get(key, key): item for key, item in words.items()}


def test_a_matrix_with_the_old_keys_is_told_its_age_and_what_to_do(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "old"
    shutil.copytree(folder, out)
    data = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    (out / "matrix.json").write_text(json.dumps(in_old_words(data)), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(out)
    assert str(error.value) == (
        f"{out / 'matrix.json'}: seconds; allowed: budget_s in its place: lastchunk 0.2 or before "
        "wrote it; run `lastchunk matrix` again"
    )


@pytest.mark.parametrize("place", [(), ("designs", "alarm"), ("cell",)])
def test_an_old_key_anywhere_is_named(place: tuple[str, ...], folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "half"
    shutil.copytree(folder, out)
    data = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    inner, new, old = {
        (): (data, "budget_s", "seconds"),
        ("designs", "alarm"): (data["designs"]["alarm"], "fault_classes", "classes"),
        ("cell",): (cell(data), "state_classes", "classes"),
    }[place]
    inner[old] = inner.pop(new)
    (out / "matrix.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(out)
    assert f"{new} in its place: lastchunk 0.2 or before wrote it" in str(error.value)


# --- edited --------------------------------------------------------------------------------------


def edited(folder: Path, out: Path, before: str, after: str) -> InputError:
    """How a matrix is refused whose text was changed by hand."""
    shutil.copytree(folder, out)
    text = (out / "matrix.json").read_text(encoding="utf-8")
    assert before in text
    (out / "matrix.json").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(out)
    return error.value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"verdict": "violated"', '"verdict": "proved"'),
        ('"verdict": "unknown"', '"verdict": "proved"'),
        ('"budget_s": 180.0,', '"budget_s": 3600.0,'),
        ('"title": "', '"title": "All of '),
    ],
)
def test_a_verdict_that_was_edited_is_refused(
    before: str, after: str, folder: Path, tmp_path: Path
) -> None:
    if before not in (folder / "matrix.json").read_text(encoding="utf-8"):
        pytest.skip("this matrix has none")
    error = edited(folder, tmp_path / "edited", before, after)
    assert error.field == f"{tmp_path / 'edited' / 'matrix.json'}: digest"
    assert "changed after it was written" in error.allowed


def test_layout_and_order_are_no_edit(made: Matrix, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    shutil.copytree(folder, out)
    data = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    text = json.dumps(data, sort_keys=False, indent=7)
    (out / "matrix.json").write_text(text, encoding="utf-8")
    assert len(read_matrix(out).cells) == len(made.cells)


def test_a_design_that_has_changed_since_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastchunk.reports.base.sealed.source_of", lambda cls: f"another {cls}")
    with pytest.raises(InputError, match=r"sources\.alarm: .*has changed since"):
        read_matrix(folder)


def test_what_was_checked_is_said(folder: Path) -> None:
    again = read_matrix(folder)
    count = len(list((folder / "counterexamples").iterdir()))
    assert f"{count} schedules were replayed" in again.origin
    assert "taken on trust" in again.origin
    assert again.origin in matrix_html(again)
    assert again.origin in exploring(again)


def test_a_folder_without_a_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_matrix(tmp_path / "nowhere")
    assert (error.value.field, error.value.value) == ("--matrix", str(tmp_path / "nowhere"))


def test_a_schedule_that_shows_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "forged"
    shutil.copytree(folder, out)
    examples = out / "counterexamples"
    name = "alarm-late-alarms-not_while_recording.jsonl"
    shutil.copy(examples / "alarm-client-lost-nothing_lost.jsonl", examples / name)
    with pytest.raises(InputError) as error:
        read_matrix(out)
    assert "a session that violates not_while_recording" in error.value.allowed
    (examples / name).unlink()
    with pytest.raises(InputError):
        read_matrix(out)


def test_a_schedule_of_another_design_is_refused(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "swapped"
    shutil.copytree(folder, out)
    name = "client-lost-nothing_lost.jsonl"
    shutil.copy(
        out / "counterexamples" / f"lazy-alarm-{name}", out / "counterexamples" / f"alarm-{name}"
    )
    with pytest.raises(InputError) as error:
        read_matrix(out)
    assert (error.value.value, error.value.allowed) == ("lazy-alarm", "alarm")
