"""Keys of the object's storage: what is read, written, listed and deleted, one or several.

A read that finds all it asks for in the cache returns at once, as every read of SQLite does (R7);
any other one holds the input gate (R3). Several keys are one operation, and keys come in the order
of their bytes (R16).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.clone import is_of_scheduler
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.model.world.object.outside import SUSPENDS
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    Delete,
    DeleteAll,
    Get,
    ListKeys,
    Put,
    Sync,
)

if TYPE_CHECKING:
    from lastchunk.model.world.object.runtime import ObjectRuntime
    from lastchunk.reference_impl.at_once import StoredNow

DELETES_ALARM_FROM = "2026-02-24"


def get(runtime: ObjectRuntime, task: TaskId, effect: Get) -> Any:
    """Read a key; or several, of which those that are there come back, in order."""
    storage, key = runtime.storage, effect.key
    if not isinstance(key, str):
        names = crossing.keys(runtime.program, task, key, "reads")
        found = {
            name: storage.values[name] for name in keys_in_order(names) if name in storage.values
        }
        return _read(runtime, task, names, found, len(names))
    return _read(runtime, task, (key,), storage.values.get(key), 1)


def list_keys(runtime: ObjectRuntime, task: TaskId, effect: ListKeys) -> Any:
    """Read all keys in some bounds, in order. Nobody knows from the cache which there are."""
    crossing.bounds_of_list(runtime.program, task, effect)
    values = runtime.storage.values
    found = [key for key in keys_in_order(values) if _is_listed(key, effect)]
    if effect.reverse:
        found.reverse()
    found = found[: effect.limit]
    answer = {key: values[key] for key in found}
    return _read(runtime, task, found, answer, len(found), is_known=False)


def keys_in_order(names: Iterable[str]) -> list[str]:
    """Keys in the order of their bytes in UTF-8, which is that of their code points (R16)."""
    return sorted(set(names))


def _is_listed(key: str, bounds: ListKeys) -> bool:
    return (
        key.startswith(bounds.prefix)
        and (bounds.start is None or key >= bounds.start)
        and (bounds.start_after is None or key > bounds.start_after)
        and (bounds.end is None or key < bounds.end)
    )


def _read(
    runtime: ObjectRuntime,
    task: TaskId,
    names: Iterable[str],
    answer: Any,
    rows: int,
    is_known: bool = True,
) -> Any:
    """Answer a read: at once, or once the storage has, with the gate closed until then."""
    storage, wait_ms = runtime.storage, runtime.world.settings.storage_read_ms
    runtime.meter.rows_read += rows
    if wait_ms == 0 or (is_known and storage.cached.issuperset(names)):
        return answer  # R7: SQLite, or cached: at once
    storage.cached.update(names)
    runtime.gate_holder = task  # R3: closed while a storage operation is awaited
    stream = ("storage read", *task[1:])
    runtime.world.add(Pending(("storage", *task), wait_ms, stream, answer))
    return SUSPENDS


def put(runtime: ObjectRuntime, task: TaskId, effect: Put) -> None:
    """Write a key; or several, in one commit whatever else is awaited between them."""
    if isinstance(effect.key, str) and effect.value is not ...:
        _write(runtime, task, effect.key, effect.value)
        return
    for key, value in crossing.entries(runtime.program, task, effect).items():
        _write(runtime, task, key, value)


def _write(runtime: ObjectRuntime, task: TaskId, key: str, given: Any) -> None:
    storage = runtime.storage
    storage.values[key] = crossing.copied(runtime.program, task, given, "puts into storage")
    storage.cached.add(key)
    storage.dirty = True
    runtime.meter.rows_written += 1
    if key == STATE_KEY:
        _note_state(runtime, task, given)


def _note_state(runtime: ObjectRuntime, task: TaskId, value: Any) -> None:
    try:
        status, count = value["status"], value["chunks_uploaded"]
    except (KeyError, TypeError) as error:
        needs = "the record needs 'status' and 'chunks_uploaded'"
        raise _wrong_state(runtime, task, value, needs) from error
    if type(count) is float and count.is_integer():
        count = int(count)
    if not _is_count(count):
        needs = "'chunks_uploaded' needs a whole number"
        raise _wrong_state(runtime, task, value, needs)
    if not _is_text(status):
        needs = "'status' needs a text that UTF-8 can write"
        raise _wrong_state(runtime, task, value, needs)
    opened = runtime.storage.open
    if opened is None:
        runtime.tell_state(status, count)
    else:
        opened.record = (status, count)


def _is_count(value: Any) -> bool:
    """A whole number, or one of a scheduler's own, which stands for one."""
    kind = type(value)
    return issubclass(kind, int) or (is_of_scheduler(kind) and hasattr(kind, "__index__"))


def _is_text(value: Any) -> bool:
    """A text, without half a character: files and reports are to write it."""
    if not issubclass(type(value), str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong_state(runtime: ObjectRuntime, task: TaskId, value: Any, needs: str) -> DesignError:
    where = runtime.program.line_of(task)
    return DesignError(
        f"{runtime.program.name}.{task[0]}() put {as_written(value)} under the key 'state'"
        f"{where}; {needs}"
    )


def delete(runtime: ObjectRuntime, task: TaskId, effect: Delete) -> bool | int:
    """Delete a key: whether it was there; or several: how many were."""
    storage, key = runtime.storage, effect.key
    is_one = isinstance(key, str)
    names: set[str] = {key} if is_one else set(crossing.keys(runtime.program, task, key, "deletes"))
    found = names & storage.values.keys()
    for name in found:
        del storage.values[name]
    storage.dirty = True
    runtime.meter.rows_written += len(names)
    return bool(found) if is_one else len(found)


def delete_all(runtime: ObjectRuntime, task: TaskId, effect: DeleteAll) -> None:
    """Delete every key, and from a date on the alarm, too (A6)."""
    runtime.meter.rows_written += len(runtime.storage.values)
    runtime.storage.values = {}
    runtime.storage.dirty = True
    if runtime.world.settings.platform.compatibility_date >= DELETES_ALARM_FROM:
        runtime.alarms.delete()


def stored_now(runtime: ObjectRuntime, task: TaskId, effect: StoredNow) -> dict[str, Any]:
    """R7: SQLite is in the object's own process, and a synchronous call never waits."""
    return runtime.storage.values.copy()


def sync(runtime: ObjectRuntime, task: TaskId, effect: Sync) -> Any:
    """R17: wait until every write so far is on disk; the input gate is open meanwhile."""
    runtime.storage.end_of_turn()
    if runtime.storage.is_open:
        return None
    runtime.storage.send("sync", task, None)
    return SUSPENDS
