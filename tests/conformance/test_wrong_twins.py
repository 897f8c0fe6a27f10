"""A twin that is wrong in one place is found out, and so is a world with a rule switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lastchunk.model.conformance import recipes
from lastchunk.model.conformance.blame import rules_named
from lastchunk.model.conformance.campaign import plans_of
from lastchunk.model.conformance.plan import NotPlayable, Plan
from lastchunk.model.conformance.play import play
from lastchunk.model.conformance.recipes import Recipe
from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker, WrongTwin, bundle
from lastchunk.model.world.object.alarms import Alarms
from lastchunk.model.world.object.delivery import Delivery
from tests.world.test_switches import SWITCHES

EACH = 4
"""Schedules of each set of edges: so many find every one of the wrong twins."""
DESIGNS = {
    "ManualDesign": "manual",
    "AlarmDesign": "alarm",
    "ShortGraceDesign": "short-grace",
    "ReReadDesign": "re-read",
    "LeaseDesign": "leases",
    "ManifestDesign": "manifest",
    "LazyAlarmDesign": "lazy-alarm",
}
WRONG = [
    ("counted before the put", "ManualDesign", "session-do.ts",
     "    await this.putBlob(upload);\n    state.chunks_uploaded += 1;",
     "    state.chunks_uploaded += 1;\n    await this.putState(state);\n"
     "    await this.putBlob(upload);"),
    ("a grace that is 1 ms too long", "AlarmDesign", "designs.ts",
     "setAlarmIn(this.settings.grace_ms)", "setAlarmIn(this.settings.grace_ms + 1)"),
    ("the state read again after the put", "AlarmDesign", "session-do.ts",
     "    state.chunks_uploaded += 1;",
     "    Object.assign(state, await this.getSessionState());\n    state.chunks_uploaded += 1;"),
    ("an alarm that looks at nothing", "AlarmDesign", "designs.ts",
     'if (state?.status === "active") await', "if (state !== undefined) await"),
    ("a flag kept in memory", "ShortGraceDesign", "designs.ts",
     'await this.storage.put("stopping", true);', "(this as any).stopping = true;"),
    ("no second look", "ReReadDesign", "designs.ts",
     "  async record(upload: Upload) {\n    const refusal = await this.refusal();\n"
     "    if (refusal) return refusal;", "  async record(upload: Upload) {"),
    ("refused with 409", "ReReadDesign", "designs.ts", "? 0 : 403", "? 0 : 409"),
    ("a lease is live at its end", "LeaseDesign", "designs.ts",
     "expiry > Date.now()", "expiry >= Date.now()"),
    ("the last lease for the first", "LeaseDesign", "designs.ts", "Math.min(...live)",
     "Math.max(...live)"),
    ("a lease kept after a failure", "LeaseDesign", "designs.ts",
     "      await this.release(upload);\n      throw error;", "      throw error;"),
    ("the alarm is left", "ManifestDesign", "designs.ts",
     "      await this.storage.deleteAlarm();\n      return;", "      return;"),
    ("recorded without a second look", "ManifestDesign", "designs.ts",
     "    const answer = this.answer(state, upload);\n    if (answer) return answer;\n"
     "    noteChunk",
     "    noteChunk"),
    ("due 1 ms after it is due", "LazyAlarmDesign", "designs.ts",
     "Date.now() < dueMs", "Date.now() <= dueMs"),
    ("activity that is not noted", "LazyAlarmDesign", "designs.ts",
     "    state.active_ms = Date.now();\n", ""),
]  # fmt: skip
"""What is wrong, in which class, and the two texts."""
TWINS = [WrongTwin(f"Wrong{at}", *item[1:]) for at, item in enumerate(WRONG)]


@pytest.fixture(scope="module")
def plans() -> dict[str, list[Plan | NotPlayable]]:
    """Schedules at the edges, by the twin that they are for."""
    return {
        twin: plans_of(list(recipes.edges([design], EACH, seed=9)))
        for twin, design in DESIGNS.items()
    }


@pytest.fixture(scope="module")
def wrong_worker(tools: Toolbox) -> WatchedWorker:
    return bundle(tools, TWINS)


@pytest.mark.parametrize("twin", TWINS, ids=[item[0].replace(" ", "-") for item in WRONG])
def test_a_wrong_twin_diverges(
    tools: Toolbox,
    wrong_worker: WatchedWorker,
    plans: dict[str, list[Plan | NotPlayable]],
    twin: WrongTwin,
) -> None:
    own = [replace(plan, twin=twin.name) for plan in plans[twin.twin] if isinstance(plan, Plan)]
    found = play(tools, wrong_worker, own, until_one_diverges=True)
    assert any(result.verdict == "diverges" for result in found)


# --- rules switched off --------------------------------------------------------------------------


def begun_is_done(patch: pytest.MonkeyPatch) -> None:
    """D5 off: an alarm that has begun counts as done, whatever becomes of its process."""
    stop = Alarms.stop

    def stop_for_good(self: Alarms) -> None:
        if self.is_running:
            self.time_ms = None
        stop(self)

    patch.setattr(Alarms, "stop", stop_for_good)


def a_retry_comes_all_the_same(patch: pytest.MonkeyPatch) -> None:
    """A5 off: what a failed attempt has set does not take its retry's place."""
    fail = Alarms.fail

    def fail_alone(self: Alarms, delivery: Delivery, counted: bool, reason: str) -> None:
        self.unplan()
        self.time_ms = self.told_ms = delivery.due_ms
        fail(self, delivery, counted, reason)

    patch.setattr(Alarms, "fail", fail_alone)


