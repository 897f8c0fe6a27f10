"""What outlives an instance: classes, defaults, module-level values. It must stay as it is.

The platform drops an instance's memory at any idle moment; a class attribute that code changes
lives on here, in every session that the process simulates. So what a design's code can reach beside
its instance is pictured before it runs, and looked at again after each step.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import itertools
import types
from collections import UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from itertools import chain
from operator import is_
from typing import Any, NamedTuple

from lastchunk.model.base.errors import DesignError
from lastchunk.model.subset.faults import Faults, SourceLine, defined_at, made_at, used_at
from lastchunk.model.subset.held import fields_of, is_held
from lastchunk.model.subset.reach import OF_CLASSES, Reached, is_users, walk

UNCHANGING = frozenset((int, float, str, bytes, bool, type(None), type, complex))
OF_PYTHON = (types.ModuleType, types.BuiltinFunctionType, types.MethodType, property, type)
BY_PYTHON = frozenset(("__slotnames__", "_abc_impl", "__weakref__", "__annotations__"))
"""What Python itself writes into a class when an instance is copied, or its kind is asked for."""
BOUND = (types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)
OF_CLASS = (staticmethod, classmethod)
OF_LIBRARY = (
    types.SimpleNamespace,
    UserDict,
    UserList,
    contextlib.ExitStack,
    contextlib.AsyncExitStack,
    itertools.count,
    partial,
)
"""What the library has for keeping things, besides containers."""
CONTAINERS = (list, tuple, deque, set, frozenset, dict, bytearray, types.MappingProxyType)
WHOLE = (tuple, frozenset, slice, types.GenericAlias, *OF_CLASS)
"""What cannot change itself; what it holds may."""
FILLED = ("hashlib", "zlib")
"""Modules whose objects in C take in what they are given, and show nothing of it."""
HEAP_TYPE = 1 << 9
CHAIN = ("__context__", "__cause__")
"""What Python itself sets in an exception that is raised."""
CLOSED = ("builtins", "logging", "abc", "_abc")
"""Modules whose objects are looked at by other rules, or have no fields to set."""


class Lasting:
    """A picture of all that a design's code reaches and its instances do not hold."""

    def __init__(self, name: str, reached: Reached) -> None:
        self.name = name
        self.reached = reached
        of_library = _named_of_library(reached)
        classes = [*reached.classes, *(item for item in of_library if isinstance(item, type))]
        self.classes = [(cls, dict(vars(cls))) for cls in classes]
        functions = [item for item in of_library if isinstance(item, types.FunctionType)]
        self.functions = [(item, dict(vars(item))) for item in (*reached.functions, *functions)]
        self.flags = [(cls, _marked(cls)) for cls in reached.classes if issubclass(cls, enum.Flag)]
        self.cells = [
            (function, word, cell, cell.cell_contents)
            for function in reached.functions
            for word, cell in closure_cells_of(function)
        ]
        self.values: list[tuple[Shared, list[Any] | None, Any]] = []
        self.chains: list[tuple[Shared, BaseException, list[Any]]] = []
        known: set[int] = set()
        for shared in _shared(reached):
            if kind := unseen_in(shared.value):
                where = f" ({at})" if (at := shared.made()) is not None else ""
                raise DesignError(
                    f"{name}: {shared.label}{where} outlives the instance, and holds a {kind}, "
                    "which changes as it is used; allowed: a tuple, or a field of the instance"
                )
            if id(shared.value) not in known and may_change(shared.value):
                known.add(id(shared.value))
                self.values.append((shared, entries_of(shared.value), picture(shared.value)))
                if isinstance(shared.value, BaseException) and _asks_for(reached, CHAIN):
                    self.chains.append((shared, shared.value, _chain_of(shared.value)))

    def check(self) -> None:
        """Raise `DesignError` where anything has changed."""
        for cls, before in self.classes:
            now = vars(cls)
            if len(now) != len(before) or not all(map(is_, now.values(), before.values())):
                changed = {w for w in now.keys() | before.keys() if now.get(w) is not before.get(w)}
                for word in sorted(changed - BY_PYTHON):
                    place = self.faults.of_attribute(cls, word) or made_at(cls, word)
                    self._refuse(f"{cls.__name__}.{word}", place)
                before.update(now)
        for function, fields in self.functions:
            held = vars(function)
            if held != fields:
                word = min(w for w in held.keys() | fields.keys() if held.get(w) != fields.get(w))
                held.clear()
                held.update(fields)
                place = self.faults.of_attribute(function, word) or defined_at(function)
                self._refuse(f"a field of {function.__qualname__}()", place)
        for function, word, cell, content in self.cells:
            if not is_filled(cell) or cell.cell_contents is not content:
                cell.cell_contents = content
                place = self.faults.of_variable(word) or defined_at(function)
                self._refuse(f"a variable around {function.__qualname__}()", place)
        for shared, entries, before in self.values:
            if entries is not None and are_the_same(shared.value, entries):
                continue
            if picture(shared.value) != before:
                place = self.faults.of_value(shared.value, shared.owner) or shared.made()
                self._refuse(shared.label, place)
        for flags, marked in self.flags:
            if (now_marked := _marked(flags)) != marked:
                word = next((word for fields in now_marked.values() for word in fields), "")
                place = self.faults.of_attribute(flags, word)
                self._refuse(f"a member of {flags.__name__}", place)
        for shared, error, chain_before in self.chains:
            if not all(map(is_, _chain_of(error), chain_before)):
                self._refuse(f"what comes with {shared.label}", shared.made())

    @property
    def faults(self) -> Faults:
        """Finds the line at fault."""
        return Faults(self.reached)

    def _refuse(self, what: str, place: SourceLine | None) -> None:
        where = f" ({place})" if place is not None else ""
        for owner, before in self.classes:  # the next run in this process begins anew
            for name, value in before.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)
            for name in vars(owner).keys() - before.keys() - BY_PYTHON:
                delattr(owner, name)
        raise DesignError(
            f"{self.name} changes {what}{where}, which outlives its instance; "
            "allowed: a field of the instance, or ctx.storage"
        )


