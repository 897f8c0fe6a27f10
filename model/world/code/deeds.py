"""What code does when it is told something: it awaits an effect, or comes to its end."""

from __future__ import annotations

from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.world.base.frozen import frozen
from lastchunk.reference_impl.contract import (
    BlobStoreError,
    HandlerFailure,
    InstanceReplaced,
    NetworkError,
    NotifyError,
    StopFlowError,
    StreamBroken,
)
from lastchunk.reference_impl.effect import Effect

TaskId = tuple[Any, ...]
PLATFORM_ERRORS = (
    NetworkError,
    StreamBroken,
    StopFlowError,
    BlobStoreError,
    NotifyError,
    InstanceReplaced,
    HandlerFailure,
)


class Done:
    """A task came to its end, with a value or with one of the platform's own errors."""

    __slots__ = ("error", "value")

    def __init__(self, value: Any, error: Exception | None = None) -> None:
        self.value = value
        self.error = error


class TimeError(DesignError):
    """A design does something with a time that is not defined, or cannot be exact."""


def deed(effect: Effect[Any] | Done) -> Any:
    """What code did, in a form that can be compared with what it does the next time."""
    try:
        if type(effect) is Done:
            return (Done.__name__, type(effect.error).__name__, frozen(effect.value))
        values = (getattr(effect, name) for name in effect.__slots__)
        return (type(effect).__name__, *map(frozen, values))
    except RecursionError:  # no copy is made of such a value: it is refused where it would be
        return (type(effect).__name__, "a value that is nested too deep")


def again(error: Exception) -> Exception:
    """An error of its own for each time that it is thrown: code may change it and keep it."""
    other = type(error).__new__(type(error))
    other.args = error.args
    other.__dict__.update(error.__dict__)
    return other


def numbers_after(number: int) -> int:
    """The first number for the detached work of the next instance.

    This one may go on beside that one (R11), and no two tasks have one number.
    """
    return (number // OF_AN_INSTANCE + 1) * OF_AN_INSTANCE


OF_AN_INSTANCE = 1_000_000
"""So much work one instance may leave behind, and more than its limits let it."""