OFF: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], list[Recipe]]] = {
    "R5": (SWITCHES["R5"][0], list(recipes.edges(["alarm"], 2, 9))),
    "A5": (a_retry_comes_all_the_same, [
        Recipe("edges", "sets and throws", "small-scope", "SetsThenThrows", recipes.SMALL, 9)
    ]),
    "D1": (SWITCHES["D1"][0], [
        Recipe("edges", "throws", "small-scope", "Throws", (*recipes.SMALL, "design.times=7"), 9)
    ]),
    "D2": (SWITCHES["D2"][0], [
        Recipe("session", "spoiled", "platform-maintenance", "alarm", (recipes.QUIET,), 1, 0)
    ]),
    "D5": (begun_is_done, [
        Recipe("edges", "killed", "small-scope", "outbox", recipes.KILLED_TELLING, 9, n)
        for n in range(3)
    ]),
}  # fmt: skip
"""Each rule with what switches it off, and the schedules that meet it."""

CLOSED_WHILE_IT_PUTS = (
    "    await this.env.BUCKET.put(`${this.ctx.id.name}/${upload.chunk}`, upload.body);",
    "    await this.ctx.blockConcurrencyWhile(async () => {\n"
    "      await this.env.BUCKET.put(`${this.ctx.id.name}/${upload.chunk}`, upload.body);\n    });",
)


@pytest.mark.parametrize("rule", OFF)
def test_a_world_without_a_rule_diverges(
    tools: Toolbox, worker: WatchedWorker, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch, asked = OFF[rule]
    right = play(tools, worker, plans_of(asked))
    assert {result.verdict for result in right} == {"agrees"}
    switch(monkeypatch)
    found = play(tools, worker, plans_of(asked))
    assert any(result.verdict == "diverges" for result in found)
    assert rules_named(found)[0][0] == rule
    # On a runtime that has the rule no more, what is shown and what is wanted change places.
    turned = [replace(item, shown=item.wanted, wanted=item.shown) for item in found]
    assert rules_named(turned)[0][0] == rule


def test_a_put_that_closes_the_gate_is_named(tools: Toolbox) -> None:
    """A twin whose puts let nobody in stands for a runtime without R4 and R5."""
    wrong = WrongTwin("Closed", "AlarmDesign", "session-do.ts", *CLOSED_WHILE_IT_PUTS)
    plans = [plan for plan in plans_of(OFF["R5"][1]) if isinstance(plan, Plan)]
    worker = bundle(tools, [wrong])
    found = play(tools, worker, [replace(plan, twin=wrong.name) for plan in plans])
    assert [rule for rule, _ in rules_named(found)][:2] == ["R5", "R4"]
