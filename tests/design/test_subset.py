"""The stated subset: each rule refuses its line with what is allowed; ordinary code passes."""

from __future__ import annotations

import contextlib
import linecache
import textwrap
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset import check_subset, check_values, lasting_of
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.designs import DESIGNS

HEAD = """
import asyncio
import collections
import contextlib
import copy
import enum
import functools
import heapq
import itertools
import json
import logging
import math
import os
import random
import re
import time
import typing
import warnings
from collections import deque
from dataclasses import dataclass
from functools import lru_cache, partial
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings
from lastchunk.reference_impl.contract import Response

TABLE = []
COUNT = 0
LETTERS = frozenset("ab")
TABLE_OF_SETS = {"a": frozenset("ab"), "b": 1}


class Box:
    seen: "set[str]"

    def __init__(self, held, found):
        self.held, self.seen = held, found


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
    letters = frozenset("ab")

    async def more(self):
        pass

    async def alarm(self):
        wanted: set[int] = set()
        names = {"a", "b"}
        one, two = [], []
"""
NUMBER = iter(range(10_000))


def design(body: str, top: str = "") -> tuple[Any, int]:
    """A class with that code in ``alarm``, and the line on which the code begins; ``top`` stands
    above the class."""
    file = f"<design {next(NUMBER)}>"
    head = HEAD.replace("\nclass Design(", f"\n{top}\nclass Design(")
    source = head + textwrap.indent(textwrap.dedent(body), "        ")
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    space: dict[str, Any] = {"__name__": file}
    exec(compile(source, file, "exec"), space)
    return space["Design"], head.count("\n") + 1


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
    "the class of a value": ("type(one) is list", "shows the class of a value"),
    "the class by another name": ("ask = type\nask(one)", "shows the class of a value"),
    "classes of many": ("[*map(type, one)]", "shows the class of a value"),
    "the class by an attribute": ("one.__class__ is list", "__class__ shows the class"),
    "the class by a text": ("getattr(one, '__class__')", "__class__ is not listed"),
    "what is said of a class": ("one.__doc__", "__doc__ shows the class"),
    "the module of a class": ("one.__module__", "__module__ shows the class"),
    "a key": ("sorted(names, key=len)", "order of the set names"),
    "the least by a key": ("min(wanted, key=lambda number: 0)", "order of the set wanted"),
    "views": ("[*({'a': 1}.keys() - {'b': 1}.keys())]", "order of the set"),
    "reduce": ("functools.reduce(max, names)", "order of the set names"),
    "percent": ("'%s' % names", "order of the set names"),
    "percent of one made there": ("'%s' % {'a', 'b'}", "order of the set"),
    "percent of several": ("'%s %s' % (1, names)", "order of the set names"),
    "format": ("'{}'.format(names)", "order of the set names"),
    "a counter": ("collections.Counter(names)", "order of the set names"),
    "islice": ("itertools.islice(names, 1)", "order of the set names"),
    "a heap": ("heapq.nsmallest(1, names, key=len)", "order of the set names"),
    "added to a list": ("one += names", "order of the set names"),
    "a slice": ("one[:] = names", "order of the set names"),
    "a walrus": ("any((last := name) for name in names)", "order of the set names"),
    "appended one by one": ("all(one.append(name) for name in names)", "order of the set names"),
    "yield from": ("def more():\n    yield from names\nmore()", "order of the set names"),
    "a walrus in a set": ("{(last := name) for name in names}", "order of the set names"),
    "its format": ("names.__format__('')", "order of the set names"),
    "a bound pop": ("take = wanted.pop\ntake()", "order of the set wanted"),
    "its iterator": ("wanted.__iter__()", "order of the set wanted"),
    "a stored set": (
        "await self.ctx.storage.put('all', names)\n[*await self.ctx.storage.get('all')]",
        "order of the set",
    ),
    "names of an enum": ("Mode._member_names_.append('C')", "_member_names_ is not listed"),
    "slots": ("Response.__slots__", "__slots__ is not listed"),
    "defaults of a tuple": ("Response._field_defaults", "_field_defaults is not listed"),
    "fields of a dataclass": ("AlarmSettings.__dataclass_fields__", "__dataclass_fields__"),
    "what is behind a method": ("self.ctx.now.__self__", "__self__ is not listed"),
    "a logger's level": ("logging.getLogger('x').setLevel(3)", "setLevel outlives"),
    "a logger's handlers": ("logging.getLogger('x').handlers.append(1)", "handlers outlives"),
    "what is warned of": ("warnings.simplefilter('error')", "simplefilter outlives"),
    "a table of the library": ("json.decoder.BACKSLASH['a']", "is the library's, and can change"),
    "a list of a module": ("import keyword", "module keyword is not listed"),
}


