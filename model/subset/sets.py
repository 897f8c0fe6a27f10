"""Sets and their order: two equal sets may be gone through in different ways, so none is.

The order of a set of texts changes from one process to the next, that of a set of numbers with how
it came to be. A set may be asked what is in it, and gone through by `sorted`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lastchunk.model.subset.listed import EXPOSES_ORDER, ORDERED, SET_METHODS
from lastchunk.model.subset.reach import Code
from lastchunk.model.subset.syntax import Problem

INSTEAD = "sorted(...) of it, or a list or dict"


def set_problems(code: Code, known: set[str]) -> Iterator[Problem]:
    """Each line on which a set's order may show; ``known`` are the `set_names` of all its code."""
    harmless = {
        id(argument)
        for node in ast.walk(code.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ORDERED
        for argument in node.args
    }
    node: Any
    for node in ast.walk(code.tree):
        for exposed in () if id(node) in harmless else _exposed(node):
            if is_set(exposed, known):
                text = ast.unparse(exposed)
                yield Problem(node.lineno, f"the order of the set {text} shows", INSTEAD)


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
        return is_set(node.left, known) or is_set(node.right, known)
    if isinstance(node, ast.IfExp):
        return is_set(node.body, known) or is_set(node.orelse, known)
    if isinstance(node, ast.BoolOp):
        return any(is_set(value, known) for value in node.values)
    if isinstance(node, ast.NamedExpr | ast.Await):
        return is_set(node.value, known)
    if isinstance(node, ast.Call):
        return _makes_set(node, known)
    return _last(node) in known


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
    elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
        yield from (part.iter for part in node.generators)
    elif isinstance(node, ast.Starred | ast.FormattedValue) or (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List)
    ):
        yield node.value
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "pop" and isinstance(node.func, ast.Attribute) and not node.args:
            yield node.func.value
        elif name in EXPOSES_ORDER and name not in ORDERED and name != "pop":
            yield from node.args
