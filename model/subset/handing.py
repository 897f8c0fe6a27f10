"""Sets that are handed on: only to where the name is seen that they have there.

What a list, a loop over lists or a function that is not seen makes of a set has no name that the
text shows to be one; so none gets there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from lastchunk.model.subset.listed import EXPOSES_ORDER, SET_METHODS
from lastchunk.model.subset.reach import Code, Takers, name_called, taken_by, walk
from lastchunk.model.subset.sets import (
    HAND_ON,
    KEEP_SETS,
    LOOKS_UP,
    are_pairs,
    is_in_any_order,
    is_set,
    is_set_type,
)
from lastchunk.model.subset.syntax import Problem

UNSEEN_INSTEAD = "a variable or field of its own, or sorted(...) of it"
ASKED = frozenset(
    (
        *SET_METHODS,
        *("issubset", "issuperset", "isdisjoint", "update", "difference_update"),
        *("intersection_update", "symmetric_difference_update", "__contains__"),
    )
)
"""Methods of a set that are given another one, and show no order."""
HOLDERS = frozenset(("list", "tuple", "dict", "deque", "defaultdict", "sequence", "mapping"))
STANDS = (
    *(ast.Attribute, ast.NamedExpr, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Await, ast.Compare),
    *(ast.BinOp, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.If, ast.While),
    *(ast.Assert, ast.Expr, ast.Return, ast.keyword, ast.FormattedValue, ast.Starred),
    *(ast.YieldFrom, ast.arguments, ast.AnnAssign),
)
"""Where a set may stand: it is asked there, it gets a name that is seen, or another rule says."""


def handed_problems(code: Code, known: set[str], takers: Takers) -> Iterator[Problem]:
    """Each line on which a set goes where its name is not seen."""
    names = {used.name: used.value for used in code.uses}
    above = {id(child): node for node in walk(code.tree) for child in _children(node)}
    for node in walk(code.tree):
        annotation = getattr(node, "annotation", None)
        if annotation is not None and _says_within(annotation):
            yield Problem(node.lineno, f"{ast.unparse(annotation)} holds sets", UNSEEN_INSTEAD)  # type: ignore[attr-defined]
        for child in _children(node):
            if not _is_taken(node, child, known):
                continue
            if not _is_seen(node, child, names, known, takers, above):
                text = ast.unparse(child)
                what = f"the set {text} goes where its name is not seen"
                yield Problem(getattr(child, "lineno", 0), what, UNSEEN_INSTEAD)
    yield from _makers(code.tree)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node, but for annotations, which no run looks at."""
    said = getattr(node, "annotation", None), getattr(node, "returns", None)
    return (child for child in ast.iter_child_nodes(node) if child not in said)


def _is_taken(node: ast.AST, child: ast.AST, known: set[str]) -> bool:
    """Whether a part of a node is a set that it is given: no name to assign to, no function."""
    if not isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
        return False
    is_function = isinstance(node, ast.Call) and child is node.func
    return not is_function and isinstance(child, ast.expr) and is_set(child, known)


def _is_seen(
    node: Any,
    child: ast.AST,
    names: dict[str, Any],
    known: set[str],
    takers: Takers,
    above: dict[int, Any],
) -> bool:
    """Whether what a node does with a set is asked of it there, or gives it a name that is seen."""
    if isinstance(node, ast.Call):
        return _is_seen_in_call(node, names, known, takers)
    if isinstance(node, ast.Assign):
        return all(_is_named(target) for target in node.targets)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return all(isinstance(key, ast.Constant) for key, value in pairs if value is child)
    if isinstance(node, ast.Tuple | ast.List):
        parent = above.get(id(node))
        if not (isinstance(parent, ast.Assign) and parent.value is node):
            return False
        return all(are_pairs(target, node) for target in parent.targets)
    if isinstance(node, ast.GeneratorExp):
        parent = above.get(id(node))
        return isinstance(parent, ast.Call) and name_called(parent) in ("any", "all")
    return isinstance(node, STANDS)


def _is_named(target: ast.AST) -> bool:
    """Whether what is assigned to has a name; what is taken apart is another rule's."""
    return not isinstance(target, ast.Subscript) or isinstance(
        target.slice, ast.Constant | ast.Slice
    )


def _is_seen_in_call(
    node: ast.Call, names: dict[str, Any], known: set[str], takers: Takers
) -> bool:
    name = name_called(node)
    if name == "partial":
        return taken_by(node, takers) is not None
    if name in ASKED and isinstance(node.func, ast.Attribute):
        return is_set(node.func.value, known)  # a counter's update() goes through it
    if is_in_any_order(node) or name in KEEP_SETS or name in HAND_ON:
        return True
    if name in ("put", *LOOKS_UP):  # what is under the key has its name
        return bool(node.args) and isinstance(node.args[0], ast.Constant)
    is_librarys = isinstance(node.func, ast.Name) and name in names and name not in takers
    return is_librarys or taken_by(node, takers) is not None  # another rule says of the library


def _says_within(annotation: ast.AST) -> bool:
    """Whether an annotation says that a list or dictionary holds sets."""
    return any(
        isinstance(node, ast.Subscript)
        and getattr(node.value, "id", getattr(node.value, "attr", "")).lower() in HOLDERS
        and any(is_set_type(part) for part in ast.walk(node.slice) if isinstance(part, ast.expr))
        for node in ast.walk(annotation)
    )


def _goes_through(word: ast.keyword) -> bool:
    return word.arg == "default" and getattr(word.value, "id", "") in EXPOSES_ORDER


def _makers(tree: ast.AST) -> Iterator[Problem]:
    """What is told to make sets by itself: a `defaultdict(set)`, a `map(set, ...)`; and what is
    told to go through whatever it meets, as `json.dumps(..., default=list)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and _goes_through(node):
            text = f"{ast.unparse(node)} goes through what it is given"
            yield Problem(node.lineno, text, "a method that takes what it knows apart")
        if isinstance(node, ast.Call) and name_called(node) in ("defaultdict", "map", "starmap"):
            for part in node.args[:1]:
                if getattr(part, "id", "") in ("set", "frozenset"):
                    yield Problem(node.lineno, f"{ast.unparse(node)} holds sets", UNSEEN_INSTEAD)
