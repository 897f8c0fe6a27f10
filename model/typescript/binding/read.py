"""How much there is to read in a design of TypeScript, and what it calls: counted in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lastchunk.model.typescript.parse.tree import TreeNode, field, walk_nodes

METHOD_KINDS = ("method_definition", "function_declaration", "arrow_function")
ASKED = {"setTimeout": "sleep", "fetch": "notify"}
"""What the platform is asked for, by the contract's names, where these are not the same."""


class ReadCounts(NamedTuple):
    """Lines on which something stands, awaits, and methods and functions."""

    lines: int
    awaits: int
    methods: int


def counts_of(modules: Any) -> ReadCounts:
    """What a reviewer has to read of the files that a class leads to."""
    lines: set[tuple[str, int]] = set()
    awaits = methods = 0
    for file, node in _reached(modules):
        for item in walk_nodes(node):
            if item.type == "comment":
                continue
            if item.child_count == 0 or item.type.endswith(("_statement", "_definition")):
                lines.add((file, item.start_point[0]))
            awaits += item.type == "await_expression"
            methods += item.type in METHOD_KINDS[:2] or (
                item.type == "arrow_function" and item.parent.type == "variable_declarator"
            )
    return ReadCounts(len(lines), awaits, methods)


def called_names(modules: Any) -> frozenset[str]:
    """The names that its code calls on something, as the contract has them: ``set_alarm``."""
    found: set[str] = set()
    for _, node in _reached(modules):
        for item in walk_nodes(node):
            if item.type == "call_expression":
                called = field(item, "function")
                member = field(called, "property") if called.type == "member_expression" else called
                name = member.text.decode()
                found.add(ASKED.get(name, re.sub(r"[A-Z]", lambda m: "_" + m[0].lower(), name)))
    return frozenset(found)


def _reached(modules: Any) -> Iterator[tuple[str, TreeNode]]:
    """The declarations that a class leads to, each once."""
    seen: set[tuple[str, int]] = set()
    for made, _ in modules.translated:
        for node in made.nodes:
            key = (str(made.source.path), node.start_byte)
            if key not in seen:
                seen.add(key)
                yield key[0], node
