"""Sets and their order: two equal sets may be gone through in different ways, so none is.

The order of a set of texts changes from one process to the next, that of a set of numbers with how
it came to be. A set may be asked what is in it, and gone through by `sorted`.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from lastchunk.model.subset.changes import acts, one_by_one
from lastchunk.model.subset.held import (
    GIVER,
    HOLDER,
    OWN_NAME,
    TEXT_OF,
    VIEW,
    WITHOUT_SETS,
    is_set_type,
)
from lastchunk.model.subset.kinds import value_at
from lastchunk.model.subset.listed import (
    EXPOSES_ORDER,
    HAND_ON,
    LOOKS_UP,
    ORDERED,
    READ_BY_TEXT,
    SAME_ITEMS,
    SET_METHODS,
)
from lastchunk.model.subset.reach import (
    Code,
    Takers,
    name_called,
    taken_by,
    takers_of,
)
from lastchunk.model.subset.syntax import Problem

ORDER_INSTEAD = "sorted(...) of it, without a key, or a list or dict"
SHOWS_ORDER = frozenset(("pop", "__iter__", "__repr__", "__str__", "__format__"))
"""Methods of a set that show its order, also where they are not called at once."""
BY_KEY = ("sorted", "min", "max")
VIEWS = ("keys", "items")
"""What gives a set where it is joined with another one."""
IN_ANY_ORDER = (*(getattr(builtins, name) for name in sorted(ORDERED)), math.fsum)


def set_problems(code: Code, known: set[str], acting: Collection[str]) -> Iterator[Problem]:
    """Each line on which a set's order may show; ``known`` are the `set_names` of all its code,
    ``acting`` its functions that leave something behind."""
    names = {used.name: used.value for used in code.uses}
    calls = [node for node in ast.walk(code.tree) if isinstance(node, ast.Call)]
    in_any_order = [part for call in calls if is_in_any_order(call, names) for part in call.args]
    harmless = {id(part) for part in in_any_order if not acts(part, acting)}
    harmless |= {id(call.func) for call in calls if call.args and _is_pop(call.func)}
    node: Any
    for node in ast.walk(code.tree):
        for exposed in [] if id(node) in harmless else _exposed(node, names, acting):
            if is_set(exposed, known):
                text = ast.unparse(exposed)
                yield Problem(node.lineno, f"the order of the set {text} shows", ORDER_INSTEAD)


def is_in_any_order(node: ast.Call, names: dict[str, Any]) -> bool:
    """Whether a call says the same of a set in whatever order; ``names`` are those from outside.
    By a ``key`` two items may be equal, and then the first one goes before."""
    found = value_at(node.func, names)
    is_one = any(found is each for each in IN_ANY_ORDER)
    return is_one and not any(word.arg == "key" for word in node.keywords)


def _is_pop(node: ast.AST) -> bool:
    """Whether it is a method by that name: with an argument it is that of a list or dictionary."""
    return isinstance(node, ast.Attribute) and node.attr == "pop"


def set_names(
    live: Sequence[Code], fixed: Iterable[str], alike: Sequence[tuple[str, str]]
) -> set[str]:
    """The variables and fields that hold sets, as far as the text of all code together shows.

    ``fixed`` are those that no function gives a set to, ``alike`` each name that stands for a set
    where another one does. What holds a view of a dictionary's keys or items stands there with
    `VIEW` before its name.
    """
    takers = takers_of(live)
    nodes = [
        node
        for code in live
        for node in ast.walk(code.tree)
        if type(node) in (ast.Call, ast.MatchClass, *_NAMED)
    ]
    known: set[str] = set(fixed)
    before = -1
    while len(known) > before:
        before = len(known)
        for mark in ("", VIEW, GIVER):
            likened = {word for word, other in alike if {mark + o for o in _both({other})} & known}
            found = _both(likened)
            for node in nodes:
                if isinstance(node, ast.MatchClass):
                    found |= _taken_apart(node, known, mark, takers)
                elif not isinstance(node, ast.Call):
                    found |= _NAMED[type(node)](node, known, mark)
                else:
                    found |= _keywords(node, known, mark, takers)
                    taken = taken_by(node, takers) or ()
                    given = {word for word, argument in taken if is_set(argument, known, mark)}
                    found |= set() if mark else _without_text(node, takers)
                    found |= given if OWN_NAME + name_called(node) in known else _both(given)
            known |= {mark + word for word in found}
    return known


def _annotated(node: ast.AnnAssign, known: set[str], mark: str) -> set[str]:
    is_said = not mark and is_set_type(node.annotation)
    is_one = is_said or (node.value and is_set(node.value, known, mark))
    return _target_name(node.target) if is_one else set()


def _parameter(node: ast.arg, known: set[str], mark: str) -> set[str]:
    is_said = not mark and node.annotation is not None and is_set_type(node.annotation)
    return {node.arg} if is_said else set()


def _named_inside(node: ast.NamedExpr, known: set[str], mark: str) -> set[str]:
    return _target_name(node.target) if is_set(node.value, known, mark) else set()


def _assigned(node: ast.Assign, known: set[str], mark: str) -> set[str]:
    found = set()
    for target in node.targets:
        for name, value in one_by_one(target, node.value):
            if is_set(value, known, mark):
                found |= _target_name(name)
                found |= {HOLDER} if isinstance(name, ast.Subscript) else set()
    return found


def _joined(node: ast.AugAssign, known: set[str], mark: str) -> set[str]:
    """What is joined in place: a view becomes a set."""
    if mark or not _joins(node.op, (node.target, node.value), known):
        return set()
    holder = {HOLDER} if isinstance(node.target, ast.Subscript) else set()
    return _target_name(node.target) | holder


def _defaults(node: ast.arguments, known: set[str], mark: str) -> set[str]:
    """The parameters that are sets where no argument is given."""
    places = [*node.posonlyargs, *node.args]
    pairs = [*zip(reversed(places), reversed(node.defaults), strict=False)]
    given = [*pairs, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    return {word.arg for word, value in given if value is not None and is_set(value, known, mark)}


def _gone_through(node: Any, known: set[str], mark: str) -> set[str]:
    """What a loop over the values of a dictionary names, where some dictionary holds sets."""
    given, is_counted = node.iter, False
    while isinstance(given, ast.Call) and name_called(given) in SAME_ITEMS and given.args:
        is_counted, given = is_counted or name_called(given) == "enumerate", given.args[0]
    name = getattr(getattr(given, "func", None), "attr", "")
    if mark + HOLDER not in known or name not in ("values", "items"):
        return set()
    target = node.target.elts[-1] if is_counted and _takes_apart(node.target) else node.target
    return _target_name(target.elts[-1] if name == "items" and _takes_apart(target) else target)


def given_back(node: ast.AST, known: set[str], mark: str = "") -> list[ast.Return]:
    """The lines on which a function returns a set."""
    returns = [part for part in ast.walk(node) if isinstance(part, ast.Return)]
    return [part for part in returns if part.value and is_set(part.value, known, mark)]


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, known: set[str], mark: str) -> set[str]:
    gives = given_back(node, known, "" if mark == GIVER else mark)
    return _both({node.name}) if gives else set()


def _keywords(node: ast.Call, known: set[str], mark: str, takers: Takers) -> set[str]:
    """What is given, or stored, under a name: it may be read back by that, or by a variable, if it
    is no parameter that is seen."""
    if name_called(node) == "put" and len(node.args) == 2:
        key, value = node.args
        if isinstance(key, ast.Constant) and is_set(value, known, mark):
            return {str(key.value), HOLDER}
    found = {str(w.arg) for w in node.keywords if w.arg and is_set(w.value, known, mark)}
    lists = takers.get(name_called(node), [])
    is_seen = bool(lists) and all(found <= {*words} for words in lists)
    if not is_seen:
        return {*_both(found), HOLDER} if found else found
    return found if OWN_NAME + name_called(node) in known else _both(found)


def _without_text(node: ast.Call, takers: Takers) -> set[str]:
    """What a function is given that the library asks for what it finds no text for: a set."""
    asked = [word.value for word in node.keywords if word.arg == "default"]
    lists = [words for each in asked for words in takers.get(_last(each), [])]
    lists += [
        [word.arg for word in each.args.args] for each in asked if isinstance(each, ast.Lambda)
    ]
    return {word for words in lists for word in words[:1]}


def _keys(node: ast.Dict, known: set[str], mark: str) -> set[str]:
    pairs = zip(node.keys, node.values, strict=True)
    found = {
        str(key.value)
        for key, value in pairs
        if isinstance(key, ast.Constant) and is_set(value, known, mark)
    }
    return {*_both(found), HOLDER} if found else found


def _matched(node: ast.MatchMapping, known: set[str], mark: str) -> set[str]:
    """What a pattern names of a dictionary's values."""
    pairs = zip(node.keys, node.patterns, strict=True)
    return _captured(pattern for key, pattern in pairs if mark + _under(key) in known)


