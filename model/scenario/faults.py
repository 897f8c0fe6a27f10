"""The faults that a scenario may schedule: each is one class, with its words and what it takes.

What each does as it strikes stands in `model.world.faults`; there is no list beside the two.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, get_args

from pydantic import Field

from lastchunk.model.scenario.delay import AnyOffset, Delay, Model, Ms
from lastchunk.model.scenario.numbers import PositiveCount, Probability


class Fault(Model):
    """What every fault has: when it strikes, relative to the recording's start or planned stop.

    ``kind`` is its name in a scenario, ``words`` what a person calls it.
    """

    words: ClassVar[str]
    if TYPE_CHECKING:
        kind: str

    anchor: Literal["start", "stop"] = "start"
    """What ``offset_ms`` counts from: the recording's start, or the planned stop."""
    offset_ms: AnyOffset
    """When it strikes, relative to the anchor; anywhere between two bounds."""
    probability: Probability = 1.0
    """How often it strikes at all."""


class NetworkDown(Fault):
    """A disconnect, then no network for a while; 0 ms is a disconnect alone.

    With ``noticed_after_ms`` the connections are half-open: the page learns only so long after that
    a request of its has failed, also one that it sent meanwhile, unless its own time is over.
    """

    words: ClassVar[str] = "a disconnect"
    kind: Literal["network_down"]
    for_ms: Delay
    """How long there is no network; 0 is a disconnect alone."""
    noticed_after_ms: Delay | None = None
    """The connections are half-open: the page learns so late; None: at once."""


class TabClosed(Fault):
    """The tab is closed for good; ``last_upload``: after the last chunk's upload was sent.

    One that ``crashes`` is not told of it: no hook of the page runs.
    """

    words: ClassVar[str] = "a closed tab"
    kind: Literal["tab_closed"]
    when: Literal["time", "last_upload"] = "time"
    """At its time, or right after the last chunk's upload was sent."""
    crashes: bool = False
    """The page is told nothing: no hook of it runs."""


class TabReloaded(Fault):
    """The tab is reloaded: recording ends, and only a client that keeps its queue goes on."""

    words: ClassVar[str] = "a reload"
    kind: Literal["tab_reloaded"]
    for_ms: Delay
    """How long there is no page."""


class LaptopAsleep(Fault):
    """The machine sleeps: it records, sends and receives nothing, and its requests break."""

    words: ClassVar[str] = "a sleeping laptop"
    kind: Literal["laptop_asleep"]
    for_ms: Delay
    """How long it lasts."""


class TabFrozen(Fault):
    """The tab is frozen: its timers and its recorder stand still, requests under way go on."""

    words: ClassVar[str] = "a frozen tab"
    kind: Literal["tab_frozen"]
    for_ms: Delay
    """How long it lasts."""


class TabThrottled(Fault):
    """The tab is in the background: its timers come due at whole seconds of the session alone.

    At whole minutes, once it has been there for ``minute_after_ms``.
    """

    words: ClassVar[str] = "a throttled tab"
    kind: Literal["tab_throttled"]
    for_ms: Delay
    """How long it lasts."""
    minute_after_ms: Ms = 300_000
    """After so long timers come due at whole minutes."""


class RecorderError(Fault):
    """The recorder fails: it hands out what it has, and records no more; the page goes on."""

    words: ClassVar[str] = "a recorder that fails"
    kind: Literal["recorder_error"]


class StrayStop(Fault):
    """A stop signal that nobody meant, or one more, late."""

    words: ClassVar[str] = "a stray stop"
    kind: Literal["stray_stop"]


class SecondTab(Fault):
    """A second tab uploads into the session: so many chunks of its own, under the same indices.

    Each is sent once, and nobody waits for the answer. No bytes of it are the page's.
    """

    words: ClassVar[str] = "a second tab that uploads into the session"
    kind: Literal["second_tab"]
    chunks: PositiveCount = 1
    """How many chunks it sends."""


class CreateAgain(Fault):
    """The session is created once more, as by a reload."""

    words: ClassVar[str] = "a second create"
    kind: Literal["create_again"]


class InstanceLost(Fault):
    """The object is reset: memory and handlers are gone, storage stays."""

    words: ClassVar[str] = "a reset"
    kind: Literal["instance_lost"]


class Deploy(Fault):
    """A new version: a new instance at once, the old one goes on for at most 30 s (R11).

    With ``grace_ms`` it waits until the object is idle, or until so long has passed (R19).
    """

    words: ClassVar[str] = "a deploy"
    kind: Literal["deploy"]
    grace_ms: Ms = 0
    """It waits for an idle object at most so long (R19); 0: not at all."""
    old_instance_ms: Annotated[int, Field(ge=1, le=30_000)] = 30_000
    """How long the old instance may go on."""


class ProcessKilled(Fault):
    """The process that runs the object is killed, and is there again after a while."""

    words: ClassVar[str] = "a killed process"
    kind: Literal["process_killed"]
    for_ms: Delay
    """How long the object cannot run."""


class AlarmLate(Fault):
    """Deliveries of the alarm wait until it is over: maintenance, up to a minute (D3)."""

    words: ClassVar[str] = "a time of late alarms"
    kind: Literal["alarm_late"]
    for_ms: Delay
    """How long it lasts."""


class AlarmFails(Fault):
    """Every attempt to deliver the alarm fails while it lasts, as ``how`` says (D1, D2, D5)."""

    words: ClassVar[str] = "a time of failing alarms"
    kind: Literal["alarm_fails"]
    for_ms: Delay
    """How long it lasts."""
    how: Literal["counted", "uncounted", "unacknowledged"] = "uncounted"
    """Whether a failure counts (D1) or not (D2), or only the acknowledgement fails (D5)."""


class CommitsFail(Fault):
    """Every commit that ends meanwhile fails; ``written``: it is on disk all the same (R10)."""

    words: ClassVar[str] = "a time of failing commits"
    kind: Literal["commits_fail"]
    for_ms: Delay
    """How long it lasts."""
    written: bool = False
    """What was not confirmed is on disk all the same."""


class CommitsSlow(Fault):
    """Commits are confirmed only when it is over."""

    words: ClassVar[str] = "a time of slow commits"
    kind: Literal["commits_slow"]
    for_ms: Delay
    """How long it lasts."""


class BlobsFail(Fault):
    """Every put to the blob store that ends meanwhile is answered ``status``."""

    words: ClassVar[str] = "a time of failing puts"
    kind: Literal["blobs_fail"]
    for_ms: Delay
    """How long it lasts."""
    status: Literal[500, 429] = 500
    """What a put is answered."""


def fault_kind(fault: type[Fault]) -> str:
    """The kind of a class of faults."""
    return str(get_args(fault.model_fields["kind"].annotation)[0])


FAULTS: dict[str, type[Fault]] = {fault_kind(item): item for item in Fault.__subclasses__()}
"""Every class of faults by its kind, in the order of this file."""

if TYPE_CHECKING:
    AnyFault = Fault
else:
    AnyFault = Annotated[reduce(operator.or_, FAULTS.values()), Field(discriminator="kind")]
