"""The page of a sweep of which sensitivities are asked: each scenario's own, and what has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.sweeps.result import SweepResult
from lastchunk.reports.sweep_page import write_sweep_page

BASE = 4
NAMES = ["network.request_loss", "client.retry_ms"]
POINTS = [[float(at), float(at % 3)] for at in range(BASE * 4)]


def swept(rates: dict[str, list[float]]) -> SweepResult:
    """A sweep of one design, with such rates in each scenario; a point without one has none."""
    rows = [
        {"scenario": scenario, **dict(zip(NAMES, point, strict=True)), "rate": rate}
        for scenario, each in rates.items()
        for point, rate in zip(POINTS, each, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(design="alarm", property="finalizes", low=0.0, high=1.0)
    about = {
        "method": "saltelli",
        "axes": NAMES,
        "base": BASE,
        "bounds": dict.fromkeys(NAMES, (0, 9)),
        "points": POINTS,
        "sessions": 5,
        "seed": 1,
        "scenarios": [{"name": name} for name in rates],
        "designs": [{"name": "alarm"}],
    }
    return SweepResult(about, frame.dropna(), pd.DataFrame(columns=["figure"]), 1, 1)


def by_loss() -> list[float]:
    """What the first setting alone decides."""
    first, second = [0.1, 0.2, 0.3, 0.4], [0.4, 0.1, 0.2, 0.3]
    return [*first, *second, *second, *first]


def by_retry() -> list[float]:
    """What the second one alone decides."""
    first, second = [0.1, 0.2, 0.3, 0.4], [0.4, 0.1, 0.2, 0.3]
    return [*first, *second, *first, *second]


def test_each_scenario_has_its_own_sensitivities(tmp_path: Path) -> None:
    result = swept({"fast": by_loss(), "slow": by_retry()})
    for scenario, most in {"fast": NAMES[0], "slow": NAMES[1]}.items():
        found = lastchunk.sensitivity(result, "finalizes", scenario=scenario)
        assert found["setting"][0] == most
        assert found["with_others"][1] == 0
    first = lastchunk.sensitivity(result, "finalizes")
    assert first.equals(lastchunk.sensitivity(result, "finalizes", "alarm", "fast"))
    with pytest.raises(InputError, match="scenario: 'other'; allowed: one of fast, slow"):
        lastchunk.sensitivity(result, "finalizes", scenario="other")
    write_sweep_page(result, tmp_path, "finalizes")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    for scenario in ("fast", "slow"):
        words = f"Which settings matter to finalizes of alarm in {scenario}"
        assert f"<h2>{words}</h2>" in page


def test_what_a_point_says_nothing_of_has_a_sentence(tmp_path: Path) -> None:
    silent = [*by_loss()[:-1], np.nan]
    write_sweep_page(swept({"fast": silent, "slow": by_loss()}), tmp_path, "finalizes")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    words = "Which settings matter to finalizes of alarm in fast"
    why = "the figure must be one of which every point says something; 1 of 16 do not."
    assert f"<h2>{words}</h2><p>Not known: {why}</p>" in page
    assert page.count("<svg") == 1
    assert (tmp_path / "sweep.png").exists()
    made = tmp_path / "alone"
    made.mkdir()
    write_sweep_page(swept({"fast": silent}), made, "finalizes")
    assert "Not known" in (made / "sweep.html").read_text(encoding="utf-8")
    assert not (made / "sweep.png").exists()


def test_a_design_that_is_not_asked_has_a_sentence(tmp_path: Path) -> None:
    result = swept({"fast": by_loss()})
    other = result.rates.assign(design="outbox", property="notified_once")
    about = result.about | {"designs": [{"name": "alarm"}, {"name": "outbox"}]}
    both = SweepResult(about, pd.concat([result.rates, other]), result.means, 1, 1)
    write_sweep_page(both, tmp_path, "notified_once")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "notified_once of alarm</h2><p>Not known: " in page
    assert "16 of 16 do not.</p><h2>Which settings matter to notified_once of outbox" in page
    assert page.count("<svg") == 1


def test_a_mean_has_its_table(tmp_path: Path) -> None:
    result = swept({"fast": by_loss()})
    means = result.rates.drop(columns=["rate", "property"]).assign(figure="delay_ms", sessions=5)
    means = means.assign(mean=5_400.25, low=5_000.0, high=5_800.5)
    means.loc[3, ["mean", "low", "high"]] = np.nan
    means.loc[4, ["low", "high"]] = np.nan
    write_sweep_page(SweepResult(result.about, result.rates, means, 1, 1), tmp_path, "delay_ms")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "<th>design</th><th>mean</th></tr>" in page
    assert page.count("<td>5,400 (5,000 to 5,800)</td>") == 14
    assert page.count("<td>nothing said</td>") == page.count("<td>5,400</td>") == 1


def test_what_varies_beside_both_samples_alone_is_not_called_still() -> None:
    rates = [0.0] * 16
    rates[9] = 0.2
    with pytest.raises(InputError, match="varies over the first 8 points"):
        lastchunk.sensitivity(swept({"fast": rates}), "finalizes")
