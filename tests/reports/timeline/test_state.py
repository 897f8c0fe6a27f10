"""What the timeline tells of the object, held against the world that was replayed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from lastchunk.model.simulate import record, replay
from lastchunk.model.trace.events import StateWritten
from lastchunk.model.world.world import World
from lastchunk.reports.timeline.state import StateReader, stamped, states_of, steps_of
from lastchunk.reports.timeline.told import told, told_trace
from lastchunk.reports.timeline.words import event_fields, event_meaning

SESSIONS = [
    ("lossy-mobile", "alarm", 3),
    ("cellular-driving", "lazy-alarm", 0),
    ("storage-trouble", "alarm", 1),
    ("platform-maintenance", "alarm", 2),
    ("tab-closed-last-upload", "manifest", 0),
    ("everything-at-once", "alarm", 1),
    ("everything-at-once", "outbox", 4),
]


@pytest.mark.parametrize(("scenario", "design", "session"), SESSIONS)
def test_record_and_slot_are_those_of_the_replayed_object(
    scenario: str, design: str, session: int
) -> None:
    _, schedule = record(scenario, design, 1, session)
    seen: list[tuple[int, str, int | None]] = []

    def look(world: World) -> None:
        seen.append((len(world.trace), world.object.status, world.object.alarms.get()))

    run = replay(schedule, look=look)
    reader = StateReader(run.trace, is_replayed=True)
    done = 0
    for count, status, due_ms in seen:
        for number in range(done, count):
            reader.after(stamped(run.trace[number], number))
        done = count
        assert (reader.bars.status or ("",))[0] == status, (count, run.trace[count - 1])
        if reader.bars.alarm is not None:
            assert reader.bars.alarm[1] == due_ms, (count, run.trace[count - 1])
        elif reader.bars.back_off_ms is None and reader.bars.run_ms is None:
            assert due_ms is None, (count, run.trace[count - 1])


def test_an_event_belongs_to_the_step_that_it_came_in() -> None:
    run, schedule = record("lossy-mobile", "alarm", 1, 3)
    item = told(run, schedule=schedule)
    steps = steps_of(len(run.trace), item.moments)
    times = [0, *(step.at_ms for step in schedule.steps)]
    assert len(item.moments) == len(times)
    assert all(one <= two for one, two in pairwise(steps))
    ends = run.trace[:-2]  # what a session costs and how it ended comes after all
    assert [times[step] for step in steps[: len(ends)]] == [event.at_ms for event in ends]


def test_the_gates_are_told_as_the_replay_found_them() -> None:
    overrides = {"platform.commit_ms": 40}
    from lastchunk import load_scenario

    scenario = load_scenario("everything-fast", [f"{k}={v}" for k, v in overrides.items()])
    run, schedule = record(scenario, "alarm", 1, 0)
    states, _ = states_of(run.trace, told(run, schedule=schedule).moments)
    at = next(n for n, event in enumerate(run.trace) if isinstance(event, StateWritten))
    rows = dict(states[at])
    assert rows["input gate"] == "open"
    assert rows["output gate"] == "closed: not all writes are on disk; held back: create"


def test_of_bare_events_the_gates_are_not_known() -> None:
    run, _ = record("everything-fast", "alarm", 1, 0)
    states, _ = states_of(run.trace, told_trace(run.trace, "mine").moments)
    assert all(dict(rows)["gates"].startswith("not known") for rows in states)


def test_every_field_has_words_and_no_offset_in_ms_is_left() -> None:
    run, _ = record("everything-at-once", "outbox", 1, 4)
    for event in run.trace:
        for label, words in event_fields(event):
            assert label
            assert words
            assert "_" not in label
        assert not event_meaning(event).startswith(type(event).__name__ + "(")
