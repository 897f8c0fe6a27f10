"""Faults: what a scheduled trouble does as it strikes, and as it ends.

A fault that lasts is a *trouble*: while it is there, ``world.troubles`` holds it under its kind,
and the rule that it touches looks there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.edge import standstill
from lastchunk.model.world.object import instances
from lastchunk.model.world.outcomes import kept_of

if TYPE_CHECKING:
    from lastchunk.model.world.world import World

LOSSES = frozenset(("instance_lost", "deploy", "process_killed"))
"""The faults that take an instance away."""


def strike(world: World, pending: Pending, outcome: str) -> None:
    """A fault strikes, or passes."""
    fault, number = pending.payload, pending.key[1]
    if fault.kind in LOSSES and world.object.is_down:
        return  # there is no instance to take away
    if outcome != "passes":
        _STRIKES[fault.kind](world, fault, number, kept_of(outcome))


def _network_down(world: World, fault: Any, number: int, kept: int) -> None:
    for_ms = world.exact(fault.for_ms)
    world.network.disconnect(stays_down=for_ms != 0)
    if for_ms != 0:
        world.add(Pending(("network_up",), for_ms, ("outage length", number)))


def _tab_closed(world: World, fault: Any, number: int, kept: int) -> None:
    world.client.close()


def _tab_reloaded(world: World, fault: Any, number: int, kept: int) -> None:
    if world.client.is_open:
        world.client.close(for_good=False)
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
    world.network.inject(world.stop_call)


def _create_again(world: World, fault: Any, number: int, kept: int) -> None:
    world.network.inject("create")


def _instance_lost(world: World, fault: Any, number: int, kept: int) -> None:
    instances.lose(world.object, "reset", kept)


def _deploy(world: World, fault: Any, number: int, kept: int) -> None:
    instances.lose(world.object, "deploy", kept, fault.old_instance_ms)


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
    if kind == "alarm_late":
        world.object.alarms.release()
    elif kind == "commits_slow":
        world.object.storage.release()


_STRIKES: dict[str, Callable[[World, Any, int, int], None]] = {
    "network_down": _network_down,
    "tab_closed": _tab_closed,
    "tab_reloaded": _tab_reloaded,
    "laptop_asleep": _laptop_asleep,
    "tab_frozen": _tab_frozen,
    "tab_throttled": _tab_throttled,
    "stray_stop": _stray_stop,
    "create_again": _create_again,
    "instance_lost": _instance_lost,
    "deploy": _deploy,
    "process_killed": _process_killed,
    "alarm_late": _trouble,
    "alarm_fails": _trouble,
    "commits_fail": _trouble,
    "commits_slow": _trouble,
    "blobs_fail": _trouble,
}
