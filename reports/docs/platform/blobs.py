"""The rules of the blob store, R21 to R23: what it answers, and uploads in parts."""

from __future__ import annotations

from lastchunk.model.trace import events as e
from lastchunk.reference_impl.contract import BlobStoreError, Chunk, Response
from lastchunk.reports.docs.platform.demo import OK, CallStep, Demo, Tiny

FIRST, SECOND = Chunk(0, 6_000_000), Chunk(1, 6_000_000)
SHORTER, LAST = Chunk(1, 5_900_000), Chunk(2, 1_000)


class PutsTwice(Tiny):
    async def poke(self) -> Response:
        one = await self.ctx.blobs.put(FIRST)
        two = await self.ctx.blobs.put(FIRST)
        await self.say(f"same key {one.key == two.key}, same etag {one.etag == two.etag}")
        await self.say(f"same version {one.version == two.version}")
        await self.ctx.blobs.delete(one.key)
        await self.say(f"deleted: {await self.ctx.blobs.head(one.key) is None}")
        return OK


class StoresParts(Tiny):
    async def poke(self) -> Response:
        upload = await self.ctx.blobs.create_multipart_upload("recording")
        parts = [await upload.upload_part(1, FIRST), await upload.upload_part(2, SHORTER)]
        try:
            await upload.complete([*parts, await upload.upload_part(3, LAST)])
        except BlobStoreError as error:
            await self.say(error.code)
        parts[1] = await upload.upload_part(2, SECOND)
        await self.say(f"{(await upload.complete(parts)).size:,} bytes")
        return OK


class ComesLate(Tiny):
    async def create(self) -> Response:
        upload = await self.ctx.blobs.create_multipart_upload("recording")
        await self.ctx.storage.put("upload", upload.upload_id)
        return OK

    async def part(self) -> Response:
        upload_id = await self.ctx.storage.get("upload")
        upload = self.ctx.blobs.resume_multipart_upload("recording", upload_id)
        try:
            await upload.upload_part(1, FIRST)
        except BlobStoreError as error:
            await self.say(error.code)
        return OK

    async def stop(self) -> Response:
        upload_id = await self.ctx.storage.get("upload")
        await self.ctx.blobs.resume_multipart_upload("recording", upload_id).abort()
        return OK


DEMOS = (
    Demo(
        "R21",
        "what a put answers",
        "doc",
        "A put answers what it has stored: its key, size, etag and version. The same bytes have "
        "the same etag, and each put has a version of its own. `head` answers the same later, "
        "`get` the bytes too, both null where nothing is; to `delete` what is not there is no "
        "error. A key, an etag, a version are values without a text here: code keeps and compares "
        "them.",
        PutsTwice,
        (CallStep(0, "poke"),),
        1_000,
        (
            e.BlobStored(410, 0, 0),
            e.BlobStored(810, 0, 0),
            e.StateWritten(810, "same key True, same etag True", 0, ""),
            e.StateWritten(810, "same version False", 0, "same key True, same etag True"),
            e.BlobDeleted(840, 0),
            e.StateWritten(870, "deleted: True", 0, "same version False"),
        ),
        (e.BlobStored, e.BlobDeleted),
    ),
    Demo(
        "R22",
        "an upload in parts",
        "doc",
        "Each part is stored under its number, and a later one takes its place. All parts but the "
        "last are of one size, which is `part_bytes_min` at the least (5 MiB), and the last is no "
        "larger; but it is `complete` that looks, at the parts it is given, and it refuses: "
        "`EntityTooSmall`, or `InvalidPart` where sizes differ, or where one is not there or has "
        "another etag. `equal_parts = false` takes parts of any size. What is stored is an object "
        "only then, and its chunks are stored only then.",
        StoresParts,
        (CallStep(0, "poke"),),
        2_000,
        (
            e.BlobPartStored(440, 0, 0, 1),
            e.BlobPartStored(840, 1, 0, 2),
            e.BlobPartStored(1_240, 2, 0, 3),
            e.BlobCallFailed(1_270, "CompleteUpload", 400, "InvalidPart"),
            e.BlobPartStored(1_670, 1, 0, 2),
            e.BlobUploadCompleted(1_700, 2),
            e.BlobStored(1_700, 0, 0),
            e.BlobStored(1_700, 1, 0),
            e.StateWritten(1_700, "12,000,000 bytes", 0, "InvalidPart"),
        ),
        (e.BlobPartStored, e.BlobCallFailed, e.BlobUploadCompleted, e.BlobStored),
    ),
    Demo(
        "R23",
        "an upload that is gone",
        "doc",
        "An upload is found again by its key and its id, which outlive the instance; nobody is "
        "asked whether it is still there. Once it is completed or aborted it is gone: a part that "
        "arrives then, a second `complete` or `abort` are refused, `NoSuchUpload`.",
        ComesLate,
        (CallStep(0, "create"), CallStep(90, "part"), CallStep(190, "stop")),
        1_000,
        (
            e.BlobUploadAborted(230),
            e.BlobCallFailed(500, "PutPart", 404, "NoSuchUpload"),
            e.StateWritten(500, "NoSuchUpload", 0, ""),
        ),
        (e.BlobUploadAborted, e.BlobCallFailed, e.BlobPartStored),
    ),
)
