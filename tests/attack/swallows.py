"""Clauses that catch what was never meant for them: chunk 0 completes the session."""

from __future__ import annotations

import contextlib
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import (
    COMPLETE,
    OK,
    PROVED,
    VIOLATED,
    Patient,
    Tried,
)


class FirstCompletes(Patient):
    """Chunk 0 completes the session as soon as it is stored (bug, and the control)."""

    def is_hurried(self, chunk: Chunk) -> bool:
        """Whether this one completes the session."""
        return self.settings.looks_max == 2 and chunk.index == 0

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        if self.is_hurried(chunk):
            await self.complete()
        self.flying -= 1
        return OK


class CatchesAll(FirstCompletes):
    """The same in a bare ``except``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except:  # noqa: E722 - the fault itself  # refused
            pass  # refused
        self.flying -= 1
        return OK


class CatchesBase(FirstCompletes):
    """The same by ``BaseException``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except BaseException:  # refused
            pass  # refused
        self.flying -= 1
        return OK


class Suppresses(FirstCompletes):
    """The same by ``contextlib.suppress``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        with contextlib.suppress(BaseException):  # refused
            await self.ctx.blobs.put(chunk)  # refused
            if self.is_hurried(chunk):
                await self.complete()
        self.flying -= 1
        return OK


class ReturnsInFinally(FirstCompletes):
    """The same by a return in a ``finally``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        finally:
            self.flying -= 1
            return OK  # noqa: B012 - the fault itself  # refused


class BreaksInFinally(FirstCompletes):
    """The same by a break in a ``finally``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        while True:
            try:
                await self.ctx.blobs.put(chunk)
                if self.is_hurried(chunk):
                    await self.complete()
            finally:
                break  # noqa: B012 - the fault itself  # refused
        self.flying -= 1
        return OK


class ContinuesInFinally(FirstCompletes):
    """The same by a continue in a ``finally``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        for _ in (1,):
            try:
                await self.ctx.blobs.put(chunk)
                if self.is_hurried(chunk):
                    await self.complete()
            finally:
                continue  # noqa: B012 - the fault itself  # refused
        self.flying -= 1
        return OK


class Quiet:
    """A context manager that says of every error that it is dealt with."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> bool:  # refused: ExitSwallows
        return True  # refused: ExitSwallows


class ExitSwallows(FirstCompletes):
    """The same by a context manager of one's own."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        with Quiet():  # refused
            await self.ctx.blobs.put(chunk)  # refused
            if self.is_hurried(chunk):
                await self.complete()
        self.flying -= 1
        return OK


class StarSwallows(FirstCompletes):
    """The same by ``except*``."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except* BaseException:  # refused
            pass  # refused
        self.flying -= 1
        return OK


class ByName(FirstCompletes):
    """The same by a class that is looked up first."""

    caught: Any = (OSError, BaseException)  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except self.caught:  # refused
            pass  # refused
        self.flying -= 1
        return OK


class CatchesException(FirstCompletes):
    """``except Exception``, which catches no signal of the explorer (control)."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except Exception:  # refused
            return Response(500)
        self.flying -= 1
        return OK


class Raises(FirstCompletes):
    """It catches everything, cleans up, and raises it again (control)."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the chunk, and perhaps complete."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            if self.is_hurried(chunk):
                await self.complete()
        except BaseException:  # refused
            self.flying -= 1
            raise
        self.flying -= 1
        return OK


HURRIED = (
    FirstCompletes,
    CatchesAll,
    CatchesBase,
    Suppresses,
    ReturnsInFinally,
    BreaksInFinally,
    ContinuesInFinally,
    ExitSwallows,
    StarSwallows,
    ByName,
    CatchesException,
    Raises,
)


TRIED = tuple(
    Tried(cls, truth, COMPLETE, (("looks_max", looks),), chunks=2)
    for cls in HURRIED
    for looks, truth in ((2, VIOLATED), (20, PROVED))
)
