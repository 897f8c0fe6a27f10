"""A refusal names the line that changes what outlives its instance, by whatever name it does so."""

from __future__ import annotations

import linecache
from typing import Any

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset import check_subset, lasting_of

HEAD = """
import contextvars
import enum
import random
import threading
from dataclasses import dataclass, field
from lastchunk.reference_impl.alarm import AlarmDesign, AlarmSettings

class Box:
    def __init__(self):
        self.items = []

    def note(self):
        {in_box}

class Mode(enum.Enum):
    A = [0]

TABLE = {{"rows": []}}
BOX = Box()

def helper(rows):
    {in_helper}

def rows_of(table):
    return table["rows"]

def around():
    held = [0]
    count = 0
    def inner():
        {nonlocal_}
        {in_inner}
    return inner
inner = around()

class Design(AlarmDesign):
    names = []
    box = BOX
    {in_class}

    def __init__(self, ctx, settings):
        self.table = TABLE
        self.own = []

    def first(self):
        return self.table

    def work(self, given=[]):
        {in_work}
"""
"""Each case fills one place; its line is the one to name."""
NUMBER = iter(range(10_000))


def design(**given: str) -> tuple[Any, dict[str, int]]:
    """A class with that code in it, and the line of each place."""
    places = ("in_box", "in_helper", "nonlocal_", "in_inner", "in_class", "in_work")
    lines = {
        place: number
        for number, line in enumerate(HEAD.splitlines(), 1)
        for place in places
        if f"{{{place}}}" in line
    }
    source = HEAD.format(**{place: given.get(place, "pass") for place in places})
    file = f"<faults {next(NUMBER)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": file}
    exec(compile(source, file, "exec"), space)
    return space["Design"], lines


CHANGED = {
    "a local": ({"in_work": "rows = TABLE['rows']; rows += [1]"}, "in_work"),
    "a local of a local": ({"in_work": "a = TABLE; b = a; b.update(x=1)"}, "in_work"),
    "a field": ({"in_work": "self.table['rows'].append(1)"}, "in_work"),
    "a loop": ({"in_work": "[rows.append(1) for rows in TABLE.values()]"}, "in_work"),
    "an argument": (
        {"in_work": "helper(TABLE['rows'])", "in_helper": "rows.append(1)"},
        "in_helper",
    ),
    "a named argument": (
        {"in_work": "helper(rows=self.table['rows'])", "in_helper": "rows.append(1)"},
        "in_helper",
    ),
    "what a function returns": ({"in_work": "rows_of(TABLE).append(1)"}, "in_work"),
    "what a method returns": ({"in_work": "self.first()['rows'].append(1)"}, "in_work"),
    "what a dict gives": ({"in_work": "r = TABLE.get('rows'); r.append(1)"}, "in_work"),
    "a default": ({"in_work": "given.append(1)"}, "in_work"),
    "a class's list": ({"in_work": "names = self.names; names += [1]"}, "in_work"),
    "an object's field": ({"in_work": "box = BOX; box.items.append(1)"}, "in_work"),
    "an object's method": (
        {"in_work": "self.box.note()", "in_box": "self.items.append(1)"},
        "in_box",
    ),
    "a member's value": ({"in_work": "m = Mode.A; m.value.append(1)"}, "in_work"),
    "a member's field": ({"in_work": "m = Mode.A; m.seen = 1"}, "in_work"),
    "a variable around": (
        {"in_work": "inner()", "nonlocal_": "nonlocal count", "in_inner": "count += 1"},
        "in_inner",
    ),
    "a list around": ({"in_work": "inner()", "in_inner": "held.append(1)"}, "in_inner"),
    "a function's field": ({"in_work": "f = helper; setattr(f, 'count', 1)"}, "in_work"),
    "a class's attribute": (
        {"in_work": "c = type(self); c.count = 1", "in_class": "count = 0"},
        "in_work",
    ),
}
"""How one instance changes what all share: the code, and the place whose line is at fault."""


@pytest.mark.parametrize("name", CHANGED)
def test_the_line_that_changes_it_is_named(name: str) -> None:
    given, place = CHANGED[name]
    cls, lines = design(**given)
    with pytest.raises(DesignError, match=rf"line {lines[place]}\b"):
        check_a_run(cls)


def check_a_run(cls: Any) -> None:
    """Look at what outlives an instance, run one, and look again; the text may show it already."""
    lasting = lasting_of("Design", cls)
    cls(None, None).work()
    lasting.check()


MADE = {
    "a context variable": ("var = contextvars.ContextVar('var')", "the module contextvars"),
    "a generator of chance": ("chance = random.Random(1)", "the module random"),
    "a lock": ("lock = threading.Lock()", "the module thread"),
}


@pytest.mark.parametrize("name", MADE)
def test_what_a_class_holds_of_a_module_that_is_not_listed_is_refused(name: str) -> None:
    code, words = MADE[name]
    cls, lines = design(in_class=code)
    with pytest.raises(DesignError, match=rf"line {lines['in_class']}\b.*{words}"):
        check_subset("Design", cls)


MAKES = {
    "a local": "make = enum.Enum; make('Kind', ['A'])",
    "a field": "self.make = enum.IntEnum; self.make('Kind', ['A'])",
    "type": "t = type; t('Kind', (), {})",
}


@pytest.mark.parametrize("name", MAKES)
def test_a_class_made_by_another_name_is_refused(name: str) -> None:
    cls, lines = design(in_work=MAKES[name])
    words = "shows the class" if name == "type" else "a class is made"
    with pytest.raises(DesignError, match=rf"line {lines['in_work']}\b.*{words}"):
        check_subset("Design", cls)


def test_what_an_instance_holds_alone_may_change() -> None:
    cls, _ = design(in_work="own = self.own; own.append(1); self.own += [2]")
    check_a_run(cls)
