"""A scenario with measured files is the same one wherever they lie, and another one if they say
something else: to a baseline, and to the folder of a sweep."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from tests.gate.ci.test_ci import ran

UPLINK = '[uplink]\nkind = "trace"\nfile = "my.up"\n'
DELAYS = '[network]\nrequest_delay_ms = { distribution = "empirical", file = "delays.csv" }\n'
SIZES = '[recording]\nchunk_sizes = { kind = "measured", file = "sizes.txt" }\n'
FILES = {
    "my.up": "".join(f"{ms}\n" for ms in range(5, 2_000, 5)),
    "delays.csv": "100\n3000\n",
    "sizes.txt": "900000\n40000\n",
}
CHECKS = """
sessions = 40
baseline = "base.json"

[[checks]]
designs = [{ label = "mine", design = "alarm", settings = { grace_ms = 5000 } }]
scenarios = ["network.toml"]
properties = ["complete_at_finalization"]
by = ["sampling"]
at_most = 1
"""
PLAN = """
scenarios = ["network.toml"]
designs = ["alarm"]
sessions = 4
[axes]
"client.retry_ms" = [1000, 2000]
"""


def written(folder: Path, scenario: str) -> Path:
    """A folder with a scenario, its files, and a plan."""
    folder.mkdir()
    for name, text in {**FILES, "network.toml": scenario, "plan.toml": PLAN}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("scenario", [UPLINK, DELAYS, SIZES])
def test_a_baseline_is_compared_with_from_any_folder(scenario: str, tmp_path: Path) -> None:
    here, there = written(tmp_path / "here", scenario), tmp_path / "there"
    assert ran(here, CHECKS, "--update-baseline").code == 0
    shutil.copytree(here, there)
    again = ran(there, CHECKS)
    assert [line.partition(":")[0] for line in again.lines[1:-1]] == ["within noise"]


def test_a_shorter_grace_is_caught_in_another_folder(tmp_path: Path) -> None:
    here, there = written(tmp_path / "here", DELAYS), tmp_path / "there"
    ran(here, CHECKS, "--update-baseline")
    shutil.copytree(here, there)
    assert ran(there, CHECKS.replace("5000", "1000")).code == 1


def test_another_measured_uplink_is_another_scenario(tmp_path: Path) -> None:
    here = written(tmp_path / "here", UPLINK)
    ran(here, CHECKS, "--update-baseline")
    (here / "my.up").write_text("".join(f"{ms}\n" for ms in range(9, 2_000, 9)), encoding="utf-8")
    assert ran(here, CHECKS).lines[1].endswith("the baseline has it of another scenario")


@pytest.mark.parametrize("scenario", [UPLINK, DELAYS, SIZES])
def test_a_sweep_goes_on_from_any_folder(scenario: str, tmp_path: Path) -> None:
    here, there = written(tmp_path / "here", scenario), tmp_path / "there"
    shutil.copytree(here, there)
    plans = [lastchunk.read_plan(folder / "plan.toml") for folder in (here, there)]
    first = lastchunk.sweep_plan(plans[0], tmp_path / "out")
    chunks = sorted((tmp_path / "out").glob("*/*.parquet"))
    written_at = [path.stat().st_mtime_ns for path in chunks]
    again = lastchunk.sweep_plan(plans[1], tmp_path / "out")
    assert first is not None
    assert again is not None
    assert len(again.rates) > 0
    assert again.rates.equals(first.rates)
    assert chunks
    assert [path.stat().st_mtime_ns for path in chunks] == written_at, "no chunk is run again"


def test_a_sweep_with_another_measured_uplink_is_another_one(tmp_path: Path) -> None:
    here = written(tmp_path / "here", UPLINK)
    lastchunk.sweep_plan(lastchunk.read_plan(here / "plan.toml"), tmp_path / "out")
    (here / "my.up").write_text("".join(f"{ms}\n" for ms in range(9, 2_000, 9)), encoding="utf-8")
    with pytest.raises(InputError, match="it holds another: scenarios"):
        lastchunk.sweep_plan(lastchunk.read_plan(here / "plan.toml"), tmp_path / "out")
