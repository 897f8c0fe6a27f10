"""Short ways to make parts of Python's syntax tree. Names of the runtime begin with a sign that no
TypeScript name has, so that neither hides the other."""

from __future__ import annotations

import ast
from typing import Any

from lastchunk.model.typescript.parse.tree import TreeNode

RUNTIME_SIGN = "§"
"""How the names of the runtime begin in translated code."""
SELF = "self"
LATER = "·"
"""What stands between a name and its number, where a file declares it again."""


def loaded(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def rt(name: str, *args: ast.expr) -> ast.expr:
    """A call of the runtime."""
    return ast.Call(loaded(RUNTIME_SIGN + name), list(args), [])


def const(value: Any) -> ast.expr:
    return ast.Constant(value)


def undefined() -> ast.expr:
    return loaded(RUNTIME_SIGN + "undefined")


def assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([store(name)], value)


def not_true(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def either(test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    return ast.IfExp(test, yes, no)


def kept_in(name: str, value: ast.expr) -> ast.expr:
    """An expression that keeps its value under a name, too."""
    return ast.NamedExpr(store(name), value)


def is_it(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.Compare(left, [ast.Is()], [right])


def arguments(names: list[str], defaults: list[ast.expr], rest: str) -> ast.arguments:
    """The parameters of a function: all of them may be left out, and more may be given."""
    return ast.arguments([], [ast.arg(n) for n in names], ast.arg(rest), [], [], None, defaults)


def function(
    name: str, args: ast.arguments, body: list[ast.stmt], decorators: list[ast.expr]
) -> ast.stmt:
    made = ast.FunctionDef(name, args, body, decorators)
    made.type_params = []  # type: ignore[attr-defined]  # from Python 3.12 on
    return made


def class_(name: str, bases: list[ast.expr], body: list[ast.stmt]) -> ast.stmt:
    made = ast.ClassDef(name, bases, [], body or [ast.Pass()], [])
    made.type_params = []  # type: ignore[attr-defined]  # from Python 3.12 on
    return made


def at(node: TreeNode, made: Any) -> Any:
    """Give what has no place yet the place of a node."""
    line, column = node.start_point
    end_line, end_column = node.end_point
    todo = [made]
    while todo:
        item = todo.pop()
        if "lineno" in item._attributes:
            if getattr(item, "lineno", None) is not None:
                continue
            item.lineno, item.col_offset = line + 1, column
            item.end_lineno, item.end_col_offset = end_line + 1, end_column
        todo.extend(ast.iter_child_nodes(item))
    return made
