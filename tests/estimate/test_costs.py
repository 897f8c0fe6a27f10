"""What a session costs, against the counts that the platform's price list gives for it."""

from __future__ import annotations

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.simulate import simulate
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import Costs
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import Response
from tests.support.probes import Probe, poke, probe
from tests.support.worlds import of, quiet


def costs(design: str = "alarm", *overrides: str, seed: int = 1) -> tuple[Costs, int]:
    """The costs of a session, and how many chunks it had."""
    scenario = quiet(*overrides)
    run = simulate(scenario, load_design(design, scenario), seed)
    (found,) = of(run.trace, Costs)
    return found, len(run.facts.recorded)


@pytest.mark.parametrize("duration_ms", [5_000, 25_000, 119_000])
def test_the_deployed_design_costs_what_the_price_list_says(duration_ms: int) -> None:
    found, uploads = costs("alarm", f"recording.duration_ms={duration_ms}")
    assert uploads == -(-duration_ms // 10_000)
    assert found.requests == uploads + 3
    assert found.worker_requests == uploads + 2
    assert found.alarm_runs == 1
    assert found.rows_written == 2 * uploads + 4
    assert found.rows_read == uploads + 3, "create, each upload, and the alarm twice"
    assert found.blob_puts == uploads
    assert found.active_ms == 20 * uploads, "a put takes 20 ms, and they do not overlap"


def test_the_old_design_sets_no_alarm() -> None:
    # It finalizes before its last chunk is there, which is refused then: no put, no write.
    found, uploads = costs("manual", "client.last_chunk='before_stop'")
    assert (found.requests, found.alarm_runs) == (uploads + 2, 0)
    assert found.rows_written == uploads + 2


def test_time_in_which_events_overlap_counts_once() -> None:
    parallel = ("client.uploads_parallel=3", "blobs.put_delay_ms=15000")
    found, _ = costs("alarm", *parallel)
    # Uploads from 10,030, 20,030 and 25,030, each for 15 s: 10,030 to 40,030.
    assert found.active_ms == 30_000


def test_a_refused_upload_is_a_request_and_no_put() -> None:
    stray = "faults=[{kind='stray_stop', offset_ms=12000}]"
    found, uploads = costs("alarm", stray)
    assert uploads == 3
    assert found.blob_puts == 1
    assert found.worker_requests == uploads + 3, "create, the stray stop, three uploads, the stop"


def test_each_write_is_a_row_and_a_read_is_one_even_from_the_cache() -> None:
    class Busy(Probe):
        async def poke(self) -> Response:
            storage = self.ctx.storage
            await storage.put("a", 1)
            await storage.put("b", 2)
            await storage.get("a")
            await storage.get("a")
            await storage.delete("a")
            await storage.set_alarm(Time(90_000))
            await storage.delete_alarm()
            await storage.delete_alarm()
            await storage.put("c", 3)
            await storage.delete_all()
            return Response(200)

    scheduler = probe(Busy)
    scheduler.at(10, "request", "create")
    poke(scheduler, 100)
    meter = scheduler.world.object.meter
    assert meter.rows_read == 2
    assert meter.rows_written == 2 + 1 + 2 + 1 + 2, "b and c are what delete_all removes"


def test_a_run_that_is_cut_counts_the_time_so_far() -> None:
    found, _ = costs("alarm", "blobs.put_delay_ms=50000", "limits.horizon_ms=30000")
    assert found.active_ms == found.at_ms - 10_030


def test_the_costs_come_just_before_the_end() -> None:
    scenario = quiet()
    trace = simulate(scenario, load_design("alarm", scenario), 1).trace
    assert isinstance(trace[-2], Costs)
    assert isinstance(trace[-1], e.RunEnded)
