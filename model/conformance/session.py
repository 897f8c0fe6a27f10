"""One plan on one object: what is done to it, and whether it shows what it must."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from lastchunk.model.conformance.plan import (
    BEFORE_AN_ALARM,
    CREATE,
    Act,
    Plan,
    PlannedStep,
    PlayedCall,
)
from lastchunk.model.conformance.result import AT_THE_END, PlayVerdict, Result
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS
from lastchunk.model.conformance.runtime.held import CallName
from lastchunk.model.conformance.runtime.requests import PlayedRequest
from lastchunk.model.conformance.runtime.workerd import Workerd, path_of
from lastchunk.model.conformance.shown import Reader, Sign, note_under_way

LOOKS_MAX = 100
"""So often a sign is looked for before it counts as missing: the runtime answers each look, so a
slow machine waits longer."""
LOOKS_AT_ONCE = 3
LOOK_AGAIN_SECONDS = 0.0005
LOOK_AGAIN_SECONDS_MAX = 0.02
ANSWER_SECONDS = 20
"""An answer that must have come by then is missing."""
BODY = b"0123456789abcdef"
ALARM_CALL = "alarm"
PROCEDURES = {
    "create": "createSession",
    "upload": "upload",
    "signal_stop": "signalStop",
    "finalize_session": "finalizeSession",
}
"""The worker's procedure of each method of a design."""


