"""Classes of faults: within which bounds each is explored, and what no design can do about it.

A class has *scopes*: scenarios small enough to be explored whole. One has a few chunks at once and
the stop with them; the other the real recorder over 25 s, which alone can say something of the time
while the user records. The settings are the deployed ones: a grace of 5 s, an alarm of 10 minutes,
2 s between two attempts. Where a property cannot hold, `Impossible` says why, what the best
possible is, and how that is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from model.scenario.load import load_scenario
from model.scenario.schema import Scenario

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


@dataclass(frozen=True)
class Impossible:
    """Why no design can hold a property, and the best possible.

    The best possible is shown by another property (``slug``), asked in the class itself; or by the
    property itself in ``scopes``, the class less what makes it impossible; or, with ``late``, by
    the longest delay being no more than the difference of a request's longest and shortest one.
    """

    reason: str
    best: str
    slug: str = ""
    scopes: tuple[Scope, ...] = ()
    late: bool = False


@dataclass(frozen=True)
class FaultClass:
    """A class of faults: ``slug`` names it, ``title`` says it; ``impossible`` is by property."""

    slug: str
    title: str
    scopes: tuple[Scope, ...]
    impossible: Mapping[str, Impossible] = field(default_factory=dict)


# --- scopes ----------------------------------------------------------------------------------

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


def _spread(key: str, low_ms: int, high_ms: int) -> str:
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
        _spread("network.request_delay_ms", 10, 2000),
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
LATE = _spread("platform.alarm_late_ms", 0, 60_000)
PUTS = _spread("blobs.put_delay_ms", 0, 1000)
NETWORK = (
    "network.request_loss=0.5",
    "network.response_loss=0.5",
    "network.failures_per_chunk_max=1",
    "network.stop_may_fail=true",
)
ALL = (*COMMITS, *LOSSES, *ALARMS, *NETWORK, LATE)


def _fault(kind: str, high_ms: int, *more: str, chance: float = 1.0) -> str:
    items = [f"kind='{kind}'", f"offset_ms={{low_ms=0,high_ms={high_ms}}}", *more]
    return "{" + ",".join([*items, f"probability={chance}"]) + "}"


def _faults(*items: str) -> str:
    return f"faults=[{','.join(items)}]"


# --- classes ---------------------------------------------------------------------------------

NOBODY_HAS_IT = (
    "a chunk that only ever lived in a closed tab cannot be saved: the object never got it, "
    "and the page that had it is gone"
)
ALL_THAT_ARRIVED = "every chunk whose whole upload reached the object is stored"
ONLY_THE_PAGE = (
    "the row of the recordings list is only the page's to write, and a tab that is closed while the "
    "user records writes nothing any more"
)


def _reliable(chunks: int) -> FaultClass:
    return FaultClass(
        "reliable",
        "reliable network",
        (
            small(chunks, f"{DELAYS}, nothing fails"),
            recorder(f"{DELAYS}, nothing fails"),
            recorder(f"{DELAYS}, nothing fails; the user pauses for 12 minutes", *PAUSE),
        ),
    )


def _any_delay(chunks: int) -> FaultClass:
    hour = "requests take 10 ms to 1 h"
    long = _spread("network.request_delay_ms", 10, 3_600_000)
    at_once = ("network.response_delay_ms=0", "blobs.put_delay_ms=0")
    return FaultClass(
        "any-delay",
        "any finite delay",
        (
            small(chunks, f"{hour}, responses and puts 0 ms", "high_ms=3600000"),
            recorder(f"{hour}, responses and puts 0 ms", long, *at_once),
        ),
        {
            "finalizes_promptly": Impossible(
                "no design can know of a stop before it arrives, and a stop may take any time",
                "complete as soon as the stop and the last upload have arrived: the longest delay "
                "is the stop's longest less an upload's shortest, and no more",
                late=True,
            )
        },
    )


def _loss(chunks: int) -> FaultClass:
    lost = "each chunk and the stop may fail once, by a lost request or a lost response"
    cut = f"{lost}; one disconnect at any instant up to 2 s"
    return FaultClass(
        "loss",
        "loss with retries",
        (
            small(
                chunks,
                f"{DELAYS}, responses 10 ms; {cut}",
                *NETWORK,
                "disconnects=1",
                "network.response_delay_ms=10",
                serial=True,
            ),
            recorder(f"{DELAYS}, responses 25 ms; {lost}", *NETWORK),
        ),
    )


def _client_lost(chunks: int) -> FaultClass:
    reload = recorder(
        f"{DELAYS}; the tab is reloaded at any instant of the first 30 s and is back after 3 s",
        _faults(_fault("tab_reloaded", 30_000, "for_ms=3000")),
    )
    return FaultClass(
        "client-lost",
        "client lost",
        (
            small(
                chunks,
                f"{DELAYS}, puts 0 to 1 s; the tab is closed at any instant of the first 3 s",
                PUTS,
                _faults(_fault("tab_closed", 3000)),
            ),
            recorder(
                f"{DELAYS}; the tab is closed at any instant of the first 30 s",
                _faults(_fault("tab_closed", 30_000)),
            ),
            reload,
        ),
        {
            "nothing_lost": Impossible(
                NOBODY_HAS_IT, ALL_THAT_ARRIVED, slug="nothing_recoverable_lost"
            ),
            "duration_true": Impossible(
                ONLY_THE_PAGE,
                "the row is true whenever there is a page to write it, also after a reload",
                scopes=(reload,),
            ),
        },
    )


def _crashes(chunks: int) -> FaultClass:
    once = "the object's instance is lost once, at any await"
    return FaultClass(
        "crashes",
        "object crashes",
        (
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {once}", *LOSSES, PUTS, serial=True),
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {once}", *LOSSES, PUTS),
            recorder(f"{DELAYS}; {once}", *LOSSES),
        ),
    )


def _late_alarms(chunks: int) -> FaultClass:
    late = "deliveries of the alarm are up to 60 s late, and one attempt fails in any of three ways"
    return FaultClass(
        "late-alarms",
        "late and failing alarms",
        (
            small(chunks, f"{DELAYS}; {late}", LATE, *ALARMS),
            recorder(f"{DELAYS}; {late}; the user pauses for 12 minutes", LATE, *ALARMS, *PAUSE),
        ),
    )


def _commits(chunks: int) -> FaultClass:
    failing = "commits take 5 ms, one is not confirmed, and is on disk all the same or not"
    return FaultClass(
        "commits",
        "commit failures",
        (
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {failing}", *COMMITS, PUTS, serial=True),
            recorder(f"{DELAYS}; {failing}", *COMMITS),
        ),
    )


def _all(chunks: int) -> FaultClass:
    one = "any one trouble of all the classes, at any instant"
    two = "any two troubles of all the classes, at any instant"
    pauses = "a stray stop and a reload among them; the user pauses for 12 minutes"
    cut = _fault("network_down", 2000, "for_ms=0", chance=0.5)
    closed = (_fault("tab_closed", 3000, chance=0.5),)
    rough = (
        _fault("tab_reloaded", 30_000, "for_ms=3000", chance=0.5),
        _fault("stray_stop", 25_000, chance=0.5),
    )
    closed_late = (_fault("tab_closed", 30_000, chance=0.5),)

    def scopes(has_page: bool) -> tuple[Scope, ...]:
        tail = "" if has_page else ", but for the closed tab"
        own, own_late = (closed, closed_late) if has_page else ((), ())
        mixed = (*ALL, "blobs.put_delay_ms=20")
        return (
            small(
                chunks,
                f"{DELAYS}, puts 0 to 1 s; {one}{tail}",
                *ALL,
                PUTS,
                "limits.strikes_max=1",
                _faults(cut, *own),
                serial=True,
            ),
            small(
                chunks,
                f"each leg takes 10 ms and a put 20 ms (ties in every order); {two}{tail}",
                *mixed,
                *FIXED,
                "limits.strikes_max=2",
                _faults(cut, *own),
                serial=True,
            ),
            recorder(
                f"{DELAYS}; {one}{tail}, {pauses}",
                *ALL,
                *PAUSE,
                "limits.strikes_max=1",
                _faults(*own_late, *rough),
            ),
        )

    without = scopes(has_page=False)
    return FaultClass(
        "all",
        "all together",
        scopes(has_page=True),
        {
            "nothing_lost": Impossible(
                f"{NOBODY_HAS_IT}; nor can one that an instance had got, and lost before its put",
                "nothing is lost as long as the page lives",
                scopes=without,
            ),
            "count_true": Impossible(
                "a put may end after the instance that began it was lost: nobody told the object, "
                "which cannot read the blob store, and the page that would send the chunk again "
                "is closed",
                "the count is true as long as the page lives",
                scopes=without,
            ),
            "duration_true": Impossible(
                ONLY_THE_PAGE,
                "the row is true whenever there is a page to write it",
                scopes=without[2:],
            ),
        },
    )


BUILDERS: dict[str, Callable[[int], FaultClass]] = {
    "reliable": _reliable,
    "any-delay": _any_delay,
    "loss": _loss,
    "client-lost": _client_lost,
    "crashes": _crashes,
    "late-alarms": _late_alarms,
    "commits": _commits,
    "all": _all,
}
"""The classes by name, each made for a number of chunks."""
