"""A shell is told what may come next, as of other typer tools; no failure is called internal."""

from __future__ import annotations

import sys

import pytest

from lastchunk.cli import main
from lastchunk.cli.completing import VARIABLE
from lastchunk.cli.lazy import COMMANDS


class Asked:
    """What the command says to a shell: its exit code and its output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.patch, self.capsys = monkeypatch, capsys

    def by(self, *words: str, **variables: str) -> tuple[int, str, str]:
        """Its exit code, standard output and standard error, with such variables."""
        with self.patch.context() as patch:
            patch.setattr(sys, "argv", ["lastchunk", *words])
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, *self.capsys.readouterr()

    def bash(self, line: str) -> list[str]:
        """What may stand at the end of a line, as bash asks."""
        words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        code, out, err = self.by(**{VARIABLE: "complete_bash"}, **words)
        assert (code, err) == (0, "")
        return out.split()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Asks."""
    return Asked(monkeypatch, capsys)


def test_commands_and_their_options_are_completed(asked: Asked) -> None:
    assert asked.bash("lastchunk ") == list(COMMANDS)
    assert asked.bash("lastchunk ver") == ["verify"]
    assert asked.bash("lastchunk verify --th") == ["--threshold"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_ask(shell: str, asked: Asked) -> None:
    code, out, err = asked.by(**{VARIABLE: f"source_{shell}"})
    assert (code, err) == (0, "")
    assert f"{VARIABLE}=complete_{shell}" in out


@pytest.mark.parametrize("value", ["complete_bash", "complete_tcsh", "1"])
def test_where_no_shell_asks_it_is_a_wrong_use(value: str, asked: Asked) -> None:
    code, _, err = asked.by("verify", **{VARIABLE: value})
    assert (code, err.count("\n")) == (2, 1)
    assert "internal error" not in err


def test_a_variable_that_says_nothing_changes_no_exit_code(asked: Asked) -> None:
    words = ("verify", "small-scope", "--set", "chunks=1", "--set", "grace_ms=5")
    assert asked.by(*words, **{VARIABLE: ""})[0] == 1


def test_no_command_s_own_help_speaks_of_it(asked: Asked) -> None:
    assert "--install-completion" in asked.by("--help")[1]
    assert "completion" not in asked.by("designs", "--help")[1]
