"""A gate that fails says what to type to see it, and that shows it: each command is run."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lastchunk.cli import main
from lastchunk.cli.gate import ROW_BYTES, many_rows, much_to_do
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.scenario.load import load_scenario

Run = Callable[[str], tuple[int, str, str]]
CANARIES = Path(__file__).parents[1] / "oracles" / "canaries.py"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(command: str) -> tuple[int, str, str]:
        words = shlex.split(command)
        assert words[0] == "lastchunk"
        monkeypatch.setattr(sys, "argv", words)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


def failures(out: str) -> list[tuple[str, str, str]]:
    """The property, the design, and what to type, of each line of a gate."""
    found = []
    for line in out.splitlines():
        if line.startswith("failed: "):
            head, _, command = line.partition("it: ")
            slug, design = head.removeprefix("failed: ").split(":")[0].split(", ")
            found.append((slug, design, command))
    return found


@pytest.mark.parametrize(
    "more",
    ["", "--set 'network.request_delay_ms={distribution=\"uniform\", low_ms=1, high_ms=90}'"],
)
def test_a_comparison_names_the_session_and_the_command_that_shows_it(run: Run, more: str) -> None:
    code, out, err = run(
        f"lastchunk compare lossy-mobile --design manual --design {CANARIES}:CompletesAtOnce "
        f"--sessions 12 --seed 3 --workers 1 --gate {more}"
    )
    assert (code, err) == (1, "")
    found = [item for item in failures(out) if item[2]]
    assert {design for _, design, _ in found} == {"manual", "CompletesAtOnce"}
    for slug, _, command in found[:3] + found[-1:]:
        code, shown, err = run(command)
        assert (code, err) == (0, "")
        line = next(line for line in shown.splitlines() if line.strip().startswith(slug))
        assert "violated at" in line


def test_a_gate_that_holds_says_no_more(run: Run) -> None:
    code, out, _ = run(
        "lastchunk compare harmless --sessions 3 --workers 1 --gate --property nothing_lost"
    )
    assert (code, failures(out)) == (0, [])


@pytest.mark.parametrize("out", ["", " --out 'my proof'"])
def test_a_verification_names_the_schedule_and_the_command_that_replays_it(
    run: Run, out: str
) -> None:
    slug = "complete_at_finalization"
    code, shown, err = run(
        f"lastchunk verify small-scope --set chunks=1 --set grace_ms=3 --property {slug}{out}"
    )
    assert (code, err) == (1, "")
    [(failed, design, command)] = failures(shown)
    assert (failed, design) == (slug, "alarm")
    *before, last = command.split("; ")
    for item in before:
        assert run(item)[0] == 1
    code, shown, err = run(last)
    assert (code, err) == (0, "")
    assert "violated at" in next(line for line in shown.splitlines() if slug in line)


def test_an_unknown_verdict_says_why(run: Run) -> None:
    code, out, _ = run(
        "lastchunk verify small-scope --set chunks=1 --classes 2 --property nothing_lost"
    )
    assert code == 3
    assert "failed: nothing_lost, alarm: unknown, the budget of 2 classes" in out


def test_much_to_do_is_said_before_it_begins() -> None:
    def said(*overrides: str, sessions: int = 20) -> str:
        scenario = load_scenario("everything-fast", overrides)
        return much_to_do(scenario, load_designs(["alarm", "manual"], scenario), sessions)

    assert said() == ""
    assert "about 22,400,000 happenings" in said("client.chunk_ms=1")
    assert "limits.happenings_max = 300,000 will cut" in said("client.chunk_ms=1")
    assert "of 2 designs; Ctrl-C ends it" in said(sessions=100_000)


def test_rows_that_take_much_memory_are_said_before_they_are_kept() -> None:
    assert many_rows(500_000, 2) == ""
    assert "take up to 16.8 GB of memory" in many_rows(10_000_000, 2)


def test_a_row_takes_so_much_memory() -> None:
    frame = compare("everything-fast", ["alarm", "lazy-alarm"], 500).frame
    row_bytes = frame.memory_usage(index=False).sum() / len(frame)
    assert 0.9 * ROW_BYTES < row_bytes < 1.1 * ROW_BYTES


def test_a_design_that_cannot_be_asked_what_was_named_passes_no_gate(run: Run) -> None:
    asked = "lastchunk compare harmless --sessions 2 --workers 1 --gate --design outbox"
    assert run(f"{asked} --property notified_once")[0] == 0
    code, out, _ = run(f"{asked} --design alarm --property notified_once")
    assert code == 3
    words = "failed: notified_once, alarm: unknown, only a design that notifies can be asked\n"
    assert out.endswith(words)
    one_fails = f"{asked} --design alarm --property notified_once --property finalizes_promptly"
    assert run(one_fails)[0] == 1
    assert "not asked" not in run(f"{asked} --design alarm")[1].split("failed: ", 1)[1]
