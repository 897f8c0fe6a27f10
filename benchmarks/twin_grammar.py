"""A grammar of random designs in two languages: the same design in Python and in TypeScript.

A design is drawn once, as pieces that come in pairs; each language takes its half. The shape is
that of `benchmarks.design_grammar`: a record that is read or cached, one put of each chunk with
random statements before and after it, and an alarm that completes or comes back.
"""

from __future__ import annotations

import random
from typing import NamedTuple

LENGTHS_MS = (1, 2, 3, 4, 6)
PYTHON = """\
import dataclasses

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Response


@dataclasses.dataclass(frozen=True)
class Settings:
    grace_ms: int = 5


class Design:
    Settings = Settings
    stop_call = AlarmDesign.stop_call
    stop_flow = staticmethod(AlarmDesign.stop_flow)

    def __init__(self, ctx, settings):
        self.ctx = ctx
        self.settings = settings
        self.cache = None
{begin}

    async def load(self):
        if self.cache is None:
            self.cache = await self.ctx.storage.get("state")
        return self.cache

    async def create(self):
        if await self.ctx.storage.get("state") is None:
            await self.ctx.storage.put("state", {{"status": "active", "chunks_uploaded": 0}})
        return Response(200)

    async def upload(self, chunk):
        record = await {load}
        if record is None or record["status"] != "active":
            return Response(403)
{before}
        await self.ctx.blobs.put(chunk)
{after}
        record = await {again}
        record["chunks_uploaded"] += 1
        await self.ctx.storage.put("state", record)
        return Response(200)

    async def signal_stop(self):
{stop}
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self):
        if {waits}:
{change}
            await self.ctx.storage.set_alarm(self.ctx.now() + {ms})
            return
        record = await {load}
        if record is None or record["status"] != "active":
            return
        record["status"] = "completed"
        await self.ctx.storage.put("state", record)
"""
TYPESCRIPT = """\
import {{ DurableObject }} from "cloudflare:workers";

const GRACE_MS = 5;

export class Design extends DurableObject<Env> {{
  cache: any = null;
{begin}

  async load() {{
    if (this.cache === null) this.cache = (await this.ctx.storage.get<any>("state")) ?? null;
    return this.cache;
  }}

  async create() {{
    if ((await this.ctx.storage.get("state")) === undefined) {{
      await this.ctx.storage.put("state", {{ status: "active", chunks_uploaded: 0 }});
    }}
    return 200;
  }}

  async upload(index: number, body: ReadableStream) {{
    let record: any = await {load};
    if (!record || record.status !== "active") return 403;
{before}
    await this.env.FILES.put(`${{index}}`, body);
{after}
    record = await {again};
    record.chunks_uploaded += 1;
    await this.ctx.storage.put("state", record);
    return 200;
  }}

  async stop() {{
{stop}
    await this.ctx.storage.setAlarm(Date.now() + GRACE_MS);
    return 200;
  }}

  async alarm() {{
    if ({waits}) {{
{change}
      await this.ctx.storage.setAlarm(Date.now() + {ms});
      return;
    }}
    const record: any = await {load};
    if (!record || record.status !== "active") return;
    record.status = "completed";
    await this.ctx.storage.put("state", record);
  }}
}}
"""
BINDING = """\
page = "alarm"
[calls]
create = "create()"
upload = "upload(chunk, body)"
stop = "stop()"
[env]
FILES = "bucket"
[settings]
grace_ms = "GRACE_MS"
"""
READ = ('self.ctx.storage.get("state")', 'this.ctx.storage.get<any>("state")')
LOAD = ("self.load()", "this.load()")


class Pair(NamedTuple):
    """A piece of a design in both languages. In it ``{n}`` is a name, ``{k}`` and ``{ms}`` are
    numbers."""

    python: str
    typescript: str


class Kept(NamedTuple):
    """A way to keep state: how it begins, what changes it, what is asked of it."""

    begin: Pair
    changes: tuple[Pair, ...]
    asks: tuple[Pair, ...]


def _like(text: str) -> Pair:
    """A piece that is the same in both, but for the words."""
    own = text.replace("self.", "this.").replace(" == ", " === ")
    return Pair(text, own)


