"""Sets and their order: two equal sets may be gone through in different ways, so none is.

The order of a set of texts changes from one process to the next, that of a set of numbers with how
it came to be. A set may be asked what is in it, and gone through by `sorted`.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

from lastchunk.model.subset.changes import acts
from lastchunk.model.subset.listed import EXPOSES_ORDER, ORDERED, SET_METHODS
from lastchunk.model.subset.reach import (
    Code,
    Used,
    is_library,
    name_called,
    taken_by,
    takers_of,
)
from lastchunk.model.subset.syntax import Problem

INSTEAD = "sorted(...) of it, without a key, or a list or dict"
SHOWS_ORDER = frozenset(("pop", "__iter__", "__repr__", "__str__", "__format__"))
"""Methods of a set that show its order, also where they are not called at once."""
BY_KEY = ("sorted", "min", "max")
VIEWS = ("keys", "items")
"""What gives a set where it is joined with another one."""
VIEW, HOLDER = "keys of ", "a dictionary that holds sets"
"""Among the names of sets: before that of a view, and a sign that some dictionary holds sets."""
HAND_ON = ("copy", "deepcopy", "cast")
"""Functions that give a set where they are given one."""
LOOKS_UP = ("get", "setdefault", "pop")
"""Methods that give what is under a key, or what they are given for none."""
KEEP_SETS = frozenset(
    (
        *("copy", "deepcopy", "print", "issubclass", "callable", "super"),
        *("cast", "partial", "replace", "SimpleNamespace"),
    )
)
"""Functions of the library that show nothing of a set, besides those of any order: they hand it on
as it is, under a name."""


def set_problems(code: Code, known: set[str], acting: Collection[str]) -> Iterator[Problem]:
    """Each line on which a set's order may show; ``known`` are the `set_names` of all its code,
    ``acting`` its functions that leave something behind."""
    names = {used.name: used.value for used in code.uses}
    calls = [node for node in ast.walk(code.tree) if isinstance(node, ast.Call)]
    in_any_order = [part for call in calls if is_in_any_order(call) for part in call.args]
    harmless = {id(part) for part in in_any_order if not acts(part, acting)}
    harmless |= {id(call.func) for call in calls if call.args and _is_pop(call.func)}
    node: Any
    for node in ast.walk(code.tree):
        exposing = [] if id(node) in harmless else [*_exposed(node, acting)]
        exposing += _handed_out(node, names) if isinstance(node, ast.Call) else []
        for exposed in exposing:
            if is_set(exposed, known):
                text = ast.unparse(exposed)
                yield Problem(node.lineno, f"the order of the set {text} shows", INSTEAD)


def is_in_any_order(node: ast.Call) -> bool:
    """Whether a call says the same of a set in whatever order. By a ``key`` two items may be equal,
    and then the first one goes before."""
    is_one = getattr(node.func, "id", "") in ORDERED
    return is_one and not any(word.arg == "key" for word in node.keywords)


def _is_pop(node: ast.AST) -> bool:
    """Whether it is a method by that name: with an argument it is that of a list or dictionary."""
    return isinstance(node, ast.Attribute) and node.attr == "pop"


def _handed_out(node: ast.Call, names: dict[str, Any]) -> Iterator[ast.AST]:
    """What a function of the library is given: it may go through it."""
    name = name_called(node)
    if is_in_any_order(node) or name in KEEP_SETS:
        return
    found: Any = names.get(getattr(node.func, "id", ""))
    owner = getattr(node.func, "value", None)
    if isinstance(owner, ast.Name):
        found = found or names.get(owner.id)
    is_theirs = isinstance(found, types.BuiltinFunctionType | types.ModuleType) or (
        isinstance(found, type | types.FunctionType) and is_library(found)
    )
    if is_theirs:
        yield from node.args
        yield from (word.value for word in node.keywords if name != "dict")


def set_names(live: Sequence[Code], fixed: Iterable[str]) -> set[str]:
    """The variables and fields that hold sets, as far as the text of all code together shows.

    ``fixed`` are those that no function gives a set to. What holds a view of a dictionary's keys
    or items stands there with `VIEW` before its name.
    """
    takers = takers_of(live)
    nodes = [node for code in live for node in ast.walk(code.tree) if type(node) in _NAMED]
    known: set[str] = set(fixed)
    before = -1
    while len(known) > before:
        before = len(known)
        for node in nodes:
            known |= _named_by(node, known)
            if isinstance(node, ast.Call):
                taken = taken_by(node, takers) or ()
                known |= {word for word, argument in taken if is_set(argument, known)}
    return known


def annotated_sets(classes: Iterable[type]) -> set[str]:
    """The fields that a class says to be sets."""
    return {
        word
        for cls in classes
        for word, said in vars(cls).get("__annotations__", {}).items()
        if is_set_type(_as_tree(said))
    }


def _as_tree(annotation: Any) -> ast.AST:
    """An annotation as a tree, whichever way it is kept; what is no expression says nothing."""
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return ast.Constant(None)


def fixed_sets(others: Sequence[Used]) -> set[str]:
    """The names from outside that stand for sets, and the keys of tables under which sets are."""
    tables = [used.value for used in others if isinstance(used.value, dict | MappingProxyType)]
    inside = {str(key) for table in tables for key, value in table.items() if _is_one(value)}
    found = {used.name for used in others if _is_one(used.value)}
    return found | inside | ({HOLDER} if inside else set())


def _is_one(value: Any) -> bool:
    return isinstance(value, set | frozenset)


def has_sets(value: Any) -> bool:
    """Whether a constant is a container of sets; those right in a dictionary go by their keys."""
    if isinstance(value, dict | MappingProxyType):
        return any(has_sets(item) for item in value.values())
    if not isinstance(value, tuple | list):
        return False
    return any(_is_one(item) or has_sets(item) for item in value)


def _named_by(node: ast.AST, known: set[str]) -> set[str]:
    """What an assignment or annotation says to be a set."""
    rule = _NAMED.get(type(node))
    return rule(node, known) if rule is not None else set()


def _annotated(node: ast.AnnAssign, known: set[str]) -> set[str]:
    is_one = is_set_type(node.annotation) or (node.value and is_set(node.value, known))
    return _target_name(node.target) if is_one else set()


def _parameter(node: ast.arg, known: set[str]) -> set[str]:
    return {node.arg} if node.annotation is not None and is_set_type(node.annotation) else set()


def _named_inside(node: ast.NamedExpr, known: set[str]) -> set[str]:
    return _target_name(node.target) if is_set(node.value, known) else set()


def _assigned(node: ast.Assign, known: set[str]) -> set[str]:
    found = set()
    for target in node.targets:
        for name, value in _one_by_one(target, node.value):
            if is_set(value, known):
                found |= _target_name(name)
                found |= {HOLDER} if isinstance(name, ast.Subscript) else set()
            elif _is_view(value, known):
                found |= {VIEW + word for word in _target_name(name)}
    return found


def _one_by_one(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment gives each name, where it gives several names as many things."""
    if are_pairs(target, value):
        yield from zip(target.elts, value.elts, strict=True)  # type: ignore[attr-defined]
    else:
        yield target, value


