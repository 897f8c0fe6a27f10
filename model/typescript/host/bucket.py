"""An R2 bucket, over the blob store: what is put is the body of an upload, under a key of its own.

The world knows stored chunks by what they are. So a key must say which chunk it is: two chunks
under one key would overwrite each other, and that is refused.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.host.web import ChunkBody
from lastchunk.model.typescript.runtime.facets import INDEXES, index_of, shows_index, tell_apart
from lastchunk.model.typescript.runtime.iteration import items_of
from lastchunk.model.typescript.runtime.promises import Promise
from lastchunk.model.typescript.runtime.running import ask, running
from lastchunk.model.typescript.runtime.texts import UNSEEN_TEXTS, to_text
from lastchunk.model.typescript.runtime.values import UNDEFINED, Facet, HostObject, refuse_here
from lastchunk.reference_impl.blobs import (
    AbortUpload,
    BlobDelete,
    BlobGet,
    BlobHead,
    BlobPut,
    CompleteUpload,
    CreateUpload,
    Etag,
    MultipartUpload,
    PutPart,
    UploadedPart,
    UploadId,
)
from lastchunk.reference_impl.contract import Chunk

OPTIONS_OF_PUT = frozenset(("customMetadata", "httpMetadata"))


class Keys:
    """Which chunk each key of a design's bucket names, as far as it was put under it."""

    def __init__(self) -> None:
        self.indexes: dict[str, int] = {}
        self.chunks: dict[str, Chunk] = {}
        self.wholes: set[str] = set()
        """Keys of what is uploaded in parts."""

    def note_whole(self, key: Any) -> None:
        """An upload in parts begins under a key."""
        if type(key) is Facet or key in self.indexes:
            refuse_here("an upload in parts under the key of a chunk", "a key of its own")
        self.wholes.add(key)

    def note(self, key: Any, chunk: Chunk) -> None:
        """A chunk is put under a key."""
        if type(key) is Facet:
            if key.chunk is not chunk:
                refuse_here("a chunk is put under the key of another one", "a key of its own")
            for number in range(INDEXES):
                self._note(key.values[number], number)
        elif shows_index(chunk):
            self._note(key, index_of(chunk))
            self.chunks[key] = chunk
        else:
            refuse_here(
                f"all chunks are put under one key, {key!r}, and would overwrite each other",
                "a key with the chunk's index",
            )

    def _note(self, key: str, index: int) -> None:
        if key in self.wholes:
            refuse_here(f"a chunk under the key {key!r} of an upload in parts", "a key of its own")
        if self.indexes.setdefault(key, index) != index:
            refuse_here(
                f"two chunks are put under one key, {key!r}, and would overwrite each other",
                "a key with the chunk's index",
            )

    def meant(self, key: Any) -> Chunk | str:
        """What a key names: a chunk that was put under it, or nothing that is stored."""
        if type(key) is Facet:
            known = [self.indexes.get(key.values[number]) == number for number in range(INDEXES)]
            if all(known):
                return key.chunk
            if any(value in self.indexes for value in key.values):
                refuse_here(
                    "a key of the bucket that names another chunk", "the key it was put under"
                )
            return "nothing"
        return self.chunks.get(key, key) if key not in self.indexes else self._plain(key)

    def _plain(self, key: str) -> Chunk | str:
        if key not in self.chunks:
            refuse_here(
                f"the key {key!r} of one chunk among interchangeable ones", "a key with its index"
            )
        return self.chunks[key]


class StoredObject(HostObject):
    """What the bucket says of what is stored."""

    __slots__ = ("etag", "key", "size")
    WORD = "what the bucket says of an object"
    NAMES = frozenset(("key", "etag"))

    def __init__(self, key: Any, etag: Any) -> None:
        self.key = key
        self.etag = etag


