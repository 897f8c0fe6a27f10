"""Classes of faults: within which bounds each is explored, and what no design can do about it.

A class has one or more *scopes* (`model.explore.matrix.scopes`). A violation in one of them ends
exploring for its cell, so the scope in which a design is likely to fail with few classes comes
first: that of the recorder. Where a property cannot hold, `Impossible` says why, what the best
possible is, and how that is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lastchunk.model.explore.matrix.scopes import (
    ALARMS,
    ALL,
    COMMITS,
    DELAYS,
    FIXED,
    LATE,
    LOSSES,
    NETWORK,
    PAUSE,
    PUTS,
    Scope,
    fault,
    faults,
    recorder,
    small,
    spread,
)


@dataclass(frozen=True)
class Impossible:
    """Why no design can hold a property, and the best possible.

    The best possible is shown by another property (``slug``), asked in the class itself; or by the
    property itself in ``scopes``, the class less what makes it impossible.
    """

    reason: str
    best: str
    slug: str = ""
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True)
class FaultClass:
    """A class of faults: ``slug`` names it, ``title`` says it; ``impossible`` is by property."""

    slug: str
    title: str
    scopes: tuple[Scope, ...]
    impossible: Mapping[str, Impossible] = field(default_factory=dict)


NOBODY_HAS_IT = (
    "a chunk that only ever lived in a closed tab cannot be saved: the object never got it, "
    "and the page that had it is gone"
)
ALL_THAT_ARRIVED = "every chunk whose whole upload reached the object is stored"
ONLY_THE_PAGE = (
    "the row of the recordings list is only the page's to write, and a tab that is closed while "
    "the user records writes nothing any more"
)


def _reliable(chunks: int) -> FaultClass:
    return FaultClass(
        "reliable",
        "reliable network",
        (
            recorder(f"{DELAYS}, nothing fails; the user pauses for 12 minutes", *PAUSE),
            recorder(f"{DELAYS}, nothing fails"),
            small(chunks, f"{DELAYS}, nothing fails"),
        ),
    )


def _any_delay(chunks: int) -> FaultClass:
    hour = "requests take 10 ms to 1 h"
    long = spread("network.request_delay_ms", 10, 3_600_000)
    at_once = ("network.response_delay_ms=0", "blobs.put_delay_ms=0")
    return FaultClass(
        "any-delay",
        "any finite delay",
        (
            recorder(f"{hour}, responses and puts 0 ms", long, *at_once),
            small(chunks, f"{hour}, responses and puts 0 ms", "high_ms=3600000"),
        ),
        {
            "finalizes_promptly": Impossible(
                "no design can know of a stop before it arrives, and a stop may take any time",
                "completed within the grace and 2 s of the later of the stop's arrival at the "
                "object and the last upload",
                slug="finalizes_once_known",
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
            recorder(f"{DELAYS}, responses 25 ms; {lost}", *NETWORK),
            small(
                chunks,
                f"{DELAYS}, responses 10 ms; {cut}",
                *NETWORK,
                "disconnects=1",
                "network.response_delay_ms=10",
                serial=True,
            ),
        ),
    )


def _client_lost(chunks: int) -> FaultClass:
    reload = recorder(
        f"{DELAYS}; the tab is reloaded at any instant of the first 30 s and is back after 3 s",
        faults(fault("tab_reloaded", 30_000, "for_ms=3000")),
    )
    return FaultClass(
        "client-lost",
        "client lost",
        (
            reload,
            recorder(
                f"{DELAYS}; the tab is closed at any instant of the first 30 s",
                faults(fault("tab_closed", 30_000)),
            ),
            small(
                chunks,
                f"{DELAYS}, puts 0 to 1 s; the tab is closed at any instant of the first 3 s",
                PUTS,
                faults(fault("tab_closed", 3000)),
            ),
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
            recorder(f"{DELAYS}; {once}", *LOSSES),
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {once}", *LOSSES, PUTS),
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {once}", *LOSSES, PUTS, serial=True),
        ),
    )


def _late_alarms(chunks: int) -> FaultClass:
    late = "deliveries of the alarm are up to 60 s late, and one attempt fails in any of three ways"
    return FaultClass(
        "late-alarms",
        "late and failing alarms",
        (
            recorder(f"{DELAYS}; {late}; the user pauses for 12 minutes", LATE, *ALARMS, *PAUSE),
            small(chunks, f"{DELAYS}; {late}", LATE, *ALARMS),
        ),
    )


def _commits(chunks: int) -> FaultClass:
    failing = "commits take 5 ms, one is not confirmed, and is on disk all the same or not"
    return FaultClass(
        "commits",
        "commit failures",
        (
            recorder(f"{DELAYS}; {failing}", *COMMITS),
            small(chunks, f"{DELAYS}, puts 0 to 1 s; {failing}", *COMMITS, PUTS, serial=True),
        ),
    )


def _all_scopes(chunks: int, has_page: bool) -> tuple[Scope, ...]:
    """All troubles: any one with delays in a range, any two with fixed ones; and the recorder.

    Without ``has_page`` the tab is never closed for good.
    """
    one = "any one trouble of all the classes, at any instant"
    two = "any two troubles of all the classes, at any instant"
    rough = "a stray stop and a reload among them; the user pauses for 12 minutes"
    tail = "" if has_page else ", but for the closed tab"
    cut = fault("network_down", 2000, "for_ms=0", chance=0.5)
    strikes = [cut, *([fault("tab_closed", 3000, chance=0.5)] if has_page else [])]
    late_strikes = [
        *([fault("tab_closed", 30_000, chance=0.5)] if has_page else []),
        fault("tab_reloaded", 30_000, "for_ms=3000", chance=0.5),
        fault("stray_stop", 25_000, chance=0.5),
    ]
    return (
        recorder(
            f"{DELAYS}; {one}{tail}, {rough}",
            *(*ALL, *PAUSE, "limits.strikes_max=1", faults(*late_strikes)),
        ),
        small(
            chunks,
            f"each leg takes 10 ms and a put 20 ms (ties in every order); {two}{tail}",
            *(*ALL, *FIXED, "blobs.put_delay_ms=20", "limits.strikes_max=2", faults(*strikes)),
            serial=True,
        ),
        small(
            chunks,
            f"{DELAYS}, puts 0 to 1 s; {one}{tail}",
            *(*ALL, PUTS, "limits.strikes_max=1", faults(*strikes)),
            serial=True,
        ),
    )


def _all(chunks: int) -> FaultClass:
    without = _all_scopes(chunks, has_page=False)
    return FaultClass(
        "all",
        "all together",
        _all_scopes(chunks, has_page=True),
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
                scopes=without,
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