def _taken_apart(node: ast.MatchClass, known: set[str], mark: str, takers: Takers) -> set[str]:
    """What a pattern names of an object's fields; those without a name may be any of them."""
    words = {word for words in takers.get(_last(node.cls), []) for word in words}
    by_place = node.patterns if {mark + w for w in _both(words)} & known else []
    by_word = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    named = [part for word, part in by_word if {mark + w for w in _both({word})} & known]
    return _captured([*by_place, *named])


def _captured(patterns: Iterable[ast.AST]) -> set[str]:
    parts = [part for pattern in patterns for part in ast.walk(pattern)]
    return {part.name for part in parts if isinstance(part, ast.MatchAs) and part.name}


_NAMED: dict[type, Callable[[Any, set[str], str], set[str]]] = {
    ast.AnnAssign: _annotated,
    ast.arg: _parameter,
    ast.NamedExpr: _named_inside,
    ast.Assign: _assigned,
    ast.AugAssign: _joined,
    ast.Dict: _keys,
    ast.arguments: _defaults,
    ast.MatchMapping: _matched,
    ast.For: _gone_through,
    ast.comprehension: _gone_through,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
}


def _both(words: set[str]) -> set[str]:
    """Names that are of variables and of fields: before that of a field is a dot, for a view."""
    return words | {f".{word}" for word in words}


