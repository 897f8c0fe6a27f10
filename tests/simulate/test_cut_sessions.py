"""Sessions that a horizon cuts: what is said of one is what the whole session says.

The oracle is the same session with all the time that it takes. It is cut at any ms, at those of its
own events too; then nothing may be said that the whole session takes back. A design that needs
ten minutes for its alarm has no verdict by vacuity before these are over.
"""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.properties import EXPLORABLE, PROPERTIES, NotApplicable, Unsettled
from lastchunk.model.properties.judged import ON_REQUEST
from lastchunk.model.properties.language import (
    after,
    always,
    ascending,
    at_most,
    bill,
    completion,
    event,
    eventually,
    never,
    sometimes,
    state,
    upload_ended,
)
from lastchunk.model.properties.row import HELD_CODE, UNSETTLED_CODE
from lastchunk.model.properties.shipped.endings import at_end, both, given, last, on_disk
from lastchunk.model.properties.shipped.words import refusal
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.table.engine import BY_TABLE, run_session
from lastchunk.model.trace.events import StorageReverted

SCENARIOS = ("lossy-mobile", "tab-closed-while-recording", "storage-trouble", "stray-stop")
DESIGNS = ("manual", "alarm", "outbox", "short-grace")
CUTS = 12
OWN = [
    at_end(state.not_stored == 0, when=state.has_recorded, name="all_there"),
    at_end(state.is_completed, even_if_cut=True, name="done"),
    always(state.recorded < 3, name="few"),
    never(refusal, when=state.has_stopped, name="not_after_stop"),
    eventually(completion, name="once"),
    eventually(event.BlobStored, within=15_000, name="soon"),
    after(event.StopPressed).eventually(completion, within=9_000, of="last upload", name="then"),
    after(event.StopPressed).eventually(completion, within=9_000, name="then_at_once"),
    at_most(2, event.AlarmStarted, in_any=30_000, name="calm"),
    at_most(1, event.BlobStored, per="chunk", name="each_once"),
    ascending(event.BlobStored, "chunk", name="in_order"),
    bill(requests=9, name="cheap"),
    bill(requests=4, per="chunk", name="cheap_chunks"),
    given(state.has_completed, never(refusal), name="whole_unrefused"),
    on_disk(never(completion & (state.missing > 0)), name="whole"),
    both(never(refusal), at_end(state.is_completed), name="two"),
    last(completion).within(9_000, of=event.StopPressed | upload_ended, name="last_soon"),
    sometimes(refusal, name="met"),
    never(event.Costs(requests=range(1, 9)), name="not_idle"),
]


@cache
def setup(scenario: str, design: str, horizon_ms: int = 86_400_000) -> tuple[Any, Any]:
    """A scenario that is cut there, and a design."""
    reads = "consumer.reads_after_ms={distribution='uniform', low_ms=50, high_ms=200}"
    loaded = load_scenario(scenario, [f"limits.horizon_ms={horizon_ms}", reads])
    return loaded, load_design(design, loaded)


def verdicts(run: Run) -> dict[str, Any]:
    """All that a run says."""
    return run.check([*EXPLORABLE, *ON_REQUEST, *OWN])


def horizons(run: Run, dice: random.Random) -> list[int]:
    """Some ms before the end: any of them, and those right before or at an event."""
    times = sorted({item.at_ms for item in run.trace})
    last_ms = times[-1]
    at_events = [dice.choice(times) - dice.choice((0, 1)) for _ in range(CUTS // 2)]
    return [max(1, ms) for ms in (1, dice.randrange(1, last_ms), *at_events)]


def taken_back(slug: str, whole: Run, at_ms: int) -> bool:
    """Whether a commit that was under way at the cut failed: what it wrote was, and is gone."""
    is_reverted = slug == "whole" or (slug in EXPLORABLE and EXPLORABLE[slug].is_reverted)
    later = (item for item in whole.trace if item.at_ms > at_ms)
    return is_reverted and any(isinstance(item, StorageReverted) for item in later)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("design", DESIGNS)
def test_what_a_cut_session_says_the_whole_one_says(scenario: str, design: str) -> None:
    dice = random.Random(f"{scenario} {design}")
    said = Counter[str]()
    for session in range(6):
        whole = simulate(*setup(scenario, design), 1, session)
        truth = verdicts(whole)
        assert whole.facts.ended == "quiet"
        for horizon_ms in horizons(whole, dice):
            cut = simulate(*setup(scenario, design, horizon_ms), 1, session)
            found = verdicts(cut)
            if not cut.facts.is_cut:
                assert found == truth
                continue
            for slug, item in found.items():
                said[type(item).__name__] += 1
                assert not isinstance(item, NotApplicable) or isinstance(item, Unsettled), slug
                if isinstance(item, Unsettled) or taken_back(slug, whole, cut.trace[-1].at_ms):
                    continue
                assert type(item) is type(truth[slug]), (slug, session, horizon_ms, item)
            by_table(cut, scenario, design, horizon_ms, session)
    assert said["Unsettled"] > said["Violation"] + said["Holds"]
    assert said["Holds"] > 0, "once is enough for some"
    assert said["Violation"] > 0 or scenario == "tab-closed-while-recording"


def by_table(cut: Run, scenario: str, design: str, horizon_ms: int, session: int) -> None:
    """The walk through the table says the same, word by word."""
    walked, _ = run_session(BY_TABLE, *setup(scenario, design, horizon_ms), 1, session, False)
    assert verdicts(walked) == verdicts(cut)


@pytest.mark.parametrize("engine", ["simpy", "table", "kernel"])
@pytest.mark.parametrize(
    ("scenario", "design"), [("lossy-mobile", "alarm"), ("harmless", "manual")]
)
def test_rows_of_cut_sessions_agree_with_whole_ones(
    engine: str, scenario: str, design: str
) -> None:
    if engine == "kernel":
        pytest.importorskip("numba", reason="compiled code needs numba")
    own = [] if engine == "kernel" else OWN  # it judges by the shipped ones alone
    own = [] if engine == "kernel" else OWN  # it judges by the shipped ones alone
    whole = compare(scenario, design, 60, properties=OWN).frame.set_index("session")
    for horizon_ms in (1, 31_000, 37_000, 610_000):
        loaded = load_scenario(scenario, [f"limits.horizon_ms={horizon_ms}"])
        cut = compare(loaded, design, 60, properties=own, engine=engine).frame
        cut = cut.set_index("session")
        is_cut = cut["ended"] == "horizon"
        for slug in (*PROPERTIES, *(item.slug for item in own)):
            assert (cut[slug] != UNSETTLED_CODE)[~is_cut].all()
            assert (cut[slug] != -1)[is_cut].all(), "with more time it may say something"
            is_settled = cut[slug] != UNSETTLED_CODE
            assert (cut[slug] == whole[slug])[is_settled].all(), (slug, horizon_ms)
        assert not (cut.loc[is_cut, list(PROPERTIES)] == HELD_CODE).any(axis=None)
        assert (cut.loc[is_cut, "outcome"] == "cut off").all()
