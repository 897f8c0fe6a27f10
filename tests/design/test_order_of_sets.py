"""The ways by which the order of a set shows: each is refused, and what is everyday passes."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset import check_subset
from tests.design.test_subset import design


class Way(NamedTuple):
    """Code that is refused by these words; and code like it that passes."""

    refused: str
    words: str
    passes: str
    top: str = ""


SHOWS = "the order of the set"
NO_NAME = "goes where its name is not seen"
THROWS = "throws first shows; allowed: sorted"
NO_WHOLE = r"may be of no whole numbers; allowed: math.fsum\(...\), or sum\(...\) over sorted"
OTHER_NAME = r"allowed: set\(...\) or frozenset\(...\) by its name"
OWN_METHODS = """
class Box:
    def __init__(self, held):
        self.held = held
    def {}:
        return {}
"""
BOTH = "def both(a, b):\n    return a & b\n"
WAYS: dict[str, Way] = {
    "a view joined in place": Way(
        "kept = {'a': 1}.keys()\nkept &= 'ab'\n[*kept]",
        f"{SHOWS} kept",
        "kept = {'a': 1}.keys()\nkept &= 'ab'\nsorted(kept)",
    ),
    "two views given to a function": Way(
        BOTH + "kept = {'a': 1}\n[*both(kept.keys(), kept.keys())]",
        f"{SHOWS} both",
        BOTH + "kept = {'a': 1}\nsorted(both(kept.keys(), kept.keys()))",
    ),
    "a view given to the library": Way(
        "import operator\nkept = {'a': 1}\n[*operator.sub(kept.keys(), [])]",
        "the view kept.keys\\(\\), of which & makes a set, " + NO_NAME,
        "kept = {'a': 1}\none.extend(kept.items())\n[*itertools.chain(kept.keys(), one)]\n"
        "collections.Counter(kept.keys()); max(kept.items(), key=str); dict(kept.items())",
    ),
    "a view in a list": Way(
        "kept = {'a': 1}\nfor held in [kept.keys()]:\n    [*(held - one)]",
        NO_NAME,
        "kept = {'a': 1}\nfor held in [list(kept.keys())]:\n    [*held]",
    ),
    "a view by a method that waits": Way(
        "ask = {'a': 1}.keys\n[*(ask() & ask())]",
        SHOWS,
        "ask = {'a': 1}.keys\n[*ask()]",
    ),
    "a view by a text": Way(
        "kept = {'a': 1}\n[*(getattr(kept, 'keys')() & {})]", SHOWS, "[*getattr({}, 'keys')()]"
    ),
    "a view of the module": Way(
        "[*(KEYS - one)]", SHOWS, "[*KEYS]; sorted(KEYS)", "KEYS = {'a': 1}.keys()\n"
    ),
    "views in a tuple of the module": Way(
        "[*(KEYS[0] - one)]", "KEYS.*it holds sets", "pass", "KEYS = ({'a': 1}.keys(),)\n"
    ),
    "views that a map makes": Way(
        "[*map(dict.keys, one)]",
        NO_NAME,
        "kept = {'a': 1}\nlogging.getLogger('x').info('%s', kept.keys())\n[*map(str, kept.keys())]",
    ),
    "views that a map makes by a function": Way(
        "def found(table):\n    return table.keys()\n[*map(found, one)]",
        NO_NAME,
        "def found(table):\n    return table.keys()\n[*map(str, found({}))]; len(found({}))",
    ),
    "a sign by its name": Way("[*names.__or__(one)]", SHOWS, "sorted(names.__or__(one))"),
    "a method that waits": Way("ask = names.union\n[*ask(one)]", SHOWS, "len(names.union(one))"),
    "the larger of two": Way("[*max(names, {'a'})]", SHOWS, "len(max(names, {'a'}))"),
    "a field by a text": Way(
        "self.marks = names\nfor mark in getattr(self, 'marks', None):\n    self.last = mark",
        f"{SHOWS} getattr",
        "self.marks, self.row = names, one\nsorted(getattr(self, 'marks', ()))\n"
        "for mark in getattr(self, 'row', ()):\n    self.last = mark",
    ),
    "a field by a text of the module": Way(
        "self.marks = names\n[*getattr(self, FIELD)]",
        f"{SHOWS} getattr",
        "self.marks, self.row = names, one\nsorted(getattr(self, FIELD))",
        "FIELD = 'marks'\n",
    ),
    "a key of the module": Way(
        "await self.ctx.storage.put('marks', names)\n[*await self.ctx.storage.get(KEY)]",
        SHOWS,
        "await self.ctx.storage.put('marks', names)\nsorted(await self.ctx.storage.get(KEY))",
        "KEY = 'marks'\n",
    ),
    "attrgetter": Way(
        "import operator\nself.marks = names\n[*operator.attrgetter('marks')(self)]",
        SHOWS,
        "import operator\nself.marks = names\nsorted(one, key=operator.attrgetter('row'))",
    ),
    "itemgetter": Way(
        "import operator\nkept = {'marks': names}\n[*operator.itemgetter('marks')(kept)]",
        SHOWS,
        "import operator\nkept = {'marks': names}\nsorted(one, key=operator.itemgetter('row'))",
    ),
    "a look-up that throws": Way(
        "kept = {}\ntry:\n    len({kept[name] for name in names})\n"
        "except KeyError as error:\n    self.last = error.args",
        THROWS,
        "kept = {}\n{kept.get(name) for name in names}\n[kept[name] for name in sorted(names)]",
    ),
    "a number that is none": Way(
        "max(int(name) for name in names)",
        THROWS,
        "max(len(name) for name in names); any(name.startswith('a') for name in names)",
    ),
    "a method that throws": Way(
        "def is_late(name):\n    if name > 'a':\n        raise ValueError(name)\n"
        "any(is_late(name) for name in names)",
        THROWS,
        "def is_late(name):\n    return name > 'a' and name not in one\n"
        "any(is_late(name) for name in names)",
    ),
    "an equality of one's own that throws": Way(
        "any(name == JOB for name in names)",
        THROWS,
        "any(name in one for name in sorted(names))",
        "class Job:\n    def __eq__(self, other):\n        raise KeyError(other)\nJOB = Job()\n",
    ),
    "a look-up that is the same for all, for some alone": Way(
        "kept = {}\nany(name > 'a' or kept['a'] for name in names)",
        THROWS,
        "kept = {}\nany(name in kept['a'] or name > 'a' for name in names)",
    ),
    "a call of what is unknown": Way(
        "all(one[0](name) for name in names)", THROWS, "all(name in one for name in names)"
    ),
    "a division": Way(
        "any(1 / number > 2 for number in wanted)", THROWS, "{number % 2 for number in wanted}"
    ),
    "tuples put together": Way(
        "sum(((name,) for name in names), ())",
        NO_WHOLE,
        "sum(len(name) for name in names); sum(1 for name in names if name > 'a')",
    ),
    "lists put together": Way(
        "sum([[name] for name in names], [])", NO_WHOLE, "sum([3 * len(name) for name in names], 1)"
    ),
    "floats by a text": Way(
        "weight = {'a': 0.1, 'b': 0.2}\nsum(weight.get(name, 0) for name in names)",
        NO_WHOLE,
        "sum(SIZE.get(name, 0) for name in names)\nsum(sorted(wanted)); math.fsum(wanted)",
        "SIZE = {'a': 1, 'b': 2}\n",
    ),
    "floats of the module": Way(
        "sum(WEIGHT.get(name, 0) for name in names)",
        NO_WHOLE,
        "math.fsum(WEIGHT.get(name, 0) for name in names)",
        "WEIGHT = {'a': 0.1, 'b': 2}\n",
    ),
    "what a set holds": Way(
        "sum(wanted)", NO_WHOLE, "sum({1, 2}); sum(name in one for name in names)"
    ),
    "thirds": Way(
        "sum(each / 3 for each in wanted)",
        NO_WHOLE,
        "sum(chunk.size_bytes for chunk in wanted)",
    ),
    "an order of one's own": Way(
        "sorted({Job('a'), Job('b')})",
        "by a __lt__ that is your own",
        "sorted([Job('a'), Job('b')])",
        "class Job:\n    def __init__(self, word):\n        self.word = word\n"
        "    def __lt__(self, other):\n        return False\n",
    ),
    "any that is one's own": Way(
        "any(name for name in names)",
        SHOWS,
        "any(name for name in one)",
        "def any(held):\n    return next(iter(held))\n",
    ),
    "another name": Way("[*Unique('ab')]", OTHER_NAME, "len(set('ab'))", "Unique = set\n"),
    "another name within": Way(
        "take = frozenset\n[*take('ab')]",
        OTHER_NAME,
        "isinstance(one, (set, frozenset)); typing.cast(set[str], one)",
    ),
    "a table of kinds": Way(
        "[*KINDS['a']('ab')]", "it holds sets", "[*list('ab')]", "KINDS = {'a': set}\n"
    ),
    "a partial call": Way("self.make = partial(set, 'ab')", OTHER_NAME, "partial(max, 1)"),
    "a partial call of the module": Way(
        "[*MAKE()]", OTHER_NAME, "pass", "MAKE = partial(set, 'ab')\n"
    ),
    "a hook": Way("[*json.loads('{}', object_hook=set)]", OTHER_NAME, "set(json.loads('[]'))"),
    "a generic name": Way("[*set[str]('ab')]", OTHER_NAME, "len(set('ab'))"),
    "a member of an enum": Way(
        "[*Kinds.KNOWN.value]",
        "KNOWN: it holds sets",
        "[*Level.LOW.value]",
        "class Kinds(enum.Enum):\n    KNOWN = frozenset('ab')\n"
        "class Level(enum.Enum):\n    LOW = ('a', 'b')\n",
    ),
    "an object of the module": Way(
        "[*OBJECT.rows]",
        f"{SHOWS} OBJECT.rows",
        "sorted(OBJECT.rows)",
        "class Rows:\n    def __init__(self, given):\n        self.rows = given\n"
        "OBJECT = Rows(frozenset('ab'))\n",
    ),
    "a default of the module": Way(
        "[*found()]",
        f"{SHOWS} found",
        "sorted(found())",
        "def made():\n    return {'a'}\ndef found(held=made()):\n    return held\n",
    ),
    "a function under another name": Way(
        "[*found()]",
        f"{SHOWS} found",
        "sorted(found())",
        "def made():\n    return {'a'}\nfound = made\n",
    ),
    "a function that waits": Way(
        "def made():\n    return {'a'}\nmake = partial(made)\n[*make()]",
        SHOWS,
        "def made():\n    return {'a'}\nmake = partial(made)\nsorted(make())",
    ),
    "what a pattern takes out of a dictionary": Way(
        "match {'a': names}:\n    case {'a': found}:\n        [*found]",
        f"{SHOWS} found",
        "match {'a': names}:\n    case {'a': found}:\n        sorted(found)",
    ),
    "what a pattern takes out of an object": Way(
        "match Box(names, 1):\n    case Box(held=found):\n        [*found]",
        f"{SHOWS} found",
        "match Box(names, 1):\n    case Box(held=found):\n        sorted(found)",
    ),
    "what an exception carries": Way(
        "try:\n    raise Failed(names)\nexcept Failed as error:\n    [*error.args[0]]",
        NO_NAME,
        "try:\n    raise Failed(sorted(names))\nexcept Failed as error:\n    [*error.args[0]]",
        "class Failed(Exception):\n    pass\n",
    ),
    "a set in a kind of tuple": Way(
        "for held in Pair(names):\n    [*held]",
        NO_NAME,
        "for held in Pair(sorted(names)):\n    [*held]",
        "class Pair(typing.NamedTuple):\n    held: object\n",
    ),
    "a set in a kind of tuple, by name": Way(
        "[*Pair(held=names)[0]]",
        NO_NAME,
        "[*Pair(held=one)[0]]",
        "class Pair(typing.NamedTuple):\n    held: object\n",
    ),
    "through json, by a method": Way(
        "def shown(held):\n    return [*held]\njson.dumps({'a': names}, default=shown)",
        f"{SHOWS} held",
        "def shown(held):\n    return sorted(held)\njson.dumps({'a': names}, default=shown)",
    ),
    "through json, by a lambda": Way(
        "json.dumps({'a': names}, default=lambda held: [*held])",
        f"{SHOWS} held",
        "json.dumps({'a': names}, default=lambda held: sorted(held))",
    ),
    "through json, by a class": Way(
        "json.dumps({'a': names}, cls=Shown)",
        f"{SHOWS} held",
        "json.dumps({'a': one}, cls=Told)",
        "class Shown(json.JSONEncoder):\n    def default(self, held):\n        return [*held]\n"
        "class Told(json.JSONEncoder):\n    def default(self, held):\n        return len(held)\n",
    ),
    "values that are counted": Way(
        "kept = {'a': names}\nfor _, (_, held) in enumerate(sorted(kept.items())):\n    [*held]",
        f"{SHOWS} held",
        "kept = {'a': names}\nfor _, (_, held) in enumerate(sorted(kept.items())):\n"
        "    sorted(held)",
    ),
    "a method in a table": Way(
        "def made():\n    return {'a'}\n[*{'k': made}['k']()]",
        SHOWS,
        "def made():\n    return ['a']\n[*{'k': made}['k']()]",
    ),
    "a function in a table of the module": Way(
        "[*MADE[0]()]",
        r"MADE .*holds made\(\), which gives a set; allowed: a call of it by its name",
        "sorted(made())",
        "def made():\n    return {'a'}\nMADE = (made,)\n",
    ),
} | {
    f"a set by {name}": Way(
        used,
        rf"line \d+, in {name[:-2]}.*returns the set self.held",
        "len(Box(names).held)",
        OWN_METHODS.format(head, "self.held"),
    )
    for name, head, used in (
        ("__call__()", "__call__(self)", "[*Box(names)()]"),
        ("__getitem__()", "__getitem__(self, key)", "[*Box(names)[0]]"),
        ("__getattr__()", "__getattr__(self, name)", "[*Box(names).found]"),
        ("__enter__()", "__enter__(self)", "with Box(names) as found:\n    [*found]"),
        ("__get__()", "__get__(self, owner, kind)", "Box(names)"),
        ("__sub__()", "__sub__(self, other)", "[*(Box(names) - 1)]"),
        ("items()", "items(self)", "[*Box(names).items()]"),
    )
}


@pytest.mark.parametrize("name", WAYS)
def test_the_order_of_a_set_is_refused_by_whatever_way_it_shows(name: str) -> None:
    way = WAYS[name]
    cls, _ = design(way.refused, way.top)
    with pytest.raises(DesignError, match=way.words) as refused:
        check_subset("Design", cls)
    assert re.search(r"line \d+|KNOWN", str(refused.value))
    assert "allowed: " in str(refused.value)


@pytest.mark.parametrize("name", WAYS)
def test_what_is_everyday_beside_it_passes(name: str) -> None:
    way = WAYS[name]
    is_own = way.top.startswith(OWN_METHODS[:8])
    is_other = name.startswith("views in") or name in (
        "another name",
        "a partial call of the module",
        "a table of kinds",
    )
    cls, _ = design(way.passes, "" if is_own or is_other else way.top)
    check_subset("Design", cls)


def test_a_constant_that_holds_no_sets_gives_none() -> None:
    """Beside a set under a key: that a variable key may find one there says nothing of a tuple."""
    code = "kept = {{'a': names}}\nfor key in (0, 1):\n    one.append({})"
    cls, _ = design(code.format("OFFSET[key]"), "OFFSET = (8, 16)\n")
    check_subset("Design", cls)
    cls, _ = design(code.format("kept[key]"), "OFFSET = (8, 16)\n")
    with pytest.raises(DesignError, match=rf"the set kept\[key\] {NO_NAME}"):
        check_subset("Design", cls)
