"""SQL on tables that are data: SQLite runs a statement on what a state holds, and gives it back.

What is kept is the schema and the rows with their numbers, in a set order; so two states are equal
where their tables are. SQLite tells 1 and 1.0 apart, and Python's equality does not: a real is kept
by its digits. Nothing that hangs on the hour, on chance or on the file may be asked for.
"""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from typing import Any, NamedTuple

ALLOWED_ACTIONS = frozenset(
    getattr(sqlite3, f"SQLITE_{name}")
    for name in (
        *("SELECT", "READ", "INSERT", "UPDATE", "DELETE", "CREATE_TABLE", "DROP_TABLE"),
        *("CREATE_INDEX", "DROP_INDEX", "REINDEX"),
    )
)
FUNCTIONS = frozenset(
    (
        *("count", "sum", "total", "min", "max", "avg", "coalesce", "ifnull", "nullif", "iif"),
        *("abs", "length", "lower", "upper", "substr", "substring", "trim", "replace", "instr"),
        *("like", "typeof", "round", "group_concat"),
    )
)
OUT_OF_BOUNDS = re.compile(r"\bsqlite_|^\s*explain\b", re.IGNORECASE)
SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
SEQUENCES = "sqlite_sequence"
REAL = "real"

Tables = tuple[tuple[Any, ...], ...]


class Ran(NamedTuple):
    """What a statement gives: columns, rows, the tables behind it, and what is refused of it."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    tables: Tables = ()
    refused: str = ""
    failed: str = ""
    """What the program is told: a constraint that the statement breaks."""


def ran(tables: Tables, query: str, given: tuple[Any, ...]) -> Ran:
    """Run one text of SQL; what is given goes to its last statement."""
    return _ran(tables, query, given, repr(given))  # 1 and 1.0 are two values to SQLite


@lru_cache(maxsize=4096)
def _ran(tables: Tables, query: str, given: tuple[Any, ...], _in_words: str) -> Ran:
    if OUT_OF_BOUNDS.search(query):
        return Ran(refused="a look into SQLite itself")
    database = sqlite3.connect(":memory:", isolation_level=None)
    denied: list[str] = []
    try:
        for kind, _, sql, *_ in tables:
            if kind == "table":
                database.execute(sql)
        _fill(database, tables)
        for kind, _, sql, *_ in tables:
            if kind == "index":
                database.execute(sql)
        database.execute("PRAGMA foreign_keys = ON")
        database.set_authorizer(_authorizer(denied))
        *before, last = _statements(query) or [""]
        for statement in before:
            database.execute(statement)
        cursor = database.execute(last, given)
        columns = tuple(item[0] for item in cursor.description or ())
        rows = tuple(cursor.fetchall())
        database.set_authorizer(None)
        return Ran(columns, rows, _kept(database))
    except sqlite3.IntegrityError as error:
        return Ran(tables=tables, failed=f"{error}: SQLITE_CONSTRAINT")
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        return Ran(refused=denied[0] if denied else str(error))
    finally:
        database.close()


def _authorizer(denied: list[str]) -> Any:
    def allows(action: int, _first: str | None, second: str | None, *_: Any) -> int:
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action in ALLOWED_ACTIONS:
            return sqlite3.SQLITE_OK
        words = f"the function {second}" if action == sqlite3.SQLITE_FUNCTION else "this statement"
        denied.append(words)
        return sqlite3.SQLITE_DENY

    return allows


def _statements(query: str) -> list[str]:
    """The statements of a text, in order."""
    out, at = [], 0
    for place, sign in enumerate(query):
        if sign == ";" and sqlite3.complete_statement(query[at : place + 1]):
            out.append(query[at : place + 1])
            at = place + 1
    return [*out, query[at:]] if query[at:].strip() else out


def _fill(database: sqlite3.Connection, tables: Tables) -> None:
    for kind, name, _, columns, rows in tables:
        if kind == "index":
            continue
        if kind == SEQUENCES:
            database.execute(f"DELETE FROM {SEQUENCES}")
        names = ", ".join(map(_quoted, columns))
        marks = ", ".join("?" * len(columns))
        values = [tuple(map(_unpacked, row)) for row in rows]
        database.executemany(f"INSERT INTO {_quoted(name)} ({names}) VALUES ({marks})", values)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kept(database: sqlite3.Connection) -> Tables:
    """All that the tables hold: rows by their numbers."""
    out: list[tuple[Any, ...]] = []
    has_sequences = False
    for kind, name, sql in database.execute(SCHEMA).fetchall():
        if name == SEQUENCES:
            has_sequences = True
        elif kind == "index":
            out.append((kind, name, sql, (), ()))
        else:
            out.append((kind, name, sql, *_rows(database, name)))
    if has_sequences:
        rows = tuple(database.execute(f"SELECT name, seq FROM {SEQUENCES} ORDER BY name"))
        out.append((SEQUENCES, SEQUENCES, "", ("name", "seq"), rows))
    return tuple(out)


def _rows(database: sqlite3.Connection, name: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    cursor = database.execute(f"SELECT rowid, * FROM {_quoted(name)} ORDER BY rowid")
    columns = tuple(item[0] for item in cursor.description)
    if "rowid" in columns[1:]:
        raise ValueError("a column that is called rowid")
    first = 0 if columns[0] == "rowid" else 1  # a number that is a column of the table's own
    rows = tuple(tuple(map(_packed, row[first:])) for row in cursor.fetchall())
    return columns[first:], rows


def _packed(value: Any) -> Any:
    return (REAL, value.hex()) if type(value) is float else value


def _unpacked(value: Any) -> Any:
    return float.fromhex(value[1]) if type(value) is tuple else value
