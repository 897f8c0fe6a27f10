"""Faults: what a scheduled trouble does as it strikes, and as it ends.

A fault that lasts is a *trouble*: while it is there, ``world.troubles`` holds it under its kind,
and the rule that it touches looks there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lastchunk.model.scenario.faults import Deploy
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.edge import lifecycle, standstill
from lastchunk.model.world.edge.client import chunk_of
from lastchunk.model.world.object import deploys, instances
from lastchunk.model.world.outcomes import kept_of

if TYPE_CHECKING:
    from lastchunk.model.scenario.faults import Fault
    from lastchunk.model.scenario.schema import Scenario
    from lastchunk.model.world.world import World

Strike = Callable[["World", Any, int, int], None]


@dataclass(frozen=True)
class Rule:
    """What a fault does: as it strikes, and, where it lasts as a trouble, as that ``ends``.

    ``takes_instance``: it takes the object's instance away. ``meets`` is the kind of pending thing
    that it holds up or spoils, which is a step of its own then even if it takes no time.
    """

    strikes: Strike
    takes_instance: bool = False
    meets: Literal["", "commit", "blob"] = ""
    ends: Callable[[World], None] | None = None


def strike(world: World, pending: Pending, outcome: str) -> None:
    """A fault strikes, or passes."""
    fault, number = pending.payload, pending.key[1]
    rule = RULES[fault.kind]
    if rule.takes_instance and world.object.is_down:
        return  # there is no instance to take away
    if outcome != "passes":
        rule.strikes(world, fault, number, kept_of(outcome))


def has_grace(fault: Fault) -> bool:
    """Whether a fault waits for an idle object: then no commit is under way as it takes one."""
    return isinstance(fault, Deploy) and fault.grace_ms > 0


def are_met(scenario: Scenario, meets: str) -> bool:
    """Whether a fault of the scenario meets a kind of pending things."""
    return any(RULES[fault.kind].meets == meets for fault in scenario.faults)


def _network_down(world: World, fault: Any, number: int, kept: int) -> None:
    for_ms = world.exact(fault.for_ms)
    world.network.disconnect(for_ms != 0, fault if fault.noticed_after_ms is not None else None)
    if for_ms != 0:
        world.add(Pending(("network_up",), for_ms, ("outage length", number)))


def _tab_closed(world: World, fault: Any, number: int, kept: int) -> None:
    lifecycle.close(world.client, crashes=fault.crashes)


def _tab_reloaded(world: World, fault: Any, number: int, kept: int) -> None:
    if world.client.is_open:
        lifecycle.close(world.client, for_good=False)
        world.add(Pending(("reopen",), world.exact(fault.for_ms), ("reload length", number)))


def _laptop_asleep(world: World, fault: Any, number: int, kept: int) -> None:
    if standstill.fall_asleep(world.client):
        world.add(Pending(("wake",), world.exact(fault.for_ms), ("sleep length", number)))


def _tab_frozen(world: World, fault: Any, number: int, kept: int) -> None:
    if standstill.freeze(world.client):
        world.add(Pending(("thaw",), world.exact(fault.for_ms), ("freeze length", number)))


def _tab_throttled(world: World, fault: Any, number: int, kept: int) -> None:
    if standstill.throttle(world.client, fault):
        length = world.exact(fault.for_ms)
        world.add(Pending(("throttle_ends",), length, ("throttle length", number)))


def _stray_stop(world: World, fault: Any, number: int, kept: int) -> None:
    world.trace.append(e.StrayStop(world.now_ms))
    world.network.inject(world.settings.stop_call)


def _second_tab(world: World, fault: Any, number: int, kept: int) -> None:
    settings = world.client.settings
    for index in range(fault.chunks):
        chunk = chunk_of(index, settings.video_kbps, settings.chunk_ms)
        world.network.inject("upload", (chunk,))


def _create_again(world: World, fault: Any, number: int, kept: int) -> None:
    world.network.inject("create")


def _instance_lost(world: World, fault: Any, number: int, kept: int) -> None:
    instances.lose(world.object, "reset", kept)


def _deploy(world: World, fault: Any, number: int, kept: int) -> None:
    deploys.deploy_strikes(world.object, fault, number, kept)


def _process_killed(world: World, fault: Any, number: int, kept: int) -> None:
    instances.kill_process(world.object, kept)
    world.add(Pending(("restart",), world.exact(fault.for_ms), ("down time", number)))


def _trouble(world: World, fault: Any, number: int, kept: int) -> None:
    world.troubles[fault.kind] = fault
    world.trace.append(e.TroubleBegan(world.now_ms, fault.kind))
    length = world.exact(fault.for_ms)
    world.add(Pending(("trouble_ends", fault.kind), length, ("trouble length", number)))


def trouble_ends(world: World, kind: str) -> None:
    """A trouble is over; what it held up goes on."""
    del world.troubles[kind]
    world.trace.append(e.TroubleEnded(world.now_ms, kind))
    ends = RULES[kind].ends
    if ends is not None:
        ends(world)


RULES: dict[str, Rule] = {
    "network_down": Rule(_network_down),
    "tab_closed": Rule(_tab_closed),
    "tab_reloaded": Rule(_tab_reloaded),
    "laptop_asleep": Rule(_laptop_asleep),
    "tab_frozen": Rule(_tab_frozen),
    "tab_throttled": Rule(_tab_throttled),
    "recorder_error": Rule(lambda world, *_: world.client.recorder_fails()),
    "stray_stop": Rule(_stray_stop),
    "second_tab": Rule(_second_tab),
    "create_again": Rule(_create_again),
    "instance_lost": Rule(_instance_lost, takes_instance=True),
    "deploy": Rule(_deploy, takes_instance=True),
    "process_killed": Rule(_process_killed, takes_instance=True),
    "alarm_late": Rule(_trouble, ends=lambda world: world.object.alarms.release()),
    "alarm_fails": Rule(_trouble),
    "commits_fail": Rule(_trouble, meets="commit"),
    "commits_slow": Rule(
        _trouble, meets="commit", ends=lambda world: world.object.storage.release()
    ),
    "blobs_fail": Rule(_trouble, meets="blob"),
}
"""What each kind of fault does."""