NOT_SEEN = "goes where its name is not seen"
NOTING = """
def note(name):
    one.append(name)
def noting(name):
    return note(name)
"""
REFUSED |= {
    "a list of sets": ("[names, wanted]", f"the set names {NOT_SEEN}"),
    "a set in a tuple": ("pair = (names, 1)", NOT_SEEN),
    "a set under a computed key": ("kept = {one[0]: names}", NOT_SEEN),
    "a set put under a computed key": ("kept = {}\nkept[one[0]] = names", NOT_SEEN),
    "a set stored under a computed key": (
        "await self.ctx.storage.put('k' + one[0], names)",
        NOT_SEEN,
    ),
    "a dictionary that makes sets": ("collections.defaultdict(set)", "holds sets"),
    "a map that makes sets": ("[*map(frozenset, one)]", "holds sets"),
    "a dictionary said to hold sets": ("kept: dict[str, set[str]] = {}", "holds sets"),
    "a loop over values": (
        "kept = {'a': names}\nfor held in kept.values():\n    [*held]",
        "order of the set held",
    ),
    "a loop over items": (
        "kept = dict(a=names)\n[[*held] for _, held in kept.items()]",
        "order of the set held",
    ),
    "a variable key": (
        "kept = {'a': names}\nfor key in ['a']:\n    [*kept[key]]",
        "order of the set kept",
    ),
    "a variable key of what a key was given": (
        "kept = {}\nkept['a'] = names\nfor key in kept:\n    [*kept[key]]",
        "order of the set kept",
    ),
    "a variable key of the storage": (
        "await self.ctx.storage.put('a', names)\nkey = 'a'\n[*await self.ctx.storage.get(key)]",
        "order of the set",
    ),
    "a counter of a set": ("count = collections.Counter()\ncount.update(names)", NOT_SEEN),
    "a set of frozen sets": ("min({frozenset('a'), frozenset('b')})", NOT_SEEN),
    "a list made of sets": ("[frozenset(name) for name in one]", NOT_SEEN),
    "a generator of sets": ("found = tuple(frozenset(name) for name in one)", NOT_SEEN),
    "sets yielded": ("def more():\n    yield names\nmore()", NOT_SEEN),
    "a helper that notes": (NOTING + "any(note(name) for name in names)", "order of the set names"),
    "a helper of one": (NOTING + "any(noting(name) for name in names)", "order of the set names"),
    "a lambda": ("(lambda held: [*held])(names)", NOT_SEEN),
    "a lambda that answers": ("take = lambda: {'a', 'b'}", NOT_SEEN),
    "starred arguments": ("def take(*held):\n    pass\ntake(names)", NOT_SEEN),
    "starred arguments of another of that name": (
        "def more(*held):\n    pass\nfound = more(names)",
        NOT_SEEN,
    ),
    "an unknown function": ("one[0](names)", NOT_SEEN),
    "appended": ("one.append(names)", NOT_SEEN),
    "matched": ("match names:\n    case held:\n        pass", NOT_SEEN),
    "a copy": ("[*copy.copy(names)]", "order of the set"),
    "a cast": ("[*typing.cast(object, names)]", "order of the set"),
    "a default": ("kept = {}\n[*kept.get('a', set())]", "order of the set"),
    "stored with others": (
        "await self.ctx.storage.put({'all': names})\n[*(await self.more())['all']]",
        "order of the set",
    ),
    "views with names": (
        "kept, other = {'a': 1}.keys(), {'b': 1}.keys()\n[*(kept & other)]",
        "order of the set kept & other",
    ),
    "a parameter's default": (
        "def take(held=frozenset('ab')):\n    return [*held]\ntake()",
        "order of the set held",
    ),
    "a field of an object": ("[*Box(names, names).held]", "order of the set"),
    "a field said to be a set": ("box = Box(1, set())\n[*box.seen]", "order of the set box.seen"),
    "an argument of a partial call": (
        "def take(held):\n    return [*held]\npartial(take, names)",
        "order of the set held",
    ),
    "a partial call of what is unknown": ("partial(one[0], names)", NOT_SEEN),
    "a constant": ("[*LETTERS]", "order of the set LETTERS"),
    "a constant of the class": ("[*self.letters]", "order of the set self.letters"),
    "a table of the module": ("[*TABLE_OF_SETS['a']]", "order of the set"),
    "through json": ("json.dumps({'a': names}, default=list)", "goes through what it is given"),
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
    "is class": "type(self) is Design",
    "type of an error": "try:\n    pass\nexcept ValueError as error:\n    type(error).__name__",
    "a key of a list": "sorted([2, 1], key=str)",
    "a set under a name": "dict(seen=names); Box(names, found=names)",
    "a set that a helper takes": "def take(held):\n    return 'a' in held\npartial(take, names)",
    "two sets at once": "first, second = set(), {'a'}\nfirst.add('a'); len(first | second)",
    "a set under a key": "kept = {'a': names}\nsorted(kept['a'])",
    "a set or none": "held: set[str] | None = None\nheld = names\nheld is None or 'a' in held",
    "no set yet": "kept = {}\nlen(kept.get('a', set()))",
    "a helper that leaves nothing": (
        "def is_late(name):\n    text = name\n    return text > 'a'\n"
        "any(is_late(name) for name in names)"
    ),
    "a loop over a view": "kept = {'a': 1}.keys()\nfor key in kept:\n    self.last = key",
    "a loop over items of no sets": "kept = {'a': 'bc'}\n[[*held] for _, held in kept.items()]",
    "a loop over items that are sorted": (
        "kept = {'a': names}\nfor key, items in kept.items():\n    for item in sorted(items):\n"
        "        self.last = item"
    ),
    "constants that are asked": "'a' in LETTERS or 'b' in self.letters",
    "a set that is cast": "typing.cast(set, names)",
    "pop of a dictionary": "kept = {'a': 1}; kept.pop('a')",
    "a set of a set": "{name.upper() for name in names}",
    "the library and a copy of a set": "copy.copy(names); len(names | wanted)",
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


def test_sets_in_a_table_of_the_class_go_by_their_keys() -> None:
    cls, first = design("for held in self.table.values():\n    [*held]")
    cls.table = MappingProxyType({"c": frozenset("cd")})
    with pytest.raises(DesignError, match=rf"line {first + 1}, .* the order of the set held shows"):
        check_subset("Design", cls)


def test_a_constant_that_holds_sets_is_refused_wherever_it_stands() -> None:
    class Design(AlarmDesign):
        pairs = (frozenset("ab"), frozenset("cd"))

    with pytest.raises(DesignError, match=r"Design: pairs .*: it holds sets; allowed: "):
        check_subset("Design", Design)
    cls, _ = design("for pair in PAIRS:\n    [*pair]")
    cls.alarm.__globals__["PAIRS"] = Design.pairs
    with pytest.raises(DesignError, match=r"Design: PAIRS .*: it holds sets; allowed: "):
        check_subset("Design", cls)


def test_settings_work_nothing_out_that_they_keep() -> None:
    @dataclass(frozen=True)
    class Kept(AlarmSettings):
        @cached_property
        def box(self) -> list[int]:
            return []

    class Design(AlarmDesign):
        Settings = Kept

    with pytest.raises(DesignError, match=r"the setting box .*; allowed: a property"):
        check_subset("Design", Design)
