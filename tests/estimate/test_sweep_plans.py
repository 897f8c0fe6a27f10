"""Sweeps that are kept: whatever ends them, they go on, and their bytes are the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate import replicate
from lastchunk.model.estimate.sweeps import plan as plan_module
from lastchunk.model.estimate.sweeps.chunk import COLUMNS_OF_CHUNK, MEANS, run_chunk
from lastchunk.model.estimate.sweeps.plan import SweepPlan, digest_of_plan
from lastchunk.model.estimate.sweeps.plan_file import read_plan
from lastchunk.model.estimate.sweeps.run import SweepRun, in_workers, sweep_plan
from lastchunk.model.estimate.sweeps.store import SweepFolder, merged
from lastchunk.model.kernel.running import choice
from lastchunk.reports.sweep_page import write_sweep_page
from tests.typescript.twins import DESIGNS_TS

LOSSES = [0.0, 0.1, 0.2, 0.3, 0.4]
PLAN = f"""
scenarios = ["everything-fast"]
designs = ["alarm"]
sessions = 90
chunk_sessions = 1
[set]
recording.chunks = 1
[axes]
network.request_loss = {LOSSES}
"design.grace_ms" = [2000, 20000]
"""


def write_plan(folder: Path, text: str = PLAN) -> Path:
    """The plan as a file."""
    file = folder / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by name."""
    return {
        str(item.relative_to(folder)): item.read_bytes()
        for item in sorted(folder.rglob("*"))
        if item.is_file()
    }


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> SweepPlan:
    """The plan."""
    return read_plan(write_plan(tmp_path_factory.mktemp("plan")))


