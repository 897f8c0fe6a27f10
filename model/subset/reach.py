"""All code that a design's class leads to: its methods, helpers, classes, and what these use.

Code is found by name, as Python does: a name in a function's text is looked up in what encloses it
and in its module. The tool's own ports are known; the standard library is judged by its modules.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import dis
import functools
import importlib
import inspect
import linecache
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from lastchunk.model.base.blame import MODULES, STDLIB
from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset.held import held_by, is_held, one_of_a_line
from lastchunk.model.subset.listed import is_listed_module
from lastchunk.reference_impl import blobs, clock, contract, effect, transaction

KNOWN = frozenset(part.__name__ for part in (blobs, contract, clock, effect, transaction))


CODE = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType)
HOLD_NOTHING = frozenset((int, str, bool, float, bytes, complex, type(None), type(Ellipsis)))
TABLES = frozenset((dict, list, tuple, functools.partial))
"""What may hold code, and is looked through."""

BY_NAME = frozenset(dis.opmap[word] for word in ("LOAD_GLOBAL", "LOAD_NAME"))
OF_CLASSES = frozenset(
    (
        *("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__slots__"),
        *("__annotations__", "__dataclass_fields__", "__dataclass_params__", "__match_args__"),
        *("__abstractmethods__", "__orig_bases__", "__parameters__", "__hash__"),
    )
)
"""What Python itself writes into a class; what else is in one a person has put there."""


class Used(NamedTuple):
    """A name that code uses: what it stands for, and where."""

    name: str
    value: Any
    line: int


class Code(NamedTuple):
    """One function or class body: its text as a tree, where, and the names from outside."""

    name: str
    file: str
    tree: ast.AST
    uses: list[Used]
    owner: Any


class Reached:
    """What a class leads to. ``codes`` are functions; ``classes`` and ``functions`` the objects."""

    def __init__(self, name: str, root: type) -> None:
        self.name = name
        self.codes: list[Code] = []
        self.classes: list[type] = []
        self.functions: list[types.FunctionType] = []
        self.others: list[Used] = []
        self.library: list[Used] = []
        """What is the library's, and held by a class, a container, a default or another object."""
        self.seen: set[int] = set()
        self.shadowed: set[int] = set()
        """Functions that another of the same name hides."""
        of_modules: Any = getattr(root, "typescript", None)
        if not type(of_modules).__module__.startswith(f"{MODULES}typescript."):
            self._class(root)
        else:  # translated: what it may be made of was looked at, line by line
            self.others += [Used(word, value, line) for word, value, line in of_modules.kept()]

    @property
    def live(self) -> list[Code]:
        """The functions that can run: one that is hidden does so only if it is named."""
        by_name = {name for code in self.codes for name in _by_class(code)}
        return [
            code
            for code in self.codes
            if id(code.owner) not in self.shadowed or code.name.rpartition(".")[2] in by_name
        ]

    def value(self, used: Used) -> None:
        """Follow a value to the code behind it."""
        value = used.value
        if isinstance(value, types.FunctionType):
            self._function(value)
        elif isinstance(value, type) and is_users(value):
            self._class(value)
        elif isinstance(value, types.MethodType):
            self._function(value.__func__)
            self._holder(used, value.__self__)
        elif isinstance(value, staticmethod | classmethod):
            self._held(used._replace(value=value.__func__))
        elif isinstance(value, property | types.DynamicClassAttribute):  # an enum's is the other
            for part in (value.fget, value.fset, value.fdel):
                self._held(used._replace(value=part))
        elif isinstance(value, functools.cached_property):
            self._held(used._replace(value=value.func))
        elif isinstance(value, functools.partialmethod):
            self._inside(used)
        else:
            if is_users(type(value)):
                self._class(type(value))
            self.others.append(used)
            self._inside(used)

    def _holder(self, used: Used, holder: Any) -> None:
        """Follow the object that a method is bound to: it is shared as the method is."""
        if is_held(holder) and is_users(type(holder)):
            self.value(used._replace(value=holder))

    def _inside(self, used: Used) -> None:
        """Follow the code in a table of functions, in a person's own object, or behind a call."""
        value = used.value
        if id(value) in self.seen or type(value) in HOLD_NOTHING:
            return
        inside = held_by(value, is_users(type(value)))
        if inside:
            self.seen.add(id(value))
        for item in inside:
            self._held(used._replace(value=item))

    def _held(self, used: Used) -> None:
        """Follow what another object holds: no name in the code may stand for it."""
        item, kind = used.value, type(used.value)
        if kind in HOLD_NOTHING:
            return
        if isinstance(item, type) and is_users(item):
            self._class(item)
        elif isinstance(item, CODE) or kind in TABLES or is_users(kind):
            self._by_library(used)
            self.value(used)
        else:
            self._by_library(used)
            if is_listed_module(kind.__module__):
                self._inside(used)

    def _by_library(self, used: Used) -> None:
        """Note what is the library's, if it is."""
        item = used.value
        is_own = is_users_function(item) if isinstance(item, types.FunctionType) else False
        if not (is_own or is_users(type(item))):
            self.library.append(used)

    def _class(self, cls: type) -> None:
        hidden: set[str] = set()
        for base in cls.__mro__:
            if not is_users(base):
                self.library.append(Used(cls.__name__, base, 0))
            if id(base) in self.seen or not is_users(base):
                continue
            self.seen.add(id(base))
            own = vars(base)
            self.shadowed |= {id(inspect.unwrap(own[name])) for name in hidden & own.keys()}
            hidden |= own.keys()
            self.classes.append(base)
            if is_users(type(base)):
                self._class(type(base))
            for field in getattr(base, "__dataclass_fields__", {}).values():
                if field.default_factory is not dataclasses.MISSING:
                    self._held(Used(field.name, field.default_factory, 0))
            for name, value in list(vars(base).items()):
                if name not in OF_CLASSES:
                    self._by_library(Used(name, value, 0))
                    self.value(Used(name, value, 0))

    def _function(self, function: Any) -> None:
        if not isinstance(function, types.FunctionType) or id(function) in self.seen:
            return
        self.seen.add(id(function))
        self._function(getattr(function, "__wrapped__", None))
        if not is_users_function(function) or function.__code__.co_filename == "<string>":
            return  # the library's, or what a dataclass had made for it
        self.functions.append(function)
        given = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        for item in (*given, *vars(function).values()):
            self._held(Used(function.__name__, item, 0))
        tree = self._tree(function)
        if tree is None:
            return
        uses = list(_uses(tree, function))
        file = function.__code__.co_filename
        self.codes.append(Code(function.__qualname__, file, tree, uses, function))
        for used in uses:
            if not isinstance(used.value, types.ModuleType):
                self.value(used)

    def _tree(self, function: types.FunctionType) -> ast.AST | None:
        """The function's text as a tree; None for one that no text was written for."""
        code = function.__code__
        if code.co_filename.startswith("<") and not linecache.getlines(code.co_filename):
            if function.__name__.startswith("__"):
                return None  # what a decorator has made, as dataclasses do
            raise DesignError(
                f"{self.name}: the source of {function.__qualname__}() cannot be read; "
                "allowed: a class from a file, a notebook or a test"
            )
        found = functions_of(code.co_filename).get((code.co_firstlineno, code.co_name), [])
        return one_of_a_line(code, found)


