"""Traces: the same seed gives the same bytes, and they come back from a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.streams import Streams
from lastchunk.model.design.load import load_design, load_designs
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.properties import SOMETIMES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.model.trace.jsonl import read_jsonl, to_line, write_jsonl
from tests.support.worlds import of, run

SCRIPT = """
import hashlib, sys
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate import simulate
from lastchunk.model.trace.jsonl import to_line
if __name__ == "__main__":
    digest = hashlib.sha256()
    for name in shipped():
        scenario = load_scenario(name)
        for design in load_designs(["manual", "alarm"], scenario):
            for event in simulate(scenario, design, 5, 3).trace:
                digest.update(to_line(event).encode())
    scenario = load_scenario("lossy-mobile")
    designs = load_designs(["manual", "alarm"], scenario)
    rows = replicate(scenario, designs, 600, 5, int(sys.argv[1]))
    digest.update(rows.to_csv().encode())
    print(digest.hexdigest())
"""


def digest(tmp_path: Path, hash_seed: str, workers: int) -> str:
    script = tmp_path / "digest.py"
    script.write_text(SCRIPT)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, str(script), str(workers)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_bytes_depend_on_neither_hash_seed_nor_workers(tmp_path: Path) -> None:
    assert digest(tmp_path, "0", 1) == digest(tmp_path, "1", 2)


def test_another_seed_or_session_is_another_trace() -> None:
    scenario = load_scenario("lossy-mobile")
    design = load_design("alarm", scenario)
    traces = [simulate(scenario, design, *key).trace for key in ((1, 0), (1, 1), (2, 0), (1, 0))]
    assert traces[0] == traces[3]
    assert traces[0] != traces[1] != traces[2] != traces[0]


def test_two_designs_meet_the_same_network() -> None:
    traces = [run("lossy-mobile", design, seed=9) for design in ("manual", "alarm")]
    first = [
        [x for x in of(trace, e.RequestArrived) if x.method == "upload"][:2] for trace in traces
    ]
    assert first[0] == first[1] != []


def test_streams_are_uniform_and_independent() -> None:
    drawn = [Streams(1, 0).uniform("delay", chunk, 0) for chunk in range(4_000)]
    assert 0 < min(drawn) < 0.002
    assert 0.998 < max(drawn) < 1
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.02
    other = [Streams(1, 0).uniform("loss", chunk, 0) for chunk in range(4_000)]
    covariance = sum((a - 0.5) * (b - 0.5) for a, b in zip(drawn, other, strict=True)) / 4_000
    assert abs(covariance) < 0.005
    assert Streams(1, 0).uniform("a", 1) != Streams(1, 1).uniform("a", 1)


@pytest.mark.parametrize("name", shipped())
def test_a_trace_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    for design in ("manual", "alarm"):
        trace = run(name, design)
        path = tmp_path / f"{design}.jsonl"
        write_jsonl(trace, path)
        assert read_jsonl(path) == trace
        assert list(tmp_path.iterdir()) == sorted(tmp_path.glob("*.jsonl"))


@settings(max_examples=100)
@given(at_ms=st.integers(0, 2**40), line=st.text(st.characters(codec="utf-8")))
def test_any_text_survives(at_ms: int, line: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("text") / "one.jsonl"
    event = e.ConsoleLine(at_ms, line)
    write_jsonl([event], path)
    assert read_jsonl(path) == [event]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}\n", "line 1.*'event'"),
        ('{"event": "TabOpened"}\n', "line 1.*known type"),
        ("not json\n", "line 1: 'not json'"),
        ('{"event": "LaptopWoke", "at_ms": 1}\n{"event": "LaptopWoke"}\n', "line 2.*exactly at_ms"),
        ('{"event": "LaptopWoke", "at_ms": "soon"}\n', "at_ms: 'soon'"),
    ],
)
def test_a_broken_trace_is_refused_by_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_jsonl(path)


def test_a_run_that_is_cut_says_so() -> None:
    cut = run("lossy-mobile", "alarm", "limits.horizon_ms=15000")
    assert cut[-1].reason == "horizon"  # type: ignore[attr-defined]
    assert cut[-1].at_ms <= 15_000
    stuck = run("lossy-mobile", "alarm", "limits.happenings_max=7")
    assert stuck[-1].reason == "limit"  # type: ignore[attr-defined]
    assert facts_of(cut).ended == "horizon"


def test_every_sometimes_property_and_type_of_event_is_met_somewhere() -> None:
    seen: set[str] = set()
    held_up = (
        "faults=[{kind='tab_frozen', offset_ms=15000, for_ms=9000},"
        " {kind='tab_throttled', offset_ms=0, for_ms=60000}]"
    )
    further = [["platform.alarm_counted_failure=0.9"], [held_up]]
    runs: list[tuple[str, list[str]]] = [(name, []) for name in shipped()]
    runs += [("everything-fast", more) for more in further]
    wanted = {f"saw_{slug}" for slug in SOMETIMES} - {"saw_code_threw", "saw_uploads_overlapped"}
    for name, overrides in runs:
        scenario = load_scenario(name, overrides)
        for design in load_designs(["manual", "alarm", "outbox", "lazy-alarm"], scenario):
            if wanted <= seen:
                return
            rows = replicate(scenario, [design], 40, seed=1)
            assert {c for c in rows.columns if c.startswith("saw_")} > wanted
            seen |= {c for c in rows.columns if c.startswith("saw_") and rows[c].any()}
    assert wanted <= seen


def test_lines_keep_the_order_of_fields() -> None:
    line = to_line(e.RequestSent(5, "upload", 1, 0))
    assert (
        line == '{"event": "RequestSent", "at_ms": 5, "method": "upload", "chunk": 1, "attempt": 0}'
    )
