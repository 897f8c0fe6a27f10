"""A schedule with one thing changed: every such change is refused, at the step that it spoils.

Where every delay is exact there is one run and no other, so whatever is changed in its schedule
cannot fit. Where a delay has a range, all of the range fits and nothing beside it.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.simulate import record, replay
from lastchunk.model.simulate.replay import possible
from lastchunk.model.simulate.schedule import Schedule, Step, read_schedule, write_schedule
from lastchunk.model.trace import events as e
from lastchunk.model.world.world import World
from lastchunk.reference_impl.alarm import AlarmDesign
from tests.support.probes import Alarmed
from tests.support.worlds import of, quiet, spec_of


def recorded(design: str, *overrides: str) -> Schedule:
    """The schedule of a session."""
    scenario = quiet(*overrides)
    return record(scenario, load_design(design, scenario), 1)[1]


EXACT = recorded("alarm", "platform.commit_ms=7")
COUNT = len(EXACT.steps)


def refusal(schedule: Schedule) -> str:
    """How a schedule is refused."""
    with pytest.raises(InputError) as caught:
        replay(schedule)
    return str(caught.value)


def step_of(words: str) -> int:
    """The number of the step that a refusal names, counted from 1."""
    found = re.match(r"schedule, (?:after )?step (\d+)", words)
    assert found is not None, words
    return int(found.group(1))


def with_steps(schedule: Schedule, steps: tuple[Step, ...]) -> Schedule:
    """The same schedule with other steps."""
    return dataclasses.replace(schedule, steps=steps)


def changed(place: int, step: Step) -> Schedule:
    """The exact schedule with one step in place of another."""
    return with_steps(EXACT, (*EXACT.steps[:place], step, *EXACT.steps[place + 1 :]))


@settings(max_examples=40)
@given(place=st.integers(0, COUNT - 1), by_ms=st.integers(-50, 50).filter(bool))
def test_an_exact_time_cannot_be_moved(place: int, by_ms: int) -> None:
    step = EXACT.steps[place]
    words = refusal(changed(place, step._replace(at_ms=step.at_ms + by_ms)))
    assert step_of(words) == place + 1
    is_other = by_ms > 0 and "allowed: first " in words
    assert is_other or f"for this one at {step.at_ms} ms" in words


@settings(max_examples=30)
@given(place=st.integers(0, COUNT - 1))
def test_no_step_can_be_left_out_or_done_twice(place: int) -> None:
    steps = EXACT.steps
    missing = with_steps(EXACT, (*steps[:place], *steps[place + 1 :]))
    assert step_of(refusal(missing)) >= place, "it is missed at the next, or later"
    twice = with_steps(EXACT, (*steps[: place + 1], *steps[place:]))
    assert step_of(refusal(twice)) == place + 2


@settings(max_examples=30)
@given(place=st.integers(0, COUNT - 1), outcome=st.sampled_from(["lost", "delivered", "failed"]))
def test_what_has_one_outcome_has_no_other(place: int, outcome: str) -> None:
    words = refusal(changed(place, EXACT.steps[place]._replace(outcome=outcome)))
    assert step_of(words) == place + 1
    assert words.endswith("allowed: an outcome of ''")
    assert f"ms {outcome}'" in words


@settings(max_examples=30)
@given(place=st.integers(0, COUNT - 1), key=st.sampled_from([(), ("rain",), ("alarm", 1), (7,)]))
def test_what_is_not_pending_cannot_happen(place: int, key: tuple[object, ...]) -> None:
    words = refusal(changed(place, Step(key, EXACT.steps[place].at_ms, "")))
    assert step_of(words) == place + 1
    expected = EXACT.steps[place]
    assert " ".join(map(str, expected.key)) + f" at {expected.at_ms} ms" in words


@pytest.mark.parametrize("left", [0, 1, COUNT // 2, COUNT - 1])
def test_a_schedule_that_breaks_off_is_no_quiet_end(left: int) -> None:
    words = refusal(with_steps(EXACT, EXACT.steps[:left]))
    assert words.startswith(f"schedule, after step {left}: 'its end, quiet'; allowed: ")
    following = EXACT.steps[left]
    assert f"{' '.join(map(str, following.key))} at {following.at_ms} ms" in words


def test_a_run_that_was_cut_may_end_anywhere() -> None:
    for ended in ("horizon", "limit", "violation"):
        cut = dataclasses.replace(EXACT, ended=ended, steps=EXACT.steps[:9])
        run = replay(cut)
        assert run.trace[-1] == e.RunEnded(EXACT.steps[8].at_ms, ended)
        assert run.facts.ended == ended


def test_a_schedule_of_one_design_is_no_whole_run_of_another() -> None:
    # The old design sets no alarm; the other one has one pending when the schedule is over.
    manual = recorded("manual", "client.last_chunk='before_stop'")
    until_stop = tuple(step for step in manual.steps if "finalize_session" not in step.key)
    with pytest.raises(InputError, match=r"schedule, step \d+|after step \d+"):
        replay(manual, load_design("alarm"))
    with pytest.raises(InputError, match="its end, quiet"):
        replay(with_steps(manual, until_stop[:2]), spec_of(Alarmed))


# --- ranges ---------------------------------------------------------------------------------------

RANGE = "network.response_delay_ms={distribution='uniform', low_ms=5, high_ms=9}"


@pytest.mark.parametrize(
    ("delay_ms", "fits"), [(4, False), (5, True), (7, True), (9, True), (10, False)]
)
def test_all_of_a_range_fits_and_nothing_beside_it(delay_ms: int, fits: bool) -> None:
    base = recorded("alarm", RANGE)
    answer = Step(("response", "create", -1, 0, 0), 10 + delay_ms, "")
    schedule = dataclasses.replace(base, ended="limit", steps=(base.steps[0], answer))
    if fits:
        assert of(replay(schedule).trace, e.ResponseArrived)[0].at_ms == 10 + delay_ms
    else:
        assert "for this one from 15 to 19 ms" in refusal(schedule)


def test_what_has_no_end_may_come_at_any_later_time() -> None:
    endless = "network.response_delay_ms={distribution='exponential', mean_ms=5, low_ms=3}"
    base = recorded("alarm", endless)
    answer = Step(("response", "create", -1, 0, 0), 500_000, "")
    schedule = dataclasses.replace(base, ended="limit", steps=(base.steps[0], answer))
    assert of(replay(schedule).trace, e.ResponseArrived)[0].at_ms == 500_000
    early = dataclasses.replace(schedule, steps=(base.steps[0], answer._replace(at_ms=12)))
    assert "for this one at 13 ms or later" in refusal(early)


def test_what_was_possible_is_named_the_first_six() -> None:
    scenario = quiet("recording.chunks=9", "client.uploads_parallel=9", "start.session='active'")
    world = World(load_design("alarm", scenario), scenario, 0)
    world.begin()
    words = possible(world).split("; ")
    assert len(words) == 7
    assert words[0] == "request signal_stop -1 0 0 at 10 ms"
    assert words[1:6] == [f"request upload {chunk} 0 0 at 10 ms" for chunk in range(5)]
    assert words[6] == "4 more"


# --- what a schedule carries ----------------------------------------------------------------------


def test_the_recorded_settings_are_those_of_the_replay() -> None:
    base = recorded("alarm", "design.grace_ms=777", "faults=[{kind='stray_stop', offset_ms=500}]")
    assert base.settings == {"grace_ms": 777, "long_alarm_ms": 600_000}
    run = replay(base)
    assert run.design.settings.grace_ms == 777
    assert run.facts.completions[0][0] == 20 + 500 + 10 + 777
    assert run.judge.grace_ms == 777
    wrong = dataclasses.replace(base, settings={"grase_ms": 5})
    with pytest.raises(InputError, match=r"design alarm: its settings are refused: .*grase_ms"):
        replay(wrong)


def test_the_recorded_duration_is_that_of_the_replay() -> None:
    (place,) = (at for at, step in enumerate(EXACT.steps) if step.key == ("stop",))
    words = refusal(dataclasses.replace(EXACT, duration_ms=24_999))
    assert step_of(words) == place + 1
    assert words.endswith(f"for this one at {EXACT.steps[place].at_ms - 1} ms")


def test_a_seed_is_a_remark_and_changes_nothing() -> None:
    other = dataclasses.replace(EXACT, seed=99, session=7)
    run = replay(other)
    assert run.trace == replay(EXACT).trace
    assert (run.seed, run.session) == (99, 7)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("ended", "nope", "one of quiet, completion, horizon, limit, violation"),
        ("session", -5, "-1 to "),
        ("seed", -2, "-1 to "),
        ("duration_ms", -5, "0 to "),
        ("duration_ms", 10**30, "0 to "),
        ("clock_offsets_ms", [10**30], "each from -1,000,000,000,000 to "),
        ("clock_offsets_ms", [0, -(10**13)], "each from -1,000,000,000,000 to "),
    ],
)
def test_a_header_that_cannot_be_names_its_field(
    field: str, value: object, allowed: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.schedule"
    write_schedule(EXACT, path)
    first, *steps = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps(json.loads(first) | {field: value}), *steps]))
    with pytest.raises(InputError) as caught:
        read_schedule(path)
    words = f"line 1: {field}: {value!r}; allowed: {allowed}"
    assert words in str(caught.value)


@pytest.mark.parametrize(("value", "allowed"), [(-5, "at least 0 ms"), (10**30, "at most ")])
def test_a_recorded_setting_that_cannot_be_names_its_field(value: int, allowed: str) -> None:
    words = refusal(dataclasses.replace(EXACT, settings={"grace_ms": value}))
    assert words.startswith(f"schedule: settings.grace_ms: {value}; allowed: {allowed}")
    given = ("mine", AlarmDesign, AlarmDesign.Settings(grace_ms=value))
    with pytest.raises(InputError, match=f"design.mine.grace_ms: {value}; allowed: {allowed}"):
        load_design(given, quiet())


@pytest.mark.parametrize("value", ["abc", 5.5, None, True])
def test_a_recorded_time_is_a_whole_number(value: object) -> None:
    words = refusal(dataclasses.replace(EXACT, settings={"grace_ms": value}))
    shown = "null" if value is None else repr(value)
    assert words == f"schedule: settings.grace_ms: {shown}; allowed: a value of type int"
