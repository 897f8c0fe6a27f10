"""What a block declares: known from its beginning on, and without a value until it is declared.

JavaScript throws where a ``let`` or ``const`` is used before. What may be used so early, by what
stands before it, in its own value or in another case of a switch, is kept in a box that is empty at
first and is asked whether it is. Nothing of the kind can happen to the rest, which is nearly all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, unwrapped, walk_nodes
from lastchunk.model.typescript.translate.ground.build import assign, at, rt
from lastchunk.model.typescript.translate.ground.scope import Function
from lastchunk.model.typescript.translate.patterns import (
    PATTERN_NAMES,
    WITH_DEFAULT,
    nodes_declared,
)

FUNCTION_NODES = frozenset(
    (
        "arrow_function",
        "function_expression",
        "function_declaration",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    )
)
HOISTED = ("function_declaration", "generator_function_declaration")
DECLARATIONS = ("lexical_declaration", "variable_declaration")
CLASSES_AND_ENUMS = ("class_declaration", "abstract_class_declaration", "enum_declaration")
NAME_NODES = frozenset((*PATTERN_NAMES, "shorthand_property_identifier"))
BEFORE_ITS_VALUE = "a variable is used before it has a value; allowed: below its declaration"


class _Declared(NamedTuple):
    """A name that a block declares: ``spans`` are where it has no value yet, in bytes."""

    name: str
    node: TreeNode
    is_const: bool
    spans: tuple[tuple[int, int], ...] = ()


def boxes(function: Function, *groups: list[TreeNode]) -> list[ast.stmt]:
    """Declare what a block declares, so that functions before it mean the same variable. Each
    group of statements may be come to without the ones before it, as a case of a switch is."""
    listed = [[item for node in nodes for item in _declared(function, node)] for nodes in groups]
    early = _used_early(function, groups, listed)
    out: list[ast.stmt] = []
    for item in (item for of_group in listed for item in of_group):
        variable = function.declare(item.name, item.is_const)
        if item.name in early:
            variable.is_boxed = variable.is_asked = True
        if variable.is_boxed:
            out.append(at(item.node, assign(variable.made, rt("box"))))
    return out


def declare_pattern(function: Function, pattern: TreeNode) -> list[ast.stmt]:
    """Declare the names of a pattern that gets its value at once: one has none before its place."""
    out: list[ast.stmt] = []
    for node in nodes_declared(pattern):
        variable = function.declare(function.text(node))
        variable.refusal = BEFORE_ITS_VALUE
        if variable.is_boxed:
            out.append(assign(variable.made, rt("box")))
    return out


def _declared(function: Function, node: TreeNode) -> Iterator[_Declared]:
    if node.type in HOISTED:
        yield _Declared(function.text(field(node, "name")), node, False)
    elif node.type in CLASSES_AND_ENUMS:
        function.refuse(node, "a class or an enum in a function; allowed: at the top")
    elif node.type in DECLARATIONS:
        kind = node.children[0].type
        for item in parts(node):
            for name in nodes_declared(field(item, "name")):
                spans = () if kind == "var" else _spans(item, name)
                yield _Declared(function.text(name), node, kind == "const", spans)


def _spans(item: TreeNode, name: TreeNode) -> tuple[tuple[int, int], ...]:
    """Where a name has no value yet: before its place, and in what it gets."""
    place, end = name, name
    while place.id != item.id:
        place = place.parent
        end = place if place.type in WITH_DEFAULT else end
    value = field(item, "value")
    made = None if value is None else unwrapped(value)
    if made is None or made.type in FUNCTION_NODES:  # to make a function asks for nothing in it
        return ((0, end.end_byte),)
    return ((0, end.end_byte), (made.start_byte, made.end_byte))


def _used_early(
    function: Function, groups: tuple[list[TreeNode], ...], listed: list[list[_Declared]]
) -> set[str]:
    """The names that may be used before they have a value."""
    spans = {
        item.name: (number, item.spans)
        for number, of_group in enumerate(listed)
        for item in of_group
        if item.spans
    }
    if not spans:
        return set()
    places = {
        (name.start_byte, name.end_byte)
        for nodes in groups
        for node in nodes
        if node.type in DECLARATIONS
        for item in parts(node)
        for name in nodes_declared(field(item, "name"))
    }
    found: set[str] = set()
    for number, nodes in enumerate(groups):
        for part in (part for node in nodes for part in walk_nodes(node)):
            if part.type not in NAME_NODES or (part.start_byte, part.end_byte) in places:
                continue
            own, without = spans.get(function.text(part), (number, ()))
            if own != number or any(low <= part.start_byte < high for low, high in without):
                found.add(function.text(part))
    return found
