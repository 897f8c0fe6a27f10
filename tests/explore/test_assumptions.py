"""What a scope assumes is said in words: the exact text, and no setting that changes in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.scope.assumptions import UNSEEN, assumptions
from lastchunk.model.explore.scope.unsaid import unlike_deployed
from lastchunk.model.scenario.faults import FAULTS
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.scenario.schema import Scenario
from tests.explore.test_default_scope import NameInMemory

DESIGN = "alarm"
NEVER_DRAWN = (
    "a lost answer, a request that arrives twice, a put answered with an error, a commit that "
    "fails, an instance lost at an await, an alarm whose delivery fails, an alarm whose delivery "
    "fails uncounted, an alarm that ran and is not acknowledged, a later alarm of which the "
    "scheduler is not told, a lost notification, a notification whose answer is lost"
)


def said(scenario: Scenario, design: str = DESIGN) -> list[str]:
    return list(assumptions(scenario, load_design(design, scenario)))


def without_never(lines: list[str]) -> list[str]:
    """All but what never happens, which names each kind of fault that the schema has."""
    (never,) = [line for line in lines if line.startswith("What never happens: ")]
    assert never.startswith(f"What never happens: {NEVER_DRAWN}, ")
    return [line for line in lines if line != never]


def test_the_small_scope_in_words() -> None:
    assert without_never(said(load_scenario("small-scope"))) == [
        "The session is active at time 0, without an alarm: create never runs, and an alarm that "
        "it would set is missing.",
        "2 chunks are queued at time 0, and the stop with them: nothing is recorded before.",
        "The page has 2 uploads under way at the most, and sends a failed one again after 1 ms, as "
        "often as it takes.",
        "A request takes 1 to 8 ms, an answer no time.",
        "An upload reaches the object with its whole body.",
        "The upload of a chunk fails once on the network at the most.",
        "Only uploads fail on the network: the stop and create always come through.",
        "A put into the blob store takes no time: no upload is ever suspended in one.",
        "A commit takes no time, an alarm runs on time.",
        "The object loses its memory where it is idle for 10,000 ms.",
        "A disconnect strikes once, 0 to 8 ms after the recording began, for an instant.",
        "What may go wrong besides: a lost request.",
        "A session ends as it is completed: what would come after that is not looked at.",
        "The design's settings: grace_ms 20, long_alarm_ms 40.",
        "Prompt is within 2,020 ms of the later of stop and last upload (its grace, and 2,000 ms).",
    ]


def test_the_default_scope_in_words() -> None:
    assert without_never(said(load_scenario("default-scope"), "lazy-alarm")) == [
        "The session begins with the page's create request.",
        "The user records for 15,000 ms without a pause.",
        "The recorder hands out a chunk each 10,000 ms, the rest at the stop.",
        "The page has 1 upload under way at the most, and sends a failed one again after 500 to "
        "750 ms, 2 times as long each time up to 4,000 ms, as often as it takes.",
        "To the page an answer from 400 on is a failure, a 4xx but 429 for good.",
        "The page keeps its queue over a reload, and goes on with it.",
        "A request takes 10 to 500 ms, an answer 10 ms.",
        "The upload of a chunk fails once on the network at the most.",
        "Only uploads fail on the network: the stop and create always come through.",
        "A put into the blob store takes 10 to 6,000 ms.",
        "A commit takes no time, an alarm runs on time.",
        "The object loses its memory where it is idle for 10,000 ms.",
        "A disconnect strikes once, 0 to 20,000 ms after the recording began, for an instant.",
        "What may go wrong besides: a lost request.",
        "The design's settings: watchdog_ms 600,000, retention_ms 43,200,000.",
        "Prompt is within 7,000 ms of the later of stop and last upload (it has no grace_ms: the 5 "
        "s that were promised, and 2,000 ms).",
    ]


# --- nothing in silence -------------------------------------------------------------------------

MADE_UP: dict[str, str] = {
    "recording.pause_at_ms": "recording.pause_for_ms=3",
    "platform.storage_read_ms": "platform.storage='kv'",
    "client.retry_ms_max": "client.retry_factor=2.0",
    "platform.evict_after_ms": "platform.hibernates=false",
    "platform.commit_failure_written": "platform.commit_failure=0.5",
}
"""Settings that count only beside another one."""
COSTS = frozenset(("client.video_kbps",))
"""Without an uplink a chunk's size is of no account."""


def changes() -> Iterator[str]:
    """For each setting of the schema an override that gives it another value."""
    plain = load_scenario("everything-fast").model_dump()
    for table in (
        "recording",
        "browser",
        "client",
        "network",
        "blobs",
        "platform",
        "consumer",
        "limits",
    ):
        for name, value in plain[table].items():
            key = f"{table}.{name}"
            if key not in UNSEEN and key not in COSTS:
                yield f"{key}={other_than(key, value)}"
    for session in ("created", "active"):
        yield f"start.session='{session}'"
    yield "uplink={kind='constant',rate_kbps=7}"
    yield "design.grace_ms=7"


def other_than(key: str, value: Any) -> str:
    words = {"body": "buffered", "storage": "kv", "last_chunk": "before_stop"}
    name = key.rpartition(".")[2]
    if name == "chunk_sizes":
        return "{kind='measured', bytes=[7]}"
    if name in words:
        return f"'{words[name]}'"
    if isinstance(value, bool):
        return str(not value).lower()
    if isinstance(value, float):
        return "0.25" if value <= 1.0 and name != "retry_factor" else "3.0"
    if isinstance(value, str):
        return "'2026-02-03'"
    return "{low_ms=7,high_ms=8}" if name == "clock_offset_ms" else "7"


