"""The ladder of designs: each step mends what it says, and what is left over is written down.

``tests/golden/ladder.txt`` has one line a fact and step: the properties that are still violated on
the very settings with which the deployed design fails. The steps' own claims are tested beside it.
"""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import Run, simulate
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import INCOMPLETE
from lastchunk.reference_impl.designs import DESIGNS
from tests.simulate.test_field_facts import FACTS, GOLDEN
from tests.support.worlds import of, quiet

STEPS = ("alarm", "short-grace", "re-read", "leases", "manifest", "lazy-alarm")
RECOMMENDED = "lazy-alarm"
ON_STOP = {fact.name: fact for fact in FACTS if fact.design != "manual"}


def run_of(name: str, step: str) -> Run:
    scenario = quiet(*ON_STOP[name].overrides)
    return simulate(scenario, load_design(step, scenario), seed=1)


def violated(run: Run) -> set[str]:
    found = check_all(run.facts, run.judge)
    return {slug for slug, item in found.items() if isinstance(item, Violation)}


def table() -> str:
    lines = []
    for name in ON_STOP:
        for step in STEPS:
            left = sorted(violated(run_of(name, step)))
            lines.append(f"{name} {step}: {' '.join(left) or 'nothing'}\n")
    return "".join(lines)


def test_what_each_step_leaves_is_written_down() -> None:
    assert table() == (GOLDEN.parent / "ladder.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("step", "fact", "slug"),
    [
        ("short-grace", "F3-last-upload-after-stop", "finalizes_promptly"),
        ("re-read", "F1-F2-alarm-inside-a-slow-upload", "completed_is_final"),
        ("re-read", "F11-response-lost", "count_true"),
        ("re-read", "F12-two-uploads-read-one-count", "count_true"),
        ("leases", "F1-F2-alarm-inside-a-slow-upload", "complete_at_finalization"),
        ("manifest", "F6-stop-overtakes-uploads", "complete_at_finalization"),
        ("manifest", "F8-no-chunk-for-ten-minutes", "not_while_recording"),
        ("manifest", "F13-instance-lost-before-the-state-put", "count_true"),
        ("manifest", "F15-commit-fails", "count_true"),
        ("manifest", "F17-attempts-used-up", "finalizes"),
        ("manifest", "F19-stray-stop-while-recording", "nothing_lost"),
    ],
)
def test_a_step_mends_what_the_one_before_did_not(step: str, fact: str, slug: str) -> None:
    before = STEPS[STEPS.index(step) - 1]
    assert slug in violated(run_of(fact, before))
    assert slug not in violated(run_of(fact, step))


@pytest.mark.parametrize("fact", ON_STOP)
def test_the_recommended_design_fails_only_where_nothing_can_be_done(fact: str) -> None:
    left = violated(run_of(fact, RECOMMENDED))
    if fact == "F10-tab-closed-before-stop":
        # A chunk that only ever lived in the closed tab; the row is the page's to write.
        assert left == {"nothing_lost", "duration_true"}
    elif fact == "F21-consumer-reads-too-early":
        assert left == {"consumer_sees_all"}, "who reads at the stop reads before the end"
    else:
        assert left == set()


def test_a_session_without_a_stop_is_declared_incomplete() -> None:
    run = run_of("F10-tab-closed-before-stop", RECOMMENDED)
    written = of(run.trace, e.StateWritten)
    assert written[-1].status == INCOMPLETE
    assert next(event.at_ms for event in written if event.status == INCOMPLETE) == 600_010
    assert run.facts.status == INCOMPLETE


def test_the_session_is_completed_in_the_turn_of_its_last_chunk() -> None:
    for name in ("F3-last-upload-after-stop", "F6-stop-overtakes-uploads"):
        facts = run_of(name, RECOMMENDED).facts
        assert facts.final_completion_ms == max(facts.last_upload_ms, facts.stop_ran_ms)


def test_an_upload_of_the_lazy_alarm_writes_one_row() -> None:
    rows = {}
    for step in ("alarm", "manifest", "lazy-alarm"):
        scenario = quiet("recording.duration_ms=95000")
        (found,) = of(simulate(scenario, load_design(step, scenario), 1).trace, e.Costs)
        rows[step] = (found.blob_puts, found.rows_written)
    assert rows["alarm"] == (10, 2 * 10 + 4)
    assert rows["manifest"][1] == 2 * 10 + 4, "state and alarm for each, less the last, and more"
    assert rows["lazy-alarm"] == (10, 10 + 3), "create writes two, the stop one"


def test_a_reload_loses_what_a_plain_page_holds_and_nothing_of_a_careful_one() -> None:
    reload = "faults=[{kind='tab_reloaded', offset_ms=20010, for_ms=3000}]"
    overrides = (reload, "network.request_delay_ms=400")
    scenario = quiet(*overrides)
    plain = simulate(scenario, load_design("alarm", scenario), 1)
    assert violated(plain) == {"nothing_lost", "duration_true"}
    careful = simulate(scenario, load_design(RECOMMENDED, scenario), 1)
    assert violated(careful) == set()
    assert careful.facts.status == "completed"
    assert len(careful.facts.stored) == 2, "what the recorder had not handed out is nobody's"
    assert len(of(careful.trace, e.TabReopened)) == 1


def test_every_design_has_a_place() -> None:
    assert set(DESIGNS) == {"manual", "outbox", *STEPS}


def test_the_recommended_design_survives_everything_at_once() -> None:
    scenario = load_scenario("everything-at-once")
    design = load_design(RECOMMENDED, scenario)
    for session in range(150):
        run = simulate(scenario, design, 11, session)
        assert violated(run) <= {"finalizes_promptly"}, session
