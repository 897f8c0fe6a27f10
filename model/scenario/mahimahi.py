"""Measured uplinks in mahimahi's format: one delivery opportunity of 1500 bytes a line, in ms.

The file repeats for ever, with the last line's time as its period.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.text_files import explained, read_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_OPPORTUNITIES = 50_000_000
PACKET_BYTES = 1_500
"""What goes by one opportunity."""


def read_mahimahi(path: Path) -> NDArray[np.int64]:
    """The opportunities' times in ms, in order. Raises `InputError` naming the bad line."""
    _check_stays(path)
    content = read_text(path, "uplink", "a text file with one time in ms a line")
    lines = content.splitlines()
    if not lines:
        raise InputError("uplink", str(path), "a file with at least one line; this one is empty")
    if len(lines) > MOST_OPPORTUNITIES:
        raise InputError("uplink", str(path), f"at most {MOST_OPPORTUNITIES} lines")
    import numpy as np  # few scenarios have a measured uplink

    times_ms = np.empty(len(lines), dtype=np.int64)
    last_ms = 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > 15:
            allowed = explained("whole milliseconds, at least 0", content)
            raise InputError(f"{path}, line {number}", line[:80], allowed)
        time_ms = int(text)
        if time_ms < last_ms:
            allowed = f"a time not before the line above, {last_ms} ms"
            raise InputError(f"{path}, line {number}", time_ms, allowed)
        times_ms[number - 1] = last_ms = time_ms
    if last_ms == 0:
        raise InputError(f"{path}, line {len(lines)}", 0, "a last time above 0: it is the period")
    return times_ms


def _check_stays(path: Path) -> None:
    """Refuse what can be read once alone: each process that runs sessions reads an uplink anew."""
    with suppress(OSError):  # who reads it says what is wrong with the place
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
            allowed = "a file on disk, which can be read more than once; this is a pipe or a device"
            raise InputError("uplink", str(path), allowed)
