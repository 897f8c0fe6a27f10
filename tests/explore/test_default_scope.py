"""The default scope, by which any reasonable design is judged: verdicts, counts, thresholds."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.design.load import DesignSpec, load_design, shipped_designs
from lastchunk.model.explore.verify import Verification, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import HandlerFailure
from tests.oracles.polling import ArmsInStop, Polling, StalePolling, WithoutGrace
from tests.support.worlds import spec_of

COMPLETE = "complete_at_finalization"
PROMPT = "finalizes_promptly"
RACE = {COMPLETE, "nothing_refused", "completed_is_final", "count_true"}
LOSSES = {COMPLETE, "nothing_refused", "nothing_lost"}
VIOLATED: dict[str, set[str]] = {
    "manual": {*RACE, "nothing_lost", "finalizes"},
    "alarm": {*RACE, PROMPT},
    "outbox": {*RACE, PROMPT},
    "short-grace": RACE,
    "re-read": LOSSES,
    "leases": LOSSES,
    "manifest": set(),
    "lazy-alarm": set(),
}
CLASSES = {
    "manual": 7_239,
    "alarm": 2_839,
    "outbox": 3_521,
    "short-grace": 3_155,
    "re-read": 2_497,
    "leases": 2_936,
    "manifest": 2_754,
    "lazy-alarm": 2_672,
}


def explored(design: Any, *overrides: str, only: str = "", **options: Any) -> Verification:
    scenario = load_scenario("default-scope", overrides)
    spec = load_design(design, scenario) if isinstance(design, str) else design
    return verify(scenario, spec, [only] if only else None, **options)


def violated(found: Verification) -> set[str]:
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    assert set(kinds.values()) <= {"proved", "violated"}
    return {slug for slug, kind in kinds.items() if kind == "violated"}


@pytest.mark.parametrize("design", VIOLATED)
def test_each_shipped_design_fails_as_in_the_field_or_is_proved(design: str) -> None:
    found = explored(design, counterexamples=False)
    assert violated(found) == VIOLATED[design]
    assert found.classes == CLASSES[design]


def test_every_shipped_design_is_judged() -> None:
    assert list(VIOLATED) == list(CLASSES) == list(shipped_designs())


def test_its_settings_are_the_deployed_ones() -> None:
    scenario = load_scenario("default-scope")
    settings = load_design("alarm", scenario).settings
    assert (settings.grace_ms, settings.long_alarm_ms) == (5_000, 600_000)
    client = scenario.client.to_settings({})
    assert (client.chunk_ms, client.retry_ms, client.uploads_parallel) == (10_000, 2_000, 1)
    assert scenario.start.session == "new"
    assert scenario.recording.chunks is None


# --- designs that nobody here shipped -----------------------------------------------------------


@pytest.mark.parametrize("cls", [Polling, ArmsInStop])
def test_a_sound_design_that_polls_is_proved(cls: type) -> None:
    found = explored(spec_of(cls))
    assert found.verdict == "proved"
    assert {"retry_happened", "disconnect_struck", "upload_ended_after_stop"} <= set(
        found.sometimes
    )


def test_its_broken_twin_is_violated_in_the_count() -> None:
    found = explored(spec_of(StalePolling))
    assert violated(found) == {"count_true"}
    for example in found.counterexamples["count_true"]:
        run = replay(example.schedule, found.design)
        assert run.facts.chunks_uploaded == 1
        assert run.facts.stored.keys() == {0, 1}


def test_a_design_without_a_grace_is_held_to_the_promised_five_seconds() -> None:
    assert violated(explored(spec_of(WithoutGrace), counterexamples=False)) == {PROMPT}


class NameInMemory(AlarmDesign):
    """Its alarm needs a name that a request alone has set in this instance."""

    def __init__(self, ctx: Any, settings: Any) -> None:
        super().__init__(ctx, settings)
        self.name: str | None = None

    async def signal_stop(self) -> Any:
        """Set the name, then stop."""
        self.name = "session"
        return await super().signal_stop()

    async def alarm(self) -> None:
        """Complete, if there is a name."""
        if self.name is None:
            raise HandlerFailure("no name in this instance")
        await super().alarm()


def test_a_cold_start_is_reached() -> None:
    scenario = load_scenario("default-scope")
    settings = load_design("alarm", scenario).settings
    spec = DesignSpec("NameInMemory", NameInMemory, settings, "alarm")
    found = explored(spec, only="finalizes", counterexamples=False)
    assert found.verdicts["finalizes"].kind == "violated"
    assert {"instance_lost", "alarm_dropped"} <= set(found.sometimes)


# --- thresholds, by hand ------------------------------------------------------------------------
#
# Times in ms since the recording began: the stop is pressed at 15,000, and runs at s, from 15,010
# to 15,500. Chunk 0 is sent at 10,000; where its upload ends at s, just before the stop, nothing
# re-arms the alarm after s, which then runs at s + grace. Its answer takes 10 to the page, so the
# last chunk is sent at s + 10. A leg takes 500 at the most and the put 6,000.


def turns(key: str, last: int, below: str, *overrides: str, only: str = COMPLETE) -> bool:
    """Whether the verdict is ``below`` up to the ms ``last``, and the other from the next on."""
    above = {"violated": "proved", "proved": "violated"}[below]
    kinds = [
        explored("alarm", f"{key}={value}", *overrides, only=only, counterexamples=False).verdict
        for value in (last, last + 1)
    ]
    return kinds == [below, above]


CALM = ("failures=0", "disconnects=0")


def test_the_grace_must_exceed_the_longest_upload() -> None:
    # Without a failure the last put ends at s + 10 + 500 + 6,000. At the tie the alarm may come
    # first.
    assert turns("design.grace_ms", 10 + 500 + 6_000, "violated", *CALM)


def test_with_a_retry_the_grace_must_exceed_both_attempts() -> None:
    # The first request is lost at the end of its leg, 500; the page waits 2,000 and sends it again.
    assert turns("design.grace_ms", 10 + 500 + 2_000 + 500 + 6_000, "violated")


def test_the_longest_put_that_the_deployed_grace_covers() -> None:
    # With a put of P, chunk 0 ends at 10,500 + P at the latest, and its answer is there 10 later.
    # The last put then ends at 10,510 + P + 500 + P: that is 20,010 where P is 4,500,
    # and the alarm of the earliest stop runs at 15,010 + 5,000.
    assert turns("put_high_ms", 4_499, "proved", *CALM)


def test_prompt_is_the_long_alarm_within_the_grace_and_two_seconds() -> None:
    # An upload that ends after the stop puts the alarm off by 10 minutes (F3).
    assert turns("design.grace_ms", 600_000 - 2_000 - 1, "violated", only=PROMPT)
