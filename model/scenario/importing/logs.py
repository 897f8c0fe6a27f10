"""Throughput logs: HSDPA and Ghent drives, Pensieve's traces, and tables with named columns."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from lastchunk.model.base.errors import InputError
from lastchunk.model.scenario.delay import MS_MAX
from lastchunk.model.scenario.importing.imported import Imported, LogInterval, measured

DRIVE_COLUMNS = 6
OF_DOWNLOADS = "that these logs were taken of downloads: they stand for the uplink here"
DELAY_COLUMNS = {
    "request_delay_ms": "network",
    "response_delay_ms": "network",
    "stop_delay_ms": "network",
    "put_delay_ms": "blobs",
}
TIME_MAX = 10**15
"""Also in ms since 1970 a time goes no further."""
TIMES = {"time_ms": 1.0, "seconds": 1_000.0, "time_s": 1_000.0}
RATES = {"kbps": 1.0 / 8, "mbps": 1_000.0 / 8, "bytes_per_second": 1.0 / 1_000}
"""What one unit is in bytes a millisecond."""


def drive_log(rows: Sequence[Sequence[str]], place: str) -> Imported:
    """Unix time, ms, latitude, longitude, bytes and ms since the last row (Riiser 2013; Ghent)."""
    intervals: list[LogInterval] = []
    for number, row in enumerate(rows, 1):
        length, count = numbers(row, f"{place}, line {number}")[5:3:-1]
        if length <= 0 or count < 0:
            allowed = "bytes of at least 0 in an interval above 0 ms"
            raise InputError(f"{place}, line {number}", " ".join(row), allowed)
        intervals.append((round(length), count))
    left_out = ("where it was measured (latitude, longitude), and when", OF_DOWNLOADS)
    return measured(
        "a log of bytes an interval, as of HSDPA or 4G drives", intervals, left_out, place
    )


def pensieve_log(rows: Sequence[Sequence[str]], place: str) -> Imported:
    """Seconds and Mbit/s: each rate holds until the next row (Mao 2017)."""
    where = [f"{place}, line {number}" for number in range(1, len(rows) + 1)]
    points = [numbers(row, at) for row, at in zip(rows, where, strict=True)]
    times, rates = [point[0] for point in points], [point[1] for point in points]
    check_times(times, where)
    check_rates(rates, where)
    units = [(seconds * TIMES["seconds"], mbps * RATES["mbps"]) for seconds, mbps in points]
    intervals = held_rates(units, place)
    last = "how long the last rate held: as long as most did"
    kind = "seconds and Mbit/s, as Pensieve has them"
    return measured(kind, intervals, (last, OF_DOWNLOADS), place)


def check_times(times: Sequence[float], places: Sequence[str]) -> None:
    """Refuse a time that is none, or not after the one before, in the unit of the file."""
    for time, place in zip(times, places, strict=True):
        if abs(time) > TIME_MAX:
            raise InputError(place, time, f"a time of at most {TIME_MAX:,}")
    for at, (before, after) in enumerate(pairwise(times), 1):
        if not after > before:
            raise InputError(places[at], after, "a time after that of the row above")


def check_rates(rates: Sequence[float], places: Sequence[str]) -> None:
    """Refuse a rate below 0, in the unit of the file."""
    for rate, place in zip(rates, places, strict=True):
        if rate < 0:
            raise InputError(place, rate, "a rate of at least 0")


def held_rates(points: Sequence[tuple[float, float]], place: str) -> list[LogInterval]:
    """Intervals of times in ms and rates in bytes a ms, each held until the next time."""
    if len(points) < 2:
        raise InputError(place, f"{len(points)} row", "at least two rows of times and rates")
    lengths = [round(after) - round(before) for (before, _), (after, _) in pairwise(points)]
    lengths.append(round(median(lengths)))
    return [(length, rate * length) for length, (_, rate) in zip(lengths, points, strict=True)]


def named_table(text: str, place: str) -> Imported:
    """A CSV whose first line names its columns: delays in ms, or times and rates."""
    names, data = _rows_of(text, place)
    columns: dict[str, list[float]] = {}
    for at, name in enumerate(names):
        if name in DELAY_COLUMNS or name in TIMES or name in RATES:
            columns[name] = [
                numbers(row[at : at + 1], f"{place}, row {number}, {name}")[0]
                for number, row in enumerate(data, 2)
            ]
    left_out = [f"the column {name}" for name in names if name not in columns]
    delays = {name: columns[name] for name in columns if name in DELAY_COLUMNS}
    time = next((name for name in columns if name in TIMES), "")
    rate = next((name for name in columns if name in RATES), "")
    spare = [name for name in columns if name not in (*delays, time, rate)]
    left_out += [f"the column {name}: another says it" for name in spare]
    if not delays and not (time and rate):
        allowed = (
            f"columns of {', '.join(DELAY_COLUMNS)}; or one of {', '.join(TIMES)} with one of "
        )
        raise InputError(place, ", ".join(names), allowed + ", ".join(RATES))
    if not data:
        raise InputError(place, ", ".join(names), "at least one row below the names")
    found = Imported("a table with named columns", f"{len(data)} rows", {}, ())
    if time and rate:
        rows = [f"{place}, row {number}" for number in range(2, len(data) + 2)]
        check_times(columns[time], [f"{row}, {time}" for row in rows])
        check_rates(columns[rate], [f"{row}, {rate}" for row in rows])
        points = [
            (ms * TIMES[time], value * RATES[rate])
            for ms, value in zip(columns[time], columns[rate], strict=True)
        ]
        found = measured(found.kind, held_rates(points, place), (), place)
    else:
        left_out += [f"the column {name}" for name in (time, rate) if name]
    whole = {
        name: tuple(
            _ms(value, f"{place}, row {row}, {name}") for row, value in enumerate(values, 2)
        )
        for name, values in delays.items()
    }
    return Imported(found.kind, found.said, {}, tuple(left_out), found.opportunities_ms, whole)


def _rows_of(text: str, place: str) -> tuple[list[str], list[list[str]]]:
    """The names of a table's columns and its rows. Raises `InputError` where it has none."""
    try:
        rows = [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error as error:
        raise InputError(place, str(error), "a table whose cells are numbers") from error
    names = [name.strip().lower() for name in rows[0]]
    twice = [name for name in names if names.count(name) > 1 and name]
    if twice:
        raise InputError(f"{place}, line 1", twice[0], "each column once")
    data = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    for number, row in enumerate(data, 2):
        more = [cell for cell in row[len(names) :] if cell.strip()]
        if more:
            allowed = f"{len(names)} cells, as the first line has names"
            raise InputError(f"{place}, row {number}", more[0], allowed)
    return names, data


def numbers(cells: Sequence[str], place: str) -> list[float]:
    """Cells as numbers. Raises `InputError` with the line."""
    try:
        values = [float(cell) for cell in cells]
    except ValueError as error:
        raise InputError(place, " ".join(cells), "numbers") from error
    if not values or not all(map(math.isfinite, values)):
        raise InputError(place, " ".join(cells), "numbers")
    return values


def _ms(value: float, place: str) -> int:
    if not 0 <= value <= MS_MAX:
        raise InputError(place, value, f"a delay of at least 0 and at most {MS_MAX:,} ms")
    return round(value)
