"""A demo: a tiny design, what happens to it, and the events that show the rule.

The rule's events are stated exactly, so a world that forgot the rule gives a trace that `misses`
refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lastchunk.model.design.load import DesignSpec
from lastchunk.model.scenario.load import validate
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.manual_scheduler import ManualScheduler
from lastchunk.model.trace.events import NO_CHUNK, Event
from lastchunk.model.trace.words import clock, words_of
from lastchunk.reference_impl.contract import STATE_KEY, Context, Response

OK = Response(200)
REQUEST_MS, RESPONSE_MS, BLOB_MS = 10, 10, 400


@dataclass(frozen=True)
class NoSettings:
    """A tiny design has no settings."""


class Tiny:
    """What every tiny design has: its context, and a way to say something in the trace."""

    Settings = NoSettings
    stop_call = "stop"

    def __init__(self, ctx: Context, settings: NoSettings) -> None:
        self.ctx = ctx

    async def say(self, words: object) -> None:
        """Write words as the status of the public record, where the trace shows them."""
        await self.ctx.storage.put(STATE_KEY, {"status": str(words), "chunks_uploaded": 0})


# --- steps ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CallStep:
    """Somebody calls a method; ``delay_ms`` -1 is the network's own delay."""

    at_ms: int
    method: str
    chunk: int = NO_CHUNK
    delay_ms: int = -1

    def take(self, scheduler: ManualScheduler) -> None:
        """Take the step."""
        scheduler.call(self.method, self.at_ms, self.chunk, self.delay_ms)

    def words(self) -> str:
        """The step in words."""
        chunk = "" if self.chunk == NO_CHUNK else f" with chunk {self.chunk}"
        delay = "" if self.delay_ms < 0 else f", {self.delay_ms} ms under way"
        return f"at {self.at_ms} ms `{self.method}` is called{chunk}{delay}"


@dataclass(frozen=True)
class HangUp:
    """The caller of a method goes away."""

    at_ms: int
    method: str
    chunk: int = NO_CHUNK

    def take(self, scheduler: ManualScheduler) -> None:
        """Take the step."""
        scheduler.hang_up(self.method, self.at_ms, self.chunk)

    def words(self) -> str:
        """The step in words."""
        return f"at {self.at_ms} ms the caller of `{self.method}` goes away"


class StrikeStep:
    """A fault strikes; its settings are those of a scenario."""

    def __init__(self, at_ms: int, kind: str, **settings: Any) -> None:
        self.at_ms = at_ms
        self.fault = {"kind": kind, "offset_ms": 0, **settings}

    def take(self, scheduler: ManualScheduler) -> None:
        """Take the step."""
        (fault,) = scenario_of({"faults": [self.fault]}).faults
        scheduler.strike(fault, self.at_ms, self.at_ms)

    def words(self) -> str:
        """The step in words."""
        settings = {k: v for k, v in self.fault.items() if k not in ("kind", "offset_ms")}
        words = ", ".join(f"{key} = {value}" for key, value in settings.items())
        fault = f"`{self.fault['kind']}`" + (f" ({words})" if words else "")
        return f"at {self.at_ms} ms the fault {fault} strikes"


class Decide:
    """The next pending thing of a kind has an outcome that is chosen."""

    def __init__(self, outcome: str, *key: Any) -> None:
        self.outcome, self.key = outcome, key

    def take(self, scheduler: ManualScheduler) -> None:
        """Take the step."""
        scheduler.decide(self.outcome, *self.key)

    def words(self) -> str:
        """The step in words."""
        return f"the outcome of `{self.key[0]}` is *{self.outcome}*"


DemoStep = CallStep | HangUp | StrikeStep | Decide


# --- demos ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Demo:
    """One rule. ``shows`` are the events that it is about, in order; ``only`` the types of events
    of which the trace has no others than these. ``settings`` are those of a scenario."""

    rule: str
    name: str
    tags: str
    words: str
    design: type[Tiny]
    steps: Sequence[DemoStep]
    until_ms: int
    shows: Sequence[Event]
    only: Sequence[type] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def scenario_of(settings: dict[str, Any]) -> Scenario:
    """The scenario that every demo shares, with settings of its own."""
    base: dict[str, Any] = {
        "name": "platform",
        "title": "A rule of the platform",
        "network": {"request_delay_ms": REQUEST_MS, "response_delay_ms": RESPONSE_MS},
        "blobs": {"put_delay_ms": BLOB_MS},
    }
    for table, values in settings.items():
        both = {**base.get(table, {}), **values} if isinstance(values, dict) else values
        base[table] = both
    return validate(base, "platform demo")


def run_demo(demo: Demo, settings: dict[str, Any] | None = None) -> list[Event]:
    """The trace of a demo, always the same. ``settings`` in place of its own, to break it."""
    cls: Any = demo.design
    design = DesignSpec(cls.__name__, cls, cls.Settings(), cls.__name__)
    scenario = scenario_of(demo.settings if settings is None else settings)
    scheduler = ManualScheduler(design, scenario, has_page=False)
    for step in demo.steps:
        step.take(scheduler)
    scheduler.until(demo.until_ms)
    return scheduler.world.trace


def misses(demo: Demo, trace: Sequence[Event]) -> list[str]:
    """What a trace lacks of the rule, or has too much, in words; empty where it shows the rule."""
    wrong = []
    rest = ((type(event), event) for event in trace)  # tuples of two types may be equal
    for event in demo.shows:
        if (type(event), event) not in rest:
            wrong.append(f"{clock(event.at_ms)} {words_of(event)}: not there, or not in this order")
            break
    for kind in demo.only:
        wanted = [event for event in demo.shows if type(event) is kind]
        found = [event for event in trace if type(event) is kind]
        if found != wanted:
            times = ", ".join(clock(event.at_ms) for event in found) or "never"
            wrong.append(f"{kind.__name__} at {times}; the rule wants {len(wanted)} of them")
    return wrong
