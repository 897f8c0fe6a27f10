"""``ctx.storage``: keys, lists, transactions and the alarm, over the effects of the contract."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from lastchunk.model.typescript.library.collections import Map
from lastchunk.model.typescript.library.dates import DateObject
from lastchunk.model.typescript.library.objects import cloned
from lastchunk.model.typescript.library.places import whole_number
from lastchunk.model.typescript.runtime.facets import tell_apart
from lastchunk.model.typescript.runtime.promises import Promise, started
from lastchunk.model.typescript.runtime.running import ask, running
from lastchunk.model.typescript.runtime.texts import UNSEEN_TEXTS, to_text
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    HostObject,
    Thrown,
    is_callable,
    line_here,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    Delete,
    DeleteAlarm,
    DeleteAll,
    Get,
    GetAlarm,
    ListKeys,
    Put,
    SetAlarm,
    Sync,
)
from lastchunk.reference_impl.transaction import BeginTransaction, EndTransaction, RollBack

COPY = "to store"
SQL_KEY = "§sql"
"""Where the tables are, among the keys of the world."""
OPTIONS = {
    "prefix": "prefix",
    "start": "start",
    "startAfter": "start_after",
    "end": "end",
    "reverse": "reverse",
    "limit": "limit",
}
"""What ``list()`` takes, by the contract's names."""


@dataclass(frozen=True)
class Record:
    """Where a design keeps the session's record: under which key, in which fields, in which words.

    The properties look at ``status`` and ``chunks_uploaded`` under the key ``state``.
    """

    key: str = STATE_KEY
    status: str = "status"
    count: str = "chunks_uploaded"
    is_length: bool = False
    """Whether the count is the length of what stands in the field."""
    words: tuple[tuple[str, str], ...] = ()
    """The design's word for a status, and the contract's."""
    query: str = ""
    """The SQL that reads it, where it is a row of a table."""

    @property
    def is_plain(self) -> bool:
        """Whether it is kept as the properties look at it."""
        return self == Record(self.key, query=self.query)

    def told(self, value: Any) -> Any:
        """A record as the properties read it, beside what the design keeps."""
        if self.is_plain or type(value) is not dict:
            return value
        status, count = _inside(value, self.status), _inside(value, self.count)
        if type(count) in (list, dict):
            count = len(count)
        if type(status) is not str or type(count) is not int:
            refuse_here(
                f"a record whose {self.status} is no text, or whose {self.count} is no count",
                "both, as the binding says",
            )
        return {
            "own": value,
            "status": dict(self.words).get(status, status),
            "chunks_uploaded": count,
        }

    def own(self, value: Any) -> Any:
        """The record as the design keeps it."""
        return value["own"] if not self.is_plain and type(value) is dict else value


def _inside(value: Any, path: str) -> Any:
    """A field of a record; a dot leads inside."""
    for step in path.split("."):
        value = value.get(step, UNDEFINED) if type(value) is dict else UNDEFINED
    return value


def key_of_storage(key: Any) -> str:
    """A key as the world has it."""
    made = to_text(tell_apart(key) if type(key) is Facet else key)
    if type(made) in UNSEEN_TEXTS:
        refuse_here("code cannot use a time as a key of storage", "a text without one")
    record = running.record
    if made == SQL_KEY or (record.query and made == STATE_KEY):
        refuse_here(f"the key {made!r}, under which a table is", "another key")
    if made == record.key and not record.query:
        return STATE_KEY
    if made == STATE_KEY:
        refuse_here(f"the key {STATE_KEY!r}, beside a record under {record.key!r}", "another key")
    return made  # type: ignore[no-any-return]


def no_options(given: tuple[Any, ...]) -> None:
    """Refuse options of a call."""
    if any(item is not UNDEFINED for item in given):
        refuse_here("options of a call of storage are not understood", "the call without them")


def _value(answer: Any) -> Any:
    return UNDEFINED if answer is None else answer


def _record(answer: Any) -> Any:
    return UNDEFINED if answer is None else running.record.own(answer)


def own_value(key: str, value: Any) -> Any:
    """What stands under a key, as the design keeps it."""
    return running.record.own(value) if key == STATE_KEY else value


def map_of(answer: Any) -> Map:
    """Keys and values as the design is given them."""
    made = Map()
    for key, value in answer.items():
        if key == SQL_KEY or (key == STATE_KEY and running.record.query):
            continue
        own = running.record.own(value) if key == STATE_KEY else value
        made.set(running.record.key if key == STATE_KEY else key, own)
    return made


def _in_order(answer: Any, is_reverse: bool = False) -> Map:
    """What is listed, by the design's own keys."""
    of_record = running.record.key
    own = {of_record if key == STATE_KEY else key: key for key in answer}
    names = sorted(own, key=str.encode, reverse=is_reverse)
    return map_of({own[name]: answer[own[name]] for name in names})


def _in_reverse(answer: Any) -> Map:
    return _in_order(answer, True)


def _convert_of(given: dict[str, Any]) -> Any:
    """How a list's answer is read. The record lies under another key than the design's: where the
    list has both or neither, its keys are the design's own."""
    key = running.record.key
    if key == STATE_KEY:
        return map_of
    has_own, has_other = is_listed(key, given), is_listed(STATE_KEY, given)
    if has_own != has_other or (has_own and "limit" in given):
        refuse_here(
            f"list() with or without the record {key!r}, which is kept as {STATE_KEY!r}",
            f"a prefix of the keys beside it, or the key {STATE_KEY!r}",
        )
    if not has_own:
        return map_of
    return _in_reverse if given.get("reverse") else _in_order


