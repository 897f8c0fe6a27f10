"""The stated subset: each rule refuses its line with what is allowed; ordinary code passes."""

from __future__ import annotations

import contextlib
import linecache
import textwrap
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset import check_subset, check_values, lasting_of
from lastchunk.reference_impl.alarm import AlarmSettings
from lastchunk.reference_impl.designs import DESIGNS

HEAD = """
import asyncio
import contextlib
import enum
import functools
import itertools
import json
import math
import os
import random
import re
import time
from collections import deque
from dataclasses import dataclass
from functools import lru_cache, partial
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.contract import Response

TABLE = []
COUNT = 0


class Mode(enum.Enum):
    A = 1
    B = 2


async def helper(ctx):
    await ctx.storage.get("x")


def chance():
    return random.random()


class Design(AlarmDesign):
    names = []
    count = 0

    async def more(self):
        pass

    async def alarm(self):
        wanted: set[int] = set()
        names = {"a", "b"}
        one, two = [], []
"""
NUMBER = iter(range(10_000))


def design(body: str) -> tuple[Any, int]:
    """A class with that code in ``alarm``, and the line on which the code begins."""
    file = f"<design {next(NUMBER)}>"
    source = HEAD + textwrap.indent(textwrap.dedent(body), "        ")
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    space: dict[str, Any] = {"__name__": file}
    exec(compile(source, file, "exec"), space)
    return space["Design"], HEAD.count("\n") + 1


