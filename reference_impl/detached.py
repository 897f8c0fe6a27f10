"""Detached work: what a handler leaves to the object, and does not wait for (R20)."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Coroutine
from types import CoroutineType
from typing import Any

from lastchunk.reference_impl.clock import Refused, driven, place_of

DETACHED = "detached work"


def wait_until(work: Coroutine[Any, Any, Any]) -> None:
    """Let a coroutine run once the code next waits or ends. Nobody waits for it (R20)."""
    place = place_of(sys._getframe(1))
    if type(work) is not CoroutineType or inspect.getcoroutinestate(work) != inspect.CORO_CREATED:
        kind = type(work).__name__
        raise Refused(f"{place}: wait_until() of a {kind}; allowed: a call of an async method")
    if driven.program is None:
        work.close()
        raise Refused(f"{place}: wait_until() when its instance is gone; allowed: before that")
    if driven.program.target is None:
        work.close()
        raise Refused(f"{place}: wait_until() in __init__; allowed: in a method")
    driven.program.detach(work)
