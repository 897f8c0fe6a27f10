"""A recording that may take any time in bounds, against brute force over each length of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import load_design
from lastchunk.model.explore.scope.refusals import NotExplorableError, refusals
from lastchunk.model.explore.timing.drawn import recording_parts
from lastchunk.model.explore.verify import Budget, Verification, verify
from lastchunk.model.properties import EXPLORABLE, Violation, asked
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import replay
from lastchunk.model.simulate.schedule import read_schedule, write_schedule
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response
from tests.explore.test_against_the_world import within
from tests.oracles.whole_ms import by_brute_force
from tests.support.worlds import spec_of

END_DECIDES = {"finalizes", "finalizes_promptly", "nothing_lost"}
"""Properties that brute force up to a certain time says nothing of."""
LATE_MS = 40
BASE = (
    f"recording.duration_ms={within(2, 6)}",
    "client.chunk_ms=3",
    "client.retry_ms=1",
    "network.request_delay_ms=1",
    "network.response_delay_ms=1",
    "network.body='buffered'",
    "network.stop_may_fail=false",
    "network.failures_per_chunk_max=1",
    "blobs.put_delay_ms=1",
    "design.grace_ms=2",
    "design.long_alarm_ms=5",
    "expect.sometimes=[]",
)


def at_the_stop(kind: str, low_ms: int, high_ms: int, *more: str) -> str:
    when = f"anchor='stop',offset_ms={{low_ms={low_ms},high_ms={high_ms}}}"
    return "faults=[{" + ",".join((f"kind='{kind}'", when, *more)) + "}]"


CASES = {
    "in time": ("design.grace_ms=3",),
    "late requests": ("blobs.put_delay_ms=0", f"network.request_delay_ms={within(1, 2)}"),
    "slow puts": (f"blobs.put_delay_ms={within(1, 3)}",),
    "lost requests": ("network.request_loss=0.5",),
    "a pause": ("recording.pause_at_ms=4", "recording.pause_for_ms=6"),
    "a pause at a chunk": ("recording.pause_at_ms=3", "recording.pause_for_ms=2"),
    "the machine sleeps": ("faults=[{kind='laptop_asleep',offset_ms=4,for_ms=5}]",),
    "the tab is frozen": ("faults=[{kind='tab_frozen',offset_ms=4,for_ms=5}]",),
    "an instance is lost": ("faults=[{kind='instance_lost',offset_ms={low_ms=0,high_ms=6}}]",),
    "the last chunk first": ("client.last_chunk='before_stop'",),
    "the last chunk later": ("client.last_chunk_delay_ms=2",),
    "no network at the stop": (at_the_stop("network_down", -1, 1, "for_ms=2"),),
    "a deploy after the stop": (at_the_stop("deploy", 0, 2, "old_instance_ms=2"),),
    "closed about the stop": (at_the_stop("tab_closed", -2, 1),),
    "lost as the pause is over": (
        *("recording.pause_at_ms=4", "recording.pause_for_ms=6"),
        at_the_stop("instance_lost", -1, 0),
    ),
    "two faults at the stop": (
        at_the_stop("instance_lost", 1, 2)[:-1] + ", " + at_the_stop("stray_stop", -2, -1)[8:],
    ),
}


def explored(design_name: str, *overrides: str) -> Verification:
    scenario = load_scenario("everything-fast", [*BASE, *overrides])
    design = load_design(design_name, scenario)
    slugs = [slug for slug in asked(design.cls, scenario) if slug not in END_DECIDES]
    return verify(scenario, design, slugs)


@pytest.mark.parametrize("design_name", ["alarm", "manifest"])
@pytest.mark.parametrize("case", CASES)
def test_a_range_shows_what_its_lengths_show(case: str, design_name: str) -> None:
    found = explored(design_name, *CASES[case])
    assert not found.frontier
    violated: set[str] = set()
    for duration_ms in range(2, 7):
        world = found.design, found.scenario
        brute = by_brute_force(*world, late_ms=LATE_MS, duration_ms=duration_ms)
        violated |= set(brute.violated)
    kinds = {slug: verdict.kind for slug, verdict in found.verdicts.items()}
    if "closed" in case:
        del kinds["duration_true"]  # the end decides, and a page that is gone stops nothing
    assert kinds == {slug: "violated" if slug in violated else "proved" for slug in kinds}


def test_counterexamples_say_how_long_is_recorded(tmp_path: Path) -> None:
    found = explored("alarm", *CASES["slow puts"])
    lengths = set()
    for slug, items in found.counterexamples.items():
        for item in items:
            write_schedule(item.schedule, tmp_path / "a.jsonl")
            again = read_schedule(tmp_path / "a.jsonl")
            lengths.add(again.duration_ms)
            run = replay(again)
            assert isinstance(EXPLORABLE[slug].check(run.facts, run.judge), Violation)
            for step in again.steps:
                if step.key == ("stop",):
                    start = next(e for e in run.trace if type(e).__name__ == "RecordingStarted")
                    assert step.at_ms == start.at_ms + again.duration_ms
    assert lengths <= set(range(2, 7))
    assert len(lengths) > 1


@pytest.mark.parametrize(("low_ms", "high_ms", "kind"), [(1, 2, "proved"), (1, 3, "violated")])
def test_a_last_chunk_is_too_large_from_a_length_on(low_ms: int, high_ms: int, kind: str) -> None:
    # 8 kbit/s are a byte each ms: the chunk of 3 ms is over 2 bytes, that of 2 ms is not.
    duration = f"recording.duration_ms={within(low_ms, high_ms)}"
    large = ("client.video_kbps=8", "platform.body_bytes_max=2", "client.looks_at_status=true")
    found = explored("manifest", duration, *large)
    assert found.verdicts["nothing_refused"].kind == kind
    for item in found.counterexamples.get("nothing_refused", ()):
        assert item.schedule.duration_ms == 3


def test_the_wait_after_the_stop_is_that_of_each_length() -> None:
    def waits_ms(duration: object) -> tuple[int | None, int | None]:
        overrides = [*BASE, *CASES["slow puts"], f"recording.duration_ms={duration}"]
        scenario = load_scenario("everything-fast", [*overrides, "design.grace_ms=30"])
        found = verify(scenario, "alarm", ["finalizes_promptly"], counterexamples=False)
        return found.late_ms_min, found.late_ms

    each = [waits_ms(ms) for ms in range(2, 8)]
    least = min(low for low, _ in each if low is not None)
    most = max(high for _, high in each if high is not None)
    assert waits_ms(within(2, 7)) == (least, most)
    assert least < most


def test_the_parts_of_a_range_have_the_same_chunks_and_pauses() -> None:
    for low_ms, high_ms in [(0, 0), (0, 9), (2, 7), (3, 3), (3, 4), (1, 12), (6, 6)]:
        for pause_ms in (None, 0, 3, 4, 7, 20):
            pause = ["recording.pause_for_ms=6"]
            pause += [] if pause_ms is None else [f"recording.pause_at_ms={pause_ms}"]
            spread = f"recording.duration_ms={within(low_ms, high_ms)}"
            parts = list(recording_parts(load_scenario("everything-fast", [spread, *pause]), 3))
            lengths = [ms for low, high in parts for ms in range(low, high + 1)]
            assert lengths == list(range(low_ms, high_ms + 1))
            for low, high in parts:
                same = {
                    (-(-ms // 3), pause_ms is not None and pause_ms < ms)
                    for ms in range(low, high + 1)
                    if ms
                }
                assert len(same) <= 1


def test_a_budget_ends_also_where_there_are_very_many_beginnings() -> None:
    scenario = load_scenario("everything-fast", ["client.chunk_ms=1", "expect.sometimes=[]"])
    found = verify(scenario, "alarm", ["count_true"], Budget(seconds=1))
    assert found.verdicts["count_true"].kind == "unknown"
    assert found.seconds < 10


def test_chunks_that_are_there_at_once_need_no_recording_time() -> None:
    spread = f"recording.duration_ms={within(2, 7)}"
    found, same = (
        verify(load_scenario("small-scope", ["chunks=2", *more]), "alarm", attack=0)
        for more in ([], [spread])
    )
    assert found.verdicts == same.verdicts
    assert (found.classes, found.steps) == (same.classes, same.steps)


ASLEEP = at_the_stop("laptop_asleep", -1, -1, "for_ms=2")
FROZEN = at_the_stop("tab_frozen", -4, 3, "for_ms=2")
ANY_TIME = "recording.duration_ms={distribution='exponential',mean_ms=4}"


@pytest.mark.parametrize(
    ("overrides", "reasons"),
    [
        ([at_the_stop("deploy", -3, 1)], ["deploy from the stop"]),
        ([ASLEEP], ["laptop_asleep from the stop"]),
        ([FROZEN], ["tab_frozen from the stop", "tab_frozen in bounds"]),
        ([ANY_TIME], ["0 ms or more"]),
        ([ANY_TIME, at_the_stop("deploy", -9, 1)], ["deploy from the stop", "0 ms or more"]),
        ([ANY_TIME, ASLEEP], ["laptop_asleep from the stop", "0 ms or more"]),
        (
            [ASLEEP[:-1] + ", " + at_the_stop("deploy", -3, 1)[8:]],
            ["laptop_asleep from the stop", "deploy from the stop"],
        ),
    ],
)
def test_what_is_refused_names_all_reasons_and_a_scope_that_works(
    overrides: list[str], reasons: list[str]
) -> None:
    with pytest.raises(NotExplorableError) as refused:
        explored("alarm", *overrides)
    found = refused.value.refusals
    assert [item.value for item in found] == reasons
    mended = [item for refusal in found for item in refusal.overrides]
    assert not list(refusals(load_scenario("everything-fast", [*BASE, *overrides, *mended])))
    assert not explored("manifest", *overrides, *mended).frontier


class Adds(AlarmDesign):
    """Counts the bytes that came."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and add its size to the sum."""
        total = await self.ctx.storage.get("bytes") or 0
        await self.ctx.storage.put("bytes", total + chunk.size_bytes)
        return await super().upload(chunk)


