"""The exports: Spin, where it is installed, comes to the same verdicts."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.export.promela import promela
from lastchunk.model.explore.export.tchecker import tchecker
from lastchunk.model.scenario.load import load_scenario
from tests.explore.test_small_scope import is_violated, random_config
from tests.oracles.ticks import Config

HAS_SPIN = shutil.which("spin") is not None and shutil.which("cc") is not None


def spin_violates(text: str, folder: Path) -> bool:
    """What Spin says: whether the assertion can fail."""
    (folder / "model.pml").write_text(text, encoding="utf-8")
    for command in ("spin -a model.pml", "cc -O1 -w -DSAFETY -o pan pan.c", "./pan -m1000000"):
        done = subprocess.run(
            command.split(), cwd=folder, capture_output=True, text=True, check=True
        )
    found = re.search(r"errors: (\d+)", done.stdout)
    assert found is not None, done.stdout
    assert "truncated" not in done.stdout
    assert "pan:1: invalid end state" not in done.stdout
    return int(found.group(1)) > 0


@pytest.mark.skipif(not HAS_SPIN, reason="spin or a C compiler is not installed")
@pytest.mark.parametrize("number", range(8))
def test_spin_agrees(number: int, tmp_path: Path) -> None:
    standard = Config(2, 1, 8, 1, 16 + number % 2, 40, 1, 1)
    dice = random.Random(number)
    config = standard if number < 2 else random_config(dice)
    if config.low == 0:
        config = config._replace(low=1, high=config.high + 1)
    text = promela(load_scenario("small-scope", config.overrides()))
    assert spin_violates(text, tmp_path) == is_violated(config)


def test_the_tchecker_text_names_what_it_uses() -> None:
    for config in (Config(2, 1, 8, 1, 20, 40, 1, 1), Config(3, 2, 5, 1, 9, 40, 0, 0)):
        lines = tchecker(load_scenario("small-scope", config.overrides())).splitlines()
        events = {line.split(":")[1] for line in lines if line.startswith("event:")}
        places = {tuple(re.split("[:{]", line)[1:3]) for line in lines if line[:9] == "location:"}
        clocks = {line.split(":")[2] for line in lines if line.startswith("clock:")}
        edges = [re.split("[:{]", line) for line in lines if line.startswith("edge:")]
        assert edges
        for _, process, source, target, event, *_ in edges:
            assert {(process, source), (process, target)} <= places
            assert event in events
        for name in re.findall(r"[(:&{]([a-z]\d*)[<>=]", "\n".join(lines)):
            assert name in clocks
        assert "location:alarm:wrong{labels:violated}" in lines


@pytest.mark.parametrize("export", [promela, tchecker])
def test_another_scenario_is_refused(export: object) -> None:
    with pytest.raises(InputError, match="small-scope with other numbers"):
        export(load_scenario("everything-fast"))  # type: ignore[operator]
