"""The report's section on every schedule: proofs, the boundary, a counterexample, a map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reports import proofs as section
from lastchunk.reports.claims.conditions import deployed_map
from lastchunk.reports.claims.ledger import ledger
from lastchunk.reports.markdown import markdown
from lastchunk.reports.review import evidence_of, make_review
from lastchunk.reports.write import render


def test_the_section_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Conditions and a whole map have tests of their own.
    monkeypatch.setattr(section, "ask_conditions", lambda *_: [])
    few = replace(deployed_map(), values_ms=(1_000, 2_000))
    monkeypatch.setattr(section, "deployed_map", lambda: few)
    found = section.make_proofs(["alarm", "lazy-alarm"], sessions=2)
    assert [item.verdict for item in found.verifications] == ["violated", "proved"]
    assert {item.scenario.name for item in found.verifications} == {"default-scope"}
    assert found.threshold is not None
    assert (found.threshold.below_ms, found.threshold.above_ms) == (16, 17)
    assert found.deployed is not None
    assert found.sampled is not None
    assert found.example is not None
    scenario = load_scenario("small-scope")
    comparison = compare(scenario, load_designs(["alarm"], scenario), 4, seed=1)
    review = make_review([comparison], [], "lastchunk report", 1.0, proofs=found)
    text = markdown(render(review, ledger(evidence_of(review)), tmp_path))
    _, _, section_text = text.partition("### Every schedule of one scope")
    table, _, rest = section_text.partition("What the scope default-scope assumes:")
    assert "a short recording with the deployed times" in table
    assert "| complete_at_finalization | violated | proved |" in table
    assert "| finalizes | proved | proved |" in table
    assert "- " in rest[:200]
    assert rest.index("another scope: small-scope, with made-up times") > 0
    assert "violated up to grace_ms = 16 and proved from 17 on" in text
    assert (tmp_path / "counterexample.png").is_file()
