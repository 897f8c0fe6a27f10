"""How a session begins: with its create request, or there already; with chunks, or a recorder."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from tests.support.worlds import of

DESIGNS = ("manual", "alarm", "lazy-alarm")


def begun(session: str, design: str) -> list[e.Event]:
    scenario = load_scenario("small-scope", [f"start.session='{session}'", "loss=0.0"])
    return simulate(scenario, load_design(design, scenario), 1).trace


@pytest.mark.parametrize("design", DESIGNS)
def test_a_new_session_gets_its_chunks_once_it_is_created(design: str) -> None:
    trace = begun("new", design)
    sent = [(event.method, event.chunk) for event in of(trace, e.RequestSent)]
    assert sent[:3] == [("create", e.NO_CHUNK), ("upload", 0), ("upload", 1)]
    created = next(event for event in of(trace, e.ResponseArrived) if event.method == "create")
    assert [event.at_ms for event in of(trace, e.ChunkRecorded)] == [created.at_ms] * 2
    assert [event.at_ms for event in of(trace, e.StopPressed)] == [created.at_ms]
    assert 404 not in [event.status for event in of(trace, e.ResponseArrived)]


@pytest.mark.parametrize("session", ["created", "active"])
def test_a_session_that_is_there_has_its_chunks_at_time_0(session: str) -> None:
    trace = begun(session, "alarm")
    assert [event.at_ms for event in of(trace, e.ChunkRecorded)] == [0, 0]
    assert "create" not in [event.method for event in of(trace, e.RequestSent)]


@pytest.mark.parametrize("session", ["new", "created", "active"])
@pytest.mark.parametrize(("design", "verdict"), [("alarm", "violated"), ("lazy-alarm", "proved")])
def test_however_it_begins_a_design_is_judged_by_its_race(
    session: str, design: str, verdict: str
) -> None:
    slug = "complete_at_finalization"
    overrides = [f"start.session='{session}'", "grace_ms=16"]
    scenario = load_scenario("small-scope", overrides)
    found = verify(scenario, load_design(design, scenario), [slug, "nothing_refused"])
    assert found.verdicts[slug].kind == verdict
    if design == "lazy-alarm":
        assert found.verdicts["nothing_refused"].kind == "proved"
