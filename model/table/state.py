"""A state of the table: all that a session's future depends on, but for its registers.

It is the explorer's state, without symmetry and with all that names a later draw: chunks, attempts,
commits, runs of the alarm, sleeps and notifications. These are registers (`numbers/counter.py`), so
that two sessions that differ in one alone are in one state. What has happened is no part of it: the
trace is written as it goes.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.frames import NotListed
from lastchunk.model.explore.code.shapes import bytes_of
from lastchunk.model.explore.state.discrete import laid_out
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.table.parts import SessionParts
from lastchunk.model.table.refused import EXPLORING_REFUSES, NotCarried
from lastchunk.model.table.step import RunningStep


class InFull(dict[Any, Any]):
    """Chunks and attempts as they are."""

    def __missing__(self, key: Any) -> Any:
        return key[1] if type(key) is tuple else f"#{key}"


NAMES = InFull()
DIGEST_BYTES = 16
"""A table of 10,000 states has two different ones of one digest with a chance of 10^-31."""


class TableState:
    """One state: ``key`` is equal for equal ones, a digest of all that it says. ``columns`` are its
    registers, by name and offset; the first of them are those of ``fires``, what is pending."""

    __slots__ = ("fires", "key", "names", "offsets")

    def __init__(self, parts: list[StatePart], counts: tuple[Any, ...], step: RunningStep) -> None:
        said, columns, self.fires, _ = laid_out(parts, NAMES, NAMES)
        self.names = tuple([name for name, _ in columns])
        self.offsets = step.once(tuple([offset for _, offset in columns]))
        # A name is never negative for whoever comes here, if its register is that much above 0.
        signs = step.never_negative
        above = tuple([offset if name in signs else None for name, offset in columns])
        words = bytes_of((said, counts, above))
        self.key = blake2b(words, digest_size=DIGEST_BYTES).digest()

    @property
    def columns(self) -> list[tuple[int, int]]:
        """The registers, by name and offset: put together when asked for, as most never are."""
        return list(zip(self.names, self.offsets, strict=True))


FORGETS_EVERY = 64
"""After so many states their parts are let go: most are met again soon, or not at all."""


class TableEncoder:
    """Writes the states of one table; ``start`` is the world at its beginning."""

    def __init__(self, values: Encoder, start: Any) -> None:
        self.parts = SessionParts(values, start)
        self.written = 0

    def state(self, world: Any, times: Any, step: RunningStep) -> TableState:
        """The state of a world. ``times`` are those of what is pending."""
        self.written += 1
        if self.written % FORGETS_EVERY == 0:
            self.parts.forget()
        try:
            parts = self.parts.parts(world, times)
        except NotListed:  # SimPy keeps what it is given
            raise NotCarried(EXPLORING_REFUSES) from None
        page, runtime = world.client, world.object
        part = self.parts.plain_part
        if not page.is_stopped:
            parts.append(part("duration", world.duration_ms))
        parts.append(part("active since", runtime.meter.active_since_ms, runtime.meter.requests))
        for key, pending in world.pending.items():
            if key[0] in world.settings.choosing:
                parts.append(part("stream", key, *pending.stream))
        parts.append(part("numbers", *(number for _, number in numbers_of(world))))
        return TableState(parts, self._counts(world), step)

    def _counts(self, world: Any) -> tuple[Any, ...]:
        """Further numbers that name later draws and events."""
        store = () if world.blob_store.is_left_out else (world.blob_store.number,)
        return (world.object.instance, *(program.detached for program in world.programs), *store)


def numbers_of(world: Any) -> list[tuple[str, Any]]:
    """The numbers that name later draws and events, each of which only grows."""
    runtime = world.object
    return [
        ("runs", runtime.alarms.runs),
        ("retries", runtime.alarms.ended),
        ("commits", runtime.storage.confirmed),
        ("sleeps", world.client.sleeps),
        ("notifications", world.consumer.sent),
    ]
