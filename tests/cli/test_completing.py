"""A shell is told what may come next, as of other typer tools; no failure is called internal."""

from __future__ import annotations

import sys

import pytest

from lastchunk.cli import main
from lastchunk.cli.completing import VARIABLE
from lastchunk.cli.lazy import COMMANDS
from lastchunk.model.properties import PROPERTIES
from lastchunk.reference_impl.designs import DESIGNS


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


def test_names_that_an_option_takes_are_completed(asked: Asked) -> None:
    assert asked.bash("lastchunk verify --design ") == list(DESIGNS)
    assert asked.bash("lastchunk compare lossy-mobile --design le") == ["leases"]
    assert asked.bash("lastchunk simulate sl") == ["sleeping-laptop", "slow-uplink"]
    assert asked.bash("lastchunk scenarios har") == ["harmless"]
    assert asked.bash("lastchunk report --scenario harm") == ["harmless"]
    assert asked.bash("lastchunk rare x --property finalizes_") == [
        slug for slug in PROPERTIES if slug.startswith("finalizes_")
    ]
    assert asked.bash("lastchunk matrix --faults c") == ["client-lost", "crashes", "commits"]
    assert asked.bash("lastchunk compare x --engine k") == ["kernel"]


def test_where_no_name_begins_so_a_shell_offers_files(asked: Asked) -> None:
    assert asked.bash("lastchunk verify --design my_design.p") == []
    assert asked.bash("lastchunk verify ./my") == []
    assert asked.bash("lastchunk verify --design ease") == [], "it stands within leases"


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
