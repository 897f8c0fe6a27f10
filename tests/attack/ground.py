"""The two designs that the attack varies, the scenario that they run in, and what was found.

`Patient` counts something over many events; `Holds` knows something over one await. Who writes out
too little of a state forgets the count or the knowledge, and proves what sampling refutes. Their
settings turn the fault off, so that each way of keeping state is tried with it and without it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.explore.verify import Budget, verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    Page,
    Response,
)

PROVED, VIOLATED, REFUSED = "proved", "violated", "refused"
AS_SAMPLED = "as sampled"
"""It hangs on what Python says of a time's type: exploring must agree with sampling."""
COMPLETE, COUNT_TRUE = "complete_at_finalization", "count_true"
OK = Response(200)
MARK = "# refused"
"""A line that a refusal may name ends in this comment; outside the class, with the class's name."""
SCENARIO = (
    "expect.sometimes=[]",
    "start.session='created'",
    "recording.duration_ms=0",
    "client.uploads_parallel=2",
    "client.retry_ms=20",
    "network.request_delay_ms={distribution='uniform', low_ms=1, high_ms=2}",
    "network.response_delay_ms=0",
    "network.body='buffered'",
    "blobs.put_delay_ms={distribution='uniform', low_ms=3, high_ms=40}",
)
"""One or two chunks and the stop are sent at time 0; a put ends when all of them have come."""


@dataclass(frozen=True)
class Looks:
    """``looks_max`` looks of the alarm, ``grace_ms`` apart: 20 outlast any put, 2 do not.

    ``expects``: so many chunks are waited for, whether or not their uploads have begun.
    """

    grace_ms: int = 10
    looks_max: int = 2
    expects: int = 0


class Patient:
    """Its alarm waits for the uploads under way, but not for more than ``looks_max`` looks."""

    Settings: Any = Looks
    stop_call = "signal_stop"

    def __init__(self, ctx: Context, settings: Any) -> None:
        self.ctx = ctx
        self.settings = settings
        self.flying = 0
        self.prepare()

    def prepare(self) -> None:
        """Make what looks are counted with."""

    def looks(self) -> int:
        """Look once more. Returns how often the alarm has looked."""
        return 0

    async def create(self) -> Response:
        """Make the session, or find it."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            await self.ctx.storage.put(STATE_KEY, {"status": ACTIVE, "chunks_uploaded": 0})
        return OK

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and count it in the record as it is then."""
        self.flying += 1
        try:
            await self.ctx.blobs.put(chunk)
        finally:
            self.flying -= 1
        await self.note()
        return OK

    async def note(self) -> None:
        """One chunk more."""
        state = await self.ctx.storage.get(STATE_KEY)
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put(STATE_KEY, state)

    async def later(self) -> None:
        """Look again after the grace."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)

    async def signal_stop(self) -> Response:
        """Begin to look."""
        await self.later()
        return OK

    async def alarm(self) -> None:
        """Wait for uploads under way, or complete the session."""
        state = await self.ctx.storage.get(STATE_KEY)
        is_missing = state["chunks_uploaded"] < self.settings.expects
        if (self.flying or is_missing) and self.looks() <= self.settings.looks_max:
            await self.later()
        else:
            await self.complete()

    async def complete(self) -> None:
        """Mark the session completed."""
        state = await self.ctx.storage.get(STATE_KEY)
        state["status"] = COMPLETED
        await self.ctx.storage.put(STATE_KEY, state)

    @staticmethod
    async def stop_flow(page: Page, settings: Any) -> None:
        """Signal the stop once."""
        await page.browser.fetch("signal_stop")


@dataclass(frozen=True)
class Skips:
    """``skips``: which uploads are not counted: 1 those after the stop, 0 those before, -1 none."""

    grace_ms: int = 10
    looks_max: int = 0
    expects: int = 0
    skips: int = 1


class Holds(Patient):
    """An upload remembers over its put whether the stop had come, and may not count itself."""

    Settings = Skips

    def __init__(self, ctx: Context, settings: Any) -> None:
        super().__init__(ctx, settings)
        self.stopped = False

    async def signal_stop(self) -> Response:
        """The stop has come."""
        self.stopped = True
        return await super().signal_stop()

    def keep(self, is_late: bool) -> Any:
        """Put a truth into something that lives over the await."""
        return is_late

    def kept(self, held: Any) -> bool:
        """Get it out again."""
        return bool(held)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk; some are not counted."""
        held = self.keep(self.stopped)
        self.flying += 1
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if self.kept(held) != bool(self.settings.skips) or self.settings.skips < 0:
            await self.note()
        return OK


@dataclass(frozen=True)
class Slow:
    """Uploads slower than ``slow_ms`` are not counted; none is as slow as 50 ms."""

    grace_ms: int = 10
    looks_max: int = 0
    expects: int = 0
    slow_ms: int = 20


