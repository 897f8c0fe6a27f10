"""When garbage is looked for: what is left goes with a process that ends soon, and nothing of it is
kept where memory gets short."""

from __future__ import annotations

import gc
import mmap
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.base import memory
from lastchunk.model.base.memory import (
    COLLECT_OLD,
    LESS_OFTEN,
    NEVER_EARLY,
    EndsSoon,
    few_collections,
    free_garbage,
    let_go,
    make_room,
    only_new_garbage,
    resident_mb,
    room_mb,
)
from lastchunk.model.base.workers import pool


class Loose:
    """What nothing refers to, itself least of all."""


class Ring:
    """An object that only a look for cycles frees."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What these tests set aside is no other test's; others may have made the process large."""
    before = gc.get_threshold()
    monkeypatch.setattr(memory, "room_mb", lambda: 1_000_000)
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.fixture
def ends_soon_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process ends with its task, for the time of a test."""
    monkeypatch.setattr(EndsSoon, "is_so", True)


def test_the_thresholds_are_those_from_before_also_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError) as raised, few_collections():
        raise KeyError(gc.get_threshold()[:2])
    assert raised.value.args == ((NEVER_EARLY, COLLECT_OLD),)
    assert gc.get_threshold() == before


def test_nothing_is_set_aside_in_a_process_that_goes_on() -> None:
    aside = gc.get_freeze_count()
    with few_collections():
        ring = weakref.ref(Ring())
    assert gc.get_freeze_count() == aside
    gc.collect()
    assert ring() is None


@pytest.mark.usefixtures("ends_soon_here")
def test_what_is_left_is_set_aside_in_a_process_that_ends_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with few_collections():
        ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is not None
    monkeypatch.setattr(memory, "room_mb", lambda: 0)
    make_room()
    assert ring() is None


@pytest.mark.usefixtures("ends_soon_here")
def test_a_process_that_ends_soon_makes_room_before_more_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with few_collections():
        ring = weakref.ref(Ring())
    with few_collections():
        assert ring() is not None
    monkeypatch.setattr(memory, "room_mb", lambda: 0)
    with few_collections():
        assert ring() is None


@pytest.mark.usefixtures("ends_soon_here")
def test_work_that_comes_again_and_again_sets_nothing_aside() -> None:
    before, aside = gc.get_threshold(), gc.get_freeze_count()
    with few_collections(LESS_OFTEN, keeps=False):
        ring = weakref.ref(Ring())
        assert gc.get_threshold()[:2] == (LESS_OFTEN, COLLECT_OLD)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == aside
    gc.collect()
    assert ring() is None


@pytest.mark.usefixtures("ends_soon_here")
def test_work_within_work_makes_no_room_and_sets_nothing_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    freed: list[str] = []
    monkeypatch.setattr(memory, "make_room", lambda: freed.append("room"))
    with few_collections():
        aside = gc.get_freeze_count()
        with few_collections():
            pass
        assert gc.get_freeze_count() == aside
        assert gc.get_threshold()[:2] == (NEVER_EARLY, COLLECT_OLD)
    assert freed == ["room"]
    assert gc.get_freeze_count() > aside


@pytest.mark.parametrize(("size_mb", "is_short"), [(499, False), (502, True)])
@pytest.mark.usefixtures("ends_soon_here")
def test_what_is_used_no_more_is_freed_where_memory_gets_short(
    size_mb: int, is_short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the room there is makes it so: it need not be looked for, as a ring must be."""
    work: list[Any] = [Loose(), Ring()]
    is_freed, ring = weakref.ref(work[0]), weakref.ref(work[1])
    let_go(work.pop(0))
    work.clear()
    gc.freeze()
    monkeypatch.setattr(memory, "room_mb", lambda: 1_000)
    monkeypatch.setattr(memory, "resident_mb", lambda: size_mb)
    make_room()
    assert (is_freed() is None) is is_short
    assert ring() is not None
    free_garbage()
    assert is_freed() is None
    assert ring() is None


def test_in_a_process_that_goes_on_nothing_is_left() -> None:
    work: list[Any] = [Loose()]
    is_freed = weakref.ref(work[0])
    let_go(work[0])
    work.clear()
    assert is_freed() is None


def test_what_a_person_has_set_aside_stays_so() -> None:
    gc.freeze()
    aside = gc.get_freeze_count()
    free_garbage()
    assert gc.get_freeze_count() == aside > 0


@pytest.mark.usefixtures("ends_soon_here")
def test_where_only_new_garbage_is_looked_for_the_old_is_set_aside() -> None:
    old = weakref.ref(Ring())
    with only_new_garbage():
        new = weakref.ref(Ring())
        gc.collect()
        assert old() is not None
        assert new() is None


def test_in_a_process_that_goes_on_the_old_is_freed_with_the_new() -> None:
    aside = gc.get_freeze_count()
    old = weakref.ref(Ring())
    with only_new_garbage():
        assert gc.get_freeze_count() == aside
        gc.collect()
        assert old() is None


def test_there_is_room_within_the_bounds_and_a_process_knows_its_size() -> None:
    assert memory.ROOM_MB_LEAST <= room_mb() <= memory.ROOM_MB
    before = resident_mb()
    with mmap.mmap(-1, 256 << 20) as held:  # what is not touched is not there
        assert resident_mb() <= before + 32
        for at in range(0, 64 << 20, mmap.PAGESIZE):
            held[at] = 1
        assert before + 48 <= resident_mb() <= before + 96


@pytest.mark.parametrize(
    ("told", "expected_mb"),
    [
        ([], 100_000),
        (["max"], 100_000),
        (["12884901888"], 12_288),
        (["max", "6442450944"], 6_144),
        (["9223372036854771712"], 100_000),  # no limit, as version 1 says it
    ],
)
def test_a_container_has_less_memory_than_its_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: list[str], expected_mb: int
) -> None:
    files = [tmp_path / f"limit-{number}" for number in range(2)]
    for file, text in zip(files, told, strict=False):
        file.write_text(text + "\n")
    monkeypatch.setattr(memory, "CONTAINER_FILES", files)
    pages = {"SC_PHYS_PAGES": 25_600_000, "SC_PAGE_SIZE": 4_096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    assert memory.machine_mb() == expected_mb
    assert room_mb() == min(2_000, max(500, expected_mb // 12))


def ends_soon() -> bool:
    """What a worker says of itself."""
    return EndsSoon.is_so


@pytest.mark.parametrize(("tasks", "expected"), [(1, True), (None, False)])
def test_a_worker_of_one_task_ends_soon(tasks: int | None, expected: bool) -> None:
    with pool(1, tasks_per_worker=tasks) as executor:
        assert executor.submit(ends_soon).result() is expected


COMMAND = """
import sys
sys.argv = [sys.argv[1], "--help"]
sys.orig_argv = [sys.executable, *sys.argv]
from lastchunk.cli import main
from lastchunk.model.base.memory import EndsSoon
try:
    main()
except SystemExit:
    print("ends soon:", EndsSoon.is_so)
"""


@pytest.mark.parametrize(("name", "expected"), [("lastchunk", True), ("other.py", False)])
def test_the_command_ends_soon_and_no_other_program_does(name: str, expected: bool) -> None:
    asked = [sys.executable, "-c", COMMAND, name]
    given = {**os.environ, "PYTHONHASHSEED": "0"}  # else the command begins again
    told = subprocess.run(asked, capture_output=True, text=True, check=True, env=given).stdout
    assert told.splitlines()[-1] == f"ends soon: {expected}"
