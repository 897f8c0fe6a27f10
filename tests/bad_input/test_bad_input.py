"""Bad input ends in one line that names it, with exit code 2, and leaves nothing behind."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lastchunk.cli import main
from tests.bad_input.files import listed, make
from tests.bad_input.rows import COMMANDS, SCENARIOS, SETTINGS, SIMULATE, UPLINKS

ENDLESS = Path(__file__).parent.parent / "support" / "endless_designs.py"
Refused = Callable[[list[str], tuple[str, ...]], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("input")
    make(made)
    return made


@pytest.fixture
def refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """Run a command, and look at how it ends."""

    def look(arguments: list[str], words: tuple[str, ...]) -> None:
        monkeypatch.setattr(sys, "argv", ["lastchunk", *arguments])
        sys.modules.pop("lastchunk_design_mine", None)
        before = listed(folder)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert ended.value.code == 2, err
        assert out == "" or not arguments
        if arguments:
            assert err.startswith("lastchunk: ")
            assert err.endswith("\n")
            assert err.count("\n") == 1, err
            assert err.isprintable() or err.rstrip("\n").isprintable(), "no raw bytes"
            assert len(err) < 1_200
        for item in words:
            assert item in err + out
        assert listed(folder) == before

    return look


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting(setting: str, refused: Refused, folder: Path) -> None:
    override = setting.replace("{d}", str(folder))
    refused([*SIMULATE.split(), "--set", override], SETTINGS[setting])


@pytest.mark.parametrize("file", UPLINKS)
def test_a_measured_uplink(file: str, refused: Refused, folder: Path) -> None:
    refused([*SIMULATE.split(), "--uplink", str(folder / file)], UPLINKS[file])


@pytest.mark.parametrize("file", SCENARIOS)
def test_a_scenario(file: str, refused: Refused, folder: Path) -> None:
    refused(["simulate", str(folder / file)], SCENARIOS[file])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(command: str, refused: Refused, folder: Path) -> None:
    typed = command.replace("{d}", str(folder)).replace("{endless}", str(ENDLESS))
    refused(shlex.split(typed), COMMANDS[command])


def test_there_are_more_than_two_hundred() -> None:
    assert sum(map(len, (SETTINGS, UPLINKS, SCENARIOS, COMMANDS))) > 204
