"""What a text changes, where it may throw, and what values are made of: each by itself, without the
names behind it."""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import json
import operator
import types
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from lastchunk.model.subset.held import (
    HOLDER,
    OF_VIEWS,
    OWN_NAME,
    OWN_ORDER,
    SET_CLASSES,
    TEXT_OF,
    VIEW,
    WITHOUT_SETS,
    fields_of,
    has_sets,
    makes_sets,
)
from lastchunk.model.subset.listed import MUTATORS, NEVER_THROWING
from lastchunk.model.subset.reach import Code, Reached, Used, name_called, walk

LEAVES = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)
"""What leaves something behind wherever it stands."""

WHOLE, COMPARED = "whole numbers ", "of comparisons"
"""Before the name of a constant that is a whole number, or holds nothing else; and after it, where
no class of a person has comparisons of its own."""
TABLES = (tuple, list, dict, types.MappingProxyType, str, bytes)
WRAPS = (
    *(staticmethod, classmethod, types.MethodType, property, functools.cached_property),
    *(functools.partial, functools.partialmethod),
)
OF_A_CLASS = (types.FunctionType, *WRAPS)
OF_CHUNKS = ("size_bytes", "index")
OWN_ORDERS = frozenset(("__lt__", "__le__", "__gt__", "__ge__"))
COMPARES = OWN_ORDERS | {"__eq__", "__ne__", "__getattr__"}
DEPTH_MAX = 4
"""So many times a function is looked for in what wraps it."""
MAKES_WHOLE = ("len", "int", "bool", "isinstance", "ord", "hasattr")
NEVER_THROW = (ast.Add, ast.Sub, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor)
MAKE_OBJECTS = frozenset(("__init__", "__post_init__", "__new__", "__setattr__"))
NOT_BY_SIGN = MAKE_OBJECTS | {"__enter__", "__exit__", "__aenter__", "__aexit__", "__call__"}
"""Special methods that no sign between two values calls."""


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


