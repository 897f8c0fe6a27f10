"""The plain models that engines are measured beside come to what the design does."""

from __future__ import annotations

import detangle
import pytest

from benchmarks.by_detangle import SmallScope, tried
from benchmarks.plain_salabim import in_salabim
from benchmarks.plain_simpy import PlainSession
from benchmarks.simulate import SETTINGS
from lastchunk.model.scenario.load import load_scenario

LEGS, CUT, WHOLE, STOPS = 8, 44, 28, 8
"""Of 8 legs and 9 times of the disconnect 44 pairs cut the upload: it is sent once more, with any
of 8 legs. 28 do not: it arrives, or is lost and sent once more. The stop takes any of 8 legs."""


def test_a_model_in_salabim_comes_to_what_the_one_in_simpy_comes_to() -> None:
    scenario = load_scenario("everything-fast", SETTINGS)
    plain = [PlainSession(scenario, "alarm", 1, session).run() for session in range(40)]
    assert in_salabim(scenario, 1, range(40)) == plain
    assert len({completed_ms for completed_ms, _ in plain}) == len(plain)


def test_every_schedule_of_one_chunk_is_tried_and_the_alarm_waits() -> None:
    runs, _, is_whole = tried(1, False, 60)
    assert (runs, is_whole) == (STOPS * (CUT * LEGS + WHOLE * (1 + LEGS)), True)


def test_an_alarm_that_is_too_early_is_found_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.by_detangle.GRACE_MS", 3)

    async def session() -> None:
        await SmallScope(1).run()

    with pytest.raises(detangle.BugFound):
        detangle.explore(session, strategy="dfs:9", runs=100_000, shrink=False)
