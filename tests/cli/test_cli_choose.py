"""``lastchunk choose``: what it prints and writes, and the exit code of a gate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app, run
from lastchunk.cli.ends import code_of
from lastchunk.reports.base.sealed import check_seal

GIVEN = ("choose", "--scenario", "small-scope", "--workers", "1")
ASKED = ("--require", "complete_at_finalization")


def chosen(*words: str) -> Any:
    """Run the command in this process."""
    return CliRunner().invoke(app, [*GIVEN, *ASKED, *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """What was printed, and the folder."""
    out = tmp_path_factory.mktemp("choose") / "out"
    return chosen("--free", "grace_ms=10,40", "--out", str(out)), out


def test_it_says_what_holds_and_what_is_chosen(written: tuple[Any, Path]) -> None:
    result, out = written
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "small-scope: explored, every schedule within its bounds"
    assert lines[1] == ("grace_ms holds from 17 to 40; at 16 it is violated: exact to the ms")
    assert lines[2].startswith("the cheapest and the promptest: grace_ms = 17 (proved): $")
    assert f"{out}: choose.json, frontier.png, frontier.svg, 2 schedules in schedules" in lines


def test_the_folder_has_all_of_it_under_a_seal(written: tuple[Any, Path]) -> None:
    _, out = written
    data = json.loads((out / "choose.json").read_text(encoding="utf-8"))
    check_seal(data, "choose.json")
    assert data["promptest"] == {"grace_ms": 17}
    assert [(each["values"]["grace_ms"], each["status"]) for each in data["settings"]] == [
        (10, "violated"),
        (16, "violated"),
        (17, "proved"),
        (40, "proved"),
    ]
    for setting in data["settings"]:
        assert (setting["price"] is None) is not setting["holds"]
        for verdict in setting["verdicts"]:
            if verdict["status"] == "violated":
                schedule = lastchunk.read_schedule(out / verdict["schedule"])
                run = lastchunk.replay(schedule)
                found = run.check(verdict["property"])[verdict["property"]]
                assert type(found).__name__ == "Violation"
                assert schedule.settings["grace_ms"] == setting["values"]["grace_ms"]
    assert (out / "frontier.png").read_bytes()[:4] == b"\x89PNG"
    svg = (out / "frontier.svg").read_text(encoding="utf-8")
    assert "cheapest and promptest" in svg
    assert "dollars per million sessions" in svg


def test_the_same_again_has_the_same_bytes(written: tuple[Any, Path], tmp_path: Path) -> None:
    chosen("--free", "grace_ms=10,40", "--out", str(tmp_path / "again"))
    files = sorted(each for each in written[1].rglob("*") if each.is_file())
    assert files
    for each in files:
        assert (tmp_path / "again" / each.relative_to(written[1])).read_bytes() == each.read_bytes()


def test_where_nothing_holds_it_fails_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "none"
    result = chosen("--free", "grace_ms=12,16", "--out", str(out))
    assert result.exit_code == 1
    assert "none of the 2 settings that were looked at holds on every scenario" in result.output
    assert "small-scope forbids every one of them: complete_at_finalization violated in 2" in (
        result.output
    )
    data = json.loads((out / "choose.json").read_text(encoding="utf-8"))
    assert (data["cheapest"], data["frontier"], data["exit_code"]) == (None, [], 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--free", "watchdog_ms"), "--free: 'watchdog_ms'; allowed: a setting of alarm"),
        (
            ("--free", "limits.horizon_ms=1000..9000"),
            "--free: 'limits.horizon_ms=1000..9000'; allowed: a setting of what is built",
        ),
        (("--free", "grace_ms=5..1"), "--free: 'grace_ms=5..1'; allowed: a range from low"),
        (("--free", "grace_ms", "--require", "nothing"), "--require: 'nothing'; allowed: one of"),
        (("--free", "grace_ms", "--scenario", "nowhere"), "scenario: 'nowhere'"),
        (("--free", "grace_ms", "--design", "nobody"), "nobody"),
        (("--free", "grace_ms", "--out", "/dev/null"), "--out: '/dev/null'"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    words: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["lastchunk", *GIVEN, *ASKED, *words])
    code = code_of(run)
    errors = capsys.readouterr().err
    assert code == 2
    assert said in errors
    assert errors.count("\n") == 1
