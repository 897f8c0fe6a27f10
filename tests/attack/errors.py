"""State in exceptions: their data, cause, context, notes and lines; and errors that are handled."""

from __future__ import annotations

import re
from typing import Any

from lastchunk.reference_impl.contract import BlobStoreError, Chunk, HandlerFailure, Response
from tests.attack.ground import (
    COMPLETE,
    COUNT_TRUE,
    OK,
    PROVED,
    VIOLATED,
    Holds,
    Patient,
    Tried,
    holds,
    patient,
)


class LateError(Exception):
    """An error of the user's own, that carries data."""

    def __init__(self, is_late: bool) -> None:
        super().__init__("an upload")
        self.is_late = is_late


class InField(Holds):
    """An exception with a field, in a local variable; its text is the same."""

    def keep(self, is_late: bool) -> Any:
        """Made, not raised."""
        return LateError(is_late)

    def kept(self, held: Any) -> bool:
        """Ask its field."""
        return bool(held.is_late)

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, with a line of its own to name."""
        held = self.keep(self.stopped)  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        if self.kept(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class InCause(InField):
    """The cause of an exception."""

    def keep(self, is_late: bool) -> Any:
        """Caused by one or the other."""
        try:
            try:
                raise KeyError("a") if is_late else ValueError("a")
            except (KeyError, ValueError) as error:
                raise HandlerFailure("upload") from error
        except HandlerFailure as error:
            return error  # refused

    def kept(self, held: Any) -> bool:
        """What was the cause?"""
        return isinstance(held.__cause__, KeyError)  # refused


class InContext(InField):
    """What was being handled when the exception was raised."""

    def keep(self, is_late: bool) -> Any:
        """Raised while another was handled, or not."""
        try:
            try:
                if is_late:
                    raise KeyError("a")
            except KeyError:
                raise HandlerFailure("upload")  # noqa: B904 - the context is the point
            raise HandlerFailure("upload")
        except HandlerFailure as error:
            return error  # refused

    def kept(self, held: Any) -> bool:
        """Was there another?"""
        return held.__context__ is not None  # refused


class InNotes(InField):
    """A note on an exception."""

    def keep(self, is_late: bool) -> Any:
        """One note more where it is late."""
        error = HandlerFailure("upload")
        if is_late:
            error.add_note("late")  # refused
        return error

    def kept(self, held: Any) -> bool:
        """Is there a note?"""
        return bool(getattr(held, "__notes__", ()))


class InArgs(InField):
    """The arguments of an exception, of another type than its text tells."""

    def keep(self, is_late: bool) -> Any:
        """The number 1 or the text 1."""
        error = HandlerFailure("1")
        if is_late:
            error.args = (1,)  # refused
        return error

    def kept(self, held: Any) -> bool:
        """Is it a number?"""
        return isinstance(held.args[0], int)


class InGroup(InField):
    """Which exceptions are in a group."""

    def keep(self, is_late: bool) -> Any:
        """The same number of them."""
        return ExceptionGroup("two", [KeyError("a") if is_late else ValueError("a")])  # refused

    def kept(self, held: Any) -> bool:
        """Split it."""
        return held.subgroup(KeyError) is not None


class InTraceback(InField):
    """The line at which an exception was raised."""

    def keep(self, is_late: bool) -> Any:
        """Raised at one of two lines."""
        try:
            if is_late:
                raise HandlerFailure("upload")
            raise HandlerFailure("upload")
        except HandlerFailure as error:
            return error  # refused

    def kept(self, held: Any) -> bool:
        """Compare it with where the function begins."""
        first = self.keep.__func__.__code__.co_firstlineno  # type: ignore[attr-defined]  # refused
        return held.__traceback__.tb_lineno - first == 4  # type: ignore[no-any-return]  # refused


class WhileHandling(Holds):
    """The put is awaited while an exception is being handled, and raised again after it."""

    async def upload(self, chunk: Chunk) -> Response:
        """What is being handled says whether it was late."""
        self.flying += 1
        try:
            try:
                raise (KeyError if self.stopped else ValueError)("a")
            except (KeyError, ValueError):
                await self.ctx.blobs.put(chunk)  # refused
                self.flying -= 1
                raise  # refused
        except KeyError:
            is_late = True
        except ValueError:
            is_late = False
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class Handled(Holds):
    """Errors that are handled before the await, one within a regular expression (control)."""

    async def upload(self, chunk: Chunk) -> Response:
        """Parse a text, look a key up, and go on."""
        late = self.stopped
        words = re.sub(r"(?i)UPLOAD\s*(\d+)?", r"\1", "upload 7")
        try:
            limit = {"7": 10}[words.strip() if late else "8"]
        except KeyError:
            limit = 10
        try:
            int(words or "x")
        except ValueError as error:
            limit = len(str(error))
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if limit and (late != bool(self.settings.skips) or self.settings.skips < 0):
            await self.note()
        return OK


class HandledInside(Patient):
    """Each look raises and handles an error before it sleeps (control)."""

    def prepare(self) -> None:
        """Nothing is known yet."""
        self.known: dict[str, int] = {}

    def looks(self) -> int:
        """One more; the first finds no key."""
        try:
            self.known["looks"] += 1
        except KeyError:
            self.known["looks"] = 1
        return self.known["looks"]


class StoreRefuses(Patient):
    """A put that the store refuses counts as stored (bug), but only after the stop."""

    async def upload(self, chunk: Chunk) -> Response:
        """Handle the platform's own error."""
        self.flying += 1
        late = None
        try:
            await self.ctx.blobs.put(chunk)
        except BlobStoreError as error:
            late = error.status
        finally:
            self.flying -= 1
        if late == 500 and self.settings.looks_max == 2:
            await self.note()
            return OK
        if late is not None:
            return Response(503)
        await self.note()
        return OK


REFUSING = ("blobs.failure=0.5", "limits.strikes_max=1", "client.looks_at_status=true")


class OfAGroup(Holds):
    """A put is on while one error of a group is handled; another one may be left."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk; some are not counted."""
        is_late = False
        try:
            try:
                left = [KeyError(1)] if self.stopped else []
                raise ExceptionGroup("an upload", [ValueError(1), *left])
            except* ValueError:
                self.flying += 1
                await self.ctx.blobs.put(chunk)
                self.flying -= 1
        except* KeyError:
            is_late = True
        if is_late != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


class GoneError(BaseException):
    """What no `except Exception` catches."""


class ThrowsAsItGoes(Holds):
    """A handler that throws such a thing where its instance is gone, in a `finally`."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and count it."""
        is_stored = False
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
            is_stored = True
        finally:
            if not is_stored:
                raise GoneError
        self.flying -= 1
        await self.note()
        return OK


TRIED = (
    *holds(OfAGroup),
    Tried(ThrowsAsItGoes, PROVED, COUNT_TRUE),
    *holds(
        InField,
        InCause,
        InContext,
        InNotes,
        InArgs,
        InGroup,
        InTraceback,
        WhileHandling,
        Handled,
    ),
    *patient(HandledInside),
    Tried(StoreRefuses, VIOLATED, COMPLETE, overrides=REFUSING),
    Tried(StoreRefuses, PROVED, COUNT_TRUE, (("looks_max", 20),), overrides=REFUSING),
)
