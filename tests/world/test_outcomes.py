"""Outcomes: which there are, and how many of the bad ones a session may meet."""

from __future__ import annotations

import pytest

from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace import events as e
from lastchunk.model.world.outcomes import (
    build_table,
    choices_of,
    counted,
    fault_choices,
    keeping,
    kept_of,
    within,
)
from tests.support.worlds import of, run


def test_what_cannot_go_wrong_is_not_in_the_table() -> None:
    assert build_table(load_scenario("everything-fast")) == {}
    table = build_table(load_scenario("everything-at-once"))
    assert set(table) == {
        "request",
        "response",
        "blob",
        "blob_call",
        "timer",
        "storage",
        "commit",
        "alarm",
        "move_alarm",
        "notify",
    }
    for choices in table.values():
        assert sum(share for _, share in choices) == pytest.approx(1.0)


def test_what_is_certain_to_go_wrong_leaves_no_rest() -> None:
    assert choices_of("delivered", ("lost", 1.0)) == (("lost", 1.0),)
    assert choices_of("delivered", ("lost", 0.0)) == ()


def test_an_instance_that_is_lost_keeps_any_number_of_its_commits() -> None:
    choices = keeping((("instance lost", 0.3), ("resumed", 0.7)), "instance lost", 2)
    assert [name for name, _ in choices] == [
        "instance lost keeping 0",
        "instance lost keeping 1",
        "instance lost keeping 2",
        "resumed",
    ]
    assert sum(share for _, share in choices) == pytest.approx(1.0)
    assert [kept_of(name) for name, _ in choices] == [0, 1, 2, 0]


def test_a_bound_that_is_used_up_leaves_the_rest() -> None:
    choices = (("failed", 0.1), ("written", 0.1), ("confirmed", 0.8))
    assert within("commit", choices, {"commit": 1}, {}) == choices
    assert within("commit", choices, {"commit": 1}, {"commit": 1}) == ()
    assert within("commit", choices, {"alarm": 0}, {}) == choices
    blob = (("failed", 0.2), ("instance lost", 0.2), ("stored", 0.6))
    left = within("blob", blob, {"instance": 0}, {})
    assert [name for name, _ in left] == ["failed", "stored"]
    assert [share for _, share in left] == pytest.approx([0.25, 0.75])


def test_only_what_is_bounded_is_counted() -> None:
    before: dict[str, int] = {}
    assert counted("blob", "failed", before, {"instance": 1}) is before
    assert counted("commit", "confirmed", before, {"commit": 1}) is before
    assert counted("blob", "instance lost keeping 1", before, {"instance": 2}) == {"instance": 1}
    assert counted("alarm", "counted", {"alarm": 2}, {"alarm": 5}) == {"alarm": 3}
    assert before == {}, "worlds share it: it is never changed"


def test_a_bound_on_all_kinds_counts_whatever_goes_wrong() -> None:
    most = {"any": 2, "commit": 2}
    one = counted("request", "lost", {}, most)
    assert one == {"any": 1}
    assert counted("commit", "failed", one, most) == {"any": 2}, "which it was matters no more"
    assert counted("fault", "passes", one, most) is one
    choices = (("lost", 0.5), ("delivered", 0.5))
    assert within("request", choices, most, one) == choices
    assert within("request", choices, most, {"any": 2}) == ()


def test_a_fault_passes_where_no_strike_is_left_unless_it_is_certain() -> None:
    assert [name for name, _ in fault_choices(0.5)] == ["strikes", "passes"]
    assert fault_choices(0.5, is_left=False) == (("passes", 1.0),)
    assert fault_choices(1.0, is_left=False) == (("strikes", 1.0),)


def test_a_session_meets_no_more_than_the_bound_on_all_kinds() -> None:
    settings = (
        "platform.commit_failure=0.5",
        "network.request_loss=0.5",
        "limits.strikes_max=2",
        "faults=[{kind='instance_lost', offset_ms={low_ms=0,high_ms=20000}, probability=0.5}]",
    )
    kinds = (e.CommitFailed, e.RequestLost, e.InstanceLost)
    for seed in range(20):
        found = of(run("everything-fast", "alarm", *settings, seed=seed), *kinds)
        resets = [item for item in found if isinstance(item, e.InstanceLost)]
        by_commit = [item for item in resets if item.reason == "commit failed"]
        assert len(found) - len(by_commit) <= 2


@pytest.mark.parametrize(
    ("settings", "event", "most"),
    [
        (["platform.commit_failure=0.9", "platform.commit_failures_max=2"], e.CommitFailed, 2),
        (["platform.instance_loss=0.9", "platform.instance_losses_max=3"], e.InstanceLost, 3),
        (
            ["platform.alarm_uncounted_failure=0.9", "platform.alarm_failures_max=4"],
            e.AlarmFailed,
            4,
        ),
    ],
)
def test_a_session_meets_no_more_than_the_bound(
    settings: list[str], event: type, most: int
) -> None:
    found = [len(of(run("everything-fast", "alarm", *settings, seed=s), event)) for s in range(20)]
    assert max(found) == most


def test_a_created_session_has_its_alarm_and_an_active_one_has_none() -> None:
    settings = ["disconnects=0", "failures=0", "limits.end_at_completion=false"]
    created = run("small-scope", "alarm", *settings, "start.session='created'")
    assert of(created, e.AlarmSet)[0].due_ms == 40
    active = run("small-scope", "alarm", *settings, "network.stop_delay_ms=30")
    started = of(active, e.AlarmStarted)
    assert len(started) == 1, "the alarm of create is not there any more"