def is_users(cls: type) -> bool:
    """Whether a class is neither Python's, nor one of the ports'."""
    module = getattr(cls, "__module__", "")
    if module in KNOWN or module == "builtins":
        return False
    try:
        file = inspect.getsourcefile(cls)
    except (TypeError, OSError):
        file = None
    if file is None:  # it is written in C, or its text is nowhere
        return module.partition(".")[0] not in sys.stdlib_module_names
    return not file.startswith(STDLIB)


def is_users_function(function: types.FunctionType) -> bool:
    """Whether a function is neither the library's, nor one of the ports'."""
    file = function.__code__.co_filename
    return not file.startswith((STDLIB, "<frozen ")) and function.__module__ not in KNOWN


def is_library(found: Any) -> bool:
    """Whether a class or function is the library's, and none of the ports'."""
    return not (is_users(found) if isinstance(found, type) else is_users_function(found)) and (
        found.__module__ not in KNOWN
    )


@functools.lru_cache(maxsize=64)
def tree_of(file: str) -> ast.AST:
    """The text of a file as a tree; an empty one where it cannot be read."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ast.Module([], [])


@functools.lru_cache(maxsize=64)
def functions_of(file: str) -> dict[tuple[int, str], list[ast.expr | ast.stmt]]:
    """The functions of a file by their first line, decorators included, and their name."""
    found: dict[tuple[int, str], list[ast.expr | ast.stmt]] = {}
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            found.setdefault((first, node.name), []).append(node)
        elif isinstance(node, ast.Lambda):
            found.setdefault((node.lineno, "<lambda>"), []).append(node)
    return found


def _uses(tree: ast.AST, function: types.FunctionType) -> Iterator[Used]:
    """The names that a function takes from outside, with what they stand for."""
    outside = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            outside[name] = cell.cell_contents
        except ValueError:
            continue
    builtins = outside.get("__builtins__", {})
    builtins = builtins if isinstance(builtins, dict) else vars(builtins)
    outside |= _imported(tree)
    # A name that some scope within binds may be the one from outside in another scope.
    local = set(_bound(tree)) - set(function.__code__.co_freevars)
    local -= _looked_up(function.__code__) if local & (outside.keys() | builtins.keys()) else set()
    for node in walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in local:
            if node.id in outside:
                yield Used(node.id, outside[node.id], node.lineno)
            elif node.id in builtins:
                yield Used(node.id, builtins[node.id], node.lineno)


def _looked_up(code: types.CodeType) -> set[str]:
    """The names that code, or what is within it, takes from its module or from Python."""
    steps = dis.get_instructions(code)
    found = {s.argval for s in steps if s.opname.startswith("LOAD_") and s.opcode in BY_NAME}
    inner = [_looked_up(part) for part in code.co_consts if isinstance(part, types.CodeType)]
    return found.union(*inner)


def _imported(tree: ast.AST) -> dict[str, Any]:
    """What a function imports of listed modules; another import is refused as such."""
    found: dict[str, Any] = {}
    for node in walk(tree):
        if isinstance(node, ast.ImportFrom) and is_listed_module(node.module or ""):
            module = importlib.import_module(node.module or "")
            names = ((item.asname or item.name, item.name) for item in node.names)
            found |= {to: getattr(module, name) for to, name in names if hasattr(module, name)}
        elif isinstance(node, ast.Import):
            for item in node.names:
                if is_listed_module(item.name):
                    module = importlib.import_module(item.name)
                    first = item.name.partition(".")[0]
                    found[item.asname or first] = module if item.asname else sys.modules[first]
    return found


@functools.lru_cache(maxsize=1_024)
def walk(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All parts of a tree but its annotations, which no run looks at; a tree is walked once."""
    todo, met = [tree], []
    while todo:
        node = todo.pop()
        met.append(node)
        for name in node._fields:
            if name not in ("annotation", "returns"):
                value = getattr(node, name, None)
                if isinstance(value, list):
                    todo += [part for part in value if isinstance(part, ast.AST)]
                elif isinstance(value, ast.AST):
                    todo.append(value)
    return tuple(met)


