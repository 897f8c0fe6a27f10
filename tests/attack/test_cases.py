"""Trouble from the field: each case that a design, a page or a property has to state, and its test.

`CASES` has a row for each: what states it, and the tests that assert the value of the field.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import pytest

import lastchunk
from lastchunk.model.base.verdict import Verdict
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    Page,
    Response,
    StopFlowError,
)
from lastchunk.reference_impl.session import create_session, set_status, store_chunk

FAILS_AROUND_STOP = """
[recording]
duration_ms = { distribution = "uniform", low_ms = 20000, high_ms = 60000 }
[design]
long_alarm_ms = 15000
[[faults]]
kind = "alarm_fails"
anchor = "stop"
offset_ms = { low_ms = -20000, high_ms = 0 }
for_ms = { distribution = "uniform", low_ms = 5000, high_ms = 40000 }
how = "counted"
[expect]
sometimes = ["alarm_failed"]
"""
FROZEN_AFTER_STOP = """
[expect]
sometimes = ["tab_frozen"]
[uplink]
kind = "constant"
rate_kbps = 1500
[[faults]]
kind = "tab_frozen"
anchor = "stop"
offset_ms = { low_ms = 0, high_ms = 10000 }
for_ms = { distribution = "uniform", low_ms = 60000, high_ms = 1800000 }
"""
SESSIONS = 60
LINES_MOST = 60
QUIET = "quiet_once_settled"
LARGE = "client.video_kbps=8000"


class EarliestWins(AlarmDesign):
    """One slot for two timers: in a retry's back-off the old, past time counts as the earlier."""

    async def arm(self, at_ms: Time) -> None:
        """Set the alarm only if this is earlier."""
        current = await self.ctx.storage.get_alarm()
        if current is None or at_ms < current:
            await self.ctx.storage.set_alarm(at_ms)

    async def later(self, key: str, wait_ms: int) -> None:
        """Note a deadline, and arm for it."""
        await self.ctx.storage.put(key, self.ctx.now() + wait_ms)
        await self.arm(self.ctx.now() + wait_ms)

    async def create(self) -> Response:
        """The session begins."""
        response = await create_session(self.ctx)
        await self.later("idle_at", self.settings.long_alarm_ms)
        return response

    async def upload(self, chunk: Chunk) -> Response:
        """A chunk puts the idle deadline off."""
        response = await store_chunk(self.ctx, chunk)
        if response.status == 200:
            await self.later("idle_at", self.settings.long_alarm_ms)
        return response

    async def signal_stop(self) -> Response:
        """The stop's deadline is near."""
        await self.later("stop_at", self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """Complete where a deadline is past; else arm for the next one."""
        times = [await self.ctx.storage.get(key) for key in ("stop_at", "idle_at")]
        due = [at_ms for at_ms in times if at_ms is not None]
        if any(at_ms <= self.ctx.now() for at_ms in due):
            state = await self.ctx.storage.get(STATE_KEY)
            if state is not None and state["status"] == ACTIVE:
                await set_status(self.ctx, COMPLETED)
            return
        if due:
            await self.arm(min(due))


class NeverQuiet(AlarmDesign):
    """A heartbeat that nobody ends."""

    async def alarm(self) -> None:
        """Complete, and come back."""
        await super().alarm()
        await self.ctx.storage.set_alarm(self.ctx.now() + 1_000)


@dataclass(frozen=True)
class PartSettings:
    """What the store asks of parts."""

    part_bytes_min: int = 5_242_880


class Multipart:
    """Parts in order of arrival, completed by a list: one size but for the last, none too small."""

    Settings = PartSettings
    stop_call = "complete"
    client: ClassVar[dict[str, Any]] = {"looks_at_status": True}

    def __init__(self, ctx: Context, settings: PartSettings) -> None:
        self.ctx, self.settings = ctx, settings

    async def create(self) -> Response:
        """No part is there."""
        await self.ctx.storage.put("parts", [])
        return await create_session(self.ctx)

    async def upload(self, chunk: Chunk) -> Response:
        """One part more."""
        await self.ctx.blobs.put(chunk)
        parts = await self.ctx.storage.get("parts")
        parts.append((chunk.index, chunk.size_bytes))
        await self.ctx.storage.put("parts", parts)
        return Response(200)

    async def complete(self, chunks: int = 0) -> Response:
        """The store looks at the list."""
        parts = await self.ctx.storage.get("parts")
        numbers, sizes = [number for number, _ in parts], [size for _, size in parts]
        if numbers != list(range(chunks)):
            return Response(400, "InvalidPartOrder")
        if any(size != sizes[0] for size in sizes[:-1]):
            return Response(400, "InvalidPart")
        if any(size < self.settings.part_bytes_min for size in sizes[:-1]):
            return Response(400, "EntityTooSmall")
        return await set_status(self.ctx, COMPLETED)

    async def alarm(self) -> None:
        """Nothing sets one."""

    @staticmethod
    async def stop_flow(page: Page, settings: PartSettings) -> None:
        """Wait for the uploads, then complete."""
        chunks = await page.browser.last_chunk()
        while page.uploads_waiting():
            await page.browser.sleep(100, 100)
        response = await page.browser.fetch("complete", (chunks,))
        if response.status >= 400:
            raise StopFlowError(str(response.body))


def sampled(scenario: str, design: Any, *settings: str, slug: str = "finalizes") -> Verdict:
    """The verdict of sampling."""
    loaded = lastchunk.load_scenario(scenario, settings) if settings else scenario
    own = [] if slug in lastchunk.PROPERTIES else [slug]
    found = lastchunk.compare(loaded, design, sessions=SESSIONS, properties=own)
    return found.verdicts[design.__name__][slug]


def test_of_two_timers_the_past_one_wins_and_the_stop_is_late() -> None:
    assert sampled(FAILS_AROUND_STOP, EarliestWins).kind == "not seen"
    late = sampled(FAILS_AROUND_STOP, EarliestWins, slug="finalizes_promptly")
    assert 0.6 < late.violations / late.sessions < 0.85
    fast = sampled("everything-fast", EarliestWins, slug="finalizes_promptly")
    assert fast.violations == 0


def test_an_alarm_that_arms_itself_for_ever_is_never_quiet() -> None:
    scope = lastchunk.load_scenario("small-scope", ("limits.end_at_completion=false",))
    said = lastchunk.verify(scope, NeverQuiet, QUIET).verdicts[QUIET]
    assert said.kind == "violated"


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        (("client.video_kbps=8000",), 0.0),
        (
            ("client.video_kbps=8000", "recording.chunk_sizes={kind='spread', low=0.9, high=1.1}"),
            1.0,
        ),
        ((), 1.0),  # at 2.5 Mbit/s a chunk is below the least size of a part
    ],
)
def test_parts_must_have_one_size_and_not_be_too_small(
    settings: tuple[str, ...], rate: float
) -> None:
    found = sampled("everything-fast", Multipart, *settings)
    assert found.violations / found.sessions == rate


