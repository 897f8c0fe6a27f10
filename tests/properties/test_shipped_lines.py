"""Each shipped property as a line of the language says what its check says, run by run.

The two have nothing in common but the facts of a state: a check looks at what a whole run amounts
to, a line sees each event and remembers what it needs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import EXPLORABLE, JudgeSettings, asked
from lastchunk.model.properties.judged import judge_trace, watched_trace
from lastchunk.model.properties.shipped.lines import LINES
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate.run import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import facts_of
from lastchunk.properties import at_most, both, design_notifies, event, never
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.designs import DESIGNS
from tests.explore.test_monitor_keeps import Story

SESSIONS = 2
STORIES = 800
READS = ["consumer.reads_after_ms=3000"]
TROUBLE = [
    "failures=0",
    "disconnects=0",
    "expect.sometimes=[]",
    "platform.commit_ms=4",
    "faults=[{kind='commits_fail', offset_ms={low_ms=0, high_ms=6}, for_ms=4}]",
]
SCOPES = {
    "all is well": ["chunks=2"],
    "the grace is short": ["chunks=2", "grace_ms=12"],
    "one chunk, to the quiet end": ["chunks=1", "grace_ms=6", "limits.end_at_completion=false"],
    "commits fail": ["chunks=1", "grace_ms=6", "limits.end_at_completion=false", *TROUBLE],
    "somebody reads": ["chunks=1", "grace_ms=10", "consumer.reads_after_ms=12"],
}
Said = Counter[tuple[str, str]]


def test_every_property_that_may_be_explored_has_a_line() -> None:
    assert tuple(LINES) == tuple(EXPLORABLE)


def compared(trace: list[e.Event], judge: JudgeSettings) -> Said:
    """What is said of a run; line and check must agree."""
    facts, said = facts_of(trace), Said()
    for slug, line in LINES.items():
        by_check = judge_trace(EXPLORABLE[slug], trace, facts, judge)
        assert line.watch is not None
        by_line = watched_trace(line.watch, trace, facts.ended, judge)
        assert type(by_line) is type(by_check), (slug, by_check, by_line)
        said[slug, type(by_check).__name__] += 1
    return said


def all_said(said: Said) -> set[str]:
    """The properties of which a violation and the opposite were seen."""
    return {slug for slug in LINES if said[slug, "Violation"] and said[slug, "Holds"]}


def test_they_agree_about_the_sessions_of_every_scenario_and_design() -> None:
    said = Said()
    for name in shipped():
        scenario = load_scenario(name, READS)
        for design in DESIGNS:
            spec = load_design(design, scenario)
            for session in range(SESSIONS):
                run = simulate(scenario, spec, 1, session)
                said += compared(run.trace, run.judge)
    # No shipped design tells a consumer twice; random stories do.
    assert all_said(said) == set(LINES) - {"notified_once"}


@pytest.mark.parametrize("reverts", [False, True])
@pytest.mark.parametrize("notifies", [False, True])
def test_they_agree_about_random_stories(reverts: bool, notifies: bool) -> None:
    said, judge = Said(), JudgeSettings(grace_ms=10, notifies=notifies)
    for seed in range(STORIES // 4):
        story = Story(random.Random(seed), reverts)
        trace = [event for _ in range(20 + seed % 20) for event in story.next()]
        ended = story.dice.choice(("quiet", "quiet", "horizon", "completion"))
        said += compared([*trace, e.RunEnded(story.now_ms, ended)], judge)
    # A story is over sooner than 2 s after the stop.
    assert set(LINES) - all_said(said) <= {"finalizes_promptly", "finalizes_once_known"}


def kinds_of(scenario: Any, design: str, asks: Iterable[Any]) -> dict[str, str]:
    """The verdicts of exploring, each in a word."""
    found = verify(scenario, design, list(asks), kinds=("shortest",), attack=5)
    return {slug.removeprefix("line_"): said.kind for slug, said in found.verdicts.items()}


@pytest.mark.parametrize(
    ("scope", "design"),
    [(scope, "alarm") for scope in SCOPES]
    + [("commits fail", "outbox"), ("somebody reads", "outbox"), ("the grace is short", "re-read")],
)
def test_they_agree_about_every_schedule(scope: str, design: str) -> None:
    scenario = load_scenario("small-scope", SCOPES[scope])
    lines = [replace(line, slug=f"line_{slug}") for slug, line in LINES.items()]
    assert kinds_of(scenario, design, lines) == kinds_of(scenario, design, EXPLORABLE)


@pytest.mark.parametrize(("chunks", "classes"), [(1, 43), (2, 203)])
def test_as_lines_they_need_as_many_classes(chunks: int, classes: int) -> None:
    scenario = load_scenario("small-scope", [f"chunks={chunks}"])
    lines = [replace(LINES[slug], slug=f"line_{slug}") for slug in asked(AlarmDesign, scenario)]
    assert verify(scenario, "alarm", lines, counterexamples=False, attack=0).classes == classes


def test_what_a_design_says_of_itself_is_asked_of_the_end_alone() -> None:
    scenario = load_scenario("everything-fast", ["recording.duration_ms=15000"])
    run = simulate(scenario, load_design("alarm", scenario), 1, 0)
    with pytest.raises(InputError, match=r"the design notifies.*end alone"):
        run.check([never(design_notifies)])


@pytest.mark.parametrize(("first", "second"), [(1, 5), (5, 1), (5, 5)])
def test_two_that_count_by_chunk_are_told_apart_while_exploring(first: int, second: int) -> None:
    sent = at_most(first, event.RequestSent, per="chunk")
    arrived = at_most(second, event.RequestArrived, per="chunk")
    said = {
        name: verify("small-scope", "alarm", {name: item}, attack=0).verdicts[name].kind
        for name, item in {"sent": sent, "arrived": arrived, "pair": both(sent, arrived)}.items()
    }
    assert said["pair"] == ("violated" if "violated" in said.values() else "proved")
    assert said["sent"] == ("violated" if first == 1 else "proved")
