"""Encoded values as text, with the names, attempts and times left open.

A text is built once for each item, as constant pieces with marks between them, and then filled in
as often as the chunks are put in another order. Most items hold no mark but times: theirs is
ready.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from model.explore.encode import Attempt, Bag, Name
from model.explore.instant import Instant

Names = Mapping[int, str]
Ranks = Mapping[Any, int]


class Text:
    """An encoded value as text. ``chunks`` and ``attempts`` are those it names.

    ``ready`` is the text, and ``times`` its times in order, where no name or attempt is in it.
    """

    __slots__ = ("attempts", "chunks", "pieces", "ready", "times")

    def __init__(self, parts: Any) -> None:
        self.pieces: list[Any] = []
        self.chunks: set[int] = set()
        self.attempts: list[Attempt] = []
        self._build(parts)
        self.pieces = [
            piece
            for is_plain, run in groupby(self.pieces, key=lambda piece: type(piece) is str)
            for piece in (["".join(run)] if is_plain else run)
        ]
        self.ready: str | None = None
        self.times: list[Instant] = []
        if not self.chunks and not self.attempts:
            self.ready = self.fill({}, {}, self.times)

    def _build(self, parts: Any) -> None:
        kind = type(parts)
        pieces = self.pieces
        if kind is tuple:
            pieces.append("(")
            for part in parts:
                self._build(part)
                pieces.append(",")
            pieces.append(")")
        elif kind is Name:
            self.chunks.add(parts.chunk)
            pieces.append(parts)
        elif kind is Attempt:
            self.attempts.append(parts)
            pieces.append(parts)
        elif kind is Instant:
            pieces.append(parts)
        elif kind is Bag:
            inner = [Text(part) for part in parts.parts]
            for text in inner:
                self.chunks |= text.chunks
                self.attempts += text.attempts
            pieces.append((parts.kind, inner))
        else:
            pieces.append(repr(parts))

    def fill(self, names: Names, ranks: Ranks, times: list[Instant]) -> str:
        """The text with names and ranks filled in; its times are appended in their order."""
        out: list[str] = []
        for piece in self.pieces:
            kind = type(piece)
            if kind is str:
                out.append(piece)
            elif kind is Instant:
                out.append("@")
                times.append(piece)
            elif kind is Name:
                out.append(names[piece.chunk])
            elif kind is Attempt:
                out.append(f"%{ranks[piece.call, piece.number]}")
            else:
                bag, parts = piece
                out.append(_bag(bag, parts, names, ranks, times))
        return "".join(out)


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
