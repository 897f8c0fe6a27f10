"""A digest says whether a result was changed, to a checker that knows the rule alone."""

from __future__ import annotations

import hashlib
import inspect
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reports.base.sealed import check_seal, source_of

FEW = ("--sessions", "3", "--workers", "1")
SMALL = ("small-scope", "--set", "chunks=1", "--design", "alarm")


def rebuilt(data: dict[str, Any]) -> str:
    """The digest by the rule that docs/architecture.md gives."""
    rest = {key: value for key, value in data.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The results of a verification and of a comparison, as they stand in their files."""
    out = tmp_path_factory.mktemp("results")
    run = CliRunner().invoke
    run(app, ["verify", *SMALL, "--out", str(out / "verify")])
    sessions = ("--sweep-sessions", "0", "--out", str(out / "compare"))
    run(app, ["compare", "everything-fast", "--design", "alarm", *FEW, *sessions])
    names = {"verify": "verify.json", "compare": "result.json"}
    return {key: json.loads((out / key / name).read_text("utf-8")) for key, name in names.items()}


@pytest.mark.parametrize("name", ["verify", "compare"])
def test_a_result_that_is_written_can_be_checked(name: str, written: dict[str, Any]) -> None:
    data = written[name]
    assert data["digest"] == rebuilt(data)
    check_seal(data, name)
    source = Path(inspect.getsourcefile(AlarmDesign) or "")
    assert data["sources"] == {"alarm": hashlib.sha256(source.read_bytes()).hexdigest()}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("verify", ("properties", "complete_at_finalization", "verdict")),
        ("verify", ("settings", "grace_ms")),
        ("compare", ("designs", "alarm", "properties", "complete_at_finalization", "verdict")),
        ("compare", ("sources", "alarm")),
        ("compare", ("provenance", "seed")),
    ],
)
def test_a_result_that_was_changed_is_noticed(
    name: str, path: tuple[str, ...], written: dict[str, Any]
) -> None:
    data = json.loads(json.dumps(written[name]))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = "edited"
    with pytest.raises(InputError, match="it was changed after it was written"):
        check_seal(data, name)


def test_the_source_of_a_design_is_that_of_its_page_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "page_of_somebody.py"
    file.write_text("class MyPage:\n    retries = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    page = import_module("page_of_somebody").MyPage
    design = type(
        "WithItsPage", (AlarmDesign,), {"page": page, "__module__": AlarmDesign.__module__}
    )
    before = source_of(design)
    assert before == source_of(design) != source_of(AlarmDesign)
    file.write_text("class MyPage:\n    retries = 2\n", encoding="utf-8")
    assert source_of(design) != before
