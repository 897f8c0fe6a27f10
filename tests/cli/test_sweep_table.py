"""The table that `sweep` prints: the least and the highest rate over the points, as counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import binomtest
from typer.testing import CliRunner

from lastchunk.cli import app

PLAN = """
scenarios = ["lossy-mobile"]
designs = ["alarm"]
sessions = 60
[axes]
"design.grace_ms" = [500, 2000]
"""
SLUG = "nothing_lost"


def counted(out: Path) -> list[int]:
    """The violations of each point, as a sweep of that point alone counts them."""
    import pandas as pd

    rates = pd.read_parquet(out / "rates.parquet")
    return sorted(int(each) for each in rates[rates["property"] == SLUG]["violations"])


def words(violations: int, sessions: int) -> str:
    """A rate with Wilson's interval, by scipy."""
    low, high = binomtest(violations, sessions).proportion_ci(method="wilson")
    shown = [100 * each for each in (violations / sessions, low, high)]
    return "{} % ({} % to {} %)".format(*(f"{e:.2f}" if e < 10 else f"{e:.1f}" for e in shown))


def test_each_rate_stands_with_its_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    plan, out = tmp_path / "plan.toml", tmp_path / "out"
    plan.write_text(PLAN, encoding="utf-8")
    result = CliRunner().invoke(app, ["sweep", str(plan), "--out", str(out), "--workers", "1"])
    assert result.exit_code == 0
    least, most = counted(out)
    assert 0 < least < most
    (line,) = [line for line in result.output.splitlines() if SLUG in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells == ["lossy-mobile", "alarm", SLUG, words(least, 60), words(most, 60), "120"]