@pytest.mark.parametrize("change", list(changes()))
def test_no_setting_changes_in_silence(change: str) -> None:
    beside = MADE_UP.get(change.partition("=")[0])
    if change.startswith("recording.pause_for_ms"):
        beside = "recording={duration_ms=15000, pause_at_ms=3, pause_for_ms=5}"
    base = ["recording.duration_ms=15000", *([beside] if beside else [])]
    if change.startswith("client.retry_factor"):
        change = "client.retry_factor=3.0"
    before = said(load_scenario("everything-fast", base))
    after = said(load_scenario("everything-fast", [*base, change]))
    assert before != after


def test_each_kind_of_fault_is_in_the_words_or_among_what_never_happens() -> None:
    assert len(FAULTS) == len({item.words for item in FAULTS.values()}) >= 14
    for name in shipped():
        scenario = load_scenario(name)
        lines = said(scenario)
        struck = {fault.kind for fault in scenario.faults if fault.probability > 0}
        never = next(line for line in lines if line.startswith("What never happens: "))
        drawn = sum(" strike" in line for line in lines)
        assert drawn == len([fault for fault in scenario.faults if fault.probability > 0])
        faults_never = len(FAULTS) - len(struck)
        assert never.count(",") + 1 >= faults_never


def test_a_fault_that_cannot_strike_is_not_said_to() -> None:
    lines = said(load_scenario("small-scope", ["disconnects=0", "failures=0"]))
    assert "No upload fails on the network." in lines
    assert not [line for line in lines if " strikes " in line or "go wrong besides" in line]
    assert [line for line in lines if line.startswith("What never happens: a lost request, ")]


# --- what a proof does not say ------------------------------------------------------------------


def test_settings_unlike_the_deployed_ones_are_said_where_something_is_proved() -> None:
    found = lastchunk.verify(load_scenario("small-scope", ["chunks=1"]))
    assert found.verdict == "proved"
    assert found.unsaid[0] == (
        "Proved is not said of the deployed settings: grace_ms is 20 (deployed: 5,000), "
        "long_alarm_ms is 40 (deployed: 600,000), retry_ms is 1 (deployed: 2,000); lastchunk "
        "verify --design alarm explores those."
    )
    worse = lastchunk.verify(
        load_scenario("small-scope", ["chunks=1", "grace_ms=2"]),
        properties=["complete_at_finalization"],
    )
    assert (worse.verdict, worse.unsaid) == ("violated", ())


def test_the_default_scope_is_as_deployed() -> None:
    scenario = load_scenario("default-scope")
    for name in ("alarm", "outbox", "short-grace", "re-read", "leases", "manifest", "lazy-alarm"):
        assert unlike_deployed(scenario, load_design(name, scenario)) == ()
    (poll,) = unlike_deployed(scenario, load_design("manual", scenario))
    assert str(poll) == "poll_ms is 1,000 (deployed: 100)"


def test_a_scope_too_short_for_a_cold_start_says_so() -> None:
    scenario = load_scenario("small-scope", ["chunks=1"])
    settings = load_design("alarm", scenario).settings
    spec = DesignSpec("NameInMemory", NameInMemory, settings, "alarm")
    found = lastchunk.verify(scenario, spec, ["finalizes"])
    assert found.verdict == "proved"
    assert "a cold start that the code could notice" in found.unsaid[-1]
    long = ["long_alarm_ms=20000", "grace_ms=15000", "limits.end_at_completion=false"]
    scenario = load_scenario("small-scope", ["chunks=1", *long])
    settings = load_design("alarm", scenario).settings
    spec = DesignSpec("NameInMemory", NameInMemory, settings, "alarm")
    found = lastchunk.verify(scenario, spec, ["finalizes"], counterexamples=False)
    assert found.verdict == "violated"


# --- where it is said ---------------------------------------------------------------------------


def test_the_assumptions_are_wherever_the_verdicts_are(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["verify", "small-scope", "--set", "chunks=1", "--out", str(out)]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.output
    found = lastchunk.verify(load_scenario("small-scope", ["chunks=1"]))
    written = json.loads((out / "verify.json").read_text(encoding="utf-8"))
    assert written["assumptions"] == list(found.assumptions)
    assert written["unsaid"] == list(found.unsaid)
    html = found._repr_html_()
    for line in (*found.assumptions, *found.unsaid):
        assert line in shown.output
        assert line in str(found)
        assert line.replace("'", "&#x27;") in html


def test_the_repr_is_for_people() -> None:
    found = lastchunk.verify(
        load_scenario("small-scope", ["chunks=1", "grace_ms=2"]),
        properties=["complete_at_finalization"],
    )
    first, second, third = repr(found).splitlines()
    assert first == "Verification of alarm in small-scope: violated"
    assert second == "  complete_at_finalization: violated (completed without chunk 0)"
    assert third == f"under {len(found.assumptions)} assumptions (.assumptions)"
    assert len(repr(found)) < 300
    assert "assuming:" in str(found).splitlines()


def test_without_a_scenario_it_is_the_default_scope() -> None:
    limits = ["--property", "complete_at_finalization", "--classes", "300"]
    shown = CliRunner().invoke(app, ["verify", *limits])
    assert shown.exit_code in (1, 3), shown.output
    assert "Default scope: alarm" in shown.output
    slug = "complete_at_finalization"
    budget = lastchunk.Budget(classes=300)
    found = lastchunk.verify(design="lazy-alarm", properties=[slug], budget=budget)
    assert (found.scenario.name, found.design.name) == ("default-scope", "lazy-alarm")
    with pytest.raises(lastchunk.InputError, match="a design is the second argument"):
        lastchunk.verify(found.design)  # type: ignore[arg-type]