REFUSED: dict[str, tuple[str, str]] = {
    "random": ("random.random()", "module random.*no draws"),
    "random, in a helper": ("chance()", "module random"),
    "clock": ("time.time()", r"module time.*ctx\.now"),
    "entropy": ("os.urandom(4)", "module os"),
    "asyncio": ("await asyncio.sleep(1)", "module asyncio"),
    "task": ("asyncio.ensure_future(self.more())", "module asyncio"),
    "local import": ("import uuid", "module uuid"),
    "local import from": ("from time import sleep", r"module time"),
    "id": ("id(self)", r"id\(\)"),
    "hash": ("hash('a')", r"hash\(\)"),
    "global": ("global COUNT\nCOUNT = 1", "global COUNT"),
    "class attribute": ("type(self).count += 1", r"type\(self\)\.count outlives"),
    "class attribute by name": ("Design.count = 1", r"Design\.count outlives"),
    "by __class__": ("self.__class__.count = 1", "outlives"),
    "table": ("TABLE.append(1)", r"TABLE\.append\(1\) outlives"),
    "row of a table": ("TABLE[0] = 1", r"TABLE\[0\] outlives"),
    "dropped effect": ("put = self.ctx.storage.put('a', 1)", "not awaited"),
    "setattr": ("setattr(Design, 'count', 1)", "a class is changed"),
    "new class": ("self.__class__ = AlarmDesign", "class of an object"),
    "type": ("type('X', (), {})", "a class is made"),
    "class": ("class X: pass", "a class is made"),
    "dict": ("self.__dict__['a'] = 1", "__dict__"),
    "bare except": ("try:\n    pass\nexcept:\n    pass", "except Exception"),
    "base": ("try:\n    pass\nexcept BaseException:\n    pass", "except Exception"),
    "one of several": ("try:\n    pass\nexcept (KeyError, SystemExit):\n    pass", "ends a run"),
    "finally return": ("try:\n    pass\nfinally:\n    return", "return in a finally"),
    "finally break": (
        "while True:\n    try:\n        pass\n    finally:\n        break",
        "break in a finally",
    ),
    "unawaited effect": ("self.ctx.storage.put('a', 1)", r"not awaited; allowed: await self"),
    "unawaited sleep": ("self.ctx.sleep(5)", "not awaited"),
    "unawaited method": ("self.more()", "not awaited"),
    "unawaited helper": ("helper(self.ctx)", "not awaited"),
    "is": ("one is two", "is between two values"),
    "set": ("for name in names:\n    self.last = name", "order of the set names"),
    "set of numbers": ("list(wanted)", "order of the set wanted"),
    "next": ("next(iter({'a', 'b'}))", "order of the set"),
    "pop": ("wanted.pop()", "order of the set wanted"),
    "join": ("','.join({'a', 'b'} | names)", "order of the set"),
    "star": ("[*names]", "order of the set names"),
    "unpacked": ("a, b = names", "order of the set names"),
    "frame": ("self.alarm().cr_frame", "cr_frame"),
    "traceback": ("KeyError().__traceback__", "__traceback__"),
    "made times": ("self.ctx.now()._ms", "_ms"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_listed_is_refused_with_its_line(name: str) -> None:
    code, words = REFUSED[name]
    cls, first = design(code)
    with pytest.raises(DesignError, match=words) as refused:
        check_subset("Design", cls)
    if name != "random, in a helper":
        lines = range(first, first + code.count("\n") + 1)
        assert any(f"line {line}, in alarm()" in str(refused.value) for line in lines)
    assert "allowed: " in str(refused.value)


ALLOWED: dict[str, str] = {
    "json": "json.loads(json.dumps({'a': 1}))",
    "math": "math.floor(1.5)",
    "pattern": "re.match('a', 'b')",
    "deque": "deque([1], maxlen=3)",
    "partial": "partial(max, 1)",
    "chain": "list(itertools.chain([1], [2]))",
    "is none": "one is None",
    "is enum": "self.mode is Mode.A",
    "is class": "type(one) is list",
    "sorted": "sorted(names)",
    "any": "any(name for name in names)",
    "in": "'a' in names",
    "len": "len(wanted | {1})",
    "raise": "try:\n    pass\nexcept BaseException:\n    raise",
    "exception": "try:\n    pass\nexcept Exception:\n    pass",
    "loop in finally": "try:\n    pass\nfinally:\n    for _ in one:\n        break",
    "suppress": "with contextlib.suppress(KeyError):\n    pass",
    "awaited": "await self.more()\nawait helper(self.ctx)",
    "kept": "put = self.ctx.storage.put('a', 1)\nawait put",
    "print": "print('x')",
    "field": "self.count = 1",
    "nonlocal": "def add():\n    nonlocal one\n    one = 1\nadd()",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_ordinary_code_passes(name: str) -> None:
    cls, _ = design(ALLOWED[name])
    check_subset("Design", cls)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_shipped_designs_pass(name: str) -> None:
    reached = check_subset(name, DESIGNS[name])
    assert any(code.name.endswith("upload") for code in reached.codes)


def test_a_setting_that_can_change_is_refused() -> None:
    check_values("Design", AlarmSettings())
    with pytest.raises(DesignError, match=r"the setting grace_ms is .*which can change"):
        check_values("Design", AlarmSettings(grace_ms=[5]))  # type: ignore[arg-type]


def test_a_design_without_a_source_is_refused() -> None:
    space: dict[str, Any] = {"__name__": "nowhere"}
    exec(compile(HEAD + "        pass\n", "<nowhere>", "exec"), space)
    with pytest.raises(DesignError, match="cannot be read"):
        check_subset("Design", space["Design"])


def test_settings_that_can_change_are_refused() -> None:
    cls, _ = design("pass")
    cls.Settings = list
    with pytest.raises(DesignError, match="frozen dataclass"):
        check_subset("Design", cls)


CHANGES: dict[str, str] = {
    "a list of the class": "self.names.append(1)",
    "by another name": "names = self.names\nnames += [1]",
    "a table of the module": "table = TABLE\ntable.append(1)",
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_outlives_an_instance_is_watched(name: str) -> None:
    cls, _ = design(CHANGES[name])
    lasting = lasting_of("Design", cls)
    lasting.check()
    instance = cls(None, cls.Settings())
    with contextlib.closing(instance.alarm()) as handler, contextlib.suppress(StopIteration):
        handler.send(None)
    with pytest.raises(DesignError, match="which outlives its instance; allowed: a field"):
        lasting.check()