def _named(node: ast.AST, mark: str) -> str:
    """What stands for an expression among the names of sets. A variable and a field of a name are
    one, but for views: `items` is the name of much."""
    return f"{mark}{'.' if mark and isinstance(node, ast.Attribute) else ''}{_last(node)}"


def _target_name(node: ast.AST) -> set[str]:
    """The last name of what is assigned to."""
    name = {_last(node)} - {""}
    return _both(name) if isinstance(node, ast.Attribute) else name


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return _under(node.slice) if isinstance(node, ast.Subscript) else ""


def _under(key: ast.AST) -> str:
    """The name of what is under a key: the key, or the text that a constant is; of a variable,
    whatever a dictionary holds."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    word = getattr(key, "id", getattr(key, "attr", ""))
    if word.isupper():
        return f"{TEXT_OF}{word}"
    return "" if isinstance(key, ast.Slice) else HOLDER


def is_set(node: ast.AST, known: set[str], mark: str = "") -> bool:
    """Whether an expression is known to be a set; by the mark `VIEW`, whether it is a view."""
    if isinstance(node, ast.Set | ast.SetComp):
        return not mark
    if isinstance(node, ast.BinOp):
        return not mark and _joins(node.op, (node.left, node.right), known)
    if isinstance(node, ast.IfExp):
        return is_set(node.body, known, mark) or is_set(node.orelse, known, mark)
    if isinstance(node, ast.BoolOp):
        return any(is_set(value, known, mark) for value in node.values)
    if isinstance(node, ast.NamedExpr | ast.Await):
        return is_set(node.value, known, mark)
    if isinstance(node, ast.Call):
        return _gives(node, known, mark)
    if isinstance(node, ast.Subscript) and _is_without_sets(node, known):
        return False
    if isinstance(node, ast.Attribute) and node.attr in (*SET_METHODS, "copy"):
        return not mark and is_set(node.value, known)
    if isinstance(node, ast.Attribute) and node.attr in VIEWS and OWN_NAME + node.attr not in known:
        return mark == VIEW
    return _named(node, mark) in known


def _is_without_sets(node: ast.AST, known: set[str]) -> bool:
    """Whether it is looked up in a constant that holds no sets."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return WITHOUT_SETS + _last(node) in known