class Timed(Patient):
    """An upload takes the time of its put; what took long is not counted."""

    Settings = Slow

    def is_slow(self, began_ms: Any, now_ms: Any) -> bool:
        """Whether a put took long."""
        return bool(now_ms - began_ms > self.settings.slow_ms)

    async def upload(self, chunk: Chunk) -> Response:
        """Store a chunk, and take the time."""
        self.flying += 1
        began_ms = self.ctx.now()
        await self.ctx.blobs.put(chunk)
        self.flying -= 1
        if not self.is_slow(began_ms, self.ctx.now()):
            await self.note()
        return OK


@dataclass(frozen=True)
class Tried:
    """A design, the truth about a property in the scenario, and with which settings."""

    cls: Any
    truth: str
    slug: str = COMPLETE
    settings: tuple[tuple[str, int], ...] = ()
    chunks: int = 1
    overrides: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For the test's name."""
        faults = re.findall(r"kind='(\w+)'|(failure)", " ".join(self.overrides))
        parts = (self.cls.__name__, *(f"{key}={value}" for key, value in self.settings))
        return "-".join([*parts, *("".join(fault) for fault in faults)])

    def scenario(self) -> Scenario:
        """The scenario of the attack with this one's bounds."""
        chunks = f"recording.chunks={self.chunks}"
        return load_scenario("everything-fast", [*SCENARIO, chunks, *self.overrides])

    def spec(self) -> DesignSpec:
        """The design as the world takes it."""
        name = self.cls.__name__
        return DesignSpec(name, self.cls, self.cls.Settings(**dict(self.settings)), name)

    def marked(self) -> set[int]:
        """The lines that a refusal may name: marked in the class, or with its name elsewhere."""
        lines, first = inspect.getsourcelines(self.cls)
        inside = range(first, first + len(lines))
        source = inspect.getsource(inspect.getmodule(self.cls) or self.cls)
        found = set()
        for number, line in enumerate(source.splitlines(), 1):
            _, mark, names = line.partition(MARK)
            if mark and (number in inside or self.cls.__name__ in re.findall(r"\w+", names)):
                found |= statement_at(source, number)
        return found


@cache
def statement_at(source: str, line: int) -> set[int]:
    """The lines of the statement that a line is part of; the line alone if it holds others."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if line in lines:
                return set(lines)
    return {line}


BETWEEN = (
    "network.request_delay_ms={distribution='uniform', low_ms=1, high_ms=40}",
    "network.stop_delay_ms=1",
    "blobs.put_delay_ms=0",
)
"""It is the request that takes long: no code is suspended while the alarm looks."""


def patient(*classes: Any, between: bool = True) -> Iterable[Tried]:
    """Each `Patient` in a hurry, and with patience enough; while a put is on, and between all."""
    for cls in classes:
        for looks, truth in ((2, VIOLATED), (20, PROVED)):
            settings = (("looks_max", looks),)
            yield Tried(cls, truth, settings=settings)
            if between:
                yield Tried(cls, truth, settings=(*settings, ("expects", 1)), overrides=BETWEEN)


def holds(*classes: Any) -> Iterable[Tried]:
    """Each of `Holds`, with late uploads skipped, early ones, and none."""
    for cls in classes:
        for skips, truth in ((1, VIOLATED), (0, VIOLATED), (-1, PROVED)):
            yield Tried(cls, truth, COUNT_TRUE, (("skips", skips),))


def timed(*classes: Any) -> Iterable[Tried]:
    """Each of `Timed`, with a limit that some puts are over, and with one that none is."""
    for cls in classes:
        yield Tried(cls, VIOLATED, COUNT_TRUE)
        yield Tried(cls, PROVED, COUNT_TRUE, (("slow_ms", 50),))


def sampled(tried: Tried, sessions: int = 60) -> str:
    """What sampling says: violated, or proved where no session violates it."""
    verdicts = compare(tried.scenario(), [tried.spec()], sessions, seed=1).verdicts
    is_violated = verdicts[tried.cls.__name__][tried.slug].kind == "violated"
    return VIOLATED if is_violated else PROVED


def found(tried: Tried) -> tuple[str, str]:
    """What exploring says: proved, violated, unknown, or refused; and the words that go with it."""
    try:
        result = verify(
            tried.scenario(),
            tried.spec(),
            [tried.slug],
            Budget(seconds=30.0),
            counterexamples=False,
        )
    except DesignError as error:
        return REFUSED, str(error)
    verdict = result.verdicts[tried.slug]
    return verdict.kind, verdict.reason


def refused_lines(words: str) -> set[int]:
    """The lines that a refusal names."""
    return {int(number) for number in re.findall(r"\bline (\d+)", words)}
