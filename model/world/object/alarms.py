"""The object's one alarm, and the platform's scheduler that delivers it.

Two things are told apart. The *slot* is the object's own alarm, part of its storage: ``time_ms``,
and while ``alarm()`` runs a mark that it will be deleted if the run succeeds (A3). The *scheduler*
holds what it was last told: the pending thing `ALARM`, and the attempt that it has under way. The
two can differ, and R8 says what a delivery does then.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.deeds import Done
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.object.delivery import (
    COUNTED,
    UNACKNOWLEDGED,
    UNCOUNTED,
    Attempt,
    Delivery,
)

if TYPE_CHECKING:
    from lastchunk.model.world.object.runtime import ObjectRuntime

ALARM = "alarm"
SLOT = (ALARM,)
MOVE = ("move_alarm",)
LIMIT = ("alarm_limit",)


class Alarms:
    """The slot and the scheduler of one object. Times of the slot are on the object's clock."""

    __slots__ = (
        "attempt",
        "delayed",
        "dropped_ms",
        "ended",
        "is_running",
        "retry_is_deleted",
        "runs",
        "runtime",
        "time_ms",
        "told_ms",
        "waiting",
        "will_delete",
    )

    def __init__(self, runtime: ObjectRuntime) -> None:
        self.runtime = runtime
        self.time_ms: int | None = None
        self.will_delete = False
        self.told_ms: int | None = None
        self.attempt: Attempt | None = None
        self.is_running = False
        self.waiting: tuple[Delivery, str] | None = None
        self.delayed: Delivery | None = None
        self.retry_is_deleted = False
        self.dropped_ms: int | None = None
        self.runs = 0
        self.ended = 0

    # --- the slot ----------------------------------------------------------------------------

    def set(self, at_ms: int) -> None:
        """The code sets the alarm: A1, one alarm, replaced later or earlier."""
        runtime = self.runtime
        due_ms = self.stored_time(at_ms)
        if self.is_stored(due_ms):
            return
        if due_ms == self.time_ms and runtime.world.settings.platform.bug_alarm_set_to_now_is_lost:
            self.told_ms = due_ms  # A7, the known bug: the scheduler is taken to know already
        self.time_ms = due_ms
        self.will_delete = False
        runtime.storage.dirty = True
        if self.is_in_transaction():
            return
        runtime.world.trace.append(e.AlarmSet(runtime.world.now_ms, due_ms))
        if not runtime.storage.waits and self.told_ms != due_ms:
            self.tell(due_ms)

    def stored_time(self, at_ms: int) -> int:
        """A2: a time at or before now is stored as now."""
        return max(at_ms, self.runtime.clock_ms)

    def is_stored(self, due_ms: int) -> bool:
        """A7: setting the value that is stored already does nothing."""
        return due_ms == self.time_ms and not self.will_delete

    def get(self) -> int | None:
        """A3: None while ``alarm()`` runs, unless it was set again."""
        return None if self.will_delete else self.time_ms

    def delete(self) -> bool:
        """The code takes the alarm away; inside ``alarm()`` that ends its retries too (A6)."""
        if self.time_ms is None:
            return False
        runtime = self.runtime
        self.retry_is_deleted = self.retry_waits
        self.time_ms, self.will_delete = None, False
        runtime.storage.dirty = True
        if self.is_in_transaction():
            return True
        runtime.world.trace.append(e.AlarmDeleted(runtime.world.now_ms))
        if not runtime.storage.waits:
            self.tell(None)
        return True

    def is_in_transaction(self) -> bool:
        """R18: whether nobody is told of the alarm before a transaction is committed."""
        opened = self.runtime.storage.open
        if opened is None:
            return False
        opened.moves_alarm = True
        return True

    # --- what the scheduler is told ----------------------------------------------------------

    def tell(self, due_ms: int | None) -> None:
        """Tell the scheduler the time of the alarm; None takes it away."""
        self.told_ms = due_ms
        if self.dropped_ms is not None and due_ms == self.dropped_ms:
            return  # A7, the known bug: the slot has it, and the scheduler has given it up
        if due_ms is not None and self.retry_waits and not self.retry_is_deleted:
            self.runtime.world.cancel(MOVE)
            return  # A7, the known bug: the scheduler looks at it when the retry is over
        self.unplan()
        if due_ms is not None:
            self.register(Delivery(due_ms))

    @property
    def retry_waits(self) -> bool:
        """A7, the known bug: whether a retry is pending that another alarm does not replace."""
        world = self.runtime.world
        pending = world.pending.get(SLOT)
        in_back_off = pending is not None and pending.payload.back_off > 0
        return in_back_off and world.settings.platform.bug_alarm_waits_for_back_off

    def unplan(self) -> None:
        """The scheduler forgets what it was to deliver, and what it was still to be told (R9)."""
        world = self.runtime.world
        world.cancel(SLOT)
        if MOVE in world.pending:
            world.cancel(MOVE)
        self.delayed = None
        self.retry_is_deleted = False

    def register(self, delivery: Delivery) -> None:
        """The scheduler will deliver: never early by its clock or the object's (D3)."""
        runtime = self.runtime
        wait_ms = delivery.due_ms - runtime.world.now_ms
        if runtime.offset_ms < 0:
            wait_ms -= runtime.offset_ms
        runtime.world.plan_alarm(max(0, wait_ms), delivery)

    def before_commit(self, alarm_ms: int | None) -> None:
        """R9: moved earlier, the scheduler is told first, then the commit begins.

        Where it has nothing in hand, it is told of the earliest that may come to be on disk.
        """
        if alarm_ms is None or self.will_delete:
            return
        if self.told_ms is None:
            # Several commits may be under way, and any of them may turn out to be the last one on
            # disk: the scheduler has to wake the object for the earliest.
            storage, clock_ms = self.runtime.storage, self.runtime.clock_ms
            images = (storage.disk, *storage.batches.values())
            to_come = [image.alarm_ms for image in images if (image.alarm_ms or 0) > clock_ms]
            self.tell(min(at for at in (alarm_ms, *to_come) if at is not None))
        elif alarm_ms < self.told_ms:
            # Told late, it would deliver too late; told early, a failed commit costs one wake-up.
            self.tell(alarm_ms)

    def after_commit(self) -> None:
        """R9: moved later, or deleted, it is told after the commit, best effort."""
        if (
            self.time_ms != self.told_ms
            and not self.will_delete
            and self.runtime.storage.alarm_is_confirmed
        ):
            if self.told_ms is None:
                self.tell(self.time_ms)  # it has nothing to move: this alarm is new to it
            else:
                self.told_ms = self.time_ms  # from here on an earlier one must be told first
                self.runtime.world.move_alarm(self.time_ms)

    # --- deliveries --------------------------------------------------------------------------

    def due(self, delivery: Delivery, outcome: str) -> None:
        """The scheduler delivers. It looks at nothing else (R6)."""
        runtime = self.runtime
        if "alarm_late" in runtime.world.troubles:
            self.delayed = delivery  # D3: up to a minute late, and replaceable meanwhile
            return
        if self.is_busy:
            self.waiting = (delivery, outcome)
            return
        task = (ALARM, e.NO_CHUNK, self.runs, 0)
        runtime.deliver(ALARM, task, (delivery, outcome))

    @property
    def is_busy(self) -> bool:
        """R1, A4: two runs never overlap, so that a delivery waits for the attempt under way."""
        return self.attempt is not None

    def release(self) -> None:
        """The trouble that held deliveries up is over."""
        if self.delayed is not None:
            delivery, self.delayed = self.delayed, None
            self.runtime.world.add(Pending(SLOT, 0, ("alarm lateness", 0), delivery))

    def admit(self, delivery: Delivery, outcome: str) -> Attempt | None:
        """R8: whether a delivery that has passed the gate runs; the attempt if it does."""
        runtime = self.runtime
        if self.is_busy:
            self.waiting = (delivery, outcome)  # both came due behind the gate
            return None
        outcome = runtime.world.trouble_outcome(outcome)
        if outcome in (UNCOUNTED, COUNTED):
            self.fail(delivery, outcome == COUNTED, "the platform failed")
            return None
        met = self.meet(delivery)
        if met is None:
            return None
        if self.is_early(met):
            if SLOT not in runtime.world.pending:
                self.register(met)
            return None
        keeps = self.time_ms != met.due_ms and not runtime.storage.alarm_is_confirmed
        self.will_delete = not keeps
        if SLOT not in runtime.world.pending:  # the scheduler has nothing more in hand
            self.told_ms = None
            runtime.world.cancel(MOVE)
        delivery = met
        self.is_running = True
        self.attempt = Attempt((ALARM, e.NO_CHUNK, self.runs, 0), delivery, outcome)
        self.runs += 1
        return self.attempt

    def is_early(self, delivery: Delivery) -> bool:
        """D3: never early by the object's own clock; that of a new instance may be behind."""
        return delivery.due_ms > self.runtime.clock_ms

    def meet(self, delivery: Delivery) -> Delivery | None:
        """R8: what a delivery amounts to when it meets the object's own alarm; None is dropped."""
        runtime, own_ms = self.runtime, self.time_ms
        world = runtime.world
        if own_ms == delivery.due_ms or not runtime.storage.alarm_is_confirmed:
            return delivery  # another alarm that is not confirmed is kept, and does not stop it
        if own_ms is not None and own_ms <= runtime.clock_ms:
            world.cancel(SLOT)
            as_retry = self.is_queued(delivery) and own_ms < runtime.clock_ms
            return delivery if as_retry else Delivery(own_ms)
        stale = e.StaleDelivery(world.now_ms, delivery.due_ms, -1 if own_ms is None else own_ms)
        world.trace.append(stale)
        pending = world.pending.get(SLOT)
        if pending is None or pending.payload.due_ms != own_ms:
            self.tell(own_ms)
        return None

    def is_queued(self, delivery: Delivery) -> bool:
        """A7, the known bug: whether the object's alarm stood behind this retry."""
        platform = self.runtime.world.settings.platform
        return delivery.back_off > 0 and platform.bug_alarm_waits_for_back_off

    # --- the end of an attempt ---------------------------------------------------------------

    def finish(self, done: Done) -> None:
        """``alarm()`` has ended: it threw, or its end waits for its writes (D5)."""
        runtime = self.runtime
        attempt = self.attempt
        assert attempt is not None
        self.is_running = False
        runtime.world.cancel(LIMIT)
        runtime.world.trace.append(e.AlarmEnded(runtime.world.now_ms))
        if done.error is not None or attempt.outcome == UNACKNOWLEDGED:
            runtime.storage.end_of_turn()  # A5: writes made before a throw stay
            self.over()
            counted = done.error is not None
            self.fail(attempt.delivery, counted, str(done.error or "not acknowledged"))
        else:
            if self.will_delete:
                self.time_ms, self.will_delete = None, False
                runtime.storage.dirty = True
            runtime.storage.send("acknowledge", attempt.task, None)
            return
        self.next()

    def acknowledge(self) -> None:
        """The run is over for good (D5)."""
        self.over()
        self.next()

    def over(self) -> None:
        """No attempt is under way."""
        self.attempt = None
        self.is_running = False
        self.runtime.world.cancel(LIMIT)

    def next(self) -> None:
        """A delivery that came due during the run is next (A4)."""
        if self.waiting is not None and self.attempt is None:
            (delivery, outcome), self.waiting = self.waiting, None
            self.due(delivery, outcome)

    def fail(self, delivery: Delivery, counted: bool, reason: str) -> None:
        """An attempt has failed: retry it, unless another alarm or none took its place."""
        due_ms = delivery.due_ms
        world = self.runtime.world
        world.trace.append(e.AlarmFailed(world.now_ms, due_ms, int(counted), reason))
        self.will_delete = False
        if self.is_replaced() or self.is_deleted():
            return
        if self.time_ms not in (None, due_ms) and self.runtime.storage.alarm_is_confirmed:
            self.tell(self.time_ms)
        elif counted and delivery.is_last:
            self._drop(due_ms)
        else:
            self.told_ms = due_ms
            self._retry(delivery, counted)

    def is_replaced(self) -> bool:
        """A5: an alarm that was set during the attempt replaces its retries."""
        is_planned = SLOT in self.runtime.world.pending
        return is_planned or self.waiting is not None or self.delayed is not None

    def is_deleted(self) -> bool:
        """A6: an alarm that was deleted during the attempt ends its retries, once that is on disk.

        Until then they are planned, and the scheduler is told after the commit: best effort.
        """
        is_known = self.told_ms is None and self.runtime.storage.alarm_is_confirmed
        return self.time_ms is None and is_known

    def _drop(self, due_ms: int) -> None:
        """D1: the attempts are used up. An alarm that was set meanwhile is not touched by it."""
        storage, world = self.runtime.storage, self.runtime.world
        world.trace.append(e.AlarmDropped(world.now_ms, due_ms))
        self.told_ms = None
        if self.time_ms == due_ms and world.settings.platform.bug_dropped_alarm_is_kept:
            self.dropped_ms = self.told_ms = due_ms
        elif self.time_ms == due_ms:
            self.time_ms = None
            storage.dirty = True
            storage.end_of_turn()

    def _retry(self, delivery: Delivery, counted: bool) -> None:
        spread, again = delivery.again(counted)
        self.ended += 1
        self.runtime.world.add(Pending(SLOT, spread, ("alarm retry", self.ended), again))

    def lose(self, counted: bool, reason: str) -> None:
        """The instance is gone, and the attempt that it ran with it (D2, D4)."""
        attempt = self.attempt
        self.will_delete = self.retry_is_deleted = False
        if attempt is not None:
            self.over()
            self.fail(attempt.delivery, counted, reason)
            self.next()

    def runs_in(self, program: Program) -> bool:
        """Whether the attempt under way is a task of this instance."""
        return self.attempt is not None and self.attempt.task in program.tasks

    def stop(self) -> None:
        """The process is gone, and with it all that the scheduler had in hand."""
        self.over()
        self.unplan()
        self.will_delete = False
        self.waiting = None

    def reload(self) -> None:
        """The process is there again: the scheduler reads the alarms from disk (D5)."""
        self.tell(self.time_ms)

    # --- copies ------------------------------------------------------------------------------

    def copy(self, runtime: ObjectRuntime) -> Alarms:
        """The same alarm for the object's copy."""
        other = Alarms.__new__(Alarms)
        other.runtime = runtime
        for name in _PLAIN_FIELDS:
            setattr(other, name, getattr(self, name))
        return other

    def fingerprint(self) -> Hashable:
        """The alarm's whole state, as something hashable."""
        return tuple(getattr(self, name) for name in _PLAIN_FIELDS)


_PLAIN_FIELDS = tuple(name for name in Alarms.__slots__ if name != "runtime")