def _joins(sign: ast.operator, sides: tuple[ast.expr, ast.expr], known: set[str]) -> bool:
    """Whether two things are joined to a set."""
    is_sign = isinstance(sign, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor)
    return is_sign and any(is_set(each, known, mark) for each in sides for mark in ("", VIEW))


def _gives(node: ast.Call, known: set[str], mark: str) -> bool:
    name, is_method = name_called(node), isinstance(node.func, ast.Attribute)
    if is_method and name in (*VIEWS, "values"):  # also where a variable is called so
        return mark == VIEW and name in VIEWS
    if name in ("set", "frozenset") or name in SET_METHODS:
        return not mark
    if mark == GIVER:
        return name in HAND_ON and any(is_set(each, known, mark) for each in node.args)
    if not name:  # what is called is looked up, or was given
        is_looked_up = not mark and isinstance(node.func, ast.Subscript)
        return is_set(node.func, known, GIVER if is_looked_up else mark)
    if _named(node.func, mark) in known:
        return True
    if name == "partial":
        return any(is_set(each, known, mark) for each in node.args[:1])
    if name in READ_BY_TEXT:
        return _is_read_by_text(node, known, mark)
    is_one_of = name in ("min", "max") and len(node.args) > 1
    if name in HAND_ON or is_one_of:
        owners = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return any(is_set(each, known, mark) for each in (*owners, *node.args))
    if name == "getitem" and len(node.args) > 1:
        return mark + _under(node.args[1]) in known
    if name in LOOKS_UP and node.args:
        owner = getattr(node.func, "value", node.func)
        is_there = mark + _under(node.args[0]) in known and not _is_without_sets(owner, known)
        return is_there or any(is_set(each, known, mark) for each in node.args[1:])
    return False


def _is_read_by_text(node: ast.Call, known: set[str], mark: str) -> bool:
    """Whether a set is what a text names, which stands there or is a module's."""
    is_one = name_called(node) == "getattr"
    if is_one and any(is_set(each, known, mark) for each in node.args[2:]):
        return True
    for word in node.args[1:2] if is_one else node.args:
        is_text = isinstance(word, ast.Constant)
        name = str(word.value).rpartition(".")[2] if is_text else f"{TEXT_OF}{_last(word)}"  # type: ignore[attr-defined]
        name = HOLDER if isinstance(word, ast.Starred) else name
        is_view = mark == VIEW and name in VIEWS and OWN_NAME + name not in known
        if is_view or {mark + each for each in _both({name})} & known:
            return True
    return False


def _exposed(node: Any, names: dict[str, Any], acting: Collection[str]) -> Iterator[ast.AST]:
    """The expressions whose order a node lets show."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp) or (
        isinstance(node, ast.SetComp) and acts(node, acting)
    ):
        yield from (part.iter for part in node.generators)
    elif (
        isinstance(node, ast.Starred | ast.FormattedValue | ast.YieldFrom)
        or (isinstance(node, ast.Assign) and _takes_apart(node.targets[0]))
        or (isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add))
    ):
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        yield from node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    elif isinstance(node, ast.Attribute) and node.attr in SHOWS_ORDER:
        yield node.value
    elif isinstance(node, ast.Call):
        name = name_called(node)
        by_key = name in BY_KEY and not is_in_any_order(node, names)
        if by_key or name in EXPOSES_ORDER - ORDERED - {"pop"}:
            yield from node.args


def _takes_apart(target: ast.AST) -> bool:
    """Whether an assignment goes through its value: to several names, or to a part of a list."""
    is_slice = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice)
    return is_slice or isinstance(target, ast.Tuple | ast.List)
