"""What outlives an instance: classes, defaults, module-level values. It must stay as it is.

The platform drops an instance's memory at any idle moment; a class attribute that code changes
lives on here, in every session that the process simulates. So what a design's code can reach beside
its instance is pictured before it runs, and looked at again after each step.
"""

from __future__ import annotations

import enum
import inspect
import re
import types
from collections import deque
from operator import is_
from typing import Any

from model.errors import DesignError
from model.subset.reach import Reached, file_name, is_users

ATOMS = frozenset((int, float, str, bytes, bool, type(None), type, complex))
FIXED = (types.ModuleType, types.BuiltinFunctionType, types.MethodType, property, type)
BY_PYTHON = frozenset(("__slotnames__", "_abc_impl", "__weakref__"))
"""What Python itself writes into a class when an instance is copied, or its kind is asked for."""
CONTAINERS = (list, tuple, deque, set, frozenset, dict, bytearray, types.MappingProxyType)


class Lasting:
    """A picture of all that a design's code reaches and its instances do not hold."""

    def __init__(self, name: str, reached: Reached) -> None:
        self.name = name
        self.classes = [(cls, dict(vars(cls))) for cls in reached.classes]
        self.functions = [(function, dict(vars(function))) for function in reached.functions]
        self.cells = [
            (function, cell, cell.cell_contents)
            for function in reached.functions
            for cell in function.__closure__ or ()
            if is_filled(cell)
        ]
        self.values: list[tuple[str, Any, Any]] = []
        known: set[int] = set()
        for label, value in _shared(reached):
            if id(value) not in known and may_change(value):
                known.add(id(value))
                self.values.append((label, value, picture(value)))

    def check(self) -> None:
        """Raise `DesignError` where anything has changed."""
        for cls, before in self.classes:
            now = vars(cls)
            if len(now) != len(before) or not all(map(is_, now.values(), before.values())):
                changed = {w for w in now.keys() | before.keys() if now.get(w) is not before.get(w)}
                for word in sorted(changed - BY_PYTHON):
                    self._refuse(f"{cls.__name__}.{word}", word, cls)
                before.update(now)
        for function, fields in self.functions:
            if vars(function) != fields:
                word = function.__name__
                vars(function).clear()
                vars(function).update(fields)
                self._refuse(f"a field of {function.__qualname__}()", word, None, function)
        for function, cell, content in self.cells:
            if not is_filled(cell) or cell.cell_contents is not content:
                cell.cell_contents = content
                self._refuse(f"a variable around {function.__qualname__}()", "", None, function)
        for label, value, before in self.values:
            if picture(value) != before:
                self._refuse(label, "" if "line" in label else label.rpartition(".")[2], None)

    def _refuse(self, what: str, word: str, cls: type | None, function: Any = None) -> None:
        where = _line_of(word, [cls] if cls is not None else [cls for cls, _ in self.classes])
        if function is not None:
            code = function.__code__
            where = f" ({file_name(code.co_filename)}, line {code.co_firstlineno})"
        for owner, before in self.classes:  # the next run in this process begins anew
            for name, value in before.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)
        raise DesignError(
            f"{self.name} changes {what}{where}, which outlives its instance; "
            "allowed: a field of the instance, or ctx.storage"
        )


def is_filled(cell: types.CellType) -> bool:
    """Whether a cell holds anything yet."""
    try:
        cell.cell_contents  # noqa: B018 - to look is the point
    except ValueError:
        return False
    return True


def _shared(reached: Reached) -> list[tuple[str, Any]]:
    """What code shares beyond instances, each with a name for people."""
    out: list[tuple[str, Any]] = []
    for cls in reached.classes:
        out += [
            (f"{cls.__name__}.{name}", value)
            for name, value in vars(cls).items()
            if not (name.startswith("__") and name.endswith("__"))
            and not (issubclass(cls, enum.Enum) and name.startswith("_"))
        ]
        if issubclass(cls, enum.Enum):
            out += [(str(member), vars(member)) for member in cls]
    for function in reached.functions:
        code = function.__code__
        place = f"{file_name(code.co_filename)}, line {code.co_firstlineno}"
        word = f"a default of {function.__qualname__}() ({place})"
        named = (function.__kwdefaults__ or {}).values()
        out += [(word, value) for value in (*(function.__defaults__ or ()), *named)]
        cells = [cell.cell_contents for cell in function.__closure__ or () if is_filled(cell)]
        out += [(f"a variable around {function.__qualname__}() ({place})", v) for v in cells]
    return out + [(used.name, used.value) for used in reached.others if used.line]


def may_change(value: Any) -> bool:
    if type(value) in ATOMS or isinstance(value, (*FIXED, enum.Enum)):
        return False
    if isinstance(value, types.FunctionType | staticmethod | classmethod):
        return False  # its defaults and fields are pictured by themselves
    if type(value) in (tuple, frozenset):
        return any(map(may_change, value))
    return isinstance(value, CONTAINERS) or is_users(type(value))


def picture(value: Any, within: tuple[int, ...] = ()) -> Any:
    """A value by its content, in a form that can be compared. Two pictures of one thing differ only
    if it has changed."""
    kind = type(value)
    if kind in ATOMS:
        return (kind, repr(value) if kind is float else value)
    if id(value) in within:
        return ("round", within.index(id(value)))
    inner = (*within, id(value))
    if isinstance(value, dict | types.MappingProxyType):
        return (kind, [(picture(k, inner), picture(v, inner)) for k, v in value.items()])
    if isinstance(value, set | frozenset):
        return (kind, sorted(repr(picture(item, inner)) for item in value))
    if isinstance(value, CONTAINERS):
        return (kind, [picture(item, inner) for item in value])
    if isinstance(value, FIXED) or not is_users(kind):
        return (kind, id(value))
    return (kind, [(name, picture(item, inner)) for name, item in _fields(value)])


def _fields(value: Any) -> list[tuple[str, Any]]:
    fields = sorted(getattr(value, "__dict__", {}).items())
    for cls in type(value).__mro__:
        for name, member in vars(cls).items():
            if isinstance(member, types.MemberDescriptorType) and hasattr(value, name):
                fields.append((name, getattr(value, name)))
    return fields


def _line_of(word: str, classes: list[type]) -> str:
    """Where a class's text changes something of that name, in words."""
    pattern = re.compile(rf"\b{re.escape(word)}\b\s*(\S?=(?!=)|\.\w+\(|\[)") if word else None
    for cls in classes if pattern is not None else ():
        try:
            lines, first = inspect.getsourcelines(cls)
            file = file_name(inspect.getsourcefile(cls) or "")
        except (OSError, TypeError):
            continue
        found = [
            number
            for number, line in enumerate(lines, first)
            if pattern is not None and pattern.search(line)
        ]
        if found:
            return f" ({file}, line {found[-1]})"
    return ""