def one_by_one(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment gives each name, where it gives several names as many things."""
    if are_pairs(target, value):
        yield from zip(target.elts, value.elts, strict=True)  # type: ignore[attr-defined]
    else:
        yield target, value


def are_pairs(target: ast.AST, value: ast.AST) -> bool:
    """Whether an assignment gives several names each a thing of its own."""
    several = ast.Tuple | ast.List
    if not (isinstance(target, several) and isinstance(value, several)):
        return False
    is_star = any(isinstance(part, ast.Starred) for part in [*target.elts, *value.elts])
    return len(target.elts) == len(value.elts) and not is_star


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
    return _spread(live, acts)


def _spread(
    live: Sequence[Code], shows: Callable[[ast.AST, frozenset[str]], bool]
) -> frozenset[str]:
    """The functions whose text shows something, given those of which it is known."""
    parts = [
        (node.name, body)
        for code in live
        for node in ast.walk(code.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for body in node.body
    ]
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(name for name, body in parts if name in found or shows(body, found))
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


class Quiet(NamedTuple):
    """What does not throw for one value and not for another: what may be ``called``; and the
    functions of a person that are ``loud``."""

    called: frozenset[str]
    loud: frozenset[str]


def quiet_names(reached: Reached, known: Collection[str]) -> Quiet:
    """What of the library and of a person's own code throws for no value, as far as the text shows;
    ``known`` has the names of whole numbers."""
    own = _written_names(reached)
    makers = {cls.__name__ for cls in reached.classes if not issubclass(cls, enum.Enum)}

    def quiet(loud: frozenset[str]) -> Quiet:
        made = frozenset() if loud & MAKE_OBJECTS else makers
        return Quiet((NEVER_THROWING | own | made) - loud, loud)

    return quiet(_spread(reached.live, lambda body, found: throws(body, quiet(found), known)))


def throws(
    part: ast.AST, quiet: Quiet, known: Collection[str], items: Collection[str] | None = None
) -> bool:
    """Whether code may throw for one value and not for another; ``items`` are the variables that
    hold the values. What names none of them does the same for all, if it always runs."""
    if items is not None and not any(getattr(n, "id", "") in items for n in ast.walk(part)):
        return False
    if _may_throw(part, quiet, known):
        return True
    may_not_run = {id(each) for each in _if_others_say_so(part)}
    return any(
        throws(child, quiet, known, None if id(child) in may_not_run else items)
        for child in ast.iter_child_nodes(part)
        if child is not getattr(part, "annotation", None)
    )


def _if_others_say_so(node: ast.AST) -> Sequence[ast.AST]:
    """The parts of an expression that run for some values alone."""
    if isinstance(node, ast.BoolOp):
        return node.values[1:]
    if isinstance(node, ast.Compare):
        return node.comparators[1:]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    is_loop = isinstance(node, ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.SetComp)
    return [*ast.iter_child_nodes(node)] if is_loop or isinstance(node, ast.DictComp) else []


def _may_throw(node: ast.AST, quiet: Quiet, known: Collection[str]) -> bool:
    by_sign = {name for name in quiet.loud if name.startswith("__")} - NOT_BY_SIGN
    if by_sign and isinstance(node, ast.Compare | ast.BinOp | ast.UnaryOp | ast.Call):
        return True
    if isinstance(node, ast.Call):
        name = name_called(node)
        is_number = name == "int" and all(is_whole(part, known) for part in node.args)
        is_one_of = name in ("min", "max") and len(node.args) > 1
        return not (name in quiet.called or is_number or is_one_of)
    if isinstance(node, ast.BinOp) and not isinstance(node.op, NEVER_THROW):
        is_number = isinstance(node.right, ast.Constant) and bool(node.right.value)
        return not is_number or not isinstance(node.op, ast.Mod | ast.Div | ast.FloorDiv)
    if isinstance(node, ast.Attribute):
        return node.attr in quiet.loud
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice)
    return isinstance(node, ast.Raise | ast.Assert)


def is_whole(node: ast.AST, known: Collection[str]) -> bool:
    """Whether the text shows that an expression is a whole number; ``known`` has the names of
    those that are constants."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.BinOp):
        is_sign = isinstance(node.op, (*NEVER_THROW, ast.FloorDiv, ast.Mod))
        return is_sign and is_whole(node.left, known) and is_whole(node.right, known)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or is_whole(node.operand, known)
    if isinstance(node, ast.IfExp):
        return is_whole(node.body, known) and is_whole(node.orelse, known)
    if isinstance(node, ast.Compare):
        is_truth = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops)
        return is_truth or WHOLE + COMPARED in known
    if isinstance(node, ast.Call):
        name, owner = name_called(node), getattr(node.func, "value", None)
        if owner is None:
            return name in MAKES_WHOLE
        return name == "get" and is_whole(owner, known) and is_whole(node.args[-1], known)
    if isinstance(node, ast.Subscript):
        return is_whole(node.value, known)
    return WHOLE + getattr(node, "id", getattr(node, "attr", "")) in known


def constant_names(reached: Reached) -> set[str]:
    """The names from outside that stand for sets; and what else is known of constants, each with a
    sign before its name."""
    found, values = set(), defaultdict(list)
    for used in reached.others:
        values[used.name].append(used.value)
        fields = {} if isinstance(used.value, type | types.ModuleType) else fields_of(used.value)
        table = used.value if isinstance(used.value, dict | types.MappingProxyType) else {}
        inside = [*table.items(), *fields.items(), (used.name, used.value)]
        views = [str(key) for key, value in inside if isinstance(value, OF_VIEWS)]
        found |= {f"{VIEW}{dot}{key}" for key in views for dot in ("", ".")}
        keys = [key for key, value in inside if isinstance(value, SET_CLASSES)]
        found |= {f"{TEXT_OF}{k.name}" if isinstance(k, enum.Enum) else str(k) for k in keys}
        found |= (
            {HOLDER} if any(isinstance(value, SET_CLASSES) for value in table.values()) else set()
        )
    for cls in reached.classes:
        for field in getattr(cls, "__dataclass_fields__", {}).values():
            found |= {field.name} if makes_sets(field.default_factory) else set()
        encode = vars(cls).get("default") if issubclass(cls, json.JSONEncoder) else None
        if isinstance(encode, types.FunctionType):
            found |= {*encode.__code__.co_varnames[1:2]}
    for function in reached.functions:
        code = function.__code__
        words = reversed(code.co_varnames[: code.co_argcount])
        by_place = zip(words, reversed(function.__defaults__ or ()), strict=False)
        given = [*by_place, *(function.__kwdefaults__ or {}).items(), *vars(function).items()]
        found |= {word for word, value in given if isinstance(value, SET_CLASSES)}
    own = {*_bound_names(reached), *_written_names(reached)}
    for name, held in values.items():
        if name not in own and all(type(value) in TABLES for value in held):
            found |= (
                {WITHOUT_SETS + name} if not any(has_sets(v, at_once=True) for v in held) else set()
            )
        if name not in own and all(map(_are_whole, held)):
            found.add(WHOLE + name)
    found |= {WHOLE + name for name in OF_CHUNKS if name not in own | values.keys()}
    found |= {OWN_NAME + name for name in own}
    found |= {OWN_ORDER} if _written_names(reached) & OWN_ORDERS else set()
    return found if _written_names(reached) & COMPARES else found | {WHOLE + COMPARED}