class Shared(NamedTuple):
    """A value that instances share: its name for people, where it was made, and who holds it."""

    label: str
    value: Any
    made: Callable[[], SourceLine | None]
    owner: Any = None


def _named_of_library(reached: Reached) -> list[Any]:
    """The classes and functions of the library, and of the ports, that code names."""
    found: dict[int, Any] = {}
    for code in reached.codes:
        modules = {u.name: u.value for u in code.uses if isinstance(u.value, types.ModuleType)}
        named = [used.value for used in code.uses]
        for node in walk(code.tree) if modules else ():
            owner = modules.get(getattr(getattr(node, "value", None), "id", ""))
            if isinstance(node, ast.Attribute) and owner is not None:
                named.append(getattr(owner, node.attr, None))
        for item in named:
            if isinstance(item, types.FunctionType) or (
                isinstance(item, type) and item.__flags__ & HEAP_TYPE
            ):
                found[id(item)] = item
    known = {id(item) for item in (*reached.classes, *reached.functions)}
    return [item for key, item in found.items() if key not in known]


def _marked(flags: type[enum.Flag]) -> dict[Any, dict[str, Any]]:
    """The fields that a person has given to members, also to those that are made of others."""
    members = flags._value2member_map_.items()
    return {
        value: fields
        for value, member in members
        if (fields := {n: item for n, item in vars(member).items() if not is_of_enum(n)})
    }


def is_filled(cell: types.CellType) -> bool:
    """Whether a cell holds anything yet."""
    try:
        cell.cell_contents  # noqa: B018 - to look is the point
    except ValueError:
        return False
    return True


def closure_cells_of(function: types.FunctionType) -> list[tuple[str, types.CellType]]:
    """The variables around a function that hold anything yet, by name."""
    named = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return [(name, cell) for name, cell in named if is_filled(cell)]


def _shared(reached: Reached) -> list[Shared]:
    """What code shares beyond instances."""
    out: list[Shared] = []
    for cls in reached.classes:
        out += [
            Shared(f"{cls.__name__}.{name}", value, partial(made_at, cls, name))
            for name, value in vars(cls).items()
            if name not in OF_CLASSES
            and not (issubclass(cls, enum.Enum) and is_of_enum(name))
            and may_change(value)
        ]
        if issubclass(cls, enum.Enum):
            out += [
                Shared(str(member), vars(member), partial(made_at, cls, member.name), member)
                for member in cls
            ]
    for function in reached.functions:
        made, name = partial(defined_at, function), f"{function.__qualname__}()"
        named = (function.__kwdefaults__ or {}).values()
        defaults = (*(function.__defaults__ or ()), *named)
        out += [Shared(f"a default of {name}", value, made) for value in defaults]
        out += [
            Shared(f"a variable around {name}", cell.cell_contents, made)
            for _, cell in closure_cells_of(function)
        ]
    out += [Shared(u.name, u.value, partial(used_at, reached, u)) for u in reached.others if u.line]
    return out


def is_of_enum(name: str) -> bool:
    """Whether a name is one that enumerations keep for themselves: a person's has no such end."""
    return name.startswith("_") and name.endswith("_")


def may_change(value: Any) -> bool:
    if type(value) in UNCHANGING or isinstance(value, enum.Enum):
        return False
    if isinstance(value, BOUND):
        return is_held(value.__self__) and may_change(value.__self__)
    if isinstance(value, OF_PYTHON):
        return False
    if isinstance(value, types.FunctionType):
        return False  # its defaults and fields are pictured by themselves
    if type(value) in WHOLE:
        return any(map(may_change, _parts_of(value)))
    if isinstance(value, (*CONTAINERS, *OF_LIBRARY)) or is_users(type(value)):
        return True
    return _is_unseen(type(value)) or bool(_beside(value))


