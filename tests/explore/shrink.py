"""A smaller program that still shows the same: statements are dropped as long as it does.

Each statement is tried in turn, the last ones first; a compound statement may give way to its body.
What is left has no statement that could go alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

BODIES = ("body", "orelse", "finalbody", "handlers")

WHOLE = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.ExceptHandler)
"""What cannot give way to its body."""


def shrunk(source: str, still: Callable[[str], bool], tries_max: int = 300) -> str:
    """The smallest text found for which ``still`` is true, after so many tries."""
    tree = ast.parse(source)
    tries = 0
    smaller: str | None = source
    while smaller is not None and tries < tries_max:
        tree = ast.parse(smaller)
        smaller = None
        for text in _smaller(tree):
            tries += 1
            if still(text):
                smaller = text
                break
            if tries >= tries_max:
                break
    return ast.unparse(tree)


def _smaller(tree: ast.Module) -> Iterator[str]:
    """The texts with one statement less: within the last class first, then before it."""
    inside = ast.walk(tree.body[-1])
    places = [
        (node, name, at)
        for node in (tree, *inside)
        for name in BODIES
        if isinstance(getattr(node, name, None), list)
        for at in range(len(getattr(node, name)))
    ]
    for node, name, at in reversed(places):
        statements = getattr(node, name)
        whole = statements[at]
        for instead in _instead(whole):
            statements[at : at + 1] = instead
            is_empty = name == "body" and not statements
            if is_empty:
                statements.append(ast.Pass())
            text = _text(tree)
            del statements[at if not is_empty else 0 : at + len(instead) if not is_empty else None]
            statements.insert(at, whole)
            if text:
                yield text


def _instead(statement: ast.AST) -> Iterator[list[ast.AST]]:
    """What may stand for a statement: nothing, or what it holds."""
    if not isinstance(statement, ast.Pass):
        yield []
    for name in ("body", "orelse"):
        inner = getattr(statement, name, None)
        is_list = isinstance(inner, list) and bool(inner)
        if is_list and not isinstance(statement, WHOLE):
            yield list(inner or ())


def _text(tree: ast.Module) -> str:
    """The text of a tree; '' where it is no program."""
    try:
        text = ast.unparse(tree)
        ast.parse(text)
    except (ValueError, SyntaxError):
        return ""
    return text
