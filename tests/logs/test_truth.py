"""A log is judged as the session was: sessions are simulated, written as logs, and read again.

A browser's HAR and an OTLP export hold less than the trace. So their judgement may be that the log
cannot tell; it may never contradict what the model says of the whole trace.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.logs.check import LogChecker, LogFinding, LogQuestion, check_logs
from lastchunk.model.logs.judge import CHECKS, LogJudgement, Undecided
from lastchunk.model.logs.playback import NotPlayedError, play_session
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.logs.reading.seen import SeenSession
from lastchunk.model.properties import EXPLORABLE, Holds, NotApplicable, Violation
from lastchunk.model.simulate import Run, replay, simulate
from lastchunk.model.trace.jsonl import to_line
from tests.simulate.test_field_facts import FACTS, Fact, run_of
from tests.support.field_logs import entry, har, har_entries, otlp, spans_of, url_of

KINDS = ("har", "otlp", "trace")
SCENARIOS = ("lossy-mobile", "cellular-driving", "sleeping-laptop", "deploy-while-recording")
DESIGNS = ("alarm", "manual", "lazy-alarm")
HIDDEN = ("complete_at_finalization", "completed_is_final")
"""What a completion violates that is over before somebody looks."""
WAYS = {
    "F1-F2-alarm-inside-a-slow-upload": ("F2", "F1", "F1"),
    "F3-last-upload-after-stop": ("F3", "F3", "F3"),
    "F4-refused-between-F1-and-F2": ("F4", "F4", "F4"),
    "F6-stop-repeated-late": ("F6", "F6", "F6"),
    "F8-no-chunk-for-ten-minutes": ("F8", "F8", "F8"),
    "F9-upload-slower-than-ten-minutes": ("F9", "F9", "F9"),
    "F10-tab-closed-before-stop": (None, None, "F10"),
    "F11-response-lost": ("F11", "F3", "F11"),
    "F12-two-uploads-read-one-count": ("F12", "F3", "F12"),
    "F13-instance-lost-before-the-state-put": ("F3", "F3", "F13"),
    "F17-attempts-used-up": ("F3", None, "F17"),
    "F19-stray-stop-while-recording": ("F19", "F19", "F19"),
    "F20-grace-from-when-the-stop-runs": ("F20", None, "F20"),
    "F22-create-called-again": ("F22", "F22", "F22"),
    "old-flow-sees-an-empty-queue": ("old flow", "old flow", "old flow"),
}
"""The nearest way by a HAR, by spans and by the whole trace; None: nothing is seen to fail."""


def text_of(run: Run, kind: str) -> str:
    if kind == "har":
        return har(har_entries(run.trace), indent=None)
    if kind == "otlp":
        return otlp(spans_of(run.trace))
    return "".join(to_line(event) + "\n" for event in run.trace)


def judged(run: Run, kind: str, place: Path) -> dict[str, LogJudgement]:
    """What a log of a session says of each property."""
    place.write_text(text_of(run, kind), encoding="utf-8")
    return judged_in(place, run)


def judged_in(place: Path, run: Run) -> dict[str, LogJudgement]:
    """What a log says of each property of the session that it was written of."""
    kept: list[SeenSession] = []
    # What an alarm that writes the record does is told by the deployed design alone.
    says = {"completion": {"alarm_writes": run.design.name != "lazy-alarm"}}
    checker = LogChecker(LogQuestion(make_mapping(says, ""), run.judge), kept.append)
    checker.read(place)
    checker.end()
    assert len(kept) == 1
    return checker.judgements(kept[0])


def agrees(run: Run, kind: str, place: Path) -> int:
    """Hold a log against its session. Returns how many properties it could decide."""
    decided = 0
    for slug, found in judged(run, kind, place).items():
        truth = EXPLORABLE[slug].check(run.facts, run.judge)
        if isinstance(found, Violation):
            never = truth == NotApplicable("not completed at the end")  # late, or never: not prompt
            assert never or isinstance(truth, Violation), (kind, slug, found, truth)
        elif isinstance(found, Holds):
            assert not isinstance(truth, Violation), (kind, slug, truth)
        if kind == "trace":
            assert found == truth, slug
        decided += isinstance(found, Violation | Holds)
    return decided


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_log_contradicts_its_session(scenario: str, tmp_path: Path) -> None:
    decided = dict.fromkeys(KINDS, 0)
    for design in DESIGNS:
        for session in range(4):
            run = simulate(scenario, design, 11, session)
            for kind in KINDS:
                decided[kind] += agrees(run, kind, tmp_path / kind)
    assert decided["har"] >= 32, "a HAR that decides nothing would contradict nothing"
    assert decided["otlp"] >= 24


def test_a_completion_between_two_looks_is_not_said_not_to_have_been(tmp_path: Path) -> None:
    run = run_of(next(fact for fact in FACTS if fact.name.startswith("F1-F2")))
    assert isinstance(EXPLORABLE["completed_is_final"].check(run.facts, run.judge), Violation)
    for poll_ms in (1_000, 20_000, 3_600_000):
        place = tmp_path / str(poll_ms)
        place.write_text(har(har_entries(run.trace, poll_ms=poll_ms), indent=None), "utf-8")
        said = judged_in(place, run)
        for slug in HIDDEN:
            assert not isinstance(said[slug], Holds), (poll_ms, slug)


@pytest.mark.parametrize("took_ms", [900, 1_100])
def test_where_nothing_is_under_way_after_the_stop_looks_tell_all(
    took_ms: int, tmp_path: Path
) -> None:
    looks = [
        (at_ms, "active" if at_ms < 6_000 else "completed") for at_ms in range(2_000, 9_000, 500)
    ]
    entries = [
        entry(0, 10, "POST", url_of("create", "s1", -1), 200),
        entry(100, took_ms, "POST", url_of("upload", "s1", 0), 200),
        entry(1_000, 20, "POST", url_of("signal_stop", "s1", -1), 200),
        *(
            entry(at_ms, 0, "GET", "/getSessionState/s1", 200, f'{{"status": "{status}"}}')
            for at_ms, status in looks
        ),
    ]
    (tmp_path / "log").write_text(har(entries, indent=None), encoding="utf-8")
    said = judged_in(tmp_path / "log", simulate("harmless", "alarm"))
    kind = Holds if took_ms == 900 else Undecided  # 1,100: it ended 200 ms after the stop
    assert [type(said[slug]) for slug in HIDDEN] == [kind, kind]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_each_known_way_is_told_by_its_letter(fact: Fact, tmp_path: Path) -> None:
    run = run_of(fact)
    for number, kind in enumerate(KINDS):
        agrees(run, kind, tmp_path / kind)
        question = LogQuestion(make_mapping({}, ""), run.judge)
        findings = check_logs([tmp_path / kind], question).findings
        if fact.name in WAYS:
            assert key_of(findings) == WAYS[fact.name][number], kind


def key_of(findings: list[LogFinding]) -> str | None:
    way = findings[0].way if findings else None
    return None if way is None else way.key


PLAYED = ("F1-F2", "F3", "F4", "F8", "F9", "F12", "old-flow")


@pytest.mark.parametrize("kind", ["har", "otlp"])
def test_the_schedule_of_a_logged_session_violates_the_same(kind: str, tmp_path: Path) -> None:
    for fact in FACTS:
        if not fact.name.startswith(PLAYED):
            continue
        run, kept = run_of(fact), list[SeenSession]()
        (tmp_path / kind).write_text(text_of(run, kind), encoding="utf-8")
        question = LogQuestion(make_mapping({}, ""), run.judge)
        (finding,) = check_logs([tmp_path / kind], question, kept.append).findings
        slugs = list(finding.violations)
        schedule, again = play_session(kept[0], slugs, run.design.reference, [])
        assert again
        found = replay(schedule).check(slugs)
        assert {slug for slug in slugs if isinstance(found[slug], Violation)} == set(again)


def test_what_cannot_be_played_says_why(tmp_path: Path) -> None:
    run, kept = simulate("everything-fast", "alarm", 1, 0), list[SeenSession]()
    (tmp_path / "log").write_text(text_of(run, "har"), encoding="utf-8")
    check_logs([tmp_path / "log"], LogQuestion(make_mapping({}, ""), run.judge), kept.append)
    with pytest.raises(NotPlayedError, match="alarm with these times does not do it"):
        play_session(kept[0], ["nothing_lost"], "alarm", [])


def test_the_checks_are_of_known_properties() -> None:
    assert set(CHECKS) <= set(EXPLORABLE)
