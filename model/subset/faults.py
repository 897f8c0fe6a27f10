"""Which line is at fault: where code changes something that outlives its instance.

The line may reach the thing by another name: a local or a field that stands for it, an argument, a
default, what another function returns. So each change in the code is followed back to the objects
that it may be made to. Where no line is found so, the place is named where the thing was made.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections import defaultdict
from typing import Any, NamedTuple

from lastchunk.model.base.blame import file_name
from lastchunk.model.subset.changes import attribute_of, changes, filled, parts_of
from lastchunk.model.subset.reach import Code, Reached, Used, name_called, tree_of, walk

METHOD_KINDS = (types.FunctionType, staticmethod, classmethod)
DEPTH_MAX = 8
"""So many names one change is followed back through."""


class SourceLine(NamedTuple):
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{file_name(self.file)}, line {self.line}"


class Faults:
    """Finds the line that changes a thing, in all code that a design's class leads to."""

    def __init__(self, reached: Reached) -> None:
        self.codes = reached.codes
        self.classes = reached.classes
        self.fields: dict[str, list[tuple[Code, ast.AST]]] = defaultdict(list)
        self.calls: dict[str, list[tuple[Code, ast.Call]]] = defaultdict(list)
        for code in self.codes:
            for node in walk(code.tree):
                if isinstance(node, ast.Call):
                    self.calls[name_called(node)].append((code, node))
                for target, value in filled(node):
                    if isinstance(target, ast.Attribute):
                        self.fields[target.attr].append((code, value))

        own = [(word, value) for cls in self.classes for word, value in vars(cls).items()]
        methods = {word for word, value in own if isinstance(value, METHOD_KINDS)}
        fields = {word for word, value in own if not isinstance(value, METHOD_KINDS)}
        fields |= {word for cls in self.classes for word in vars(cls).get("__annotations__", ())}
        self.methods = methods - fields - self.fields.keys()
        """Names that are of methods alone, whatever they are asked of."""

    def of_attribute(self, owner: Any, name: str) -> SourceLine | None:
        """Where an attribute of a class, function or other object is set, by its name."""
        found = [
            (owner in self.meant(code, change.of, 0), SourceLine(code.file, change.line))
            for code in self.codes
            for change in changes(code.tree)
            if change.attribute == name
        ]
        return next((place for is_sure, place in found if is_sure), found[-1][1] if found else None)

    def of_value(self, *values: Any) -> SourceLine | None:
        """Where one of the objects is changed, or something within it."""
        parts = {id(part): part for value in values for part in parts_of(value)}
        for code in self.codes:
            for change in changes(code.tree):
                meant = self.meant(code, change.of, 0)
                if any(id(value) in parts for value in meant):
                    return SourceLine(code.file, change.line)
                is_built = not code.name.endswith(".__init__")
                if (
                    is_built
                    and _is_first(code, change.of)
                    and any(
                        code.owner in vars(base).values()
                        for part in parts.values()
                        for base in type(part).__mro__
                    )
                ):
                    return SourceLine(code.file, change.line)
        return None

    def of_variable(self, name: str) -> SourceLine | None:
        """Where a variable of an enclosing function is bound anew."""
        for code in self.codes:
            nodes = list(walk(code.tree))
            if any(isinstance(node, ast.Nonlocal) and name in node.names for node in nodes):
                for node in nodes:
                    if isinstance(node, ast.Name) and node.id == name and _is_set(node):
                        return SourceLine(code.file, node.lineno)
        return None

    def meant(self, code: Code, node: ast.AST, depth: int) -> list[Any]:
        """The objects that an expression may stand for, or be a part of."""
        if depth > DEPTH_MAX:
            return []
        if isinstance(node, ast.Name):
            return self._of_name(code, node.id, depth + 1)
        if isinstance(node, ast.Attribute):
            owners = self.meant(code, node.value, depth + 1)
            return self._of_attribute(owners, node.attr, depth + 1)
        if isinstance(node, ast.Call):
            return self._of_call(code, node, depth + 1)
        parts: list[Any] = []
        if isinstance(node, ast.Subscript | ast.Await | ast.NamedExpr | ast.Starred):
            parts = [node.value]
        elif isinstance(node, ast.IfExp):
            parts = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            parts = node.values
        return [value for part in parts for value in self.meant(code, part, depth + 1)]

    def _of_name(self, code: Code, name: str, depth: int) -> list[Any]:
        found = [used.value for used in code.uses if used.name == name][:1]
        for node in walk(code.tree):
            for target, value in filled(node):
                if isinstance(target, ast.Name) and target.id == name:
                    found += self.meant(code, value, depth)
        function = code.owner
        if isinstance(function, types.FunctionType) and name in _parameters(function):
            parameter = _parameters(function)[name]
            found += [] if parameter.default is parameter.empty else [parameter.default]
            for caller, call in self.calls[function.__name__]:
                found += [
                    v
                    for arg in _given(call, function, name)
                    for v in self.meant(caller, arg, depth)
                ]
        return found

    def _of_attribute(self, owners: list[Any], name: str, depth: int) -> list[Any]:
        if owners:
            return [attribute_of(owner, name) for owner in owners]
        found = [v for code, value in self.fields[name] for v in self.meant(code, value, depth)]
        return found + [vars(cls)[name] for cls in self.classes if name in vars(cls)]

    def _of_call(self, code: Code, node: ast.Call, depth: int) -> list[Any]:
        """What a function returns, by its text; what a method gives may be part of its object."""
        name = name_called(node)
        found = [
            value
            for other in self.codes
            if other.name.rpartition(".")[2] == name
            for part in walk(other.tree)
            if isinstance(part, ast.Return) and part.value is not None
            for value in self.meant(other, part.value, depth)
        ]
        if name in ("getattr", "type", "iter") and node.args:
            found += self.meant(code, node.args[0], depth)
        if isinstance(node.func, ast.Attribute):
            found += self.meant(code, node.func.value, depth)
        return found


