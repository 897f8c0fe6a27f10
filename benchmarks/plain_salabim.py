"""The alarm design's protocol as a plain salabim model: components that hold, and a resource.

Written as a salabim user would who has read what costs time (to make a component), for the
benchmark alone, beside `plain_simpy`: with the same draws, so both give the same for each session.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import salabim

from benchmarks.plain_simpy import GRACE_MS, LONG_MS
from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario.schema import Scenario

Steps = Generator[Any, Any, None]
_salabim: Any = salabim  # it tells no types
_salabim.yieldless(False)


class _Part(_salabim.Component):  # type: ignore[misc]
    """Something of a session that takes time; ``steps`` is what it does."""

    def setup(self, steps: Steps) -> None:
        """What salabim calls with what the component is made with."""
        self.steps = steps

    def process(self) -> Steps:
        """What salabim runs."""
        yield from self.steps


def in_salabim(scenario: Scenario, seed: int, sessions: range) -> list[tuple[int, int]]:
    """What sessions come to, one after another in one environment: to make one takes 20 ms where
    many modules are loaded, since it looks through them for its caller."""
    env = _salabim.Environment(trace=False, yieldless=False)
    return [SalabimSession(env, scenario, seed, session).run() for session in sessions]


class SalabimSession:
    """One session of the alarm design."""

    def __init__(self, env: Any, scenario: Scenario, seed: int, session: int) -> None:
        self.env = env
        self.began_ms = env.now()
        self.scenario = scenario
        self.streams = Streams(seed, session)
        self.gate = _salabim.Resource("gate", env=self.env, monitor=False)
        self.queue: list[int] = []
        self.status = ""
        self.stored: set[int] = set()
        self.recorded = 0
        self.alarm = self.begin(self.run_alarm)
        self.uploader = self.begin(self.upload_all)
        self.completion: tuple[int, int] | None = None

    def begin(self, steps: Any) -> Any:
        """A component that takes steps from now on: a function of the component."""
        part = _Part(env=self.env, steps=(), suppress_trace=True)
        part.steps = steps(part)
        return part

    def run(self) -> tuple[int, int]:
        """The first completion in ms (-1: never), and how many chunks were missing at it."""
        self.begin(self.page)
        self.env.run()
        self.alarm.cancel()
        self.uploader.cancel()
        return self.completion if self.completion is not None else (-1, 0)

    # --- the page ----------------------------------------------------------------------------

    def leg_ms(self, way: str, method: str, *entity: int) -> int:
        """How long one leg of a call takes."""
        network = self.scenario.network
        delay = network.request_delay_ms if way == "request" else network.response_delay_ms
        return int(delay.quantile(self.streams.uniform(f"{method} {way} delay", *entity)))

    def page(self, me: Any) -> Steps:
        """Create, record in chunks, stop."""
        duration_ms = self.scenario.recording.duration_ms.quantile(
            self.streams.uniform("recording duration")
        )
        yield me.hold(self.leg_ms("request", "create", 0, 0, 0))
        self.status = "active"
        self.set_alarm(LONG_MS)
        yield me.hold(self.leg_ms("response", "create", 0, 0, 0))
        chunk_ms = self.scenario.client.chunk_ms
        whole = (duration_ms - 1) // chunk_ms
        for chunk in range(whole):
            yield me.hold(chunk_ms)
            self.put(chunk)
        yield me.hold(duration_ms - whole * chunk_ms)
        self.begin(self.stop)
        yield me.hold(0)
        self.put(whole)

    def put(self, chunk: int) -> None:
        """Queue a chunk."""
        self.recorded += 1
        self.queue.append(chunk)
        if self.uploader.ispassive():
            self.uploader.activate()

    def upload_all(self, me: Any) -> Steps:
        """Upload one chunk at a time, in order."""
        while True:
            if not self.queue:
                yield me.passivate()
            chunk = self.queue.pop(0)
            yield me.hold(self.leg_ms("request", "upload", chunk + 1, 0, 0))
            yield from self.upload(me, chunk)
            yield me.hold(self.leg_ms("response", "upload", chunk + 1, 0, 0))

    def stop(self, me: Any) -> Steps:
        """The stop call."""
        yield me.hold(self.leg_ms("request", "stop", 0, 0))
        yield me.request(self.gate)
        self.set_alarm(GRACE_MS)
        me.release(self.gate)

    # --- the object --------------------------------------------------------------------------

    def upload(self, me: Any, chunk: int) -> Steps:
        """The upload handler: the gate is held only while its code runs."""
        yield me.request(self.gate)
        is_active = self.status == "active"
        me.release(self.gate)
        if not is_active:
            return
        u = self.streams.uniform("blob put delay", chunk, 0, 0)
        yield me.hold(self.scenario.blobs.put_delay_ms.quantile(u))
        self.stored.add(chunk)
        yield me.request(self.gate)
        self.status = "active"
        self.set_alarm(LONG_MS)
        me.release(self.gate)

    def set_alarm(self, wait_ms: int) -> None:
        """Replace the alarm."""
        self.alarm.hold(wait_ms)

    def run_alarm(self, me: Any) -> Steps:
        """Complete the session when what was set last is over."""
        while True:
            yield me.passivate()
            if self.status == "active":
                self.status = "completed"
                if self.completion is None:
                    now_ms = round(self.env.now() - self.began_ms)
                    self.completion = (now_ms, self.recorded - len(self.stored))
