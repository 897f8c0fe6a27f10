"""What GitHub reads: the summary of a step, annotations, SARIF; the action and the hook run."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lastchunk.gate.ci.github import rows_that_fit, table_cell
from tests.gate.ci.test_baseline import grace
from tests.gate.ci.test_ci import SLUG, check, ran

ROOT = Path(__file__).parents[3]


def read(name: str) -> Any:
    """A file of the repository's root, as YAML."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return importlib.import_module("yaml").safe_load(text)


def in_bash(folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A script in a project's folder, as a step of Actions is run."""
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    command = bin_folder / "lastchunk"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m lastchunk "$@"\n')
    command.chmod(0o755)
    known = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}"} | variables
    words = ["bash", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(words, cwd=folder, env=known, capture_output=True, text=True, check=False)


def test_the_action_s_step_fails_with_a_summary_annotations_and_sarif(tmp_path: Path) -> None:
    action = read("action.yml")
    step = action["runs"]["steps"][-1]
    inputs = {name: item["default"] for name, item in action["inputs"].items()}
    assert step["env"] == {
        name.upper(): f"${{{{ inputs.{name} }}}}" for name in ("config", "sarif", "junit")
    }
    (tmp_path / "lastchunk.toml").write_text(check("alarm") + check(), encoding="utf-8")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    variables = {name: inputs[name.lower()] for name in step["env"]}
    done = in_bash(tmp_path, step["run"], GITHUB_STEP_SUMMARY=str(summary), **variables)
    assert done.returncode == 1, done.stderr
    (line,) = [item for item in done.stdout.splitlines() if item.startswith("::")]
    key = f"{SLUG}: alarm in default-scope by proof"
    title = key.replace(":", "%3A")
    assert line == f"::error file=lastchunk.toml,title={title}::completed without chunk 1"
    lines = summary.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["before", "### lastchunk: 2 checks: 1 hold, 1 violated"]
    assert lines[5] == f"| violated | {key} | completed without chunk 1 |"
    assert lines[6].startswith(f"| proved | {SLUG}: lazy-alarm in default-scope by proof |")
    check_sarif(json.loads((tmp_path / inputs["sarif"]).read_text(encoding="utf-8")))
    assert (tmp_path / inputs["junit"]).is_file()


def check_sarif(log: Any) -> None:
    """What the standard asks of a log, and what this one has to say."""
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [SLUG]
    assert (result["ruleId"], result["level"]) == (SLUG, "error")
    assert "To see it again: lastchunk replay " in result["message"]["text"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "lastchunk.toml"
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert "violated" in steps[-1]["location"]["message"]["text"]


def test_a_regressed_figure_is_annotated_and_in_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(tmp_path, grace(5_000), "--update-baseline")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    found = ran(tmp_path, grace(2_500), "--github", "--quiet")
    assert found.code == 1
    (line,) = [item for item in found.lines if item.startswith("::")]
    assert line.startswith("::error file=")
    assert "regressed: complete_at_finalization: mine" in line
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "| regressed | complete_at_finalization: mine in cellular-lte by sampling |" in text
    accepted = ran(tmp_path, grace(2_500), "--github", "--quiet", "--update-baseline")
    assert accepted.code == 0
    assert not [item for item in accepted.lines if item.startswith("::")]


def test_the_hook_runs(tmp_path: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    script = f"{hook['entry']} {shlex.join(hook['args'])}"
    for design, code in (("alarm", 1), ("lazy-alarm", 0)):
        (tmp_path / "lastchunk.toml").write_text(check(design), encoding="utf-8")
        done = in_bash(tmp_path, script)
        assert done.returncode == code, done.stderr
        assert bool(done.stdout) == bool(code)


@pytest.mark.parametrize("bytes_max", [0, 10, 60, 100, 1_000, 10_000])
def test_a_summary_fits_and_says_how_much_did_not(bytes_max: int) -> None:
    rows = [f"| {number} | ä |" for number in range(200)]
    text = rows_that_fit(rows, bytes_max)
    assert len(text.encode("utf-8")) <= bytes_max
    shown = sum(line.startswith("|") for line in text.splitlines())
    if shown < 200 and bytes_max > 60:
        assert text.endswith(f"\n{200 - shown} more lines did not fit.\n")


def test_a_cell_stays_one_cell() -> None:
    assert table_cell("a | b\n<i>`c`\\") == "a \\| b &lt;i>\\`c\\`\\\\"


def test_elsewhere_than_in_actions_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    found = ran(tmp_path, check(), "--github")
    assert (found.code, found.lines) == (2, [])
    assert "--github: ''; allowed: only in a step of Actions" in capsys.readouterr().err
