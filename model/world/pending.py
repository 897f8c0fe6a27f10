"""What is pending: one thing that will happen, and how long it may take.

A pending thing is known by its key, a tuple whose first entry is its kind. The delay is either
whole milliseconds or a distribution of the scenario; the world draws nothing, the scheduler does.
"""

from __future__ import annotations

from typing import Any, Protocol

Key = tuple[Any, ...]


class Spread(Protocol):
    """A delay that is not exact: its quantile function and its support, in ms.

    The support is ``low_ms`` to ``high_ms``, None where there is no bound (a scheduler that
    explores reads these); it is not part of the protocol, since an offset's may be below 0.
    """

    def quantile(self, u: float) -> int:
        """The delay below which a share ``u`` of the draws lies."""


class Pending:
    """One pending thing. ``stream`` names its random stream: a purpose, then whole numbers."""

    __slots__ = ("delay", "key", "payload", "stream")

    def __init__(
        self, key: Key, delay: int | Spread, stream: tuple[Any, ...] = (), payload: Any = None
    ) -> None:
        self.key = key
        self.delay = delay
        self.stream = stream
        self.payload = payload

    def __repr__(self) -> str:
        return f"Pending({self.key!r}, {self.delay!r})"


class Shifted:
    """A spread around a planned time: at least 0 ms from now."""

    __slots__ = ("base_ms", "spread")

    def __init__(self, base_ms: int, spread: Spread) -> None:
        self.base_ms = base_ms
        self.spread = spread

    def quantile(self, u: float) -> int:
        """The planned time plus the spread's quantile, never before now."""
        return max(0, self.base_ms + self.spread.quantile(u))


class Between:
    """Whole milliseconds from ``low_ms`` to ``high_ms``, each as likely."""

    __slots__ = ("high_ms", "low_ms")

    def __init__(self, low_ms: int, high_ms: int) -> None:
        self.low_ms = low_ms
        self.high_ms = high_ms

    def quantile(self, u: float) -> int:
        """The quantile of the discrete uniform distribution."""
        return self.low_ms + int(u * (self.high_ms - self.low_ms + 1))
