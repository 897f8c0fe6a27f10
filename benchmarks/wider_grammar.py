"""Random designs that use more of the platform, each with a number from `WIDER_FROM` on.

Beside what `benchmarks.design_grammar` draws: detached work, transactions that may roll back, the
alarm in them, lists and several keys, `sync`, a closed gate, an alarm that is told its time and its
retries and may throw, and a page class of the design's own with its queue, its tries, its hooks.
"""

from __future__ import annotations

from benchmarks.design_grammar import DEPTH_MAX, LENGTHS_MS, Grammar, Lines, indented
from benchmarks.design_state import WAYS
from benchmarks.wider_state import CHUNKS, INFO, WIDER_HEADER, WIDER_WAYS

WIDER_FROM = 1_000_000_000
MORE_SHARE = 0.4
"""How many of the statements use what only this grammar has."""
PAGE_SHARE = 0.5


class WiderGrammar(Grammar):
    """One random design that uses more of the platform."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        dice = self.dice
        self.ways.pop("outside", None)
        self.outside = False
        kinds = dice.sample(list(WIDER_WAYS), dice.choice((1, 2)))
        self.ways |= {f"w{at}": WIDER_WAYS[kind] for at, kind in enumerate(kinds)}
        self.kinds = {f"w{at}": kind for at, kind in enumerate(kinds)}
        self.has_info = INFO in kinds or dice.random() < 0.3
        self.has_page = dice.random() < PAGE_SHARE
        self.takes_more = self.has_page and dice.random() < 0.5
        self.counts_chunks = dice.random() < 0.3
        self.later: list[Lines] = []
        self.works = 0

    def source(self) -> str:
        """The text of the whole file."""
        self.later = []
        parts = [self._init(), self._load(), self._create(), self._upload(), self._stop()]
        parts += [self._alarm(), self._construct(), self._stop_flow(), *self.later]
        body = ["Settings = Settings", 'stop_call = "stop"', "shared = 0"]
        page = self._page() if self.has_page else []
        if page:
            body.append("page = MyPage")
        for part in filter(None, parts):
            body += ["", *part]
        return WIDER_HEADER + "\n".join([*page, "class Design:", *indented(body)]) + "\n"

    # --- statements --------------------------------------------------------------------------

    def _init(self) -> Lines:
        lines = super()._init()
        return [*lines, "    self.expected = -1"] if self.counts_chunks else lines

    def _change(self) -> Lines:
        name, way = self.dice.choice(list(self.ways.items()))
        kind = self.kinds.get(name)
        if kind == INFO and self.method == "alarm" and self.dice.random() < 0.7:
            return [f"self.{name} = info"]
        if kind == CHUNKS and self.method == "upload" and self.dice.random() < 0.7:
            return [f"self.{name}.append(chunk)"]
        return [self._filled(self.dice.choice(way.changes), name)]

    def _ask(self) -> str:
        dice = self.dice
        roll = dice.random()
        if self.method == "alarm" and self.has_info and roll < 0.25:
            late = f"self.ctx.now() - info.scheduled_time > {dice.choice(LENGTHS_MS)}"
            return dice.choice(("info.retry_count > 0", "info.is_retry", late))
        if self.method == "upload" and self.takes_more and roll < 0.2:
            return f"more > {dice.randint(0, 1)}"
        if self.counts_chunks and roll > 0.9:
            return "self.expected >= 0"
        return super()._ask()

    def _statement(self, depth: int = 0) -> Lines:
        if self.dice.random() >= MORE_SHARE:
            return super()._statement(depth)
        ways = [self._detached, self._detached, self._transaction, self._transaction]
        ways += [self._sync, self._gate, self._keys]
        if self.method == "alarm":
            ways += [self._throw, self._throw]
        return self.dice.choice(ways)(depth)

    def _detached(self, depth: int) -> Lines:
        """Leave work to the object, which knows something of now."""
        dice = self.dice
        given = [str(dice.randint(0, 2)), "self.ctx.now()", "self.flying"]
        if self.method == "upload":
            given += ["chunk", "chunk"]
        if self.method == "alarm" and self.has_info:
            given.append("info")
        given += [name for name in self.locals if name.startswith("held")]
        if len(self.later) < 2 and depth < DEPTH_MAX:
            self._make_later()
        if not self.later:
            return self._change()
        number = dice.randrange(len(self.later))
        return [f"self.ctx.wait_until(self.later_{number}({dice.choice(given)}))"]

    def _make_later(self) -> None:
        """A method that is left to the object."""
        dice = self.dice
        known, method = self.locals, self.method
        self._begin("later")
        number = len(self.later)
        self.later.append([])
        lines = [f"await self.ctx.sleep({dice.choice(LENGTHS_MS)})"] if dice.random() < 0.6 else []
        lines += self._change()
        if dice.random() < 0.5:
            lines += ['record = await self.ctx.storage.get("state")', "if record is not None:"]
            more = dice.choice(('record["chunks_uploaded"] += 1', 'record["status"] = "completed"'))
            lines += indented([more, 'await self.ctx.storage.put("state", record)'])
        if dice.random() < 0.3:
            lines += [f"if {self._ask()}:", *indented(self._alarm_change())]
        if dice.random() < 0.3:
            lines += [f"await self.ctx.sleep({dice.choice(LENGTHS_MS[1:4])})", *self._change()]
        if dice.random() < 0.15:
            lines += [f"if {self._ask()}:", "    raise ValueError('later')"]
        self.later[number] = [f"async def later_{number}(self, given):", *indented(lines)]
        self.locals, self.method = known, method

    def _transaction(self, depth: int) -> Lines:
        """Several writes that are kept or taken back together."""
        dice = self.dice
        self.works += 1
        name = f"work_{self.works}"
        lines = self._change()
        if dice.random() < 0.5:
            lines += [line.replace("self.ctx.storage", "txn") for line in self._alarm_change()]
        if dice.random() < 0.5:
            lines += ['state = await txn.get("state")', "if state is not None:"]
            more = dice.choice(('state["chunks_uploaded"] += 1', 'state["status"] = "completed"'))
            lines += indented([more, 'await txn.put("state", state)'])
        roll = dice.random()
        if roll < 0.4:
            lines += [f"if {self._ask()}:", '    raise ValueError("not now")']
        elif roll < 0.7:
            lines += [f"if {self._ask()}:", "    await txn.rollback()", "    return"]
        elif roll < 0.8:
            lines += [f"await self.ctx.sleep({dice.choice(LENGTHS_MS[1:4])})"]
        lines += [] if 0.4 <= roll < 0.7 else self._change()
        call = [f"await self.ctx.storage.transaction({name})"]
        caught = ["try:", *indented(call), "except ValueError:", *indented(self._change())]
        return [f"async def {name}(txn):", *indented(lines), "", *caught]

    def _sync(self, depth: int) -> Lines:
        return ["await self.ctx.storage.sync()"]

    def _gate(self, depth: int) -> Lines:
        self.works += 1
        name = f"work_{self.works}"
        lines = [*self._change(), f"await self.ctx.sleep({self.dice.choice(LENGTHS_MS[1:4])})"]
        return [
            f"async def {name}():",
            *indented([*lines, *self._change()]),
            "",
            f"await self.ctx.block_concurrency_while({name})",
        ]

    def _keys(self, depth: int) -> Lines:
        keys = self._filled("{{'k{k}': self.flying, 'k2': {k}}}", "").replace("{{", "{")
        return [f"await self.ctx.storage.put({keys.replace('}}', '}')})"]

    def _throw(self, depth: int) -> Lines:
        return [f"if {self._ask()}:", "    raise HandlerFailure('again')"]

    # --- methods -----------------------------------------------------------------------------

    def _upload(self) -> Lines:
        lines = super()._upload()
        if self.takes_more:
            lines[0] = "async def upload(self, chunk, more=0):"
        return lines

    def _stop(self) -> Lines:
        lines = super()._stop()
        if self.counts_chunks:
            lines[0:1] = ["async def stop(self, expected=-1):", "    self.expected = expected"]
        return lines

    def _alarm(self) -> Lines:
        lines = super()._alarm()
        if self.has_info:
            lines[0] = "async def alarm(self, info):"
        return lines

    def _stop_flow(self) -> Lines:
        lines = super()._stop_flow()
        if self.counts_chunks:
            lines[2:2] = ["    chunks = await page.browser.last_chunk()"]
            lines = [line.replace('fetch("stop")', 'fetch("stop", (chunks,))') for line in lines]
        return lines

    # --- the page ----------------------------------------------------------------------------

    def _page(self) -> Lines:
        """A page class: its queue, its tries, and what it does as it ends."""
        dice = self.dice
        first = dice.choice(("0", "-1"))
        tries = dice.choice((0, 1, 2))
        more = "self.failed" if dice.random() < 0.5 else "len(self.waiting)"
        arguments = f"(chunk, {more})" if self.takes_more else "(chunk,)"
        send = [
            "tries = 0",
            "while True:",
            "    try:",
            f'        response = await self.browser.fetch("upload", {arguments})',
            "        if response.status < 500:",
            "            return",
            "    except NetworkError:",
            "        self.failed += 1",
            f"    if tries >= {tries} and self.failed > {dice.choice((1, 5, 5))}:",
            "        await self.browser.abandon(chunk, 'failed')",
            "        return",
            f"    tries = min(tries + 1, {tries})",
            "    await self.browser.sleep(self.wait_ms, self.wait_ms)",
        ]
        queue = [
            "self.waiting.append(chunk)",
            f"if self.busy >= {dice.choice((1, 1, 2))}:",
            "    return",
            "self.busy += 1",
            "while self.waiting:",
            f"    await self.send(self.waiting.pop({first}))",
            "self.busy -= 1",
        ]
        begin = ["self.browser = browser", "self.wait_ms = settings.retry_ms"]
        begin += ["self.stop_flow = stop_flow", "self.waiting = []", "self.busy = 0"]
        stop = ["await self.browser.write_row(await self.browser.stop_recorder())"]
        if dice.random() < 0.4:
            stop += ["while self.busy:", "    await self.browser.sleep(1, 1)"]
        methods = [
            ("def __init__(self, browser, settings, stop_flow):", [*begin, "self.failed = 0"]),
            ("def uploads_waiting(self):", ["return len(self.waiting) + self.busy"]),
            ("def back_off(self, failures):", ["return self.wait_ms, self.wait_ms"]),
            ("async def start(self):", ["await self.browser.start_recorder()"]),
            ("async def data_available(self, chunk):", queue),
            ("async def send(self, chunk):", send),
            ("async def stop(self):", [*stop, "await self.stop_flow(self)"]),
        ]
        methods += self._hooks()
        lines: Lines = []
        for head, body in methods:
            lines += [head, *indented(body), ""]
        return ["class MyPage:", *indented(lines), ""]

    def _hooks(self) -> list[tuple[str, Lines]]:
        dice = self.dice
        hooks: list[tuple[str, Lines]] = []
        if dice.random() < 0.5:
            beacon = ['await self.browser.send_beacon("stop")']
            kept = ["while self.waiting:"]
            kept += ['    await self.browser.send_beacon("upload", (self.waiting.pop(0),))']
            hooks.append(("async def page_hide(self):", dice.choice((beacon, kept, kept + beacon))))
        if dice.random() < 0.3:
            hooks.append(
                ("async def visibility_change(self, state):", ["self.failed += state == 'hidden'"])
            )
        if dice.random() < 0.4:
            again = ["for chunk in chunks:", "    await self.send(chunk)"]
            hooks.append(
                ("async def resume(self, chunks, recorded_ms):", [*again, "await self.stop()"])
            )
        return hooks


def wider_design(number: int) -> str:
    """The source text of the wider random design of that number."""
    return WiderGrammar(number).source()


assert not WAYS.keys() & WIDER_WAYS.keys()
