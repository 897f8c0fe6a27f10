"""The deployed protocol as a plain SimPy model: processes, a store, an alarm that is interrupted.

Written as a SimPy user would, for the benchmark alone. It keeps no trace, knows no faults, and
gives for each session the first completion and the chunks stored by then.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario.schema import Scenario

Steps = Generator[simpy.Event, Any, Any]
LONG_MS, GRACE_MS = 600_000, 5_000


class PlainSession:
    """One session of the alarm or the manual design."""

    def __init__(self, scenario: Scenario, design: str, seed: int, session: int) -> None:
        self.scenario = scenario
        self.design = design
        self.streams = Streams(seed, session)
        self.env = simpy.Environment()
        self.queue: simpy.Store = simpy.Store(self.env)
        self.gate = simpy.Resource(self.env)
        self.under_way = 0
        self.status = ""
        self.stored: set[int] = set()
        self.recorded = 0
        self.alarm: simpy.Process | None = None
        self.completion: tuple[int, int] | None = None

    def run(self) -> tuple[int, int]:
        """The first completion in ms (-1: never), and how many chunks were missing at it."""
        self.env.process(self.page())
        self.env.run()
        return self.completion if self.completion is not None else (-1, 0)

    # --- the page ----------------------------------------------------------------------------

    def leg(self, way: str, method: str, *entity: int) -> simpy.Timeout:
        """One leg of a call."""
        network = self.scenario.network
        delay = network.request_delay_ms if way == "request" else network.response_delay_ms
        u = self.streams.uniform(f"{method} {way} delay", *entity)
        return self.env.timeout(delay.quantile(u))

    def page(self) -> Steps:
        """Create, record in chunks, stop."""
        duration_ms = self.scenario.recording.duration_ms.quantile(
            self.streams.uniform("recording duration")
        )
        yield self.leg("request", "create", 0, 0, 0)
        self.status = "active"
        self.set_alarm(LONG_MS)
        yield self.leg("response", "create", 0, 0, 0)
        self.env.process(self.uploader())
        chunk_ms = self.scenario.client.chunk_ms
        whole = (duration_ms - 1) // chunk_ms
        for chunk in range(whole):
            yield self.env.timeout(chunk_ms)
            self.put(chunk)
        yield self.env.timeout(duration_ms - whole * chunk_ms)
        self.env.process(self.stop())
        yield self.env.timeout(0)
        self.put(whole)

    def put(self, chunk: int) -> None:
        """Queue a chunk."""
        self.recorded += 1
        self.under_way += 1
        self.queue.put(chunk)

    def uploader(self) -> Steps:
        """Upload one chunk at a time, in order."""
        while True:
            chunk = yield self.queue.get()
            yield self.leg("request", "upload", chunk + 1, 0, 0)
            yield self.env.process(self.upload(chunk))
            yield self.leg("response", "upload", chunk + 1, 0, 0)
            self.under_way -= 1

    def stop(self) -> Steps:
        """The design's stop flow."""
        if self.design == "manual":
            for _ in range(300):
                if self.under_way == 0:
                    break
                yield self.env.timeout(100)
            if self.under_way:
                return
        yield self.leg("request", "stop", 0, 0)
        with self.gate.request() as entered:
            yield entered
            if self.design == "manual":
                self.complete()
            else:
                self.set_alarm(GRACE_MS)

    # --- the object --------------------------------------------------------------------------

    def upload(self, chunk: int) -> Steps:
        """The upload handler: the gate is held only while its code runs."""
        with self.gate.request() as entered:
            yield entered
            if self.status != "active":
                return
        u = self.streams.uniform("blob put delay", chunk, 0, 0)
        yield self.env.timeout(self.scenario.blobs.put_delay_ms.quantile(u))
        self.stored.add(chunk)
        with self.gate.request() as entered:
            yield entered
            self.status = "active"
            self.set_alarm(LONG_MS)

    def set_alarm(self, wait_ms: int) -> None:
        """Replace the alarm."""
        if self.design == "manual":
            return
        if self.alarm is not None and self.alarm.is_alive:
            self.alarm.interrupt()
        self.alarm = self.env.process(self.run_alarm(wait_ms))

    def run_alarm(self, wait_ms: int) -> Steps:
        """Wait, and complete the session unless replaced."""
        try:
            yield self.env.timeout(wait_ms)
        except simpy.Interrupt:
            return
        if self.status == "active":
            self.complete()

    def complete(self) -> None:
        """The session is completed."""
        self.status = "completed"
        if self.completion is None:
            self.completion = (int(self.env.now), self.recorded - len(self.stored))
