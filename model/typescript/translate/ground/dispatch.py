"""Which part of the translation knows which kind of node; what none knows is refused by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

from lastchunk.model.typescript.parse.tree import TreeNode, unwrapped
from lastchunk.model.typescript.translate.ground.build import assign, at, const, rt
from lastchunk.model.typescript.translate.ground.scope import Function

Maker = TypeVar("Maker", bound=Callable[[Function, TreeNode], object])
EXPRESSIONS: dict[str, Callable[[Function, TreeNode], ast.expr]] = {}
STATEMENTS: dict[str, Callable[[Function, TreeNode], list[ast.stmt]]] = {}
DOES_NOTHING = frozenset(
    (
        "comment",
        "interface_declaration",
        "type_alias_declaration",
        "ambient_declaration",
        "empty_statement",
        "function_signature",
        ";",
    )
)
"""Statements that do nothing when the program runs."""
NAMED = ("pair", "public_field_definition")
"""What gives a value a name: ``grace_ms: 5000``, ``graceMs = 5000``."""
BOOLEAN = frozenset(("<", "<=", ">", ">=", "===", "!==", "==", "!=", "in", "instanceof"))


def makes_expression(*kinds: str) -> Callable[[Maker], Maker]:
    """Let a function translate expressions of some kinds."""

    def known(make: Maker) -> Maker:
        EXPRESSIONS.update(dict.fromkeys(kinds, make))  # type: ignore[arg-type]  # as it is used
        return make

    return known


def makes_statement(*kinds: str) -> Callable[[Maker], Maker]:
    """Let a function translate statements of some kinds."""

    def known(make: Maker) -> Maker:
        STATEMENTS.update(dict.fromkeys(kinds, make))  # type: ignore[arg-type]  # as it is used
        return make

    return known


def expression(function: Function, node: TreeNode) -> ast.expr:
    """An expression. Raises `DesignError` for what is not understood."""
    node = unwrapped(node)
    make = EXPRESSIONS.get(node.type)
    if make is None:
        function.refuse(node, f"{kind_in_words(node)} is not understood")
    setting = _setting(function, node)
    return at(node, setting if setting is not None else make(function, node))  # type: ignore[no-any-return]


def _setting(function: Function, node: TreeNode) -> ast.expr | None:
    """The setting that an expression is, as the binding says by its text."""
    module = function.module
    if not module.settings or node.type not in ("number", "binary_expression"):
        return None
    name = module.settings.get("".join(function.text(node).split()))
    outer = node.parent
    if name is None and outer is not None and outer.type in NAMED:
        name = module.settings.get("".join(function.text(outer).split()))
    if name is None:
        return None
    module.used_settings[name] = module.used_settings.get(name, 0) + 1
    module.places[name] = node.start_byte, node.end_byte
    return rt("setting", const(name))


def truth(function: Function, node: TreeNode) -> ast.expr:
    """An expression as a condition."""
    inner = unwrapped(node)
    if inner.type == "binary_expression":
        sign = function.text(inner.child_by_field_name("operator"))
        if sign in ("&&", "||"):
            kind = ast.And() if sign == "&&" else ast.Or()
            sides = [truth(function, inner.child_by_field_name(side)) for side in ("left", "right")]
            return at(inner, ast.BoolOp(kind, sides))  # type: ignore[no-any-return]
        if sign in BOOLEAN:
            return rt("yes", expression(function, inner))
    if inner.type == "unary_expression" and inner.children[0].type == "!":
        argument = inner.child_by_field_name("argument")
        return at(inner, ast.UnaryOp(ast.Not(), truth(function, argument)))  # type: ignore[no-any-return]
    return at(inner, rt("truthy", expression(function, inner)))  # type: ignore[no-any-return]


def statement(function: Function, node: TreeNode) -> list[ast.stmt]:
    """A statement, behind what must be done before it. Raises `DesignError`."""
    if node.type in DOES_NOTHING:
        return []
    make = STATEMENTS.get(node.type)
    if make is None:
        function.refuse(node, f"{kind_in_words(node)} is not understood")
    outer, function.temps = function.temps, []
    made = make(function, node)
    out = [*function.drain(), *made]
    temps, function.temps = function.temps, outer
    if temps and not isinstance(out[-1], ast.Return | ast.Raise | ast.Break | ast.Continue):
        # What is kept no longer is no part of a state.
        out += [assign(name, const(None)) for name in temps]
    return [at(node, item) for item in out]


def kind_in_words(node: TreeNode) -> str:
    """The kind of a node in words."""
    return node.type.replace("_", " ")  # type: ignore[no-any-return]
