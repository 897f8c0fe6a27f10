"""What an object holds, whether it can change, and whether there are sets in it: asked of Python,
and not of its class."""

from __future__ import annotations

import ast
import enum
import functools
import gc
import sys
from collections import ChainMap, UserDict, UserList, deque
from collections.abc import ItemsView, Iterable, KeysView
from contextlib import AsyncExitStack, ExitStack
from functools import cache
from types import (
    BuiltinFunctionType,
    BuiltinMethodType,
    CodeType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any

VIEW, GIVER, HOLDER = "keys of ", "a call of ", "a dictionary that holds sets"
"""Among the names of sets: before that of a view, before that of a function that gives a set, and a
sign that some dictionary holds sets."""
OWN_NAME = "own "
"""Before the name of a person's own field or method that is called as one of a dictionary is."""
SAID_UNCHANGED = ".unchanging"
"""Where a class that was translated says which fields nothing changes: a name that no code of a
person's own has."""
OWN_ORDER = "an order of a person's own"
"""Among them: a sign that some class has one."""
WITHOUT_SETS, TEXT_OF = "no sets in ", "the text of "
"""Before the name of a constant: one that holds no sets, and what the text names that it is."""
SET_CLASSES = (set, frozenset)
OF_VIEWS = (KeysView, ItemsView)


def is_held(holder: Any) -> bool:
    """Whether a method is bound to an object: a function of Python's own is to its module."""
    return holder is not None and not isinstance(holder, type | ModuleType)


def fields_of(target: Any) -> dict[str, Any]:
    """What an object keeps in its fields, in ``__dict__`` and in slots, by name."""
    fields = dict(getattr(target, "__dict__", ()))
    for owner, name, member in _slots_of(type(target)):  # type: ignore[arg-type]  # classes hash
        try:
            value = member.__get__(target)
        except AttributeError:
            continue  # a slot that is empty
        fields[f"{owner}.{name}" if name in fields else name] = value
    return fields


@cache
def is_frozen_dataclass(cls: type) -> bool:
    """Whether a class is itself a frozen dataclass: one that is made of it may be changed."""
    made = vars(cls).get("__dataclass_params__")
    return made is not None and made.frozen and not issubclass(cls, BaseException)


@cache
def stays_as_made(cls: type) -> bool:
    """Whether an object of a class stays as it was made: frozen, and with nothing that is worked
    out once and kept beside its fields."""
    held = (item for base in cls.__mro__ for item in vars(base).values())
    return is_frozen_dataclass(cls) and not any(
        isinstance(item, functools.cached_property) for item in held
    )


@cache
def _slots_of(cls: type) -> tuple[tuple[str, str, Any], ...]:
    """The slots of a class and its bases."""
    return tuple(
        (base.__name__, name, member)
        for base in cls.__mro__
        for name, member in vars(base).items()
        if type(member) is MemberDescriptorType
    )


def held_by(value: Any, is_open: bool) -> list[Any]:
    """What an object holds in which there may be code. ``is_open``: its class is a person's.

    Of an object of the library that is no container, only the functions that it was given.
    """
    if isinstance(value, type | ModuleType | FunctionType | MethodType | BuiltinFunctionType):
        return []
    fields = [*fields_of(value).values()]
    if isinstance(value, functools.partial | functools.partialmethod):
        return [value.func, *value.args, *value.keywords.values(), *fields]
    if isinstance(value, staticmethod | classmethod):
        return [value.__func__]
    if isinstance(value, dict | MappingProxyType):
        return [*value, *value.values(), getattr(value, "default_factory", None), *fields]
    if isinstance(value, tuple | list | set | frozenset | deque):
        return [*value, *fields]
    if is_open or isinstance(value, HOLDERS):
        return fields
    given = [*fields, *gc.get_referents(value)]
    return [item for item in given if isinstance(item, GIVEN)]


HOLDERS = (SimpleNamespace, UserDict, UserList, ChainMap, ExitStack, AsyncExitStack)
"""What the library has for keeping things, besides containers."""
GIVEN = (FunctionType, MethodType, BuiltinFunctionType, functools.partial)


def one_of_a_line(code: CodeType, found: list[ast.expr | ast.stmt]) -> ast.AST | None:
    """The text of a function, of several lambdas that begin in one line; all of them where Python
    does not say which it is. None where there is none."""
    if len(found) < 2:
        return found[0] if found else None
    spots = [spot for spot in code.co_positions() if None not in spot and spot[3]]
    around = [
        node
        for node in found
        for body in [getattr(node, "body", node)]
        if spots and isinstance(body, ast.expr) and all(_is_within(spot, body) for spot in spots)
    ]
    shortest = min(around, key=lambda node: len(list(ast.walk(node))), default=None)
    return shortest or ast.Module([ast.Expr(node) for node in found], [])  # type: ignore[arg-type]


def _is_within(spot: tuple[Any, ...], node: ast.expr) -> bool:
    """Whether a place of the code, by lines and columns, lies in an expression."""
    first, last, begins, ends = spot
    return (node.lineno, node.col_offset) <= (first, begins) and (last, ends) <= (
        node.end_lineno or last,
        node.end_col_offset or ends,
    )


def _is_librarys(kind: type) -> bool:
    is_class = issubclass(kind, type | ModuleType)
    return is_class or kind.__module__.partition(".")[0] in sys.stdlib_module_names


def makes_sets(value: Any) -> bool:
    """Whether a constant is the class of sets, or a call of it that waits."""
    if isinstance(value, functools.partial):
        return makes_sets(value.func)
    if isinstance(value, BuiltinMethodType) and isinstance(value.__self__, SET_CLASSES):
        return True
    made = getattr(value, "__origin__", value) if isinstance(value, GenericAlias) else value
    return any(made is each for each in SET_CLASSES)


def has_sets(value: Any, at_once: bool = False, within: tuple[int, ...] = ()) -> bool:
    """Whether a constant is a container of sets, or of what makes them. Those right in a dictionary
    or a field go by their names; ``at_once``: they count, too."""
    if id(value) in within:
        return False
    inner = (*within, id(value))
    by_name: list[Any] = []
    if isinstance(value, dict | MappingProxyType):
        held, by_name = [*value], [*value.values()]
    elif isinstance(value, tuple | list | deque | set | frozenset):
        held = [*value]
    elif isinstance(value, functools.partial):
        held = [*value.args, *value.keywords.values()]
    elif isinstance(value, enum.Enum):
        held = [*fields_of(value).values()]
    elif isinstance(value, ChainMap | UserDict | UserList):
        return any(has_sets(item, True, inner) for item in fields_of(value).values())
    elif not isinstance(value, SimpleNamespace) and _is_librarys(type(value)):
        return False
    else:
        held, by_name = [], [*fields_of(value).values()]
    is_inside = any(
        isinstance(item, (*SET_CLASSES, *OF_VIEWS))
        for item in (*held, *(by_name if at_once else ()))
    )
    is_inside = is_inside or any(map(makes_sets, (*held, *by_name)))
    return is_inside or any(has_sets(item, at_once, inner) for item in (*held, *by_name))


def annotated_sets(classes: Iterable[type]) -> set[str]:
    """The fields that a class says to be sets."""
    return {
        word
        for cls in classes
        for word, said in vars(cls).get("__annotations__", {}).items()
        if is_set_type(_as_tree(said))
    }


def _as_tree(annotation: Any) -> ast.AST:
    """An annotation as a tree, whichever way it is kept; what is no expression says nothing."""
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return ast.Constant(None)


def is_set_type(node: ast.AST) -> bool:
    """Whether an annotation says that something is a set, or may be one."""
    if isinstance(node, ast.BinOp):
        return is_set_type(node.left) or is_set_type(node.right)
    root = node.value if isinstance(node, ast.Subscript) else node
    return getattr(root, "id", getattr(root, "attr", "")).lower() in (
        "set",
        "frozenset",
        "abstractset",
        "mutableset",
    )