class Compares(AlarmDesign):
    """Refuses small chunks."""

    async def upload(self, chunk: Chunk) -> Response:
        """Refuse what has fewer than 100 bytes."""
        if chunk.size_bytes < 100:
            return Response(400)
        return await super().upload(chunk)


class Writes(AlarmDesign):
    """Names what it stores after the chunk."""

    async def upload(self, chunk: Chunk) -> Response:
        """Keep a text of the chunk."""
        await self.ctx.storage.put(f"{chunk}", True)
        return await super().upload(chunk)


class Sorts(AlarmDesign):
    """Keeps all chunks in order, and knows each by its place."""

    async def upload(self, chunk: Chunk) -> Response:
        """Keep the chunk, once."""
        kept = await self.ctx.storage.get("kept") or []
        if chunk not in kept:
            kept = sorted([*kept, chunk], reverse=True)
        assert kept[-1] <= chunk < Chunk(chunk.index + 1, 0)
        assert len({*kept}) == len(kept)
        await self.ctx.storage.put("kept", kept)
        return await super().upload(chunk)


@pytest.mark.parametrize("cls", [Adds, Compares, Writes])
def test_a_design_that_looks_at_the_last_chunks_size_is_refused_by_name(cls: type) -> None:
    spread = f"recording.duration_ms={within(20_000, 25_000)}"
    scenario = load_scenario("everything-fast", [spread, "expect.sometimes=[]"])
    place = rf"size of the last chunk.*recording\.duration_ms.*{Path(__file__).name}, line"
    with pytest.raises(DesignError, match=place):
        verify(scenario, spec_of(cls), ["count_true"])
    one = load_scenario("everything-fast", ["recording.duration_ms=25000", "expect.sometimes=[]"])
    assert verify(one, spec_of(cls), ["count_true"]).verdict == "proved"


def test_chunks_are_kept_and_sorted_whatever_the_last_ones_size() -> None:
    spread = f"recording.duration_ms={within(20_000, 35_000)}"
    scenario = load_scenario("everything-fast", [spread, "expect.sometimes=[]"])
    found = verify(scenario, spec_of(Sorts), ["count_true", "nothing_refused"])
    assert found.verdict == "proved"