def are_pairs(target: ast.AST, value: ast.AST) -> bool:
    """Whether an assignment gives several names each a thing of its own."""
    several = ast.Tuple | ast.List
    if not (isinstance(target, several) and isinstance(value, several)):
        return False
    is_star = any(isinstance(part, ast.Starred) for part in [*target.elts, *value.elts])
    return len(target.elts) == len(value.elts) and not is_star


def _defaults(node: ast.arguments, known: set[str]) -> set[str]:
    """The parameters that are sets where no argument is given."""
    places = [*node.posonlyargs, *node.args]
    pairs = [*zip(reversed(places), reversed(node.defaults), strict=False)]
    given = [*pairs, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    return {word.arg for word, value in given if value is not None and is_set(value, known)}


def _gone_through(node: Any, known: set[str]) -> set[str]:
    """What a loop over the values of a dictionary names, where some dictionary holds sets."""
    name = getattr(getattr(node.iter, "func", None), "attr", "")
    if HOLDER not in known or name not in ("values", "items"):
        return set()
    target = node.target.elts[-1] if name == "items" and _takes_apart(node.target) else node.target
    return _target_name(target)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, known: set[str]) -> set[str]:
    returns = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
    gives_one = any(value is not None and is_set(value, known) for value in returns)
    return {node.name} if gives_one else set()


