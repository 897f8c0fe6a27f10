"""Designs that depend on what is outside: chance, clocks, addresses, threads, the event loop.

None of them has a verdict. Each is refused with its line, by sampling as well.
"""

from __future__ import annotations

import contextvars
import datetime
import gc
import inspect
import os
import random
import secrets
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from lastchunk.reference_impl.contract import Chunk, Response
from tests.attack.ground import REFUSED, Patient, Tried


class Chance(Patient):
    """Now and then it waits for nobody."""

    def looks(self) -> int:
        """One in a hundred is many."""
        return 9 if random.random() < 0.01 else 0  # refused


class ChoiceOfName(Patient):
    """The names were imported under others."""

    def looks(self) -> int:
        """One in a hundred is many."""
        return pick(range(100)) // 99 * 9  # refused


from random import choice as pick  # noqa: E402 - where a user would not look for it


class Identity(Patient):
    """A key made up for each upload."""

    async def upload(self, chunk: Chunk) -> Response:
        """Store the key with the chunk."""
        await self.ctx.storage.put("key", str(uuid.uuid4()))  # refused
        return await super().upload(chunk)


class Secret(Patient):
    """A token."""

    def looks(self) -> int:
        """One in 256 is many."""
        return 9 if secrets.token_bytes(1) == b"x" else 0  # refused


class Entropy(Patient):
    """A byte from the system."""

    def looks(self) -> int:
        """One in 256 is many."""
        return 9 if os.urandom(1) == b"x" else 0  # refused


class WallClock(Patient):
    """The machine's clock, not the object's."""

    def prepare(self) -> None:
        """When it was built."""
        self.born = time.time()  # refused

    def looks(self) -> int:
        """Old objects wait no more."""
        return 9 if time.time() - self.born > 1 else 0  # refused


class Monotonic(Patient):
    """Another clock of the machine."""

    def looks(self) -> int:
        """An hour after the machine came up."""
        return 9 if time.monotonic() < 60 else 0  # refused


class Today(Patient):
    """The date."""

    def looks(self) -> int:
        """Not on leap days."""
        today = datetime.datetime.now(datetime.UTC)  # refused
        return 9 if (today.month, today.day) == (2, 29) else 0


class Blocks(Patient):
    """It sleeps as a thread would."""

    def looks(self) -> int:
        """A little while."""
        time.sleep(0.0001)  # refused
        return 0


class Address(Patient):
    """Where an object lies in memory."""

    def looks(self) -> int:
        """An odd address is rare."""
        return 9 if id(object()) % 4096 == 48 else 0  # refused


class AddressInText(Patient):
    """The same, in a text."""

    def looks(self) -> int:
        """The address ends in nothing."""
        return 9 if repr(object()).endswith("000>") else 0  # refused


class HashOfText(Patient):
    """The hash of a text, another one in each process."""

    def looks(self) -> int:
        """One in a hundred is many."""
        return 9 if hash("session") % 100 == 7 else 0  # refused


class SetOfTexts(Patient):
    """The first of a set of texts, another one in each process."""

    async def alarm(self) -> None:
        """Wait, or go."""
        if next(iter({"wait", "go"})) == "wait" and self.flying:  # refused
            await self.later()
        else:
            await self.complete()


class LoopOverSet(Patient):
    """A loop over a set of texts in a field."""

    def prepare(self) -> None:
        """Two words."""
        self.words = {"wait", "go"}

    async def alarm(self) -> None:
        """What the last word says."""
        last = ""
        for word in self.words:  # refused
            last = word
        if last == "wait" and self.flying:
            await self.later()
        else:
            await self.complete()


class ListOfSet(Patient):
    """A set of texts made a list, by a comprehension, by a star, by a pop."""

    async def alarm(self) -> None:
        """What the first word says."""
        words = set("wait")
        first = [word for word in words if word][0]  # noqa: RUF015  # refused
        other, *_ = words  # refused
        if first == other == words.pop() == "w" and self.flying:  # refused
            await self.later()
        else:
            await self.complete()


class JoinedSet(Patient):
    """A set of texts joined, and made a tuple, a dictionary and a maximum by a key."""

    async def alarm(self) -> None:
        """What the longest word says; both are as long."""
        words = frozenset(("wait", "goes"))
        longest = max(words, key=len)  # refused
        table = dict.fromkeys(words)  # refused
        text = "".join(words) + str(tuple(words)) + next(iter(table))  # refused
        if longest == "wait" and text and self.flying:
            await self.later()
        else:
            await self.complete()


class Environment(Patient):
    """A variable of the process."""

    def looks(self) -> int:
        """Where it is set."""
        return 9 if os.environ.get("WAITS_FOR_NOBODY") else 0  # refused


class Process(Patient):
    """The number of the process."""

    def looks(self) -> int:
        """One in a thousand."""
        return 9 if os.getpid() % 1000 == 7 else 0  # refused


class ReadsFile(Patient):
    """A file on disk."""

    def looks(self) -> int:
        """Where it is there."""
        return 9 if Path("/nowhere/waits_for_nobody").exists() else 0  # refused


class OpensFile(Patient):
    """A file on disk, written to."""

    def looks(self) -> int:
        """A line for each look."""
        with open(os.devnull, "a") as file:  # noqa: PTH123 - a user's way  # refused
            file.write("look\n")
        return 0


class Variable(Patient):
    """A context variable."""

    waited: contextvars.ContextVar[int] = contextvars.ContextVar("waited", default=0)  # refused

    def looks(self) -> int:
        """One more."""
        self.waited.set(self.waited.get() + 1)  # refused
        return self.waited.get()


class Garbage(Patient):
    """What the collector finds."""

    def looks(self) -> int:
        """By its count of collections."""
        return 9 if gc.get_count()[0] == 77 else 0  # refused


class Frames(Patient):
    """Who called it, from the interpreter."""

    def looks(self) -> int:
        """How deep the stack is."""
        frame: Any = sys._getframe()  # refused
        return 9 if len(inspect.getouterframes(frame)) > 500 else 0  # refused


class Evaluates(Patient):
    """A text is run as code."""

    def looks(self) -> int:
        """What the text says."""
        return int(eval("__import__('random').randint(0, 9)"))  # refused


class Imports(Patient):
    """A module imported as it runs, by a text."""

    def looks(self) -> int:
        """What it says."""
        return int(__import__("random").random() * 3)  # refused


class ImportsLocally(Patient):
    """A module imported within a method."""

    def looks(self) -> int:
        """What it says."""
        from random import randint  # refused

        return randint(0, 9)  # refused


TRIED = tuple(
    Tried(cls, REFUSED)
    for cls in (
        Chance,
        ChoiceOfName,
        Identity,
        Secret,
        Entropy,
        WallClock,
        Monotonic,
        Today,
        Blocks,
        Address,
        AddressInText,
        HashOfText,
        SetOfTexts,
        LoopOverSet,
        ListOfSet,
        JoinedSet,
        Environment,
        Process,
        ReadsFile,
        OpensFile,
        Variable,
        Garbage,
        Frames,
        Evaluates,
        Imports,
        ImportsLocally,
    )
)
