"""Design code driven by hand: no world, no gates, no time but what a test says.

An effect is answered in a few lines: storage is a dictionary, the alarm a number. So a design's
own logic can be looked at apart from everything that the platform does to it.
"""

from __future__ import annotations

import copy
from collections.abc import Coroutine, Generator
from typing import Any

from lastchunk.reference_impl import contract as c
from lastchunk.reference_impl.blobs import BlobPut, Blobs
from lastchunk.reference_impl.clock import Time, bare


class Box:
    """One object of a design. ``now_ms`` is its clock; ``told`` collects its notifications."""

    def __init__(self, cls: Any, **settings: Any) -> None:
        self.now_ms = 1_000
        self.values: dict[str, Any] = {}
        self.alarm_ms: int | None = None
        self.blobs: list[int] = []
        self.told: list[str] = []
        self.notify_fails = False
        context = c.Context(c.Storage(), Blobs(), lambda: Time(self.now_ms))
        self.design = cls(context, cls.Settings(**settings))

    def call(self, method: str, *arguments: Any) -> Any:
        """Run a method to its end, with nothing in between."""
        run = self.begin(method, *arguments)
        try:
            next(run)
        except StopIteration as end:
            return end.value
        return self.go_on(run)

    def begin(self, method: str, *arguments: Any) -> Generator[Any, Exception | None, Any]:
        """A method that stops at each blob put; send an error to break the put."""
        coroutine: Coroutine[Any, Any, Any] = getattr(self.design, method)(*arguments)
        return self._steps(coroutine)

    def go_on(
        self, run: Generator[Any, Exception | None, Any], error: Exception | None = None
    ) -> Any:
        """Let a suspended method run from its put to its end."""
        try:
            run.send(error)
        except StopIteration as end:
            return end.value
        raise AssertionError("the method has not ended")

    def _steps(self, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Exception | None, Any]:
        answer: Any = None
        error: Exception | None = None
        try:
            while True:
                effect = coroutine.send(answer) if error is None else coroutine.throw(error)
                answer = error = None
                if isinstance(effect, BlobPut):
                    error = yield effect
                    if error is None:
                        self.blobs.append(effect.chunk.index)
                elif isinstance(effect, c.Notify):
                    self.told.append(effect.key)
                    error = c.NotifyError("no answer") if self.notify_fails else None
                else:
                    answer = self._storage(effect)
        except StopIteration as end:
            return end.value

    def _storage(self, effect: Any) -> Any:
        if isinstance(effect, c.Get):
            return copy.deepcopy(self.values.get(effect.key))
        if isinstance(effect, c.Put):
            self.values[effect.key] = copy.deepcopy(effect.value)
        elif isinstance(effect, c.Delete):
            self.values.pop(effect.key, None)
        elif isinstance(effect, c.SetAlarm):
            self.alarm_ms = bare(effect.at_ms)
        elif isinstance(effect, c.DeleteAlarm):
            self.alarm_ms = None
        else:
            raise AssertionError(f"{effect!r} is not expected")
        return None

    def ring(self) -> None:
        """The alarm comes due, and runs."""
        assert self.alarm_ms is not None
        self.now_ms, self.alarm_ms = max(self.now_ms, self.alarm_ms), None
        self.call("alarm")

    @property
    def has_alarm(self) -> bool:
        """Whether an alarm is set."""
        return self.alarm_ms is not None

    @property
    def state(self) -> Any:
        """The session's public record."""
        return self.values.get(c.STATE_KEY)

    @property
    def status(self) -> str:
        """The session's status."""
        return str(self.state["status"])


def steps(coroutine: Coroutine[Any, Any, Any], *answers: Any) -> list[Any]:
    """The effects of a page's coroutine, one more than the answers, unless it ends before.

    An answer that is an exception is thrown.
    """
    effects = []
    pending = list(answers)
    try:
        effects.append(coroutine.send(None))
        while pending:
            answer = pending.pop(0)
            resume = coroutine.throw if isinstance(answer, Exception) else coroutine.send
            effects.append(resume(answer))
    except StopIteration:
        assert not pending, f"it has ended and was not asked for {pending}"
    return effects
