"""An R2 bucket, over the blob store: what is put is the body of an upload, under a key of its own.

The world knows stored chunks by what they are. So a key must say which chunk it is: two chunks
under one key would overwrite each other, and that is refused.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.host.web import ChunkBody
from lastchunk.model.typescript.runtime.facets import INDEXES, index_of, shows_index
from lastchunk.model.typescript.runtime.promises import Promise
from lastchunk.model.typescript.runtime.running import ask, running
from lastchunk.model.typescript.runtime.texts import UNSEEN_TEXTS, to_text
from lastchunk.model.typescript.runtime.values import UNDEFINED, Facet, HostObject, refuse_here
from lastchunk.reference_impl.blobs import BlobDelete, BlobGet, BlobHead, BlobPut
from lastchunk.reference_impl.contract import Chunk


class Keys:
    """Which chunk each key of a design's bucket names, as far as it was put under it."""

    def __init__(self) -> None:
        self.indexes: dict[str, int] = {}
        self.chunks: dict[str, Chunk] = {}

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
        return self.chunks.get(key, "nothing") if key not in self.indexes else self._plain(key)

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


class BucketObject(HostObject):
    """A bucket of ``env``."""

    __slots__ = ()
    WORD = "a bucket"
    NAMES = frozenset(("put", "get", "head", "delete"))

    def put(
        self, key: Any = UNDEFINED, body: Any = UNDEFINED, options: Any = UNDEFINED, *_: Any
    ) -> Promise:
        """``put(key, body)``"""
        if not isinstance(body, ChunkBody):
            refuse_here("a put of what is no upload's body", "the request's body")
        if type(options) is dict and not set(options) <= {"customMetadata", "httpMetadata"}:
            refuse_here("a put with these options", "customMetadata, httpMetadata")
        name = _bucket_key(key)
        running.keys.note(name, body.chunk)
        return ask(BlobPut, body.chunk, convert=Named(name))

    def get(self, key: Any = UNDEFINED, *_: Any) -> Promise:
        """``get(key)``"""
        return self._of(BlobGet, key)

    def head(self, key: Any = UNDEFINED, *_: Any) -> Promise:
        """``head(key)``"""
        return self._of(BlobHead, key)

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
