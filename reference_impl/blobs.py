"""The blob store as an object sees it: its calls, what they answer, and values that are no text.

An etag says which bytes are stored, a version which put stored them, an upload's id which upload a
part belongs to. On the platform each of them is a text. Here it is a value that is equal to itself
alone: a text of it would tell chunks apart by what no design may know. Code may keep it, compare it
with another one, store it and send it; all else is refused at its line, under every scheduler.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from lastchunk.reference_impl.clock import Refused, driven, place_of
from lastchunk.reference_impl.effect import Effect, Port

if TYPE_CHECKING:
    from lastchunk.reference_impl.contract import Chunk

OPAQUE = "code may keep it, compare it with another one, store it and send it"


def _bar(what: str) -> NoReturn:
    raise Refused(f"{place_of(sys._getframe(1), __name__)}: code cannot {what}; allowed: {OPAQUE}")


def _barred(what: str, otherwise: Callable[[Any], Any]) -> Callable[..., Any]:
    """A method that code may not call; the world may."""

    def method(self: Any, *_: Any) -> Any:
        if driven.program is not None and not driven.is_closing:
            _bar(f"{what} {self.WORD}")
        return otherwise(self)

    return method


def _unknown(self: Any) -> Any:
    return NotImplemented


class Opaque:
    """A value of the store's own: equal to itself alone, no text, without an order."""

    __slots__ = ()
    WORD: ClassVar[str] = ""
    FIELD: ClassVar[str] = ""

    def __eq__(self, other: object) -> bool:
        if type(other) is type(self):
            return bool(getattr(self, self.FIELD) == getattr(other, self.FIELD))
        if other is not None and driven.program is not None and not driven.is_closing:
            _bar(f"compare {self.WORD} with a value of type {type(other).__name__}")
        return False

    def __hash__(self) -> int:
        return len(self.FIELD)  # the same for all: the order of no set hangs on a chunk

    def __getattr__(self, name: str) -> NoReturn:
        if driven.program is not None and not driven.is_closing:
            _bar(f"ask for {name} of {self.WORD}")
        raise AttributeError(name)

    __repr__ = __str__ = _barred("make a text of", lambda self: f"<{self.WORD}>")
    __format__ = _barred("make a text of", lambda self: f"<{self.WORD}>")
    __lt__ = __le__ = __gt__ = __ge__ = _barred("put an order on", _unknown)
    __add__ = __radd__ = __mod__ = __rmod__ = _barred("make a text of", _unknown)
    __len__ = __iter__ = __getitem__ = __contains__ = _barred("look into", _unknown)

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BlobKey(Opaque):
    """The key of a stored chunk."""

    WORD: ClassVar[str] = "a chunk's key"
    FIELD: ClassVar[str] = "_chunk"
    _chunk: Chunk


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Etag(Opaque):
    """Which bytes: those of some chunks, each of this page or of another tab."""

    WORD: ClassVar[str] = "an etag"
    FIELD: ClassVar[str] = "_bytes"
    _bytes: tuple[tuple[Chunk, bool], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BlobVersion(Opaque):
    """Which put it was: no two have one version."""

    WORD: ClassVar[str] = "a version"
    FIELD: ClassVar[str] = "_number"
    _number: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UploadId(Opaque):
    """Which multipart upload."""

    WORD: ClassVar[str] = "an upload's id"
    FIELD: ClassVar[str] = "_number"
    _number: int


@dataclass(frozen=True, slots=True, eq=False)
class BlobObject:
    """What is stored under a key (R21). ``body`` are its chunks in order; None but in `get`."""

    key: BlobKey | str
    etag: Etag
    version: BlobVersion
    _chunks: tuple[Chunk, ...]
    body: tuple[Chunk, ...] | None = None

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(chunk.size_bytes for chunk in self._chunks)


@dataclass(frozen=True, slots=True)
class UploadedPart:
    """A part that is stored, as `MultipartUpload.complete` wants it."""

    part_number: int
    etag: Etag


@dataclass(frozen=True, slots=True)
class MultipartUpload:
    """An upload in parts (R22): each method is to be awaited."""

    key: str
    upload_id: UploadId

    def upload_part(self, part_number: int, chunk: Chunk) -> PutPart:
        """Store a chunk as the part of that number; answers an `UploadedPart`."""
        return PutPart(self, part_number, chunk)

    def complete(self, parts: Sequence[UploadedPart]) -> CompleteUpload:
        """Make one object of parts; answers it. Raises `BlobStoreError` where it may not."""
        return CompleteUpload(self, parts)

    def abort(self) -> AbortUpload:
        """Throw the upload and its parts away."""
        return AbortUpload(self)


# --- effects -------------------------------------------------------------------------------------


@dataclass(slots=True)
class BlobPut(Effect[BlobObject]):
    """Store a chunk in the blob store: outside I/O, the input gate is open (R4)."""

    chunk: Chunk


@dataclass(slots=True)
class BlobGet(Effect["BlobObject | None"]):
    """Read what is stored under a key, or of a chunk; None where nothing is (R21)."""

    key: BlobKey | Chunk | str


@dataclass(slots=True)
class BlobHead(Effect["BlobObject | None"]):
    """The same without its body."""

    key: BlobKey | Chunk | str


@dataclass(slots=True)
class BlobDelete(Effect[None]):
    """Delete what is stored under a key; nothing happens where nothing is (R21)."""

    key: BlobKey | Chunk | str


@dataclass(slots=True)
class CreateUpload(Effect[MultipartUpload]):
    """Begin an upload in parts (R22)."""

    key: str


@dataclass(slots=True)
class PutPart(Effect[UploadedPart]):
    """Store a chunk as a part; what was stored under its number before is gone (R22)."""

    upload: MultipartUpload
    part_number: int
    chunk: Chunk


@dataclass(slots=True)
class CompleteUpload(Effect[BlobObject]):
    """Make one object of parts (R22)."""

    upload: MultipartUpload
    parts: Sequence[UploadedPart]


@dataclass(slots=True)
class AbortUpload(Effect[None]):
    """Throw an upload away (R23)."""

    upload: MultipartUpload


class Blobs(Port):
    """The blob store: each method but ``resume_multipart_upload`` is to be awaited."""

    __slots__ = ()

    put = staticmethod(BlobPut)
    get = staticmethod(BlobGet)
    head = staticmethod(BlobHead)
    delete = staticmethod(BlobDelete)
    create_multipart_upload = staticmethod(CreateUpload)
    resume_multipart_upload = staticmethod(MultipartUpload)
