"""Scopes: scenarios small enough to be explored whole, and the settings that make them so.

One scope has a few chunks at once and the stop with them; the other the real recorder over 25 s,
which alone can say something of the time while the user records. The settings are the deployed
ones: a grace of 5 s, an alarm of 10 minutes. The page first waits 2 s before it tries again in the
former, and as long as the design's own client does in the latter; never with jitter.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario

DELAYS = "requests take 10 ms to 2 s"


@dataclass(frozen=True)
class Scope:
    """One scenario to explore: a shipped one, overridden; ``bounds`` says it in words."""

    base: str
    bounds: str
    overrides: tuple[str, ...]

    def load(self) -> Scenario:
        """The scenario."""
        return load_scenario(self.base, list(self.overrides))


QUIET = ("expect.sometimes=[]", "client.retry_jitter=0")
SMALL = (
    *QUIET,
    "limits.end_at_completion=false",
    "start.session='created'",
    "failures=0",
    "disconnects=0",
    "back_off_ms=2000",
    "low_ms=10",
    "high_ms=2000",
    "grace_ms=5000",
    "long_alarm_ms=600000",
)
SERIAL = "client.uploads_parallel=1"
FIXED = ("low_ms=10", "high_ms=10", "network.response_delay_ms=10")


def spread(key: str, low_ms: int, high_ms: int) -> str:
    return f"{key}={{distribution='uniform',low_ms={low_ms},high_ms={high_ms}}}"


def small(chunks: int, words: str, *overrides: str, serial: bool = False) -> Scope:
    """Some chunks at once and the stop with them, all sent at once or one after another."""
    way = "one after another" if serial else "at once"
    bounds = f"{chunks} chunks and the stop at time 0, sent {way}; {words}"
    own = (*SMALL, f"chunks={chunks}", *((SERIAL,) if serial else ()))
    return Scope("small-scope", bounds, (*own, *overrides))


def recorder(words: str, *overrides: str) -> Scope:
    """The real recorder for 25 s: chunks of 10 s, uploaded one after another, then the stop."""
    bounds = f"the recorder for 25 s, chunks of 10 s, sent one after another; {words}"
    own = (
        *QUIET,
        "recording.duration_ms=25000",
        spread("network.request_delay_ms", 10, 2000),
    )
    return Scope("everything-fast", bounds, (*own, *overrides))


PAUSE = ("recording.pause_at_ms=12000", "recording.pause_for_ms=720000")
COMMITS = (
    "platform.commit_ms=5",
    "platform.commit_failure=0.1",
    "platform.commit_failures_max=1",
)
LOSSES = ("platform.instance_loss=0.1", "platform.instance_losses_max=1")
ALARMS = (
    "platform.alarm_uncounted_failure=0.1",
    "platform.alarm_counted_failure=0.1",
    "platform.alarm_unacknowledged=0.1",
    "platform.alarm_failures_max=1",
)
LATE = spread("platform.alarm_late_ms", 0, 60_000)
PUTS = spread("blobs.put_delay_ms", 0, 1000)
NETWORK = (
    "network.request_loss=0.5",
    "network.response_loss=0.5",
    "network.failures_per_chunk_max=1",
    "network.stop_may_fail=true",
)
ALL = (
    *(*COMMITS, *LOSSES, *ALARMS, *NETWORK, LATE),
    "platform.commit_failures_max=2",
    "platform.instance_losses_max=2",
    "platform.alarm_failures_max=2",
    "network.failures_per_chunk_max=2",
)


def fault(kind: str, high_ms: int, *more: str, chance: float = 1.0) -> str:
    items = [f"kind='{kind}'", f"offset_ms={{low_ms=0,high_ms={high_ms}}}", *more]
    return "{" + ",".join([*items, f"probability={chance}"]) + "}"


def faults(*items: str) -> str:
    return f"faults=[{','.join(items)}]"
