"""Sets and their order: two equal sets may be gone through in different ways, so none is.

The order of a set of texts changes from one process to the next, that of a set of numbers with how
it came to be. A set may be asked what is in it, and gone through by `sorted`.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lastchunk.model.subset.listed import EXPOSES_ORDER, MUTATORS, ORDERED, SET_METHODS
from lastchunk.model.subset.reach import KNOWN, Code, is_users, is_users_function
from lastchunk.model.subset.syntax import Problem

INSTEAD = "sorted(...) of it, without a key, or a list or dict"
SHOWS_ORDER = frozenset(("pop", "__iter__", "__repr__", "__str__", "__format__"))
"""Methods of a set that show its order, also where they are not called at once."""
BY_KEY = ("sorted", "min", "max")
VIEWS = ("keys", "items")
"""What gives a set where it is joined with another one."""
KEEP_SETS = frozenset(
    (
        *("copy", "deepcopy", "print", "issubclass", "callable", "super"),
        *("cast", "partial", "replace", "SimpleNamespace"),
    )
)
"""Functions of the library that show nothing of a set, besides those of any order: they hand it on
as it is, under a name."""


def set_problems(code: Code, known: set[str]) -> Iterator[Problem]:
    """Each line on which a set's order may show; ``known`` are the `set_names` of all its code."""
    names = {used.name: used.value for used in code.uses}
    calls = [node for node in ast.walk(code.tree) if isinstance(node, ast.Call)]
    in_any_order = [part for call in calls if _is_in_any_order(call) for part in call.args]
    harmless = {id(part) for part in in_any_order if not _acts(part)}
    harmless |= {id(call.func) for call in calls if call.args and _is_pop(call.func)}
    node: Any
    for node in ast.walk(code.tree):
        exposing = [] if id(node) in harmless else [*_exposed(node)]
        exposing += _handed_out(node, names) if isinstance(node, ast.Call) else []
        for exposed in exposing:
            if is_set(exposed, known):
                text = ast.unparse(exposed)
                yield Problem(node.lineno, f"the order of the set {text} shows", INSTEAD)


def _is_in_any_order(node: ast.Call) -> bool:
    """Whether a call says the same of a set in whatever order. By a ``key`` two items may be equal,
    and then the first one goes before."""
    is_one = getattr(node.func, "id", "") in ORDERED
    return is_one and not any(word.arg == "key" for word in node.keywords)


def _is_pop(node: ast.AST) -> bool:
    """Whether it is a method by that name: with an argument it is that of a list or dictionary."""
    return isinstance(node, ast.Attribute) and node.attr == "pop"


def _acts(argument: ast.AST) -> bool:
    """Whether it leaves something behind for each item: the last one shows."""
    return any(
        isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom)
        or (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in MUTATORS)
        for node in ast.walk(argument)
    )


