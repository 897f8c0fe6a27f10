"""A digest says whether a result was changed, to a checker that knows the rule alone."""

from __future__ import annotations

import hashlib
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.imported import with_imported
from lastchunk.model.design.load import find_class
from lastchunk.model.design.sources import source_of
from lastchunk.reference_impl import alarm, session
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reports.base.sealed import check_seal

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
    files = [Path(str(module.__file__)).read_bytes() for module in (alarm, session)]
    assert data["sources"] == {"alarm": hashlib.sha256(b"".join(sorted(files))).hexdigest()}


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


def test_the_source_of_a_design_is_that_of_all_that_it_imports(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    (folder / "deep").mkdir(parents=True)
    for place in (folder, folder / "deep"):
        (place / "__init__.py").write_text("", encoding="utf-8")
    (folder / "design.py").write_text(
        "from lastchunk.reference_impl.alarm import AlarmDesign\n"
        "from app import rules\n"
        "from app.deep.words import WORD\n\n\n"
        "class Mine(AlarmDesign):\n    grace = rules.GRACE\n    word = WORD\n",
        encoding="utf-8",
    )
    helpers = {"rules.py": "GRACE = 1", "deep/words.py": "from .letters import A\nWORD = A"}
    for name, text in (helpers | {"deep/letters.py": "A = 1", "other.py": "A = 1"}).items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    reference = f"{folder / 'design.py'}:Mine"
    before = source_of(find_class(reference)[1])
    changed = {}
    for name in ("rules.py", "deep/words.py", "deep/letters.py", "other.py"):
        kept = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(kept + "# another one\n", encoding="utf-8")
        changed[name] = source_of(find_class(reference)[1]) != before
        (folder / name).write_text(kept, encoding="utf-8")
    assert changed == {
        "rules.py": True,
        "deep/words.py": True,
        "deep/letters.py": True,
        "other.py": False,
    }


def test_the_source_of_a_shipped_design_is_that_of_what_it_shares() -> None:
    reached = with_imported({Path(str(alarm.__file__))})
    assert {file.name for file in reached} == {"alarm.py", "session.py"}
