"""How `verify` comes to a verdict: what goes before what; asking otherwise changes no verdict."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.verdict import Verdict, VerdictKind
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.explore.verify import (
    Budget,
    Reductions,
    Verification,
    check_budget,
    check_slugs,
    verify,
)
from lastchunk.model.explore.witness.counterexample import KINDS as ALL_KINDS
from lastchunk.model.properties import EXPLORABLE, PROPERTIES
from lastchunk.model.scenario.load import load_scenario
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import ACTIVE, COMPLETED, STATE_KEY, Chunk, Response

COMPLETE = "complete_at_finalization"
KINDS: tuple[VerdictKind, ...] = ("proved", "violated", "unknown")


def explored(
    slugs: list[str] | None, *overrides: str, design: Any = "alarm", **options: Any
) -> Verification:
    scenario = load_scenario("small-scope", ["chunks=2", "expect.sometimes=[]", *overrides])
    if not isinstance(design, str):
        settings = load_design("alarm", scenario).settings
        spec = DesignSpec(design.__name__, design, settings, "alarm")
    else:
        spec = load_design(design, scenario)
    return verify(scenario, spec, slugs, **options)


def verdict_of(slug: str, *overrides: str, **options: Any) -> Verdict:
    options = {"counterexamples": False} | options
    return explored([slug], *overrides, **options).verdicts[slug]


# --- one verdict on all --------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", list(itertools.product(KINDS, repeat=2)))
def test_one_verdict_on_all_is_the_worst(kinds: tuple[VerdictKind, VerdictKind]) -> None:
    verdicts = {str(at): Verdict(kind, 0, 0, 0.0, 1.0) for at, kind in enumerate(kinds)}
    known: Any = dict.fromkeys((item.name for item in fields(Verification)), None)
    worst = next(kind for kind in ("violated", "unknown", "proved") if kind in kinds)
    found = Verification(**(known | {"verdicts": verdicts}))
    assert (found.verdict, found.holds) == (worst, worst == "proved")


def test_where_nothing_was_asked_nothing_holds() -> None:
    known: Any = dict.fromkeys((item.name for item in fields(Verification)), None)
    found = Verification(**(known | {"verdicts": {}}))
    assert (found.verdict, found.holds) == ("unknown", False)


@pytest.mark.parametrize(
    ("kind", "holds"),
    [("proved", True), ("not seen", True), ("violated", False), ("unknown", False)],
)
def test_a_verdict_holds_where_nothing_speaks_against_it(kind: VerdictKind, holds: bool) -> None:
    assert Verdict(kind, 0, 0, 0.0, 1.0).holds is holds


# --- budgets -------------------------------------------------------------------------------------


def test_a_violation_found_within_the_budget_stands() -> None:
    limited = verdict_of(COMPLETE, "grace_ms=3", budget=Budget(classes=12))
    assert limited.kind == "violated"
    assert limited.reason == verdict_of(COMPLETE, "grace_ms=3").reason


def test_a_budget_is_enough_exactly_if_nothing_is_left() -> None:
    whole = explored([COMPLETE], counterexamples=False)
    assert whole.frontier == 0
    enough = explored([COMPLETE], budget=Budget(classes=whole.classes + 1), counterexamples=False)
    assert enough.verdict == "proved"
    short = explored([COMPLETE], budget=Budget(classes=whole.classes // 2), counterexamples=False)
    assert short.verdict == "unknown"
    assert short.classes >= whole.classes // 2
    assert short.frontier > 0
    assert short.verdicts[COMPLETE].reason == (
        f"the budget of {whole.classes // 2} classes was used up after {short.classes:,} classes, "
        f"with {short.frontier:,} more at the frontier"
    )
    assert short.budget == Budget(classes=whole.classes // 2)


def test_a_memory_budget_is_looked_at() -> None:
    found = verdict_of(COMPLETE, "chunks=3", budget=Budget(memory_mb=1))
    assert found.kind == "unknown"
    assert found.reason.startswith("the budget of 1 MB of memory was used up after")


def test_a_time_budget_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr("time.perf_counter", lambda: 10.0 * next(ticks))
    found = verdict_of(COMPLETE, "chunks=3", budget=Budget(seconds=5.5))
    assert found.kind == "unknown"
    assert found.reason.startswith("the budget of 5.5 seconds was used up after")


@pytest.mark.parametrize("field", ["classes", "seconds", "memory_mb"])
@pytest.mark.parametrize("value", [0, -1, 0.5, float("nan")])
def test_a_budget_below_1_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^budget\.{field}: .*; allowed: at least 1$"):
        check_budget(Budget(**{field: value}))
    one = Budget(**{field: 1})
    assert check_budget(one) == one


# --- sometimes and silence ------------------------------------------------------------------------


def test_what_is_expected_and_not_met_leaves_a_violation_as_it_is() -> None:
    assert verdict_of(COMPLETE, "grace_ms=3", "expect.sometimes=['tab_closed']").kind == "violated"


def test_what_is_not_met_is_named_in_order() -> None:
    found = verdict_of(
        COMPLETE, "expect.sometimes=['tab_closed','laptop_slept','upload_ended_after_stop']"
    )
    assert found.kind == "unknown"
    assert found.reason == "it never happened that laptop_slept, tab_closed"


def test_what_is_met_is_said() -> None:
    met = explored([COMPLETE], "expect.sometimes=['upload_ended_after_stop','retry_happened']")
    assert met.verdict == "proved"
    assert {"retry_happened", "upload_ended_after_stop"} <= set(met.sometimes)
    assert list(met.sometimes) == sorted(met.sometimes)


def test_a_property_that_nothing_is_said_of_is_silent_unless_it_was_asked_for() -> None:
    assert verdict_of("consumer_sees_all").reason == "no schedule says anything about it"
    assert verdict_of("consumer_sees_all").kind == "unknown"
    found = explored(None, "consumer.reads_after_ms=3", design="manual", counterexamples=False)
    assert found.silent == tuple(slug for slug in PROPERTIES if slug in found.silent)
    assert not set(found.silent) & set(found.verdicts)
    for slug in found.silent:
        assert verdict_of(slug, "consumer.reads_after_ms=3", design="manual").kind == "unknown"


class NeverCompletes(AlarmDesign):
    """Its alarm does nothing."""

    async def alarm(self) -> None:
        """Nothing."""


def test_what_never_completes_is_proved_nowhere() -> None:
    found = explored(None, design=NeverCompletes, counterexamples=False)
    assert found.verdicts["finalizes"].kind == "violated"
    assert COMPLETE in found.silent
    assert (found.late_ms, found.late_ms_min) == (None, None)


# --- asked alone or together ---------------------------------------------------------------------


class Forgets(AlarmDesign):
    """Completes with the stop, refuses what comes later, and counts nothing."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk of an active session; say nothing of it."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state["status"] != ACTIVE:
            return Response(403)
        await self.ctx.blobs.put(chunk)
        return Response(200)

    async def signal_stop(self) -> Response:
        """Complete."""
        await self.ctx.storage.put(STATE_KEY, {"status": COMPLETED, "chunks_uploaded": 0})
        return Response(200)

    async def alarm(self) -> None:
        """Nothing."""


