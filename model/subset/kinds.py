"""What code may ask of the class of a value, and of what a class or the library keeps for itself.

While exploring, and in a table, a chunk or a number is of a class of lastchunk's own that notes
what is asked of it. It is equal and acts alike, and `isinstance` says the same of it; its class
does not. And what Python or the library keeps in lists of their own outlives every instance: so
what a text names, what a module has beside its own, and a text that shows an address are refused.
"""

from __future__ import annotations

import abc
import ast
import contextlib
import copy
import logging
import operator
import statistics
import string
import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from lastchunk.model.subset.listed import (
    ATTRIBUTES,
    EFFECTS,
    FRAMES,
    LOGGING,
    MADE_BY,
    PORTS,
    holds_listed,
    instead_of_module,
    is_listed_module,
)
from lastchunk.model.subset.reach import is_users, walk
from lastchunk.reference_impl.clock import text_with_address

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
COMPARES = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__contains__")
"""Methods by which one tuple is told from another with the same items."""
BY_TEXT = {id(each): each.__name__ for each in (getattr, hasattr, setattr, delattr)}
WORKED_OUT = "a name that is worked out"
FORMATS = ("format", "format_map")
OF_RECORDS = ("makeLogRecord", "makeRecord", "findCaller", "LogRecord")
"""What shows the time, the process and the line of what is logged."""
SAID_OF_MODULES = ("__name__", "__doc__", "__version__")
NO_DRAWS = "no draws: what happens by chance is the network's, in the scenario"
OF_LIBRARY = {
    id(value): (f"{value.__name__} {what}", instead)
    for value, what, instead in (
        (operator.methodcaller, "calls what a text names", "a lambda or a method"),
        (operator.is_, "tells equal values apart", "==, or a flag"),
        (operator.is_not, "tells equal values apart", "!=, or a flag"),
        (statistics.NormalDist, "draws", NO_DRAWS),
        (string.Formatter, "reads what a text names", "an f-string"),
        (abc.get_cache_token, "is of the whole process", "a number of your own"),
        (contextlib.chdir, "outlives the instance", "a field of the instance"),
        (contextlib.redirect_stdout, "outlives the instance", "a field of the instance"),
        (contextlib.redirect_stderr, "outlives the instance", "a field of the instance"),
    )
}
"""What listed modules have that is refused, by whatever name it goes."""
MAKES_TEXT = frozenset(map(id, (str, repr, format, ascii)))
SHOWN_BY = ("__repr__", "__str__")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OF_A_MODULE = object()
"""Stands for what a module hands out: a logger, a compiled pattern."""
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
    called: dict[int, Any] = {id(call.func): call for call in calls}
    called |= {id(node.value): None for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        yield from _by_text(node, names, called)
        if isinstance(node, ast.Name) and id(node) not in allowed:
            if names.get(node.id) is type and isinstance(node.ctx, ast.Load):
                yield node.lineno, "type() shows the class of a value", "isinstance(...)"
        elif isinstance(node, ast.Attribute):
            yield from _shown_by(node, names, known)
        elif isinstance(node, ast.Constant) and node.value in ("__class__", "__self__"):
            yield node.lineno, f"{node.value} is not listed", "isinstance(...)"
        elif isinstance(node, ast.MatchClass):
            for word in node.kwd_attrs:
                yield from _word_refused(node.lineno, word)


def own_comparison(cls: type) -> str | None:
    """The method by which a class of tuple compares otherwise than by its items.

    A tuple has no identity in a state; `in` asks for the identity first.
    """
    if not issubclass(cls, tuple):
        return None
    return next((n for b in cls.__mro__ if is_users(b) for n in COMPARES if n in vars(b)), None)


def of_library(value: Any) -> tuple[str, str] | None:
    """What is wrong with a function or class of a listed module, and what is allowed instead."""
    if id(value) in BY_TEXT:
        return f"{BY_TEXT[id(value)]} is handed on", "a call of it, with the name in quotes"
    if value is operator.attrgetter:
        return "attrgetter is handed on", "a call of it, with the name in quotes"
    if isinstance(value, types.ModuleType):
        return f"the module {value.__name__} is handed on", "what is taken from it, by its name"
    is_code = isinstance(value, type | types.FunctionType)
    if is_code and value.__module__ == "logging" and value.__name__ not in LOGGING:
        return f"{value.__name__} is not listed", LOG_INSTEAD
    return OF_LIBRARY.get(id(value))


LOG_INSTEAD = "logging.getLogger(...), log.info(...) and the like"


def _by_text(node: ast.AST, names: dict[str, Any], called: dict[int, Any]) -> Iterator[LineRefused]:
    """What is called or read by a text: the text must be there to be looked at."""
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    value, call = value_at(node, names), called.get(id(node))
    if isinstance(value, types.ModuleType) and id(node) in called:
        return  # what is taken from it is looked at by itself
    name = BY_TEXT.get(id(value)) if value is not operator.attrgetter else "attrgetter"
    is_own = name == getattr(node, "id", getattr(node, "attr", ""))
    if name is not None and is_own and call is not None:
        yield from _words_of(call, name, names)
    elif (found := of_library(value)) is not None:
        yield node.lineno, *found
    elif value is copy.deepcopy and call is not None and (len(call.args) > 1 or call.keywords):
        yield node.lineno, "deepcopy() with a memo shows addresses", "deepcopy() of one value"
    elif isinstance(node, ast.Attribute) and node.attr in FORMATS:
        yield from _format(node, names)


def _words_of(call: ast.Call, name: str, names: dict[str, Any]) -> Iterator[LineRefused]:
    """The names that a call gives as texts."""
    for node in call.args if name == "attrgetter" else call.args[1:2]:
        word = _text(node, names)
        if word is None:
            yield call.lineno, f"{name}() of {WORKED_OUT}", "a name in quotes, or a dict"
            continue
        for part in word.split(".") if name == "attrgetter" else [word]:
            yield from _word_refused(call.lineno, part)
    if any(isinstance(node, ast.Starred) for node in call.args[:1]):
        yield call.lineno, f"{name}() of {WORKED_OUT}", "a name in quotes, or a dict"


def _word_refused(line: int, word: str) -> Iterator[LineRefused]:
    """An attribute that a text names is refused where it would be by its name."""
    if word in ATTRIBUTES:
        yield line, f"{word} is not listed", ATTRIBUTES[word]
    elif word in MADE_BY:
        yield line, f"{word} changes what is made already", "a new object"
    elif word in SHOWS_CLASS:
        yield line, f"{word} is not listed", "isinstance(...)"
    elif word.startswith(FRAMES) or word in ("__repr__", "__str__", "__format__", *FORMATS):
        yield line, f"{word} is not listed", "a field of your own"


def _text(node: ast.AST, names: dict[str, Any]) -> str | None:
    """The text that stands in the code, or in its module under a name."""
    found = node.value if isinstance(node, ast.Constant) else value_at(node, names)
    return found if isinstance(found, str) else None


def _format(node: ast.Attribute, names: dict[str, Any]) -> Iterator[LineRefused]:
    """The fields of a text that is filled in."""
    text, root = _text(node.value, names), getattr(node.value, "id", "")
    if text is not None:
        for word in _fields_named(text):
            yield from _word_refused(node.lineno, word)
    elif not (root in (*OWN, "settings") or getattr(node.value, "attr", "") == "settings"):
        what = f"{node.attr}() of a text that is worked out"
        yield node.lineno, what, "a text in quotes, or an f-string"


def _fields_named(text: str) -> Iterator[str]:
    """The attributes that the fields of a format text name, also those within others."""
    try:
        for _, field, spec, _ in string.Formatter().parse(text):
            yield from (field or "").replace("[", ".").split(".")[1:]
            yield from _fields_named(spec or "")
    except ValueError:
        return  # no run fills it in


def refuse_texts(classes: Iterable[type]) -> None:
    """Have the text of an object refused, when code makes one, whose class says nothing of it."""
    for cls in classes:
        if getattr(cls, SHOWN_BY[0]) is object.__repr__:
            type.__setattr__(cls, "__repr__", text_with_address)


def code_shown(tree: ast.AST, names: dict[str, Any], methods: set[str]) -> Iterator[LineRefused]:
    """Each line that makes a text of a function or an object: Python writes its address there."""
    nodes: tuple[Any, ...] = walk(tree)
    nested = {n.name for n in nodes if isinstance(n, FUNCTIONS) and n is not tree} - names.keys()
    for node in nodes:
        if isinstance(node, ast.Assign) and _has_address(node.value, names, methods, nested):
            nested |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    for node in nodes:
        for part in _made_texts(node, names):
            if _has_address(part, names, methods, nested):
                text = f"the text of {ast.unparse(part)} shows an address"
                yield node.lineno, text, "the fields by name, or what a method returns"


def _made_texts(node: ast.AST, names: dict[str, Any]) -> Iterator[ast.AST]:
    """What a node makes a text of, also where it lies in a list or the like."""
    todo: list[Any] = []
    if isinstance(node, ast.FormattedValue):
        todo = [node.value]
    elif isinstance(node, ast.Call):
        is_text = id(names.get(getattr(node.func, "id", ""))) in MAKES_TEXT
        if is_text or getattr(node.func, "attr", "") in FORMATS:
            todo = [*node.args, *(word.value for word in node.keywords)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        is_text = isinstance(node.left, ast.JoinedStr) or _text(node.left, names) is not None
        todo = [node.right] if is_text else []
    while todo:
        part = todo.pop()
        yield part
        todo += getattr(part, "elts", ())
        todo += part.values if isinstance(part, ast.Dict) else ()


def _has_address(node: ast.AST, names: dict[str, Any], methods: set[str], known: set[str]) -> bool:
    """Whether Python's text of an expression has an address, as far as the code shows."""
    if isinstance(node, ast.Lambda | ast.GeneratorExp):
        return True
    if isinstance(node, ast.Call):
        made = value_at(node.func, names)
        is_own = isinstance(made, type) and is_users(made)
        return is_own and all(getattr(made, n) is getattr(object, n) for n in SHOWN_BY)
    if isinstance(value_at(node, names), types.FunctionType | types.MethodType):
        return True
    if isinstance(node, ast.Attribute):
        owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
        return node.attr in methods or (owner in PORTS and node.attr in (*EFFECTS, "now"))
    return isinstance(node, ast.Name) and (node.id in known or node.id == "self")


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
    yield from _taken_from(node, names)
    root = _origin(node)
    is_logger = names.get(root) is logging or isinstance(names.get(root), logging.Logger)
    if (node.attr in OF_LOGGERS and is_logger) or node.attr in OF_WARNINGS:
        yield node.lineno, f"{node.attr} outlives the instance", "a field of the instance"
    value = _module_value(node, names)
    if isinstance(value, CAN_CHANGE):
        text = f"{ast.unparse(node)} is the library's, and can change"
        yield node.lineno, text, "a tuple of your own"


def _taken_from(node: ast.Attribute, names: dict[str, Any]) -> Iterator[LineRefused]:
    """What a module of the library has beside its own: other modules, and what is private."""
    text, module = ast.unparse(node), value_at(node.value, names)
    if node.attr in OF_RECORDS:
        yield node.lineno, f"{node.attr} is not listed", LOG_INSTEAD
    elif (module is logging or _is_logger(node.value, names)) and node.attr not in LOGGING:
        if node.attr not in OF_LOGGERS:
            yield node.lineno, f"{text} is not listed", LOG_INSTEAD
    elif isinstance(module, types.ModuleType) and _is_looked_into(module.__name__):
        if node.attr.startswith("_") and node.attr not in SAID_OF_MODULES:
            yield node.lineno, f"{text} is not listed", "what the module is documented to have"
        other = _home(getattr(module, node.attr, None))
        if not is_listed_module(other) and module.__name__ != "hashlib":
            yield node.lineno, f"the module {other} is not listed", instead_of_module(other)


def _is_looked_into(name: str) -> bool:
    return is_listed_module(name) or holds_listed(name)


def _home(value: Any) -> str:
    """The module that a value is, or that a function or class is from."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    is_code = isinstance(value, type | types.FunctionType | types.BuiltinFunctionType)
    return (value.__module__ if is_code else None) or "builtins"


def _is_logger(node: ast.AST, names: dict[str, Any]) -> bool:
    if isinstance(node, ast.Call):
        attr = getattr(node.func, "attr", "")
        by_logger = attr == "getChild" and _is_logger(getattr(node.func, "value", node), names)
        return bool(by_logger) or value_at(node.func, names) is logging.getLogger
    value = value_at(node, names)
    return value is OF_A_MODULE or isinstance(value, logging.Logger)


def value_at(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a name from outside stands for, or an attribute of a module; None for any other."""
    return names.get(node.id) if isinstance(node, ast.Name) else _module_value(node, names)


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
