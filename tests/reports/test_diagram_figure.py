"""State diagrams: what a state and a method are called, and how each is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.diagram import (
    EXPIRED,
    NOWHERE,
    ORDER,
    Diagram,
    Transition,
    method_of,
    settled,
    state_of,
)
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, INCOMPLETE, STATE_KEY
from lastchunk.reports.base.palette import BLUE, GREY, VERMILION
from lastchunk.reports.figures.diagram import PLACES, diagram_figure, points_of

CUT = Transition(ACTIVE, COMPLETED, "alarm: chunks missing")
WHOLE = Transition(ACTIVE, COMPLETED, "alarm: every chunk stored")
REOPENED = Transition(COMPLETED, ACTIVE, "upload: an old copy is written back")
STAYS = Transition(ACTIVE, ACTIVE, "upload: chunk recorded")
BEGINS = Transition(NOWHERE, ACTIVE, "create")


def diagram(*transitions: Transition) -> Diagram:
    states = {state for item in transitions for state in item[:2]}
    return Diagram("mine", tuple(s for s in ORDER if s in states), transitions)


def drawn(item: Diagram) -> Any:
    (axes,) = diagram_figure(item).axes
    return axes


def arrows(axes: Any) -> list[FancyArrowPatch]:
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


# --- what a state is called ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, NOWHERE),
        ({"other": 1}, NOWHERE),
        ({STATE_KEY: {"status": ACTIVE}}, ACTIVE),
        ({STATE_KEY: {"status": ACTIVE, "expected": 3}}, "active, stopping"),
        ({STATE_KEY: {"status": ACTIVE}, "stopping": True}, "active, stopping"),
        ({STATE_KEY: {"status": ACTIVE}, "stopping": False}, ACTIVE),
        ({STATE_KEY: {"status": INCOMPLETE, "expected": 3}}, "incomplete, stopping"),
        ({STATE_KEY: {"status": COMPLETED, "expected": 3}}, COMPLETED),
        ({STATE_KEY: {"status": INCOMPLETE, "expired": True}}, EXPIRED),
        ({STATE_KEY: {"status": INCOMPLETE, "expired": False}}, INCOMPLETE),
    ],
)
def test_a_state_is_what_the_object_knows(values: dict[str, Any], name: str) -> None:
    world: Any = SimpleNamespace(object=SimpleNamespace(storage=SimpleNamespace(values=values)))
    assert state_of(world) == name


WRITTEN = e.StateWritten(5, ACTIVE, 1, "")


@pytest.mark.parametrize(
    ("events", "name"),
    [
        ([], "timer"),
        ([WRITTEN], "timer"),
        ([e.HandlerStarted(1, "create", -1, 0), WRITTEN], "create"),
        ([e.HandlerEnded(1, "signal_stop", -1, 0, 200)], "signal_stop"),
        ([e.AlarmStarted(1, 1, 0), WRITTEN], "alarm"),
        ([e.BlobStored(1, 0, 0), WRITTEN], "upload"),
        ([e.BlobStored(1, 0, 0), WRITTEN, e.HandlerStarted(1, "create", -1, 0)], "upload"),
        ([e.HandlerStarted(1, "create", -1, 0), e.AlarmStarted(1, 1, 0), WRITTEN], "alarm"),
    ],
)
def test_the_method_of_a_step_is_the_last_one_before_the_write(events: Any, name: str) -> None:
    assert method_of(events, ("timer", 3)) == name


def test_a_design_of_one_s_own_gets_the_settings_that_it_knows() -> None:
    scenario = load_scenario("small-scope", ["grace_ms=3", "design.lease_ms=9"])
    plain = load_design("alarm")
    found = settled(DesignSpec("mine", plain.cls, plain.settings, "file.py:Mine"), scenario)
    assert (found.name, found.reference) == ("mine", "file.py:Mine")
    assert vars(found.settings) == {"grace_ms": 3, "long_alarm_ms": 40}
    assert settled("alarm", scenario).settings == found.settings


def test_a_diagram_counts_and_names_what_is_in_it() -> None:
    found = diagram(BEGINS, STAYS, CUT, WHOLE, REOPENED)
    assert found.statuses == 2
    assert found.triggers(ACTIVE, COMPLETED) == [CUT.trigger, WHOLE.trigger]
    assert found.triggers(COMPLETED, COMPLETED) == []
    assert found.mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> active: create\n"
        "    active --> active: upload, chunk recorded\n"
        "    active --> completed: alarm, chunks missing\n"
        "    active --> completed: alarm, every chunk stored\n"
        "    completed --> active: upload, an old copy is written back\n"
    )
    stopping = "active, stopping"
    named = Diagram("x", (stopping,), (Transition(stopping, stopping, "poll"),))
    assert "    active_stopping: active, stopping\n" in named.mermaid()


# --- how it is drawn -----------------------------------------------------------------------------


def test_each_state_has_one_box_with_its_name_in_its_place() -> None:
    found = diagram(BEGINS, STAYS, CUT)
    axes = drawn(found)
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 3
    middles = {
        (round(b.get_x() + b.get_width() / 2, 6), round(b.get_y() + b.get_height() / 2, 6))
        for b in boxes
    }
    assert middles == {PLACES[state] for state in found.states}
    words = {text.get_position(): text.get_text() for text in axes.texts}
    for state in found.states:
        assert words[PLACES[state]] == (state or "start")
    assert axes.get_title(loc="left") == "mine"


@pytest.mark.parametrize(
    ("transitions", "colour", "is_dashed"),
    [
        ((WHOLE,), BLUE, False),
        ((CUT,), VERMILION, True),
        ((WHOLE, CUT), VERMILION, True),
        ((REOPENED,), VERMILION, False),
        ((Transition(ACTIVE, INCOMPLETE, "alarm: chunks missing"),), BLUE, False),
        ((BEGINS,), BLUE, False),
    ],
)
def test_an_arrow_that_cuts_short_or_reopens_is_vermilion(
    transitions: tuple[Transition, ...], colour: str, is_dashed: bool
) -> None:
    axes = drawn(diagram(*transitions))
    (arrow,) = arrows(axes)
    assert to_hex(arrow.get_edgecolor()) == colour.lower()
    assert (arrow.get_linestyle() in ("--", "dashed")) is is_dashed
    words = "\n".join(item.trigger for item in transitions)
    (label,) = [text for text in axes.texts if text.get_text() == words]
    assert to_hex(label.get_color()) == colour.lower()


def test_there_is_one_arrow_for_each_pair_of_states() -> None:
    axes = drawn(diagram(BEGINS, STAYS, CUT, WHOLE, REOPENED))
    assert len(arrows(axes)) == 4
    texts = [text.get_text() for text in axes.texts]
    assert f"{CUT.trigger}\n{WHOLE.trigger}" in texts
    (loop,) = [arrow for arrow in arrows(axes) if to_hex(arrow.get_edgecolor()) == GREY.lower()]
    assert loop.get_linewidth() == 1.0


def test_words_of_opposite_arrows_are_apart() -> None:
    axes = drawn(diagram(WHOLE, REOPENED))
    at = {text.get_text(): text.get_position() for text in axes.texts}
    (x, y), (to_x, to_y) = PLACES[ACTIVE], PLACES[COMPLETED]
    middle = ((x + to_x) / 2, (y + to_y) / 2)
    one, other = at[WHOLE.trigger], at[REOPENED.trigger]
    assert one != other
    assert [(a + b) / 2 for a, b in zip(one, other, strict=True)] == pytest.approx(middle)


@pytest.mark.parametrize("state", [state for state in ORDER if state not in ("", COMPLETED)])
def test_a_loop_is_on_the_outer_side_of_its_state(state: str) -> None:
    axes = drawn(diagram(Transition(state, state, "stays")))
    (label,) = [text for text in axes.texts if text.get_text() == "stays"]
    y = PLACES[state][1]
    assert (label.get_position()[1] > y) == (y > 0)


def test_unknown_states_stand_in_a_row_of_their_own() -> None:
    odd = Diagram("odd", (ACTIVE, "paused", "parked"), (Transition(ACTIVE, "paused", "p"),))
    places = points_of(odd)
    assert places[ACTIVE] == PLACES[ACTIVE]
    assert places["paused"][1] == places["parked"][1] > max(y for _, y in PLACES.values())
    low, high = drawn(odd).get_ylim()
    assert low < min(y for _, y in places.values())
    assert high > max(y for _, y in places.values())
