"""What leads out of the list by a text, by a module of a module, or by the words of a method."""

from __future__ import annotations

import importlib
import linecache
import textwrap
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset import check_subset
from lastchunk.model.subset.listed import LISTED_MODULES

HEAD = """
import contextlib
import copy
import functools
import json
import logging
import operator
import statistics
import string
import urllib.parse
import urllib.request
from copy import deepcopy
from logging import getLogger
from operator import attrgetter, is_, methodcaller
from statistics import NormalDist
from typing import NamedTuple
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk

log = logging.getLogger("design")
FIELD, HIDDEN, TEXT = "size", "__sizeof__", "{} of {}"
ask, digest = getattr, hash
ASKS, TOOLS = {"ask": getattr}, {"a": logging}


class Point:
    def __init__(self):
        self.size = 0

    def note(self):
        return 1


def helper():
    return 1


class Plain:
    pass


class Design(AlarmDesign):
    def note(self):
        return 1

    @property
    def shown(self):
        return 1

    async def alarm(self):
        one, two, point, field = {}, [], Point(), "size"
"""


NUMBER = iter(range(10_000))


def design(body: str) -> tuple[Any, int]:
    """A class with that code in ``alarm``, and the line on which the code begins."""
    file = f"<words {next(NUMBER)}>"
    source = HEAD + textwrap.indent(textwrap.dedent(body), "        ")
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": file}
    exec(compile(source, file, "exec"), space)
    return space["Design"], HEAD.count("\n") + 1


