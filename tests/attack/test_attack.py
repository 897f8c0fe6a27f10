"""The attack suite: each design gets the verdict that is true, or a refusal that names its line.

A refusal is right only where a line is marked in the design's source. What uses no more than the
subset lists has no mark: it must be explored, and come out as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.ground import AS_SAMPLED, REFUSED, found, refused_lines, sampled
from tests.attack.table import TRIED


@pytest.mark.parametrize("name", TRIED)
def test_a_design_gets_the_true_verdict_or_a_refusal_that_names_its_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a proof that is refuted leaves its schedule where it is run
    tried = TRIED[name]
    kind, words = found(tried)
    if kind == REFUSED:
        marked = tried.marked()
        assert marked, f"this one uses what the subset lists, but: {words}"
        assert refused_lines(words) & marked, f"lines {sorted(marked)}, but: {words}"
    else:
        assert kind == (sampled(tried) if tried.truth == AS_SAMPLED else tried.truth), words


def test_there_are_many_designs_and_many_of_them_must_be_proved() -> None:
    listed = {tried.cls for tried in TRIED.values() if not tried.marked()}
    proved = {t.cls for t in TRIED.values() if t.truth == "proved" and not t.marked()}
    assert len({tried.cls for tried in TRIED.values()}) > 200
    assert len(listed) > 80
    assert len(proved) > 80
