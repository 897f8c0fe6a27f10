"""What schedulers that plan ahead share: a plan follows what is pending in the world."""

from __future__ import annotations

from typing import Any, TypeVar

from lastchunk.model.world.base.pending import Key, Pending
from lastchunk.model.world.world import World

Planned = TypeVar("Planned", bound=tuple[Any, ...])


def newly_pending(world: World, plan: dict[Key, Planned]) -> list[Pending]:
    """What has become pending since; what the world has cancelled leaves the ``plan``.

    An entry of the plan begins with what it is of.
    """
    for key in [key for key, entry in plan.items() if world.pending.get(key) is not entry[0]]:
        del plan[key]
    new = [pending for pending in world.fresh if world.pending.get(pending.key) is pending]
    world.fresh.clear()
    return new
