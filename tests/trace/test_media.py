"""Media lost: the time recorded that is stored nowhere, whether a chunk ever held it or not."""

from __future__ import annotations

import pytest

from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace import media
from lastchunk.model.trace.events import TabClosed
from lastchunk.model.trace.media import media_lost_ms


def closed(low_ms: int, high_ms: int, session: int, *overrides: str) -> Run:
    """A session on a good network whose tab is closed so long after the recording began."""
    fault = f"faults=[{{kind='tab_closed', offset_ms={{low_ms={low_ms}, high_ms={high_ms}}}}}]"
    scenario = load_scenario("everything-fast", [fault, "expect.sometimes=[]", *overrides])
    return simulate(scenario, "alarm", 1, session)


@pytest.mark.parametrize("session", range(5))
def test_a_page_left_in_the_middle_of_a_chunk_loses_what_it_held(session: int) -> None:
    run = closed(19_000, 19_000, session, "recording.duration_ms=60000")
    assert run.media_lost_ms == 9_000


@pytest.mark.parametrize("session", range(5))
def test_a_page_left_before_its_first_chunk_loses_all(session: int) -> None:
    run = closed(1_000, 4_000, session, "client.chunk_ms=5000")
    (gone,) = [item for item in run.trace if isinstance(item, TabClosed)]
    assert run.media_lost_ms == run.facts.recorded_ms
    assert 1_000 <= run.media_lost_ms <= 4_000
    assert gone.at_ms - run.media_lost_ms == run.facts.start_ms


@pytest.mark.parametrize(
    ("scenario", "design"),
    [
        ("everything-fast", "alarm"),
        ("twelve-minute-pause", "lazy-alarm"),
        ("sleeping-laptop", "lazy-alarm"),
        ("lossy-mobile", "lazy-alarm"),
    ],
)
def test_where_every_chunk_is_stored_no_media_is_lost(scenario: str, design: str) -> None:
    run = simulate(load_scenario(scenario), design, 1, 0)
    assert set(run.facts.recorded) == set(run.facts.stored)
    assert run.media_lost_ms == 0


@pytest.mark.parametrize(
    "name", ["lossy-mobile", "sleeping-laptop", "tab-reloaded", "twelve-minute-pause", "harmless"]
)
def test_the_events_left_out_bear_on_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [simulate(load_scenario(name), "manual", 1, session) for session in range(8)]
    few = [media_lost_ms(run.trace) for run in runs]
    monkeypatch.setattr(media, "MEDIA", frozenset(e.EVENTS.values()))
    assert [media_lost_ms(run.trace) for run in runs] == few
