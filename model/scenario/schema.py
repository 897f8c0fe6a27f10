"""A scenario: client, network, faults and limits, typed and checked; units stand in the names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PositiveFloat,
    model_validator,
)
from pydantic_core import PydanticCustomError

from lastchunk.model.scenario.chunk_sizes import AnySizes
from lastchunk.model.scenario.delay import (
    AnyOffset,
    Constant,
    Delay,
    Model,
    Ms,
    Offset,
    PositiveMs,
    Uniform,
)
from lastchunk.model.scenario.faults import AnyFault
from lastchunk.model.scenario.numbers import COUNT_MAX, Count, Kbps, PositiveCount, Probability
from lastchunk.reference_impl.recorder import RecorderSettings


def _written_date(value: Any) -> Any:
    """A date as TOML has it, or a text that is one, as YYYY-MM-DD."""
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass  # written like a date, and no day of any month
    raise PydanticCustomError("date", "a day of the calendar, as YYYY-MM-DD")


Date = Annotated[str, BeforeValidator(_written_date)]


class Expect(Model):
    """``sometimes``: what must be met somewhere in the runs, else a verdict is unknown."""

    sometimes: tuple[str, ...] = ("upload_ended_after_stop",)


class Recording(Model):
    """How long is recorded, pauses left out; and the user's pause, if any.

    ``chunks`` replaces the recorder: that many chunks are queued at time 0 (of a new session: as
    soon as it is created), and the stop with them. ``chunk_sizes``: how chunks differ in size from
    what the bit rate gives them; None where they do not.
    """

    duration_ms: Delay = Uniform(distribution="uniform", low_ms=20_000, high_ms=120_000)
    pause_at_ms: Ms | None = None
    pause_for_ms: Ms = 0
    chunks: PositiveCount | None = None
    chunk_sizes: AnySizes = None


class Client(Model):
    """The recorder client's habits; the defaults are the deployed page's."""

    chunk_ms: PositiveMs = 10_000
    video_kbps: Kbps = 2_500
    uploads_parallel: PositiveCount = 1
    retry_ms: Ms = 2_000
    retry_factor: Annotated[float, Field(ge=1.0, le=1_000.0)] = 1.0
    retry_ms_max: Ms = 60_000
    retry_jitter: Annotated[float, Field(ge=0.0, le=1_000.0)] = 0.0
    retries_max: Annotated[int, Field(ge=-1, le=COUNT_MAX)] = -1
    looks_at_status: bool = False
    request_timeout_ms: Ms = 0
    last_chunk: Literal["after_stop", "before_stop", "never", "empty"] = "after_stop"
    last_chunk_delay_ms: Ms = 0
    keeps_queue: bool = False

    def to_settings(self, own: Mapping[str, Any]) -> RecorderSettings:
        """The same settings as the recorder takes them.

        ``own`` are those of a design's client; what the scenario says itself goes before them.
        """
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return RecorderSettings(**self.model_dump() | dict(own) | given)


class BrowserSetup(Model):
    """The browser that the page runs in, and the machine under it.

    ``clock_offset_ms``: how far the user's clock is ahead of the time that all else goes by.
    ``keepalive_bytes_max``: the budget of the bodies under way that outlive the page. Of a queue
    that is kept over a reload (``client.keeps_queue``), ``kept_bytes_max`` fit, the oldest chunks
    first, None for all; ``kept_unreadable`` is how often nothing of it can be read any more.
    """

    clock_offset_ms: AnyOffset = Offset(low_ms=0, high_ms=0)
    keepalive_bytes_max: Count = 65_536
    kept_bytes_max: Count | None = None
    kept_unreadable: Probability = 0.0


class Network(Model):
    """The delay of each leg and what goes wrong on it.

    ``stop_delay_ms`` None: as ``request_delay_ms``. ``stop_may_fail`` off: losses, duplication and
    disconnects touch uploads only. ``failures_per_chunk_max`` None: no bound. A connection is cut
    after ``cut_after_bytes`` of a body; None is never.

    Losses come in bursts as Gilbert and Elliott have them: before each leg of a message that may
    fail a burst begins so often, or the one that there is ends; within one ``burst_loss`` is lost.
    """

    request_delay_ms: Delay = Constant(value_ms=25)
    response_delay_ms: Delay = Constant(value_ms=25)
    stop_delay_ms: Delay | None = None
    error_delay_ms: Delay = Constant(value_ms=0)
    request_loss: Probability = 0.0
    response_loss: Probability = 0.0
    request_duplication: Probability = 0.0
    failures_per_chunk_max: Count | None = None
    stop_may_fail: bool = True
    body: Literal["streamed", "buffered"] = "streamed"
    burst_begins: Probability = 0.0
    burst_ends: Probability = 0.5
    burst_loss: Probability = 1.0
    cut_after_bytes: PositiveCount | None = None

    @model_validator(mode="after")
    def _possible(self) -> Network:
        if self.request_loss + self.request_duplication > 1:
            raise ValueError("request_loss and request_duplication add up to more than 1")
        return self


class TraceUplinkSpec(Model):
    """A measured uplink: a file in mahimahi's format, from a random place in it."""

    kind: Literal["trace"]
    file: Path


class ConstantUplinkSpec(Model):
    """An uplink of one rate."""

    kind: Literal["constant"]
    rate_kbps: Kbps


class FluctuatingUplinkSpec(Model):
    """A rate that changes each ``interval_ms``: gamma marginal, autocorrelated.

    ``shape`` is the gamma's: the smaller, the wilder. ``correlation`` is that of the underlying
    normal from one interval to the next.
    """

    kind: Literal["fluctuating"]
    mean_kbps: Kbps
    shape: PositiveFloat
    interval_ms: PositiveMs
    correlation: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


