"""A design in TypeScript is played on its own file: the schedule that was found is run there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import lastchunk
from lastchunk.model.conformance.campaign import play_recipes
from lastchunk.model.conformance.own.adapter import read_adapter
from lastchunk.model.conformance.own.bundled import bundle_own
from lastchunk.model.conformance.plan import Plan, plan_of
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.runtime.toolbox import Toolbox
from lastchunk.model.simulate.schedule import Schedule
from tests.typescript.field_styles import HEAD
from tests.typescript.own_styles import BY_NAME, write_by_name, write_routed

pytest.importorskip("tree_sitter", reason="the extra typescript is not installed")
SLUG = "complete_at_finalization"
SCOPE = (
    *("chunks=1", "disconnects=0", "start.session='created'"),
    "blobs.put_delay_ms={distribution='uniform',low_ms=1,high_ms=9000}",
)


def counterexamples(reference: str, *settings: str) -> list[Schedule]:
    """What exploring finds against a design: the shortest, the widest and the earliest."""
    scope = lastchunk.load_scenario("small-scope", [*SCOPE, *settings])
    proof = lastchunk.verify(scope, reference, properties=SLUG, attack=0)
    assert proof.verdicts[SLUG].kind == "violated"
    return [item.schedule for item in proof.counterexamples[SLUG]]


def planned(schedule: Schedule) -> Plan:
    plan = plan_of(schedule)
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize("write", [write_routed, write_by_name])
def test_a_counterexample_is_run_on_the_same_file(
    write: type, tools: Toolbox, tmp_path: Path
) -> None:
    schedules = counterexamples(write(tmp_path), "grace_ms=5000")
    assert all(planned(schedule).own.text == "" for schedule in schedules)  # type: ignore[union-attr]
    recipes = [Recipe("made", "found", "", "", made=schedule) for schedule in schedules]
    result = play_recipes(tools, None, recipes, 1, lambda more: None)
    assert [item.sentence() for item in result.results if item.verdict != "agrees"] == []
    assert len(result.results) == len(schedules) >= 2


def test_another_setting_is_run_on_a_copy_that_has_it(tools: Toolbox, tmp_path: Path) -> None:
    schedule = counterexamples(write_routed(tmp_path), "grace_ms=20")[0]
    own = planned(schedule).own
    assert own is not None
    assert "FINISH_AFTER = 20;" in own.text
    recipe = Recipe("made", "found", "", "", made=schedule)
    assert play_recipes(tools, None, [recipe], 1, lambda more: None).verdict == "agrees"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5_000", "5_001"),
        ('phase: "finished"', 'phase: "capturing"'),
        ("status: 201", "status: 202"),
    ],
)
def test_another_class_than_the_one_that_was_explored_diverges(
    old: str, new: str, tools: Toolbox, tmp_path: Path
) -> None:
    """The canary: what is played is what the file says, and all of it is compared."""
    plan = planned(counterexamples(write_routed(tmp_path), "grace_ms=5000")[0])
    assert plan.own is not None
    text = plan.own.file.read_text(encoding="utf-8")
    assert old in text
    wrong = dataclasses.replace(plan.own, text=text.replace(old, new))
    worker = bundle_own(tools, wrong.file, wrong.name, wrong.adapter, wrong.text)
    (result,) = play(tools, worker, [dataclasses.replace(plan, own=wrong)])
    assert result.verdict == "diverges"


def test_what_cannot_be_followed_is_not_playable(tools: Toolbox, tmp_path: Path) -> None:
    reference = write_by_name(tmp_path)
    put = 'this.ctx.storage.put("meta", { ...meta, status: "completed" })'
    within = f"this.ctx.storage.transaction(async (txn) => {{ await {put}; }})"
    text = HEAD + BY_NAME.replace(put, within.replace("this.ctx.storage.put", "txn.put"))
    assert "transaction" in text
    (tmp_path / "recorder.ts").write_text(text, encoding="utf-8")
    recipe = Recipe("session", "harmless", "harmless", reference, ("expect.sometimes=[]",), 1, 0)
    (result,) = play_recipes(tools, None, [recipe], 1, lambda more: None).results
    assert (result.verdict, result.why) == ("not playable", "no transaction can be followed")


def test_a_binding_is_an_adapter_too(tmp_path: Path) -> None:
    write_routed(tmp_path)
    adapter = read_adapter(tmp_path / "capture.toml", "CaptureObject")
    assert adapter.call("upload", 7, None, "s").path == "/segments/7"
    assert (adapter.record, adapter.status, adapter.count) == ("upload", "phase", "segments")
    assert adapter.buckets == ("MEDIA",)
    assert adapter.statuses == {"capturing": "active", "finished": "completed"}


def test_an_adapter_is_a_binding_too(tmp_path: Path) -> None:
    reference = write_routed(tmp_path)
    scope = lastchunk.load_scenario("small-scope", ["chunks=1", "disconnects=0"])
    before = lastchunk.verify(scope, reference, attack=0)
    lines = (
        'create = "POST /sessions"\nupload = "PUT /segments/{chunk}"\nstop = "POST /finish"\n'
        'record = "upload"\nstatus = "phase"\ncount = "segments"\nbuckets = ["MEDIA"]\n'
        '[statuses]\ncapturing = "active"\nfinished = "completed"\n'
    )
    (tmp_path / "capture.toml").write_text(lines, encoding="utf-8")
    after = lastchunk.verify(scope, reference, attack=0)
    assert {slug: v.kind for slug, v in after.verdicts.items()} == {
        slug: v.kind for slug, v in before.verdicts.items()
    }
