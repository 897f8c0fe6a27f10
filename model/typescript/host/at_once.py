"""``storage.kv``, ``storage.sql`` and ``transactionSync``: what storage answers without a wait.

It is read in `StoredView`; what is written is asked of the world as every write is. The tables of
SQL are one value among the keys, so that a commit, a crash and a rollback take them along.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.host.sql_engine import Tables, ran
from lastchunk.model.typescript.host.storage import (
    SQL_KEY,
    WaitingStorage,
    bounds_given,
    is_listed,
    key_of_storage,
    map_of,
    no_options,
    own_value,
    stored_copy,
)
from lastchunk.model.typescript.library.objects import cloned
from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.iterators import ArrayItems, LiveIterator, step_result
from lastchunk.model.typescript.runtime.members import call_function
from lastchunk.model.typescript.runtime.numbers import exact_number
from lastchunk.model.typescript.runtime.promises import Promise
from lastchunk.model.typescript.runtime.running import ask, running
from lastchunk.model.typescript.runtime.values import (
    PLAIN_NUMBERS,
    UNDEFINED,
    ErrorObject,
    Facet,
    HostObject,
    Thrown,
    refuse_here,
)
from lastchunk.reference_impl.contract import STATE_KEY, Delete, Put


def stored_values() -> dict[str, Any]:
    """What is stored, as code sees it just now."""
    view = running.stored
    if view is None:
        refuse_here("a synchronous call of storage here", "within a method, by storage.kv or .sql")
    if view.error is not None:
        made = ErrorObject(str(view.error))
        made.platform = view.error  # type: ignore[attr-defined]  # it goes on as what it is
        raise Thrown(made)
    return view.known()  # type: ignore[no-any-return]


class SyncKeys(HostObject):
    """``storage.kv``"""

    __slots__ = ()
    WORD = "storage.kv"
    NAMES = frozenset(("get", "put", "delete", "list"))

    def get(self, key: Any = UNDEFINED, *options: Any) -> Any:
        """``kv.get(key)``"""
        no_options(options)
        name = key_of_storage(key)
        value = stored_values().get(name)
        return UNDEFINED if value is None else cloned(own_value(name, value), "to read")

    def put(self, key: Any = UNDEFINED, value: Any = UNDEFINED, *options: Any) -> Any:
        """``kv.put(key, value)``"""
        no_options(options)
        stored_values()
        name = key_of_storage(key)
        ask(Put, name, stored_copy(name, value))
        return UNDEFINED

    def delete(self, key: Any = UNDEFINED, *options: Any) -> bool:
        """``kv.delete(key)``: whether it was there."""
        no_options(options)
        name = key_of_storage(key)
        was_there = name in stored_values()
        ask(Delete, name)
        return was_there

    def list(self, options: Any = UNDEFINED, *_: Any) -> ListedKeys:
        """``kv.list(options)``"""
        bounds = bounds_given(options)
        limit = bounds.get("limit")
        if limit is not None and limit < 1:
            refuse_here(f"list() of {limit} keys", "from 1 on")
        own = dict(map_of(stored_values()).each_now())
        names = sorted((name for name in own if is_listed(name, bounds)), key=str.encode)
        ordered = names[::-1] if bounds.get("reverse") else names
        return ListedKeys([(name, own[name]) for name in ordered[:limit]])


class ListedKeys(LiveIterator):
    """What ``kv.list()`` gives: keys and values, to go through once, before anything else happens.

    The platform ends a list where another one begins, and shows a write beneath it or does not.
    """

    __slots__ = ("at", "pairs", "stored")
    WORD = "a list of keys"

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs
        self.at = 0
        self.stored = running.stored
        self.stored.listed = self

    def __next__(self) -> list[Any]:
        if self.at >= len(self.pairs):
            raise StopIteration
        view = self.stored
        if view is not running.stored or view.listed is not self:
            refuse_here(
                "a list of keys that goes on behind a wait, a write or another list",
                "[...storage.kv.list()] before it",
            )
        self.at += 1
        name, value = self.pairs[self.at - 1]
        return [name, cloned(value, "to read")]


class SqlCursor(LiveIterator):
    """What ``sql.exec()`` gives: rows, to go through once."""

    __slots__ = ("at", "columns", "rows", "tables")
    WORD = "a cursor of SQL"
    NAMES = frozenset(("next", "toArray", "one", "raw", "columnNames"))

    def __init__(self, columns: tuple[str, ...], rows: Any, tables: Tables) -> None:
        self.columns = columns
        self.rows = rows
        self.tables = tables
        self.at = 0

    @property
    def columnNames(self) -> list[str]:  # noqa: N802 - the platform's name
        """The names of its columns."""
        return list(self.columns)

    def __next__(self) -> Any:
        return dict(zip(self.columns, self._row(), strict=True))

    def _row(self) -> list[Any]:
        if self.at >= len(self.rows):
            raise StopIteration
        if stored_values().get(SQL_KEY, ()) != self.tables:
            refuse_here("rows of tables that have changed meanwhile", "toArray() before it")
        self.at += 1
        return [_from_sql(value) for value in self.rows[self.at - 1]]

    def toArray(self, *_: Any) -> list[Any]:  # noqa: N802 - the platform's name
        """All rows that are left."""
        return list(self)

    def one(self, *_: Any) -> Any:
        """The one row that there is."""
        left = list(self)
        if len(left) != 1:
            words = "no results" if not left else "more than one result"
            raise Thrown(
                ErrorObject(f"Expected exactly one result from SQL query, but got {words}.")
            )
        return left[0]

    def raw(self, *_: Any) -> ArrayItems:
        """The rows as arrays."""
        out = []
        while self.at < len(self.rows):
            out.append(self._row())
        return ArrayItems(out)

    def next(self, *_: Any) -> dict[str, Any]:
        """The next row."""
        if self.at >= len(self.rows):
            return step_result(UNDEFINED, True)
        return step_result(next(self), False)


class SqlObject(HostObject):
    """``storage.sql``"""

    __slots__ = ()
    WORD = "storage.sql"
    NAMES = frozenset(("exec",))

    def exec(self, query: Any = UNDEFINED, *given: Any) -> SqlCursor:
        """``sql.exec(query, ...bindings)``"""
        tables: Tables = stored_values().get(SQL_KEY, ())
        if type(query) is not str:
            refuse_here("a statement of SQL that is no text", "a text, with ? for what is given")
        found = ran(tables, query, tuple(map(_to_sql, given)))
        if found.refused:
            refuse_here(f"SQL that is not understood: {found.refused}", "tables, rows, ?")
        if found.failed:
            raise Thrown(ErrorObject(found.failed))
        if found.tables != tables:
            ask(Put, SQL_KEY, found.tables)
            _note_record(found.tables)
        return SqlCursor(found.columns, found.rows, found.tables)


def _note_record(tables: Tables) -> None:
    """Keep the record that the properties read, where the binding says which row it is."""
    record = running.record
    if not record.query:
        return
    found = ran(tables, record.query, ())
    before = stored_values().get(STATE_KEY)
    if found.refused or not found.rows:
        if before is not None:
            ask(Delete, STATE_KEY)
        return
    if len(found.rows) > 1:
        refuse_here(f"{len(found.rows)} rows of {record.query!r}", "one row, the session's record")
    row = dict(zip(found.columns, map(_from_sql, found.rows[0]), strict=True))
    status, count = row.get(record.status), row.get(record.count)
    if type(status) is not str or type(count) is not int:
        refuse_here(f"a record without the columns {record.status} and {record.count}", "both")
    told = {"status": dict(record.words).get(status, status), "chunks_uploaded": count}
    if told != before:
        ask(Put, STATE_KEY, told)


def _to_sql(value: Any) -> Any:
    value = tell_apart(value) if type(value) is Facet else value
    if value is None or type(value) is str:
        return value
    if type(value) in PLAIN_NUMBERS:
        return float(value)  # as the platform hands every number over
    refuse_here("this as a value of SQL", "a text, a plain number, null; times under a key")


def _from_sql(value: Any) -> Any:
    if type(value) is bytes:
        refuse_here("bytes of a table", "a text, a number, null")
    return exact_number(value) if type(value) in PLAIN_NUMBERS else value


def transaction_sync(work: Any) -> Any:
    """``transactionSync(f)``: all of what it writes, or nothing."""
    before, asked = stored_values().copy(), len(running.issued)
    try:
        answer = call_function(work)
    except Thrown:
        written = running.issued[asked:]
        if any(each.kind not in (Put, Delete) for each in written):
            refuse_here("transactionSync() that takes back more than keys and tables", "those")
        del running.issued[asked:]
        running.stored.values.clear()
        running.stored.values.update(before)
        raise
    if isinstance(answer, Promise):
        refuse_here("transactionSync() of an async function", "transaction(), or no await in it")
    return answer


class StorageObject(WaitingStorage):
    """``ctx.storage``"""

    __slots__ = ()
    NAMES = WaitingStorage.NAMES | {"kv", "sql", "transactionSync"}
    kv = SyncKeys()
    sql = SqlObject()

    def transactionSync(self, work: Any = UNDEFINED, *_: Any) -> Any:  # noqa: N802
        """``transactionSync(f)``"""
        return transaction_sync(work)
