"""What is kept of a session's past: its facts, with numbers that stand in places of their own.

The row of a session is worked out from its `Facts`. So a node needs of the past what the facts
are, and no more: which chunks are where, what came, how the session stands. A time or a count among
them is a number of the session's, and has a place in its *memory*. A chunk that is stored, and
counted, is *settled*: only how many there are is kept, until an event names one of them again.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from itertools import chain
from typing import Any, Self

from lastchunk.model.properties import SOMETIMES
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import Costs
from lastchunk.model.trace.facts import Facts
from lastchunk.model.trace.media import Media

PLAIN_FACTS = ("status", "stands", "uploads_running", "stop_runs", "stop_failed")
"""Facts by which nodes are told apart as they are."""
CHUNK_FACTS = ("recorded", "stored", "uploads_ended", "in_closed_tab", "orphans", "refused")
LIST_FACTS = (
    "completions",
    "counts",
    "reopened",
    "notified",
    "consumer_reads",
    "alarm_runs_by_due",
)
END_FACTS = ("last_ms", "ended", "costs", "own")
"""Facts that only the end of a session makes, and what no shipped property has."""
FACT_TIMES = (
    *("start_ms", "stop_ms", "tab_closed_ms", "stop_answered_ms", "stop_ran_ms", "stop_told_ms"),
    *("last_upload_ms", "last_recorded_ms", "completed_while_recording_ms", "stands_since_ms"),
    *("recorded_ms", "row_ms"),
)
"""Facts that are a time, or -1."""
FACT_COUNTS = ("stood_ms", "thrown", "retries", "messages", "chunks_uploaded")
"""Facts that are a number, and begin with 0."""
_SETTLED = {*PLAIN_FACTS, *CHUNK_FACTS, *LIST_FACTS, *END_FACTS, *FACT_TIMES, *FACT_COUNTS, "seen"}
# A fact that nobody settles would make one node of two pasts.
assert set(vars(Facts())) == _SETTLED, set(vars(Facts())) ^ _SETTLED
OF_PAST = ("settled", "refused_before", "alarm_writes")
"""Numbers of `PastFacts`."""
COST_NAMES = Costs._fields[1:]
NO_TIME: Any = None
"""Stands for the time of a chunk: what would work with it ends with an error."""
TAKEN_AWAY = (e.BlobDeleted, e.BlobOfOtherTab)
STORED = -2
"""Stands for chunks that are stored, where only that one was refused is kept."""


class ByEqual(MutableMapping[Any, int]):
    """Counts by numbers that have no hash but by their value: each is held to those before."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, int]] = []

    def _at(self, key: Any) -> int:
        return next((at for at, (other, _) in enumerate(self.pairs) if other == key), -1)

    def __getitem__(self, key: Any) -> int:
        at = self._at(key)
        if at < 0:
            raise KeyError(key)
        return self.pairs[at][1]

    def __setitem__(self, key: Any, count: int) -> None:
        at = self._at(key)
        if at < 0:
            self.pairs.append((key, count))
        else:
            self.pairs[at] = (self.pairs[at][0], count)

    def __delitem__(self, key: Any) -> None:
        del self.pairs[self._at(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter([key for key, _ in self.pairs])

    def __len__(self) -> int:
        return len(self.pairs)

    def copy(self) -> ByEqual:
        """Counts that go their own way from here."""
        other = ByEqual()
        other.pairs = self.pairs.copy()
        return other


class PastFacts(Facts):
    """Facts of which settled chunks are counted alone, with what else a row is made of."""

    def __init__(self) -> None:
        super().__init__()
        runs: Any = ByEqual()
        self.alarm_runs_by_due = runs
        self.newest: Any = None
        """The chunk recorded last: any chunk before it that is not among them is settled."""
        self.settled: Any = 0
        self.refused_before: Any = 0
        """Uploads refused that `refused` does not hold."""
        self.met: dict[str, Any] = dict.fromkeys(SOMETIMES, 0)
        """Of each *sometimes* property 1 if it was met before, in the session's memory."""
        self.alarm_writes: Any = 0
        self.spent: list[Any] = [0] * len(COST_NAMES)
        self.media = Media()

    def copy(self) -> Self:
        """Facts that go their own way from here."""
        other = super().copy()
        other.met, other.spent = self.met.copy(), self.spent.copy()
        other.media = self.media.copy()
        return other

    # --- what a row asks -----------------------------------------------------------------------

    @property
    def recorded_count(self) -> Any:
        """How many chunks were recorded."""
        return self.settled + len(self.recorded)

    @property
    def has_recorded(self) -> bool:
        """Whether a chunk was recorded."""
        return self.newest is not None

    @property
    def refusals(self) -> Any:
        """How many uploads were refused."""
        return self.refused_before + len(self.refused)

    def has_met(self, slug: str) -> Any:
        """Whether a *sometimes* property was met: 1 or 0."""
        return 1 if slug in self.seen else self.met[slug]

    def true_count(self) -> tuple[Any, Any]:
        """The least and the most that is no lie."""
        known = self.uploads_ended | self.stored.keys()
        return self.settled + len(self.uploads_ended), self.settled + len(known)

    # --- events --------------------------------------------------------------------------------

    def take_in(self, event: Any) -> None:
        """Take one more event in. Raises `NotCarried`."""
        if isinstance(event, TAKEN_AWAY):
            raise NotCarried("a chunk that is stored no more")
        if isinstance(event, e.ChunkRecorded):
            if self.newest is not None and event.chunk - self.newest != 1:
                raise NotCarried("chunks that are not recorded one after another")
            self.newest = event.chunk
        else:
            for chunk in chunks_named(event):
                self._awaken(chunk)
        if isinstance(event, e.AlarmSet):
            self.alarm_writes = self.alarm_writes + 1
        if isinstance(event, e.BlobStored):
            event = self._known(event)
        self.observe(event)
        self.media.observe(event, self)

    def _awaken(self, chunk: Any) -> None:
        """A chunk is named: if it is settled, it is a chunk like others until it is again."""
        if chunk in self.recorded:
            return
        if self.newest is None or chunk - self.newest > 0:
            raise NotCarried("a chunk that nobody has recorded")
        self.recorded[chunk] = self.stored[chunk] = NO_TIME
        self.uploads_ended.add(chunk)
        self.settled = self.settled - 1

    def _known(self, event: Any) -> Any:
        """An attempt that is a number in memory, by the name that it has there."""
        for chunk, attempt in self.orphans:
            if chunk == event.chunk and attempt == event.attempt:
                return event._replace(attempt=attempt)
        return event


def chunks_named(event: Any) -> list[Any]:
    """The chunks that an event names."""
    named = [getattr(event, name, ()) for name in ("in_tab", "chunks")]
    found = [getattr(event, "chunk", -1), *chain.from_iterable(named)]
    return [chunk for chunk in found if type(chunk) is not int or chunk >= 0]
