"""What a text changes, and what values are made of: each by itself, without the names behind it."""

from __future__ import annotations

import ast
import enum
import inspect
import types
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from lastchunk.model.subset.listed import MUTATORS
from lastchunk.model.subset.reach import Code, name_called, walk

LEAVES = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)
"""What leaves something behind wherever it stands."""


class Change(NamedTuple):
    """A statement that changes what an expression stands for; ``attribute``: which one of it."""

    line: int
    of: ast.AST
    attribute: str


def changes(tree: ast.AST) -> Iterator[Change]:
    """Each change that code makes to an object, which may be one of its instance."""
    node: Any
    for node in walk(tree):
        targets: list[Any] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Attribute | ast.Subscript):
                yield Change(node.lineno, target.value, getattr(target, "attr", ""))
            if isinstance(node, ast.AugAssign):
                yield Change(node.lineno, target, "")
        if isinstance(node, ast.Call):
            yield from _by_call(node)


def _by_call(node: ast.Call) -> Iterator[Change]:
    name = name_called(node)
    if isinstance(node.func, ast.Attribute) and name in MUTATORS:
        yield Change(node.lineno, node.func.value, "")
    elif name in ("setattr", "delattr", "__setattr__") and len(node.args) > 1:
        word = node.args[1]
        text = str(word.value) if isinstance(word, ast.Constant) else ""
        yield Change(node.lineno, node.args[0], text)
    elif name in ("next", "heappush", "heappop", "insort") and node.args:
        yield Change(node.lineno, node.args[0], "")


def filled(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The targets that a part of code fills, each with what it is filled from."""
    targets: list[Any] = []
    value: Any = None
    if isinstance(node, ast.withitem):
        targets, value = [node.optional_vars], node.context_expr
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        targets, value = [node.target], node.iter
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value
    for target in targets if value is not None else ():
        for part in getattr(target, "elts", [target]):
            yield part, value


def attribute_of(owner: Any, name: str) -> Any:
    """An attribute without running code of the object; the object itself where there is none."""
    if isinstance(owner, enum.EnumMeta) and name in owner.__members__:
        return owner.__members__[name]
    if isinstance(owner, enum.Enum) and name == "value":
        return owner.value
    value = inspect.getattr_static(owner, name, owner)
    is_slot = isinstance(value, types.MemberDescriptorType)
    return getattr(owner, name, owner) if is_slot else value


def parts_of(value: Any) -> Iterator[Any]:
    """An object and all that it holds, each once."""
    seen: set[int] = set()
    todo = [value]
    while todo:
        item = todo.pop()
        if id(item) in seen or isinstance(item, str | bytes | int | float | complex | None):
            continue
        seen.add(id(item))
        yield item
        if isinstance(item, dict | types.MappingProxyType):
            todo += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            todo += item
        elif not isinstance(item, type | types.ModuleType | types.FunctionType):
            todo += getattr(item, "__dict__", {}).values()


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
    return any(_leaves_behind(node, acting) for node in ast.walk(part))


def _leaves_behind(node: ast.AST, acting: Collection[str]) -> bool:
    if isinstance(node, ast.Call):
        name = name_called(node)
        return name in MUTATORS or name in acting or name in ("setattr", "delattr")
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, LEAVES)
