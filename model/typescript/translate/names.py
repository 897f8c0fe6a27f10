"""Variables: what a name means, and how one is changed."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.tree import TreeNode
from lastchunk.model.typescript.translate.ground.build import (
    RUNTIME_SIGN,
    const,
    kept_in,
    loaded,
    rt,
    store,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression, makes_expression
from lastchunk.model.typescript.translate.ground.scope import Function, Variable

GLOBALS = frozenset(
    [
        "Math",
        "JSON",
        "Object",
        "Array",
        "Number",
        "String",
        "Boolean",
        "Promise",
        "Date",
        "console",
        "crypto",
        "Map",
        "Set",
        "WeakMap",
        "WeakSet",
        "Error",
        "TypeError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "URL",
        "URLSearchParams",
        "Headers",
        "Request",
        "Response",
        "RegExp",
        "parseInt",
        "parseFloat",
        "isNaN",
        "isFinite",
        "structuredClone",
        "encodeURIComponent",
        "decodeURIComponent",
        "setTimeout",
        "queueMicrotask",
    ]
)
"""What the language and the platform give to every file, as far as it is understood."""
VALUES = {"undefined": ("undefined",), "NaN": ("nan",), "Infinity": ("infinity",)}


@makes_expression("identifier", "shorthand_property_identifier", "undefined")
def _identifier(function: Function, node: TreeNode) -> ast.expr:
    name = function.text(node)
    found = function.find(name)
    if found is not None:
        return read(function, node, found)
    if name in VALUES:
        return loaded(RUNTIME_SIGN + VALUES[name][0])
    if name in GLOBALS:
        return rt("global_value", const(name))
    function.refuse(node, f"{name} is not understood: nothing in this file declares it")


def read(function: Function, node: TreeNode, found: Variable) -> ast.expr:
    """The value of a variable."""
    if found.refusal:
        function.refuse(node, found.refusal)
    if found.inlined is not None:
        return expression(function, found.inlined)
    if found.is_asked:
        return rt("live_value", loaded(found.made), const(function.text(node)))
    if found.is_boxed:
        return ast.Attribute(loaded(found.made), "value", ast.Load())
    return loaded(found.made)


def changeable(function: Function, node: TreeNode) -> Variable:
    """The variable that code changes. Raises `DesignError` for what it may not."""
    name = function.text(node)
    found = function.find(name)
    if found is None:
        function.refuse(node, f"{name} is changed, and nothing in this file declares it")
    if found.is_const:
        function.refuse(node, f"{name} is a const, and is changed; allowed: let")
    if found.is_module:
        function.refuse(
            node,
            f"{name} of the module is changed, and all objects of one isolate share it; "
            "allowed: a field of the class",
        )
    if found.refusal:
        function.refuse(node, found.refusal)
    return found


def put_variable(function: Function, node: TreeNode, value: ast.expr) -> ast.expr:
    """An expression that changes a variable, and is its new value."""
    found = changeable(function, node)
    if found.is_asked:
        return rt("put_live", loaded(found.made), value, const(function.text(node)))
    if found.is_boxed:
        return rt("put_box", loaded(found.made), value)
    function.borrow(found)
    return kept_in(found.made, value)


def set_variable(function: Function, found: Variable, value: ast.expr) -> ast.stmt:
    """A statement that gives a variable a value."""
    if found.is_boxed:
        return ast.Assign([ast.Attribute(loaded(found.made), "value", ast.Store())], value)
    if not function.owns(found):
        function.borrow(found)
    return ast.Assign([store(found.made)], value)
