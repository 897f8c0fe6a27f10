"""A scenario: client, network, faults and limits, typed and checked; units stand in the names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveFloat, model_validator
from pydantic_core import PydanticCustomError

from lastchunk.model.base.pictures import Paged
from lastchunk.model.scenario import numbers
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
    WrongFieldError,
)
from lastchunk.model.scenario.faults import AnyFault
from lastchunk.model.scenario.lateness import Lateness
from lastchunk.model.scenario.numbers import Count, Kbps, PositiveCount, Probability
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


PAUSE_NEEDS = "at least 1 ms where recording.pause_at_ms is set"
Date = Annotated[str, BeforeValidator(_written_date)]


class Expect(Model):
    """What must be met somewhere in the runs, so that a green verdict says something."""

    sometimes: tuple[str, ...] = ("upload_ended_after_stop",)
    """*Sometimes* properties that must be met in some run, else a verdict is unknown."""


class Recording(Model):
    """How long is recorded, and the user's pause, if any.

    With ``chunks`` a new session's chunks are queued as soon as it is created.
    """

    duration_ms: Delay = Uniform.model_construct(
        distribution="uniform", low_ms=20_000, high_ms=120_000
    )
    """How long is recorded, pauses left out."""
    pause_at_ms: Ms | None = None
    """When the user pauses, after the recording's start; None is never."""
    pause_for_ms: Ms = 0
    """How long the pause lasts: at least 1 ms where there is one."""
    chunks: numbers.Queued | None = None
    """In place of the recorder so many chunks are queued at time 0, and the stop with them."""
    chunk_sizes: AnySizes = None
    """How chunks differ in size from what the bit rate gives them; None: they do not."""

    @model_validator(mode="after")
    def _possible(self) -> Recording:
        if self.pause_at_ms is not None and self.pause_for_ms == 0:
            raise WrongFieldError("pause_for_ms", 0, PAUSE_NEEDS)
        return self


class Client(Model):
    """The recorder client's habits; the defaults are the deployed page's."""

    chunk_ms: PositiveMs = 10_000
    """The recorder hands a chunk out each so often."""
    video_kbps: Kbps = 2_500
    """The video's bit rate: with ``chunk_ms`` the size of a chunk."""
    uploads_parallel: PositiveCount = 1
    """How many uploads the page has under way at once."""
    retry_ms: Ms = 2_000
    """The wait before a failed call is sent again."""
    retry_factor: Annotated[float, Field(ge=1.0, le=1_000.0)] = 1.0
    """Each further wait is so many times the one before it."""
    retry_ms_max: Ms = 60_000
    """No wait that grows is longer, jitter left out; a factor of 1 grows none."""
    retry_jitter: Annotated[float, Field(ge=0.0, le=1_000.0)] = 0.0
    """A wait grows by a drawn share of itself, from 0 to this."""
    retries_max: Annotated[int, Field(ge=-1, le=numbers.COUNT_MAX)] = -1
    """A chunk is given up after so many retries; -1 is never."""
    looks_at_status: bool = False
    """From 400 on an answer is a failure, final for a 4xx but 429; off: any answer will do."""
    request_timeout_ms: Ms = 0
    """The page gives a request up after so long; 0 waits for ever."""
    last_chunk: Literal["after_stop", "before_stop", "never", "empty"] = "after_stop"
    """When the recorder hands the last chunk out: after it answers the stop, or before."""
    last_chunk_delay_ms: Ms = 0
    """How long after the recorder's stop the last chunk comes."""
    keeps_queue: bool = False
    """The page keeps its queue over a reload, and goes on with it."""

    def to_settings(self, own: Mapping[str, Any]) -> RecorderSettings:
        """The same settings as the recorder takes them.

        ``own`` are those of a design's client; what the scenario says itself goes before them.
        """
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return RecorderSettings(**self.model_dump() | dict(own) | given)


class BrowserSetup(Model):
    """The browser that the page runs in, and the machine under it.

    A queue is kept over a reload where ``client.keeps_queue`` says so.
    """

    clock_offset_ms: AnyOffset = Offset.model_construct(low_ms=0, high_ms=0)
    """How far the user's clock is ahead of the time that all else goes by."""
    keepalive_bytes_max: Count = 65_536
    """The budget of bodies under way that outlive the page."""
    kept_bytes_max: Count | None = None
    """What fits of a queue kept over a reload, the oldest chunks first; None: all."""
    kept_unreadable: Probability = 0.0
    """How often nothing of a kept queue can be read any more."""