WAYS = (
    Kept(
        Pair("self.{n} = 0", "{n} = 0;"),
        (_like("self.{n} += 1"), _like("self.{n} = 2 - self.{n}"), _like("self.{n} = 0")),
        (_like("self.{n} > 1"), _like("self.{n} % 2 == 0"), _like("self.{n} == {k}")),
    ),
    Kept(
        Pair("self.{n} = []", "{n}: number[] = [];"),
        (
            Pair("self.{n}.append({k})", "this.{n}.push({k})"),
            Pair("self.{n}.clear()", "this.{n}.length = 0"),
            Pair("self.{n} = [*self.{n}, {k}]", "this.{n} = [...this.{n}, {k}]"),
            Pair("self.{n} = self.{n}[1:]", "this.{n} = this.{n}.slice(1)"),
        ),
        (
            Pair("len(self.{n}) > 1", "this.{n}.length > 1"),
            Pair("self.{n}[-1:] == [{k}]", "this.{n}.at(-1) === {k}"),
            Pair("{k} in self.{n}", "this.{n}.includes({k})"),
        ),
    ),
    Kept(
        Pair("self.{n} = {{}}", "{n} = new Map<string, number>();"),
        (
            Pair(
                "self.{n}['k'] = self.{n}.get('k', 0) + 1",
                "this.{n}.set('k', (this.{n}.get('k') ?? 0) + 1)",
            ),
            Pair("self.{n}.pop('k', None)", "this.{n}.delete('k')"),
        ),
        (
            Pair("'k' in self.{n}", "this.{n}.has('k')"),
            Pair("self.{n}.get('k', 0) > 1", "(this.{n}.get('k') ?? 0) > 1"),
        ),
    ),
    Kept(
        Pair("self.{n} = -1", "{n} = -1;"),
        (
            Pair("self.{n} = self.ctx.now()", "this.{n} = Date.now()"),
            Pair("self.{n} = self.ctx.now() + {ms}", "this.{n} = Date.now() + {ms}"),
            _like("self.{n} = -1"),
        ),
        (
            Pair(
                "self.{n} >= 0 and self.ctx.now() - self.{n} > {ms}",
                "this.{n} >= 0 && Date.now() - this.{n} > {ms}",
            ),
            Pair(
                "self.{n} >= 0 and self.ctx.now() >= self.{n} + {ms}",
                "this.{n} >= 0 && Date.now() >= this.{n} + {ms}",
            ),
        ),
    ),
    Kept(
        Pair("self.{n} = {{'in': [0]}}", "{n} = {{ in: [0] }};"),
        (
            Pair("self.{n}['in'].append({k})", "this.{n}.in.push({k})"),
            Pair("self.{n} = {{'in': self.{n}['in']}}", "this.{n} = {{ in: this.{n}.in }}"),
            Pair(
                "self.{n} = {{'in': [*self.{n}['in']][-2:]}}",
                "this.{n} = {{ in: [...this.{n}.in].slice(-2) }}",
            ),
        ),
        (
            Pair("len(self.{n}['in']) > 2", "this.{n}.in.length > 2"),
            Pair("self.{n}['in'][-1] == {k}", "this.{n}.in.at(-1) === {k}"),
        ),
    ),
    Kept(
        Pair("", ""),
        (
            Pair(
                "await self.ctx.storage.put('{n}', (await self.ctx.storage.get('{n}') or 0) + 1)",
                "await this.ctx.storage.put('{n}', ((await this.ctx.storage.get<number>('{n}')) ?? 0) + 1)",  # noqa: E501 - one call
            ),
            Pair("await self.ctx.storage.delete('{n}')", "await this.ctx.storage.delete('{n}')"),
        ),
        (
            Pair(
                "(await self.ctx.storage.get('{n}') or 0) > 1",
                "((await this.ctx.storage.get<number>('{n}')) ?? 0) > 1",
            ),
        ),
    ),
)


class TwinGrammar:
    """One random design: its text in either language."""

    def __init__(self, number: int) -> None:
        self.dice = dice = random.Random(number)
        self.ways = {f"s{at}": way for at, way in enumerate(dice.sample(WAYS, dice.choice((1, 2))))}
        begin = [self._filled(way.begin, name) for name, way in self.ways.items()]
        load, again = (Pair(*dice.choice((READ, LOAD))) for _ in range(2))
        parts = {"before": self._some(), "after": self._some(), "stop": self._some()}
        ms = str(dice.choice((1, 2, 3)))
        waits, change = self._ask(), [self._change()]
        self.python = PYTHON.format(
            begin=_block([each.python for each in begin], 8),
            load=load.python,
            again=again.python,
            waits=waits.python,
            change=_block([each.python for each in change], 12),
            ms=ms,
            **{key: _block([line.python for line in part], 8) for key, part in parts.items()},
        )
        self.typescript = TYPESCRIPT.format(
            begin=_block([each.typescript for each in begin], 2),
            load=load.typescript,
            again=f"{again.typescript}",
            waits=waits.typescript,
            change=_block([each.typescript + ";" for each in change], 6),
            ms=ms,
            **{key: _block([line.typescript for line in part], 4) for key, part in parts.items()},
        )

    def _filled(self, pair: Pair, name: str) -> Pair:
        given = {"n": name, "k": self.dice.randint(0, 2), "ms": self.dice.choice(LENGTHS_MS)}
        return Pair(pair.python.format(**given), pair.typescript.format(**given))

    def _change(self) -> Pair:
        name, way = self.dice.choice(list(self.ways.items()))
        return self._filled(self.dice.choice(way.changes), name)

    def _ask(self) -> Pair:
        name, way = self.dice.choice(list(self.ways.items()))
        one = self._filled(self.dice.choice(way.asks), name)
        if self.dice.random() < 0.2:
            return Pair(f"not ({one.python})", f"!({one.typescript})")
        return one

    def _some(self) -> list[Pair]:
        """Statements, as lines of both."""
        made: list[Pair] = []
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            change = self._change()
            if self.dice.random() < 0.5:
                ask = self._ask()
                made.append(Pair(f"if {ask.python}:", f"if ({ask.typescript}) {{"))
                made.append(Pair(f"    {change.python}", f"  {change.typescript};"))
                made.append(Pair("", "}"))
            else:
                made.append(Pair(change.python, f"{change.typescript};"))
        return made


def _block(lines: list[str], by: int) -> str:
    return "\n".join(" " * by + line for line in lines if line)
