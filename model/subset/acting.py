"""Functions that leave something behind: where they are called in any order, the order may show."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from lastchunk.model.subset.listed import MUTATORS
from lastchunk.model.subset.reach import Code

LEAVES = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)
"""What leaves something behind wherever it stands."""


def acting_names(live: Sequence[Code]) -> frozenset[str]:
    """The functions that leave something behind, by themselves or by what they call."""
    parts = [
        (node.name, body)
        for code in live
        for node in ast.walk(code.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for body in node.body
    ]
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(name for name, body in parts if name in found or acts(body, found))
        if more == found:
            return found
        found = more


def acts(part: ast.AST, acting: Collection[str]) -> bool:
    """Whether code leaves something behind; ``acting`` are the functions that are known to."""
    return any(_acts(node, acting) for node in ast.walk(part))


def _acts(node: ast.AST, acting: Collection[str]) -> bool:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name in MUTATORS or name in acting or name in ("setattr", "delattr")
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, LEAVES)