def unseen_in(value: Any, within: tuple[int, ...] = ()) -> str:
    """What a shared value holds that changes as it is used, and does not show it; "" for nothing.

    A person's own class says what it holds in its fields, whatever it is used for.
    """
    kind = type(value)
    if id(value) in within or not may_change(value):
        return ""
    if _is_unseen(kind):
        return kind.__name__
    inner = (*within, id(value))
    return next((found for part in _parts_of(value) if (found := unseen_in(part, inner))), "")


def _is_unseen(kind: type) -> bool:
    if kind is itertools.count or is_users(kind):
        return False
    if kind.__module__.lstrip("_") in FILLED:
        return True
    return any(hasattr(kind, word) for word in ("__next__", "__anext__", "cr_frame"))


def _parts_of(value: Any) -> Iterable[Any]:
    """What a value holds: its entries, and what stands beside them."""
    beside = [item for _, item in _beside(value)]
    if isinstance(value, dict | types.MappingProxyType):
        return [*value, *value.values(), *beside]
    if isinstance(value, CONTAINERS):
        return [*value, *beside]
    return [*beside, *(fields_of(value).values() if is_users(type(value)) else ())]


def _asks_for(reached: Reached, words: tuple[str, ...]) -> bool:
    """Whether code names one of some attributes."""
    nodes = (node for code in reached.codes for node in walk(code.tree))
    return any(getattr(node, "attr", getattr(node, "value", "")) in words for node in nodes)


def _chain_of(error: BaseException) -> list[Any]:
    return [error.__context__, error.__cause__]


def picture(value: Any, within: tuple[int, ...] = (), bare: Callable[[Any], Any] = id) -> Any:
    """A value by its content, in a form that can be compared. Two pictures of one thing differ only
    if it has changed. ``bare`` stands for what has no content to look at."""
    kind = type(value)
    if kind is type:
        return (kind, value, bare(value))
    if kind in UNCHANGING:
        return (kind, repr(value) if kind is float else value)
    if id(value) in within:
        return ("round", within.index(id(value)))
    inner = (*within, id(value))
    rest = (inner, bare)
    beside = [(name, picture(item, *rest)) for name, item in _beside(value)]
    if isinstance(value, dict | types.MappingProxyType):
        return (kind, [(picture(k, *rest), picture(v, *rest)) for k, v in value.items()], beside)
    if isinstance(value, set | frozenset):
        return (kind, sorted(repr(picture(item, *rest)) for item in value), beside)
    if isinstance(value, CONTAINERS):
        return (kind, [picture(item, *rest) for item in value], beside)
    if isinstance(value, itertools.count):
        return (kind, repr(value))
    if beside:
        return (kind, bare(value), beside)
    if isinstance(value, OF_PYTHON) or not is_users(kind):
        return (kind, bare(value))
    return (kind, [(name, picture(item, *rest)) for name, item in sorted(fields_of(value).items())])


def _beside(value: Any) -> list[tuple[str, Any]]:
    """What one of Python's or of the library's own objects holds beside its entries."""
    if isinstance(value, BOUND):
        return [("__self__", value.__self__)] if is_held(value.__self__) else []
    if isinstance(value, OF_CLASS):
        return [("__func__", value.__func__)]
    found: list[tuple[str, Any]] = []
    if isinstance(value, slice):
        return [("start", value.start), ("stop", value.stop), ("step", value.step)]
    if isinstance(value, types.GenericAlias):
        return [("__origin__", value.__origin__), ("__args__", value.__args__)]
    if isinstance(value, BaseException):
        found.append(("args", value.args))
    if isinstance(value, defaultdict):
        found.append(("default_factory", value.default_factory))
    if isinstance(value, partial):
        found += [("func", value.func), ("args", value.args), ("keywords", value.keywords)]
    if isinstance(value, (*CONTAINERS, *OF_LIBRARY, BaseException)) or _is_open(value):
        fields = fields_of(value)
        fields.pop("__suppress_context__", None)
        found += sorted(fields.items())
    return found


def _is_open(value: Any) -> bool:
    """Whether a value is of a class of the library, or of the ports, whose fields may be set."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in CLOSED or isinstance(value, OF_PYTHON):
        return False
    return not is_users(kind) and not isinstance(value, cached_property)


def entries_of(value: Any) -> list[Any] | None:
    """A plain dictionary's keys and values, where none can change in place; else None."""
    if type(value) is not dict:
        return None
    entries = [*value, *value.values()]
    return entries if all(type(item) in UNCHANGING for item in entries) else None


def are_the_same(value: dict[Any, Any], entries: list[Any]) -> bool:
    """Whether a dictionary holds the very same objects still, as its picture need not be made."""
    return 2 * len(value) == len(entries) and all(map(is_, chain(value, value.values()), entries))
