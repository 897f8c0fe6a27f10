"""The items of a state: one for each pending thing, call, stored value, suspended handler, ...

What no future step can see is left out: the trace, numbers that only name things apart, the log
of a program whose coroutines show where they stand. Everything else is written out field by
field, so that a field added to the world tomorrow is part of the state without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from model.explore.encode import Attempt, Bag, Encoder, Name, tasks_of
from model.explore.instant import Instant
from model.explore.monitor import Monitor
from model.trace.facts import Facts
from model.world.pending import Key

Times = dict[Key, Instant]
SKIPPED = {
    "World": {"trace", "fresh", "pending", "now_ms", "object", "network", "client", "consumer"},
    "ObjectRuntime": {
        "world",
        "design",
        "program",
        "instance",
        "old",
        "storage",
        "alarms",
        "meter",
    },
    "Alarms": {"owner", "runs", "ended"},
    "Network": {
        "world",
        "uplink",
        "planned",
        "calls",
        "attempts",
        "failures",
        "arrived",
        "answered",
    },
    "ClientHost": {"world", "program", "settings", "chunks", "sleeps"},
}
"""Fields that say nothing of the future, or that `Collector` writes out in its own way."""


class Item:
    """One part of a state: its nested tuples, the chunks and attempts in it, what it fires."""

    __slots__ = ("attempts", "chunks", "key", "parts")

    def __init__(self, parts: tuple[Any, ...], key: Key | None = None) -> None:
        self.parts = parts
        self.key = key
        marks = list(_marks(parts))
        self.chunks = frozenset(mark.chunk for mark in marks if type(mark) is Name)
        self.attempts = [mark for mark in marks if type(mark) is Attempt]


def _marks(parts: tuple[Any, ...]) -> Iterator[Any]:
    for part in parts:
        kind = type(part)
        if kind is tuple:
            yield from _marks(part)
        elif kind is Name or kind is Attempt:
            yield part
        elif kind is Bag:
            yield from _marks(part.parts)


class Collector:
    """Gathers the items of a state; ``start`` is the world at its beginning.

    With ``symmetric``, the calls under way have no order: the chunks are interchangeable.
    """

    def __init__(self, encoder: Encoder, monitor: Monitor, start: Any, symmetric: bool) -> None:
        self.encoder = encoder
        self.monitor = monitor
        self.symmetric = symmetric
        self.start = dict(vars(start))
        self.origin: Instant | None = None

    def collect(self, world: Any, facts: Facts, times: Times) -> list[Item]:
        """The items of a world and of what is remembered of its past."""
        encode = self.encoder.world
        items = []
        for key, pending in world.pending.items():
            named, payload = encode(key), encode(pending.payload)
            if key[0] == "commit":
                named, payload = ("commit", key[1] - world.object.storage.confirmed), None
            elif key[0] == "old_ends":
                named = ("old_ends", world.object.instance - key[1])
            items.append(Item(("pending", times[key], named, payload), key))
        changed = [
            (name, value)
            for name, value in vars(world).items()
            if name not in SKIPPED["World"] and value is not self.start.get(name)
        ]
        if changed:  # a setting never changes: what is the same object still says nothing
            items.append(Item(("world", encode(tuple(changed)))))
        if self.origin is not None:
            items.append(Item(("origin", self.origin)))
        items += self._object(world.object)
        items += self._client(world.client)
        items += self._network(world, items)
        items += map(Item, self.monitor.items(facts, self.encoder))
        return items

    def _fields(self, owner: Any) -> Item:
        kind = type(owner).__name__
        skipped = SKIPPED[kind]
        names = getattr(type(owner), "__slots__", None) or vars(owner)
        kept = tuple(getattr(owner, name) for name in names if name not in skipped)
        return Item((kind, self.encoder.world(kept)))

    def _object(self, runtime: Any) -> list[Item]:
        stored = [
            Item(("storage", key, self.encoder.value(value)))
            for key, value in runtime.storage.values.items()
        ]
        items = [self._fields(runtime), self._fields(runtime.alarms), *stored]
        items += self._storage(runtime.storage)
        items += self._program("object", runtime.program)
        items.append(Item(("instances", runtime.instance > 0)))
        for number, program in runtime.old:
            items.append(Item(("old", runtime.instance - number)))
            items += self._program("old object", program)
        return items

    def _storage(self, storage: Any) -> list[Item]:
        """Commits under way, numbered from the last confirmed one."""
        encode, zero = self.encoder.world, storage.confirmed
        cached = Item(("cached", encode(storage.cached), storage.dirty))
        if not storage.waits:
            return [cached]
        done = tuple(sorted(number - zero for number in storage.done))
        slow = tuple(number - zero for number in storage.slow)
        state = ("commits", storage.begun - zero, done, slow, encode(storage.disk))
        images = [
            Item(("commit", number - zero, encode(image)))
            for number, image in storage.batches.items()
        ]
        held = [
            Item(("held", at, barrier - zero, kind, encode(task), encode(payload)))
            for at, (barrier, kind, task, payload) in enumerate(storage.held)
        ]
        return [cached, Item(state), *images, *held]

    def _client(self, client: Any) -> list[Item]:
        kept = client.settings.keeps_queue  # then a page that is there again looks at all of them
        chunks = Item(("chunks", self.encoder.value(client.chunks if kept else len(client.chunks))))
        return [self._fields(client), chunks, *self._program("page", client.program)]

    def _program(self, owner: str, program: Any) -> list[Item]:
        """The tasks of a program and its instance's fields, kept until it is told something."""
        if program.digest is None or program.digest[0] != owner:
            encoder = self.encoder
            tasks = [
                Item((owner, encoder.world(task), stands))
                for task, stands in tasks_of(program, encoder)
            ]
            fields = getattr(program.built(), "__dict__", {})
            held = [
                Item((owner, "field", name, encoder.value(value)))
                for name, value in fields.items()
                if id(value) not in encoder.fixed
            ]
            program.digest = (owner, [*tasks, *held])
        items: list[Item] = program.digest[1]
        return items

    def _network(self, world: Any, others: list[Item]) -> list[Item]:
        network, encode = world.network, self.encoder.world
        items = [self._fields(network)]
        for number, (call, task) in enumerate(network.calls.items()):
            order = 0 if self.symmetric else number
            items.append(Item(("call", order, encode(call), encode(task))))
        live = frozenset().union(*(item.chunks for item in others))
        if world.failures_max is not None:
            for (method, chunk), failures in network.failures.items():
                if failures and (chunk < 0 or chunk in live):
                    name = self.encoder.name(chunk)
                    limit = min(failures, world.failures_max)
                    items.append(Item(("failures", method, name, limit)))
        if world.client.is_open:
            items += [Item(("arrived", self.encoder.name(chunk))) for chunk in network.arrived]
        if world.client.settings.keeps_queue:
            items += [Item(("answered", self.encoder.name(chunk))) for chunk in network.answered]
        return items
