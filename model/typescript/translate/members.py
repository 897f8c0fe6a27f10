"""Members and calls: ``a.b``, ``a[b]``, ``a.b(c)``, ``new A(b)``, and chains with ``?.``."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, unwrapped, walk_nodes
from lastchunk.model.typescript.translate.ground.build import (
    SELF,
    const,
    either,
    kept_in,
    loaded,
    rt,
    undefined,
)
from lastchunk.model.typescript.translate.ground.dispatch import expression, makes_expression
from lastchunk.model.typescript.translate.ground.scope import Function

LINKS = ("member_expression", "subscript_expression", "call_expression")
MEMBERS = ("member_expression", "subscript_expression")
BUSY = frozenset(("call_expression", "new_expression", "await_expression", "assignment_expression"))


def owner_expression(function: Function, node: TreeNode) -> ast.expr:
    """Whose member it is."""
    return expression(function, field(node, "object"))


def key_expression(function: Function, node: TreeNode) -> ast.expr:
    """Which member it is."""
    if node.type == "subscript_expression":
        return rt("property_key", expression(function, field(node, "index")))
    return const(name_of_member(function, field(node, "property")))


def name_of_member(function: Function, node: TreeNode) -> str:
    """The name of a member; a private one is its class's own."""
    name = function.text(node)
    if node.type != "private_property_identifier":
        return name
    own = function.module.in_class
    if own is None or name not in own.members:
        function.refuse(node, f"{name} is not declared in this class")
    return f"{name} of {own.name}"


@makes_expression("this")
def _this(function: Function, node: TreeNode) -> ast.expr:
    if function.this != SELF:
        function.refuse(node, "this in a plain function is not understood; allowed: a method")
    return loaded(SELF)


@makes_expression(*LINKS)
def _chain(function: Function, node: TreeNode) -> ast.expr:
    """A chain: where a link with ``?.`` finds nothing, all of it is undefined."""
    guards = Guards()
    made = _link(function, node, guards)
    for guard in reversed(guards):
        made = either(rt("nullish", guard), undefined(), made)
    return waited(function, node, made) if guards.is_awaited else made


class Guards(list[ast.expr]):
    """What a chain stops at where it finds nothing; and whether all of it is awaited.

    The grammar takes ``await f<T>(x).y`` for ``(await f)<T>(x).y``.
    """

    is_awaited = False


def _link(function: Function, node: TreeNode, guards: Guards) -> ast.expr:
    if node.type == "call_expression":
        return _call(function, node, guards)
    owner = _owner(function, node, guards)
    return rt("get_member", owner, key_expression(function, node))


def _owner(function: Function, node: TreeNode, guards: Guards) -> ast.expr:
    inner = field(node, "object")
    if inner.type == "super":
        function.refuse(node, "a member of super; allowed: a call, super.method()")
    while inner.type == "non_null_expression":  # it ends no chain
        inner = parts(inner)[0]
    owner = _link(function, inner, guards) if inner.type in LINKS else expression(function, inner)
    if any(kid.type == "optional_chain" for kid in node.children):
        owner = _guarded(function, owner, guards)
    return owner


def _guarded(function: Function, value: ast.expr, guards: Guards) -> ast.expr:
    kept = function.temp()
    guards.append(kept_in(kept, value))
    return loaded(kept)


def given_expressions(function: Function, node: TreeNode) -> list[ast.expr]:
    """The arguments of a call, or the items of an array."""
    out: list[ast.expr] = []
    for kid in parts(node):
        if kid.type == "spread_element":
            out.append(ast.Starred(rt("items_of", expression(function, parts(kid)[0])), ast.Load()))
        else:
            out.append(expression(function, kid))
    return out


