"""A file as a module: what a class in it leads to, in the order of the text.

Only that is translated: the Worker in front of the object is none of a design. What the module
keeps is shared by all objects of an isolate, so none of it may change, and nothing may run.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from dataclasses import field as made_field
from types import CodeType

from lastchunk.model.typescript.parse.literals import string_value
from lastchunk.model.typescript.parse.tree import (
    SourceText,
    TreeNode,
    field,
    parts,
    unwrapped,
    walk_nodes,
    words,
)
from lastchunk.model.typescript.translate import changes, expressions  # they know their nodes
from lastchunk.model.typescript.translate.classes import class_statements
from lastchunk.model.typescript.translate.functions import make_function
from lastchunk.model.typescript.translate.ground.build import assign, at, const, rt
from lastchunk.model.typescript.translate.ground.dispatch import (
    DOES_NOTHING,
    EXPRESSIONS,
    expression,
    statement,
)
from lastchunk.model.typescript.translate.ground.scope import Function, Module

CLASSES = ("class_declaration", "abstract_class_declaration")
GENERATORS = frozenset(("generator_function", "generator_function_declaration"))
FUNCTION_KINDS = GENERATORS | {"arrow_function", "function_expression", "method_definition"}
DECLARED = ("function_declaration", "generator_function_declaration")
PURE = frozenset(("Object", "Math", "Number", "String", "Array", "JSON", "Boolean"))
"""Whose functions a module may call as it is loaded."""
MADE_NEW = frozenset(("Map", "Set", "RegExp", "Error"))
"""What a module may make as it is loaded."""
PLATFORM = ("cloudflare:workers",)
SHARED_BY_ALL = "which all objects of one isolate share"


@dataclass
class Declared:
    """A name of the module: its node, and for an import where from and under which name."""

    node: TreeNode
    package: str = ""
    name: str = ""


@dataclass
class Translated:
    """One translated file: its code, the names that it takes from others, and what it keeps."""

    source: SourceText
    module: Module
    code: CodeType
    imports: list[tuple[str, str, str]] = made_field(default_factory=list)
    """Where from, under which name there, under which name here."""
    names: dict[str, str] = made_field(default_factory=dict)
    """The names of the file by those in Python."""
    nodes: list[TreeNode] = made_field(default_factory=list)
    """The declarations that are reached, but imports."""
    constructors: list[str] = made_field(default_factory=list)
    """The text of each constructor, and of each field's value."""
    lines: dict[str, int] = made_field(default_factory=dict)
    """Where what the module keeps is declared, by its name in Python."""


def translate(
    source: SourceText,
    wanted: list[str],
    settings: dict[str, str],
    constants: dict[str, str],
    with_generators: bool = False,
) -> Translated:
    """What some names of a file lead to. ``settings`` are those that an expression's text is,
    ``constants`` those that a name is; ``with_generators``: another file may hand one over. Raises
    `DesignError` for what is not understood."""
    declared = declarations(source)
    module = Module(source, {"".join(text.split()): name for name, text in settings.items()})
    module.has_generators = with_generators or has_generators(source)
    top = Function(module, None, False)
    out = Translated(source, module, compile("", "", "exec"))
    reached = _reached(source, declared, wanted)
    for name in reached:
        _declare(top, out, declared[name], name, constants)
    body: list[ast.stmt] = []
    done: set[int] = set()
    order = sorted(reached, key=lambda name: _order(declared[name]))
    for name in order:
        item = declared[name]
        if item.package or item.node.id in done:
            continue
        done.add(item.node.id)
        body += _top_declaration(top, item.node)
    _check_rest(source, reached)
    for name in reached:
        if not declared[name].package:
            out.nodes.append(declared[name].node)
        if declared[name].node.type in CLASSES:
            out.constructors += _constructors(source, declared[name].node)
        variable = top.blocks[0][name]
        out.names[name] = variable.made
        if not declared[name].package:
            out.lines[variable.made] = declared[name].node.start_point[0] + 1
    tree = ast.Module(body, [])
    out.code = _with_shown_names(compile(tree, str(source.path), "exec"), module.shown)
    return out


def has_generators(source: SourceText) -> bool:
    """Whether a file has a generator function."""
    return any(
        node.type in GENERATORS or (node.type == "method_definition" and "*" in words(node))
        for node in walk_nodes(source.root)
    )