def test_parts_in_order_of_arrival_are_refused_where_uploads_are_parallel() -> None:
    """In the field 23 % of the sessions; an interval of 95 % has it."""
    bad = ("recording.duration_ms=30000", LARGE)
    found = sampled("lossy-mobile", Multipart, *bad, "client.uploads_parallel=3")
    assert found.low < 0.23 < found.high
    clean = [
        f"network.{name}=0" for name in ("request_loss", "response_loss", "request_duplication")
    ]
    one = sampled("lossy-mobile", Multipart, *bad, "client.uploads_parallel=1", *clean)
    assert one.violations == 0


def test_a_tab_that_is_frozen_after_the_stop() -> None:
    """In the field 71 % lost by *alarm*, 77 % never finalized by *manual*, none by *lazy-alarm*."""
    found = lastchunk.compare(
        FROZEN_AFTER_STOP, ["alarm", "manual", "lazy-alarm"], sessions=2 * SESSIONS
    ).verdicts
    lost, never = found["alarm"]["nothing_lost"], found["manual"]["finalizes"]
    assert lost.low < 0.71 < lost.high
    assert never.low < 0.77 < never.high
    shipped = found["lazy-alarm"]
    assert (shipped["nothing_lost"].violations, shipped["finalizes"].violations) == (0, 0)


class Case(NamedTuple):
    """What states a case, as classes of a file, and the tests of that file that judge it."""

    words: str
    file: str
    stated: str
    tests: str
    stated_in: str = ""


