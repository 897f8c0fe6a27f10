"""What may go wrong with each pending thing, and how likely, by hand from the settings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.design.load import load_design
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.outcomes import (
    ANY,
    Choices,
    build_table,
    choices_of,
    counted,
    failures_allowed,
    failures_of,
    fault_choices,
    keeping,
    kept_of,
    table_of,
    within,
)
from lastchunk.model.world.world import World
from tests.support.worlds import of, quiet

SHARE = st.floats(0.0, 0.5)
LOST = "instance lost"


def table(*overrides: str) -> dict[str, dict[str, float]]:
    """The outcomes by kind, and their shares."""
    return {kind: dict(choices) for kind, choices in build_table(quiet(*overrides)).items()}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["network.request_loss=0.25"], {"request": {"lost": 0.25, "delivered": 0.75}}),
        (
            ["network.request_loss=0.25", "network.request_duplication=0.5"],
            {"request": {"lost": 0.25, "duplicated": 0.5, "delivered": 0.25}},
        ),
        (["network.response_loss=0.25"], {"response": {"lost": 0.25, "delivered": 0.75}}),
        (
            ["blobs.failure=0.25"],
            {
                "blob": {"failed": 0.25, "stored": 0.75},
                "blob_call": {"failed": 0.25, "answered": 0.75},
            },
        ),
        (
            ["platform.instance_loss=0.25"],
            {
                "blob": {LOST: 0.25, "stored": 0.75},
                "blob_call": {LOST: 0.25, "answered": 0.75},
                "timer": {LOST: 0.25, "resumed": 0.75},
                "storage": {LOST: 0.25, "resumed": 0.75},
                "notify": {LOST: 0.25, "answered": 0.75},
            },
        ),
        (
            ["platform.commit_failure=0.5", "platform.commit_failure_written=0.25"],
            {"commit": {"failed": 0.375, "written": 0.125, "confirmed": 0.5}},
        ),
        (
            ["platform.commit_failure=0.5", "platform.commit_failure_written=1.0"],
            {"commit": {"written": 0.5, "confirmed": 0.5}},
        ),
        (
            [
                "platform.alarm_uncounted_failure=0.125",
                "platform.alarm_counted_failure=0.25",
                "platform.alarm_unacknowledged=0.5",
            ],
            {
                "alarm": {
                    "uncounted": 0.125,
                    "counted": 0.25,
                    "unacknowledged": 0.5,
                    "delivered": 0.125,
                }
            },
        ),
        (["platform.alarm_move_loss=0.25"], {"move_alarm": {"lost": 0.25, "told": 0.75}}),
        (
            ["consumer.notify_loss=0.25", "consumer.notify_answer_loss=0.5"],
            {"notify": {"lost": 0.25, "answer lost": 0.5, "answered": 0.25}},
        ),
    ],
)
def test_a_setting_is_a_share_of_its_own_kind_of_thing(
    overrides: list[str], expected: dict[str, dict[str, float]]
) -> None:
    assert table(*overrides) == expected


@given(shares=st.dictionaries(st.sampled_from("abc"), SHARE, max_size=2))
def test_shares_and_the_rest_are_one(shares: dict[str, float]) -> None:
    choices = choices_of("rest", *shares.items())
    possible = {name: share for name, share in shares.items() if share > 0}
    if not possible:
        assert choices == ()
        return
    assert sum(share for _, share in choices) == pytest.approx(1.0)
    assert {name: share for name, share in choices if name != "rest"} == possible


def test_many_sessions_of_one_scenario_share_its_table() -> None:
    one, other = quiet("network.request_loss=0.25"), quiet("network.request_loss=0.25")
    assert table_of(one) is table_of(one)
    assert table_of(other) is not table_of(one)
    assert table_of(quiet("blobs.failure=0.5")).keys() == {"blob", "blob_call"}


# --- how much a loss keeps ------------------------------------------------------------------------


@given(under_way=st.integers(0, 6), share=SHARE)
def test_a_loss_keeps_any_number_of_the_commits_under_way_equally(
    under_way: int, share: float
) -> None:
    choices: Choices = ((LOST, share), ("resumed", 1 - share))
    spread = keeping(choices, LOST, under_way)
    kept = [(kept_of(name), part) for name, part in spread if name != "resumed"]
    assert [number for number, _ in kept] == list(range(under_way + 1))
    assert all(part == pytest.approx(share / (under_way + 1)) for _, part in kept)
    assert spread[-1] == ("resumed", 1 - share)
    assert kept_of("resumed") == kept_of("strikes") == kept_of(LOST) == 0


def test_a_world_offers_a_loss_for_each_number_of_commits_under_way() -> None:
    scenario = quiet("platform.instance_loss=0.25", "platform.commit_ms=40", "recording.chunks=1")
    world = World(load_design("alarm"), scenario, 0)
    world.begin()
    (create,) = [item for key, item in world.pending.items() if key[0] == "request"][:1]
    assert world.choices(create) == ()
    put = Pending(("blob", "upload", 0, 0, 0), 0)
    assert world.choices(put) == ((LOST, 0.25), ("stored", 0.75))
    world.object.storage.begun += 1
    assert dict(world.choices(put)) == {
        f"{LOST} keeping 0": 0.125,
        f"{LOST} keeping 1": 0.125,
        "stored": 0.75,
    }
    (fault,) = quiet("faults=[{kind='deploy', offset_ms=5, probability=0.5}]").faults
    names = [name for name, _ in world.choices(Pending(("fault", 0), 0, (), fault))]
    assert names == ["strikes keeping 0", "strikes keeping 1", "passes"]
    (closed,) = quiet("faults=[{kind='tab_closed', offset_ms=5, probability=0.5}]").faults
    names = [name for name, _ in world.choices(Pending(("fault", 0), 0, (), closed))]
    assert names == ["strikes", "passes"], "it takes no instance"


# --- how often it may -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome", "counts_as"),
    [
        ("request", "lost", (ANY,)),
        ("request", "duplicated", (ANY,)),
        ("request", "delivered", ()),
        ("response", "lost", (ANY,)),
        ("blob", "failed", (ANY,)),
        ("blob", "stored", ()),
        ("blob", LOST, ("instance", ANY)),
        ("timer", f"{LOST} keeping 2", ("instance", ANY)),
        ("timer", "resumed", ()),
        ("commit", "failed", ("commit", ANY)),
        ("commit", "written", ("commit", ANY)),
        ("commit", "confirmed", ()),
        ("alarm", "counted", ("alarm", ANY)),
        ("alarm", "unacknowledged", ("alarm", ANY)),
        ("alarm", "delivered", ()),
        ("move_alarm", "told", ()),
        ("move_alarm", "lost", (ANY,)),
        ("notify", "answered", ()),
        ("notify", "answer lost", (ANY,)),
        ("fault", "strikes", (ANY,)),
        ("fault", "passes", ()),
        ("tick", "", ()),
    ],
)
def test_what_an_outcome_counts_as(kind: str, outcome: str, counts_as: tuple[str, ...]) -> None:
    assert failures_of(kind, outcome) == counts_as


def test_only_what_a_scenario_bounds_is_bounded() -> None:
    assert failures_allowed(quiet()) == {}
    bounded = quiet(
        "platform.commit_failures_max=1",
        "platform.instance_losses_max=2",
        "platform.alarm_failures_max=0",
        "limits.strikes_max=4",
    )
    assert failures_allowed(bounded) == {"commit": 1, "instance": 2, "alarm": 0, ANY: 4}


@given(
    outcomes=st.lists(st.sampled_from(["failed", "written", "confirmed"]), max_size=8),
    most=st.integers(0, 3),
)
def test_counting_goes_up_to_the_bound_and_no_further(outcomes: list[str], most: int) -> None:
    choices: Choices = (("failed", 0.25), ("written", 0.25), ("confirmed", 0.5))
    so_far: dict[str, int] = {}
    struck = 0
    for outcome in outcomes:
        left = [name for name, _ in within("commit", choices, {"commit": most}, so_far)]
        assert left == (["failed", "written", "confirmed"] if struck < most else [])
        if outcome in left:
            so_far = counted("commit", outcome, so_far, {"commit": most})
            struck += outcome != "confirmed"
    assert so_far == ({"commit": struck} if struck else {})


def test_what_is_left_is_drawn_in_its_own_proportions() -> None:
    choices: Choices = (("lost", 0.5), ("failed", 0.2), (LOST, 0.2), ("stored", 0.1))
    left = within("blob", choices, {"instance": 1}, {"instance": 1})
    assert dict(left) == pytest.approx({"lost": 0.625, "failed": 0.25, "stored": 0.125})
    assert dict(within("blob", choices, {ANY: 3}, {ANY: 2})) == pytest.approx(dict(choices))
    assert within("blob", choices, {ANY: 3}, {ANY: 3}) == ()


@given(st.floats(0.01, 0.99))
def test_a_fault_strikes_with_its_probability(probability: float) -> None:
    assert dict(fault_choices(probability)) == {"strikes": probability, "passes": 1 - probability}
    assert fault_choices(1.0) == (("strikes", 1.0),)


@pytest.mark.parametrize(
    ("kind", "event"), [("stray_stop", e.StrayStop), ("tab_closed", e.TabClosed)]
)
def test_a_certain_fault_strikes_though_no_strike_is_left(kind: str, event: Any) -> None:
    certain = f"faults=[{{kind='{kind}', offset_ms=5000}}]"
    doubtful = f"faults=[{{kind='{kind}', offset_ms=5000, probability=0.99}}]"
    for fault, times in ((certain, 1), (doubtful, 0)):
        scenario = load_scenario("everything-fast", [fault, "limits.strikes_max=0"])
        trace = simulate(scenario, load_design("alarm", scenario), 1).trace
        assert len(of(trace, event)) == times