class Network(Model):
    """The delay of each leg and what goes wrong on it.

    Losses come in bursts as Gilbert and Elliott have them.
    """

    request_delay_ms: Delay = Constant.model_construct(value_ms=25)
    """From the page to the object; an uplink's transfer comes on top."""
    response_delay_ms: Delay = Constant.model_construct(value_ms=25)
    """From the object back to the page."""
    stop_delay_ms: Delay | None = None
    """The same as ``request_delay_ms`` for the stop call; None: no other."""
    error_delay_ms: Delay = Constant.model_construct(value_ms=0)
    """How long after a loss or a disconnect the page sees the network error."""
    request_loss: Probability = 0.0
    """How often a request is lost on its way."""
    response_loss: Probability = 0.0
    """How often a response is lost on its way."""
    request_duplication: Probability = 0.0
    """How often a request is delivered twice."""
    failures_per_chunk_max: Count | None = None
    """Losses and duplications that may strike one chunk; None: no bound."""
    stop_may_fail: bool = True
    """Off: losses, duplication and disconnects touch uploads alone."""
    body: Literal["streamed", "buffered"] = "streamed"
    """Streamed: the object runs while the body arrives. Buffered: once it is all there."""
    burst_begins: Probability = 0.0
    """How often, before a leg of a message that may fail, a burst of losses begins."""
    burst_ends: Probability = 0.5
    """How often, before such a leg, a burst that there is ends."""
    burst_loss: Probability = 1.0
    """How often a message is lost within a burst."""
    cut_after_bytes: PositiveCount | None = None
    """A connection is cut after so many bytes of a body; None: never."""

    @model_validator(mode="after")
    def _possible(self) -> Network:
        if self.request_loss + self.request_duplication > 1:
            raise ValueError("request_loss and request_duplication add up to more than 1")
        return self


class TraceUplinkSpec(Model):
    """A measured uplink: a file in mahimahi's format, from a random place in it."""

    kind: Literal["trace"]
    """A measured uplink."""
    file: Path
    """Its file, in mahimahi's format."""


class ConstantUplinkSpec(Model):
    """An uplink of one rate."""

    kind: Literal["constant"]
    """One rate."""
    rate_kbps: Kbps
    """The rate."""


class FluctuatingUplinkSpec(Model):
    """A rate that changes each ``interval_ms``: gamma marginal, autocorrelated."""

    kind: Literal["fluctuating"]
    """A rate that changes."""
    mean_kbps: Kbps
    """The mean rate."""
    shape: Annotated[PositiveFloat, Field(ge=0.01, le=10**6)]
    """The gamma's shape: the smaller, the wilder."""
    interval_ms: PositiveMs
    """The rate changes each so often."""
    correlation: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Of the underlying normal, from one interval to the next."""


def _none(value: Any) -> Any:
    """The word ``none`` takes an uplink away, since TOML has no empty value."""
    return None if value == "none" else value


UplinkSpec = Annotated[
    TraceUplinkSpec | ConstantUplinkSpec | FluctuatingUplinkSpec, Field(discriminator="kind")
]


class Blobs(Model):
    """The blob store. The deployed one takes one put to a key a second (``same_key_ms``)."""

    put_delay_ms: Delay = Constant.model_construct(value_ms=30)
    """How long a put takes, after the last byte of its body."""
    call_delay_ms: Delay = Constant.model_construct(value_ms=30)
    """How long any other call takes; a part of an upload takes as long as a put."""
    failure: Probability = 0.0
    """How often a call is answered 500."""
    same_key_ms: Ms = 0
    """A second put to a key within so long is answered 429; 0 takes every put."""
    part_bytes_min: Annotated[int, Field(ge=0)] = 5_242_880
    """The least size of all parts of an upload but the last one (R22)."""
    equal_parts: bool = True
    """Whether all parts but the last one must be of one size (R22)."""


class Platform(Model):
    """The object's platform, healthy by default. A letter with a number is a rule (platform.md)."""

    alarm_late_ms: Lateness = Constant.model_construct(value_ms=0)
    """How late an alarm is delivered (D3); ``"measured"``: as production was measured."""
    storage: Literal["sqlite", "kv"] = "sqlite"
    """``sqlite`` answers at once, ``kv`` makes an uncached read wait (R7)."""
    storage_read_ms: Ms = 0
    """How long an uncached read of ``kv`` waits."""
    commit_ms: Delay = Constant.model_construct(value_ms=0)
    """How long a commit takes to be confirmed."""
    commit_failure: Probability = 0.0
    """How often a commit is not confirmed (R10)."""
    commit_failure_written: Probability = 0.5
    """How often a commit that is not confirmed is on disk all the same."""
    instance_loss: Probability = 0.0
    """How often an instance is lost, with its memory, at an await."""
    alarm_counted_failure: Probability = 0.0
    """Delivery attempts that fail before the code runs, and count (D1)."""
    alarm_uncounted_failure: Probability = 0.0
    """The same, and they do not count (D2)."""
    alarm_unacknowledged: Probability = 0.0
    """Attempts that run to the end and are not acknowledged (D5)."""
    alarm_move_loss: Probability = 0.0
    """How often the scheduler is not told of a later alarm (R9)."""
    commit_failures_max: Count | None = None
    """Commits that may fail in one session; None: no bound."""
    instance_losses_max: Count | None = None
    """Instances that may be lost in one session; None: no bound."""
    alarm_failures_max: Count | None = None
    """Attempts of the alarm that may fail in one session; None: no bound."""
    clock_offset_ms: AnyOffset = Offset.model_construct(low_ms=0, high_ms=0)
    """How far the clock of an instance is ahead."""
    hibernates: bool = True
    """Off: the object stays in memory until it is evicted."""
    hibernate_after_ms: PositiveMs = 10_000
    """After so long without an event the object leaves memory."""
    evict_after_ms: Delay = Uniform.model_construct(
        distribution="uniform", low_ms=70_000, high_ms=140_000
    )
    """After so long without an event an object that cannot hibernate leaves memory."""
    body_bytes_max: PositiveCount = 100_000_000
    """A larger upload is answered 413 before it comes to the object."""
    compatibility_date: Date = "2026-06-01"
    """The day whose platform behaviour holds, where that depends on the day."""
    bug_alarm_set_to_now_is_lost: bool = False
    """A known bug of the platform (A7)."""
    bug_alarm_waits_for_back_off: bool = False
    """A known bug of the platform (A7)."""
    bug_dropped_alarm_is_kept: bool = False
    """A known bug of the platform (A7)."""

    @model_validator(mode="after")
    def _possible(self) -> Platform:
        if self.storage == "sqlite" and self.storage_read_ms:
            raise ValueError("storage_read_ms above 0 needs storage = 'kv': sqlite never waits")
        shares = self.alarm_counted_failure + self.alarm_uncounted_failure
        if shares + self.alarm_unacknowledged > 1:
            raise ValueError("the alarm's failures add up to more than 1")
        return self


