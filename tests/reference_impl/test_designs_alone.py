"""Each design's own logic, on a dictionary for storage: no gates, no scheduler, no network.

What is said of a design in its own words is looked at here call by call, so that what the world
does to it elsewhere cannot hide what it does itself. A call that is suspended at its blob put is
gone on with later: what happens in between is what the ladder is about.
"""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.reference_impl.contract import BlobStoreError, Chunk, StreamBroken
from lastchunk.reference_impl.designs import DESIGNS
from tests.support.by_hand_driver import Box

LADDER = ("short-grace", "re-read", "leases")
GUESSING = ("alarm", "outbox", *LADDER)
COUNTING = ("manifest", "lazy-alarm")
START_MS = 1_000


def box(name: str, **settings: Any) -> Box:
    """A fresh object of a shipped design, its session created."""
    found = Box(DESIGNS[name], **settings)
    assert found.call("create").status == 200
    return found


def put(found: Box, index: int) -> int:
    """One whole upload; its status."""
    status: int = found.call("upload", Chunk(index, 10)).status
    return status


def suspended(found: Box, index: int) -> Any:
    """An upload that waits for its blob put."""
    run = found.begin("upload", Chunk(index, 10))
    next(run)
    return run


# --- what all of them do --------------------------------------------------------------------------


@pytest.mark.parametrize("name", DESIGNS)
def test_without_a_session_there_is_nothing_to_upload_to(name: str) -> None:
    found = Box(DESIGNS[name])
    assert put(found, 0) == 404
    assert (found.blobs, found.values.get("state")) == ([], None)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_session_that_exists_is_left_as_it_is(name: str) -> None:
    found = box(name)
    assert found.state["status"] == "active"
    assert put(found, 0) == 200
    before = found.state
    assert found.call("create").status == 200
    assert found.state == before
    assert found.state["chunks_uploaded"] == 1


@pytest.mark.parametrize("name", DESIGNS)
def test_a_put_that_fails_counts_nothing(name: str) -> None:
    for error in (BlobStoreError(500), StreamBroken("gone")):
        found = box(name)
        run = suspended(found, 0)
        with pytest.raises(type(error)):
            found.go_on(run, error)
        assert found.state["chunks_uploaded"] == 0
        assert not found.values.get("leases"), "a lease is given back"


@pytest.mark.parametrize("name", [*GUESSING, "manual"])
def test_a_completed_session_refuses_uploads(name: str) -> None:
    found = box(name)
    found.call(found.design.stop_call)
    if name != "manual":
        found.ring()
    assert found.status == "completed"
    assert put(found, 0) == 403
    assert found.blobs == []


# --- the alarm ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alarm", "outbox"])
def test_the_deployed_alarm_is_put_off_by_all_but_the_stop(name: str) -> None:
    found = box(name, grace_ms=5_000, long_alarm_ms=600_000)
    assert found.alarm_ms == START_MS + 600_000
    found.now_ms = 2_000
    found.call("signal_stop")
    assert found.alarm_ms == 7_000
    found.now_ms = 3_000
    put(found, 0)
    assert found.alarm_ms == 603_000, "F3: an upload after the stop puts the alarm off for long"
    found.now_ms = 4_000
    found.call("signal_stop")
    found.call("create")
    assert found.alarm_ms == 604_000, "F22: so does a create"


@pytest.mark.parametrize("name", LADDER)
def test_after_the_stop_the_alarm_stays_near(name: str) -> None:
    found = box(name, grace_ms=5_000, long_alarm_ms=600_000)
    found.now_ms = 2_000
    put(found, 0)
    assert found.alarm_ms == 602_000
    assert found.call("signal_stop").status == 200
    assert found.alarm_ms == 7_000
    for now_ms, act in ((3_000, lambda: put(found, 1)), (4_000, lambda: found.call("create"))):
        found.now_ms = now_ms
        act()
        assert found.alarm_ms == now_ms + 5_000


