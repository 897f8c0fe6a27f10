"""A transaction: the input gate is closed, and what it writes is one commit or nothing (R18).

What is written in it is told to nobody before it is committed: not to the disk, not to the alarm's
scheduler, not to the trace. An instance that is lost takes its open transaction with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.reference_impl.transaction import EndTransaction

if TYPE_CHECKING:
    from lastchunk.model.world.object.runtime import ObjectRuntime


class OpenTransaction:
    """What was there before, and what the transaction has to tell once it is committed.

    ``record`` is the public record's status and count; ``moves_alarm`` whether it was set or
    deleted; ``critical`` who held the gate before.
    """

    __slots__ = ("alarm", "critical", "is_over", "moves_alarm", "record", "values")

    def __init__(self, values: dict[str, Any], alarm: tuple[Any, ...], critical: Any) -> None:
        self.values = values
        self.alarm = alarm
        self.critical = critical
        self.record: tuple[str, int] | None = None
        self.moves_alarm = False
        self.is_over = False

    def parts(self) -> tuple[Any, ...]:
        """All that it holds."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def copy(self) -> OpenTransaction:
        """The same for another world."""
        other = OpenTransaction(self.values, self.alarm, self.critical)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other


def begin(runtime: ObjectRuntime, task: TaskId, effect: Any) -> None:
    """Open a transaction; what was written before is a commit of its own."""
    storage = runtime.storage
    if storage.open is not None or runtime.critical not in (None, task):
        words = "opens a transaction in another one, or behind a closed gate"
        raise crossing.misused(runtime.program, task, words, "one at a time")
    storage.end_of_turn()
    alarms = runtime.alarms
    alarm = (alarms.time_ms, alarms.will_delete, alarms.retry_is_deleted)
    storage.open = OpenTransaction(storage.values.copy(), alarm, runtime.critical)
    runtime.critical = task


def roll_back(runtime: ObjectRuntime, task: TaskId, effect: Any) -> None:
    """Take back all that the open transaction wrote."""
    opened = runtime.storage.open
    if opened is None:
        words = "rolls back a transaction that has ended"
        raise crossing.misused(runtime.program, task, words, "an open one")
    _restore(runtime, opened)
    opened.is_over = True


def end(runtime: ObjectRuntime, task: TaskId, effect: EndTransaction) -> None:
    """Commit it, or take it back; the gate is as it was before."""
    storage = runtime.storage
    opened, storage.open = storage.open, None
    assert opened is not None
    runtime.critical = opened.critical
    if opened.is_over:
        if storage.dirty:
            raise DesignError(
                f"{runtime.program.name}.{task[0]}() writes after rollback()"
                f"{runtime.program.line_of(task)}; "
                "allowed: to leave the transaction"
            )
    elif effect.failed:
        _restore(runtime, opened)
    else:
        _commit(runtime, opened)
        return
    runtime.world.trace.append(e.TransactionRolledBack(runtime.world.now_ms))
    runtime.alarms.after_commit()  # what was confirmed meanwhile could not be told


def abandon(runtime: ObjectRuntime) -> None:
    """The instance is gone: its transaction never was, nor what it wrote after a rollback."""
    opened, runtime.storage.open = runtime.storage.open, None
    if opened is not None:
        _restore(runtime, opened)


def _restore(runtime: ObjectRuntime, opened: OpenTransaction) -> None:
    storage, alarms = runtime.storage, runtime.alarms
    storage.values = opened.values.copy()
    storage.dirty = False
    alarms.time_ms, alarms.will_delete, alarms.retry_is_deleted = opened.alarm


def _commit(runtime: ObjectRuntime, opened: OpenTransaction) -> None:
    alarms, world = runtime.alarms, runtime.world
    if opened.record is not None:
        runtime.tell_state(*opened.record)
    if opened.moves_alarm:
        at_ms = alarms.time_ms
        world.trace.append(
            e.AlarmDeleted(world.now_ms) if at_ms is None else e.AlarmSet(world.now_ms, at_ms)
        )
        if not runtime.storage.waits and alarms.told_ms != at_ms:
            alarms.tell(at_ms)
        elif not runtime.storage.waits and at_ms is None:
            alarms.tell(None)
    runtime.storage.end_of_turn()