class Consumer(Model):
    """Who acts on a finished session: reads its record, or is notified by a design that does so."""

    reads_after_ms: Delay | None = None
    """How long after the stop call's answer it reads the record; None: nobody does."""
    notify_delay_ms: Delay = Constant.model_construct(value_ms=50)
    """How long a notification is on its way."""
    notify_loss: Probability = 0.0
    """How often a notification is lost."""
    notify_answer_loss: Probability = 0.0
    """How often a notification arrives and its answer is lost."""


class Start(Model):
    """``new``: the page creates the session. ``created``: it has been, at time 0.

    ``active``: it exists and is active at time 0, and no alarm is pending.
    """

    session: Literal["new", "created", "active"] = "new"
    """What there is of the session at time 0."""


class Limits(Model):
    """Where a run is cut, which its trace says; and how much may go wrong in it.

    What is refused is told with its line. ``strikes_max`` counts losses, failures, resets, and
    faults whose probability is below 1.
    """

    horizon_ms: PositiveMs = 86_400_000
    """A run is cut at this time."""
    happenings_max: PositiveCount = 300_000
    """A run is cut after so many happenings."""
    alone_max: PositiveCount = 5_000
    """A run is cut after so many happenings in which a settled session does no more than its object
    does by itself, as where an alarm arms itself for ever. It is looked at every 1,000."""
    awaits_max: PositiveCount = 100_000
    """What code may await within one happening; more is refused."""
    step_seconds_max: Annotated[float, Field(ge=0.01, le=10**6)] = 10.0
    """How many seconds of the processor one happening may take; more is refused."""
    memory_mb_max: PositiveCount = 2_000
    """By how many MB the process may grow in a session; more is refused."""
    end_at_completion: bool = False
    """A run ends as the session is completed: what comes after is not looked at. Where the user
    records then, it says only what was violated by then."""
    strikes_max: Count | None = None
    """What may be drawn to go wrong in one session, of any kind; None: no bound."""


class Scenario(Model, Paged):
    """One scenario: what its TOML file may have at its top."""

    name: str
    """Its name: the file's, where nothing is said."""
    title: str
    """Its title in reports: its name, where nothing is said."""
    summary: str = ""
    """What it is about, in a sentence or two."""
    parameters: dict[str, int | float | str] = {}
    """Values that stand wherever ``"$name"`` does, and have a short name for ``--set``."""
    expect: Expect = Expect.model_construct()
    """What must be met, so that a green verdict says something."""
    recording: Recording = Recording.model_construct()
    """What is recorded."""
    client: Client = Client.model_construct()
    """The recorder client's habits."""
    browser: BrowserSetup = BrowserSetup.model_construct()
    """The browser and its machine."""
    design: dict[str, Any] = {}
    """Settings of designs: for all that have them, or in a table with a design's name."""
    network: Network = Network.model_construct()
    """The network."""
    uplink: Annotated[UplinkSpec | None, BeforeValidator(_none)] = None
    """The uplink that all bodies share; None: a body takes no time."""
    blobs: Blobs = Blobs.model_construct()
    """The blob store."""
    platform: Platform = Platform.model_construct()
    """The object's platform."""
    consumer: Consumer = Consumer.model_construct()
    """Who acts on a finished session."""
    start: Start = Start.model_construct()
    """What there is at time 0."""
    faults: tuple[AnyFault, ...] = ()
    """What strikes, and when."""
    limits: Limits = Limits.model_construct()
    """Where a run is cut."""

    def __repr__(self) -> str:
        default = Scenario(name="", title="")
        said = [name for name in list(Scenario.model_fields)[2:] if self._differs(name, default)]
        return f"<Scenario {self.name}: {self.title}; it sets {', '.join(said) or 'nothing'}>"

    def _differs(self, name: str, default: Scenario) -> bool:
        return bool(getattr(self, name) != getattr(default, name))
