"""No command writes over what it was given: by the same name, another spelling, or a link."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from lastchunk.cli import main
from lastchunk.model.base.files import (
    CommandFiles,
    check_file,
    note_input,
    of_one_command,
    write_text,
)

GATE = """
[[checks]]
designs = ["mine.py:Mine"]
scenarios = ["s.toml"]
properties = ["complete_at_finalization"]
by = ["sampling"]
sessions = 2
"""
MINE = """
import helper
from lastchunk.reference_impl.alarm import AlarmDesign


class Mine(AlarmDesign):
    pass
"""
UPLINK = '[uplink]\nkind = "trace"\nfile = "u.up"\n'
LOG = '{"session":"a","at_ms":9,"seq":1,"event":"HandlerStarted","method":"upload","chunk":0}\n'
FILES = {
    "c.toml": GATE,
    "s.toml": "[network]\nrequest_loss = 0.1\n",
    "over.toml": UPLINK,
    "mine.py": MINE,
    "helper.py": "",
    "u.up": "1\n2\n3\n",
    "o.up": "".join(f"{n} 1.5\n" for n in range(5)),
    "o.toml": "time_ms,kbps\n0,100\n1000,100\n",
    "o-put_delay_ms.csv": "put_delay_ms\n5\n6\n",
    "log.jsonl": LOG,
    "log.toml": LOG,
}
SIMULATE, VERIFY = "simulate s.toml", "verify small-scope --set chunks=1"
OVER: dict[str, str] = {
    # command: the file that it would write over
    "ci c.toml --json c.toml": "c.toml",
    "ci c.toml --junit ./c.toml": "c.toml",
    "ci c.toml --sarif s.toml": "s.toml",
    "ci c.toml --json mine.py": "mine.py",
    "ci c.toml --json helper.py": "helper.py",
    "ci c.toml --json soft.toml": "c.toml",
    "ci c.toml --json hard.toml": "c.toml",
    f"{SIMULATE} --out s.toml": "s.toml",
    f"{SIMULATE} --out sub/../s.toml": "s.toml",
    f"{SIMULATE} --schedule s.toml": "s.toml",
    f"{SIMULATE} --html s.toml": "s.toml",
    f"{SIMULATE} --design mine.py:Mine --out mine.py": "mine.py",
    f"{SIMULATE} --uplink u.up --out u.up": "u.up",
    "simulate over.toml --out u.up": "u.up",
    "replay one.jsonl --out one.jsonl": "one.jsonl",
    "show one.jsonl --format jsonl --out one.jsonl": "one.jsonl",
    "show one.html": "one.html",
    f"{VERIFY} --design mine.py:Mine --promela mine.py": "mine.py",
    f"{VERIFY} --tchecker mine.py --design mine.py:Mine": "mine.py",
    "import o.up --out o.toml": "o.up",
    "import o.toml --out o.toml": "o.toml",
    "import o-put_delay_ms.csv --out o.toml": "o-put_delay_ms.csv",
    "check-log log.jsonl --json log.jsonl": "log.jsonl",
    "fit log.toml --out log.toml --sessions 0": "log.toml",
    "region --x grace_ms --y retry_ms r.json --out r.json": "r.json",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft.toml").symlink_to("c.toml")
    os.link(tmp_path / "c.toml", tmp_path / "hard.toml")
    (tmp_path / "r.json").write_text("[network]\nrequest_loss = 0.0\n", encoding="utf-8")
    return tmp_path


def ended(monkeypatch: pytest.MonkeyPatch, command: str) -> object:
    monkeypatch.setattr(sys, "argv", ["lastchunk", *shlex.split(command)])
    with pytest.raises(SystemExit) as found:
        main()
    return found.value.code or 0


def held(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their bytes."""
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("command", OVER)
def test_an_input_is_never_written_over(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, f"{SIMULATE} --schedule one.jsonl") == 0
    (folder / "one.html").write_bytes((folder / "one.jsonl").read_bytes())
    before = held(folder)
    capsys.readouterr()
    assert ended(monkeypatch, command) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "a place where no input is" in said
    assert OVER[command] in said
    assert held(folder) == before


def test_two_outputs_are_two_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = held(folder)
    assert ended(monkeypatch, "ci c.toml --json a.json --junit sub/../a.json") == 2
    assert "--junit: 'sub/../a.json'; allowed: another file than that of --json" in (
        capsys.readouterr().err
    )
    assert held(folder) == before


def test_a_matrix_that_is_read_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "r").mkdir()
    (folder / "r" / "matrix").mkdir()
    (folder / "r" / "matrix" / "matrix.json").write_text("{}")
    before = held(folder)
    assert ended(monkeypatch, "report --matrix r/matrix --out r") == 2
    assert "a place where no input is; r/matrix/matrix.json is read" in capsys.readouterr().err
    assert held(folder) == before


def test_what_a_command_has_written_it_may_read(tmp_path: Path) -> None:
    with of_one_command():
        check_file(tmp_path / "a")
        write_text(tmp_path / "a", "1")
        note_input(tmp_path / "a")
        write_text(tmp_path / "a", "2")
    assert CommandFiles.now is None


def test_a_program_reads_and_writes_as_it_likes(tmp_path: Path) -> None:
    note_input(tmp_path / "a")
    write_text(tmp_path / "a", "1")
    assert (tmp_path / "a").read_text() == "1"
