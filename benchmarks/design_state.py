"""Ways for a design to keep state, for the grammar of random designs.

Each way says how it begins, what may change it and what may be asked of it, as source text in which
``{n}`` is its name and ``{k}``, ``{ms}`` are small numbers. A way with ``shares`` has values that
two names may mean at once: the value itself beside an equal copy of it. ``outside`` are ways that
keep something outside the instance: no verdict may rest on them, and they are to be refused.
"""

from __future__ import annotations

from dataclasses import dataclass

HEADER = """\
import collections
import contextlib
import dataclasses
import enum

from lastchunk.reference_impl.contract import BlobStoreError, Chunk, NetworkError, Response


@dataclasses.dataclass(frozen=True)
class Settings:
    grace_ms: int = 5


class Phase(enum.Enum):
    ONE = "one"
    TWO = "two"
    THREE = "three"


@dataclasses.dataclass
class Box:
    count: int = 0


@dataclasses.dataclass(slots=True)
class Slim:
    count: int = 0


@dataclasses.dataclass(frozen=True)
class Fixed:
    count: int = 0


class Held:
    def __init__(self, owner):
        self.owner = owner

    def __enter__(self):
        self.owner.flying += 1

    def __exit__(self, *error):
        self.owner.flying -= 1


class AsyncHeld:
    def __init__(self, owner):
        self.owner = owner

    async def __aenter__(self):
        self.owner.flying += 1
        return self

    async def __aexit__(self, *error):
        self.owner.flying -= 1


@contextlib.contextmanager
def holding(owner):
    owner.flying += 1
    try:
        yield
    finally:
        owner.flying -= 1


def counter():
    count = 0

    def more():
        nonlocal count
        count += 1

    return more, lambda: count


def bump(record, by):
    record["chunks_uploaded"] += by
    return record


"""
"""What any random design may use."""


@dataclass(frozen=True)
class Way:
    """One way to keep state."""

    begin: str
    changes: tuple[str, ...]
    asks: tuple[str, ...]
    shares: tuple[str, ...] = ()
    member: str = ""


