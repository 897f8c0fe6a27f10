"""A grammar of random small designs: source text, the same for the same number.

A design has the shape of those that people write: a record of the session that is read, cached,
copied or shared, one put of each chunk with something before and after it, an alarm that completes
or comes back. Around that shape stand random statements over random ways to keep state
(`benchmarks.design_state`). Most designs have a bug somewhere; many have it only where something
rare was true, which is where a proof may go wrong.
"""

from __future__ import annotations

import random

from benchmarks.design_state import HEADER, OUTSIDE, WAYS, Way

DEPTH_MAX = 2
OUTSIDE_SHARE = 0.03
LENGTHS_MS = (0, 1, 2, 3, 4, 6)

Lines = list[str]


def indented(lines: Lines) -> Lines:
    """The same, one level further in."""
    return ["    " + line for line in lines or ["pass"]]


class Grammar:
    """One random design. ``source`` is its text; the class is called ``Design``."""

    def __init__(self, number: int) -> None:
        self.dice = dice = random.Random(number)
        self.has_cache = dice.random() < 0.6
        self.has_clock = dice.random() < 0.5
        kinds = dice.sample(list(WAYS), dice.choice((1, 1, 2, 2, 3)))
        self.ways: dict[str, Way] = {f"s{at}": WAYS[kind] for at, kind in enumerate(kinds)}
        self.outside = dice.random() < OUTSIDE_SHARE
        if self.outside:
            self.ways["outside"] = OUTSIDE[dice.choice(list(OUTSIDE))]
        self.locals: dict[str, Way] = {}
        self.method = ""

    def source(self) -> str:
        """The text of the whole file."""
        parts = [self._init(), self._load(), self._create(), self._upload(), self._stop()]
        parts += [self._alarm(), self._construct(), self._stop_flow()]
        body = ["Settings = Settings", 'stop_call = "stop"', "shared = 0"]
        for part in filter(None, parts):
            body += ["", *part]
        return HEADER + "\n".join(["class Design:", *indented(body)]) + "\n"

    # --- small parts -------------------------------------------------------------------------

    def _filled(self, text: str, name: str) -> str:
        dice = self.dice
        return text.format(n=name, k=dice.randint(0, 2), ms=dice.choice(LENGTHS_MS))

    def _change(self) -> Lines:
        name, way = self.dice.choice(list(self.ways.items()))
        return [self._filled(self.dice.choice(way.changes), name)]

    def _ask_time(self) -> str:
        """Whether so long has passed since the stop came."""
        more, ms = self.dice.choice((">", ">=")), self.dice.choice(LENGTHS_MS)
        return f"self.seen_ms >= 0 and self.ctx.now() - self.seen_ms {more} {ms}"

    def _ask(self) -> str:
        """Something that is true or false."""
        dice = self.dice
        roll = dice.random()
        if roll < 0.25 and self.has_clock:
            return self._ask_time()
        roll = dice.random()
        if roll < 0.1 and "began" in self.locals:
            return f"self.ctx.now() - began {dice.choice(('>', '>='))} {dice.choice(LENGTHS_MS)}"
        if roll < 0.2:
            return f"self.flying > {dice.randint(0, 1)}"
        if roll < 0.3:
            return f"{self._ask()} {dice.choice(('and', 'or'))} {self._ask()}"
        if roll < 0.35:
            return f"not ({self._ask()})"
        held = [name for name in self.locals if name.startswith("held")]
        if held and roll < 0.6:
            name = dice.choice(held)
            known = self._filled(self.locals[name].shares[0], name.removeprefix("held_"))
            return f"{name} {dice.choice(('is', '=='))} {known}"
        name, way = dice.choice(list(self.ways.items()))
        return self._filled(dice.choice(way.asks), name)

    def _hold(self) -> Lines:
        """A local that is a value of the instance, or an equal copy of it, by turns."""
        sharing = [name for name, way in self.ways.items() if way.shares]
        if not sharing:
            return self._change()
        name = self.dice.choice(sharing)
        way = self.ways[name]
        one, other = (self._filled(self.dice.choice(way.shares), name) for _ in range(2))
        condition = self._ask_time() if self.has_clock else self._ask()
        self.locals[f"held_{name}"] = way
        return [f"held_{name} = {one} if {condition} else {other}"]

    def _use_held(self) -> Lines:
        held = [name for name in self.locals if name.startswith("held")]
        if not held:
            return self._hold()
        name = self.dice.choice(held)
        member = self.locals[name].member
        if member.startswith("__setattr__"):
            return [f"{name}.count += 1"]
        return [f"{name}.{self._filled(member, name)}"]

    def _alarm_change(self) -> Lines:
        dice = self.dice
        later = f"await self.ctx.storage.set_alarm(self.ctx.now() + {dice.choice(LENGTHS_MS)})"
        return dice.choice(
            (
                [later],
                ["await self.ctx.storage.delete_alarm()"] if self.method != "stop" else [later],
                ["if await self.ctx.storage.get_alarm() is None:", f"    {later}"],
            )
        )

    def _statement(self, depth: int = 0) -> Lines:
        dice = self.dice
        roll = dice.random()
        if roll < 0.4:
            return self._change()
        if roll < 0.55 and depth < DEPTH_MAX:
            known = dict(self.locals)
            lines = [f"if {self._ask()}:", *indented(self._statements(depth + 1, 1))]
            self.locals = dict(known)
            if dice.random() < 0.4:
                lines += ["else:", *indented(self._statements(depth + 1, 1))]
                self.locals = known
            return lines
        if roll < 0.68 and depth == 0:
            return self._hold()
        if roll < 0.78:
            return self._use_held() if depth == 0 or self.locals else self._change()
        if roll < 0.84 and depth == 0:
            self.locals["began"] = WAYS["time"]
            return ["began = self.ctx.now()"]
        if roll < 0.88:
            return [f"await self.ctx.sleep({dice.choice(LENGTHS_MS[1:4])})"]
        if roll < 0.92 and depth < DEPTH_MAX:
            return ["for _ in range(2):", *indented(self._change())]
        if roll < 0.95:
            return self._alarm_change()
        return self._change()

    def _statements(self, depth: int = 0, least: int = 0) -> Lines:
        lines: Lines = []
        for _ in range(self.dice.choice((least, 1, 1, 2))):
            lines += self._statement(depth)
        return lines

    # --- the record --------------------------------------------------------------------------

    def _record(self) -> Lines:
        """Come by the session's record: read, cached and shared, or a copy of the cached one."""
        dice = self.dice
        if not self.has_cache or dice.random() < 0.3:
            return ['record = await self.ctx.storage.get("state")']
        lines = ["record = await self.load()"]
        if dice.random() < 0.6:
            ask = self._ask_time() if self.has_clock else self._ask()
            lines += [f"if {ask}:", "    record = record and dict(record)"]
        return lines

    def _save(self) -> Lines:
        dice = self.dice
        lines = ['await self.ctx.storage.put("state", record)']
        if self.has_cache:
            roll = dice.random()
            if roll < 0.4:
                lines = ['await self.ctx.storage.put("state", self.cache or record)']
            elif roll < 0.7:
                lines = ["self.cache = record", *lines]
        return lines

    # --- methods -----------------------------------------------------------------------------

    def _begin(self, method: str) -> None:
        self.method = method
        self.locals = {}

    def _init(self) -> Lines:
        lines = ["self.ctx = ctx", "self.settings = settings", "self.flying = 0"]
        if self.has_cache:
            lines.append("self.cache = None")
        if self.has_clock:
            lines.append("self.seen_ms = -1")
        lines += [way.begin.format(n=name) for name, way in self.ways.items() if way.begin]
        out = ["def __init__(self, ctx, settings):", *indented(lines)]
        if self.outside:
            more = ["box[0] += 1", "return box[0]"]
            out += ["", "def remember(self, box=[0]):", *indented(more)]
        return out

    def _load(self) -> Lines:
        if not self.has_cache:
            return []
        lines = [
            "if self.cache is None:",
            '    self.cache = await self.ctx.storage.get("state")',
            "return self.cache",
        ]
        return ["async def load(self):", *indented(lines)]

    def _create(self) -> Lines:
        self._begin("create")
        made = '{"status": "active", "chunks_uploaded": 0}'
        new = [f'await self.ctx.storage.put("state", {made})']
        if self.dice.random() < 0.3:
            new.append("await self.ctx.storage.set_alarm(self.ctx.now() + 30)")
        lines = ['if await self.ctx.storage.get("state") is None:', *indented(new)]
        return ["async def create(self):", *indented([*lines, "return Response(200)"])]

    def _put(self) -> Lines:
        """One put of the chunk, with what a design may wrap around it."""
        put = ["await self.ctx.blobs.put(chunk)"]
        after = self._statements(1) or ["pass"]
        change = self._change()
        counted = ["self.flying -= 1", *(change if "await" not in change[0] else [])]
        ways = {
            "plain": put,
            "finally": [
                "self.flying += 1",
                "try:",
                *indented(put),
                "finally:",
                *indented(counted),
            ],
            "except": [
                "try:",
                *indented(put),
                "except BlobStoreError:",
                *indented([*after, "return Response(503)"]),
            ],
            "with": ["with Held(self):", *indented([*put, *after])],
            "async with": ["async with AsyncHeld(self):", *indented([*put, *after])],
            "holding": ["with holding(self):", *indented(put)],
            "nested": [
                "tries = 0",
                "",
                "async def work():",
                *indented(["nonlocal tries", "tries += 1", *put, "return tries"]),
                "",
                "tries = await work()",
            ],
            "handled": ["try:", '    int("none")', "except ValueError:", "    pass", *put],
        }
        return ways[self.dice.choice(list(ways))]

    def _upload(self) -> Lines:
        dice = self.dice
        self._begin("upload")
        lines = self._statements() + self._record()
        gone = ("record is None", 'record is None or record["status"] != "active"')
        lines += [f"if {dice.choice(gone)}:", "    return Response(403)"]
        lines += self._statements(least=1) + self._put() + self._statements()
        if dice.random() < (0.35 if self.has_cache else 0.8):
            lines += self._record()
        count = ['record["chunks_uploaded"] += 1']
        if dice.random() < 0.3:
            count = ["bump(record, 1)"]
        roll = dice.random()
        if roll < 0.3:
            lines += [f"if {self._ask()} and {self._ask()}:", "    return Response(200)"]
        elif roll < 0.5:
            lines += [f"if {self._ask()}:", "    record = dict(record)"]
        lines += count + self._save()
        if dice.random() < 0.3:
            lines += self._alarm_change()
        return ["async def upload(self, chunk):", *indented([*lines, "return Response(200)"])]

    def _stop(self) -> Lines:
        self._begin("stop")
        lines = ["self.seen_ms = self.ctx.now()"] if self.has_clock else []
        lines += self._statements()
        grace = "await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)"
        return ["async def stop(self):", *indented([*lines, grace, "return Response(200)"])]

    def _alarm(self) -> Lines:
        dice = self.dice
        self._begin("alarm")
        lines = self._statements()
        again = f"await self.ctx.storage.set_alarm(self.ctx.now() + {dice.choice((1, 2, 3))})"
        roll = dice.random()
        if roll < 0.6:
            lines += ["if self.flying > 0:", *indented([*self._change(), again, "return"])]
        elif roll < 0.85:
            lines += [f"if {self._ask()}:", *indented([*self._change(), again, "return"])]
        lines += self._record()
        lines += ['if record is None or record["status"] != "active":', "    return"]
        lines += ['record["status"] = "completed"', *self._save()]
        return ["async def alarm(self):", *indented(lines)]

    def _construct(self) -> Lines:
        if self.dice.random() >= 0.12:
            return []
        self._begin("construct")
        lines = ["self.flying = 0", *self._change()]
        if self.has_cache:
            lines.append('self.cache = await self.ctx.storage.get("state")')
        return ["async def construct(self):", *indented(lines)]

    def _stop_flow(self) -> Lines:
        once = ['await page.browser.fetch("stop")']
        twice = [*once, "await page.browser.sleep(1, 2)", *once]
        again = ["try:", *indented(once), "except NetworkError:"]
        again += indented(["await page.browser.sleep(1, 1)", *once])
        roll = self.dice.random()
        lines = once if roll < 0.7 else twice if roll < 0.8 else again
        return ["@staticmethod", "async def stop_flow(page, settings):", *indented(lines)]


def random_design(number: int) -> str:
    """The source text of the random design of that number."""
    return Grammar(number).source()
