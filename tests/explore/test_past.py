"""What is forgotten of the past changes no verdict, and what goes on for ever gets one."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from benchmarks.random_scopes import drawn
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.search import search as search_module
from lastchunk.model.explore.search.past import Needs, _freed, _is_free, _long_past
from lastchunk.model.explore.timing.zone import Zone, at_most
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.explore.witness.times import solved
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay, simulate
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import COMPLETED, Chunk, Response
from lastchunk.reference_impl.session import set_status
from tests.support.worlds import spec_of

COLD = (
    *("chunks=1", "failures=0", "disconnects=0", "expect.sometimes=[]", "start.session='created'"),
    *("limits.end_at_completion=false", "grace_ms=20", "long_alarm_ms=40"),
)


class Heartbeat(AlarmDesign):
    """Its alarm sets itself again each second, for ever, and does its work when that is due."""

    async def create(self) -> Response:
        """Begin, and beat."""
        response = await super().create()
        await self.beat(self.settings.long_alarm_ms)
        return response

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and put the end off."""
        response = await super().upload(chunk)
        await self.beat(self.settings.long_alarm_ms)
        return response

    async def signal_stop(self) -> Response:
        """The end is near."""
        await self.ctx.storage.put("due", self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """Complete when it is due; come again in any case."""
        if await self.ctx.storage.get("due") <= self.ctx.now():
            await super().alarm()
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)

    async def beat(self, wait_ms: int) -> None:
        """Note when the work is due, and come again."""
        await self.ctx.storage.put("due", self.ctx.now() + wait_ms)
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)


class NeverCompletes(Heartbeat):
    """The same, but an alarm within 3 s of the last upload is taken for activity; it moves it."""

    async def alarm(self) -> None:
        """Never come to an end: each run finds the activity that the last one noted."""
        if self.ctx.now() < await self.ctx.storage.get("due") + 3_000:
            await self.ctx.storage.put("due", self.ctx.now())
        else:
            await set_status(self.ctx, COMPLETED)
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)


def explored(design: Any, *overrides: str, slugs: Any = None, **options: Any) -> Verification:
    scenario = load_scenario("small-scope", [*COLD, *overrides])
    spec = spec_of(design)
    settings = load_design("alarm", scenario).settings
    return verify(scenario, type(spec)(spec.name, design, settings, "alarm"), slugs, **options)


def test_what_goes_on_for_ever_after_completion_is_proved_and_said() -> None:
    found = explored(Heartbeat, budget=Budget(classes=5_000))
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    assert set(kinds.values()) == {"proved"}
    assert {"finalizes", "finalizes_promptly", "nothing_lost", "count_true"} <= set(kinds)
    assert found.goes_on.startswith("goes on for ever after completion: the last step takes 1,000")
    assert found.classes < 50


def test_what_never_completes_is_violated_however_far_the_past_is() -> None:
    found = explored(NeverCompletes, slugs=["finalizes"], budget=Budget(classes=5_000))
    assert found.verdicts["finalizes"].kind == "violated"
    (example,) = found.counterexamples["finalizes"]
    assert replay(example.schedule, found.design).facts.status == "active"
    assert found.goes_on == ""


def test_a_chunk_that_is_lost_in_a_session_without_an_end_is_lost() -> None:
    # The tab may be closed before the upload arrives; the heart beats on all the same.
    closed = "faults=[{kind='tab_closed', offset_ms={low_ms=0, high_ms=3}, probability=0.5}]"
    found = explored(Heartbeat, closed, slugs=["nothing_lost"], budget=Budget(classes=5_000))
    assert found.verdicts["nothing_lost"].kind == "violated"
    (example,) = found.counterexamples["nothing_lost"]
    run = replay(example.schedule, found.design)
    run.facts.ended = "quiet"
    assert isinstance(EXPLORABLE["nothing_lost"].check(run.facts, run.judge), Violation)
    assert "chunk 0 never stored for ever" in example.violation.detail


# --- against exploring with the whole past ---------------------------------------------------


def kinds_of(found: Verification) -> dict[str, str]:
    return {slug: verdict.kind for slug, verdict in found.verdicts.items()}