HERE = "tests.attack.test_cases"
LEAVING = "tests.page.test_leaving"
CASES = (
    Case(
        "a name in a field that a cold alarm has not",
        "tests.world.test_cold_starts",
        "NameInMemory",
        "a_name_that_only_a_request_tells_is_gone_when_the_alarm_comes",
    ),
    Case(
        "rows that each cold start adds",
        "tests.world.test_cold_starts",
        "RowsPileUp",
        "what_each_cold_start_adds_is_there_in_every_session",
    ),
    Case(
        "two timers in one alarm slot, the earlier wins",
        HERE,
        "EarliestWins",
        "of_two_timers_the_past_one_wins_and_the_stop_is_late",
    ),
    Case(
        "an abandoned alarm whose past time is still shown; a create that arms nothing",
        "tests.world.test_alarm_info",
        "ArmsWhereNoneIs",
        "a7_a_dropped_alarm_that_is_still_shown_is_never_armed_again "
        "a7_a_dropped_alarm_is_explored",
    ),
    Case(
        "rows and alarm that roll back together",
        "tests.world.test_transactions",
        "Moves Fails StopsInOne StopRollsBack",
        "r18_what_throws_leaves_nothing_behind a_stop_in_a_transaction_is_explored",
    ),
    Case(
        "work left behind that dies with its instance",
        "tests.world.test_detached",
        "WorksBehind ArmsFirst",
        "b09_is_explored",
    ),
    Case(
        "an alarm that arms itself for ever",
        HERE,
        "NeverQuiet",
        "an_alarm_that_arms_itself_for_ever_is_never_quiet",
    ),
    Case(
        "the same, as it is said beside the verdicts",
        "tests.explore.test_past",
        "",
        "what_goes_on_for_ever_after_completion_is_proved_and_said",
    ),
    Case(
        "a deploy that waits for idleness up to a grace",
        "tests.world.test_deploys",
        "",
        "r19_no_work_shorter_than_the_grace_is_lost deploys_that_wait_are_explored",
    ),
    Case(
        "parts that must have one size",
        HERE,
        "Multipart",
        "parts_must_have_one_size_and_not_be_too_small",
    ),
    Case(
        "parts kept in order of arrival",
        HERE,
        "Multipart",
        "parts_in_order_of_arrival_are_refused_where_uploads_are_parallel",
    ),
    Case(
        "the last answer is lost, and the user is told a failure",
        "tests.properties.test_told_truth",
        "GoneAfterComplete",
        "completed_and_told_that_it_failed_is_found_by_this_property_alone",
    ),
    Case(
        "a last chunk that never comes",
        LEAVING,
        "",
        "a_last_chunk_that_never_comes a_last_chunk_that_never_comes_is_explored",
    ),
    Case(
        "a page left before its first chunk, or amid one",
        "tests.trace.test_media",
        "",
        "a_page_left_in_the_middle_of_a_chunk_loses_what_it_held "
        "a_page_left_before_its_first_chunk_loses_all",
    ),
    Case(
        "beacons and keepalive within 64 KiB",
        LEAVING,
        "Keepalive KeepaliveDesign Beacons BeaconsDesign",
        "a_chunk_outlives_the_page_where_it_fits_into_the_budget beacons_share_one_budget",
        "tests.page.leaving",
    ),
    Case(
        "throttled timers",
        "tests.world.test_standstill",
        "",
        "a_throttled_tab_sends_receives_and_records_as_before "
        "a_poll_is_stretched_and_nothing_else_changes",
    ),
    Case("a frozen tab", HERE, "", "a_tab_that_is_frozen_after_the_stop"),
    Case(
        "a machine asleep",
        "tests.world.test_standstill",
        "",
        "asleep_in_the_middle_of_an_upload",
    ),
    Case(
        "a second tab with other bytes under the same indices",
        "tests.page.test_second_tab",
        "",
        "count_and_content_are_both_judged exploring_refuses_it_by_name_with_what_works",
    ),
    Case(
        "an end found by the user's clock",
        "tests.page.test_own_page",
        "ByUsersClock",
        "who_ends_by_the_users_clock_ends_early_where_it_is_slow",
    ),
    Case(
        "logs and a table with columns",
        "tests.gate.test_importing",
        "",
        "a_drive_log_is_an_uplink_of_its_bytes seconds_and_mbps_hold_until_the_next_row "
        "a_table_with_named_columns",
    ),
    Case(
        "toxics, and a cut after some bytes",
        "tests.gate.test_importing",
        "",
        "toxics_become_delays_and_the_rest_is_listed a_limit_of_data_cuts_what_is_larger",
    ),
    Case(
        "a HAR, which is none of them",
        "tests.gate.test_importing",
        "",
        "what_is_none_of_them_is_refused_in_a_line",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.words)
def test_each_case_has_its_tests_and_is_stated_in_few_lines(case: Case) -> None:
    file = importlib.import_module(case.file)
    missing = [name for name in case.tests.split() if not hasattr(file, f"test_{name}")]
    assert missing == []
    where = importlib.import_module(case.stated_in or case.file)
    stated = [inspect.getsourcelines(getattr(where, name))[0] for name in case.stated.split()]
    assert sum(map(len, stated)) <= LINES_MOST
