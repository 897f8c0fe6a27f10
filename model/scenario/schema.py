"""A scenario: client, network, faults and limits, typed and checked; units stand in the names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from model.scenario.delay import AnyOffset, Constant, Delay, Model, Uniform
from reference_impl.recorder import RecorderSettings

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Expect(Model):
    """``sometimes``: guards that must be met somewhere in the runs, else a verdict is unknown."""

    sometimes: tuple[str, ...] = ("upload_ended_after_stop",)


class Recording(Model):
    """How long is recorded, pauses left out; and the user's pause, if any.

    ``chunks`` replaces the recorder: that many chunks are queued at time 0, and the stop with them.
    """

    duration_ms: Delay = Uniform(distribution="uniform", low_ms=20_000, high_ms=120_000)
    pause_at_ms: NonNegativeInt | None = None
    pause_for_ms: NonNegativeInt = 0
    chunks: PositiveInt | None = None


class Client(Model):
    """The recorder client's habits; the defaults are the deployed page's."""

    chunk_ms: PositiveInt = 10_000
    video_kbps: PositiveInt = 2_500
    uploads_parallel: PositiveInt = 1
    retry_ms: NonNegativeInt = 2_000
    retry_factor: Annotated[float, Field(ge=1.0)] = 1.0
    retry_ms_max: NonNegativeInt = 60_000
    retry_jitter: Annotated[float, Field(ge=0.0)] = 0.0
    retries_max: Annotated[int, Field(ge=-1)] = -1
    looks_at_status: bool = False
    request_timeout_ms: NonNegativeInt = 0
    last_chunk: Literal["after_stop", "before_stop"] = "after_stop"
    last_chunk_delay_ms: NonNegativeInt = 0

    def to_settings(self) -> RecorderSettings:
        """The same settings as the recorder takes them."""
        return RecorderSettings(**self.model_dump())


class Network(Model):
    """The delay of each leg and what goes wrong on it.

    ``stop_delay_ms`` None: as ``request_delay_ms``. ``stop_may_fail`` off: losses, duplication and
    disconnects touch uploads only. ``failures_per_chunk_max`` None: no bound.
    """

    request_delay_ms: Delay = Constant(value_ms=25)
    response_delay_ms: Delay = Constant(value_ms=25)
    stop_delay_ms: Delay | None = None
    error_delay_ms: Delay = Constant(value_ms=0)
    request_loss: Probability = 0.0
    response_loss: Probability = 0.0
    request_duplication: Probability = 0.0
    failures_per_chunk_max: NonNegativeInt | None = None
    stop_may_fail: bool = True
    body: Literal["streamed", "buffered"] = "streamed"

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
    rate_kbps: PositiveInt


class FluctuatingUplinkSpec(Model):
    """A rate that changes each ``interval_ms``: gamma marginal, autocorrelated.

    ``shape`` is the gamma's: the smaller, the wilder. ``correlation`` is that of the underlying
    normal from one interval to the next.
    """

    kind: Literal["fluctuating"]
    mean_kbps: PositiveInt
    shape: PositiveFloat
    interval_ms: PositiveInt
    correlation: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0


UplinkSpec = Annotated[
    TraceUplinkSpec | ConstantUplinkSpec | FluctuatingUplinkSpec, Field(discriminator="kind")
]


class Blobs(Model):
    """The blob store."""

    put_delay_ms: Delay = Constant(value_ms=30)


class Platform(Model):
    """The object's platform. ``storage_read_ms`` 0: SQLite (R7); above: an uncached read waits."""

    alarm_late_ms: Delay = Constant(value_ms=0)
    storage_read_ms: NonNegativeInt = 0
    commit_ms: Delay = Constant(value_ms=0)


class Start(Model):
    """``active``: at time 0 the session exists, is active, and no alarm is pending."""

    session: Literal["new", "active"] = "new"


class Timed(Model):
    """What every fault has: when it strikes, relative to the recording's start or planned stop."""

    anchor: Literal["start", "stop"] = "start"
    offset_ms: AnyOffset
    probability: Probability = 1.0


class NetworkDown(Timed):
    """A disconnect, then no network for a while; 0 ms is a disconnect alone."""

    kind: Literal["network_down"]
    for_ms: Delay


class TabClosed(Timed):
    """The tab is closed for good; ``last_upload``: after the last chunk's upload was sent."""

    kind: Literal["tab_closed"]
    when: Literal["time", "last_upload"] = "time"


class LaptopAsleep(Timed):
    """The laptop sleeps: no chunks, then a burst."""

    kind: Literal["laptop_asleep"]
    for_ms: Delay


class StrayStop(Timed):
    """A stop signal that nobody meant, or one more, late."""

    kind: Literal["stray_stop"]


class CreateAgain(Timed):
    """The session is created once more, as by a reload."""

    kind: Literal["create_again"]


Fault = NetworkDown | TabClosed | LaptopAsleep | StrayStop | CreateAgain
AnyFault = Annotated[Fault, Field(discriminator="kind")]


class Limits(Model):
    """Where a run is cut, which its trace says."""

    horizon_ms: PositiveInt = 86_400_000
    happenings_max: PositiveInt = 1_000_000
    end_at_completion: bool = False


class Scenario(Model):
    """One scenario. ``design`` overrides settings of designs, by name or for all that have them."""

    name: str
    title: str
    summary: str = ""
    parameters: dict[str, int | float | str] = {}
    expect: Expect = Expect()
    recording: Recording = Recording()
    client: Client = Client()
    design: dict[str, Any] = {}
    network: Network = Network()
    uplink: UplinkSpec | None = None
    blobs: Blobs = Blobs()
    platform: Platform = Platform()
    start: Start = Start()
    faults: tuple[AnyFault, ...] = ()
    limits: Limits = Limits()
