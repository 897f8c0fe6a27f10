"""Memory and time of `check-log` on generated HARs: flat in the file's size.

.venv/bin/python -m benchmarks.long_logs --megabytes 5 50
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import tracemalloc
from pathlib import Path

from lastchunk.model.logs.check import LogQuestion, check_logs
from lastchunk.model.logs.reading.mapping import make_mapping
from lastchunk.model.properties import JudgeSettings
from tests.support.field_logs import entry

PADDING = "x" * 2_000
"""What a real entry has besides, as headers and timings."""


def write_har(place: Path, megabytes: float) -> int:
    """Write a HAR of that size, one session a minute. Returns how many sessions."""
    number, size = 0, 0
    with place.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "entries": [\n')
        while size < megabytes * 1_000_000:
            begun_ms = 60_000 * number
            rows = [entry(begun_ms, 40, "POST", f"/createSession/s{number}", 200)]
            rows += [
                entry(begun_ms + 10_000 * n, 300, "POST", f"/upload/s{number}/{n}", 200)
                for n in range(1, 6)
            ]
            for row in rows:
                row["comment"] = PADDING
                text = json.dumps(row)
                size += file.write((",\n" if size else "") + text)
            number += 1
        file.write("\n]}}\n")
    return number


def main() -> None:
    """Print a line for each size: sessions, the most that were open, the peak of memory, time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, nargs="+", default=[5, 50])
    for megabytes in parser.parse_args().megabytes:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "long.har"
            write_har(place, megabytes)
            question = LogQuestion(make_mapping({}, ""), JudgeSettings())
            tracemalloc.start()
            began = time.process_time()
            found = check_logs([place], question)
            seconds = time.process_time() - began
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
        print(
            f"{megabytes:g} MB: {found.sessions:,} sessions, {found.held_most} open at most, "
            f"{peak:.1f} MB of memory, {seconds:.1f} s of CPU (while memory is traced)"
        )


if __name__ == "__main__":
    main()
