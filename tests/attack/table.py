"""All designs of the attack, with what is true of each."""

from __future__ import annotations

from tests.attack import (
    aliases,
    aliases_within,
    blobs,
    chunks,
    code,
    compared,
    contexts,
    corners,
    crossings,
    errors,
    event_loop,
    faults,
    fields,
    held,
    iterators,
    loopholes,
    made_again,
    objects,
    outside,
    pages,
    process_wide,
    sets,
    sets_shown,
    shown_otherwise,
    swallows,
    tasks,
    times,
    times_kept,
    two_slow,
)
from tests.attack.ground import Tried

MODULES = (
    aliases,
    aliases_within,
    blobs,
    chunks,
    code,
    compared,
    contexts,
    corners,
    crossings,
    errors,
    event_loop,
    faults,
    fields,
    held,
    iterators,
    loopholes,
    made_again,
    objects,
    outside,
    pages,
    process_wide,
    sets,
    sets_shown,
    shown_otherwise,
    swallows,
    tasks,
    times,
    times_kept,
    two_slow,
)
TRIED: dict[str, Tried] = {
    f"{module.__name__.rpartition('.')[2]}.{tried.name}": tried
    for module in MODULES
    for tried in module.TRIED
}
"""By module, class, settings and world."""
assert len(TRIED) == sum(len(module.TRIED) for module in MODULES), "each has a name of its own"
