"""What changes a value: assignments, also with an operator, ``++``, and ``delete``."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.tree import TreeNode, field, unwrapped
from lastchunk.model.typescript.translate.ground.build import (
    assign,
    at,
    const,
    either,
    kept_in,
    loaded,
    rt,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression, makes_expression
from lastchunk.model.typescript.translate.ground.scope import Function
from lastchunk.model.typescript.translate.members import key_expression, owner_expression
from lastchunk.model.typescript.translate.names import changeable, put_variable, read
from lastchunk.model.typescript.translate.patterns import PATTERNS, bind_pattern

OPERATORS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "%": "mod",
    "**": "power",
    "&": "bit_and",
    "|": "bit_or",
    "^": "bit_xor",
    "<<": "shift_left",
    ">>": "shift_right",
    ">>>": "shift_unsigned",
}
"""Operators that make a new number or text of two, by the runtime's name for each."""
MEMBERS = ("member_expression", "subscript_expression")


def put_member(function: Function, target: TreeNode, value: ast.expr) -> ast.expr:
    """An expression that sets a member, and is its new value."""
    if field(target, "optional_chain") is not None:
        function.refuse(target, "an assignment behind ?. is not JavaScript")
    owner, key = owner_expression(function, target), key_expression(function, target)
    return rt("set_member", owner, key, value)


@makes_expression("assignment_expression")
def _assignment(function: Function, node: TreeNode) -> ast.expr:
    left, right = unwrapped(field(node, "left")), field(node, "right")
    if left.type in PATTERNS:
        return _pattern(function, node, left, right)
    if left.type == "identifier":
        return put_variable(function, left, expression(function, right))
    if left.type in MEMBERS:
        return put_member(function, left, expression(function, right))
    function.refuse(node, "an assignment to this is not understood")


def _pattern(function: Function, node: TreeNode, left: TreeNode, right: TreeNode) -> ast.expr:
    if node.parent.type not in ("expression_statement", "parenthesized_expression"):
        function.refuse(node, "an assignment to a pattern within an expression; allowed: alone")
    outer = node.parent
    while outer.type == "parenthesized_expression":
        outer = outer.parent
    if outer.type != "expression_statement":
        function.refuse(node, "an assignment to a pattern within an expression; allowed: alone")
    kept = function.temp()
    function.before += [at(right, assign(kept, expression(function, right)))]
    function.before += bind_pattern(function, left, loaded(kept), declares=False)
    return loaded(kept)


@makes_expression("augmented_assignment_expression")
def _augmented(function: Function, node: TreeNode) -> ast.expr:
    left, right = unwrapped(field(node, "left")), field(node, "right")
    sign = function.text(field(node, "operator"))[:-1]
    if left.type not in (*MEMBERS, "identifier"):
        function.refuse(node, "an assignment to this is not understood")
    place = _Place(function, left, is_read_first=sign not in OPERATORS)
    if sign in OPERATORS:
        return place.put(rt(OPERATORS[sign], place.old(), expression(function, right)))
    kept = function.temp()
    first, new = kept_in(kept, place.old()), place.put(expression(function, right))
    if sign == "??":
        return either(rt("nullish", first), new, loaded(kept))
    test = rt("truthy", first)
    return either(test, new, loaded(kept)) if sign == "&&" else either(test, loaded(kept), new)


class _Place:
    """What is read and then changed: its owner and its key are worked out once, by what comes
    first: the reading where ``is_read_first``, else the change around it."""

    def __init__(self, function: Function, left: TreeNode, is_read_first: bool) -> None:
        self.function = function
        self.left = left
        self.is_plain = left.type == "identifier"
        self.is_read_first = is_read_first
        if not self.is_plain:
            self.names = function.temp(), function.temp()
            self.owner = owner_expression(function, left)
            self.key = key_expression(function, left)

    def _parts(self, is_first: bool) -> tuple[ast.expr, ast.expr]:
        owner, key = self.names
        if is_first:
            return kept_in(owner, self.owner), kept_in(key, self.key)
        return loaded(owner), loaded(key)

    def old(self) -> ast.expr:
        """What stands there."""
        if self.is_plain:
            return read(self.function, self.left, changeable(self.function, self.left))
        return rt("get_member", *self._parts(self.is_read_first))

    def put(self, value: ast.expr) -> ast.expr:
        """Something else stands there from now on."""
        if self.is_plain:
            return put_variable(self.function, self.left, value)
        return rt("set_member", *self._parts(not self.is_read_first), value)


@makes_expression("update_expression")
def _update(function: Function, node: TreeNode) -> ast.expr:
    argument = unwrapped(field(node, "argument"))
    sign = function.text(field(node, "operator"))
    if argument.type not in (*MEMBERS, "identifier"):
        function.refuse(node, f"{sign} of this is not understood")
    place = _Place(function, argument, is_read_first=False)
    how = OPERATORS[sign[0]]
    is_prefix = node.children[0].type == sign
    if is_prefix or _is_dropped(node):
        return place.put(rt(how, rt("to_number", place.old()), const(1)))
    kept = function.temp()
    new = place.put(rt(how, kept_in(kept, rt("to_number", place.old())), const(1)))
    return ast.Subscript(ast.Tuple([new, loaded(kept)], ast.Load()), const(1), ast.Load())


def _is_dropped(node: TreeNode) -> bool:
    """Whether nothing asks for the value of an expression: it is a statement, or begins a ``for``,
    or steps it. The condition of a ``for`` stands in the same node, and is asked for."""
    outer = node.parent
    if outer.type == "for_statement":
        sides = (field(outer, "initializer"), field(outer, "increment"))
        return any(side is not None and side.id == node.id for side in sides)
    if outer.type != "expression_statement":
        return False
    around = field(outer.parent, "condition")  # some grammars make a statement of a condition
    return around is None or around.id != outer.id


@makes_expression("unary_expression")
def _unary(function: Function, node: TreeNode) -> ast.expr:
    sign, argument = node.children[0].type, unwrapped(field(node, "argument"))
    if sign == "!":
        return rt("logical_not", expression(function, argument))
    if sign == "delete":
        if argument.type not in MEMBERS:
            function.refuse(node, "delete of what is no member")
        owner, key = owner_expression(function, argument), key_expression(function, argument)
        return rt("delete_member", owner, key)
    if sign == "typeof" and argument.type == "identifier":
        name = function.text(argument)
        if function.find(name) is None and name not in ("undefined", "NaN", "Infinity"):
            function.refuse(node, f"typeof {name}, which nothing in this file declares")
    made = {
        "-": "negative",
        "+": "to_number",
        "~": "bit_not",
        "typeof": "type_of",
        "void": "nothing",
    }
    if sign not in made:
        function.refuse(node, f"{sign} is not understood")
    return rt(made[sign], expression(function, argument))