def forced(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> None:
    """Ask what counts of the past from the first class on; or never."""
    monkeypatch.setattr(search_module, "PAST_FROM", 1 if is_on else 1 << 40)
    monkeypatch.setattr(search_module, "PAST_TIMES", 0)
    monkeypatch.setattr(search_module, "PAST_DEPTH", 0)
    monkeypatch.setattr(search_module, "LOOK_EVERY", 1)


@pytest.mark.parametrize("seed", range(12))
def test_random_scopes_have_the_same_verdicts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    name, overrides = drawn(seed)
    scenario = load_scenario("small-scope", overrides)
    design = load_design(name, scenario)
    results = []
    for is_on in (False, True):
        forced(monkeypatch, is_on)
        budget = Budget(classes=300)
        results.append(verify(scenario, design, None, budget, kinds=("shortest",)))
    assert (
        kinds_of(results[0]) == kinds_of(results[1]) or "unknown" in kinds_of(results[0]).values()
    )


def clocked(seed: int) -> type[AlarmDesign]:
    """A design that stores times, copies them, and branches on how far they are apart."""
    random = Random(seed)
    names = ("a", "b")
    waits = [random.choice((2, 5, 9, 17)) for _ in range(4)]
    limits = [random.choice((1, 3, 7, 12, 30)) for _ in range(4)]
    kept = [random.choice((*names, "")) for _ in range(4)]
    asked = [random.choice(names) for _ in range(2)]
    compares = random.random() < 0.5

    class Clocked(AlarmDesign):
        async def keep(self, name: str) -> None:
            if name:
                await self.ctx.storage.put(name, self.ctx.now())

        async def create(self) -> Response:
            await super().create()
            for name in names:
                await self.keep(name)
            await self.ctx.storage.set_alarm(self.ctx.now() + waits[0])
            return Response(200)

        async def upload(self, chunk: Chunk) -> Response:
            response = await super().upload(chunk)
            await self.keep(kept[0])
            await self.ctx.storage.set_alarm(self.ctx.now() + waits[1])
            return response

        async def signal_stop(self) -> Response:
            await self.keep(kept[1])
            return Response(200)

        async def alarm(self) -> None:
            first = await self.ctx.storage.get(asked[0])
            other = await self.ctx.storage.get(asked[1])
            if self.ctx.now() - first < limits[0]:
                await self.keep(kept[2])
                await self.ctx.storage.set_alarm(self.ctx.now() + waits[2])
            elif compares and first - other > limits[1]:
                await set_status(self.ctx, COMPLETED)
            else:
                if self.ctx.now() - other > limits[2]:
                    await set_status(self.ctx, COMPLETED)
                await self.keep(kept[3])
                await self.ctx.storage.set_alarm(self.ctx.now() + waits[3])

    return Clocked


@pytest.mark.parametrize("seeds", [range(at, at + 5) for at in (0, 5)], ids=str)
def test_designs_that_compare_stored_times(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    slugs = ["complete_at_finalization", "finalizes", "nothing_lost", "completed_is_final"]
    ended = 0
    for seed in seeds:
        design = clocked(seed)
        forced(monkeypatch, is_on=False)
        whole = explored(design, slugs=slugs, budget=Budget(classes=400), counterexamples=False)
        forced(monkeypatch, is_on=True)
        found = explored(design, slugs=slugs, budget=Budget(classes=1_500))
        for slug, verdict in found.verdicts.items():
            known = whole.verdicts[slug].kind
            assert known in ("unknown", verdict.kind), (seed, slug, known, verdict)
            ended += verdict.kind != "unknown"
        for session in range(30):
            short = load_scenario("small-scope", [*COLD, "limits.horizon_ms=2000"])
            run = simulate(short, found.design, 1, session)
            for slug, verdict in found.verdicts.items():
                if verdict.kind == "proved":
                    judgement = EXPLORABLE[slug].check(run.facts, run.judge)
                    assert not isinstance(judgement, Violation), (seed, slug, session)
    assert ended >= 2 * len(seeds)


# --- the zone --------------------------------------------------------------------------------

SPAN = 7


def valuations(zone: Zone) -> set[tuple[int, ...]]:
    """All whole valuations with the first instant at 0 and the others near it."""
    size = zone.size
    return {
        (0, *rest)
        for rest in product(range(-2 * SPAN, SPAN + 1), repeat=size - 1)
        if all(
            at_most((0, *rest)[i] - (0, *rest)[j]) <= zone[i, j]
            for i in range(size)
            for j in range(size)
        )
    }


@pytest.mark.parametrize("seed", range(60))
def test_a_zone_takes_in_what_can_be_moved_into_it_and_no_more(seed: int) -> None:
    random = Random(seed)
    size = 3 + seed % 2
    limits = []
    for left, right in product(range(size), repeat=2):
        if left != right and random.random() < 0.7:
            limits.append((left, right, at_most(random.randint(-2, 5))))
    zone = solved(limits, size)
    if zone is None:
        return
    needs: Needs = [None, *({} for _ in range(size - 1))]
    for one in range(1, size):
        for other in range(size):
            need = needs[one]
            if other != one and need is not None and random.random() < 0.6:
                need[other] = random.randint(-3, 3)
    for column in range(1, size):
        group = _long_past(zone, column, needs)
        if not group or not _is_free(zone, group):
            continue
        before, after = valuations(zone), valuations(_freed(zone, group, needs))
        assert before <= after

        def is_past(values: tuple[int, ...], group: set[int] = group) -> bool:
            return all(
                values[y] - values[f] >= ms
                for f in group
                for y, ms in (needs[f] or {}).items()
                if y not in group
            )

        assert all(is_past(values) for values in after)
        for values in after:
            if min(values) < -SPAN:
                continue
            moves = range(-3 * SPAN, 3 * SPAN)
            assert any(
                tuple(v + by * (at in group) for at, v in enumerate(values)) in before
                for by in moves
            )
