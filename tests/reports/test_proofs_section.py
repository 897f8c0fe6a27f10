"""The section on every schedule: table and words from what exploring said, a map by counting."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest

from lastchunk.model.base.verdict import Verdict, VerdictKind
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.threshold import Threshold
from lastchunk.model.explore.verify import Verification
from lastchunk.model.explore.witness.words import explanation
from lastchunk.reports import proofs as section
from lastchunk.reports.claims.conditions import deployed_map
from lastchunk.reports.proofs import (
    Proofs,
    make_proofs,
    map_words,
    proof_table,
    proof_words,
    scope_assumptions,
    scope_block,
)

COMPLETE = "complete_at_finalization"


def verified(name: str, late_ms: int | None, **verdicts: VerdictKind) -> Verification:
    """What exploring might have said of a design."""
    known: Any = dict.fromkeys(item.name for item in fields(Verification))
    known |= {
        "design": load_design(name),
        "classes": 12_345,
        "seconds": 1.26,
        "late_ms": late_ms,
        "silent": (),
        "verdicts": {slug: Verdict(kind, 0, 0, 0.0, 1.0) for slug, kind in verdicts.items()},
    }
    return Verification(**known)


def proofs(*items: Verification, **more: Any) -> Proofs:
    empty: dict[str, Any] = {"refused": (), "threshold": None, "example": None}
    return Proofs(items, **(empty | more))


def test_the_table_has_a_row_for_each_property_that_anything_is_said_of() -> None:
    found = proof_table(
        proofs(
            verified("manual", None, nothing_lost="violated", complete_at_finalization="proved"),
            verified("alarm", 40_000, complete_at_finalization="unknown"),
        )
    )
    assert found["columns"] == ["property", "manual", "alarm"]
    assert found["rows"] == [
        [COMPLETE, "proved", "unknown"],
        ["nothing_lost", "violated", "not asked"],
        ["state classes", "12,345", "12,345"],
        ["seconds", "1.3", "1.3"],
        ["longest to finalization, ms", "no bound", "40,000"],
    ]


def test_the_words_say_what_was_refused_and_where_the_verdict_turns() -> None:
    limit = Threshold(COMPLETE, "grace_ms", "violated", 16, 17, ())
    refused = (("mine.py:Mine", "it divides a time"),)
    found = proofs(refused=refused, threshold=limit)
    assert proof_words(found) == ["mine.py:Mine cannot be explored: it divides a time"]
    scope, turn = map_words(found)
    assert "another scope: small-scope, with made-up times" in scope
    assert turn == f"Alarm design: {limit.sentence()}"
    assert (proof_words(proofs()), map_words(proofs())) == ([], [])
    assert scope_block(proofs()) is None


def test_what_all_designs_assume_is_said_once() -> None:
    one: Any = SimpleNamespace(design=load_design("manual"), assumptions=("a", "b", "poll 1 s"))
    two: Any = SimpleNamespace(design=load_design("alarm"), assumptions=("a", "b", "grace 5 s"))
    assert scope_assumptions([one, two]) == ["a", "b", "manual: poll 1 s", "alarm: grace 5 s"]
    assert scope_assumptions([one]) == ["a", "b", "poll 1 s"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two values of the map; no conditions, which have tests of their own."""
    monkeypatch.setattr(section, "ask_conditions", lambda *_: [])
    few = replace(deployed_map(), values_ms=(1_000, 2_000))
    monkeypatch.setattr(section, "deployed_map", lambda: few)


@pytest.mark.usefixtures("small")
def test_a_design_that_cannot_be_explored_is_named_and_the_others_are_there(tmp_path: Any) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from lastchunk.reference_impl.alarm import AlarmDesign\n"
        "class Mine(AlarmDesign):\n"
        "    async def signal_stop(self):\n"
        "        return self.ctx.now() / 2\n"
    )
    found = make_proofs(["manual", f"{file}:Mine"], 0)
    assert [item.design.name for item in found.verifications] == ["manual"]
    ((name, why),) = found.refused
    assert name == f"{file}:Mine"
    assert "multiply or divide a time" in why
    assert (found.threshold, found.example, found.deployed) == (None, None, None)


@pytest.mark.usefixtures("small")
def test_the_alarm_design_comes_with_its_widest_counterexample_just_below_the_boundary() -> None:
    found = make_proofs(["alarm"], 0)
    assert found.threshold is not None
    assert found.example is not None
    assert (found.threshold.below_ms, found.example.kind) == (16, "widest")
    assert found.example.run.design.settings.grace_ms == 16
    assert map_words(found)[2:] == explanation(found.example).splitlines()
    assert found.deployed is not None
    limits = [column.threshold for column in found.deployed.columns]
    assert [limit.above_ms for limit in limits if limit is not None] == [991, 1_991]
    assert found.sampled is None
