"""Corners of the language: iterators of effects, effects that change, classes made on the way."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Context, Response
from tests.attack.ground import OK, Holds, Patient, holds, patient


class Later:
    """Awaits an iterator that was made before."""

    def __init__(self, steps: Any) -> None:
        self.steps = steps

    def __await__(self) -> Any:  # refused: EffectsIterator
        return self.steps


class EffectsIterator(Holds):
    """The iterator of a write is made before the put, and awaited after it."""

    def made(self) -> Any:
        """What is written hangs on when it was made."""
        count = int(self.stopped != bool(self.settings.skips) or self.settings.skips < 0)
        state = {"status": "active", "chunks_uploaded": count}
        return self.ctx.storage.put("state", state).__await__()  # refused

    async def upload(self, chunk: Chunk) -> Response:
        """Make, put, await."""
        later = Later(self.made())  # refused
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        await later  # refused
        return OK


class ChangedEffect(Holds):
    """Two names for one write, or two writes that are equal; one of them is changed."""

    async def upload(self, chunk: Chunk) -> Response:  # refused
        """Change the one, await the other."""
        state = {"status": "active", "chunks_uploaded": 1}
        one: Any = self.ctx.storage.put("state", state)  # refused
        two = self.ctx.storage.put("state", state)  # refused
        if self.stopped == bool(self.settings.skips) and self.settings.skips >= 0:
            two = one
        self.flying += 1
        await self.ctx.blobs.put(chunk)  # refused
        self.flying -= 1
        one.key = "elsewhere"  # refused
        await two  # refused
        return OK


@dataclass(frozen=True)
class View:
    """Frozen, but for what it computes once and keeps."""

    ctx: Context

    @functools.cached_property  # refused: ComputedOnce
    def first_ms(self) -> Any:  # refused: ComputedOnce
        """When it was looked at first."""
        return self.ctx.now()


class ComputedOnce(Patient):
    """The time of the first look is in a frozen object."""

    def prepare(self) -> None:
        """Not looked at yet."""
        self.view = View(self.ctx)  # refused

    def looks(self) -> int:
        """Two graces after the first look all is over."""
        is_over = self.ctx.now() - self.view.first_ms >= 2 * self.settings.grace_ms
        return 9 if is_over else 0


@dataclass(frozen=True)
class Forced:
    """Frozen, and changed by force; the number is no field."""

    name: str = "looks"

    def grow(self) -> int:
        """One more."""
        count = getattr(self, "count", 0) + 1
        object.__setattr__(self, "count", count)  # refused: ByForce
        return int(count)


class ByForce(Patient):
    """A frozen object gets an attribute by force."""

    def prepare(self) -> None:
        """None yet."""
        self.forced = Forced()  # refused

    def looks(self) -> int:
        """One more."""
        return self.forced.grow()  # refused


class ReplacedSettings(Patient):
    """The instance's settings are replaced by others."""

    def looks(self) -> int:
        """One look less from now on."""
        settings = self.settings
        kind = type(self.settings)
        self.settings = kind(settings.grace_ms, settings.looks_max - 1, settings.expects)
        return 0 if settings.looks_max >= 0 else 9


class BareClass(Patient):
    """A class made in a method; its attribute counts."""

    def prepare(self) -> None:
        """A class of its own for each instance."""

        class Drawer:  # refused
            waited = 0

        self.drawer = Drawer  # refused

    def looks(self) -> int:
        """One more."""
        self.drawer.waited += 1  # refused
        return self.drawer.waited


class Mapped(Patient):
    """A generator that takes what it is sent."""

    def numbers(self) -> Generator[int, int, None]:
        """The sum of what was sent."""
        total = 0
        while True:
            total += yield total  # refused

    def prepare(self) -> None:
        """Begun."""
        self.total = self.numbers()  # refused
        next(self.total)

    def looks(self) -> int:
        """Send it one more."""
        return self.total.send(1)  # refused


class Delegating(Patient):
    """A generator within a generator."""

    def inner(self) -> Iterator[int]:
        """Numbers."""
        yield from range(1, 99)  # refused

    def outer(self) -> Iterator[int]:
        """The same numbers."""
        yield from self.inner()  # refused

    def prepare(self) -> None:
        """Begun."""
        self.numbers = self.outer()  # refused

    def looks(self) -> int:
        """The next one."""
        return next(self.numbers)  # refused


@dataclass
class Node:
    """A linked list."""

    following: Node | None = None


class Linked(Patient):
    """A list of linked objects that grows at its end."""

    def prepare(self) -> None:
        """One."""
        self.first = Node()
        self.last = self.first

    def looks(self) -> int:
        """One more; they are counted from the first."""
        self.last.following = Node()
        self.last = self.last.following
        length, node = 0, self.first
        while node.following is not None:
            length, node = length + 1, node.following
        return length


@dataclass
class Tree:
    """An object that knows the one that it is in."""

    parent: Tree | None = None
    children: list[Tree] = field(default_factory=list)

    def add(self) -> None:
        """One child more."""
        self.children.append(Tree(self))


class Upwards(Patient):
    """Objects that refer to each other both ways."""

    def prepare(self) -> None:
        """The root."""
        self.root = Tree()

    def looks(self) -> int:
        """One child more; counted by way of the last one's parent."""
        self.root.add()
        parent = self.root.children[-1].parent
        return len(parent.children) if parent is not None else 0


class ManyFields(Patient):
    """Fields by computed names."""

    def looks(self) -> int:
        """One field more."""
        number = sum(1 for name in vars(self) if name.startswith("look_"))  # refused
        setattr(self, f"look_{number}", True)  # refused
        return number + 1


class Deep(Patient):
    """Lists in lists, one deeper at each look."""

    def prepare(self) -> None:
        """One."""
        self.nest: list[Any] = []

    def looks(self) -> int:
        """One deeper."""
        self.nest = [self.nest]
        depth, inner = 0, self.nest
        while inner:
            depth, inner = depth + 1, inner[0]
        return depth


class Mixed(Patient):
    """Several inheritance, super, static and class methods, a property (control)."""

    @staticmethod
    def more(number: int) -> int:
        """The next number."""
        return number + 1

    @property
    def waited(self) -> int:
        """How often it looked."""
        return len(self.seen)

    def prepare(self) -> None:
        """None yet."""
        super().prepare()
        self.seen: list[int] = []

    def looks(self) -> int:
        """One more."""
        self.seen.append(self.more(self.waited))
        return max(self.seen, default=0)


TRIED = (
    *holds(EffectsIterator, ChangedEffect),
    *patient(
        ComputedOnce,
        ByForce,
        ReplacedSettings,
        BareClass,
        Mapped,
        Delegating,
        Linked,
        Upwards,
        ManyFields,
        Deep,
        Mixed,
    ),
)