WORKED_OUT = r"a name that is worked out; allowed: a name in quotes, or a dict"
REFUSED: dict[str, tuple[str, str]] = {
    "methodcaller": ("operator.methodcaller('__sizeof__')(one)", "allowed: a lambda or a method"),
    "methodcaller, imported": ("methodcaller('pop')", "methodcaller calls what a text names"),
    "attrgetter": ("operator.attrgetter('__class__')(one)", "__class__ is not listed"),
    "attrgetter, deep": ("attrgetter('size.__dict__')", "__dict__ is not listed"),
    "attrgetter, of a frame": ("attrgetter('cr_frame.f_locals')", "cr_frame is not listed"),
    "attrgetter, worked out": ("attrgetter('__si' + 'zeof__')", rf"attrgetter\(\) of {WORKED_OUT}"),
    "attrgetter, of many": ("attrgetter(*two)", rf"attrgetter\(\) of {WORKED_OUT}"),
    "attrgetter, handed on": ("[*map(attrgetter, two)]", "attrgetter is handed on"),
    "getattr": ("getattr(one, '__size' + 'of__')", rf"getattr\(\) of {WORKED_OUT}"),
    "getattr of a variable": ("getattr(point, field)", rf"getattr\(\) of {WORKED_OUT}"),
    "getattr of all": ("getattr(*two)", rf"getattr\(\) of {WORKED_OUT}"),
    "getattr by a name": ("getattr(one, HIDDEN)", "__sizeof__ is not listed"),
    "getattr of a frame": ("getattr(one, 'gi_frame')", "gi_frame is not listed"),
    "getattr of a format": ("getattr('{0.__class__}', 'format')(1)", "format is not listed"),
    "getattr, handed on": ("[*map(getattr, [one], two)]", "getattr is handed on; allowed: a call"),
    "getattr, by another name": ("ask(one, '__sizeof__')", "getattr is handed on"),
    "getattr, in a table": ("ASKS['ask'](one, '__sizeof__')", "getattr is handed on"),
    "hasattr": ("hasattr(one, field)", rf"hasattr\(\) of {WORKED_OUT}"),
    "setattr": ("setattr(point, field, 1)", rf"setattr\(\) of {WORKED_OUT}"),
    "delattr": ("delattr(point, f'{field}')", rf"delattr\(\) of {WORKED_OUT}"),
    "hash by another name": ("digest('a')", r"hash\(\) is not listed"),
    "format": ("'{0.__class__}'.format(one)", "__class__ is not listed"),
    "format, deep": ("'{:{0[a].__hash__}}'.format(one)", "__hash__ is not listed"),
    "format, not called": ("show = '{0.__hash__}'.format\nshow(one)", "__hash__ is not listed"),
    "format_map": ("'{a.__self__}'.format_map(one)", "__self__ is not listed"),
    "format, worked out": ("('{0.__cla' + 'ss__}').format(one)", r"format\(\) of a text that is"),
    "format of a variable": ("field.format(one)", "allowed: a text in quotes, or an f-string"),
    "format of the class": ("str.format('{0.__class__}', one)", r"format\(\) of a text that is"),
    "Formatter": ("string.Formatter()", "Formatter reads what a text names; allowed: an f-string"),
    "match": (
        "match one:\n    case dict(__class__=kind):\n        pass",
        "__class__ is not listed",
    ),
    "super": ("super().__hash__()", "__hash__ is not listed"),
    "super's text": ("super().__repr__()", "__repr__ shows an address"),
    "is_": ("is_(one, two)", "is_ tells equal values apart"),
    "is_ of a module": ("operator.is_not(one, two)", "is_not tells equal values apart"),
    "NormalDist": ("statistics.NormalDist(0, 1).samples(1)", "NormalDist draws; allowed: no draws"),
    "NormalDist, imported": ("NormalDist(0, 1).samples(1)", "NormalDist draws"),
    "a module's module": ("logging.time.time()", r"logging.time is not listed; allowed: logging"),
    "another's": (
        "statistics.random.random()",
        "the module random is not listed; allowed: no",
    ),
    "a part's": ("json.decoder.re.copyreg.pickle", "the module copyreg is not listed"),
    "another's class": ("statistics.Decimal(1)", "the module decimal is not listed"),
    "imported there": ("from statistics import random\nrandom.random()", "module random"),
    "logging, imported there": ("from logging import time\ntime.time()", "module time"),
    "a module imported there": ("import statistics as s\ns.random.random()", "module random"),
    "private of a module": ("functools._make_key", "functools._make_key is not listed"),
    "builtins of a module": ("json.__builtins__['hash']('a')", "json.__builtins__ is not listed"),
    "makeLogRecord": (
        "logging.makeLogRecord({}).created",
        "makeLogRecord is not listed; allowed",
    ),
    "LogRecord": ("logging.LogRecord('a', 1, 'b', 1, 'c', (), None)", "LogRecord is not listed"),
    "makeRecord": ("self.log.makeRecord('a')", "makeRecord is not listed"),
    "a logger's own": ("log.findCaller()", "findCaller is not listed"),
    "a logger's parent": ("log.parent", "log.parent is not listed"),
    "a child's parent": ("getLogger('a').getChild('b').root", "is not listed"),
    "a logger of the function": ("found = logging.getLogger('a')\nfound.root", "found.root is not"),
    "a formatter": ("logging.Formatter()", "Formatter is not listed; allowed: logging"),
    "memo": ("copy.deepcopy(one, two)", r"deepcopy\(\) with a memo shows addresses; allowed: "),
    "memo by name": ("deepcopy(one, memo=one)", "with a memo"),
    "pprint": ("import pprint\npprint.pformat(one)", "module pprint is not listed; allowed: json"),
    "reprlib": ("import reprlib\nreprlib.repr(one)", "module reprlib is not listed; allowed: json"),
    "a module by another name": ("tools = logging\ntools.time", "module logging is handed on"),
    "a module in a table": ("TOOLS['a'].time", "the module logging is handed on; allowed: what"),
    "getattr of a module": ("getattr(statistics, 'random')", "module statistics is handed on"),
    "another part": ("urllib.request.urlopen('a')", "the module urllib.request is not listed"),
    "a method": ("f'{self.note}'", r"the text of self.note shows an address; allowed: the fields"),
    "a method, by str": ("str(self.note)", "the text of self.note shows an address"),
    "a method, by repr": ("repr([self.note])", "the text of self.note shows an address"),
    "a method, by percent": ("'%s' % self.note", "the text of self.note shows an address"),
    "methods, by percent": ("'%s %s' % (1, point.note)", "the text of point.note shows an address"),
    "a method, by format": ("'{} {a}'.format(1, a=self.note)", "the text of self.note shows"),
    "a method, by a name": ("note = self.note\nascii(note)", "the text of note shows an address"),
    "a method of a port": ("f'{self.ctx.storage.get}'", "the text of self.ctx.storage.get shows"),
    "the clock": ("repr(self.ctx.now)", "the text of self.ctx.now shows an address"),
    "a function": ("f'{helper}'", "the text of helper shows an address"),
    "the library's": ("f'{json.dumps}'", "the text of json.dumps shows an address"),
    "one within": ("def inner():\n    pass\nstr(inner)", "the text of inner shows an address"),
    "a lambda": ("str(lambda: 1)", "the text of lambda: 1 shows an address"),
    "a bare object": ("repr(Plain())", r"the text of Plain\(\) shows an address"),
    "self by percent": ("'%r' % self", "the text of self shows an address"),
    "chdir": ("contextlib.chdir('a')", "chdir outlives the instance"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_reached_by_another_way_is_refused_with_its_line(name: str) -> None:
    code, words = REFUSED[name]
    cls, first = design(code)
    with pytest.raises(DesignError, match=words) as refused:
        check_subset("Design", cls)
    lines = range(first, first + code.count("\n") + 1)
    assert any(f"line {line}" in str(refused.value) for line in lines), refused.value
    assert "allowed: " in str(refused.value)


ALLOWED = (
    "sorted(two, key=attrgetter('size'))",
    "sorted(two, key=operator.itemgetter(0))",
    "operator.attrgetter('size', 'more.size')(point)",
    "getattr(point, 'size', 0)",
    "getattr(point, FIELD)",
    "hasattr(point, '__len__')",
    "setattr(point, 'size', 1)",
    "getattr(KeyError(), '__notes__', ())",
    "'{} of {}'.format(1, 2)",
    "'{a} of {b[0]:>{c}}'.format(a=1, b=[2], c=3)",
    "'{0.size}'.format(point)",
    "TEXT.format(1, 2)",
    "'{a}'.format_map({'a': 1})",
    "'{'.format(1)",
    "self.format(1)",
    "self.settings.format",
    "match point:\n    case Point(size=1):\n        pass",
    "logging.info('x')\nlogging.getLogger('a').log(logging.DEBUG, 'x')",
    "log.info('x')\nlog.getChild('b').warning('x')\ngetLogger('a').name.upper()",
    "found = logging.getLogger('a')\nfound.exception('x')",
    "copy.deepcopy(one)\ndeepcopy(two)",
    "statistics.mean([1, 2])",
    "import math\nmath.floor(1.5)",
    "json.decoder.JSONDecodeError",
    "operator.add(1, 2)\noperator.setitem(one, 1, 2)\noperator.length_hint(two)",
    "urllib.parse.quote('a')\nimport urllib.parse as u\nu.quote('a')",
    "f'{self.note()} {self.shown} {point.size}'",
    "f'{self.note.__name__} {Plain.__name__} {Plain}'",
    "'%s of %s' % (self.note(), self.ctx.now() - self.ctx.now() == 0)",
    "str(point.size) + repr(KeyError(1)) + '%d' % len(two)",
    "super().__init__(self.ctx, self.settings)",
)


@pytest.mark.parametrize("code", ALLOWED)
def test_ordinary_names_pass(code: str) -> None:
    cls, _ = design(code)
    check_subset("Design", cls)


NAMED = {
    "contextlib": "chdir redirect_stderr redirect_stdout",
    "hashlib": "algorithms_available algorithms_guaranteed",
    "operator": "attrgetter is_ is_not methodcaller",  # the first is listed where it is called
    "statistics": "NormalDist",
    "string": "Formatter",
    "warnings": "catch_warnings filterwarnings resetwarnings simplefilter",
}
"""What is refused by name of what the listed modules document."""


@pytest.mark.parametrize("module", sorted(LISTED_MODULES - {"builtins", "logging", "__future__"}))
def test_what_a_listed_module_documents_is_listed_but_for_what_is_named(module: str) -> None:
    refused = []
    for name in sorted(set(getattr(importlib.import_module(module), "__all__", ()))):
        cls, _ = design(f"import {module}\n{module}.{name}")
        try:
            check_subset("Design", cls)
        except DesignError:
            refused.append(name)
    assert " ".join(refused) == NAMED.get(module, "")
