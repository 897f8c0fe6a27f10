"""What a design's page does once the user has stopped, found by running its stop flow alone.

The flow is answered by a page that notes what it is asked. Nothing fails in it: a message is
answered 200 at once, and the queue is busy for as long as is wished. So another look at the queue
after a wait is a poll, and never what comes after a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lastchunk.reference_impl.contract import (
    Browser,
    Chunk,
    Fetch,
    LastChunk,
    NetworkError,
    Response,
    Sleep,
)
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings

EFFECTS_MAX = 200_000
"""A flow that asks for more is one that polls for ever."""
CHUNKS = 3
BUSY_MS = 1_000
QUEUE = "which of its uploads are under way"
COUNT = "how many chunks it recorded"
CARRIED = "what its message to the object carries"


@dataclass(frozen=True)
class StopFlowMeasure:
    """``messages`` are what it sends, ``knows`` what the page must know of its own recording.

    ``polls`` and ``waited_ms`` are those of a queue that is busy for so long; ``repeats`` tells
    that a message that got lost is sent again.
    """

    messages: tuple[str, ...]
    knows: tuple[str, ...]
    polls: int
    waited_ms: int
    repeats: bool


@dataclass
class NotedPage:
    """A page that notes what a stop flow asks of it, busy until ``busy_ms``."""

    settings: RecorderSettings
    busy_ms: int = 0
    now_ms: int = 0
    has_waited: bool = False
    looks: int = 0
    polls: int = 0
    browser: Browser = field(default_factory=Browser)

    def uploads_waiting(self) -> int:
        """One chunk, for as long as the queue is busy."""
        self.looks += 1
        self.polls += self.has_waited
        self.has_waited = False
        return int(self.now_ms < self.busy_ms)

    @property
    def queue(self) -> list[Chunk]:
        """The chunks of `uploads_waiting`."""
        return [Chunk(0, 1)] * self.uploads_waiting()

    @property
    def uploading(self) -> int:
        """As `uploads_waiting`."""
        return self.uploads_waiting()

    def back_off(self, failures: int) -> tuple[int, int]:
        """As the recorder's own, which reads its settings alone."""
        recorder: Any = self
        return Recorder.back_off(recorder, failures)


def stop_flow_of(cls: Any, settings: Any = None, busy_ms: int = BUSY_MS) -> StopFlowMeasure:
    """What a design's stop flow does; ``settings`` None are its defaults."""
    settings = cls.Settings() if settings is None else settings
    page, sent, effects = _run(cls, settings, busy_ms)
    _, lost, _ = _run(cls, settings, 0, losses=1)
    knows = [QUEUE] if page.looks else []
    if any(isinstance(effect, LastChunk) for effect in effects):
        knows.append(COUNT)
    elif any(effect.arguments for effect in sent):
        knows.append(CARRIED)
    return StopFlowMeasure(
        tuple(effect.method for effect in sent),
        tuple(knows),
        page.polls,
        page.now_ms,
        len(lost) > 1,
    )


def _run(
    cls: Any, settings: Any, busy_ms: int, losses: int = 0
) -> tuple[NotedPage, list[Fetch], list[Any]]:
    """The page after a flow, the messages that were sent, and all that was awaited."""
    client: Mapping[str, Any] = getattr(cls, "client", {})
    page = NotedPage(RecorderSettings(**client), busy_ms)
    sent: list[Fetch] = []
    effects: list[Any] = []
    flow = cls.stop_flow(page, settings)
    step, told = flow.send, None
    try:
        while len(effects) < EFFECTS_MAX:
            effect = step(told)
            effects.append(effect)
            step, told = flow.send, _answer(page, effect)
            if isinstance(effect, Fetch):
                sent.append(effect)
                if len(sent) <= losses:
                    step, told = flow.throw, NetworkError("lost")
    except Exception:  # it ends, or gives up with an error of its own: what it did is noted
        pass
    finally:
        flow.close()
    return page, sent, effects


def _answer(page: NotedPage, effect: Any) -> Any:
    if isinstance(effect, Fetch):
        return Response(200)
    if isinstance(effect, Sleep):
        page.now_ms += effect.low_ms
        page.has_waited = True
    return CHUNKS if isinstance(effect, LastChunk) else None