ALONE = {
    "forgets": (Forgets, ("failures=0", "disconnects=0", "consumer.reads_after_ms=30")),
    "a short grace": ("alarm", ("grace_ms=3", "disconnects=0")),
    "slow puts": (
        "alarm",
        (
            "grace_ms=4",
            "high_ms=4",
            "failures=0",
            "disconnects=0",
            "limits.end_at_completion=false",
            "blobs.put_delay_ms={distribution='uniform', low_ms=0, high_ms=6}",
            "consumer.reads_after_ms={distribution='uniform', low_ms=0, high_ms=50}",
        ),
    ),
    "commits fail": (
        "alarm",
        (
            "chunks=1",
            "failures=0",
            "disconnects=0",
            "platform.commit_ms=2",
            "platform.commit_failure=0.5",
            "platform.commit_failures_max=1",
        ),
    ),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_property_asked_alone_has_the_verdict_that_it_has_among_all(name: str) -> None:
    design, overrides = ALONE[name]
    overrides = ("limits.end_at_completion=false", *overrides)
    together = explored(list(EXPLORABLE), *overrides, design=design, counterexamples=False)
    assert len({verdict.kind for verdict in together.verdicts.values()}) > 1
    for slug, verdict in together.verdicts.items():
        alone = verdict_of(slug, *overrides, design=design)
        assert alone.kind == verdict.kind, (slug, alone.reason, verdict.reason)


def test_a_reader_of_a_completed_session_without_a_chunk_is_found() -> None:
    found = verdict_of("consumer_sees_all", *ALONE["forgets"][1], "limits.end_at_completion=false",
                       design=Forgets)  # fmt: skip
    assert found.kind == "violated"
    assert found.reason.startswith("a consumer read a session without chunk")


def test_the_first_property_that_is_violated_does_not_end_the_search_for_the_others() -> None:
    found = explored(None, "grace_ms=3", "limits.end_at_completion=false", counterexamples=False)
    violated = {slug for slug, verdict in found.verdicts.items() if verdict.kind == "violated"}
    assert {COMPLETE, "nothing_refused", "nothing_lost"} <= violated


# --- counts, delays, reductions ------------------------------------------------------------------


def test_counts_are_those_of_all_searches_together() -> None:
    groups = [[COMPLETE, "nothing_refused"], ["finalizes_promptly"], ["finalizes_once_known"]]
    parts = [explored(group, counterexamples=False) for group in groups]
    whole = explored([slug for group in groups for slug in group], counterexamples=False)
    for name in ("classes", "expanded", "steps", "states", "frontier"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts), name
    assert whole.depth == max(part.depth for part in parts)
    assert list(whole.verdicts) == [slug for group in groups for slug in group]


@pytest.mark.parametrize(("low", "high"), [(1, 8), (3, 3), (0, 5)])
def test_the_delays_to_finalization_are_those_of_the_protocol(low: int, high: int) -> None:
    # Sent at 0; after the stop (pressed at 0) the last upload sets the long alarm, or the stop, if
    # it runs last, the grace. So from the later of both: 40 ms, or 20 ms and the stop's own way.
    overrides = (f"low_ms={low}", f"high_ms={high}", "failures=0", "disconnects=0")
    found = explored(["finalizes_promptly"], *overrides, counterexamples=False)
    assert (found.late_ms, found.late_ms_min) == (40, 20)


def test_without_the_longest_delay_a_violation_is_enough() -> None:
    overrides = ("long_alarm_ms=9000", "failures=0", "disconnects=0")
    slow = [
        explored(["finalizes_promptly"], *overrides, longest=longest, counterexamples=False)
        for longest in (True, False)
    ]
    assert [item.verdict for item in slow] == ["violated", "violated"]
    assert [item.late_ms for item in slow] == [9_000, None]
    assert slow[1].expanded < slow[0].expanded


@pytest.mark.parametrize("switch", ["inclusion", "symmetry"])
def test_each_reduction_is_switched_by_its_name(switch: str) -> None:
    with_it, without = (
        explored(
            [COMPLETE],
            "disconnects=0.5",
            reductions=Reductions(**{switch: value}),
            counterexamples=False,
        )
        for value in (True, False)
    )
    assert with_it.verdict == without.verdict == "proved"
    assert with_it.steps < without.steps


# --- what is asked -------------------------------------------------------------------------------


def test_what_is_not_asked_by_name_is_what_the_design_can_be_asked() -> None:
    scenario = load_scenario("small-scope")
    plain, tells = (load_design(name, scenario) for name in ("alarm", "outbox"))
    all_but = [slug for slug in PROPERTIES if slug not in ("notified_once", "consumer_sees_all")]
    assert check_slugs(plain, scenario, None) == all_but
    assert set(check_slugs(tells, scenario, None)) - set(all_but) == {"notified_once"}
    assert check_slugs(plain, scenario, iter(["finalizes_once_known"])) == ["finalizes_once_known"]
    with pytest.raises(InputError, match=r"^properties: \[\]; allowed: at least one of complete"):
        check_slugs(plain, scenario, [])
    with pytest.raises(InputError, match=r"^--property: 'nope'; allowed: one of complete"):
        check_slugs(plain, scenario, [COMPLETE, "nope"])


def test_only_the_kinds_of_counterexample_that_were_asked_for_are_made() -> None:
    for kinds in (["shortest"], ["earliest"], ["widest", "earliest"], []):
        found = explored([COMPLETE], "grace_ms=3", kinds=kinds)
        assert [item.kind for item in found.counterexamples[COMPLETE]] == kinds
    assert explored([COMPLETE], "grace_ms=3", counterexamples=False).counterexamples == {}
    assert ALL_KINDS == ("shortest", "widest", "earliest", "endless")
