"""What the text of code shows: statements that hide state, or catch what ends a run."""

from __future__ import annotations

import abc
import ast
import inspect
import logging
import types
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lastchunk.model.subset.held import is_frozen_dataclass
from lastchunk.model.subset.kinds import OF_A_MODULE, kind_problems
from lastchunk.model.subset.listed import (
    ATTRIBUTES,
    CATCH_ALL,
    EFFECTS,
    FRAMES,
    INSTEAD_OF_MODULES,
    LISTED_MODULES,
    MADE_BY,
    MUTATORS,
    PORTS,
    SAID_OF_CODE,
)
from lastchunk.model.subset.reach import Code, walk


class Problem(NamedTuple):
    """A line that is not on the list: what it does, and what is allowed instead."""

    line: int
    what: str
    instead: str


def syntax_problems(code: Code, classes: Iterable[type]) -> Iterator[Problem]:
    """Each line of a function that the list does not allow."""
    names = {used.name: used.value for used in code.uses}
    names |= dict.fromkeys(_of_modules(code.tree, names), OF_A_MODULE)
    coroutines = _coroutines(code)
    for node in walk(code.tree):
        rule = _RULES.get(type(node))
        if rule is not None:
            yield from rule(node, names)
        if isinstance(node, ast.Expr):
            yield from _unawaited(node, names, coroutines)
    yield from _never_awaited(code.tree)
    yield from _made_again(code, classes)
    yield from (Problem(*found) for found in kind_problems(code.tree, names))


def _of_modules(tree: ast.AST, names: dict[str, Any]) -> set[str]:
    """The variables that hold what a function of a module gave: it may give the same again."""
    return {
        target.id
        for node in walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
        and isinstance(node.value.func, ast.Attribute)
        and names.get(_root(node.value.func)) is logging
    }


def _global(node: Any, names: dict[str, Any]) -> Iterator[Problem]:
    yield Problem(node.lineno, f"global {', '.join(node.names)}", "a field of the instance")


def _import(node: Any, names: dict[str, Any]) -> Iterator[Problem]:
    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    modules += [] if modules else [item.name for item in node.names]
    for module in modules:
        if module not in LISTED_MODULES:
            instead = INSTEAD_OF_MODULES.get(module, "an import at the top of the file")
            yield Problem(node.lineno, f"the module {module} is not listed", instead)


def _attribute(node: ast.Attribute, names: dict[str, Any]) -> Iterator[Problem]:
    if node.attr in ATTRIBUTES and not (_is_super(node.value) and node.attr in BY_SUPER):
        yield Problem(node.lineno, f"{node.attr} is not listed", ATTRIBUTES[node.attr])
    elif node.attr in SHOWS_ADDRESS and _is_super(node.value):
        yield Problem(node.lineno, f"{node.attr} shows an address", "the fields by name")
    elif node.attr.startswith(FRAMES) and not isinstance(node.ctx, ast.Store):
        yield Problem(node.lineno, f"{node.attr} shows code under way", "a field of your own")
    elif node.attr in SAID_OF_CODE and not isinstance(node.ctx, ast.Load):
        yield Problem(node.lineno, f"{node.attr} is changed", "a field of your own")
    elif node.attr == "register" and isinstance(names.get(_root(node)), abc.ABCMeta):
        yield Problem(node.lineno, "a class is changed", "a base class, or a field")
    elif node.attr == "__class__" and not isinstance(node.ctx, ast.Load):
        yield Problem(node.lineno, "the class of an object is changed", "a field that says which")


BY_SUPER = ("__setattr__", "__delattr__", "__getattribute__")
SHOWS_ADDRESS = ("__repr__", "__str__", "__format__")


