"""What no player can bring about on a real runtime, in words: it is told, and never counts.

A deploy is played as a reset of an object in which nothing runs: the next event meets a new
instance. An attempt of the alarm that the platform spoils without counting it (D2) is played by a
disk that fails in the attempt; so is the end of a run that the platform loses (D5). Both ask that
nothing else is in memory, since the runtime resets the object then.
"""

from __future__ import annotations

from collections.abc import Iterable

from lastchunk.model.simulate.schedule import Step
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.object.delivery import COUNTED, UNACKNOWLEDGED, UNCOUNTED
from lastchunk.model.world.world import World

GOES_ON = "a replaced instance that goes on"
NOT_PLAYABLE = {
    "timer": "a timer in a handler",
    "storage": "a storage read that takes time",
    "commit": "a commit that takes time",
    "move_alarm": "a scheduler that is told late",
    "old_ends": GOES_ON,
}
"""Happenings that no player can bring about, in words."""
FAULTS_NOT_PLAYABLE = {
    "commits_fail": "a commit that fails",
    "commits_slow": "a commit that takes time",
}
LOST_IN_A_RUN = "an instance that is lost in a run of the alarm, which is tried again"
TAKES_ALONG = "an attempt that the platform spoils, uncounted, while something else is in memory"


class NotPlayableError(Exception):
    """Why a schedule cannot be played, on its way up."""


def check_playable(step: Step, pending: Pending, is_own: bool) -> None:
    """Refuse what no player can bring about. Raises `NotPlayableError`.

    Timers are watched in somebody's own class alone: no twin in worker/ has any.
    """
    kind = step.key[0]
    if kind in NOT_PLAYABLE and not (kind == "timer" and is_own):
        raise NotPlayableError(NOT_PLAYABLE[kind])
    strikes = kind == "fault" and step.outcome != "passes"
    if strikes and pending.payload.kind in FAULTS_NOT_PLAYABLE:
        raise NotPlayableError(FAULTS_NOT_PLAYABLE[pending.payload.kind])


def check_spoiled(world: World, piece: Iterable[e.Event]) -> None:
    """Refuse an uncounted failure that the player cannot bring about. Raises `NotPlayableError`.

    A failing disk takes the whole instance along; and a run that ends with an instance that the
    player resets counts for this runtime, which shows where it is tried again. One that is lost
    with its process is that one's.
    """
    kinds = {type(event) for event in piece}
    if not any(isinstance(event, e.AlarmFailed) and not event.counted for event in piece):
        return
    if e.ProcessKilled in kinds:
        return
    if e.InstanceLost in kinds:
        slot = world.pending.get(("alarm",))
        if slot is not None and slot.payload.back_off > 0:
            raise NotPlayableError(LOST_IN_A_RUN)
        return
    runtime = world.object
    program = runtime.program
    if program.tasks or runtime.waiting or program.log or runtime.has_construct:
        raise NotPlayableError(TAKES_ALONG)


def check_replaced(world: World) -> None:
    """Refuse an old instance that goes on beside a new one. Raises `NotPlayableError`."""
    if any(key[0] == "old_ends" for key in world.pending):
        raise NotPlayableError(GOES_ON)


def spoils(world: World, step: Step, piece: Iterable[e.Event]) -> bool | None:
    """Whether an attempt that did not run counts, by what struck it; None where none failed."""
    failed = [event for event in piece if isinstance(event, e.AlarmFailed)]
    outcome = world.trouble_outcome(step.outcome)
    if not failed:
        return None  # another alarm had its place
    return bool(failed[0].counted) if outcome not in (COUNTED, UNCOUNTED) else outcome == COUNTED


def loses_its_end(world: World, piece: Iterable[e.Event]) -> bool:
    """Whether the platform will not hear of the end of the run that has begun (D5)."""
    kinds = {type(event) for event in piece}
    if e.AlarmStarted not in kinds:
        return False
    attempt = world.object.alarms.attempt
    if attempt is not None:
        return attempt.outcome == UNACKNOWLEDGED
    failed = (event for event in piece if isinstance(event, e.AlarmFailed))
    return any(not event.counted for event in failed)
