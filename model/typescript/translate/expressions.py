"""Expressions: literals, operators, objects, arrays, templates."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.literals import number_of, piece, string_value
from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, words
from lastchunk.model.typescript.translate.changes import OPERATORS
from lastchunk.model.typescript.translate.functions import make_function
from lastchunk.model.typescript.translate.ground.build import (
    const,
    either,
    kept_in,
    loaded,
    rt,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression, makes_expression, truth
from lastchunk.model.typescript.translate.ground.scope import Function
from lastchunk.model.typescript.translate.members import given_expressions
from lastchunk.model.typescript.translate.patterns import key_in_text

COMPARISONS = {
    "<": "less",
    "<=": "at_most",
    ">": "greater",
    ">=": "at_least",
    "===": "same",
    "!==": "differs",
    "==": "loosely",
    "!=": "loosely_differs",
    "in": "has_key",
    "instanceof": "is_instance",
}
BINARY = OPERATORS | COMPARISONS
RELATIONS = frozenset(("<", "<=", ">", ">=", "in", "instanceof"))


@makes_expression("number")
def _number(function: Function, node: TreeNode) -> ast.expr:
    return const(number_of(function.source, node))


@makes_expression("string")
def _string(function: Function, node: TreeNode) -> ast.expr:
    return const(string_value(function.source, node))


@makes_expression("true")
def _true(function: Function, node: TreeNode) -> ast.expr:
    return const(True)


@makes_expression("false")
def _false(function: Function, node: TreeNode) -> ast.expr:
    return const(False)


@makes_expression("null")
def _null(function: Function, node: TreeNode) -> ast.expr:
    return const(None)


@makes_expression("template_string")
def _template(function: Function, node: TreeNode) -> ast.expr:
    made: list[ast.expr] = []
    for kid in node.named_children:
        if kid.type == "template_substitution":
            made.append(expression(function, parts(kid)[0]))
        elif kid.type != "comment":
            made.append(const(piece(function.source, kid)))
    return rt("joined_text", *made)


@makes_expression("regex")
def _regex(function: Function, node: TreeNode) -> ast.expr:
    flags = field(node, "flags")
    words_of_it = (
        function.text(field(node, "pattern")),
        "" if flags is None else function.text(flags),
    )
    from lastchunk.model.typescript.library.regexps import problem_of

    problem = problem_of(*words_of_it)
    if problem:
        function.refuse(node, f"a regular expression with {problem} is not understood")
    return rt("regexp", *map(const, words_of_it))


@makes_expression("array")
def _array(function: Function, node: TreeNode) -> ast.expr:
    before = ""
    for kid in node.children:
        if kid.type == "," and before in ("[", ","):
            function.refuse(node, "an array with a hole; allowed: undefined in its place")
        before = kid.type if kid.type != "comment" else before
    return ast.List(given_expressions(function, node), ast.Load())


@makes_expression("object")
def _object(function: Function, node: TreeNode) -> ast.expr:
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    for kid in parts(node):
        if kid.type == "pair":
            key: ast.expr | None = key_in_text(function, field(kid, "key"))
            value = expression(function, field(kid, "value"))
        elif kid.type == "shorthand_property_identifier":
            key, value = const(function.text(kid)), expression(function, kid)
        elif kid.type == "spread_element":
            key, value = None, rt("spread_fields", expression(function, parts(kid)[0]))
        elif kid.type == "method_definition" and not words(kid) & {"get", "set", "static"}:
            key = key_in_text(function, field(kid, "name"))
            value = make_function(function, kid, "async" in words(kid), "")
        else:
            function.refuse(kid, "this in an object is not understood; allowed: names and values")
        if isinstance(key, ast.Constant) and key.value == "__proto__":
            function.refuse(kid, "__proto__ is not understood")
        keys.append(key)
        values.append(value)
    return ast.Dict(keys, values)


@makes_expression("binary_expression")
def _binary(function: Function, node: TreeNode) -> ast.expr:
    sign = function.text(field(node, "operator"))
    if sign in ("&&", "||", "??"):
        kept = function.temp()
        first = kept_in(kept, expression(function, field(node, "left")))
        other = expression(function, field(node, "right"))
        if sign == "??":
            return either(rt("nullish", first), other, loaded(kept))
        test = rt("truthy", first)
        return (
            either(test, other, loaded(kept)) if sign == "&&" else either(test, loaded(kept), other)
        )
    if sign not in BINARY:
        function.refuse(node, f"{sign} is not understood")
    left, right = field(node, "left"), field(node, "right")
    if sign in RELATIONS and right.type == "binary_expression":
        inner = function.text(field(right, "operator"))
        if inner in RELATIONS:
            # The grammar takes `a < b < c` for `a < (b < c)`.
            function.refuse(node, "a comparison of a comparison; allowed: brackets around one")
    if sign == "**" and left.type in ("unary_expression", "await_expression"):
        function.refuse(node, "a sign before a power is not JavaScript; allowed: brackets")
    if left.type == "private_property_identifier":
        function.refuse(node, "#name in an object is not understood")
    return rt(BINARY[sign], expression(function, left), expression(function, right))


@makes_expression("ternary_expression")
def _ternary(function: Function, node: TreeNode) -> ast.expr:
    test = truth(function, field(node, "condition"))
    yes = expression(function, field(node, "consequence"))
    return either(test, yes, expression(function, field(node, "alternative")))


@makes_expression("sequence_expression")
def _sequence(function: Function, node: TreeNode) -> ast.expr:
    made = [expression(function, kid) for kid in parts(node)]
    return ast.Subscript(ast.Tuple(made, ast.Load()), const(len(made) - 1), ast.Load())