WAYS = {
    "int": Way(
        "self.{n} = 0",
        ("self.{n} += 1", "self.{n} = 2 - self.{n}", "self.{n} = 0", "self.{n} -= 1"),
        ("self.{n} > 1", "self.{n} % 2 == 0", "self.{n} == {k}", "not self.{n}"),
    ),
    "str": Way(
        "self.{n} = 'a'",
        ("self.{n} = 'b'", "self.{n} = self.{n}[-2:] + 'c'", "self.{n} = 'a'"),
        ("self.{n} == 'b'", "len(self.{n}) > 1", "self.{n}.endswith('c')"),
    ),
    "none": Way(
        "self.{n} = None",
        ("self.{n} = {k}", "self.{n} = None", "self.{n} = self.{n} is None"),
        ("self.{n} is None", "bool(self.{n})"),
    ),
    "tuple": Way(
        "self.{n} = ()",
        ("self.{n} = (*self.{n}, {k})", "self.{n} = self.{n}[1:]"),
        ("len(self.{n}) > 1", "self.{n}[-1:] == ({k},)", "{k} in self.{n}"),
    ),
    "list": Way(
        "self.{n} = []",
        (
            "self.{n}.append({k})",
            "self.{n}.clear()",
            "self.{n} = [*self.{n}, {k}]",
            "self.{n}[:] = self.{n}[1:]",
        ),
        ("len(self.{n}) > 1", "self.{n}[-1:] == [{k}]", "not self.{n}"),
        ("self.{n}", "[*self.{n}]", "self.{n}[:]"),
        "append({k})",
    ),
    "dict": Way(
        "self.{n} = {{}}",
        ("self.{n}['k'] = self.{n}.get('k', 0) + 1", "self.{n}.pop('k', None)"),
        ("'k' in self.{n}", "self.{n}.get('k', 0) > 1"),
        ("self.{n}", "dict(self.{n})", "{{**self.{n}}}"),
        "update(k={k})",
    ),
    "set": Way(
        "self.{n} = set()",
        ("self.{n}.add({k})", "self.{n}.discard({k})"),
        ("{k} in self.{n}", "len(self.{n}) > 1"),
        ("self.{n}", "set(self.{n})"),
        "add({k})",
    ),
    "frozenset": Way(
        "self.{n} = frozenset()",
        ("self.{n} = self.{n} | {{{k}}}", "self.{n} = self.{n} - {{{k}}}"),
        ("{k} in self.{n}", "len(self.{n}) > 1"),
    ),
    "deque": Way(
        "self.{n} = collections.deque(maxlen=3)",
        ("self.{n}.append({k})", "self.{n}.rotate(1)", "self.{n}.appendleft({k})"),
        ("len(self.{n}) > 1", "{k} in self.{n}", "bool(self.{n}) and self.{n}[0] == {k}"),
        ("self.{n}", "collections.deque(self.{n}, 3)"),
        "append({k})",
    ),
    "dataclass": Way(
        "self.{n} = Box()",
        ("self.{n}.count += 1", "self.{n} = Box(self.{n}.count)", "self.{n} = Box({k})"),
        ("self.{n}.count > 1", "self.{n}.count == {k}", "self.{n} == Box(1)"),
        ("self.{n}", "Box(self.{n}.count)", "dataclasses.replace(self.{n})"),
        "__setattr__('count', {k})",
    ),
    "dataclass with slots": Way(
        "self.{n} = Slim()",
        ("self.{n}.count += 1", "self.{n} = Slim(self.{n}.count)"),
        ("self.{n}.count > 1", "self.{n}.count == {k}"),
        ("self.{n}", "Slim(self.{n}.count)"),
        "__setattr__('count', {k})",
    ),
    "frozen dataclass": Way(
        "self.{n} = Fixed()",
        ("self.{n} = Fixed(self.{n}.count + 1)", "self.{n} = Fixed()"),
        ("self.{n}.count > 1", "self.{n} == Fixed({k})"),
    ),
    "enum": Way(
        "self.{n} = Phase.ONE",
        ("self.{n} = Phase.TWO", "self.{n} = Phase.ONE", "self.{n} = Phase.THREE"),
        ("self.{n} is Phase.TWO", "self.{n} == Phase.ONE", "self.{n}.value == 'three'"),
    ),
    "time": Way(
        "self.{n} = -1",
        ("self.{n} = self.ctx.now()", "self.{n} = -1", "self.{n} = self.ctx.now() + {ms}"),
        (
            "self.{n} >= 0 and self.ctx.now() - self.{n} > {ms}",
            "self.{n} >= 0 and self.ctx.now() >= self.{n} + {ms}",
            "self.{n} >= 0 and self.ctx.now() == self.{n}",
        ),
    ),
    "times": Way(
        "self.{n} = []",
        ("self.{n}.append(self.ctx.now())", "self.{n}[:] = self.{n}[-1:]"),
        (
            "bool(self.{n}) and self.ctx.now() - self.{n}[0] > {ms}",
            "len(self.{n}) > 1 and self.{n}[-1] - self.{n}[0] >= {ms}",
        ),
        ("self.{n}", "[*self.{n}]"),
        "append(self.ctx.now())",
    ),
    "nested": Way(
        "self.{n} = {{'in': [0]}}",
        (
            "self.{n}['in'].append({k})",
            "self.{n} = {{'in': self.{n}['in']}}",
            "self.{n} = {{'in': [*self.{n}['in']][-2:]}}",
        ),
        ("len(self.{n}['in']) > 2", "self.{n}['in'][-1] == {k}"),
        ("self.{n}['in']", "[*self.{n}['in']]"),
        "append({k})",
    ),
    "twins": Way(
        "self.{n} = self.{n}_twin = []",
        (
            "self.{n}.append({k})",
            "self.{n} = [*self.{n}]",
            "self.{n}_twin = self.{n}",
            "self.{n}_twin = self.{n} = self.{n}[-1:]",
        ),
        ("len(self.{n}_twin) > 1", "self.{n} is self.{n}_twin", "self.{n} == self.{n}_twin"),
        ("self.{n}", "self.{n}_twin", "[*self.{n}]"),
        "append({k})",
    ),
    "closure": Way(
        "self.{n}_more, self.{n}_many = counter()",
        ("self.{n}_more()", "self.{n}_more, self.{n}_many = counter()"),
        ("self.{n}_many() > 1", "self.{n}_many() == {k}"),
    ),
    "stored": Way(
        "",
        (
            "await self.ctx.storage.put('{n}', (await self.ctx.storage.get('{n}') or 0) + 1)",
            "await self.ctx.storage.delete('{n}')",
        ),
        (
            "(await self.ctx.storage.get('{n}') or 0) > 1",
            "await self.ctx.storage.get('{n}') is None",
        ),
    ),
    "stored list": Way(
        "",
        (
            "await self.ctx.storage.put('{n}', [*(await self.ctx.storage.get('{n}') or []), {k}])",
            "await self.ctx.storage.put('{n}', [])",
        ),
        ("len(await self.ctx.storage.get('{n}') or []) > 1",),
    ),
}
OUTSIDE = {
    "class attribute": Way(
        "", ("type(self).shared += 1",), ("self.shared > 2", "self.shared % 2 == 0")
    ),
    "mutable default": Way("", ("self.remember()",), ("self.remember() > 2",)),
}
