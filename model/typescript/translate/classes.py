"""Classes: fields, private members, getters, static members, and the constructor."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from dataclasses import field as made_field

from lastchunk.model.typescript.parse.literals import string_value
from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, words
from lastchunk.model.typescript.runtime.members import attribute, static_attribute
from lastchunk.model.typescript.translate.declared import boxes
from lastchunk.model.typescript.translate.functions import (
    FIELD_SIGNS,
    REST,
    defined,
    framed,
    parameters,
)
from lastchunk.model.typescript.translate.ground.build import (
    RUNTIME_SIGN,
    SELF,
    arguments,
    at,
    class_,
    const,
    function,
    loaded,
    rt,
    undefined,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression, statement
from lastchunk.model.typescript.translate.ground.scope import ClassInfo, Function, Variable
from lastchunk.model.typescript.translate.members import name_of_member

SIGNATURES = ("abstract_method_signature", "method_signature", "index_signature")


@dataclass
class _Members:
    """What stands in a class's body, by kind."""

    constructor: TreeNode = None
    methods: list[TreeNode] = made_field(default_factory=list)
    fields: list[TreeNode] = made_field(default_factory=list)
    statics: list[TreeNode] = made_field(default_factory=list)


def info_of(outer: Function, node: TreeNode) -> ClassInfo:
    """What a class declares."""
    name = outer.text(field(node, "name"))
    info = ClassInfo(name)
    for kid in parts(field(node, "body")):
        if kid.type in ("method_definition", "public_field_definition"):
            info.members.add(outer.text(field(kid, "name")))
    return info


def class_statements(outer: Function, node: TreeNode, variable: Variable) -> list[ast.stmt]:
    """The class, and its static fields behind it."""
    module = outer.module
    info = module.in_class = module.classes[outer.text(field(node, "name"))] = info_of(outer, node)
    if any(kid.type == "decorator" for kid in node.children):
        outer.refuse(node, "a decorator is not understood")
    base = _base(outer, node)
    members = _members(outer, node)
    inner = Function(module, outer, False, SELF)
    inner.base_class = variable.made if base is not None else ""
    body = [_constructor(inner, node, members, base)]
    body += [_method(inner, kid) for kid in _getters_first(outer, members.methods)]
    bases = [base if base is not None else loaded(RUNTIME_SIGN + "Object")]
    out = [at(node, class_(variable.made, bases, body))]
    module.shown[variable.made] = info.name
    names = map(const, _field_names(inner, members))
    out.append(at(node, ast.Expr(rt("declares_fields", loaded(variable.made), *names))))
    for kid in members.statics:
        name = const(name_of_member(outer, field(kid, "name")))
        value = field(kid, "value")
        made = undefined() if value is None else expression(outer, value)
        before = outer.drain()
        put = ast.Expr(rt("put_static", loaded(variable.made), name, made))
        out += [at(kid, item) for item in [*before, put]]
    module.in_class = None
    return out


def _field_names(inner: Function, members: _Members) -> list[str]:
    """The names of the fields, also of those that are parameters of the constructor."""
    names = [_name(inner, kid) for kid in members.fields]
    if members.constructor is not None:
        names += [
            inner.text(field(item, "pattern"))
            for item in parts(field(members.constructor, "parameters"))
            if any(kid.type in FIELD_SIGNS for kid in item.children)
        ]
    return names


def _base(outer: Function, node: TreeNode) -> ast.expr | None:
    for kid in node.named_children:
        if kid.type == "class_heritage":
            for clause in kid.named_children:
                if clause.type == "extends_clause":
                    value = field(clause, "value")
                    if value.type == "identifier" and outer.text(value) == "DurableObject":
                        return loaded(RUNTIME_SIGN + "DurableObject")
                    return rt("base_class", expression(outer, value))
    return None


def _members(outer: Function, node: TreeNode) -> _Members:
    found = _Members()
    for kid in parts(field(node, "body")):
        is_static = "static" in words(kid)
        if kid.type in SIGNATURES:
            continue
        if any(item.type == "decorator" for item in kid.children) or kid.type == "decorator":
            outer.refuse(kid, "a decorator is not understood")
        if kid.type == "public_field_definition":
            if "declare" in words(kid):
                continue
            if "accessor" in words(kid):
                outer.refuse(kid, "accessor is not understood")
            (found.statics if is_static else found.fields).append(kid)
        elif kid.type == "method_definition":
            if field(kid, "name").type == "computed_property_name":
                outer.refuse(kid, "a computed name in a class is not understood")
            if is_static and words(kid) & {"get", "set"}:
                outer.refuse(kid, "a static getter or setter; allowed: a static method")
            if outer.text(field(kid, "name")) == "constructor" and not is_static:
                found.constructor = kid
            else:
                found.methods.append(kid)
        else:
            outer.refuse(kid, f"{kid.type.replace('_', ' ')} is not understood")
    return found


