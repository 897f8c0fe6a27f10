"""Every command takes a class of TypeScript, in a folder of somebody's own; or says that it cannot.

All share one folder: what one command has written, another one reads.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from tests.support.real_runtime import tools_or_skip

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
DESIGN = "session.ts:SessionObject"
CLASS = """
import { DurableObject } from "cloudflare:workers";
const GRACE_MS = 5_000;
const LONG_ALARM_MS = 600_000;
export class SessionObject extends DurableObject<Env> {
  async create() {
    const known = await this.ctx.storage.get("state");
    if (!known) await this.ctx.storage.put("state", { status: "active", chunks_uploaded: 0 });
    await this.ctx.storage.setAlarm(Date.now() + LONG_ALARM_MS);
  }
  async upload(index: number, body: ReadableStream) {
    const state = await this.ctx.storage.get<State>("state");
    if (state?.status !== "active") return 403;
    await this.env.FILES.put(`chunks/${index}`, body);
    state.chunks_uploaded++;
    await this.ctx.storage.put("state", state);
    await this.ctx.storage.setAlarm(Date.now() + LONG_ALARM_MS);
    return 200;
  }
  async stop() { await this.ctx.storage.setAlarm(Date.now() + GRACE_MS); }
  async alarm() {
    const state = await this.ctx.storage.get<State>("state");
    await this.ctx.storage.put("state", { ...state, status: "completed" });
  }
}
"""
BINDING = """
page = "alarm"
[calls]
create = "create()"
upload = "upload(chunk, body)"
stop = "stop()"
[env]
FILES = "bucket"
[settings]
grace_ms = "GRACE_MS"
long_alarm_ms = "LONG_ALARM_MS"
"""
PLAN = f"""
scenarios = ["small-scope"]
designs = ["{DESIGN}"]
sessions = 4
seed = 1
method = "grid"
[axes]
"design.grace_ms" = [3, 20]
"""
GATE = f"""
sessions = 5
[[checks]]
designs = ["{DESIGN}"]
scenarios = ["small-scope"]
properties = ["complete_at_finalization"]
by = ["proof", "sampling"]
set = {{ chunks = 1 }}
"""
ONE = "--set chunks=1"
SMALL = f"small-scope --design {DESIGN} {ONE}"
COMMANDS = {
    "simulate": (
        f"simulate small-scope --design {DESIGN} --schedule s.jsonl --out t.jsonl",
        0,
        "SessionObject",
    ),
    "replay": ("replay s.jsonl", 0, "complete_at_finalization  holds"),
    "show": ("show s.jsonl --format text", 0, "state written"),
    "verify": (f"verify {SMALL} --set design.grace_ms=5 --out proof", 1, "violated"),
    "verify a threshold": (
        f"verify {SMALL} --property complete_at_finalization --threshold design.grace_ms",
        0,
        "proved from 17 on",
    ),
    "replay what verify found": (
        "replay proof/complete_at_finalization-shortest.jsonl",
        0,
        "violated at 0:00.006",
    ),
    "compare": (f"compare {SMALL} --design alarm --sessions 5 --workers 1", 0, "SessionObject"),
    "compare by table": (
        f"compare {SMALL} --sessions 20 --engine table --workers 1",
        0,
        "engine: SessionObject table\n",
    ),
    "region": (
        f"region {SMALL} --x high_ms --y design.grace_ms --x-values 4,8 --workers 1",
        0,
        "proved 9 ms",
    ),
    "sweep": ("sweep plan.toml --out swept --workers 1", 0, "SessionObject"),
    "merge": ("merge swept --out merged", 0, "merged: rates.parquet"),
    "rare": (
        f"rare {SMALL} --set design.grace_ms=7 --workers 1 --effort 10 --replications-max 40",
        0,
        "SessionObject",
    ),
    "choose": (
        f"choose --free design.grace_ms=10,40 --scenario small-scope {ONE} --design {DESIGN} "
        "--require complete_at_finalization --workers 1",
        0,
        "grace_ms holds from 17 to 40",
    ),
    "matrix": (
        f"matrix --design {DESIGN} --faults reliable --chunks 1 --workers 1 --out cells",
        0,
        "matrix.html",
    ),
    "report": (
        f"report --design {DESIGN} --scenario small-scope --sessions 2 --sweep-sessions 0 "
        "--proof-sessions 0 --matrix cells --workers 1 --out report",
        0,
        "report.html",
    ),
    "ci": ("ci gate.toml --workers 1", 0, "2 checks: 2 hold"),
    "conform": (
        f"conform --design {DESIGN} --sessions 0 --edges 1 --troubles 0 --workers 1",
        0,
        "SessionObject",
    ),
    "simulate a recording": (f"simulate everything-fast --design {DESIGN} --out f.jsonl", 0, ""),
    "check-log": (
        f"check-log t.jsonl --design {DESIGN} --mapping session.toml",
        0,
        "complete_at_finalization │ holds",
    ),
    "fit": (f"fit f.jsonl --design {DESIGN} --sessions 0 --out mine.toml", 0, "mine.toml"),
    "bind": ("bind session.ts", 0, f"lastchunk verify --design {DESIGN}"),
}
"""Each with its exit code, and what it says. Those that come later read what earlier ones wrote."""
BEFORE = {
    "replay": "simulate",
    "show": "simulate",
    "check-log": "simulate",
    "replay what verify found": "verify",
    "merge": "sweep",
    "report": "matrix",
    "fit": "simulate a recording",
}
"""What one reads, another one has written."""
NO_DESIGN = {"scenarios", "designs", "doctor", "timetravel", "serve", "new-design", "import"}
"""What is about no design of anybody's own."""
FILES = {"session.ts": CLASS, "session.toml": BINDING, "plan.toml": PLAN, "gate.toml": GATE}