def made_at(cls: type, name: str) -> SourceLine | None:
    """Where a class's text sets an attribute, its own or one that it inherits."""
    for base in cls.__mro__:
        if name in vars(base) or name in vars(base).get("__annotations__", {}):
            file, tree = _class_tree(base)
            for node in getattr(tree, "body", ()):
                if name in _names(node):
                    first = min([node, *getattr(node, "decorator_list", ())], key=_line)
                    return SourceLine(file, _line(first))
    return None


def defined_at(function: Any) -> SourceLine:
    """Where a function begins."""
    return SourceLine(function.__code__.co_filename, function.__code__.co_firstlineno)


def used_at(reached: Reached, used: Used) -> SourceLine | None:
    """Where code first names a value from outside."""
    place = used.name, used.line
    found = (code for code in reached.codes if place in {(u.name, u.line) for u in code.uses})
    return next((SourceLine(code.file, used.line) for code in found), None)


def _line(node: Any) -> int:
    return int(node.lineno)


def _names(node: ast.AST) -> set[str]:
    """The names that a statement of a class's body binds."""
    named = {getattr(node, "name", "")}
    return named | {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and _is_set(part)
    }


def _is_set(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _class_tree(cls: type) -> tuple[str, ast.AST | None]:
    """The file of a class, and its text as a tree with the lines of that file.

    One that is made in a notebook or a test is found by its methods: no module has it.
    """
    codes = [getattr(inspect.unwrap(m), "__code__", None) for m in map(_bare, vars(cls).values())]
    own = [c for c in codes if c is not None and c.co_qualname.startswith(f"{cls.__qualname__}.")]
    own = [code for code in own if code.co_filename != "<string>"]
    try:
        if own:
            file, line = own[0].co_filename, own[0].co_firstlineno
        else:
            file, line = inspect.getsourcefile(cls) or "", inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return "", None
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            first = min([node, *node.decorator_list], key=_line)
            if _line(first) <= line <= (node.end_lineno or line):
                return file, node
    return file, None


def _bare(member: Any) -> Any:
    """The function of a method."""
    return getattr(member, "__func__", getattr(member, "fget", member))


def _parameters(function: types.FunctionType) -> dict[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(function, follow_wrapped=False).parameters)
    except (ValueError, TypeError):
        return {}


def _given(call: ast.Call, function: types.FunctionType, name: str) -> list[ast.AST]:
    """What a call gives for a parameter; of a method, by an object or by its class."""
    given: list[ast.AST] = [word.value for word in call.keywords if word.arg == name]
    at = list(_parameters(function)).index(name)
    for place in {at, at - 1} if isinstance(call.func, ast.Attribute) else {at}:
        given += call.args[place : place + 1] if place >= 0 else []
    return given


def _is_first(code: Code, node: ast.AST) -> bool:
    """Whether an expression is what a method is called on, or part of that."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    arguments = getattr(getattr(code.tree, "args", None), "args", [])
    return bool(arguments) and "." in code.name and getattr(node, "id", "") == arguments[0].arg