def _call(function: Function, node: TreeNode, guards: Guards) -> ast.expr:
    called = field(node, "function")
    listed = field(node, "arguments")
    if listed is None or listed.type == "template_string":
        function.refuse(node, "a template with a tag is not understood")
    if called.type == "await_expression":
        return _awaited_call(function, node, called, listed, guards)
    while called.type == "non_null_expression" and parts(called)[0].type in LINKS:
        called = parts(called)[0]
    if field(node, "type_arguments") is not None and called.type.endswith("ary_expression"):
        # The grammar takes `!await f<T>(x)` for `(!await f)<T>(x)`.
        function.refuse(node, "a sign before a call with types; allowed: brackets around the call")
    is_optional = any(kid.type == "?." for kid in node.children)
    called = unwrapped(called) if unwrapped(called).type not in LINKS else called
    if called.type == "super":
        return _super(function, node, listed)
    if called.type == "member_expression" and field(called, "object").type == "super":
        name = name_of_member(function, field(called, "property"))
        args = given_expressions(function, listed)
        return rt("call_super", loaded(function.base_class), loaded(SELF), const(name), *args)
    if called.type in ("member_expression", "subscript_expression"):
        return _method_call(function, called, listed, guards, is_optional)
    made = _link(function, called, guards) if called.type in LINKS else expression(function, called)
    if is_optional:
        made = _guarded(function, made, guards)
    return rt("call_function", made, *given_expressions(function, listed))


def _method_call(
    function: Function,
    called: TreeNode,
    listed: TreeNode,
    guards: Guards,
    is_optional: bool,
) -> ast.expr:
    inner = field(called, "object")
    is_bind = called.type == "member_expression" and function.text(field(called, "property"))
    if is_bind == "bind" and inner.type in MEMBERS and field(inner, "object").type != "super":
        owner, key = _owner(function, inner, guards), key_expression(function, inner)
        return rt("bind_method", owner, key, *given_expressions(function, listed))
    owner = _owner(function, called, guards)
    key = key_expression(function, called)
    if is_optional:  # a.b?.(c): whose method it is matters to none that may be left out
        made = _guarded(function, rt("bound", owner, key), guards)
        return rt("call_function", made, *given_expressions(function, listed))
    args = given_expressions(function, listed)
    if any(item.type in BUSY for kid in parts(listed) for item in walk_nodes(kid)):
        owner = rt("not_nullish", owner, key)
    return rt("call", owner, key, *args)


def _awaited_call(
    function: Function, node: TreeNode, called: TreeNode, listed: TreeNode, guards: Guards
) -> ast.expr:
    if field(node, "type_arguments") is None:
        function.refuse(node, "a call of what await gives; allowed: a variable in between")
    guards.is_awaited = True
    inner = parts(called)[0]
    if inner.type in MEMBERS:
        return _method_call(function, inner, listed, guards, False)
    made = _link(function, inner, guards) if inner.type in LINKS else expression(function, inner)
    return rt("call_function", made, *given_expressions(function, listed))


def waited(function: Function, node: TreeNode, value: ast.expr) -> ast.expr:
    """Wait for a promise: the function is a generator, and says what it waits for."""
    if not function.is_async:
        function.refuse(node, "await outside of an async function")
    return ast.Yield(value)


@makes_expression("await_expression")
def _await(function: Function, node: TreeNode) -> ast.expr:
    return waited(function, node, expression(function, parts(node)[0]))


def _super(function: Function, node: TreeNode, listed: TreeNode) -> ast.expr:
    outer = node.parent
    if outer.type != "expression_statement" or not function.base_class:
        function.refuse(node, "super(...) here is not understood; allowed: a statement")
    init = ast.Call(loaded("§super_init"), [loaded(function.base_class)], [])
    return ast.Call(init, [loaded(SELF), *given_expressions(function, listed)], [])


@makes_expression("new_expression")
def _new(function: Function, node: TreeNode) -> ast.expr:
    listed = field(node, "arguments")
    args = [] if listed is None else given_expressions(function, listed)
    return rt("new", expression(function, field(node, "constructor")), *args)
