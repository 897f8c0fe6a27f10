"""The blob store: what is stored under which key, and the uploads in parts that are under way.

A chunk is put under its own key; what was there before is replaced (R21). An upload in parts keeps
each part under its number until it is completed or aborted (R22, R23). Nothing here takes time: the
world says when a call ends, and asks then.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lastchunk.model.trace import events as e
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.reference_impl.blobs import (
    AbortUpload,
    BlobDelete,
    BlobGet,
    BlobHead,
    BlobKey,
    BlobObject,
    BlobPut,
    BlobVersion,
    CompleteUpload,
    CreateUpload,
    Etag,
    MultipartUpload,
    PutPart,
    UploadedPart,
    UploadId,
)
from lastchunk.reference_impl.contract import BlobStoreError, Chunk

if TYPE_CHECKING:
    from lastchunk.model.world.world import World

READS = frozenset((BlobGet, BlobHead, BlobDelete))
IN_PARTS = frozenset((CreateUpload, PutPart, CompleteUpload, AbortUpload))
BLOB_CALLS = frozenset((BlobPut, *READS, *IN_PARTS))
"""The effects that call the blob store."""
PARTS_MAX = 10_000


class StoreIsRead(Exception):  # noqa: N818 - a signal to who explores, not an error
    """A design looks into the blob store, and what is in it was no part of the states."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is stored: a chunk, by which attempt, and whether from another tab."""

    chunk: Chunk
    attempt: int
    is_foreign: bool

    @property
    def etag(self) -> Etag:
        """That of its bytes: the same bytes have the same one, whenever they are stored."""
        return Etag(((self.chunk, self.is_foreign),))


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts that is under way."""

    key: str
    parts: tuple[tuple[int, Part], ...] = ()


class Bucket:
    """What is stored. ``number`` counts versions and uploads: none comes twice.

    With ``is_left_out`` it is no part of a state while exploring, and may not be read.
    """

    __slots__ = ("is_explored", "is_left_out", "number", "objects", "uploads", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.objects: dict[int | str, BlobObject] = {}
        self.uploads: dict[int, Upload] = {}
        self.number = 0
        self.is_explored = self.is_left_out = False

    def copy(self, world: World) -> Bucket:
        """The same store in another world."""
        other = Bucket(world)
        other.objects, other.uploads = self.objects.copy(), self.uploads.copy()
        other.number = self.number
        other.is_explored, other.is_left_out = self.is_explored, self.is_left_out
        return other

    def fingerprint(self) -> Hashable:
        """The whole store, as something hashable."""
        objects = sorted((repr(key), repr(item.etag)) for key, item in self.objects.items())
        return (tuple(objects), repr(self.uploads), self.number)

    def put(self, task: TaskId, chunk: Chunk) -> BlobObject:
        """A chunk is stored under its key."""
        etag = Etag(((chunk, task[:3] in self.world.network.foreign),))
        return self._keep(chunk.index, BlobKey(chunk), etag)

    def _keep(self, at: int | str, key: BlobKey | str, etag: Etag) -> BlobObject:
        self.number += 1
        chunks = tuple(chunk for chunk, _ in etag._bytes)
        made = BlobObject(key, etag, BlobVersion(self.number), chunks)
        if not self.is_left_out:
            self.objects[at] = made
        return made

    def answer(self, task: TaskId, call: Any) -> Any:
        """What a call does, and what it is answered. Raises `BlobStoreError`."""
        return _DONE_BY[type(call)](self, task, call)

    # --- by key (R21) ------------------------------------------------------------------------

    def _get(self, task: TaskId, call: BlobGet) -> BlobObject | None:
        found = self.objects.get(kept_at(call.key))
        return None if found is None else replace(found, body=found._chunks)

    def _head(self, task: TaskId, call: BlobHead) -> BlobObject | None:
        return self.objects.get(kept_at(call.key))

    def _delete(self, task: TaskId, call: BlobDelete) -> None:
        found = self.objects.pop(kept_at(call.key), None)
        for chunk in () if found is None else found._chunks:
            if not any(chunk in other._chunks for other in self.objects.values()):
                self.world.trace.append(e.BlobDeleted(self.world.now_ms, chunk.index))

    # --- in parts (R22, R23) -----------------------------------------------------------------

    def _create(self, task: TaskId, call: CreateUpload) -> MultipartUpload:
        self.number += 1
        self.uploads[self.number] = Upload(call.key)
        return MultipartUpload(call.key, UploadId(self.number))

    def _of(self, upload: MultipartUpload) -> Upload:
        """The upload that is meant: R23, one that is completed or aborted is none any more."""
        found = self.uploads.get(upload.upload_id._number)
        if found is None or found.key != upload.key:
            raise BlobStoreError(404, "NoSuchUpload")
        return found

    def _put_part(self, task: TaskId, call: PutPart) -> UploadedPart:
        upload, number = self._of(call.upload), call.part_number
        part = Part(call.chunk, task[2], task[:3] in self.world.network.foreign)
        parts = dict(upload.parts) | {number: part}
        self.uploads[call.upload.upload_id._number] = replace(upload, parts=tuple(parts.items()))
        now_ms = self.world.now_ms
        self.world.trace.append(e.BlobPartStored(now_ms, call.chunk.index, task[2], number))
        return UploadedPart(number, part.etag)

    def _complete(self, task: TaskId, call: CompleteUpload) -> BlobObject:
        upload = self._of(call.upload)
        parts = self._chosen(dict(upload.parts), call.parts)
        self._check_sizes([part.chunk.size_bytes for part in parts])
        del self.uploads[call.upload.upload_id._number]
        world = self.world
        world.trace.append(e.BlobUploadCompleted(world.now_ms, len(parts)))
        for part in parts:
            stored = (world.now_ms, part.chunk.index, part.attempt)
            world.trace.append(e.BlobStored(*stored))
            if part.is_foreign:
                world.trace.append(e.BlobOfOtherTab(*stored))
        etag = Etag(tuple((part.chunk, part.is_foreign) for part in parts))
        return self._keep(call.upload.key, call.upload.key, etag)

    def _chosen(self, stored: dict[int, Part], asked: Sequence[UploadedPart]) -> list[Part]:
        """The parts that are asked for, in the order of their numbers, each with its etag."""
        wanted = {part.part_number: part.etag for part in asked}
        if not wanted or len(wanted) < len(asked):
            raise BlobStoreError(400, "InvalidPart")
        for number, etag in wanted.items():
            if number not in stored or stored[number].etag != etag:
                raise BlobStoreError(400, "InvalidPart")
        return [stored[number] for number in sorted(wanted)]

    def _check_sizes(self, sizes: list[int]) -> None:
        """R22: all parts but the last are of one size, which is large enough."""
        blobs = self.world.scenario.blobs
        *others, last = sizes
        if any(size < blobs.part_bytes_min for size in others):
            raise BlobStoreError(400, "EntityTooSmall")
        if blobs.equal_parts and others and (len({*others}) > 1 or last > others[0]):
            raise BlobStoreError(400, "InvalidPart")

    def _abort(self, task: TaskId, call: AbortUpload) -> None:
        self._of(call.upload)
        del self.uploads[call.upload.upload_id._number]
        self.world.trace.append(e.BlobUploadAborted(self.world.now_ms))


def kept_at(key: BlobKey | Chunk | str) -> int | str:
    """Where a key leads: to the index of a chunk, or to a text."""
    if isinstance(key, str):
        return key
    return key._chunk.index if isinstance(key, BlobKey) else key.index


_DONE_BY: dict[type, Any] = {
    BlobGet: Bucket._get,
    BlobHead: Bucket._head,
    BlobDelete: Bucket._delete,
    CreateUpload: Bucket._create,
    PutPart: Bucket._put_part,
    CompleteUpload: Bucket._complete,
    AbortUpload: Bucket._abort,
}
