"""The report's section on every schedule: proofs, the boundary, a counterexample, a map."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.design import load_designs
from model.estimate.comparison import compare
from model.scenario.load import load_scenario
from reports import proofs as section
from reports.markdown import markdown
from reports.review import make_review
from reports.write import render


def test_the_section_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "VALUES", (2, 8))
    found = section.make_proofs(["manual", "alarm", "lazy-alarm"], sessions=20)
    assert [item.verdict for item in found.verifications] == ["proved"] * 3
    assert found.threshold is not None
    assert (found.threshold.below_ms, found.threshold.above_ms) == (16, 17)
    assert found.region is not None
    assert [limit.above_ms for _, limit in found.region.boundaries] == [5, 17]
    assert found.example is not None
    scenario = load_scenario("small-scope")
    comparison = compare(scenario, load_designs(["manual", "alarm"], scenario), 4, seed=1)
    review = make_review([comparison], [], "lastchunk report", 1.0, proofs=found)
    text = markdown(render(review, tmp_path))
    assert "## Every schedule of the small scope" in text
    assert "| complete\\_at\\_finalization | proved | proved | proved |" in text.replace(
        "complete_at", "complete\\_at"
    ).replace("at_final", "at\\_final")
    assert "violated up to grace_ms = 16 and proved from 17 on" in text
    assert (tmp_path / "safe-region.png").is_file()
