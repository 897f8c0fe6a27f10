"""Deploys that wait (R19): a new version comes when the object is idle, or when its grace is over.

Whatever takes the instance before that brings the new version with it. Several that wait are one:
the newest version is the one that begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import GRACE_ENDS, Pending
from lastchunk.model.world.object import instances

if TYPE_CHECKING:
    from lastchunk.model.scenario.faults import Deploy
    from lastchunk.model.world.object.runtime import ObjectRuntime


def deploy_strikes(runtime: ObjectRuntime, fault: Deploy, number: int, kept: int) -> None:
    """A deploy strikes: now, or once it need not wait any more."""
    if fault.grace_ms == 0 or is_idle(runtime):
        instances.lose(runtime, "deploy", kept, fault.old_instance_ms)
        return
    world = runtime.world
    world.trace.append(e.DeployWaits(world.now_ms))
    runtime.deploys = (*runtime.deploys, number)
    key, stream = (GRACE_ENDS, number), ("deploy grace", number)
    world.add(Pending(key, fault.grace_ms, stream, fault))


def is_idle(runtime: ObjectRuntime) -> bool:
    """Whether nothing runs in the instance, and all that it wrote is on disk."""
    busy = runtime.program.tasks or runtime.waiting or runtime.storage.under_way
    return not busy


def grace_ends(runtime: ObjectRuntime, fault: Deploy, kept: int) -> None:
    """The object was busy all the time; now it does not matter any more."""
    instances.lose(runtime, "deploy", kept, fault.old_instance_ms)


def look(runtime: ObjectRuntime) -> None:
    """A handler has ended, or a commit: perhaps the object is idle once this turn is over."""
    runtime.world.add(Pending(instances.IDLE_DEPLOY, 0))


def at_idle(runtime: ObjectRuntime) -> None:
    """The turn is over. If the object is idle, the deploy that waits comes; else it waits on."""
    if is_idle(runtime):
        instances.lose(runtime, "deploy")
