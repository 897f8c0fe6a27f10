"""What code may ask of the class of a value, and of what a class or the library keeps for itself.

While exploring, and in a table, a chunk or a number is of a class of lastchunk's own that notes
what is asked of it. It is equal and acts alike, and `isinstance` says the same of it; its class
does not. And what Python or the library keeps in lists of their own outlives every instance.
"""

from __future__ import annotations

import ast
import logging
import types
from collections import deque
from collections.abc import Iterator
from typing import Any

from lastchunk.model.subset.reach import walk

OWN = ("self", "cls")
SHOWS_CLASS = frozenset(("__class__", "__doc__", "__module__"))
"""Attributes by which a value's class shows."""
OF_LOGGERS = frozenset(
    (
        *("setLevel", "addHandler", "removeHandler", "addFilter", "removeFilter", "disable"),
        *("setLoggerClass", "addLevelName", "basicConfig", "captureWarnings", "propagate"),
        *("setLogRecordFactory", "handlers", "filters", "manager", "level", "disabled"),
    )
)
OF_WARNINGS = frozenset(("simplefilter", "filterwarnings", "resetwarnings", "catch_warnings"))
ASKS_OF_CLASS = ("isinstance", "issubclass")
CAN_CHANGE = (list, dict, set, bytearray, deque)
LineRefused = tuple[int, str, str]
"""A line, what it does, and what is allowed instead."""


def kind_problems(tree: ast.AST, names: dict[str, Any]) -> Iterator[LineRefused]:
    """Each line that asks for more of a class, or of the library, than is listed; ``names`` are
    those from outside, with what they stand for."""
    nodes = walk(tree)
    known = {*OWN, *names, *(n.name for n in nodes if isinstance(n, ast.ExceptHandler) and n.name)}
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    allowed = {id(call.func) for call in calls if _asks_of_known(call, names, known)}
    asked = [call for call in calls if getattr(call.func, "id", "") in ASKS_OF_CLASS]
    allowed |= {id(each) for call in asked for each in call.args[1:]}
    for node in nodes:
        if isinstance(node, ast.Name) and id(node) not in allowed:
            if names.get(node.id) is type and isinstance(node.ctx, ast.Load):
                yield node.lineno, "type() shows the class of a value", "isinstance(...)"
        elif isinstance(node, ast.Attribute):
            yield from _shown_by(node, names, known)
        elif isinstance(node, ast.Constant) and node.value in ("__class__", "__self__"):
            yield node.lineno, f"{node.value} is not listed", "isinstance(...)"


def _asks_of_known(node: ast.AST, names: dict[str, Any], known: set[str]) -> bool:
    """Whether it is `type(x)` of what is no stand-in; or a class is made, refused as such."""
    if not (isinstance(node, ast.Call) and names.get(getattr(node.func, "id", "")) is type):
        return False
    return len(node.args) > 1 or all(_is_known(each, names, known) for each in node.args)


def _is_known(node: ast.AST, names: dict[str, Any], known: set[str]) -> bool:
    """Whether a value is of the class that the code says: the object itself, an exception that was
    caught, what stands outside of the function."""
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "super" or _asks_of_known(node, names, known)
    if isinstance(node, ast.Attribute):
        is_own = node.attr in ("__class__", "settings") and _is_known(node.value, names, known)
        return is_own or _module_value(node, names) is not None
    return isinstance(node, ast.Constant)


def _shown_by(node: ast.Attribute, names: dict[str, Any], known: set[str]) -> Iterator[LineRefused]:
    if node.attr in SHOWS_CLASS and not _is_known(node.value, names, known):
        yield node.lineno, f"{node.attr} shows the class of a value", "isinstance(...)"
    root = _origin(node)
    is_logger = names.get(root) is logging or isinstance(names.get(root), logging.Logger)
    if (node.attr in OF_LOGGERS and is_logger) or node.attr in OF_WARNINGS:
        yield node.lineno, f"{node.attr} outlives the instance", "a field of the instance"
    value = _module_value(node, names)
    if isinstance(value, CAN_CHANGE):
        text = f"{ast.unparse(node)} is the library's, and can change"
        yield node.lineno, text, "a tuple of your own"


def _module_value(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a chain of names stands for that begins with a module; None for any other."""
    if isinstance(node, ast.Name):
        found = names.get(node.id)
        return found if isinstance(found, types.ModuleType) else None
    if isinstance(node, ast.Attribute):
        owner = _module_value(node.value, names)
        return getattr(owner, node.attr, None) if isinstance(owner, types.ModuleType) else None
    return None


def _origin(node: ast.AST) -> str:
    """The name that a chain of attributes, subscripts and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")
