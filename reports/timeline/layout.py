"""Where things stand in the picture: the lanes, the rows within them, and whole pixels across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lastchunk.model.trace import events as e
from lastchunk.reports.figures.bars import Bar, Spans
from lastchunk.reports.timeline.scale import Scale

LANE_NAMES = ("page", "network", "object", "storage", "blob store", "alarm")
PAGE_LANE, NETWORK_LANE, OBJECT_LANE, STORAGE_LANE, BLOBS_LANE, ALARM_LANE = range(6)
LANES_OF_BARS = {
    "client": PAGE_LANE,
    "network": NETWORK_LANE,
    "object": OBJECT_LANE,
    "run": OBJECT_LANE,
    "status": STORAGE_LANE,
    "storage": STORAGE_LANE,
    "blobs": BLOBS_LANE,
    "alarm": ALARM_LANE,
}
"""The lane of each kind of bar and of mark."""
WRITES = (e.StateWritten, e.CommitConfirmed, e.CommitFailed, e.StorageReverted)
STORAGE_EVENTS = (*WRITES, e.TransactionRolledBack)
ROWS_MAX = 6
"""More bars at one time lie on each other."""
PICTURE_WIDTH, GUTTER, RIGHT = 1000, 78, 12
ROW, BAR, LANES_TOP, DOTS, GAP = 15, 12, 34, 13, 5
CHAR = 6.1
"""The width of a character of the words in the picture."""


def lane_at(event: e.Event) -> int:
    """The lane in which an event's dot stands."""
    if isinstance(event, STORAGE_EVENTS):
        return STORAGE_LANE
    key = e.lane_of(event)
    return OBJECT_LANE if key == "run" else LANES_OF_BARS[key]


class Placed(NamedTuple):
    """A bar and the row of its lane that it stands in."""

    bar: Bar
    lane: int
    row: int


@dataclass(frozen=True)
class LaneLayout:
    """All bars with their rows, and where each lane begins, in pixels."""

    placed: Sequence[Placed]
    tops: Sequence[int]
    rows: Sequence[int]
    height: int

    def bar_y(self, lane: int, row: int) -> int:
        """The upper end of a bar."""
        return self.tops[lane] + row * ROW

    def dot_y(self, lane: int) -> int:
        """The middle of the dots of a lane's events."""
        return self.tops[lane] + self.rows[lane] * ROW + DOTS // 2


def stacked_lanes(spans: Spans) -> LaneLayout:
    """Stack the bars of each lane so that none covers another."""
    placed = [*_stacked(spans.bars, "status", 0)]
    statuses = 1 if placed else 0
    for name in ("network", "object", "blobs"):
        placed += _stacked(spans.bars, name, 0)
    runs = 1 + max((item.row for item in placed if item.lane == OBJECT_LANE), default=-1)
    placed += _stacked(spans.bars, "run", runs)
    placed += _stacked(spans.bars, "storage", statuses)
    placed += _stacked(spans.bars, "alarm", 0)
    rows = [1] * len(LANE_NAMES)
    for item in placed:
        rows[item.lane] = max(rows[item.lane], item.row + 1)
    tops, y = [], LANES_TOP
    for count in rows:
        tops.append(y)
        y += count * ROW + DOTS + GAP
    return LaneLayout(placed, tops, rows, y + 22)


def _stacked(bars: Iterable[Bar], name: str, first: int) -> Iterable[Placed]:
    ends: list[int] = []
    for bar in sorted((bar for bar in bars if bar.lane == name), key=lambda bar: bar.from_ms):
        row = next((n for n, end in enumerate(ends) if end <= bar.from_ms), len(ends))
        if row == len(ends) and row < ROWS_MAX:
            ends.append(0)
        row = min(row, ROWS_MAX - 1)
        ends[row] = max(ends[row], bar.to_ms)
        yield Placed(bar, LANES_OF_BARS[name], first + row)


class RowWords:
    """Keeps words apart: one that would lie on another of its row is left out."""

    def __init__(self) -> None:
        self.taken: dict[float, list[tuple[float, float]]] = {}

    def fit(self, x: float, y: float, count: int) -> bool:
        """Whether so many characters fit from x on; they are taken then."""
        end, taken = x + count * CHAR + 3, self.taken.setdefault(y, [])
        if any(one < end and x < two for one, two in taken):
            return False
        taken.append((x, end))
        return True


def across(scale: Scale, ms: float) -> float:
    """The x of a time in the still picture."""
    return round(GUTTER + scale.at(ms) / scale.end * (PICTURE_WIDTH - GUTTER - RIGHT), 2)


def attributes(values: Mapping[str, object]) -> str:
    """Attributes as markup; none of these values comes from outside."""
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in values.items())