def _keywords(node: ast.Call, known: set[str]) -> set[str]:
    """What is given, or stored, under a name: it may be read back by that, or by a variable."""
    if name_called(node) == "put" and len(node.args) == 2:
        key, value = node.args
        if isinstance(key, ast.Constant) and is_set(value, known):
            return {str(key.value), HOLDER}
    found = {word.arg for word in node.keywords if word.arg and is_set(word.value, known)}
    return {*found, HOLDER} if found else found


def _keys(node: ast.Dict, known: set[str]) -> set[str]:
    pairs = zip(node.keys, node.values, strict=True)
    found = {
        str(key.value)
        for key, value in pairs
        if isinstance(key, ast.Constant) and is_set(value, known)
    }
    return {*found, HOLDER} if found else found


_NAMED: dict[type, Callable[[Any, set[str]], set[str]]] = {
    ast.AnnAssign: _annotated,
    ast.arg: _parameter,
    ast.NamedExpr: _named_inside,
    ast.Assign: _assigned,
    ast.Dict: _keys,
    ast.arguments: _defaults,
    ast.For: _gone_through,
    ast.comprehension: _gone_through,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Call: _keywords,
}


def is_set_type(node: ast.AST) -> bool:
    """Whether an annotation says that something is a set, or may be one."""
    if isinstance(node, ast.BinOp):
        return is_set_type(node.left) or is_set_type(node.right)
    root = node.value if isinstance(node, ast.Subscript) else node
    return getattr(root, "id", getattr(root, "attr", "")).lower() in (
        "set",
        "frozenset",
        "abstractset",
        "mutableset",
    )


def _target_name(node: ast.AST) -> set[str]:
    """The last name of what is assigned to."""
    name = _last(node)
    return {name} if name else set()


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return _under(node.slice) if isinstance(node, ast.Subscript) else ""


def _under(key: ast.AST) -> str:
    """The name of what is under a key: the key; of a variable, whatever a dictionary holds."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    is_fixed = getattr(key, "id", getattr(key, "attr", "")).isupper()
    return "" if is_fixed or isinstance(key, ast.Slice) else HOLDER


def is_set(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression is known to be a set."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor
    ):
        sides = node.left, node.right
        return any(is_set(each, known) or _is_view(each, known) for each in sides)
    if isinstance(node, ast.IfExp):
        return is_set(node.body, known) or is_set(node.orelse, known)
    if isinstance(node, ast.BoolOp):
        return any(is_set(value, known) for value in node.values)
    if isinstance(node, ast.NamedExpr | ast.Await):
        return is_set(node.value, known)
    if isinstance(node, ast.Call):
        return _makes_set(node, known)
    return _last(node) in known


def _is_view(node: ast.AST, known: set[str]) -> bool:
    is_made = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in VIEWS
    return is_made or VIEW + _last(node) in known


def _makes_set(node: ast.Call, known: set[str]) -> bool:
    name = name_called(node)
    if name in ("keys", "values", "items"):  # of a dictionary, also where a variable is called so
        return False
    if name in ("set", "frozenset") or name in SET_METHODS or name in known:
        return True
    if name in HAND_ON:
        owners = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return any(is_set(each, known) for each in (*owners, *node.args))
    if name in LOOKS_UP and node.args:
        key = node.args[0]
        return _under(key) in known or any(is_set(each, known) for each in node.args[1:])
    return False


def _exposed(node: Any, acting: Collection[str]) -> Iterator[ast.AST]:
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
        by_key = name in BY_KEY and not is_in_any_order(node)
        if by_key or name in EXPOSES_ORDER - ORDERED - {"pop"}:
            yield from node.args


def _takes_apart(target: ast.AST) -> bool:
    """Whether an assignment goes through its value: to several names, or to a part of a list."""
    is_slice = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice)
    return is_slice or isinstance(target, ast.Tuple | ast.List)