def is_listed(key: str, given: dict[str, Any]) -> bool:
    """Whether a key is within the bounds of a list."""
    name = key.encode()
    start, after, end = (given.get(word) for word in ("start", "start_after", "end"))
    return (
        name.startswith(given.get("prefix", "").encode())
        and (start is None or name >= start.encode())
        and (after is None or name > after.encode())
        and (end is None or name < end.encode())
    )


def _nothing(_answer: Any) -> Any:
    return UNDEFINED


def bounds_given(options: Any) -> dict[str, Any]:
    """What ``list()`` is given, by the contract's names."""
    given = {}
    for name, value in ({} if options is UNDEFINED else options).items():
        if name not in OPTIONS:
            refuse_here(f"list() with {name} is not understood", ", ".join(OPTIONS))
        if value is not UNDEFINED:
            made = tell_apart(value) if type(value) is Facet else value
            given[OPTIONS[name]] = int(whole_number(made, 0)) if name == "limit" else made
    return given


def stored_copy(key: str, value: Any) -> Any:
    """A value as it is stored."""
    if value is UNDEFINED:
        raise type_error("put() called with undefined value.")
    if value is None:
        refuse_here("null as a value of storage is not understood", "to delete the key")
    copy = cloned(value, COPY)
    return running.record.told(copy) if key == STATE_KEY else copy


class WaitingStorage(HostObject):
    """The object's storage, as far as it gives promises."""

    __slots__ = ()
    WORD = "storage"
    NAMES = frozenset(
        (
            *("get", "put", "delete", "list", "deleteAll", "transaction", "sync"),
            *("setAlarm", "getAlarm", "deleteAlarm"),
        )
    )

    def get(self, key: Any = UNDEFINED, *options: Any) -> Promise:
        """``get(key)``, or of several keys."""
        no_options(options)
        if type(key) is list:
            return ask(Get, [key_of_storage(item) for item in key], convert=map_of)
        name = key_of_storage(key)
        return ask(Get, name, convert=_record if name == STATE_KEY else _value)

    def put(self, key: Any = UNDEFINED, value: Any = UNDEFINED, *options: Any) -> Promise:
        """``put(key, value)``, or of several."""
        if type(key) is dict:
            no_options((value, *options))
            entries = {key_of_storage(name): item for name, item in key.items()}
            return ask(
                Put, {n: stored_copy(n, item) for n, item in entries.items()}, convert=_nothing
            )
        no_options(options)
        name = key_of_storage(key)
        return ask(Put, name, stored_copy(name, value), convert=_nothing)

    def delete(self, key: Any = UNDEFINED, *options: Any) -> Promise:
        """``delete(key)``, or of several."""
        no_options(options)
        if type(key) is list:
            return ask(Delete, [key_of_storage(item) for item in key])
        return ask(Delete, key_of_storage(key))

    def list(self, options: Any = UNDEFINED, *_: Any) -> Promise:
        """``list(options)``"""
        given = bounds_given(options)
        if "limit" in given and running.stored is not None and SQL_KEY in running.stored.values:
            refuse_here("list() with a limit beside tables", "without, or storage.kv.list()")
        return ask(list_keys_of, given, convert=_convert_of(given))

    def deleteAll(self, *options: Any) -> Promise:  # noqa: N802 - the platform's name
        """``deleteAll()``"""
        no_options(options)
        return ask(DeleteAll, convert=_nothing)

    def setAlarm(self, at: Any = UNDEFINED, *options: Any) -> Promise:  # noqa: N802
        """``setAlarm(time)``"""
        no_options(options)
        if not running.has_alarm:
            refuse_here("setAlarm() of a class without alarm()", "a method alarm()")
        time = at.time if isinstance(at, DateObject) else at
        if type(time) is not Time:
            refuse_here("an alarm at what is no time", "Date.now() and whole ms")
        return ask(SetAlarm, time, convert=_nothing)

    def getAlarm(self, *options: Any) -> Promise:  # noqa: N802 - the platform's name
        """``getAlarm()``"""
        no_options(options)
        return ask(GetAlarm)

    def deleteAlarm(self, *options: Any) -> Promise:  # noqa: N802 - the platform's name
        """``deleteAlarm()``"""
        no_options(options)
        return ask(DeleteAlarm, convert=_nothing)

    def sync(self, *_: Any) -> Promise:
        """``sync()``"""
        return ask(Sync, convert=_nothing)

    def transaction(self, work: Any = UNDEFINED, *_: Any) -> Promise:
        """``transaction(async (txn) => ...)``"""
        if not is_callable(work):
            raise type_error("transaction() needs a function")
        return started(_in_transaction(work, line_here()))


def list_keys_of(given: dict[str, Any]) -> ListKeys:
    """The effect of a list."""
    return ListKeys(**given)


class TransactionObject(WaitingStorage):
    """The storage in an open transaction."""

    __slots__ = ()
    WORD = "the transaction"
    NAMES = (WaitingStorage.NAMES - {"transaction", "sync"}) | {"rollback"}

    def rollback(self, *_: Any) -> Any:
        """``rollback()``"""
        ask(RollBack)
        return UNDEFINED


def _in_transaction(work: Any, place: str) -> Generator[Any, Any, Any]:
    yield ask(BeginTransaction, place=place)
    try:
        answer = yield work(TransactionObject())
    except Thrown:
        yield ask(EndTransaction, True, place=place)
        raise
    yield ask(EndTransaction, place=place)
    return answer