class PlayedSession:
    """An object that follows a plan. The first thing that differs ends it."""

    def __init__(self, runtime: Workerd, plan: Plan, number: int) -> None:
        self.runtime = runtime
        self.plan = plan
        self.name = f"{number}?{json.dumps(plan.settings)}"
        self.reader = Reader()
        if plan.own is not None:
            self.name = f"session-{number}"
            self.reader = Reader(plan.own.adapter)
        self.lines_read = 0
        self.signs: list[tuple[int, Sign]] = []
        """What it has shown and nobody has asked for yet, each with the ms that it saw."""
        self.under_way: set[Sign] = set()
        """Puts and a run of the alarm that have begun, by what all agree on."""
        self.requests: dict[PlayedCall, PlayedRequest] = {}
        self.ended: dict[str, int] = {}
        self.step = AT_THE_END
        self.divergence: Result | None = None
        self.given_up = ""

    @property
    def result(self) -> Result:
        """What has become of it so far."""
        if self.divergence is not None:
            return self.divergence
        verdict: PlayVerdict = "not playable" if self.given_up else "agrees"
        return Result(self.plan.source, self.plan.design, verdict, self.given_up)

    @property
    def is_on(self) -> bool:
        """Whether it agrees so far, and nobody has given it up."""
        return self.divergence is None and not self.given_up

    def give_up(self, why: str) -> None:
        """It is not played to its end, so that it does not agree."""
        self.given_up = why

    def path(self, kind: str, *more: object, query: str = "") -> str:
        """A path that leads to this object."""
        if self.plan.own is not None:
            return path_of(kind, *more, query=query)
        return path_of(kind, self.plan.twin, *more, query=query)

    async def prepare(self) -> None:
        """Begin as the schedule does; a session without an alarm is made by the player's door."""
        if self.plan.start != "active":
            return
        await self._request(Act("send", CREATE)).answer()
        await self.runtime.get(self.path("takeAlarm", self.name))
        await self.runtime.drain()
        self._read()
        self.signs.clear()
        self.reader.forget_alarm()

    # --- one step ------------------------------------------------------------------------------

    async def play(self, step: PlannedStep) -> None:
        """Do what the step says, and wait for what the object must show."""
        if not self.is_on:
            return
        self.step = step.number
        for act in step.acts:
            if act.kind not in BEFORE_AN_ALARM:  # that was done before the timers moved
                await self.act(act)
        if step.acts and not step.signs:
            await self.runtime.drain()  # it has come before what is sent next
        await self._expect(list(step.signs), step.at_ms)

    async def act(self, act: Act) -> None:
        """Do one thing to the object."""
        await ACTS[act.kind](self, act)

    async def _expect(self, wanted: list[Sign], at_ms: int) -> None:
        looks = 0
        while True:
            self._read()
            shown = [sign for _, sign in self.signs[: len(wanted)]]
            if shown != wanted[: len(shown)] or len(shown) == len(wanted):
                break
            if looks == LOOKS_MAX:
                break
            looks += 1
            await self.runtime.drain()
            if looks > LOOKS_AT_ONCE:
                wait = LOOK_AGAIN_SECONDS * looks
                await asyncio.sleep(min(LOOK_AGAIN_SECONDS_MAX, wait))
        if shown != wanted:
            self._diverge("it did something else", [sign for _, sign in self.signs], wanted)
            return
        times = [time_ms for time_ms, _ in self.signs[: len(wanted)]]
        offset_ms = self.runtime.clocks.offset_ms
        if any(time_ms != at_ms + offset_ms for time_ms in times):
            seen = [(time_ms - offset_ms, *sign) for time_ms, sign in self.signs[: len(wanted)]]
            self._diverge("at another ms", seen, [(at_ms, *sign) for sign in wanted])
        del self.signs[: len(wanted)]
        for sign in wanted:
            note_under_way(self.under_way, sign)

    def _read(self) -> None:
        lines = self.runtime.logs.get(self.name, [])
        for line in lines[self.lines_read :]:
            sign = self.reader.read(line)
            if sign is not None and sign[0] == "refused":
                self.give_up(f"no {sign[1]} can be followed")
            if sign is not None:
                self.signs.append((line["at"], sign))
            if line["event"] == "end":
                self.ended[line["call"]] = line["status"]
        self.lines_read = len(lines)

    def _diverge(self, why: str, shown: list[Any], wanted: list[Any]) -> None:
        if self.is_on:
            needs = tuple(sorted(self.plan.needs))
            inside = bool(self.under_way)
            args = (why, self.step, tuple(shown), tuple(wanted), needs, inside, self.plan.shows)
            self.divergence = Result(self.plan.source, self.plan.design, "diverges", *args)

    # --- what the player does ------------------------------------------------------------------

    async def _send(self, act: Act) -> None:
        request = self._request(act)
        self.requests[act.call] = request
        await request.begun()

    def _request(self, act: Act) -> PlayedRequest:
        """Send a call, as the worker's router or the binding of somebody's own class has it."""
        method, chunk, _, _ = act.call
        words = _call_words(act.call)
        own = self.plan.own
        if own is not None:
            chunks = act.arguments[0] if act.arguments and method != "upload" else None
            verb, ending, text = own.adapter.call(method, chunk, chunks, self.name)
            kind = "rpc" if own.adapter.is_rpc(method) else "do"
            body = BODY if method == "upload" else text.encode()
            path = path_of(kind, self.name) + ending
            return self.runtime.request(verb, path, body, words, act.held, own.adapter.headers)
        more = (chunk,) if method == "upload" else ()
        query = f"chunks={act.arguments[0]}" if act.arguments and not more else ""
        path = self.path("do", PROCEDURES[method], self.name, *more, query=query)
        body = BODY if method == "upload" else b""
        return self.runtime.request("POST", path, body, words, act.held)

    async def _rest(self, act: Act) -> None:
        await self.requests[act.call].rest()

    async def _hang_up(self, act: Act) -> None:
        request = self.requests[act.call]
        if request.status is None:
            await request.hang_up()

    async def _break(self, act: Act) -> None:
        request = self.requests[act.call]
        if request.held and not request.is_gone:
            await request.hang_up()

    async def _store(self, act: Act) -> None:
        self.runtime.blobs.answer(CallName(self.name, _call_words(act.call)), act.status)

    async def _consume(self, act: Act) -> None:
        call = ALARM_CALL if act.call[0] == ALARM_CALL else _call_words(act.call)
        self.runtime.consumer.answer(CallName(self.name, call), act.status)

    async def _door(self, act: Act) -> None:
        if act.kind == "reset":
            self.under_way.clear()
        await self.runtime.get(self.path(act.kind, self.name))
        if act.kind == "reset":
            self.runtime.consumer.drop(self.name)

    async def _kill(self, act: Act) -> None:
        await self.runtime.drain()
        self._read()
        for request in self.requests.values():
            request.is_gone = request.is_gone or request.status is None
        self.under_way.clear()
        await self.runtime.kill()
        self.runtime.consumer.drop(self.name)

    async def _restart(self, act: Act) -> None:
        """An alarm that is overdue would run while the process starts: the timers say when."""
        clocks, due_ms = self.runtime.clocks, self.reader.due_ms
        at_ms = clocks.wall_ms
        if due_ms is not None and due_ms <= at_ms + clocks.offset_ms:
            clocks.move_wall(due_ms - clocks.offset_ms - 1)
        await self.runtime.start()
        clocks.move_wall(at_ms)

    # --- the end -------------------------------------------------------------------------------

    async def finish(self) -> None:
        """After the last step: nothing more was shown; storage, alarm and answers as foretold."""
        if not self.is_on:
            return
        self.step = AT_THE_END
        if not self.runtime.is_up:
            self.give_up("the process is down at its end, so that nothing can be compared")
            return
        await self.check_still("it did more")
        found = json.loads((await self.runtime.get(self.path("peek", self.name))).body)
        own = self.plan.own
        values = found["values"] if own is None else own.seen(found["values"])
        if values != self.plan.values:
            self._diverge("another storage", [values], [self.plan.values])
        alarm_ms = None if found["alarm"] is None else found["alarm"] - EPOCH_MS
        if alarm_ms != self.plan.alarm_ms:
            self._diverge("another alarm", [alarm_ms], [self.plan.alarm_ms])
        for call, request in self.requests.items():
            if not request.is_gone and _call_words(call) in self.ended:
                await self._check_answer(_call_words(call), request)

    async def _check_answer(self, call: str, request: PlayedRequest) -> None:
        try:
            status = (await asyncio.wait_for(request.answer(), ANSWER_SECONDS)).status
        except (TimeoutError, OSError, EOFError) as error:
            self._diverge("no answer", [call, type(error).__name__], [call, self.ended[call]])
            return
        if status != self.ended[call]:
            self._diverge("another status", [call, status], [call, self.ended[call]])

    async def check_still(self, why: str = "it went on") -> None:
        """Nothing was shown that nobody asked for, nor is about to be."""
        for _ in range(LOOKS_AT_ONCE):
            await self.runtime.drain()
        self._read()
        if self.signs:
            self._diverge(why, [sign for _, sign in self.signs], [])


def _call_words(call: PlayedCall) -> str:
    return " ".join(map(str, call))


ACTS: dict[str, Callable[[PlayedSession, Act], Awaitable[None]]] = {
    "send": PlayedSession._send,
    "rest": PlayedSession._rest,
    "hang up": PlayedSession._hang_up,
    "break": PlayedSession._break,
    "store": PlayedSession._store,
    "consume": PlayedSession._consume,
    "reset": PlayedSession._door,
    "spoil": PlayedSession._door,
    "spoil_uncounted": PlayedSession._door,
    "lose_end": PlayedSession._door,
    "kill": PlayedSession._kill,
    "restart": PlayedSession._restart,
}
"""How each act is done."""
