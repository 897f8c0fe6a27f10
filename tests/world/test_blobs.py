"""The blob store: what it answers and gives back (R21), and uploads in parts (R22, R23)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.reference_impl.blobs import Blobs, UploadedPart
from lastchunk.reference_impl.contract import BlobStoreError, Chunk, Response
from tests.support.probes import Probe
from tests.support.worlds import ManualScheduler, of
from tests.world.test_instances_gone import RESET, answers, strike, world

MIB = 1_048_576
Work = Callable[[Any, Blobs], Awaitable[Any]]
FIRST, SECOND, LAST = Chunk(0, 6 * MIB), Chunk(1, 6 * MIB), Chunk(2, MIB)


def done(work: Work, *overrides: str, until_ms: int = 5_000) -> tuple[ManualScheduler, list[Any]]:
    """A world in which one handler does some work, and what that reports."""

    class Calls(Probe):
        async def poke(self) -> Response:
            self.seen.append(await work(self, self.ctx.blobs))
            return Response(200)

    scheduler = world(*overrides, cls=Calls)  # type: ignore[arg-type]  # it needs no alarm
    scheduler.call("poke", 0)
    scheduler.until(until_ms)
    return scheduler, Calls.seen


async def refused(call: Awaitable[Any]) -> tuple[int, str]:
    """With what the store refuses a call."""
    with pytest.raises(BlobStoreError) as caught:
        await call
    return caught.value.status, caught.value.code


# --- R21: put, get, head, delete -----------------------------------------------------------------


def test_r21_a_put_answers_what_it_has_stored() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        one, again = await blobs.put(FIRST), await blobs.put(FIRST)
        other = await blobs.put(SECOND)
        return (
            (one.size, one.body, one.key == again.key, one.etag == again.etag),
            (one.version == again.version, one.key == other.key, one.etag == other.etag),
        )

    assert done(work)[1] == [((6 * MIB, None, True, True), (False, False, False))]


def test_r21_what_is_stored_is_read_and_deleted() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        put = await blobs.put(FIRST)
        got, head = await blobs.get(put.key), await blobs.head(FIRST)
        assert got is not None
        assert head is not None
        seen = (got.body, head.body, got.etag == put.etag, head.version == put.version)
        await blobs.delete(FIRST)
        await blobs.delete(FIRST)
        return (*seen, await blobs.get(FIRST), await blobs.head("no such key"))

    scheduler, seen = done(work)
    assert seen == [((FIRST,), None, True, True, None, None)]
    assert of(scheduler.world.trace, e.BlobDeleted) == [e.BlobDeleted(120, 0)]


def test_a_call_takes_its_time_and_leaves_the_gate_open() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        return await blobs.head(FIRST)

    scheduler, _ = done(work, "blobs.call_delay_ms=70", until_ms=40)
    scheduler.call("create", 40)
    scheduler.until(1_000)
    assert answers(scheduler) == [(60, "create", 200), (90, "poke", 200)]


def test_a_chunk_is_stored_under_its_own_key_whoever_puts_it_and_however_long_that_takes() -> None:
    for put_ms in (0, 20):

        async def work(design: Any, blobs: Blobs) -> Any:
            return (await blobs.put(SECOND)).key == (await blobs.put(SECOND)).key

        scheduler, seen = done(work, f"blobs.put_delay_ms={put_ms}")
        assert seen == [True]
        trace = scheduler.world.trace
        begun = {event.chunk for event in of(trace, e.BlobPutStarted)}
        assert begun == {event.chunk for event in of(trace, e.BlobStored)} == {1}


def test_a_call_may_fail() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        return await refused(blobs.get(FIRST))

    scheduler, seen = done(work, "blobs.failure=0.5", until_ms=20)
    scheduler.at(40, "blob_call", outcome="failed")
    assert seen == [(500, "")]
    assert of(scheduler.world.trace, e.BlobCallFailed) == [e.BlobCallFailed(40, "BlobGet", 500, "")]


def test_what_was_called_goes_on_without_its_handler() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        await blobs.put(FIRST)
        await blobs.delete(FIRST)

    scheduler, seen = done(work, until_ms=35)
    strike(scheduler, 45, RESET)
    scheduler.until(1_000)
    assert seen == []
    assert of(scheduler.world.trace, e.BlobDeleted) == [e.BlobDeleted(60, 0)]


# --- R22: uploads in parts -----------------------------------------------------------------------


async def parts_of(upload: Any, *chunks: Chunk) -> list[UploadedPart]:
    """Each chunk as a part, from 1 on."""
    return [await upload.upload_part(number, chunk) for number, chunk in enumerate(chunks, 1)]


def test_r22_parts_of_one_size_become_one_object() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        upload = await blobs.create_multipart_upload("a.webm")
        parts = await parts_of(upload, FIRST, SECOND, LAST)
        assert await blobs.head("a.webm") is None
        made = await upload.complete(parts[::-1])
        got = await blobs.get("a.webm")
        assert got is not None
        return made.key, made.size, got.body, got.etag == made.etag

    scheduler, seen = done(work)
    assert seen == [("a.webm", 13 * MIB, (FIRST, SECOND, LAST), True)]
    trace = scheduler.world.trace
    assert [(x.chunk, x.number) for x in of(trace, e.BlobPartStored)] == [(0, 1), (1, 2), (2, 3)]
    assert [x.chunk for x in of(trace, e.BlobStored)] == [0, 1, 2]
    assert scheduler.world.object.meter.blob_puts == 5


SMALLER, LARGER = Chunk(1, 5 * MIB), Chunk(2, 7 * MIB)


@pytest.mark.parametrize(
    ("chunks", "code", "overrides"),
    [
        ((FIRST, SMALLER, LAST), "InvalidPart", ()),
        ((FIRST, SMALLER, LAST), "", ("blobs.equal_parts=false",)),
        ((FIRST, SECOND, LARGER), "InvalidPart", ()),
        ((LAST, LAST, LAST), "EntityTooSmall", ()),
        ((LAST, LAST, LAST), "", (f"blobs.part_bytes_min={MIB}",)),
        ((LAST,), "", ()),
        ((), "InvalidPart", ()),
    ],
)
def test_r22_complete_refuses_what_is_of_a_wrong_size(
    chunks: tuple[Chunk, ...], code: str, overrides: tuple[str, ...]
) -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        upload = await blobs.create_multipart_upload("a.webm")
        parts = await parts_of(upload, *chunks)
        return await (refused(upload.complete(parts)) if code else upload.complete(parts))

    scheduler, [seen] = done(work, *overrides)
    assert seen == (400, code) if code else seen.size == sum(chunk.size_bytes for chunk in chunks)
    assert len(of(scheduler.world.trace, e.BlobStored)) == (0 if code else len(chunks))


def test_r22_complete_refuses_a_part_that_is_not_there_or_has_another_etag() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        upload = await blobs.create_multipart_upload("a.webm")
        one, two = await parts_of(upload, FIRST, SECOND)
        wrong = (
            [one, UploadedPart(3, two.etag)],
            [one, UploadedPart(2, one.etag)],
            [one, one],
        )
        codes = [await refused(upload.complete(parts)) for parts in wrong]
        await upload.upload_part(2, LAST)  # takes the place of the other
        codes.append(await refused(upload.complete([one, two])))
        same = await upload.upload_part(1, FIRST)  # the same bytes, the same etag
        return codes, same.etag == one.etag, (await upload.complete([one])).size

    assert done(work)[1] == [([(400, "InvalidPart")] * 4, True, 6 * MIB)]


def test_r23_a_completed_or_aborted_upload_is_gone_and_one_under_way_is_resumed() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        upload = await blobs.create_multipart_upload("a.webm")
        await design.ctx.storage.put("id", upload.upload_id)
        upload_id = await design.ctx.storage.get("id")
        again = blobs.resume_multipart_upload("a.webm", upload_id)
        other = blobs.resume_multipart_upload("b.webm", upload_id)
        codes = [await refused(other.upload_part(1, FIRST))]
        parts = [await again.upload_part(1, FIRST)]
        await upload.complete(parts)
        codes += [await refused(again.complete(parts)), await refused(again.abort())]
        second = await blobs.create_multipart_upload("a.webm")
        assert second.upload_id != upload.upload_id
        await second.abort()
        return [*codes, await refused(second.upload_part(1, FIRST))]

    scheduler, seen = done(work)
    assert seen == [[(404, "NoSuchUpload")] * 4]
    assert len(of(scheduler.world.trace, e.BlobUploadAborted)) == 1


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        (lambda b, u: b.get(7), "a key, a chunk, or a text"),
        (lambda b, u: b.create_multipart_upload(7), "a text"),
        (lambda b, u: u.upload_part(0, FIRST), "a number from 1 to 10000"),
        (lambda b, u: u.upload_part(10_001, FIRST), "a number from 1 to 10000"),
        (lambda b, u: u.upload_part(1, "text"), "the chunk it was given"),
        (lambda b, u: u.complete("parts"), r"what upload_part\(\) answered"),
        (lambda b, u: b.list(), "blobs.list is not simulated"),
    ],
)
def test_misuse_is_refused_by_its_line(call: Any, allowed: str) -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        await call(blobs, await blobs.create_multipart_upload("a.webm"))

    with pytest.raises(DesignError, match=allowed) as caught:
        done(work)
    assert "line" in str(caught.value)


# --- values that are no text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda etag: f"{etag}",
        str,
        repr,
        lambda etag: "part-" + etag,
        lambda etag: "%s" % etag,  # noqa: UP031 - a way to make a text
        lambda etag: "".join([etag]),
        lambda etag: {"etag": 1}[etag[0]],
        lambda etag: etag < etag,
        sorted,
        lambda etag: etag == "text",
        lambda etag: etag.startswith("a"),
        int,
        len,
        __import__("json").dumps,
        hex,
    ],
)
@pytest.mark.parametrize("field", ["etag", "version", "key"])
def test_an_etag_is_no_text(use: Any, field: str) -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        use(getattr(await blobs.put(FIRST), field))

    with pytest.raises(DesignError, match="allowed: code may keep it, compare it"):
        done(work)


def test_it_is_kept_compared_stored_and_sent() -> None:
    async def work(design: Any, blobs: Blobs) -> Any:
        put = await blobs.put(FIRST)
        await design.ctx.storage.put("put", {"etag": put.etag, "all": put})
        kept = await design.ctx.storage.get("put")
        etags = {put.etag: 1, (await blobs.put(SECOND)).etag: 2}
        return kept["etag"] == put.etag, kept["all"].size, etags[kept["etag"]], put.etag != None  # noqa: E711

    assert done(work)[1] == [(True, 6 * MIB, 1, True)]
