"""The parts of a state: one for each pending thing, call, stored value, suspended handler, ...

What no future step can see is left out: the trace, numbers that only name things apart, the log
of a program whose coroutines show where they stand. Everything else is written out field by
field, so that a field added to the world tomorrow is part of the state without a word here.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, is_
from typing import Any

from lastchunk.model.explore.code.encode import ATOMS, TIME_TYPES, Encoder
from lastchunk.model.explore.code.shapes import (
    ShapelessError,
    bytes_of,
    has_own_bytes,
    is_told_apart,
    shape_of,
    times_apart,
)
from lastchunk.model.explore.code.skipped import SKIPPED
from lastchunk.model.explore.state.monitor import Monitor
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.state.programs import Programs
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.base.pending import Key
from lastchunk.model.world.object.delivery import Attempt, Delivery

Times = dict[Key, Instant]
CONTAINERS = frozenset((list, dict, set))
EMPTY = object()
BY_NUMBER = frozenset(("commit", "old_ends"))
"""Pending things that are known by a number, of which only the distance to now counts."""
OF_CODE = frozenset(("storage", "request", "blob_call"))
"""Pending things that carry data of the code's, in which no tuple names a call."""


def _lasting(value: Any) -> Any:
    """A value that identity tells everything about, or a stand-in that is like no other."""
    if type(value) in ATOMS or type(value) in TIME_TYPES or isinstance(value, Delivery | Attempt):
        return value
    return EMPTY if type(value) in CONTAINERS and not value else object()