@pytest.fixture(scope="module")
def whole(plan: SweepPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, run at once."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert sweep_plan(plan, out) is not None
    return out


def test_it_says_what_the_library_s_sweep_says(plan: SweepPlan, whole: Path) -> None:
    result = sweep_plan(plan, whole)
    assert result is not None
    grid = lastchunk.grid(
        lastchunk.Axis.of("network.request_loss", LOSSES),
        lastchunk.Axis.of("design.grace_ms", [2_000, 20_000]),
    )
    frame = lastchunk.sweep(
        "everything-fast", grid, ["alarm"], 90, 1, overrides=["recording.chunks=1"]
    )
    pd.testing.assert_frame_equal(result.rates.drop(columns="scenario"), frame, check_dtype=False)
    assert set(result.means["figure"]) == set(MEANS)


def test_the_page_has_no_more_digits_than_are_read(tmp_path: Path) -> None:
    losses = "[0.03396160388365388, 0.25]"
    text = PLAN.replace(str(LOSSES), losses).replace("sessions = 90", "sessions = 2")
    result = sweep_plan(read_plan(write_plan(tmp_path, text)), tmp_path / "out")
    assert result is not None
    write_sweep_page(result, tmp_path, "finalizes")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    row = "<td>everything-fast</td><td>{}</td><td>20000</td>"
    assert row.format("0.03396") in page
    assert row.format("0.25") in page


def test_a_mean_is_that_of_the_sessions(plan: SweepPlan, whole: Path) -> None:
    result = sweep_plan(plan, whole)
    assert result is not None
    scenario, designs = plan.point(3).load(plan.designs)
    rows = lastchunk.compare(scenario, designs, 90, 1).frame["rows_written"]
    where = (result.means["network.request_loss"] == 0.1) & (
        result.means["design.grace_ms"] == 20_000
    )
    found = result.means[where & (result.means["figure"] == "rows_written")].iloc[0]
    assert found["mean"] == pytest.approx(rows.mean())
    half = 1.96 * rows.std(ddof=1) / len(rows) ** 0.5
    assert found["high"] - found["mean"] == pytest.approx(half, rel=1e-3)


@pytest.mark.parametrize(
    ("sessions", "chunk_sessions"), [(1, 1), (90, 1), (700, 600), (250, 10**6)]
)
def test_the_chunks_are_each_session_of_each_point_once(
    plan: SweepPlan, sessions: int, chunk_sessions: int
) -> None:
    other = SweepPlan(
        plan.scenarios * 3, plan.space, plan.designs, sessions, chunk_sessions=chunk_sessions
    )
    seen = [
        (point.number, session)
        for number in range(other.chunks)
        for point in other.task(number, "x").points
        for session in (point.first, point.first + point.sessions - 1)
    ]
    covered = sum(other.sessions_of(number) for number in range(other.chunks))
    assert covered == 30 * sessions
    assert {(number, 0) for number in range(30)} <= set(seen)
    assert {(number, sessions - 1) for number in range(30)} <= set(seen)
    assert seen == sorted(seen)


def test_shards_make_together_what_one_makes(plan: SweepPlan, whole: Path, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        assert sweep_plan(plan, tmp_path / f"{number}", shard=(number, 3)) is None
    target = merged([tmp_path / "1", tmp_path / "2", tmp_path / "3"], tmp_path / "all")
    assert sweep_plan(plan, target.path) is not None
    assert bytes_of(target.path) == bytes_of(whole)


def test_a_damaged_chunk_and_a_foreign_one_are_run_again(
    plan: SweepPlan, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    merged([whole], out)
    folder = SweepFolder.open(out)
    data = bytearray(folder.place(0).read_bytes())
    data[len(data) // 3] ^= 0xFF
    folder.place(0).write_bytes(data)
    folder.place(1).write_bytes(folder.place(2).read_bytes())
    (out / "chunks" / ".00000003.parquet.left").write_bytes(b"half")
    assert SweepRun(plan, out).waiting() == [0, 1]
    assert sweep_plan(plan, out) is not None
    assert bytes_of(out) == bytes_of(whole)


def test_a_folder_of_another_plan_is_left_alone(whole: Path, tmp_path: Path) -> None:
    other = read_plan(write_plan(tmp_path, PLAN.replace("sessions = 90", "sessions = 91")))
    before = bytes_of(whole)
    with pytest.raises(InputError, match="sessions") as error:
        sweep_plan(other, whole)
    assert error.value.field == "--out"
    assert bytes_of(whole) == before


def test_nobody_runs_a_shard_twice_at_once(plan: SweepPlan, tmp_path: Path) -> None:
    run = SweepRun(plan, tmp_path / "out")
    with run.folder.taken((1, 1)), pytest.raises(InputError, match="nobody else"):
        SweepRun(plan, tmp_path / "out").run()


def test_a_worker_that_dies_takes_nothing_with_it(plan: SweepPlan, whole: Path) -> None:
    folder = SweepFolder.open(whole)
    tasks = [plan.task(number, folder.digest) for number in range(folder.chunks)]
    found: dict[int, bytes] = {}
    for number, data in in_workers(iter(tasks), 2):
        assert number not in found
        found[number] = data
        if len(found) == 1:
            for child in children():
                os.kill(child, signal.SIGKILL)
    assert found == {n: folder.place(n).read_bytes() for n in range(folder.chunks)}


def children() -> list[int]:
    """The worker processes of this one: what the server that forks them has forked."""
    from multiprocessing import forkserver

    started: Any = forkserver
    server = started._forkserver._forkserver_pid
    listed = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def command(plan: Path, out: Path, *words: str) -> list[str]:
    """The command line of a sweep."""
    given = ["sweep", str(plan), "--out", str(out), "--workers", "1", *words]
    return [sys.executable, "-m", "lastchunk", *given]


def chunks_in(out: Path) -> int:
    """How many chunks are there."""
    return len(list((out / "chunks").glob("*.parquet")))


def killed_after(plan: Path, out: Path, chunks: int, how: int) -> int:
    """Run the command until so many chunks are there, and end it so. Returns its exit code."""
    process = subprocess.Popen(
        command(plan, out),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What was started in the background ignores the interrupt, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 120
    while chunks_in(out) < chunks and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(how)
    said = process.communicate(timeout=60)[1].decode()
    if how == signal.SIGINT:
        assert "the same command goes on: lastchunk sweep" in said
        assert (out / "rates.parquet").exists()
        assert len(pd.read_parquet(out / "rates.parquet")) > 0
    return process.returncode


def test_killed_and_interrupted_it_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, whole: Path
) -> None:
    plan, out = write_plan(tmp_path), tmp_path / "out"
    assert killed_after(plan, out, 1, signal.SIGKILL) == -signal.SIGKILL
    assert killed_after(plan, out, 2, signal.SIGINT) == 130
    done = subprocess.run(command(plan, out), capture_output=True, text=True, check=True)
    assert "chunks are there; it goes on" in done.stderr
    expected = bytes_of(whole)
    found = bytes_of(out)
    assert {name: found[name] for name in expected} == expected
    assert set(found) - set(expected) == {"sweep.html"}


def test_a_full_disk_is_one_line_and_nothing_is_lost(
    plan: SweepPlan, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    real, written = os.fsync, []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 4:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        sweep_plan(plan, out)
    assert not list((out / "chunks").glob(".*.parquet.*"))
    assert sweep_plan(plan, out) is not None
    assert bytes_of(out) == bytes_of(whole)


def refuse_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be written, as on a disk that is read-only; a mode keeps root from nothing."""
    opened = os.open

    def no_lock(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return opened(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", no_lock)


def test_a_sweep_that_is_finished_can_be_asked_again_where_nothing_can_be_written(
    plan: SweepPlan, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(whole)
    refuse_to_write(monkeypatch)
    result = sweep_plan(plan, whole)
    assert result is not None
    assert result.is_whole
    assert bytes_of(whole) == before


def test_one_that_is_not_finished_is_refused_there(
    plan: SweepPlan, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    merged([whole], out)
    SweepFolder.open(out).place(0).unlink()
    refuse_to_write(monkeypatch)
    with pytest.raises(InputError, match="allowed: a place that can be written") as error:
        sweep_plan(plan, out)
    assert (error.value.field, error.value.value) == ("--out", str(out))


def test_a_merge_that_is_refused_leaves_nothing_behind(
    plan: SweepPlan, whole: Path, tmp_path: Path
) -> None:
    shard = tmp_path / "1"
    assert sweep_plan(plan, shard, shard=(1, 3)) is None
    with pytest.raises(InputError, match="chunks are missing: 1, 2, 4"):
        merged([shard], tmp_path / "all", partial=False)
    assert not (tmp_path / "all").exists()
    last = SweepFolder.open(shard).place(max(SweepFolder.open(shard).there()))
    last.write_bytes(last.read_bytes()[:-9])
    with pytest.raises(InputError, match="a whole file; this one is damaged"):
        merged([whole, shard], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_a_merge_takes_what_its_own_folder_has(
    plan: SweepPlan, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "all"
    assert sweep_plan(plan, out, shard=(1, 2)) is None
    assert sweep_plan(plan, tmp_path / "2", shard=(2, 2)) is None
    target = merged([tmp_path / "2"], out, partial=False)
    assert len(target.there()) == target.chunks


def test_a_figure_of_which_no_session_says_anything_has_a_page(
    whole: Path, plan: SweepPlan, tmp_path: Path
) -> None:
    result = sweep_plan(plan, whole)
    assert result is not None
    write_sweep_page(result, tmp_path, "notified_once")
    page = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "<h2>notified_once</h2><p>No session says anything of it.</p>" in page
    assert not (tmp_path / "sweep.png").exists()


def test_a_chunk_is_counts_and_sums(plan: SweepPlan, whole: Path) -> None:
    folder = SweepFolder.open(whole)
    assert run_chunk(plan.task(0, folder.digest)) == folder.place(0).read_bytes()
    assert list(folder.read(0)) == list(COLUMNS_OF_CHUNK)


def test_a_design_in_typescript_is_known_by_its_files(tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
    source = DESIGNS_TS.parent
    for name in ("designs.ts", "designs.toml", "session-do.ts"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    text = PLAN.replace('["alarm"]', f'["{tmp_path / "designs.ts"}:AlarmDesign"]')
    plan = read_plan(write_plan(tmp_path, text))
    known = digest_of_plan(plan.described())
    result = sweep_plan(plan, tmp_path / "out")
    assert result is not None
    assert set(result.rates["design"]) == {"AlarmDesign"}
    with (tmp_path / "session-do.ts").open("a", encoding="utf-8") as file:
        file.write("\n// Other words.\n")
    changed = read_plan(tmp_path / "plan.toml")
    assert digest_of_plan(changed.described()) != known
    with pytest.raises(InputError, match="it holds another: designs"):
        sweep_plan(changed, tmp_path / "out")


def test_a_sweep_of_other_random_numbers_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = read_plan(write_plan(tmp_path, PLAN))
    known = digest_of_plan(plan.described())
    monkeypatch.setattr(plan_module, "DRAWS", "others")
    assert digest_of_plan(plan.described()) != known


def test_chunks_of_a_point_with_very_many_sessions_run_in_compiled_code(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small a chunk is: what counts is how many sessions its point has."""
    pytest.importorskip("numba", reason="compiled code needs numba")
    ran = []
    real = replicate._at_once

    def noted(scenario: Any, design: Any, seed: int, sessions: range, left: Any) -> pd.DataFrame:
        ran.append(sessions)
        return real(scenario, design, seed, sessions, left)

    monkeypatch.setattr(replicate, "_at_once", noted)
    long = replace(plan, sessions=600)
    before = run_chunk(long.task(1, "digest"))
    assert not ran
    monkeypatch.setattr(choice, "FEWEST_COMPILED", 600)
    assert run_chunk(long.task(1, "digest")) == before
    assert ran == [range(250, 500)]
