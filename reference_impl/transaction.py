"""A transaction of the object's storage: all of what it writes is kept, or nothing (R18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from lastchunk.reference_impl.effect import Answer, Effect

Opened = TypeVar("Opened")


@dataclass(slots=True)
class BeginTransaction(Effect[None]):
    """Open a transaction; the input gate is closed until `EndTransaction`."""


@dataclass(slots=True)
class RollBack(Effect[None]):
    """Take back all that the transaction wrote, the alarm included."""


@dataclass(slots=True)
class EndTransaction(Effect[None]):
    """Commit what the transaction wrote; ``failed`` takes all of it back."""

    failed: bool = False


async def in_transaction(opened: Opened, work: Callable[[Opened], Awaitable[Answer]]) -> Answer:
    """Run ``work`` in a transaction. Where it throws, nothing is kept, and the object goes on."""
    await BeginTransaction()
    try:
        answer = await work(opened)
    except Exception:
        await EndTransaction(failed=True)
        raise
    await EndTransaction()
    return answer