def _constructors(source: SourceText, node: TreeNode) -> list[str]:
    body = parts(field(node, "body"))
    return [
        source.text(kid)
        for kid in body
        if kid.type == "public_field_definition"
        or (kid.type == "method_definition" and source.text(field(kid, "name")) == "constructor")
    ]


def declarations(source: SourceText) -> dict[str, Declared]:
    """What a file declares at its top, by name."""
    found: dict[str, Declared] = {}
    for node in source.root.children:
        inner = node
        if node.type == "export_statement":
            inner = field(node, "declaration") or field(node, "value")
            if inner is None:
                continue
        if inner.type == "import_statement":
            found.update(_imported(source, inner))
        elif inner.type in ("lexical_declaration", "variable_declaration"):
            for item in parts(inner):
                for name in _bound_names(source, field(item, "name")):
                    found[name] = Declared(inner)
        elif inner.type in (*CLASSES, *DECLARED, "enum_declaration"):
            found[source.text(field(inner, "name"))] = Declared(inner)
    return found


def _bound_names(source: SourceText, pattern: TreeNode) -> list[str]:
    kinds = ("identifier", "shorthand_property_identifier_pattern")
    return [source.text(item) for item in walk_nodes(pattern) if item.type in kinds]


def _imported(source: SourceText, node: TreeNode) -> dict[str, Declared]:
    package = string_value(source, field(node, "source"))
    found: dict[str, Declared] = {}
    if "type" in words(node):
        return found
    for clause in node.named_children:
        for kid in clause.named_children if clause.type == "import_clause" else ():
            if kid.type == "identifier":
                found[source.text(kid)] = Declared(node, package, "default")
            elif kid.type == "namespace_import":
                found[source.text(parts(kid)[0])] = Declared(node, package, "*")
            elif kid.type == "named_imports":
                for item in parts(kid):
                    if "type" not in words(item):
                        name = field(item, "name")
                        alias = field(item, "alias") or name
                        found[source.text(alias)] = Declared(node, package, source.text(name))
    return found


def _reached(source: SourceText, declared: dict[str, Declared], wanted: list[str]) -> list[str]:
    """The names that some names lead to, in the order of the file."""
    found: set[str] = set()
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name in found or name not in declared:
            continue
        found.add(name)
        if not declared[name].package:
            todo += [
                source.text(item)
                for item in walk_nodes(declared[name].node)
                if item.type in ("identifier", "shorthand_property_identifier")
            ]
    return [name for name in declared if name in found]


def _order(item: Declared) -> tuple[bool, int]:
    return item.node.type not in DECLARED, int(item.node.start_byte)


def _declare(
    top: Function, out: Translated, item: Declared, name: str, constants: dict[str, str]
) -> None:
    variable = top.declare(name)
    variable.is_module = True
    if item.package in PLATFORM:
        variable.refusal = f"{item.name} of {item.package} is not understood here"
    elif item.package.startswith("."):
        out.imports.append((item.package, item.name, variable.made))
    elif item.package:
        variable.refusal = f"{name} comes from the package {item.package}, which is not understood"
    if name in constants:
        variable.inlined = _Setting(constants[name], item.node)
        value = _initial(top.source, item.node, name)
        if value is not None:
            out.module.places[constants[name]] = value.start_byte, value.end_byte
    elif item.node.type == "lexical_declaration":
        value = _initial(top.source, item.node, name)
        if value is not None and _is_derived(top.source, value, constants):
            variable.inlined = value


class _Setting:
    """Stands for the expression of a constant that is a setting."""

    type = "setting"
    named_children: tuple[TreeNode, ...] = ()

    def __init__(self, name: str, node: TreeNode) -> None:
        self.name = name
        self.start_point, self.end_point = node.start_point, node.end_point


def _setting(function: Function, node: TreeNode) -> ast.expr:
    function.module.used_settings[node.name] = 1
    return rt("setting", const(node.name))


def _initial(source: SourceText, node: TreeNode, name: str) -> TreeNode:
    for item in parts(node):
        if source.text(field(item, "name")) == name:
            return field(item, "value")
    return None


def _is_derived(source: SourceText, value: TreeNode, constants: dict[str, str]) -> bool:
    """Whether a constant is arithmetic on constants that are settings."""
    kinds = {item.type for item in walk_nodes(unwrapped(value))}
    allowed = {"binary_expression", "number", "identifier", "parenthesized_expression"}
    uses = {source.text(item) for item in walk_nodes(value) if item.type == "identifier"}
    return bool(uses) and kinds <= allowed and uses <= set(constants)


