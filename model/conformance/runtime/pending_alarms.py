"""The alarms that a runtime has still to run, read from the disk where it keeps them.

Each namespace of objects has a file ``metadata.sqlite`` with a row for each alarm: of which object,
and when. A process has it open for as long as it runs; an object that lives in memory alone has
none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from lastchunk.model.conformance.runtime.clocks import NS_A_MS

METADATA = "metadata.sqlite"
ALARM_TABLE = "_cf_ALARM"
BUSY_SECONDS = 10.0
"""A file that is being written is waited for so long: a machine under load is slow."""
PRIMARY_CODE = 0xFF
"""The part of an error's code that says its kind."""


class PendingAlarm(NamedTuple):
    """An alarm of an object. ``object`` is its name, or its id where it has none."""

    due_ms: int
    namespace: str
    object: str


def pending_alarms(pids: Iterable[int]) -> list[PendingAlarm]:
    """All alarms of some processes, the next one first."""
    files = {file for pid in pids for file in _open_files(pid)}
    return sorted(alarm for file in files for alarm in _read(file))


def _open_files(pid: int) -> set[Path]:
    folder = Path(f"/proc/{pid}/fd")
    found: set[Path] = set()
    try:
        links = list(folder.iterdir())
    except OSError:
        return found  # the process is gone
    for link in links:
        with suppress(OSError):  # closed since they were listed, as a connection is: no other one
            target = link.readlink()
            if target.name == METADATA:
                found.add(target)
    return found


def _read(file: Path) -> list[PendingAlarm]:
    try:
        with closing(
            sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute(f"SELECT * FROM {ALARM_TABLE}").fetchall()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        ):
            raise  # its alarms are not known: that is not none
        return []  # it is being made, or has just been removed
    return [
        PendingAlarm(
            row["scheduled_time"] // NS_A_MS,
            file.parent.name,
            (row["actor_name"] if "actor_name" in row.keys() else None) or row["actor_id"],  # noqa: SIM118 - a Row has no `in`
        )
        for row in rows
    ]
