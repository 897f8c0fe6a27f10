"""How simple a design is, by what a reviewer has to read: lines, awaits, methods and statuses.

Counted over the design's class and all that it takes over from classes and functions of
`reference_impl`, so a step of the ladder pays for what it builds on. Blank lines, comments and
docstrings do not count.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from lastchunk.model.typescript import is_typescript
from lastchunk.reference_impl import clock, contract, effect, transaction

GIVEN_MODULES = frozenset(part.__name__ for part in (clock, contract, effect, transaction))
"""What every design is given: no design has it to read as its own."""
PAGE_SIDE = frozenset(("stop_flow",))
"""Methods that run on the page: they count as the client's."""


@dataclass(frozen=True)
class Simplicity:
    """Counts over the object's side; ``client_lines`` are those of the stop flow."""

    lines: int
    awaits: int
    methods: int
    client_lines: int
    settings: int


def simplicity_of(cls: Any) -> Simplicity:
    """What there is to read in a design."""
    if is_typescript(cls):
        return _of_typescript(cls)
    methods = _methods(cls)
    functions = _helpers(methods.values())
    trees = {name: _tree(item) for name, item in (methods | functions).items()}
    own = {name: tree for name, tree in trees.items() if name not in PAGE_SIDE}
    client = [tree for name, tree in trees.items() if name in PAGE_SIDE]
    return Simplicity(
        sum(map(_lines, own.values())),
        sum(isinstance(node, ast.Await) for tree in own.values() for node in ast.walk(tree)),
        len(own),
        sum(map(_lines, client)),
        len(inspect.signature(cls.Settings).parameters),
    )


def _of_typescript(cls: Any) -> Simplicity:
    """The same of a design in TypeScript; its page is that of a design in Python."""
    from lastchunk.model.typescript.binding.read import counts_of  # only such a design needs it

    read = counts_of(cls.typescript)
    client = _lines(_tree(cls.stop_flow_of_page))
    settings = len(inspect.signature(cls.Settings).parameters)
    return Simplicity(*read, client, settings)


def asks_of_platform(cls: Any) -> frozenset[str]:
    """The names that the object's side of a design calls on something: ``set_alarm``, ``sleep``."""
    if is_typescript(cls):
        from lastchunk.model.typescript.binding.read import called_names

        return called_names(cls.typescript)
    methods = {name: item for name, item in _methods(cls).items() if name not in PAGE_SIDE}
    trees = map(_tree, (methods | _helpers(methods.values())).values())
    return frozenset(
        node.func.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )


def _methods(cls: Any) -> dict[str, FunctionType]:
    """The methods that an instance has, and those that they reach with ``super()``."""
    found: dict[str, FunctionType] = {}
    for base in reversed(cls.__mro__):
        for name, item in vars(base).items():
            function = item.__func__ if isinstance(item, staticmethod) else item
            if not isinstance(function, FunctionType) or function.__module__ in GIVEN_MODULES:
                continue
            if name in found and "super()" in inspect.getsource(function):
                found[f"{name} of {base.__name__}'s base"] = found[name]
            found[name] = function
    found.pop("__init__", None)
    return found


def _helpers(methods: Any) -> dict[str, FunctionType]:
    """The functions of `reference_impl` that the methods call, and those that these call."""
    found: dict[str, FunctionType] = {}
    waiting = list(methods)
    while waiting:
        function = waiting.pop()
        module = vars(sys.modules[function.__module__])
        for name in function.__code__.co_names:
            item = module.get(name)
            if not isinstance(item, FunctionType) or item.__module__ in GIVEN_MODULES:
                continue
            if name not in found:
                found[name] = item
                waiting.append(item)
    return found


def _tree(function: FunctionType) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]


def _lines(tree: ast.AST) -> int:
    """The lines on which a statement stands, the docstring left out."""
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    lines = {tree.lineno}
    for statement in body:
        lines |= set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return len(lines)
