"""Patterns: what destructuring takes apart, with defaults, rests and holes."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.literals import number_of, string_value
from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, unwrapped
from lastchunk.model.typescript.runtime.texts import number_text
from lastchunk.model.typescript.translate.ground.build import (
    assign,
    at,
    const,
    either,
    is_it,
    kept_in,
    loaded,
    rt,
    undefined,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression
from lastchunk.model.typescript.translate.ground.scope import Function
from lastchunk.model.typescript.translate.names import changeable, put_variable, set_variable

PATTERN_NAMES = ("identifier", "shorthand_property_identifier_pattern")
PATTERNS = ("array_pattern", "object_pattern")
WITH_DEFAULT = ("assignment_pattern", "object_assignment_pattern")


def names_declared(function: Function, pattern: TreeNode) -> list[str]:
    """The names that a pattern declares."""
    return [function.text(node) for node in nodes_declared(pattern)]


def nodes_declared(pattern: TreeNode) -> list[TreeNode]:
    """Where the names stand that a pattern declares."""
    if pattern.type in PATTERN_NAMES:
        return [pattern]
    if pattern.type in WITH_DEFAULT:
        return nodes_declared(field(pattern, "left"))
    if pattern.type == "pair_pattern":
        return nodes_declared(field(pattern, "value"))
    if pattern.type in (*PATTERNS, "rest_pattern"):
        return [node for part in parts(pattern) for node in nodes_declared(part)]
    return []


def bind_pattern(
    function: Function, target: TreeNode, value: ast.expr, declares: bool, is_const: bool = False
) -> list[ast.stmt]:
    """Give a name, a member or a pattern its value."""
    target = unwrapped(target)
    if target.type in PATTERN_NAMES:
        name = function.text(target)
        if not declares and changeable(function, target).is_asked:
            return [at(target, ast.Expr(put_variable(function, target, value)))]
        found = function.declare(name, is_const) if declares else changeable(function, target)
        found.refusal = ""  # from its place on
        return [at(target, set_variable(function, found, value))]
    if target.type in WITH_DEFAULT:
        kept = function.temp()
        test = is_it(kept_in(kept, value), undefined())
        default = expression(function, field(target, "right"))
        value = either(test, default, loaded(kept))
        before = function.drain()
        return before + bind_pattern(function, field(target, "left"), value, declares, is_const)
    if target.type in PATTERNS:
        return _taken_apart(function, target, value, declares, is_const)
    if not declares and target.type in ("member_expression", "subscript_expression"):
        from lastchunk.model.typescript.translate.changes import put_member

        return [at(target, ast.Expr(put_member(function, target, value)))]
    function.refuse(target, f"{target.type.replace('_', ' ')} in a pattern is not understood")


def _taken_apart(
    function: Function, pattern: TreeNode, value: ast.expr, declares: bool, is_const: bool
) -> list[ast.stmt]:
    whole = function.temp()
    is_array = pattern.type == "array_pattern"
    taken = rt("items_of", value) if is_array else rt("object_of", value)
    if is_array and not any(kid.type == "rest_pattern" for _, kid in _places(pattern)):
        # As many as JavaScript would ask for: a hole takes one too, a last comma none.
        commas = sum(kid.type == "," for kid in pattern.children)
        is_last = pattern.children[-2].type == "," or pattern.child_count == 2
        taken = rt("items_taken", value, const(commas if is_last else commas + 1))
    out = [at(pattern, assign(whole, taken))]
    seen: list[ast.expr] = []
    for number, kid in _places(pattern):
        if is_array:
            source = rt("item_at", loaded(whole), const(number))
            if kid.type == "rest_pattern":
                kid, source = parts(kid)[0], rt("items_from", loaded(whole), const(number))
        elif kid.type == "rest_pattern":
            kid, source = parts(kid)[0], rt("others_of", loaded(whole), *seen)
        else:
            key = _key(function, kid)
            seen.append(key)
            source = rt("get_member", loaded(whole), key)
            kid = field(kid, "value") if kid.type == "pair_pattern" else kid
        out += bind_pattern(function, kid, source, declares, is_const)
    return out


def _key(function: Function, kid: TreeNode) -> ast.expr:
    node = field(kid, "key") if kid.type == "pair_pattern" else kid
    node = field(node, "left") if node.type == "object_assignment_pattern" else node
    return key_in_text(function, node)


def key_in_text(function: Function, node: TreeNode) -> ast.expr:
    """The key that stands in an object or a pattern."""
    if node.type == "computed_property_name":
        return rt("entry_key", expression(function, parts(node)[0]))
    if node.type == "string":
        return const(string_value(function.source, node))
    if node.type == "number":
        return const(number_text(number_of(function.source, node)))
    if node.type == "private_property_identifier":
        function.refuse(node, "a private name here is not understood")
    return const(function.text(node))


def _places(pattern: TreeNode) -> list[tuple[int, TreeNode]]:
    """The parts of a pattern, each with its place; a hole takes one too."""
    out, number = [], 0
    for kid in pattern.children:
        if kid.type == ",":
            number += 1
        elif kid.is_named and kid.type != "comment":
            out.append((number, kid))
    return out
