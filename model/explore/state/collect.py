"""The items of a state: one for each pending thing, call, stored value, suspended handler, ...

What no future step can see is left out: the trace, numbers that only name things apart, the log
of a program whose coroutines show where they stand. Everything else is written out field by
field, so that a field added to the world tomorrow is part of the state without a word here.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any

from lastchunk.model.explore.code.encode import ATOMS, Encoder
from lastchunk.model.explore.state.monitor import Monitor
from lastchunk.model.explore.state.part import Item
from lastchunk.model.explore.state.programs import Programs
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.base.pending import Key
from lastchunk.model.world.object.delivery import Attempt, Delivery

Times = dict[Key, Instant]
CONTAINERS = frozenset((list, dict, set))
EMPTY = object()
LASTING = frozenset((*ATOMS, Instant))
"""Types whose values never change."""
BY_NUMBER = frozenset(("commit", "old_ends"))
"""Pending things that are known by a number, of which only the distance to now counts."""
SKIPPED = {
    "World": {
        "clock_offset",
        "recorded_ms",
        "trace",
        "fresh",
        "pending",
        "now_ms",
        "object",
        "network",
        "client",
        "consumer",
        "put_ms",
    },
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


def _lasting(value: Any) -> Any:
    """A value that identity tells everything about, or a stand-in that is like no other."""
    if type(value) in LASTING or isinstance(value, Delivery | Attempt):
        return value
    return EMPTY if type(value) in CONTAINERS and not value else object()


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
        self.about: dict[Any, Item] = {}
        self.programs = Programs(encoder)
        self.pending: dict[Key, tuple[Any, Instant, Item]] = {}
        self.calls: dict[Any, Item] = {}
        self.stored: dict[str, tuple[Any, Item]] = {}
        self.known: dict[str, tuple[tuple[Any, ...], Item]] = {}

    def collect(self, world: Any, facts: Facts, times: Times) -> list[Item]:
        """The items of a world and of what is remembered of its past."""
        encode = self.encoder.world
        items = [self._pending(world, item, times[key]) for key, item in world.pending.items()]
        changed = [
            (name, value)
            for name, value in vars(world).items()
            if name not in SKIPPED["World"] and value is not self.start.get(name)
        ]
        if changed:  # a setting never changes: what is the same object still says nothing
            flat = tuple([part for pair in changed for part in pair])
            items.append(self._known("world", flat, lambda: ("world", encode(tuple(changed)))))
        if self.origin is not None:
            items.append(Item(("origin", self.origin)))
        items += [
            Item(("put", self.encoder.name(chunk), at_ms)) for chunk, at_ms in world.put_ms.items()
        ]
        items += self._object(world.object)
        items += self._client(world.client)
        items += self._network(world, items)
        values, chunks = self.monitor.kept(facts)
        encode_all = self.encoder.value
        items.append(self._known("facts", values, lambda: ("facts", encode_all(values))))
        items += [self._about(*entry) for entry in chunks]
        return items

    def _pending(self, world: Any, pending: Any, time: Instant) -> Item:
        """A pending thing; it never changes, so the same one at the same time says the same."""
        key = pending.key
        last = self.pending.get(key)
        if last is not None and last[0] is pending and last[1] is time:
            return last[2]
        encode = self.encoder.world
        named, payload = encode(key), encode(pending.payload)
        if key[0] == "commit":
            named, payload = ("commit", key[1] - world.object.storage.confirmed), None
        elif key[0] == "old_ends":
            named = ("old_ends", world.object.instance - key[1])
        elif key[0] == "storage":
            payload = self.encoder.data(pending.payload)
        item = Item(("pending", time, named, payload), key)
        if key[0] not in BY_NUMBER:
            self.pending[key] = pending, time, item
        return item

    def _fields(self, owner: Any) -> Item:
        kind = type(owner).__name__
        skipped = SKIPPED[kind]
        names = getattr(type(owner), "__slots__", None) or vars(owner)
        kept = tuple(getattr(owner, name) for name in names if name not in skipped)
        return self._known(kind, kept, lambda: (kind, self.encoder.world(kept)))

    def _known(self, kind: str, values: tuple[Any, ...], parts: Callable[[], Any]) -> Item:
        """An item made of these values; the last one of its kind if they are the same still.

        What can change in place may have done so: of that only what is empty counts as the same.
        """
        now = tuple(map(_lasting, values))
        last = self.known.get(kind)
        if last is not None and len(last[0]) == len(now) and all(map(is_, last[0], now)):
            return last[1]
        item = Item(parts())
        self.known[kind] = (now, item)
        return item

    def _about(self, word: str, chunk: int, *more: int) -> Item:
        """An item that says one thing of one chunk."""
        found = self.about.get((word, chunk, *more))
        if found is None:
            found = self.about[word, chunk, *more] = Item((word, self.encoder.name(chunk), *more))
        return found

    def _object(self, runtime: Any) -> list[Item]:
        stored = [self._stored(key, value) for key, value in runtime.storage.values.items()]
        items = [self._fields(runtime), self._fields(runtime.alarms), *stored]
        items += self._storage(runtime.storage)
        items += self.programs.items("object", runtime.program)
        renewed = runtime.instance > 0
        items.append(self._known("instances", (renewed,), lambda: ("instances", renewed)))
        for number, program in runtime.old:
            items += self.programs.items(f"old object {runtime.instance - number}", program)
        return items

    def _stored(self, key: str, value: Any) -> Item:
        """A stored value; it is never changed in place, so the same object says the same."""
        last = self.stored.get(key)
        if last is None or last[0] is not value:
            last = self.stored[key] = (value, Item(("storage", key, self.encoder.value(value))))
        return last[1]

    def _storage(self, storage: Any) -> list[Item]:
        """Commits under way, numbered from the last confirmed one."""
        encode, zero = self.encoder.world, storage.confirmed
        cached = self._known(
            "cached",
            (storage.dirty, *sorted(storage.cached)),
            lambda: ("cached", encode(storage.cached), storage.dirty),
        )
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
        made = client.chunks if kept else len(client.chunks)
        chunks = self._known("chunks", (made,), lambda: ("chunks", self.encoder.value(made)))
        return [self._fields(client), chunks, *self.programs.items("page", client.program)]

    def _network(self, world: Any, others: list[Item]) -> list[Item]:
        network, encode = world.network, self.encoder.world
        items = [self._fields(network)]
        for number, (call, task) in enumerate(network.calls.items()):
            order = 0 if self.symmetric else number
            found = self.calls.get((order, call, task))
            if found is None:
                found = Item(("call", order, encode(call), encode(task)))
                self.calls[order, call, task] = found
            items.append(found)
        live = frozenset().union(*(item.chunks for item in others))
        if world.failures_max is not None:
            for (method, chunk), failures in network.failures.items():
                if failures and (chunk < 0 or chunk in live):
                    limit = min(failures, world.failures_max)
                    items.append(self._about("failures of " + method, chunk, limit))
        if world.client.is_open:
            items += [self._about("arrived", chunk) for chunk in network.arrived]
        if world.client.settings.keeps_queue:
            items += [self._about("answered", chunk) for chunk in network.answered]
        return items
