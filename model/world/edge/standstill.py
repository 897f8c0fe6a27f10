"""What holds a page up: a machine that sleeps, a tab that is frozen, timers that are throttled.

A sleeping *machine* records nothing, sends nothing and receives nothing, and its requests break. A
*frozen tab* runs no code, its timers and its recorder stand still; what the browser has sent goes
on, and its answer waits. A *throttled tab* runs on, but its timers come due at whole seconds only,
and at whole minutes once it has been in the background for long. What comes due in a standstill is
told at its end, in order. A user who stops or pauses meanwhile does so when the page is there
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.deeds import TaskId

if TYPE_CHECKING:
    from lastchunk.model.scenario.faults import TabThrottled
    from lastchunk.model.world.edge.client import ClientHost

PAUSED, ASLEEP, FROZEN = "paused", "asleep", "frozen"
"""Why the recorder stands still."""
TIMERS = ("timers",)
SECOND_MS, MINUTE_MS = 1_000, 60_000


def fall_asleep(page: ClientHost) -> bool:
    """The machine sleeps. Returns whether it was awake, with the page on it."""
    if not page.is_open or ASLEEP in page.stands:
        return False
    world = page.world
    world.trace.append(e.LaptopSlept(world.now_ms))
    page.stand_still(ASLEEP)
    for call in list(world.network.calls):
        world.network.cut(call, "machine asleep")
    return True


def wake(page: ClientHost) -> None:
    """The machine wakes."""
    page.world.trace.append(e.LaptopWoke(page.world.now_ms))
    page.go_on(ASLEEP)


def freeze(page: ClientHost) -> bool:
    """The tab is frozen. Returns whether it was open, and not frozen."""
    if not page.is_open or FROZEN in page.stands:
        return False
    page.hide()
    page.hear("freeze")
    page.world.trace.append(e.TabFroze(page.world.now_ms))
    page.stand_still(FROZEN)
    return True


def thaw(page: ClientHost) -> None:
    """The tab runs again."""
    page.world.trace.append(e.TabThawed(page.world.now_ms))
    page.go_on(FROZEN)
    page.show()


def throttle(page: ClientHost, fault: TabThrottled) -> bool:
    """The timers of the tab are throttled. Returns whether it was open, and they were not."""
    if not page.is_open or page.throttled is not None:
        return False
    now_ms = page.world.now_ms
    page.world.trace.append(e.TabThrottled(now_ms))
    page.throttled = (now_ms, fault.minute_after_ms)
    page.hide()
    return True


def throttle_ends(page: ClientHost) -> None:
    """The tab is in front again: timers that were due run at once."""
    page.world.trace.append(e.TabUnthrottled(page.world.now_ms))
    page.throttled = None
    page.world.cancel(TIMERS)
    page.show()
    run_late_timers(page)


def timer_due(page: ClientHost, verb: str, task: TaskId) -> None:
    """A timer of the page comes due; where timers are throttled, it runs at the next whole one."""
    wait_ms = _until_whole_ms(page)
    if wait_ms == 0:
        page.tell(verb, task)
        return
    page.late_timers.append((verb, task))
    if TIMERS not in page.world.pending:
        page.world.add(Pending(TIMERS, wait_ms))


def run_late_timers(page: ClientHost) -> None:
    """The timers that have waited for a whole second or minute run, in order."""
    late, page.late_timers = page.late_timers, []
    for verb, task in late:
        page.tell(verb, task)


def _until_whole_ms(page: ClientHost) -> int:
    if page.throttled is None:
        return 0
    since_ms, minute_after_ms = page.throttled
    now_ms: Any = page.world.now_ms
    step_ms = MINUTE_MS if now_ms - since_ms >= minute_after_ms else SECOND_MS
    return int(-now_ms % step_ms)


ENDS: dict[str, Callable[[ClientHost], None]] = {
    "wake": wake,
    "thaw": thaw,
    "throttle_ends": throttle_ends,
    "timers": run_late_timers,
}
"""The ends of what holds a page up, by kind; a page that is closed needs them no more."""
