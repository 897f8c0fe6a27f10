"""A run that its scenario ends at a completion while the user records: what comes then is not seen.

The alarm design completes a session in the middle of a long pause, and refuses all that is recorded
after it. A run that ends there must not say that nothing was refused or lost.
"""

from __future__ import annotations

import pandas as pd
import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import EXPLORABLE, JudgeSettings, NotApplicable, Unsettled
from lastchunk.model.properties.judged import asked_of, judge_trace
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import simulate
from lastchunk.properties import (
    after,
    always,
    at_end,
    bill,
    completion,
    event,
    last,
    never,
    refusal,
    sometimes,
    state,
)

PAUSE = ["expect.sometimes=[]", "limits.end_at_completion=true"]
SEEN_LATER = ("nothing_refused", "nothing_lost", "completed_is_final", "complete_at_finalization")
OWN = {
    "kept": at_end(state.not_stored == 0, when=state.has_recorded),
    "kept_even_so": at_end(state.not_stored == 0, even_if_cut=True),
    "soon": last(completion).within(900_000, of=event.ChunkRecorded),
    "never_refused": never(refusal),
    "cheap": bill(rows_written=1_000_000),
}


def test_what_the_session_would_have_come_to() -> None:
    whole = compare("twelve-minute-pause", "alarm", 20, engine="simpy")
    assert whole.verdicts["alarm"]["nothing_lost"].violations == 20
    assert whole.verdicts["alarm"]["nothing_refused"].violations == 20


@pytest.mark.parametrize("slug", SEEN_LATER)
def test_a_run_that_ends_while_the_user_records_settles_nothing_but_violations(slug: str) -> None:
    scenario = load_scenario("twelve-minute-pause", PAUSE)
    result = compare(scenario, "alarm", 20, engine="simpy")
    found = result.verdicts["alarm"][slug]
    assert (found.kind, found.sessions, found.unsettled) == ("unknown", 0, 20)
    assert result.verdicts["alarm"]["not_while_recording"].violations == 20
    assert set(result.frame["outcome"]) == {"too early"}


def test_exploring_proves_nothing_of_it() -> None:
    scenario = load_scenario("twelve-minute-pause", PAUSE)
    found = verify(scenario, load_design("alarm", scenario), [*SEEN_LATER, "not_while_recording"])
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    assert kinds == {**dict.fromkeys(SEEN_LATER, "unknown"), "not_while_recording": "violated"}
    words = {found.verdicts[slug].reason for slug in SEEN_LATER}
    assert len(words) == 1
    assert "while the user records" in words.pop()


def test_own_properties_say_as_little() -> None:
    scenario = load_scenario("twelve-minute-pause", PAUSE)
    run = simulate(scenario, load_design("alarm", scenario), 1, 0)
    assert run.facts.ended == "completion"
    for slug, item in asked_of(OWN).items():
        said = judge_trace(item, run.trace, run.facts, JudgeSettings())
        assert isinstance(said, Unsettled), slug
    explored = {slug: item for slug, item in OWN.items() if slug != "cheap"}
    found = verify(scenario, load_design("alarm", scenario), explored)
    assert {found.verdicts[slug].kind for slug in explored} == {"unknown"}


def test_a_run_that_ends_after_the_stop_is_settled() -> None:
    scenario = load_scenario("everything-fast", PAUSE)
    for session in range(20):
        run = simulate(scenario, load_design("alarm", scenario), 1, session)
        assert run.facts.ended == "completion"
        for item in EXPLORABLE.values():
            assert not isinstance(item.judge(run.facts, run.judge), Unsettled), item


@pytest.mark.parametrize(
    ("limits", "words"),
    [(PAUSE, "the run ended at the completion; until then it never came: "), (PAUSE[:1], "")],
)
def test_what_never_came_may_have_come_after_the_completion(limits: list[str], words: str) -> None:
    words = words or "it never came: "
    run = simulate(load_scenario("everything-fast", limits), "alarm", 1, 0)
    assert not run.facts.is_open
    silent = {
        always(state.is_completed, when=event.TabClosed): "TabClosed",
        never(event.TabClosed & state.is_completed): "TabClosed",
        after(event.TabClosed).eventually(completion): "TabClosed",
        last(completion).within(9, of=event.TabClosed): "TabClosed",
        sometimes(event.TabClosed): "TabClosed",
    }
    for item, case in silent.items():
        (slug,) = run.check(item)
        assert run.check(item)[slug] == NotApplicable(words + case), item.meaning


def test_compiled_code_and_the_table_say_the_same() -> None:
    scenario = load_scenario("twelve-minute-pause", PAUSE)
    plain = compare(scenario, "alarm", 40, engine="simpy").frame
    for engine in ("table", "kernel"):
        pd.testing.assert_frame_equal(
            compare(scenario, "alarm", 40, engine=engine).frame, plain, check_exact=True
        )