def _bound(tree: ast.AST) -> Iterator[str]:
    """The names that a function binds itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node is not tree:
                yield node.name
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def _by_class(code: Code) -> Iterator[str]:
    """The methods that code names by a class or by `super()`."""
    classes = {used.name for used in code.uses if isinstance(used.value, type)}
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Attribute):
            root = node.value
            is_super = isinstance(root, ast.Call) and getattr(root.func, "id", "") == "super"
            if is_super or getattr(root, "id", "") in classes:
                yield node.attr


Takers = dict[str, list[list[str]]]
"""The parameters of each function of a name."""
OTHERS = "*"
"""Among them: whatever else is given, under no name of its own."""


def taken_by(call: ast.Call, takers: Takers) -> list[tuple[str, ast.expr]] | None:
    """The parameters that a call gives each argument to, by all functions of that name; None where
    one is given to no parameter that is seen. What `partial` is given it hands on."""
    function, given = call.func, call.args
    if name_called(call) == "partial" and given:
        function, given = given[0], given[1:]
    name = getattr(function, "id", getattr(function, "attr", ""))
    lists = [words for words in takers.get(name, []) if len(words) >= len(given) or OTHERS in words]
    if not lists or any(OTHERS in words[: len(given)] for words in lists):
        return None
    return [pair for words in lists for pair in zip(words, given, strict=False)]


def takers_of(live: Sequence[Code]) -> Takers:
    """What each function and class of the code may be given by place, by its name."""
    found: Takers = {}
    for code in live:
        for node in ast.walk(code.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, []).append(_places_of(node))
        for used in code.uses:
            if isinstance(used.value, type) and not is_library(used.value):
                with contextlib.suppress(ValueError, TypeError):
                    given = inspect.signature(used.value).parameters.values()
                    words = [
                        OTHERS if word.kind is word.VAR_POSITIONAL else word.name for word in given
                    ]
                    found.setdefault(used.name, []).append(words)
    return found


def _places_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The names of what a function may be given by place, without the object itself."""
    words = [word.arg for word in (*node.args.posonlyargs, *node.args.args)]
    words = words[1:] if words[:1] in (["self"], ["cls"]) else words
    return words if node.args.vararg is None else [*words, OTHERS]


def name_called(node: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))