def _getters_first(outer: Function, methods: list[TreeNode]) -> list[TreeNode]:
    """The methods of a class, each setter behind the getter that it goes with."""
    getters = {outer.text(field(kid, "name")) for kid in methods if "get" in words(kid)}
    setters = [kid for kid in methods if "set" in words(kid)]
    for kid in setters:
        if outer.text(field(kid, "name")) not in getters:
            outer.refuse(kid, "a setter without its getter in the same class; allowed: a method")
    return [kid for kid in methods if "set" not in words(kid)] + setters


def _name(inner: Function, kid: TreeNode) -> str:
    node = field(kid, "name")
    if node.type == "string":
        return string_value(inner.source, node)
    return name_of_member(inner, node)


def _method(inner: Function, kid: TreeNode) -> ast.stmt:
    kinds = words(kid)
    is_static = "static" in kinds
    name = (static_attribute if is_static else attribute)(_name(inner, kid))
    inner.module.shown[name] = inner.text(field(kid, "name"))
    first = [] if is_static else [SELF]
    made = defined(inner, kid, name, "async" in kinds, "" if is_static else SELF, first)
    assert isinstance(made, ast.FunctionDef)
    if is_static:
        made.decorator_list.insert(0, at(kid, loaded(RUNTIME_SIGN + "staticmethod")))
    if "get" in kinds:
        made.decorator_list.insert(0, at(kid, loaded(RUNTIME_SIGN + "property")))
    if "set" in kinds:
        setter: ast.expr = ast.Call(loaded(RUNTIME_SIGN + "setter"), [_getter(name)], [])
        made.decorator_list.insert(0, at(kid, setter))
    return at(kid, made)  # type: ignore[no-any-return]


def _getter(name: str) -> ast.expr:
    """What the class has under a name already, as its text runs."""
    return loaded(name)


def _constructor(
    outer: Function, node: TreeNode, members: _Members, base: ast.expr | None
) -> ast.stmt:
    kid = members.constructor
    inner = Function(outer.module, outer, False, SELF)
    inner.base_class = outer.base_class
    if kid is None:
        body = _fields(inner, members.fields)
        args = ast.Starred(loaded(REST), ast.Load())
        call = ast.Call(_super_init(inner, base), [loaded(SELF), args], [])
        body = [at(node, ast.Expr(call)), *body]
        made = function("__init__", arguments([SELF], [], REST), framed(inner, body), [])
        return at(node, made)  # type: ignore[no-any-return]
    if base is not None:
        inner.base_class = outer.base_class
    names, defaults, prologue, kept = parameters(inner, kid)
    values = _fields(inner, members.fields)
    values += [_kept_parameter(inner, name, item) for name, item in kept]
    nodes = parts(field(kid, "body"))
    body = [*prologue, *boxes(inner, nodes)]
    if base is None:
        body += values
    is_called = base is None
    for step in nodes:
        body += statement(inner, step)
        if not is_called and _is_super_call(step):
            body += values
            is_called = True
    if not is_called:
        inner.refuse(kid, "a constructor that does not call super(...) by a statement of its own")
    args_of = arguments([SELF, *names], defaults, REST)
    made = function("__init__", args_of, framed(inner, body) or [ast.Pass()], [])
    return at(kid, made)  # type: ignore[no-any-return]


def _super_init(inner: Function, base: ast.expr | None) -> ast.expr:
    if base is None:
        return ast.Attribute(loaded(RUNTIME_SIGN + "Object"), "__init__", ast.Load())
    return ast.Call(loaded(RUNTIME_SIGN + "super_init"), [loaded(inner.base_class)], [])


def _is_super_call(step: TreeNode) -> bool:
    if step.type != "expression_statement":
        return False
    call = parts(step)[0]
    return bool(call.type == "call_expression" and field(call, "function").type == "super")


def _fields(inner: Function, nodes: list[TreeNode]) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for kid in nodes:
        value = field(kid, "value")
        name = _name(inner, kid)
        if name in ("ctx", "env") and value is None:
            inner.refuse(kid, f"{name} is declared anew, and would be undefined; allowed: declare")
        made = undefined() if value is None else expression(inner, value)
        out += [at(kid, item) for item in inner.drain()]
        target = ast.Attribute(loaded(SELF), attribute(name), ast.Store())
        out.append(at(kid, ast.Assign([target], made)))
    return out


def _kept_parameter(inner: Function, name: str, item: TreeNode) -> ast.stmt:
    variable = inner.find(name)
    assert variable is not None
    target = ast.Attribute(loaded(SELF), attribute(name), ast.Store())
    return at(item, ast.Assign([target], loaded(variable.made)))  # type: ignore[no-any-return]