def _are_whole(value: Any) -> bool:
    """Whether a constant is a whole number, or a container of nothing else."""
    if isinstance(value, dict | types.MappingProxyType):
        return all(type(item) in (int, bool) for item in value.values())
    items = value if isinstance(value, tuple | list) else [value]
    return all(type(item) in (int, bool) for item in items)


def _bound_names(reached: Reached) -> Iterator[str]:
    """The names that code gives anything to, or that a class has as a field or a method."""
    for cls in reached.classes:
        yield from getattr(cls, "__dataclass_fields__", ())
        yield from (word for word, value in vars(cls).items() if isinstance(value, OF_A_CLASS))
    for code in reached.live:
        for node in ast.walk(code.tree):
            if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                yield str(getattr(node, "id", getattr(node, "attr", "")))
            elif isinstance(node, ast.arg | ast.keyword):
                yield str(node.arg)
            elif isinstance(node, ast.Call) and name_called(node) in ("setattr", "__setattr__"):
                yield from (str(part.value) for part in node.args if isinstance(part, ast.Constant))


def _written_names(reached: Reached) -> set[str]:
    """The names of all functions that have a text."""
    nodes = (node for code in reached.live for node in ast.walk(code.tree))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def alike_names(reached: Reached) -> list[tuple[str, str]]:
    """Each name from outside that stands for what another one says: a text that names something, a
    function under another name, one that makes a field."""
    found = []
    for used in reached.others:
        if isinstance(used.value, str | int):
            found += [
                (f"{TEXT_OF}{used.name}", part) for part in (str(used.value), *_last_part(used))
            ]
        elif isinstance(used.value, operator.itemgetter | operator.attrgetter):
            words = map(str, used.value.__reduce__()[1])
            found += [(used.name, word.rpartition(".")[2]) for word in words]
    fields = [f for c in reached.classes for f in getattr(c, "__dataclass_fields__", {}).values()]
    named = [(field.name, field.default_factory) for field in fields]
    named += [(word, value) for cls in reached.classes for word, value in vars(cls).items()]
    named += [(used.name, used.value) for code in reached.live for used in code.uses]
    found += [
        (word, name) for word, value in named if (name := _code_name(value)) not in ("", word)
    ]
    return found


def _last_part(used: Used) -> list[str]:
    return [used.value.rpartition(".")[2]] if isinstance(used.value, str) else []


def _code_name(value: Any) -> str:
    """The name that a function has in its own text, whatever wraps it."""
    for _ in range(DEPTH_MAX):
        for name in ("__func__", "func", "fget"):
            value = getattr(value, name, value) if isinstance(value, WRAPS) else value
    return value.__code__.co_name if isinstance(value, types.FunctionType) else ""


def holds_giver(value: Any, givers: Collection[str]) -> str:
    """The function in a container that gives a set; "" for none."""
    if isinstance(value, type | types.ModuleType | types.FunctionType):
        return ""
    names = [_code_name(part) for part in parts_of(value) if part is not value]
    return next((name for name in names if name in givers), "")