class Folder:
    """A folder with a class, its binding, a plan and a gate; each command is run there once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: dict[str, Any] = {}
        for name, text in FILES.items():
            (path / name).write_text(text, encoding="utf-8")

    def ran(self, name: str) -> Any:
        """What a command said, run in this process after what it reads was written."""
        if name not in self.results:
            if name in BEFORE:
                self.ran(BEFORE[name])
            words = COMMANDS[name][0].split()
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.path)
                self.results[name] = CliRunner().invoke(app, words, catch_exceptions=False)
        return self.results[name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Somebody's own folder."""
    return Folder(tmp_path_factory.mktemp("somebody"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_takes_typescript(name: str, folder: Folder) -> None:
    if name == "conform":
        tools_or_skip()
    _, code, said = COMMANDS[name]
    result = folder.ran(name)
    assert result.exit_code == code, result.output
    assert said in result.output


def test_no_command_is_left_out() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert known == NO_DESIGN | {words.split()[0] for words, _, _ in COMMANDS.values()}


def test_python_takes_typescript(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path)
    small = lastchunk.load_scenario("small-scope", ["chunks=1"])
    short = ("short", DESIGN, {"grace_ms": 3})
    compared = lastchunk.compare(small, [DESIGN, short], sessions=20, seed=1, workers=1)
    assert set(compared.frame["design"]) == {"SessionObject", "short"}
    assert not lastchunk.verify(small, short, attack=0).holds
    cells = lastchunk.matrix([short], chunks=1, faults=["reliable"], workers=1)
    assert {cell.kind for cell in cells.cells} == {"proved", "violated"}


USER = f"""
def test_it(lastchunk):
    verdict = lastchunk.verify("small-scope", "{DESIGN}", properties="complete_at_finalization")
    assert verdict.holds

def test_a_short_grace(lastchunk):
    short = ("short", "{DESIGN}", {{"grace_ms": 3}})
    assert lastchunk.verify("small-scope", short, properties="complete_at_finalization").holds
"""


def test_the_plugin_takes_typescript(folder: Folder) -> None:
    (folder.path / "test_mine.py").write_text(USER, encoding="utf-8")
    without = ["-p", "no:cacheprovider", "-p", "no:nbmake"]
    command = [sys.executable, "-m", "pytest", "-q", *without, "test_mine.py"]
    done = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout
    assert "session.ts" in done.stdout


WRONG = {
    "session.ts": "path/to/file.py:ClassName, file.ts:ClassName",
    "session.ts:Other": "a name that it declares",
    "other.ts:SessionObject": "a TypeScript file that exists",
    "session.js:SessionObject": "a file of Python (.py) or TypeScript (.ts) that exists",
}


@pytest.mark.parametrize("reference", WRONG)
@pytest.mark.parametrize("command", ["simulate small-scope", "verify", "rare small-scope"])
def test_what_is_no_such_class_is_one_line(
    command: str, reference: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    words = [*command.split(), "--design", reference]
    with pytest.raises(InputError, match=re.escape(WRONG[reference])):
        CliRunner().invoke(app, words, catch_exceptions=False, standalone_mode=False)