def _is_super(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _call(node: ast.Call, names: dict[str, Any]) -> Iterator[Problem]:
    name = getattr(node.func, "id", "")
    rule = _CALLS.get(name)
    if rule is not None and (node.args or name == "object"):
        yield from rule(node, names)
    if isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        value = names.get(_root(node.func))
        if value is not None and not isinstance(value, type | types.ModuleType):
            yield _outlives(node, node)
    called = name or getattr(node.func, "attr", "")
    by_two = name == "type" or called in MAKERS_BY_TWO
    if called in CLASS_MAKERS or (by_two and len(node.args) > 1):
        yield Problem(node.lineno, "a class is made while code runs", "a class at the top")


def _to_text(node: ast.Call, names: dict[str, Any]) -> Iterator[Problem]:
    if _is_self(node.args[0]):
        name = getattr(node.func, "id", "")
        yield Problem(node.lineno, f"{name}(self) shows an address", "the fields by name")


def _object(node: ast.Call, names: dict[str, Any]) -> Iterator[Problem]:
    yield Problem(node.lineno, "object() is not listed", "None, a flag or an enum")


def _next(node: ast.Call, names: dict[str, Any]) -> Iterator[Problem]:
    if names.get(_root(node.args[0])) is not None:
        yield _outlives(node, node)


def _by_word(node: ast.Call, names: dict[str, Any]) -> Iterator[Problem]:
    """An attribute that is named by a text."""
    word = node.args[1] if len(node.args) > 1 else None
    if isinstance(word, ast.Constant) and word.value in ATTRIBUTES:
        yield Problem(node.lineno, f"{word.value} is not listed", ATTRIBUTES[word.value])
    if getattr(node.func, "id", "") == "getattr":
        return
    if isinstance(word, ast.Constant) and word.value in SAID_OF_CODE:
        yield Problem(node.lineno, f"{word.value} is changed", "a field of your own")
    if _is_class(node.args[0], names):
        yield Problem(node.lineno, "a class is changed", "a field of the instance")


CLASS_MAKERS = ("make_dataclass", "namedtuple", "NamedTuple", "NewType")
MAKERS_BY_TWO = ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum")
"""What makes a class of two arguments, and with one is something else."""
_CALLS = {
    **dict.fromkeys(("repr", "str", "format"), _to_text),
    "object": _object,
    "next": _next,
    **dict.fromkeys(("setattr", "delattr", "getattr"), _by_word),
}


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _written(node: ast.FormattedValue, names: dict[str, Any]) -> Iterator[Problem]:
    if _is_self(node.value):
        yield Problem(node.lineno, "a text of self shows an address", "the fields by name")


def _class(node: ast.ClassDef, names: dict[str, Any]) -> Iterator[Problem]:
    yield Problem(node.lineno, "a class is made while code runs", "a class at the top of the file")


def _handler(node: ast.ExceptHandler, names: dict[str, Any]) -> Iterator[Problem]:
    caught = [] if node.type is None else getattr(node.type, "elts", [node.type])
    words = {getattr(item, "id", getattr(item, "attr", "")) for item in caught}
    is_all = node.type is None or bool(words & CATCH_ALL)
    last = node.body[-1]
    if is_all and not (isinstance(last, ast.Raise) and last.exc is None):
        what = "except" if node.type is None else f"except {', '.join(sorted(words))}"
        yield Problem(node.lineno, f"{what} also catches what ends a run", "except Exception")


def _try(node: ast.Try, names: dict[str, Any]) -> Iterator[Problem]:
    for leaving in _leaving(node.finalbody, in_loop=False):
        word = type(leaving).__name__.lower()
        yield Problem(
            leaving.lineno, f"{word} in a finally catches what ends a run", f"{word} after it"
        )


def _leaving(body: list[ast.stmt], in_loop: bool) -> Iterator[Any]:
    """The statements that leave a block, but for those that leave a loop or function within."""
    for node in body:
        if isinstance(node, ast.Return) or (
            isinstance(node, ast.Break | ast.Continue) and not in_loop
        ):
            yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        loops = in_loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
        for name in ("body", "orelse", "finalbody"):
            yield from _leaving(getattr(node, name, []), loops)
        for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
            yield from _leaving(handler.body, loops)


def _compare(node: ast.Compare, names: dict[str, Any]) -> Iterator[Problem]:
    sides = [node.left, *node.comparators]
    for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if not isinstance(sign, ast.Is | ast.IsNot):
            continue
        if not any(_is_single(side, names) for side in (left, right)):
            yield Problem(
                node.lineno, "is between two values (equal ones may be one)", "==, or a flag"
            )


def _is_single(node: ast.AST, names: dict[str, Any]) -> bool:
    """Whether there is only one of what an expression stands for: None, a class, an enum member."""
    if isinstance(node, ast.Constant):
        return node.value is None or node.value is Ellipsis or isinstance(node.value, bool)
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "type"
    root: Any = node
    while isinstance(root, ast.Attribute):
        root = root.value
    value = names.get(getattr(root, "id", ""))
    return isinstance(value, type | types.ModuleType) or getattr(root, "id", "") == "NotImplemented"


def _assign(node: Any, names: dict[str, Any]) -> Iterator[Problem]:
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
    for target in targets:
        if isinstance(target, ast.Attribute) and _is_class(target.value, names):
            yield Problem(
                node.lineno,
                f"{ast.unparse(target)} outlives the instance",
                f"a field of the instance, self.{target.attr}",
            )
        elif isinstance(target, ast.Attribute | ast.Subscript) and _root(target) in names:
            yield _outlives(node, target)


def _outlives(node: ast.AST, what: ast.AST) -> Problem:
    text = f"{ast.unparse(what)} outlives the instance"
    return Problem(getattr(node, "lineno", 0), text, "a field of the instance")


def _root(node: ast.AST) -> str:
    """The name that a chain of attributes and subscripts begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return getattr(node, "id", "")


def _is_class(node: ast.AST, names: dict[str, Any]) -> bool:
    """Whether an expression stands for what all instances share: a class, module or function."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "type":
        return True
    if isinstance(node, ast.Attribute):
        return node.attr in ("__class__", "__func__")
    shared = type | types.ModuleType | types.FunctionType
    return isinstance(node, ast.Name) and (
        node.id == "cls" or isinstance(names.get(node.id), shared)
    )


def _coroutines(code: Code) -> set[str]:
    """The names of the methods and nested functions that are async."""
    nested = {node.name for node in ast.walk(code.tree) if isinstance(node, ast.AsyncFunctionDef)}
    module = getattr(code.owner, "__globals__", {})
    for value in list(module.values()):
        if isinstance(value, type):
            nested |= {n for n, item in vars(value).items() if inspect.iscoroutinefunction(item)}
    return nested


def _made_again(code: Code, classes: Iterable[type]) -> Iterator[Problem]:
    """What makes an object, asked of one that is made: a frozen one, too, is another by it."""
    tree: Any = code.tree
    name = getattr(tree, "name", "")
    calls = [node.func for node in walk(tree) if isinstance(node, ast.Call) and _of_self(node)]
    may_ask = name in MAKES_OBJECTS or not _is_of_frozen(code, classes)
    own = {id(function) for function in calls} if may_ask else set()
    for node in walk(tree):
        if not isinstance(node, ast.Attribute) or id(node) in own:
            continue
        if node.attr in MADE_BY:
            text = f"{ast.unparse(node)} changes what is made already"
            yield Problem(node.lineno, text, "a new object, or the fields by name")
        elif node.attr in SETS and _is_super(node.value) and name not in (*MAKES_OBJECTS, *SETS):
            yield Problem(node.lineno, f"{node.attr} is not listed", ATTRIBUTES[node.attr])


def _is_of_frozen(code: Code, classes: Iterable[type]) -> bool:
    """Whether code is a method of a class of which one of these, a frozen dataclass, is made."""
    owner: Any = None
    known = getattr(code.owner, "__globals__", {})
    for word in code.name.split(".")[:-1]:
        owner = known.get(word) if owner is None else getattr(owner, word, None)
    made = (base for cls in classes if is_frozen_dataclass(cls) for base in cls.__mro__)
    return isinstance(owner, type) and any(base is owner for base in made)


def _of_self(call: ast.Call) -> bool:
    """Whether a method is called for the object itself: by `super()`, `self` or a base's name."""
    root = getattr(call.func, "value", None)
    if not isinstance(root, ast.Name):
        return root is not None and _is_super(root)
    return _is_self(root) or (bool(call.args) and _is_self(call.args[0]))


MAKES_OBJECTS = ("__init__", "__post_init__", "__new__")
SETS = ("__setattr__", "__delattr__")


def _unawaited(node: ast.Expr, names: dict[str, Any], coroutines: set[str]) -> Iterator[Problem]:
    """A call that makes something to await, and drops it."""
    call = node.value
    if not isinstance(call, ast.Call):
        return
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = getattr(function.value, "attr", getattr(function.value, "id", ""))
        is_effect = _makes_effect(call)
        is_own = function.attr in coroutines and owner in ("self", "cls")
    else:
        value = names.get(getattr(function, "id", ""))
        is_effect = False
        is_own = inspect.iscoroutinefunction(value) or getattr(function, "id", "") in coroutines
    if is_effect or is_own:
        yield Problem(
            node.lineno, f"{ast.unparse(call)} is not awaited", f"await {ast.unparse(call)}"
        )


def _never_awaited(tree: ast.AST) -> Iterator[Problem]:
    """An effect that a variable holds, and that nothing ever awaits or hands on."""
    awaited = {name for node in walk(tree) for name in _handed_on(node)}
    for node in walk(tree):
        if isinstance(node, ast.Assign) and _makes_effect(node.value):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id not in awaited:
                    text = ast.unparse(node.value)
                    yield Problem(node.lineno, f"{text} is not awaited", f"await {text}")


def _handed_on(node: ast.AST) -> set[str]:
    """The variables that a node awaits, answers with, passes on or puts together."""
    parts: list[Any] = []
    if isinstance(node, ast.Await | ast.Return | ast.NamedExpr):
        parts = [node.value]
    elif isinstance(node, ast.Call):
        parts = [*node.args, *(word.value for word in node.keywords)]
    elif isinstance(node, ast.List | ast.Tuple):
        parts = list(node.elts)
    elif isinstance(node, ast.Dict):
        parts = list(node.values)
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _makes_effect(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = getattr(node.func.value, "attr", getattr(node.func.value, "id", ""))
    return node.func.attr in EFFECTS and owner in PORTS


_RULES: dict[type, Any] = {
    ast.Global: _global,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.FormattedValue: _written,
    ast.ClassDef: _class,
    ast.ExceptHandler: _handler,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Compare: _compare,
    ast.Assign: _assign,
    ast.AugAssign: _assign,
    ast.AnnAssign: _assign,
    ast.Delete: _assign,
}
