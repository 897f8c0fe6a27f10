"""What no file can be called, and a table of parameters that is none: input, and not a failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lastchunk.cli import main

LONG = "a" * 5_000
PLAN = 'scenarios = ["harmless"]\ndesigns = ["alarm"]\nsessions = 2\n'
AXES = '[axes]\n"client.retry_ms" = [1, 2]\n'
CHECKS = '[[checks]]\ndesigns = ["alarm"]\nproperties = ["finalizes"]\nby = ["sampling"]\n'
ZERO = '"a\\u0000b"'
LISTED = '[network]\nrequest_delay_ms = "$slow"\n'
FILES = {
    "good.toml": PLAN + AXES,
    "traced.toml": f'[uplink]\nkind = "trace"\nfile = {ZERO}\n',
    "traced-plan.toml": f"{PLAN}uplink = {ZERO}\n{AXES}",
    "delays.toml": f'network.request_delay_ms = {{distribution = "empirical", file = {ZERO}}}\n',
    "baseline.toml": f'baseline = {ZERO}\n{CHECKS}scenarios = ["harmless"]\n',
    "long.toml": f'{CHECKS}scenarios = ["{LONG}"]\n',
    "list.toml": f'parameters = ["slow"]\n{LISTED}',
    "tables.toml": f"{LISTED}\n[[parameters]]\nslow = 5\n",
    "text.toml": f'parameters = "slow"\n{LISTED}',
}
TOO_LONG = "File name too long"
NO_BYTE = "null byte"
COMMANDS = {
    f"simulate harmless --design {LONG}.py:X": TOO_LONG,
    f"simulate harmless --design {LONG}.ts:X": TOO_LONG,
    f"compare harmless --sessions 2 --property {LONG}.py:x": TOO_LONG,
    f"compare harmless --sessions 2 --properties {LONG}.py": TOO_LONG,
    f"bind {LONG}.ts": TOO_LONG,
    f"sweep good.toml --out {LONG}": TOO_LONG,
    "ci long.toml": TOO_LONG,
    "ci baseline.toml": NO_BYTE,
    "ci baseline.toml --update-baseline": NO_BYTE,
    "simulate traced.toml": NO_BYTE,
    "simulate delays.toml": NO_BYTE,
    "sweep traced-plan.toml --out o": NO_BYTE,
    "simulate list.toml": "list.toml: parameters: ['slow']; allowed: a table",
    "simulate tables.toml": "tables.toml: parameters: [{'slow': 5}]; allowed: a table",
    "simulate text.toml": "text.toml: parameters: 'slow'; allowed: a table",
    "simulate small-scope --set parameters=[5]": "--set parameters: [5]; allowed: a table",
    "simulate small-scope --set parameters=5 --set chunks=1": "--set parameters: 5; allowed: a",
    "simulate list.toml --set slow=5": "list.toml: parameters: ['slow']; allowed: a table",
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:50])
def test_it_is_refused_in_one_line(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["lastchunk", *command.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2, said
    assert COMMANDS[command] in said
    assert said.count("\n") == 1
    assert len(said) < 600
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
