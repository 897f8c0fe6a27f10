"""The faults that a scenario may schedule: each is one class, with what it takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lastchunk.model.scenario.delay import AnyOffset, Delay, Model, Ms
from lastchunk.model.scenario.numbers import Probability


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


class TabReloaded(Timed):
    """The tab is reloaded: recording ends, and only a client that keeps its queue goes on."""

    kind: Literal["tab_reloaded"]
    for_ms: Delay


class LaptopAsleep(Timed):
    """The machine sleeps: it records, sends and receives nothing, and its requests break."""

    kind: Literal["laptop_asleep"]
    for_ms: Delay


class TabFrozen(Timed):
    """The tab is frozen: its timers and its recorder stand still, requests under way go on."""

    kind: Literal["tab_frozen"]
    for_ms: Delay


class TabThrottled(Timed):
    """The tab is in the background: its timers come due at whole seconds of the session alone.

    At whole minutes, once it has been there for ``minute_after_ms``.
    """

    kind: Literal["tab_throttled"]
    for_ms: Delay
    minute_after_ms: Ms = 300_000


class StrayStop(Timed):
    """A stop signal that nobody meant, or one more, late."""

    kind: Literal["stray_stop"]


class CreateAgain(Timed):
    """The session is created once more, as by a reload."""

    kind: Literal["create_again"]


class InstanceLost(Timed):
    """The object is reset: memory and handlers are gone, storage stays."""

    kind: Literal["instance_lost"]


class Deploy(Timed):
    """A new version: a new instance at once, the old one goes on for at most 30 s (R11)."""

    kind: Literal["deploy"]
    old_instance_ms: Annotated[int, Field(ge=1, le=30_000)] = 30_000


class ProcessKilled(Timed):
    """The process that runs the object is killed, and is there again after a while."""

    kind: Literal["process_killed"]
    for_ms: Delay


class AlarmLate(Timed):
    """Deliveries of the alarm wait until it is over: maintenance, up to a minute (D3)."""

    kind: Literal["alarm_late"]
    for_ms: Delay


class AlarmFails(Timed):
    """Every attempt to deliver the alarm fails while it lasts, as ``how`` says (D1, D2, D5)."""

    kind: Literal["alarm_fails"]
    for_ms: Delay
    how: Literal["counted", "uncounted", "unacknowledged"] = "uncounted"


class CommitsFail(Timed):
    """Every commit that ends meanwhile fails; ``written``: it is on disk all the same (R10)."""

    kind: Literal["commits_fail"]
    for_ms: Delay
    written: bool = False


class CommitsSlow(Timed):
    """Commits are confirmed only when it is over."""

    kind: Literal["commits_slow"]
    for_ms: Delay


class BlobsFail(Timed):
    """Every put to the blob store that ends meanwhile is answered ``status``."""

    kind: Literal["blobs_fail"]
    for_ms: Delay
    status: Literal[500, 429] = 500


Fault = (
    NetworkDown
    | TabClosed
    | TabReloaded
    | LaptopAsleep
    | TabFrozen
    | TabThrottled
    | StrayStop
    | CreateAgain
    | InstanceLost
    | Deploy
    | ProcessKilled
    | AlarmLate
    | AlarmFails
    | CommitsFail
    | CommitsSlow
    | BlobsFail
)
AnyFault = Annotated[Fault, Field(discriminator="kind")]