@pytest.mark.parametrize("name", GUESSING)
def test_a_refused_upload_moves_no_alarm(name: str) -> None:
    found = box(name)
    found.call("signal_stop")
    found.ring()
    found.alarm_ms = None
    assert put(found, 3) == 403
    assert found.alarm_ms is None


@pytest.mark.parametrize("name", DESIGNS)
def test_an_alarm_without_a_session_does_nothing(name: str) -> None:
    found = Box(DESIGNS[name])
    found.call("alarm")
    assert (found.state, found.told) == (None, [])


def test_the_old_design_finalizes_and_takes_its_alarm_away() -> None:
    found = Box(DESIGNS["manual"])
    assert found.call("finalize_session").status == 404
    found.call("create")
    found.alarm_ms = 5
    assert found.call("finalize_session").status == 200
    assert found.status == "completed"
    assert not found.has_alarm
    found.call("alarm")
    assert found.status == "completed"


# --- what happens while a put is under way --------------------------------------------------------


@pytest.mark.parametrize("name", ["alarm", "outbox", "short-grace"])
def test_f2_a_stale_copy_makes_a_completed_session_active(name: str) -> None:
    found = box(name)
    run = suspended(found, 0)
    found.call("signal_stop")
    found.ring()
    assert found.status == "completed"
    assert found.go_on(run).status == 200
    assert (found.status, found.state["chunks_uploaded"]) == ("active", 1)


@pytest.mark.parametrize("name", ["manual", "alarm", "outbox", "short-grace"])
def test_f12_two_uploads_that_read_one_count_are_one(name: str) -> None:
    found = box(name)
    runs = [suspended(found, index) for index in (0, 1)]
    for run in runs:
        assert found.go_on(run).status == 200
    assert found.state["chunks_uploaded"] == 1


@pytest.mark.parametrize("name", ["re-read", "leases", *COUNTING])
def test_uploads_that_overlap_and_repeat_are_counted_once_each(name: str) -> None:
    found = box(name)
    runs = [suspended(found, index) for index in (2, 0, 2)]
    for run in reversed(runs):
        assert found.go_on(run).status == 200
    assert found.state["chunks"] == [0, 2]
    assert found.state["chunks_uploaded"] == 2


def test_a_re_read_refuses_what_the_alarm_did_not_wait_for() -> None:
    found = box("re-read")
    run = suspended(found, 0)
    found.call("signal_stop")
    found.ring()
    assert found.go_on(run).status == 403
    assert (found.status, found.state["chunks_uploaded"]) == ("completed", 0)


def test_the_alarm_waits_for_the_first_lease_to_end_and_no_longer() -> None:
    found = box("leases", grace_ms=5_000, lease_ms=20_000)
    slow, slower = suspended(found, 0), None
    found.now_ms = 4_000
    slower = suspended(found, 1)
    found.call("signal_stop")
    found.ring()
    assert (found.status, found.now_ms, found.alarm_ms) == ("active", 9_000, 21_000)
    assert found.go_on(slow).status == 200
    found.ring()
    assert (found.now_ms, found.alarm_ms) == (14_000, 24_000), "the grace after it, then the other"
    found.ring()
    assert (found.now_ms, found.status) == (24_000, "completed"), "a lease that is over is not live"
    assert found.go_on(slower).status == 403


# --- the outbox -----------------------------------------------------------------------------------


def test_the_outbox_tries_again_with_waits_that_double_up_to_the_most() -> None:
    found = box("outbox", notify_retry_ms=100, notify_retry_ms_max=1_000)
    found.notify_fails = True
    found.call("signal_stop")
    found.ring()
    waits = []
    for _ in range(6):
        assert found.alarm_ms is not None
        waits.append(found.alarm_ms - found.now_ms)
        found.ring()
    assert waits == [100, 200, 400, 800, 1_000, 1_000]
    found.notify_fails = False
    found.ring()
    assert found.told == ["session-completed"] * 8
    assert "outbox" not in found.values
    found.ring()
    assert found.alarm_ms is None, "an empty outbox sets no alarm"
    assert len(found.told) == 8