def _none(value: Any) -> Any:
    """The word ``none`` takes an uplink away, since TOML has no empty value."""
    return None if value == "none" else value


UplinkSpec = Annotated[
    TraceUplinkSpec | ConstantUplinkSpec | FluctuatingUplinkSpec, Field(discriminator="kind")
]


class Blobs(Model):
    """The blob store. ``failure``: how often a put is answered 500.

    ``same_key_ms``: a second put to a key within so long is answered 429; 0 takes every put. The
    deployed store takes one a second.
    """

    put_delay_ms: Delay = Constant(value_ms=30)
    failure: Probability = 0.0
    same_key_ms: Ms = 0


class Platform(Model):
    """The object's platform, healthy by default.

    ``storage`` "sqlite" answers at once, "kv" makes an uncached read wait ``storage_read_ms`` (R7).
    ``commit_failure``: how often a commit is not confirmed, ``commit_failure_written`` how often it
    is on disk all the same (R10). ``instance_loss``: how often an instance is lost at an await.
    The ``alarm_*`` shares are of delivery attempts: failed before the code ran, counted (D1) or not
    (D2), or run to the end and not acknowledged (D5); ``alarm_move_loss`` is how often the
    scheduler is not told of a later alarm (R9). The ``_max`` settings bound how many of these
    strike in one session; None does not. ``hibernates`` off: the object stays in memory
    until it is evicted. ``clock_offset_ms``: how far the clock of an instance is ahead. An upload
    of more than ``body_bytes_max`` is answered 413 before it comes to the object. The ``bug_``
    switches are known bugs of the platform (A7).
    """

    alarm_late_ms: Delay = Constant(value_ms=0)
    storage: Literal["sqlite", "kv"] = "sqlite"
    storage_read_ms: Ms = 0
    commit_ms: Delay = Constant(value_ms=0)
    commit_failure: Probability = 0.0
    commit_failure_written: Probability = 0.5
    instance_loss: Probability = 0.0
    alarm_counted_failure: Probability = 0.0
    alarm_uncounted_failure: Probability = 0.0
    alarm_unacknowledged: Probability = 0.0
    alarm_move_loss: Probability = 0.0
    commit_failures_max: Count | None = None
    instance_losses_max: Count | None = None
    alarm_failures_max: Count | None = None
    clock_offset_ms: AnyOffset = Offset(low_ms=0, high_ms=0)
    hibernates: bool = True
    hibernate_after_ms: PositiveMs = 10_000
    evict_after_ms: Delay = Uniform(distribution="uniform", low_ms=70_000, high_ms=140_000)
    body_bytes_max: PositiveCount = 100_000_000
    compatibility_date: Date = "2026-06-01"
    bug_alarm_set_to_now_is_lost: bool = False
    bug_alarm_waits_for_back_off: bool = False
    bug_dropped_alarm_is_kept: bool = False

    @model_validator(mode="after")
    def _possible(self) -> Platform:
        if self.storage == "sqlite" and self.storage_read_ms:
            raise ValueError("storage_read_ms above 0 needs storage = 'kv': sqlite never waits")
        shares = self.alarm_counted_failure + self.alarm_uncounted_failure
        if shares + self.alarm_unacknowledged > 1:
            raise ValueError("the alarm's failures add up to more than 1")
        return self


class Consumer(Model):
    """Who acts on a finished session.

    ``reads_after_ms``: how long after the stop call's answer a consumer reads the record; None:
    nobody does. The other settings are of the notifications that a design may send.
    """

    reads_after_ms: Delay | None = None
    notify_delay_ms: Delay = Constant(value_ms=50)
    notify_loss: Probability = 0.0
    notify_answer_loss: Probability = 0.0


class Start(Model):
    """``new``: the page creates the session. ``created``: it has been, at time 0.

    ``active``: it exists and is active at time 0, and no alarm is pending.
    """

    session: Literal["new", "created", "active"] = "new"


class Limits(Model):
    """Where a run is cut, which its trace says; and how much may go wrong in it.

    ``awaits_max`` bounds what code awaits within one happening, ``step_seconds_max`` how long one
    takes on this machine, ``memory_mb_max`` by how much the process grows in a session. What goes
    beyond one of these is refused, with its line.

    ``strikes_max`` bounds all that is drawn to go wrong in one session, of whatever kind: losses,
    failures, resets, and faults whose probability is below 1. None does not.
    """

    horizon_ms: PositiveMs = 86_400_000
    happenings_max: PositiveCount = 300_000
    awaits_max: PositiveCount = 100_000
    step_seconds_max: PositiveFloat = 10.0
    memory_mb_max: PositiveCount = 2_000
    end_at_completion: bool = False
    strikes_max: Count | None = None


class Scenario(Model):
    """One scenario. ``design`` overrides settings of designs, by name or for all that have them."""

    name: str
    title: str
    summary: str = ""
    parameters: dict[str, int | float | str] = {}
    expect: Expect = Expect()
    recording: Recording = Recording()
    client: Client = Client()
    browser: BrowserSetup = BrowserSetup()
    design: dict[str, Any] = {}
    network: Network = Network()
    uplink: Annotated[UplinkSpec | None, BeforeValidator(_none)] = None
    blobs: Blobs = Blobs()
    platform: Platform = Platform()
    consumer: Consumer = Consumer()
    start: Start = Start()
    faults: tuple[AnyFault, ...] = ()
    limits: Limits = Limits()