def _top_declaration(top: Function, node: TreeNode) -> list[ast.stmt]:
    if node.type in CLASSES:
        name = top.text(field(node, "name"))
        return class_statements(top, node, top.blocks[0][name])
    if node.type == "enum_declaration":
        return _enum(top, node)
    if node.type in DECLARED:
        variable = top.blocks[0][top.text(field(node, "name"))]
        made = make_function(top, node, "async" in words(node), "")
        return [at(node, item) for item in [*top.drain(), assign(variable.made, made)]]
    for item in parts(node):
        value = field(item, "value")
        if value is None:
            top.refuse(item, f"a variable of the module, {SHARED_BY_ALL}; allowed: a const")
        _check_pure(top, value)
    kept = [v for v in top.blocks[0].values() if v.inlined is not None]
    names = {top.text(field(item, "name")) for item in parts(node)}
    if any(top.blocks[0].get(name) in kept for name in names if name in top.blocks[0]):
        if len(names) > 1:
            top.refuse(node, "a constant that is a setting, beside another; allowed: by itself")
        return []
    if field(parts(node)[0], "name").type != "identifier":
        top.refuse(node, "a pattern at the top; allowed: one name for each const")
    return statement(top, node)


def _check_pure(top: Function, value: TreeNode) -> None:
    """Refuse what would run as the module is loaded."""
    todo = [value]
    while todo:
        item = todo.pop()
        if item.type in FUNCTION_KINDS:
            continue
        if item.type == "call_expression" and not _is_pure_call(top, item):
            top.refuse(item, "a call as the module is loaded; allowed: within a method")
        is_new = item.type == "new_expression"
        if is_new and top.text(field(item, "constructor")) not in MADE_NEW:
            top.refuse(item, f"an object that is made as the module is loaded, {SHARED_BY_ALL}")
        if item.type in ("await_expression", "assignment_expression", "update_expression"):
            top.refuse(item, "what runs as the module is loaded; allowed: within a method")
        todo += item.named_children


def _is_pure_call(top: Function, node: TreeNode) -> bool:
    called = unwrapped(field(node, "function"))
    owner = field(called, "object") if called.type == "member_expression" else called
    if owner.type == "identifier":
        return top.text(owner) in PURE and top.find(top.text(owner)) is None
    return owner.type in ("string", "template_string", "array", "regex")


def _enum(top: Function, node: TreeNode) -> list[ast.stmt]:
    name = top.text(field(node, "name"))
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    last: int | None = -1
    for kid in parts(field(node, "body")):
        given = field(kid, "value") if kid.type == "enum_assignment" else None
        key_node = field(kid, "name") if kid.type == "enum_assignment" else kid
        is_text = key_node.type == "string"
        key = string_value(top.source, key_node) if is_text else top.text(key_node)
        value = const(last + 1) if given is None and last is not None else None
        if given is not None:
            value = expression(top, given)
        if not isinstance(value, ast.Constant):
            top.refuse(kid, "a member of an enum that is no number and no text")
        last = value.value if isinstance(value.value, int) else None
        keys.append(const(key))
        values.append(value)
        if last is not None:
            keys.append(const(str(last)))
            values.append(const(key))
    return [at(node, assign(top.blocks[0][name].made, ast.Dict(keys, values)))]


def _check_rest(source: SourceText, reached: list[str]) -> None:
    """Refuse code of the module that may change what a class leads to."""
    for node in source.root.children:
        if node.type in DOES_NOTHING or node.type != "expression_statement":
            continue
        used = {source.text(item) for item in walk_nodes(node) if item.type == "identifier"}
        if used & set(reached):
            source.refuse(node, "code that runs as the module is loaded; allowed: within a method")


def _with_shown_names(code: CodeType, shown: dict[str, str]) -> CodeType:
    """The code, whose functions are called as they are in the file."""
    inner = tuple(
        _with_shown_names(item, shown) if isinstance(item, CodeType) else item
        for item in code.co_consts
    )
    name = shown.get(code.co_name, code.co_name)
    name = "constructor" if name == "__init__" else name
    return code.replace(co_consts=inner, co_name=name)


EXPRESSIONS.update({"setting": _setting})
FILLED_BY = (changes, expressions)
"""They have said which nodes they know."""
