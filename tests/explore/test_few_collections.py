"""What a matrix does about garbage: it is not looked for after each scope, nor left for good."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from lastchunk.model.explore.matrix import cells
from lastchunk.model.explore.matrix.cells import Finding, chains_of, explore_chain
from lastchunk.model.explore.search.search import COLLECT_EVERY, COLLECT_OLD

FAULTS = "any-delay"
SCOPES = 2


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a chain does, in order: its scopes by the thresholds in force, and each look."""
    told: list[Any] = []

    def explore(_: Any, scope: Any, slugs: Any, *rest: Any) -> dict[str, Finding]:
        told.append(gc.get_threshold()[:2])
        return dict.fromkeys(slugs, Finding("proved"))

    monkeypatch.setattr(cells, "explore_scope", explore)
    monkeypatch.setattr(gc, "collect", lambda: told.append("look"))
    return told


def test_between_the_scopes_of_a_chain_little_is_looked_for(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "memory_used_mb", lambda: 0)
    before = gc.get_threshold()
    (slugs, *_) = chains_of(FAULTS, 1)
    explore_chain("alarm", FAULTS, 1, 60.0, slugs)
    assert told == [(COLLECT_EVERY, COLLECT_OLD)] * SCOPES
    assert gc.get_threshold() == before


def test_what_scopes_leave_is_freed_once_it_is_much(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "memory_used_mb", lambda: cells.COLLECT_FROM_MB + 1)
    (slugs, *_) = chains_of(FAULTS, 1)
    explore_chain("alarm", FAULTS, 1, 60.0, slugs)
    assert told.count("look") == SCOPES
