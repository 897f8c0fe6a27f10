"""Encoded values as text, with the names, attempts and times left open.

A text is built once for each part, as constant pieces with marks between them, and then filled in
once for each way to name its chunks and rank its attempts. Most parts hold no mark but times:
theirs is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.code.encode import (
    TIME_TYPES,
    AttemptMark,
    Bag,
    Name,
)
from lastchunk.model.explore.code.places import ObjectPlace, Reference
from lastchunk.model.explore.timing.instant import Instant

Names = Mapping[int, str]
Ranks = Mapping[Any, int]


AS_WRITTEN = frozenset((int, str, bool, type(None)))
"""Parts of these types stand in a text as they are; most are."""
BLANK = "\0"
"""Stands for a mark; the repr of a text never holds it."""


class Text:
    """An encoded value as text. ``chunks`` and ``attempts`` are those it names.

    ``ready`` is the text where no name or attempt is in it. ``times`` are its times in order,
    unless ``is_nested``: a bag with a name in it is sorted, so that the names decide their order.
    """

    __slots__ = (
        "_filled",
        "_names_of",
        "_ranks_of",
        "attempts",
        "chunks",
        "is_nested",
        "marks",
        "pieces",
        "ready",
        "times",
    )

    def __init__(self, parts: Any) -> None:
        self.marks: list[Any] = []
        self.chunks: set[int] = set()
        self.attempts: list[AttemptMark] = []
        self.is_nested = False
        try:
            text = self._build(parts)
        except ValueError as error:  # Python writes no number that is longer
            said = "a whole number of more than 4,300 digits"
            allowed = "fewer digits while exploring, in what code keeps, stores or sends"
            raise DesignError("state", said, allowed) from error
        self.pieces: list[str] = []
        self.ready: str | None = None
        self.times: list[Instant] = []
        self._filled: dict[Any, str] = {}
        self._names_of: Callable[[Names], Any] = _none
        self._ranks_of: Callable[[Ranks], Any] = _none
        if not (self.chunks or self.attempts):
            self.ready, self.times = text, self.marks
            return
        self.pieces = text.split(BLANK)
        if not self.is_nested:
            self.times = [mark for mark in self.marks if type(mark) in TIME_TYPES]
            if self.chunks:
                self._names_of = itemgetter(*self.chunks)
            if self.attempts:
                self._ranks_of = itemgetter(*((mark.call, mark.number) for mark in self.attempts))

    def at(self, times: list[Instant]) -> Text:
        """The same text with other times in it. It must not be nested."""
        other = Text.__new__(Text)
        other.times = times
        other.chunks, other.attempts, other.pieces = self.chunks, self.attempts, self.pieces
        other.ready, other.is_nested = self.ready, False
        other._filled = self._filled
        other._names_of, other._ranks_of = self._names_of, self._ranks_of
        if self.ready is not None:
            other.marks = times
        else:
            following = iter(times)
            other.marks = [
                next(following) if type(mark) in TIME_TYPES else mark for mark in self.marks
            ]
        return other

    def _build(self, parts: Any) -> str:
        kind = type(parts)
        if kind is tuple:
            built = [repr(p) if type(p) in AS_WRITTEN else self._build(p) for p in parts]
            return f"({','.join(built)})"
        if kind in TIME_TYPES:
            self.marks.append(parts)
            return BLANK
        if kind is Name:
            self.chunks.add(parts.chunk)
        elif kind is AttemptMark:
            self.attempts.append(parts)
        elif kind is Bag:
            return self._build_bag(parts)
        elif kind is ObjectPlace:
            text = self._build(parts.parts)
            return text if parts.number is None else f"{parts.label}={text}"
        elif kind is Reference:
            return str(parts.place.label)
        else:
            return repr(parts)
        self.marks.append(parts)
        return BLANK

    def _build_bag(self, bag: Bag) -> str:
        inner = [Text(part) for part in bag.parts]
        if all(text.ready is not None for text in inner):
            times: list[Instant] = []
            words = _bag(bag.kind, inner, {}, {}, times)
            self.marks += times
            return words
        self.is_nested = True
        for text in inner:
            self.chunks |= text.chunks
            self.attempts += text.attempts
        self.marks.append((bag.kind, inner))
        return BLANK

    def words(self) -> str:
        """The text for a person: what is open is left out."""
        return (self.ready if self.ready is not None else "".join(self.pieces)).replace(BLANK, "…")

    def fill(self, names: Names, ranks: Ranks, times: list[Instant]) -> str:
        """The text with names and ranks filled in; its times are appended in their order."""
        if self.ready is not None:
            times.extend(self.times)
            return self.ready
        if not self.is_nested:
            times.extend(self.times)
            return self.named(names, ranks)
        return self._written(names, ranks, times)

    def named(self, names: Names, ranks: Ranks) -> str:
        """The text with names and ranks filled in; it must not be nested.

        What it says hangs on those of its own chunks and attempts alone: each is written once.
        """
        key = self._names_of(names), self._ranks_of(ranks)
        text = self._filled.get(key)
        if text is None:
            text = self._filled[key] = self._written(names, ranks, [])
        return text

    def _written(self, names: Names, ranks: Ranks, times: list[Instant]) -> str:
        out = [self.pieces[0]]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            kind = type(mark)
            if kind in TIME_TYPES:
                out.append(BLANK)
                times.append(mark)
            elif kind is Name:
                out.append(names[mark.chunk])
            elif kind is AttemptMark:
                out.append(f"%{ranks[mark.call, mark.number]}")
            else:
                bag, parts = mark
                out.append(_bag(bag, parts, names, ranks, times))
            out.append(piece)
        return "".join(out)


def _none(_: Any) -> None:
    """There is none of these."""


def _bag(kind: str, parts: list[Text], names: Names, ranks: Ranks, times: list[Instant]) -> str:
    """What has no order, in the order of its texts."""
    rows = []
    for part in parts:
        inner: list[Instant] = []
        rows.append((part.fill(names, ranks, inner), inner))
    rows.sort(key=lambda row: row[0])
    for _, inner in rows:
        times.extend(inner)
    return kind + "{" + ";".join([text for text, _ in rows]) + "}"
