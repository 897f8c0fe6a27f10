"""Own properties in every schedule: their memory is part of the state, and bounds are exact."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import lastchunk
from lastchunk.cli import app
from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.verify import verify
from lastchunk.model.properties import Property, Violation
from lastchunk.model.properties.language import (
    after,
    always,
    at_most,
    completion,
    event,
    eventually,
    never,
    sometimes,
    state,
)

SMALL = "small-scope"


@pytest.mark.parametrize("overrides", [[], ["grace_ms=7", "high_ms=5"], ["failures=0"]])
def test_a_bound_is_exact_to_the_ms(overrides: list[str]) -> None:
    """The shipped search tells the longest delay; a bound of one ms less is violated."""
    scenario = lastchunk.load_scenario(SMALL, overrides)
    longest = verify(scenario, "alarm", ["finalizes_promptly"]).late_ms
    assert longest is not None
    for within, kind in ((longest, "proved"), (longest - 1, "violated")):
        item = after(event.StopPressed).eventually(completion, within=within, of="last upload")
        assert verify(scenario, "alarm", {"soon": item}).verdicts["soon"].kind == kind


def test_what_is_shipped_and_the_same_in_own_words_agree() -> None:
    """Of each pair: a scope in which it is proved, and one in which it is violated."""
    pairs = {
        "complete_at_finalization": never(completion & (state.missing > 0)),
        "nothing_refused": never(event.HandlerEnded(method="upload", status=range(400, 500))),
        "finalizes": eventually(state.is_settled),
    }
    for overrides in ([], ["grace_ms=16"]):
        scenario = lastchunk.load_scenario(SMALL, overrides)
        for slug, item in pairs.items():
            shipped, own = (verify(scenario, "alarm", asked) for asked in ([slug], {"own": item}))
            assert own.verdicts["own"].kind == shipped.verdicts[slug].kind, (slug, overrides)


def test_a_violation_at_the_beginning_and_one_at_the_end_are_found() -> None:
    found = verify(SMALL, "alarm", {"begins": never(event.StopPressed)})
    assert found.verdicts["begins"].kind == "violated"
    assert found.counterexamples["begins"][0].schedule.steps == ()
    found = verify(SMALL, "alarm", {"ends": never(completion)})
    assert found.verdicts["ends"].kind == "violated"
    example = found.counterexamples["ends"][0]
    assert isinstance(example.run.check({"ends": never(completion)})["ends"], Violation)


def test_what_no_schedule_decides_is_unknown_and_says_why() -> None:
    item = never(event.TabClosed & state.is_recording)
    verdict = verify(SMALL, "alarm", {"shut": item}).verdicts["shut"]
    assert verdict.kind == "unknown"
    assert "it never came: TabClosed" in verdict.reason
    ends_early = lastchunk.load_scenario(SMALL).limits.end_at_completion
    assert ends_early, "what comes after a completion is not looked at"
    assert "the run ended at the completion; until then it never came" in verdict.reason
    whole = lastchunk.load_scenario(SMALL, ["chunks=1", "limits.end_at_completion=false"])
    verdict = verify(whole, "alarm", {"shut": item}).verdicts["shut"]
    assert "the run ended" not in verdict.reason


def test_nothing_is_proved_beside_what_must_happen_and_does_not() -> None:
    stored = never(event.BlobPutFailed)
    mine: dict[str, Property] = {"closed": sometimes(event.TabClosed), "stored": stored}
    found = verify(SMALL, "alarm", mine)
    assert {slug: v.kind for slug, v in found.verdicts.items()} == dict.fromkeys(mine, "unknown")
    assert "it never happened that closed" in found.verdicts["stored"].reason
    mine["closed"] = sometimes(event.NetworkWentDown)
    found = verify(SMALL, "alarm", mine)
    assert {slug: v.kind for slug, v in found.verdicts.items()} == dict.fromkeys(mine, "proved")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (never(event.RequestSent(attempt=3)), "attempt of event.RequestSent"),
        (never(event.BlobStored(chunk=1)), "chunk of event.BlobStored"),
        (at_most(1, event.InstanceLost, per="instance"), "the field instance"),
        (never(event.Costs(alarm_runs=range(9, 99))), "Costs of event.Costs"),
    ],
)
def test_what_a_state_cannot_hold_is_refused_by_name(item: Property, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        verify(SMALL, "alarm", {"mine": item})
    assert "property mine at line" in str(caught.value)
    assert "simulate, replay and compare judge this property" in str(caught.value)


def test_the_reductions_change_no_verdict() -> None:
    mine = {
        "counted": at_most(1, event.RequestSent, per="chunk"),
        "rate": at_most(1, event.BlobStored, in_any=3),
        "function": always(lambda s: s.stored <= s.recorded),
        "soon": after(event.StopPressed).eventually(completion, within=30),
    }
    kinds = []
    for switches in ((True, True, True), (False, False, False)):
        reductions = lastchunk.Reductions(*switches)
        found = verify(SMALL, "alarm", mine, reductions=reductions, counterexamples=False)
        kinds.append({slug: verdict.kind for slug, verdict in found.verdicts.items()})
    assert kinds[0] == kinds[1]
    assert set(kinds[0].values()) == {"proved", "violated"}


def test_what_never_follows_is_violated_at_the_quiet_end() -> None:
    scenario = lastchunk.load_scenario("small-scope", ["limits.end_at_completion=false"])
    mine = {"told": after(completion).eventually(event.Notified)}
    found = verify(scenario, "alarm", mine)
    assert found.verdicts["told"].kind == "violated"


def test_the_command_explores_them_and_writes_them(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from lastchunk.properties import *\n\n"
        "once = at_most(1, event.RequestSent, per='chunk')\n"
        "whole = never(completion & (state.missing > 0))\n",
        encoding="utf-8",
    )
    words = ["verify", SMALL, "--design", "alarm", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*words, "--properties", str(file)])
    assert done.exit_code == 1
    assert "complete_at_finalization" in done.output
    assert "once" in done.output
    assert (tmp_path / "out" / "once-shortest.jsonl").exists()
    done = CliRunner().invoke(app, [*words[:-2], "--property", f"{file}:whole"])
    assert done.exit_code == 0
    assert "complete_at_finalization" not in done.output
