"""An interrupt while the command still starts ends it without a traceback, with its code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lastchunk.starting import is_command, module_called

ROOT = Path(__file__).parents[2]
LATER = ("lastchunk.starting", "pydantic", "lastchunk.cli")
"""Modules that the command imports, in order; after each of them it is interrupted."""
SCRIPT = "from lastchunk.cli import main\n\nmain()\n"
"""What an installed command consists of."""


def interrupted(command: list[str], module: str, number: int) -> tuple[int, str]:
    """Start a command, signal it as soon as a module is imported; its code and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What was started in the background ignores the interrupt, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    said = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if line.rstrip().endswith(f" {module}"):
            process.send_signal(number)
            break
    said.append(process.communicate(timeout=60)[1])
    return process.returncode, "".join(said)


@pytest.mark.parametrize("module", LATER)
@pytest.mark.parametrize("way", ["module", "script"])
def test_an_interrupt_while_it_starts_ends_it_quietly(
    way: str, module: str, tmp_path: Path
) -> None:
    script = tmp_path / "lastchunk"
    script.write_text(SCRIPT)
    command = ["-m", "lastchunk"] if way == "module" else [str(script)]
    code, said = interrupted([*command, "designs"], module, signal.SIGINT)
    words = [line for line in said.splitlines() if not line.startswith("import time:")]
    assert code == 130
    assert words == []


def test_a_termination_while_it_starts_has_its_code() -> None:
    code, said = interrupted(["-m", "lastchunk", "designs"], "pydantic", signal.SIGTERM)
    assert code == 143
    assert "Traceback" not in said


def test_a_program_that_imports_the_package_keeps_its_signals() -> None:
    code = (
        "import signal; signal.signal(2, signal.default_int_handler); import lastchunk; "
        "print(signal.getsignal(2) is signal.default_int_handler)"
    )
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import signal; signal.signal(2, signal.default_int_handler); {code}",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "True\n"


def test_the_command_is_known_by_how_it_was_called() -> None:
    assert is_command(["/usr/bin/lastchunk", "verify"], "")
    assert is_command(["C:/Scripts/lastchunk.exe"], "")
    assert is_command(["-m", "verify"], module_called(["python", "-m", "lastchunk", "verify"]))
    assert not is_command(["-m"], module_called(["python", "-m", "pytest"]))
    assert not is_command(["-c"], "")
    assert not is_command([], module_called(["python", "-m"]))


@pytest.mark.parametrize("at", ["before", "after"])
def test_an_interrupt_just_before_the_command_or_just_after_it_has_its_code(at: str) -> None:
    raised = "(_ for _ in ()).throw(signals.Interrupted(2))"
    code = (
        "from contextlib import contextmanager\n"
        "from lastchunk import cli\n"
        "from lastchunk.cli import signals\n"
        "@contextmanager\n"
        "def handled():\n"
        f"    {raised if at == 'before' else 'pass'}\n"
        "    yield signals.Ending()\n"
        f"    {raised if at == 'after' else 'pass'}\n"
        "cli.handled = handled\n"
        "cli.main()\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, "designs"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 130
    assert found.stderr == ""


@pytest.mark.parametrize("where", ["a bare except", "a finalizer"])
def test_an_interrupt_that_other_code_throws_away_comes_again(where: str) -> None:
    """Libraries have bare excepts: the command still ends, and cleans up, long before its limit."""
    lost = "Slow()" if where == "a finalizer" else "swallow()"
    code = (
        "import os, signal, time\n"
        "from lastchunk import cli\n"
        "def late():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(0.05)\n"
        "class Slow:\n"
        "    def __del__(self):\n"
        "        late()\n"
        "def swallow():\n"
        "    try:\n"
        "        late()\n"
        "    except:\n"
        "        pass\n"
        "def work(prog_name, standalone_mode):\n"
        "    try:\n"
        f"        {lost}\n"
        "        time.sleep(30)\n"
        "    finally:\n"
        "        print('cleaned up')\n"
        "cli.app = work\n"
        "cli.main()\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        # What was started in the background ignores the interrupt, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (found.returncode, found.stdout, found.stderr) == (130, "cleaned up\n", "")
