"""Counterexamples in words: where each chunk is, what may vary, and a diagram that can be drawn."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.explore.witness.words import (
    explanation,
    mermaid,
    pending_name,
    since_stop,
    upload_place,
    what_matters,
    what_may_vary,
)
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run
from lastchunk.model.simulate.schedule import Schedule, Step
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts
from lastchunk.model.trace.words import clock

COMPLETE = "complete_at_finalization"
UPLOAD = "upload"
DECLARED = ["Page", "Network", "Object", "Alarm", "Blobstore"]
LINE = re.compile(
    rf"    (?:Note over )?({'|'.join(DECLARED)})"
    rf"(?:(?:,|->>|-->>)({'|'.join(DECLARED)}))?: [^;#\n]+"
)


def example(
    trace: list[e.Event], at_ms: int, steps: Any = (), detail: str = "so"
) -> Counterexample:
    """A counterexample with a trace of its own; ``steps`` are (key, at_ms, range)."""
    scenario = load_scenario("small-scope")
    design = load_design("alarm", scenario)
    run = Run(scenario, design, -1, -1, trace, float("nan"), float("nan"))
    plan = tuple(Step(key, at, "") for key, at, _ in steps)
    schedule = Schedule(scenario, "alarm", {}, 0, (0,), "violation", plan)
    ranges = tuple(limits for _, _, limits in steps)
    return Counterexample(COMPLETE, "shortest", schedule, run, Violation(at_ms, detail), ranges)


PLACES: dict[str, tuple[list[e.Event], str]] = {
    "nothing": ([], "not sent yet"),
    "another's": ([e.RequestSent(5, UPLOAD, 1, 0)], "not sent yet"),
    "sent": (
        [e.RequestSent(5, UPLOAD, 0, 0)],
        "its upload (sent at 0:00.005) is still under way",
    ),
    "put": (
        [e.RequestSent(5, UPLOAD, 0, 0), e.BlobPutStarted(61_007, 0, 0)],
        "its upload (entered at 1:01.007) is still in the blob put",
    ),
    "failed": (
        [e.RequestSent(5, UPLOAD, 0, 0), e.RequestFailed(9, UPLOAD, 0, 0, "request lost")],
        "its upload failed at 0:00.009 (request lost) and is sent again later,",
    ),
    "again": (
        [
            e.RequestSent(5, UPLOAD, 0, 0),
            e.RequestFailed(9, UPLOAD, 0, 0, "request lost"),
            e.RequestSent(12, UPLOAD, 0, 1),
        ],
        "its upload (sent at 0:00.012) is still under way",
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_chunk_is_where_its_last_event_left_it(name: str) -> None:
    events, words = PLACES[name]
    assert upload_place(0, events) == words


def test_what_matters_is_each_missing_chunk_at_the_violated_completion() -> None:
    trace: list[e.Event] = [
        e.ChunkRecorded(0, 0, 5),
        e.ChunkRecorded(0, 1, 5),
        e.ChunkRecorded(0, 2, 5),
        e.RequestSent(1, UPLOAD, 0, 0),
        e.RequestSent(1, UPLOAD, 1, 0),
        e.BlobStored(4, 0, 0),
        e.HandlerStarted(1_500, "signal_stop", e.NO_CHUNK, 0),
        e.StateWritten(3_000, "completed", 1, "active"),
        e.BlobStored(3_000, 1, 0),
        e.RequestSent(3_001, UPLOAD, 2, 0),
    ]
    assert what_matters(example(trace, 3_000)) == [
        "Chunk 1: its upload (sent at 0:00.001) is still under way 1,500 ms after the stop ran.",
        "Chunk 2: not sent yet 1,500 ms after the stop ran.",
    ]
    assert what_matters(example(trace, 2_999)) == [], "not completed by then"
    assert what_matters(example([*trace[:5], e.RunEnded(9, "quiet"), *trace[5:]], 9_999)) == []


def test_a_completion_before_the_stop_is_said_so() -> None:
    facts = Facts()
    assert since_stop(facts, 50) == "while the stop has not run"
    facts.observe(e.HandlerStarted(0, "signal_stop", e.NO_CHUNK, 0))
    assert since_stop(facts, 61_234) == "61,234 ms after the stop ran"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (("request", "upload", 3, 0, 0), "request upload of chunk 3"),
        (("request", "upload", 3, 2, 0), "request upload of chunk 3 (attempt 3)"),
        (("request", "signal_stop", -1, 0, 0), "request signal stop"),
        (("blob_put", 0, 1), "blob put of chunk 0 (attempt 2)"),
        (("fault", 0), "fault"),
        (("grace_ends", 0), "grace ends"),
        (("alarm",), "alarm"),
        (("old_ends", 2), "old ends of chunk 2"),
    ],
)
def test_a_pending_thing_in_words(key: Any, words: str) -> None:
    assert pending_name(key) == words


def test_what_may_vary_is_every_step_whose_range_is_no_point() -> None:
    steps = [
        (("request", "upload", 0, 0, 0), 4, (1, 8)),
        (("alarm",), 9, (9, 9)),
        (("client_timer", "row"), 70_000, (9, None)),
    ]
    assert what_may_vary(example([], 0, steps)) == (
        "What may vary, the order kept: request upload of chunk 0 anywhere from 0:00.001 to "
        "0:00.008; client timer row anywhere from 0:00.009 to any time later."
    )
    assert what_may_vary(example([], 0, steps[1:2])) == "Nothing may vary: every time is forced."


@pytest.mark.parametrize("override", ["grace_ms=3", "grace_ms=12", "grace_ms=16"])
def test_an_explanation_of_a_real_one(override: str) -> None:
    scenario = load_scenario("small-scope", ["chunks=2", override])
    found = verify(scenario, load_design("alarm", scenario), [COMPLETE])
    for item in found.counterexamples[COMPLETE]:
        first, *middle, last = explanation(item).splitlines()
        at = clock(item.violation.at_ms)
        detail = item.violation.detail
        assert first == f"{EXPLORABLE[COMPLETE].meaning} Violated at {at}: {detail}."
        missing = re.findall(r"\d+", detail)
        assert [re.match(r"Chunk (\d+): ", line)[1] for line in middle] == missing  # type: ignore[index]
        assert last == what_may_vary(item)
        lines = mermaid(item).splitlines()
        assert lines[0] == "sequenceDiagram"
        assert lines[1:6] == [f"    participant {name}" for name in DECLARED]
        assert all(LINE.fullmatch(line) for line in lines[6:]), lines
        shown = [event for event in item.run.trace if event.at_ms <= item.violation.at_ms]
        shown = shown[: next((n for n, x in enumerate(shown) if isinstance(x, e.RunEnded)), None)]
        assert len(lines) - 7 == len(shown)
        assert lines[-1] == f"    Note over Page,Blobstore: {at} {detail}"


def test_an_arrow_goes_from_who_acts_to_who_is_met() -> None:
    trace: list[e.Event] = [
        e.RequestSent(1, UPLOAD, 0, 0),
        e.RequestArrived(2, UPLOAD, 0, 0),
        e.BlobPutStarted(2, 0, 0),
        e.BlobStored(3, 0, 0),
        e.ResponseArrived(4, UPLOAD, 0, 0, 200),
        e.AlarmStarted(5, 5, 0),
        e.AlarmSet(5, 9),
        e.StateWritten(5, "completed", 1, "active"),
        e.TroubleBegan(6, "blobs_fail"),
        e.ChunkRecorded(6, 1, 9),
        e.ChunkRecorded(8, 2, 9),
    ]
    heads = [line.split(": ")[0].strip() for line in mermaid(example(trace, 7)).splitlines()[6:-1]]
    assert heads == [
        "Page->>Network",
        "Network->>Object",
        "Object->>Blobstore",
        "Blobstore-->>Object",
        "Object-->>Page",
        "Alarm->>Object",
        "Note over Alarm",
        "Note over Object",
        "Note over Object",
        "Note over Page",
    ]


@pytest.mark.parametrize("text", ["a; b", "#1 is lost", "two\nlines", "a\r\nb; #c"])
def test_text_of_a_design_does_not_break_the_diagram(text: str) -> None:
    made = mermaid(example([e.ConsoleLine(1, text)], 2, detail=f"without {text}"))
    lines = made.removesuffix("\n").split("\n")
    assert len(lines) == 8, lines
    assert all(LINE.fullmatch(line) for line in lines[6:]), lines
