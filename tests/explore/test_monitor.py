"""What the monitor forgets never changes a later judgement, and what it keeps is no needless time.

Real traces, with every kind of trouble in them, are cut into steps at random and judged twice: once
as the explorer does, which forgets after each step, and once by facts that keep everything.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.state.monitor import Monitor
from lastchunk.model.properties import EXPLORABLE, SOMETIMES, JudgeSettings, judge_settings
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts, facts_of
from tests.explore.judged import AT_END, REVERTIBLE, TIMED

Trace = Sequence[e.Event]

SOURCES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "all at once": ("everything-at-once", "alarm", ()),
    "all at once, outbox": ("everything-at-once", "outbox", ()),
    "all at once, lazy": ("everything-at-once", "lazy-alarm", ()),
    "storage": ("storage-trouble", "alarm", ()),
    "lossy": ("lossy-mobile", "manual", ()),
    "a slow uplink": ("slow-uplink", "alarm", ()),
    "the tab": ("tab-closed-while-recording", "leases", ()),
    "a stray stop": ("stray-stop", "alarm", ()),
    "commits fail": (
        "everything-fast",
        "alarm",
        (
            "platform.commit_ms=20",
            "platform.commit_failure=0.3",
            "recording.duration_ms=60000",
            "blobs.put_delay_ms={distribution='uniform', low_ms=10, high_ms=9000}",
            "design.grace_ms=1000",
        ),
    ),
    "short graces": (
        "everything-fast",
        "alarm",
        (
            "design.grace_ms=300",
            "design.long_alarm_ms=15000",
            "recording.duration_ms=60000",
            "blobs.put_delay_ms={distribution='uniform', low_ms=10, high_ms=9000}",
            "consumer.reads_after_ms=500",
        ),
    ),
}
CANARIES = f"{Path(__file__).parents[1] / 'oracles' / 'canaries.py'}:"
SOURCES |= {
    "a late reader": ("everything-fast", "lazy-alarm", ("consumer.reads_after_ms=60000",)),
    "never completed": ("lossy-mobile", CANARIES + "NeverCompletes", ()),
    "told more than once": (
        "everything-fast",
        CANARIES + "NotifiesDirectly",
        SOURCES["short graces"][2],
    ),
}
GROUPS = [[slug for slug in EXPLORABLE if slug not in TIMED], *([slug] for slug in sorted(TIMED))]
"""As `verify` asks them: a property that looks at times goes alone."""


def traces() -> dict[tuple[str, int], tuple[Trace, JudgeSettings]]:
    """A few sessions of each source, run once."""
    if not TRACES:
        for name, (scenario, design, overrides) in SOURCES.items():
            loaded = load_scenario(scenario, list(overrides))
            spec = load_design(design, loaded)
            for seed in range(4):
                TRACES[name, seed] = (simulate(loaded, spec, seed).trace, judge_settings(spec))
    return TRACES


TRACES: dict[tuple[str, int], tuple[Trace, JudgeSettings]] = {}


def cut(trace: Trace, dice: random.Random) -> list[list[e.Event]]:
    """The steps of a run: pieces of its trace, each of one instant at most."""
    steps: list[list[e.Event]] = [[]]
    for event in trace:
        if steps[-1] and (event.at_ms != steps[-1][0].at_ms or dice.random() < 0.5):
            steps.append([])
        steps[-1].append(event)
    return steps


def settled(
    monitor: Monitor, trace: Trace, dice: random.Random
) -> tuple[dict[str, int], dict[str, set[str]], set[str]]:
    """Judged as the explorer does: when each was first violated, the kinds, what was met."""
    facts = Facts()
    violated: dict[str, int] = {}
    kinds: dict[str, set[str]] = {slug: set() for slug in monitor.slugs}
    met: set[str] = set()
    *steps, last = cut(trace[:-1], dice)
    for step in [*steps, last]:
        judgements = monitor.watch(facts, step)
        if step is last:
            end: Any = trace[-1]
            judgements = judgements | monitor.end(facts, end.at_ms, end.reason)
        for slug, judgement in judgements.items():
            kinds[slug].add(type(judgement).__name__)
            if type(judgement).__name__ == "Violation":
                violated.setdefault(slug, step[0].at_ms)
        met |= monitor.settle(facts)
    return violated, kinds, met


def whole(
    slugs: Sequence[str], late: frozenset[str], judge: JudgeSettings, trace: Trace
) -> tuple[dict[str, int], dict[str, str]]:
    """Judged by facts that keep everything: when first violated, and the kind at the end."""
    facts = Facts()
    violated: dict[str, int] = {}
    for event in trace:
        facts.observe(event)
        is_end = isinstance(event, e.RunEnded)
        for slug in slugs if is_end else set(slugs) - late:
            judgement = EXPLORABLE[slug].check(facts, judge)
            if type(judgement).__name__ == "Violation":
                violated.setdefault(slug, event.at_ms)
    last = {slug: type(EXPLORABLE[slug].check(facts, judge)).__name__ for slug in slugs}
    return violated, last


@pytest.mark.parametrize("slugs", GROUPS, ids=lambda slugs: f"{slugs[0]}+{len(slugs) - 1}")
@pytest.mark.parametrize("source", SOURCES)
def test_forgetting_changes_no_judgement(source: str, slugs: list[str]) -> None:
    dice = random.Random(source)
    for seed in range(4):
        trace, judge = traces()[source, seed]
        reverts = any(isinstance(event, e.StorageReverted) for event in trace)
        monitor = Monitor(slugs, (), judge, reverts)
        violated, kinds, _ = settled(monitor, trace, dice)
        expected, last = whole(slugs, monitor.late, judge, trace)
        assert violated == expected, (source, seed)
        for slug in slugs:
            assert slug in violated or last[slug] in kinds[slug], (slug, last[slug], kinds[slug])


def test_the_sources_violate_and_keep_each_property() -> None:
    kinds: dict[str, set[str]] = {slug: set() for slug in EXPLORABLE}
    for trace, judge in traces().values():
        facts = facts_of(trace)
        for slug, item in EXPLORABLE.items():
            kinds[slug].add(type(item.check(facts, judge)).__name__)
    assert {slug for slug, found in kinds.items() if "Violation" not in found} <= {
        "nothing_recoverable_lost"
    }
    assert [slug for slug, found in kinds.items() if "Holds" not in found] == []
    assert any(isinstance(event, e.StorageReverted) for t, _ in traces().values() for event in t)


@pytest.mark.parametrize("source", SOURCES)
def test_a_property_that_is_watched_is_met_exactly_if_the_run_met_it(source: str) -> None:
    dice = random.Random(source)
    seen = set()
    for seed in range(4):
        trace, judge = traces()[source, seed]
        expected = set(facts_of(trace).seen)
        for sometimes in (set(SOMETIMES), {dice.choice(sorted(SOMETIMES))}, expected):
            reverts = any(isinstance(event, e.StorageReverted) for event in trace)
            monitor = Monitor(["nothing_refused"], sometimes, judge, reverts)
            _, _, met = settled(monitor, trace, dice)
            assert met & sometimes == expected & sometimes
            assert met <= expected, "nothing is met that was not"
        seen |= expected
    assert seen


def scaled(trace: Trace, factor: int) -> list[e.Event]:
    """The same run, slower."""
    return [event._replace(at_ms=event.at_ms * factor) for event in trace]


UNTIMED = [slug for slug in EXPLORABLE if slug not in TIMED and slug != "duration_true"]


@pytest.mark.parametrize("source", SOURCES)
def test_where_no_property_asks_for_times_none_is_kept(source: str) -> None:
    dice = random.Random(source)
    trace, judge = traces()[source, 1]
    steps = cut(trace[:-1], dice)
    for count in {len(steps) // 3, len(steps) // 2, len(steps) - 1}:
        kept = []
        for factor in (1, 3):
            monitor, facts = Monitor(UNTIMED, (), judge), Facts()
            for step in steps[:count]:
                monitor.watch(facts, scaled(step, factor))
                monitor.settle(facts)
            kept.append(repr(monitor.kept(facts)))
        assert kept[0] == kept[1]


@given(st.sampled_from(sorted(SOURCES)), st.integers(0, 3), st.floats(0, 1), st.integers(0, 9))
def test_settling_twice_is_settling_once(name: str, seed: int, share: float, number: int) -> None:
    trace, judge = traces()[name, seed]
    slugs = GROUPS[number % len(GROUPS)]
    monitor, facts = Monitor(slugs, (), judge, reverts=number > 4), Facts()
    for event in trace[: int(share * (len(trace) - 1))]:
        monitor.watch(facts, [event])
    monitor.settle(facts)
    once = repr(monitor.kept(facts)), repr(vars(facts))
    assert monitor.settle(facts) == set()
    assert (repr(monitor.kept(facts)), repr(vars(facts))) == once


def test_copied_facts_go_their_own_way() -> None:
    trace, _ = traces()["all at once", 0]
    for at in range(0, len(trace), 7):
        facts = facts_of(trace[:at])
        before, copied = repr(vars(facts)), facts.copy()
        assert repr(vars(copied)) == before
        for event in trace[at:]:
            copied.observe(event)
        assert repr(vars(facts)) == before


def test_a_commit_that_may_fail_leaves_some_judgements_to_the_end() -> None:
    for reverts, late in ((False, AT_END), (True, AT_END | REVERTIBLE)):
        monitor = Monitor(EXPLORABLE, (), JudgeSettings(), reverts)
        facts = Facts()
        monitor.watch(facts, [e.RecordingStarted(0), e.ChunkRecorded(0, 0, 5)])
        judged = monitor.watch(facts, [e.StateWritten(5, "completed", 0, "active")])
        assert set(judged) == set(EXPLORABLE) - late
        assert set(monitor.end(facts, 9, "quiet")) == set(EXPLORABLE)


def test_a_step_without_news_is_not_judged() -> None:
    by_news = [slug for slug, item in EXPLORABLE.items() if item.decided != "by any step"]
    monitor, facts = Monitor(by_news, (), JudgeSettings()), Facts()
    assert monitor.watch(facts, [e.RecordingStarted(0)]) == {}
    assert monitor.watch(facts, [e.HandlerEnded(4, "upload", 0, 0, 403)])
    monitor.settle(facts)
    assert monitor.watch(facts, [e.StopPressed(5, 5)]) == {}
    assert monitor.watch(facts, [e.ConsumerRead(6, "active", 0)])
    monitor.settle(facts)
    assert monitor.watch(facts, [e.HandlerEnded(7, "upload", 0, 0, 200)]) == {}