class WorldEncoder:
    """Gathers the parts of a world; ``start`` is the world at its beginning.

    With ``symmetric``, the calls under way have no order: the chunks are interchangeable.
    """

    def __init__(self, values: Encoder, start: Any, symmetric: bool) -> None:
        self.values = values
        self.symmetric = symmetric
        self.start = dict(vars(start))
        self.field_names: tuple[str, ...] = ()
        self.world_fields: list[tuple[str, Any]] = []
        self.with_times: set[Any] = set()
        """Kinds of parts in which a time was met: most of them have some."""
        self.about: dict[Any, StatePart] = {}
        self.programs = Programs(values)
        self.pending: dict[Key, tuple[Any, Instant, StatePart]] = {}
        self.calls: dict[Any, StatePart] = {}
        self.stored: dict[Any, tuple[Any, StatePart]] = {}
        self.shaped: dict[Any, StatePart] = {}
        self.known: dict[Any, tuple[tuple[Any, ...], StatePart]] = {}
        self.plain: dict[tuple[Any, bytes], StatePart] = {}
        self.timed: dict[tuple[Any, bytes], StatePart] = {}
        self.getters: dict[str, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {}

    def forget(self) -> None:
        """Let go of the parts that were written: each is written anew when it is met again."""
        for known in (self.about, self.pending, self.calls, self.stored, self.shaped):
            known.clear()
        for parts in (self.known, self.plain, self.timed, self.programs.tasks):
            parts.clear()

    def parts(self, world: Any, times: Times) -> list[StatePart]:
        """The parts of a world."""
        encode = self.values.world
        parts = [self._pending(world, each, times[key]) for key, each in world.pending.items()]
        changed = self._changed(vars(world))
        if changed:  # a setting never changes: what is the same object still says nothing
            flat = tuple([each for pair in changed for each in pair])
            parts.append(self._known("world", flat, lambda: ("world", encode(tuple(changed)))))
        parts += self._blobs(world.blob_store)
        parts += self._object(world.object)
        parts += self._client(world.client)
        parts += self._chunk_puts(world, parts)
        parts += self._network(world, parts)
        return parts

    def _changed(self, fields: dict[str, Any]) -> list[tuple[str, Any]]:
        """The fields of a world that no longer hold what they held at the beginning."""
        names = tuple(fields)
        if names != self.field_names:
            self.field_names = names
            told = [name for name in names if name not in SKIPPED["World"]]
            self.world_fields = [(name, self.start.get(name)) for name in told]
        return [
            (name, value)
            for name, first in self.world_fields
            if (value := fields[name]) is not first
        ]

    def remembered(self, values: tuple[Any, ...], chunks: list[tuple[Any, ...]]) -> list[StatePart]:
        """The parts of what is remembered of the past: values, and what is said of one chunk."""
        encode_all = self.values.value
        facts = self._known("facts", values, lambda: ("facts", encode_all(values)))
        return [facts, *(self._about(*entry) for entry in chunks)]

    def _pending(self, world: Any, pending: Any, time: Instant) -> StatePart:
        """A pending thing; it never changes, so the same one at the same time says the same."""
        key = pending.key
        last = self.pending.get(key)
        if last is not None and last[0] is pending and last[1] is time:
            return last[2]
        if key[0] in BY_NUMBER:
            named = self._number_of(world, key)
            said = None if key[0] == "commit" else pending.payload  # a commit's is its number
            content = ("pending", time, named, self.values.world(said))
            return self._planned(key, (time, named, said), lambda: content)
        values = time, key, pending.payload
        part = self._planned(key, values, lambda: self._pending_content(pending, time))
        self.pending[key] = pending, time, part
        return part

    def _number_of(self, world: Any, key: Key) -> Key:
        """A key that is known by a number, by its distance to now."""
        if key[0] == "commit":
            return ("commit", key[1] - world.object.storage.confirmed)
        return ("old_ends", world.object.instance - key[1])

    def _pending_content(self, pending: Any, time: Instant) -> tuple[Any, ...]:
        payload, encode = pending.payload, self.values.world
        named = encode(pending.key)
        payload = self.values.data(payload) if pending.key[0] in OF_CODE else encode(payload)
        return ("pending", time, named, payload)

    def _planned(self, key: Key, values: tuple[Any, ...], content: Callable[[], Any]) -> StatePart:
        """The part of a pending thing made of these values, the first of which is its time."""
        times: list[Instant] = []
        try:
            rest = times_apart(values, times)
            name = "pending", bytes_of(rest)
        except ValueError:
            return StatePart(content(), key)
        part = self.timed.get(name)
        if part is None:
            part = StatePart(content(), key)
            self._keep_timed(name, part, rest, times)
            return part
        part = part.at(times)
        part.key = key
        return part

    def _keep_timed(
        self, name: tuple[Any, bytes], part: StatePart, rest: Any, times: list[Instant]
    ) -> None:
        """Keep a part for those with other times, if it shows which of its times is which."""
        are_shown = not part.text.is_nested and len(part.times) == len(times)
        is_in_order = are_shown and all(map(is_, part.times, times))
        if is_in_order and is_told_apart(rest, times) and has_own_bytes(rest):
            self.timed[name] = part

    def _fields(self, thing: Any) -> StatePart:
        kind = type(thing).__name__
        names = getattr(type(thing), "__slots__", None) or tuple(vars(thing))
        known, getter = self.getters.get(kind, ((), None))
        if getter is None or known != names:
            getter = attrgetter(*(name for name in names if name not in SKIPPED[kind]))
            self.getters[kind] = names, getter
        kept = getter(thing)
        return self._known(kind, kept, lambda: (kind, self.values.world(kept)))

    def _known(self, kind: Any, values: tuple[Any, ...], content: Callable[[], Any]) -> StatePart:
        """A part made of these values: one that was made before, wherever they are the same."""
        if kind in self.with_times:
            return self._timed(kind, values, content)
        try:
            key = kind, bytes_of(values)
        except ValueError:
            self.with_times.add(kind)
            return self._timed(kind, values, content)
        part = self.plain.get(key)
        if part is None:
            part = StatePart(content())
            if has_own_bytes(values):
                self.plain[key] = part
        return part

    def _timed(self, kind: Any, values: tuple[Any, ...], content: Callable[[], Any]) -> StatePart:
        """A part made of values with times: as one with other times, but for these."""
        times: list[Instant] = []
        try:
            rest = times_apart(values, times)
            key = kind, bytes_of(rest)
        except ValueError:
            return self._same(kind, values, content)
        part = self.timed.get(key)
        if part is not None:
            return part.at(times) if times else part
        part = StatePart(content())
        self._keep_timed(key, part, rest, times)
        return part

    def _same(self, kind: Any, values: tuple[Any, ...], content: Callable[[], Any]) -> StatePart:
        """A part made of these values; the last one of its kind if they are the same still.

        What can change in place may have done so: of that only what is empty counts as the same.
        """
        now = tuple(map(_lasting, values))
        last = self.known.get(kind)
        if last is not None and len(last[0]) == len(now) and all(map(is_, last[0], now)):
            return last[1]
        part = self._shaped(kind, values, content)
        self.known[kind] = (now, part)
        return part

    def _shaped(self, kind: Any, values: Any, content: Callable[[], Any]) -> StatePart:
        """The part of plain values without times; the same one wherever they are the same."""
        try:
            key = kind, shape_of(values)
        except ShapelessError:
            return StatePart(content())
        part = self.shaped.get(key)
        if part is None:
            part = self.shaped[key] = StatePart(content())
        return part

    def _about(self, word: str, chunk: int, *more: int) -> StatePart:
        """A part that says one thing of one chunk."""
        found = self.about.get((word, chunk, *more))
        if found is None:
            found = self.about[word, chunk, *more] = StatePart(
                (word, self.values.name(chunk), *more)
            )
        return found

    def _object(self, runtime: Any) -> list[StatePart]:
        stored = [self._stored(key, value) for key, value in runtime.storage.values.items()]
        parts = [self._fields(runtime), self._fields(runtime.alarms), *stored]
        parts += self._storage(runtime.storage)
        parts += [
            StatePart(("waits", at, kind, self.values.world(task), self.values.data(payload)))
            for at, (kind, task, payload) in enumerate(runtime.waiting)
        ]
        parts += self.programs.parts("object", runtime.program)
        renewed = runtime.instance > 0
        parts.append(self._known("instances", (renewed,), lambda: ("instances", renewed)))
        for number, program in runtime.replaced:
            parts += self.programs.parts(f"old object {runtime.instance - number}", program)
        if runtime.replaced and not runtime.program.tasks:
            # Whether an idle object will be put to sleep hangs on it (`a_cold_start_shows`).
            told = bool(runtime.program.log)
            parts.append(self._known("told", (told,), lambda: ("told", told)))
        return parts

    def _stored(self, key: str, value: Any) -> StatePart:
        """A stored value; it is never changed in place, so the same object says the same."""
        return self._lasting_part(("storage", key), value, lambda: self.values.value(value))

    def _image(self, where: tuple[Any, ...], image: Any) -> StatePart:
        """What is on disk, or will be; it is never changed in place either."""
        return self._lasting_part(where, image, lambda: self.values.world(image))

    def _lasting_part(
        self, where: tuple[Any, ...], value: Any, content: Callable[[], Any]
    ) -> StatePart:
        """The part of an object that never changes, which is kept, so that none takes its place."""
        known = self.stored.get((where, id(value)))
        if known is None:
            part = self._known(where, (value,), lambda: (*where, content()))
            known = self.stored[where, id(value)] = value, part
        return known[1]

    def _storage(self, storage: Any) -> list[StatePart]:
        """Commits under way, numbered from the last confirmed one."""
        encode, zero = self.values.world, storage.confirmed
        cached = self._known(
            "cached",
            (storage.dirty, *sorted(storage.cached)),
            lambda: ("cached", encode(storage.cached), storage.dirty),
        )
        opened = [] if storage.open is None else [self._opened(storage.open)]
        if not storage.waits:
            return [cached, *opened]
        done = tuple(sorted(number - zero for number in storage.done))
        slow = tuple(number - zero for number in storage.slow)
        state = storage.begun - zero, done, slow
        commits = self._known("commits", state, lambda: ("commits", encode(state)))
        disk = self._image(("disk",), storage.disk)
        images = [
            self._image(("commit", number - zero), image)
            for number, image in storage.batches.items()
        ]
        at_gate = [
            self._at_gate(at, barrier - zero, *held)
            for at, (barrier, *held) in enumerate(storage.at_gate)
        ]
        return [cached, commits, disk, *images, *at_gate, *opened]

    def _at_gate(self, at: int, ahead: int, kind: str, task: Any, payload: Any) -> StatePart:
        encode = self.values.world
        return self._known(
            "at gate",
            (at, ahead, kind, task, payload),
            lambda: ("at gate", at, ahead, kind, encode(task), encode(payload)),
        )

    def _opened(self, opened: Any) -> StatePart:
        """An open transaction: what it may come back to, and what it is still to tell (R18)."""
        data, world = self.values.data, self.values.world
        told = (opened.is_over, opened.moves_alarm, data(opened.record))
        return StatePart(
            ("transaction", data(opened.values), world(opened.alarm), world(opened.critical), told)
        )

    def _blobs(self, store: Any) -> list[StatePart]:
        """What is in the blob store, where the design reads it."""
        if store.is_left_out:
            return []
        name, encode = self.values.name, self.values.value
        return [
            StatePart(("blob", name(at) if type(at) is int else at, encode(item)))
            for at, item in store.objects.items()
        ]

    def _chunk_puts(self, world: Any, others: list[StatePart]) -> list[StatePart]:
        """When a put to each key last began."""
        return [
            StatePart(("put", self.values.name(chunk), at_ms))
            for chunk, at_ms in world.put_ms.items()
        ]

    def _client(self, client: Any) -> list[StatePart]:
        kept = client.settings.keeps_queue  # then a page that is there again looks at all of them
        made = client.chunks if kept else len(client.chunks)
        chunks = self._known("chunks", (made,), lambda: ("chunks", self.values.value(made)))
        return [self._fields(client), chunks, *self.programs.parts("page", client.program)]

    def _calls(self, network: Any) -> list[StatePart]:
        """The calls that a task of the page waits for."""
        parts, encode = [], self.values.world
        for number, (call, task) in enumerate(network.calls.items()):
            order = 0 if self.symmetric else number
            found = self.calls.get((order, call, task))
            if found is None:
                found = StatePart(("call", order, encode(call), encode(task)))
                self.calls[order, call, task] = found
            parts.append(found)
        return parts

    def _network(self, world: Any, others: list[StatePart]) -> list[StatePart]:
        network = world.network
        parts = [self._fields(network), *self._calls(network)]
        live = frozenset().union(*(part.chunks for part in others))
        if world.settings.failures_max is not None:
            for (method, chunk), failures in network.failures.items():
                if failures and (chunk < 0 or chunk in live):
                    limit = min(failures, world.settings.failures_max)
                    parts.append(self._about("failures of " + method, chunk, limit))
        # What a page that is gone may still lose, or finds unreadable when it is there again.
        is_asked = world.client.is_open or network.calls or ("reopen",) in world.pending
        if is_asked:
            parts += [self._about("arrived", chunk) for chunk in network.arrived]
        if world.client.settings.keeps_queue:
            parts += [self._about("answered", chunk) for chunk in network.answered]
        return parts


class StateEncoder:
    """Gathers the parts of a state: a world's, and what a monitor remembers.

    With ``origin`` the beginning is one of the state's instants.
    """

    def __init__(self, world: WorldEncoder, monitor: Monitor, origin: Instant | None) -> None:
        self.world = world
        self.monitor = monitor
        self.origin = [] if origin is None else [StatePart(("origin", origin))]

    def encode(self, world: Any, facts: Facts, times: Times) -> list[StatePart]:
        """The parts of a world and of what is remembered of its past."""
        return self.with_facts(self.world.parts(world, times), facts)

    def with_facts(self, parts: list[StatePart], facts: Facts) -> list[StatePart]:
        """The parts of a world, and those of what is remembered of its past."""
        return [*parts, *self.origin, *self.world.remembered(*self.monitor.kept(facts))]
