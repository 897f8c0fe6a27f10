"""What exploring does about garbage: it is not looked for after each scope, nor left for good, and
no search gives up over what others have left."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.model.base import memory
from lastchunk.model.base.memory import COLLECT_OLD, NEVER_EARLY
from lastchunk.model.explore.matrix import cells
from lastchunk.model.explore.matrix.cells import Finding, chains_of, explore_chain
from lastchunk.model.explore.search import search
from lastchunk.model.explore.verify import Budget, verify

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
    monkeypatch.setattr(memory, "resident_mb", lambda: 0)
    before = gc.get_threshold()
    (slugs, *_) = chains_of(FAULTS, 1)
    explore_chain("alarm", FAULTS, 1, 60.0, slugs)
    assert told == [(NEVER_EARLY, COLLECT_OLD)] * SCOPES
    assert gc.get_threshold() == before


def test_what_scopes_leave_is_freed_once_it_is_much(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "resident_mb", lambda: memory.ROOM_MB + 1)
    (slugs, *_) = chains_of(FAULTS, 1)
    explore_chain("alarm", FAULTS, 1, 60.0, slugs)
    assert told.count("look") == SCOPES


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[int]], tuple[str, int]]:
    """A small search in a process of these sizes: what it says, and how often garbage was freed."""

    def looked(sizes_mb: list[int]) -> tuple[str, int]:
        freed = []
        told = iter(sizes_mb)
        last = sizes_mb[-1]
        monkeypatch.setattr(search, "resident_mb", lambda: next(told, last))
        monkeypatch.setattr(search, "free_garbage", lambda: freed.append(1))
        monkeypatch.setattr(search, "LOOK_EVERY", 1)
        budget = Budget(memory_mb=100)
        found = verify("small-scope", "alarm", "nothing_refused", budget, attack=0)
        return found.verdicts["nothing_refused"].reason, len(freed)

    return looked


@pytest.mark.parametrize(
    ("sizes_mb", "over", "times"),
    [
        ([50], False, 0),
        ([120, 50], False, 1),  # what others had left
        ([120, 50, 120, 50], False, 2),
        ([120, 120], True, 1),  # nothing of it was garbage
        ([120, 95, 99], False, 1),
        ([120, 95, 99, 101], True, 1),  # nearly full: no second look
    ],
)
def test_memory_is_used_up_by_what_is_no_garbage(
    looked: Callable[[list[int]], tuple[str, int]], sizes_mb: list[int], over: bool, times: int
) -> None:
    reason, freed = looked(sizes_mb)
    assert ("100 MB of memory" in reason) is over
    assert freed == times
