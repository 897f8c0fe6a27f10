"""Own properties on the command line and in the functions: asked beside the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.properties.language import at_most, event, never, sometimes
from lastchunk.model.trace.events import BlobStored

SHORT = ["--set", "recording.duration_ms=15000"]
FILE = """from lastchunk.properties import *

few = at_most(2, event.BlobStored, in_any=10_000)
clean = never(event.HandlerEnded(method="upload", status=range(400, 500)))
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file with two properties; of the manual design the second one is violated."""
    path = tmp_path / "my_properties.py"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def run(*words: str) -> tuple[int, str]:
    """What a command exits with, and says."""
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def test_simulate_and_replay_judge_them(file: str, tmp_path: Path) -> None:
    schedule = str(tmp_path / "s.schedule")
    words = ["simulate", "everything-fast", "--design", "manual", *SHORT, "--properties", file]
    code, said = run(*words, "--schedule", schedule)
    assert code == 0
    assert "clean" in said
    assert "it came: HandlerEnded(method='upload', status=400 to 499)" in said
    assert run("replay", schedule, "--properties", file)[1].count("it came: Handler") == 1
    assert "clean" not in run("replay", schedule)[1]


def test_compare_gates_by_them(file: str) -> None:
    words = ["compare", "everything-fast", "--sessions", "20", "--workers", "1", *SHORT]
    expected = "expect.sometimes=[]"
    code, said = run(*words, "--set", expected, "--property", f"{file}:few", "--gate")
    assert (code, "nothing_refused" in said) == (0, False)
    code, said = run(*words, "--set", expected, "--property", f"{file}:clean", "--gate")
    assert code == 1
    assert "failed: clean, manual: session 0 violates it" in said
    code, said = run(*words, "--properties", file)
    assert code == 0
    assert "few" in said
    assert "nothing_refused" in said


def test_compare_has_a_column_for_each_and_the_same_with_workers() -> None:
    scenario = lastchunk.load_scenario("lossy-mobile", ["recording.duration_ms=15000"])
    designs = lastchunk.load_designs(["alarm", "lazy-alarm"], scenario)
    mine = {
        "stored_once": at_most(1, event.BlobStored, per="chunk"),
        "by_function": never(lambda s: s.stored > s.recorded),
        "is_closed": sometimes(event.TabClosed),
    }
    found = [
        lastchunk.compare(scenario, designs, 260, 1, workers, properties=mine) for workers in (1, 2)
    ]
    pd.testing.assert_frame_equal(found[0].frame, found[1].frame)
    plain = lastchunk.compare(scenario, designs, 260, 1)
    pd.testing.assert_frame_equal(found[0].frame.drop(columns=list(mine)), plain.frame)
    verdicts = found[0].verdicts["alarm"]
    assert {slug: verdicts[slug].kind for slug in mine} == {
        "stored_once": "violated",
        "by_function": "unknown",
        "is_closed": "unknown",
    }
    assert verdicts["by_function"].reason == "never happened: is_closed"
    run_again = found[0].earliest_failure("alarm", "stored_once")
    assert run_again is not None
    stored = [item.chunk for item in run_again.trace if isinstance(item, BlobStored)]
    assert len(stored) > len(set(stored))


def test_a_name_that_is_none_is_refused(file: str) -> None:
    words = ["compare", "everything-fast", "--sessions", "1", "--property"]
    for wrong in ("fwe", f"{file}:fwe"):
        done = CliRunner().invoke(app, [*words, wrong])
        assert done.exception is not None
        assert "fwe" in str(done.exception)


def test_two_properties_of_one_name_are_refused_and_one_named_twice_is_one(
    file: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.py"
    other.write_text("from lastchunk.properties import *\n\n\nfew = never(event.TabClosed)\n")
    words = ["verify", "small-scope", "--set", "chunks=1", "--properties", file, "--property"]
    done = CliRunner().invoke(app, [*words, f"{other}:few"])
    assert "each name once: few is another's" in str(done.exception)
    code, said = run(*words, f"{file}:few")
    assert code == 0, said
