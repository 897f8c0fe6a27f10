"""What is pending: one thing that will happen, and how long it may take.

A pending thing is known by its key, a tuple whose first entry is its kind. The delay is either
whole milliseconds or a distribution of the scenario; the world draws nothing, the scheduler does.
"""

from __future__ import annotations

from typing import Any, Protocol

Key = tuple[Any, ...]
BURST = "burst "
"""Begins the outcome of a leg within a burst of losses."""
GRACE_ENDS = "grace_ends"
"""The kind of the end of a deploy's grace, by the number of the fault (R19)."""


class Spread(Protocol):
    """A delay that is not exact: its quantile function and its support, in ms.

    The support is ``low_ms`` to ``high_ms``, None where there is no bound (a scheduler that
    explores reads these); it is not part of the protocol, since an offset's may be below 0.
    """

    @property
    def low_ms(self) -> int:
        """The least delay."""

    @property
    def high_ms(self) -> int | None:
        """The greatest delay; None where there is none."""

    def quantile(self, u: float) -> int:
        """The delay below which a share ``u`` of the draws lies."""


class Pending:
    """One pending thing. ``stream`` names its random stream: a purpose, then whole numbers.

    ``since_ms`` is when it became pending; the world sets it.
    """

    __slots__ = ("delay", "key", "payload", "since_ms", "stream")

    def __init__(
        self, key: Key, delay: int | Spread, stream: tuple[Any, ...] = (), payload: Any = None
    ) -> None:
        self.key = key
        self.delay = delay
        self.stream = stream
        self.payload = payload
        self.since_ms = 0

    def window(self) -> tuple[int, int | None]:
        """The earliest and the latest time at which it may happen, in ms; None: no latest."""
        delay = self.delay
        if isinstance(delay, int):
            return self.since_ms + delay, self.since_ms + delay
        high_ms = delay.high_ms
        latest_ms = None if high_ms is None else self.since_ms + high_ms
        return self.since_ms + delay.low_ms, latest_ms

    def __repr__(self) -> str:
        return f"Pending({self.key!r}, {self.delay!r})"


class Shifted:
    """A spread around a planned time: at least 0 ms from now."""

    __slots__ = ("base_ms", "spread")

    def __init__(self, base_ms: int, spread: Spread) -> None:
        self.base_ms = base_ms
        self.spread = spread

    @property
    def low_ms(self) -> int:
        """The least delay."""
        return max(0, self.base_ms + self.spread.low_ms)

    @property
    def high_ms(self) -> int | None:
        """The greatest delay; None where the spread has none."""
        high_ms = self.spread.high_ms
        return None if high_ms is None else max(0, self.base_ms + high_ms)

    def quantile(self, u: float) -> int:
        """The planned time plus the spread's quantile, never before now."""
        return max(0, self.base_ms + self.spread.quantile(u))


class Between:
    """Whole milliseconds from ``low_ms`` to ``high_ms``, each as likely."""

    __slots__ = ("_high_ms", "_low_ms")

    def __init__(self, low_ms: int, high_ms: int) -> None:
        self._low_ms = low_ms
        self._high_ms = high_ms

    @property
    def low_ms(self) -> int:
        """The least delay."""
        return self._low_ms

    @property
    def high_ms(self) -> int:
        """The greatest delay."""
        return self._high_ms

    def quantile(self, u: float) -> int:
        """The quantile of the discrete uniform distribution."""
        return self._low_ms + int(u * (self._high_ms - self._low_ms + 1))


class Around:
    """A spread around a time that is itself in bounds: when something else is to happen.

    ``other`` is the key of that, ``window`` its delay from now.
    """

    __slots__ = ("other", "spread", "window")

    def __init__(self, other: Key, window: Spread, spread: Spread) -> None:
        self.other = other
        self.window = window
        self.spread = spread

    @property
    def low_ms(self) -> int:
        """The least delay."""
        return self.window.low_ms + self.spread.low_ms

    @property
    def high_ms(self) -> int | None:
        """The greatest delay; None where there is none."""
        one_ms, other_ms = self.window.high_ms, self.spread.high_ms
        return None if one_ms is None or other_ms is None else one_ms + other_ms

    def quantile(self, u: float) -> int:
        """Nothing can be drawn here."""
        raise AssertionError("a time that is drawn is known before what lies around it")


def later(delay: int | Spread, ms: int) -> int | Spread:
    """A delay that is longer by so many ms."""
    return delay + ms if isinstance(delay, int) else Shifted(ms, delay)


class AnyTime:
    """Any delay at all: only a schedule can say when."""

    __slots__ = ()
    low_ms = 0
    high_ms = None

    def quantile(self, u: float) -> int:
        """Nothing can be drawn here."""
        raise AssertionError("a transfer that may take any time has no distribution")