def _handed_out(node: ast.Call, names: dict[str, Any]) -> Iterator[ast.AST]:
    """What a function of the library is given: it may go through it."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if _is_in_any_order(node) or name in KEEP_SETS:
        return
    found: Any = names.get(getattr(node.func, "id", ""))
    owner = getattr(node.func, "value", None)
    if isinstance(owner, ast.Name):
        found = found or names.get(owner.id)
    is_library = isinstance(found, types.BuiltinFunctionType | types.ModuleType) or (
        isinstance(found, type | types.FunctionType) and _is_library(found)
    )
    if is_library:
        yield from node.args
        yield from (word.value for word in node.keywords if name != "dict")


def _is_library(found: Any) -> bool:
    return not (is_users(found) if isinstance(found, type) else is_users_function(found)) and (
        found.__module__ not in KNOWN
    )


def set_names(live: Sequence[Code]) -> set[str]:
    """The variables and fields that hold sets, as far as the text of all code together shows."""
    trees = [code.tree for code in live]
    nodes = [node for tree in trees for node in ast.walk(tree) if type(node) in _NAMED]
    known: set[str] = set()
    before = -1
    while len(known) > before:
        before = len(known)
        for node in nodes:
            known |= _named_by(node, known)
            if isinstance(node, ast.Call):
                known |= _given_sets(node, trees, known)
    return known


def _named_by(node: ast.AST, known: set[str]) -> set[str]:
    """What an assignment or annotation says to be a set."""
    rule = _NAMED.get(type(node))
    return rule(node, known) if rule is not None else set()


def _annotated(node: ast.AnnAssign, known: set[str]) -> set[str]:
    is_one = _is_set_type(node.annotation) or (node.value and is_set(node.value, known))
    return _target_name(node.target) if is_one else set()


def _parameter(node: ast.arg, known: set[str]) -> set[str]:
    return {node.arg} if node.annotation is not None and _is_set_type(node.annotation) else set()


def _named_inside(node: ast.NamedExpr, known: set[str]) -> set[str]:
    return _target_name(node.target) if is_set(node.value, known) else set()


def _assigned(node: ast.Assign, known: set[str]) -> set[str]:
    if is_set(node.value, known):
        return {name for target in node.targets for name in _target_name(target)}
    return _in_a_dict(node, known)


def _in_a_dict(node: ast.Assign | ast.Return, known: set[str]) -> set[str]:
    return _keys(node.value, known) if isinstance(node.value, ast.Dict) else set()


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, known: set[str]) -> set[str]:
    returns = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
    gives_one = any(value is not None and is_set(value, known) for value in returns)
    return {node.name} if gives_one else set()


def _keywords(node: ast.Call, known: set[str]) -> set[str]:
    if getattr(node.func, "attr", "") == "put" and len(node.args) == 2:  # it may be read back
        key, value = node.args
        if isinstance(key, ast.Constant) and is_set(value, known):
            return {str(key.value)}
    return {word.arg for word in node.keywords if word.arg and is_set(word.value, known)}


_NAMED: dict[type, Callable[[Any, set[str]], set[str]]] = {
    ast.AnnAssign: _annotated,
    ast.arg: _parameter,
    ast.NamedExpr: _named_inside,
    ast.Assign: _assigned,
    ast.Return: _in_a_dict,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Call: _keywords,
}


def _given_sets(call: ast.Call, trees: list[ast.AST], known: set[str]) -> set[str]:
    """The parameters that a call gives a set to."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    found = set()
    for tree in trees:
        if getattr(tree, "name", "") != name:
            continue
        words = [word.arg for word in tree.args.args]  # type: ignore[attr-defined]
        words = words[1:] if words[:1] in (["self"], ["cls"]) else words
        pairs = zip(words, call.args, strict=False)
        found |= {word for word, argument in pairs if is_set(argument, known)}
    return found


def _keys(node: ast.Dict, known: set[str]) -> set[str]:
    pairs = zip(node.keys, node.values, strict=True)
    return {
        str(key.value)
        for key, value in pairs
        if isinstance(key, ast.Constant) and is_set(value, known)
    }


def _is_set_type(node: ast.AST) -> bool:
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
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def is_set(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression is known to be a set."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor
    ):
        sides = node.left, node.right
        return any(is_set(each, known) or _is_view(each) for each in sides)
    if isinstance(node, ast.IfExp):
        return is_set(node.body, known) or is_set(node.orelse, known)
    if isinstance(node, ast.BoolOp):
        return any(is_set(value, known) for value in node.values)
    if isinstance(node, ast.NamedExpr | ast.Await):
        return is_set(node.value, known)
    if isinstance(node, ast.Call):
        return _makes_set(node, known)
    return _last(node) in known


def _is_view(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in VIEWS and not node.args


def _makes_set(node: ast.Call, known: set[str]) -> bool:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in ("set", "frozenset") or name in SET_METHODS or name in known:
        return True
    if name == "copy" and isinstance(node.func, ast.Attribute):
        return is_set(node.func.value, known)
    if name == "get" and node.args and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value) in known
    return False


def _exposed(node: Any) -> Iterator[ast.AST]:
    """The expressions whose order a node lets show."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp) or (
        isinstance(node, ast.SetComp) and _acts(node)
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
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        by_key = name in BY_KEY and not _is_in_any_order(node)
        if by_key or name in EXPOSES_ORDER - ORDERED - {"pop"}:
            yield from node.args


def _takes_apart(target: ast.AST) -> bool:
    """Whether an assignment goes through its value: to several names, or to a part of a list."""
    is_slice = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice)
    return is_slice or isinstance(target, ast.Tuple | ast.List)