class Named:
    """What the world answers, under the key that it was asked for."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __call__(self, answer: Any) -> Any:
        return None if answer is None else StoredObject(self.key, answer.etag)


class UploadInParts(HostObject):
    """An upload in parts (R22)."""

    __slots__ = ("upload",)
    WORD = "an upload in parts"
    NAMES = frozenset(("key", "uploadId", "uploadPart", "complete", "abort"))

    def __init__(self, upload: MultipartUpload) -> None:
        self.upload = upload

    @property
    def key(self) -> str:
        """Its key."""
        return self.upload.key

    @property
    def uploadId(self) -> UploadId:  # noqa: N802 - the platform's name
        """Which it is."""
        return self.upload.upload_id

    def uploadPart(  # noqa: N802 - the platform's name
        self, number: Any = UNDEFINED, body: Any = UNDEFINED, *_: Any
    ) -> Promise:
        """``uploadPart(number, body)``"""
        if not isinstance(body, ChunkBody):
            refuse_here("a part of what is no upload's body", "the request's body")
        part = tell_apart(number) if type(number) is Facet else number
        if type(part) is not int:
            refuse_here("a part whose number is none", "a whole number from 1 on")
        return ask(PutPart, self.upload, part, body.chunk, convert=_part_given)

    def complete(self, parts: Any = UNDEFINED, *_: Any) -> Promise:
        """``complete(parts)``"""
        made = [_uploaded(part) for part in items_of(parts)]
        return ask(CompleteUpload, self.upload, made, convert=Named(self.upload.key))

    def abort(self, *_: Any) -> Promise:
        """``abort()``"""
        return ask(AbortUpload, self.upload, convert=_gone)


def _part_given(answer: UploadedPart) -> dict[str, Any]:
    return {"partNumber": answer.part_number, "etag": answer.etag}


def _uploaded(part: Any) -> UploadedPart:
    number = part.get("partNumber") if type(part) is dict else None
    number = tell_apart(number) if type(number) is Facet else number
    if type(part) is not dict or type(number) is not int or type(part.get("etag")) is not Etag:
        refuse_here("a part that uploadPart() has not given", "its partNumber and its etag")
    return UploadedPart(number, part["etag"])


class BucketObject(HostObject):
    """A bucket of ``env``."""

    __slots__ = ()
    WORD = "a bucket"
    NAMES = frozenset(
        ("put", "get", "head", "delete", "createMultipartUpload", "resumeMultipartUpload")
    )

    def put(
        self, key: Any = UNDEFINED, body: Any = UNDEFINED, options: Any = UNDEFINED, *_: Any
    ) -> Promise:
        """``put(key, body)``"""
        if not isinstance(body, ChunkBody):
            refuse_here("a put of what is no upload's body", "the request's body")
        if type(options) is dict and not set(options) <= OPTIONS_OF_PUT:
            refuse_here("a put with these options", ", ".join(OPTIONS_OF_PUT))
        name = _bucket_key(key)
        running.keys.note(name, body.chunk)
        return ask(BlobPut, body.chunk, convert=Named(name))

    def get(self, key: Any = UNDEFINED, *_: Any) -> Promise:
        """``get(key)``"""
        return self._of(BlobGet, key)

    def head(self, key: Any = UNDEFINED, *_: Any) -> Promise:
        """``head(key)``"""
        return self._of(BlobHead, key)

    def createMultipartUpload(  # noqa: N802 - the platform's name
        self, key: Any = UNDEFINED, options: Any = UNDEFINED, *_: Any
    ) -> Promise:
        """``createMultipartUpload(key)``"""
        name = _bucket_key(key)
        if type(options) is dict and not set(options) <= OPTIONS_OF_PUT:
            refuse_here("an upload in parts with these options", ", ".join(OPTIONS_OF_PUT))
        running.keys.note_whole(name)
        return ask(CreateUpload, name, convert=UploadInParts)

    def resumeMultipartUpload(  # noqa: N802 - the platform's name
        self, key: Any = UNDEFINED, upload_id: Any = UNDEFINED, *_: Any
    ) -> UploadInParts:
        """``resumeMultipartUpload(key, uploadId)``"""
        if type(upload_id) is not UploadId:
            refuse_here("an upload in parts by what is no id of one", "its uploadId")
        name = _bucket_key(key)
        running.keys.note_whole(name)
        return UploadInParts(MultipartUpload(name, upload_id))

    def delete(self, key: Any = UNDEFINED, *_: Any) -> Promise:
        """``delete(key)``"""
        return ask(BlobDelete, running.keys.meant(_bucket_key(key)), convert=_gone)

    @staticmethod
    def _of(kind: Any, key: Any) -> Promise:
        name = _bucket_key(key)
        return ask(kind, running.keys.meant(name), convert=Named(name))


def _gone(_answer: Any) -> Any:
    return UNDEFINED


def _bucket_key(key: Any) -> Any:
    if type(key) is list:
        refuse_here("several keys of the bucket at once", "one after the other")
    name = to_text(key)
    if type(name) in UNSEEN_TEXTS:
        refuse_here("code cannot use a time in a key of the bucket", "a key with the chunk's index")
    return name
