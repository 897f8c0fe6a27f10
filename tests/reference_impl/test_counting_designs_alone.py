"""The designs that count their chunks, on a dictionary for storage, call by call.

The stop says how many chunks there are, so that nothing is guessed: the session is completed in the
turn in which the last of them is recorded, whichever comes last.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastchunk.reference_impl.designs import DESIGNS
from tests.reference_impl.test_designs_alone import COUNTING, box, put
from tests.support.by_hand_driver import Box


@settings(max_examples=60)
@given(data=st.data(), name=st.sampled_from(COUNTING), chunks=st.integers(0, 4))
def test_a_counted_session_is_completed_when_stop_and_chunks_are_there(
    data: st.DataObject, name: str, chunks: int
) -> None:
    found = box(name)
    steps = data.draw(st.permutations(["stop", *range(chunks)]))
    for number, step in enumerate(steps, 1):
        assert found.status == "active"
        if step == "stop":
            assert found.call("signal_stop", chunks).status == 200
        else:
            assert put(found, int(step)) == 200
        assert (found.status == "completed") == (number == chunks + 1)
    assert found.state["chunks_uploaded"] == chunks
    if chunks:
        assert put(found, 0) == 200, "what is there is welcome again"
        assert found.blobs.count(0) == 1, "and is not stored again"
    assert put(found, chunks) == 403


@pytest.mark.parametrize("name", COUNTING)
def test_the_first_count_is_the_one_that_counts(name: str) -> None:
    assert Box(DESIGNS[name]).call("signal_stop", 1).status == 404
    found = box(name)
    assert found.call("signal_stop").status == 200
    assert "expected" not in found.state, "a stop that says no number changes nothing"
    found.call("signal_stop", 2)
    found.call("signal_stop", 0)
    assert (found.state["expected"], found.status) == (2, "active")


@pytest.mark.parametrize("name", COUNTING)
@pytest.mark.parametrize(("told", "missing"), [(None, None), (3, [0, 2])])
def test_silence_makes_a_session_incomplete_and_then_expired(
    name: str, told: int | None, missing: list[int] | None
) -> None:
    found = box(name, watchdog_ms=1_000, retention_ms=50_000)
    put(found, 1)
    found.call("signal_stop", told)
    found.ring()
    assert (found.status, found.state["missing"]) == ("incomplete", missing)
    assert found.alarm_ms == found.now_ms + 50_000
    assert put(found, 0) == 200, "late chunks are taken"
    assert found.status == "incomplete"
    if name == "manifest":
        assert found.alarm_ms == found.now_ms + 50_000, "and do not make it active"
    found.ring()
    assert (found.status, found.state["expired"]) == ("incomplete", True)
    assert not found.has_alarm
    assert put(found, 2) == 403
    assert put(found, 0) == 200
    found.call("alarm")
    assert not found.has_alarm


@pytest.mark.parametrize("name", COUNTING)
def test_a_late_chunk_may_complete_an_incomplete_session(name: str) -> None:
    found = box(name, watchdog_ms=1_000)
    found.call("signal_stop", 1)
    found.ring()
    assert put(found, 0) == 200
    assert found.status == "completed"
    found.call("alarm")
    assert found.status == "completed"


def test_the_manifest_moves_its_watchdog_and_takes_it_away() -> None:
    found = box("manifest", watchdog_ms=1_000)
    alarms = [found.alarm_ms]
    for index, now_ms in enumerate((1_500, 2_200)):
        found.now_ms = now_ms
        put(found, index)
        alarms.append(found.alarm_ms)
    assert alarms == [2_000, 2_500, 3_200]
    done = box("manifest")
    done.call("signal_stop", 0)
    assert (done.status, done.alarm_ms) == ("completed", None)


def test_the_lazy_watchdog_comes_back_for_the_remainder() -> None:
    found = box("lazy-alarm", watchdog_ms=1_000)
    assert found.alarm_ms == 2_000
    found.now_ms = 1_700
    put(found, 0)
    assert found.alarm_ms == 2_000, "an upload writes no alarm"
    found.ring()
    assert (found.status, found.alarm_ms) == ("active", 2_700)
    found.ring()
    assert (found.status, found.now_ms) == ("incomplete", 2_700)
