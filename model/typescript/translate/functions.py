"""Functions: their parameters, their body, and the variables that they borrow.

A function that is written within an expression is made just before its statement: to make it does
nothing else. An async one is a generator that says what it waits for; the runtime drives it.
One of the language's own generators is one of Python's, too.
"""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, walk_nodes, words
from lastchunk.model.typescript.translate.declared import declare_pattern
from lastchunk.model.typescript.translate.ground.build import (
    RUNTIME_SIGN,
    arguments,
    assign,
    at,
    const,
    function,
    is_it,
    loaded,
    rt,
    undefined,
)
from lastchunk.model.typescript.translate.ground.dispatch import (
    expression,
    makes_expression,
    makes_statement,
)
from lastchunk.model.typescript.translate.ground.loops import JUMP
from lastchunk.model.typescript.translate.ground.scope import Function, Variable
from lastchunk.model.typescript.translate.names import set_variable
from lastchunk.model.typescript.translate.patterns import bind_pattern, names_declared
from lastchunk.model.typescript.translate.statements import block

REST = RUNTIME_SIGN + "more"
FIELD_SIGNS = ("accessibility_modifier", "readonly")
"""What makes a field of a parameter of the constructor."""


@makes_expression("arrow_function", "function_expression", "generator_function")
def _function(outer: Function, node: TreeNode) -> ast.expr:
    this = outer.this if node.type == "arrow_function" else ""
    return make_function(outer, node, "async" in words(node), this)


@makes_statement("function_declaration", "generator_function_declaration")
def _function_declaration(outer: Function, node: TreeNode) -> list[ast.stmt]:
    variable = outer.declare(outer.text(field(node, "name")))
    made = make_function(outer, node, "async" in words(node), "")
    return [*outer.drain(), set_variable(outer, variable, made)]


@makes_expression("yield_expression")
def _yield(function: Function, node: TreeNode) -> ast.expr:
    if not function.is_generator:
        function.refuse(node, "yield outside of a generator")
    value = expression(function, parts(node)[0]) if parts(node) else undefined()
    if "*" in words(node):
        return ast.YieldFrom(rt("delegated", rt("each", value)))
    return ast.Yield(value)


def make_function(outer: Function, node: TreeNode, is_async: bool, this: str) -> ast.expr:
    """A function, made just before the statement that is translated; the name that it has there."""
    made = outer.module.fresh(RUNTIME_SIGN + "f")
    outer.module.shown[made] = _shown(outer, node)
    name = field(node, "name")
    if name is not None and node.type in ("function_expression", "generator_function"):
        outer.refuse(node, "a function expression with a name; allowed: without")
    step = defined(outer, node, made, is_async, this, [])
    boxed = _boxed(outer, node)
    if boxed:
        outer.before += [at(node, item) for item in _bound_to_turn(outer, made, step, boxed)]
    else:
        outer.before.append(step)
    return loaded(made)


def _shown(outer: Function, node: TreeNode) -> str:
    """How a function is called in messages."""
    name = field(node, "name")
    if name is None and node.parent.type in ("variable_declarator", "pair"):
        name = field(node.parent, "name") or field(node.parent, "key")
    text = "function" if name is None else outer.text(name)
    return text if text.replace("$", "_").isidentifier() else "function"


def _boxed(outer: Function, node: TreeNode) -> list[Variable]:
    """The variables of a turn of a loop that a function uses."""
    names = {outer.text(item) for item in walk_nodes(node) if "identifier" in item.type}
    found = [outer.find(name) for name in sorted(names)]
    return [item for item in found if item is not None and item.is_boxed]


def _bound_to_turn(
    outer: Function, made: str, step: ast.stmt, boxed: list[Variable]
) -> list[ast.stmt]:
    """The function, made anew for the boxes of this turn."""
    maker = outer.module.fresh(RUNTIME_SIGN + "make")
    outer.module.shown[maker] = "function"
    names = [item.made for item in boxed]
    body = [step, ast.Return(loaded(made))]
    given = arguments(names, [], REST)
    made_here = function(maker, given, body, [])
    return [made_here, assign(made, ast.Call(loaded(maker), [loaded(name) for name in names], []))]


def defined(
    outer: Function, node: TreeNode, name: str, is_async: bool, this: str, first: list[str]
) -> ast.stmt:
    """The definition of a function."""
    is_generator = "*" in words(node)
    if is_generator and is_async:
        outer.refuse(node, "an async generator is not understood; allowed: an array")
    inner = Function(outer.module, outer, is_async, this, is_generator)
    inner.base_class = outer.base_class if this or first else ""
    inner.boxed_names = set()
    names, defaults, prologue, _ = parameters(inner, node)
    body_node = field(node, "body")
    if body_node is None:
        outer.refuse(node, "a function without a body")
    if body_node.type == "statement_block":
        body = block(inner, parts(body_node), is_own=True)
    else:
        value = expression(inner, body_node)
        body = [*inner.drain(), at(body_node, ast.Return(value))]
    if not body or not isinstance(body[-1], ast.Return):
        body.append(ast.Return(undefined()))
    args = arguments([*first, *names], defaults, REST)
    body = framed(inner, [*prologue, *body])
    kind = "async_function" if is_async else "generator_function" if is_generator else ""
    decorators = [loaded(RUNTIME_SIGN + kind)] if kind else []
    if kind and not any(_waits(item) for item in body):
        body.append(ast.Expr(ast.Yield(undefined())))  # behind its end: it is a generator too
    return at(node, function(name, args, body, decorators))  # type: ignore[no-any-return]


def _waits(step: ast.stmt) -> bool:
    """Whether a statement waits, itself and not in a function within it."""
    todo: list[ast.AST] = [step]
    while todo:
        item = todo.pop()
        if isinstance(item, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(item, ast.FunctionDef):
            todo += ast.iter_child_nodes(item)
    return False


def framed(inner: Function, body: list[ast.stmt]) -> list[ast.stmt]:
    """The body of a function with what has to stand before it."""
    if inner.loops.targets:
        body = [assign(JUMP, const(0)), *body]
    if inner.nonlocals:
        body = [ast.Nonlocal(sorted(inner.nonlocals)), *body]
    return body


def parameters(
    inner: Function, node: TreeNode
) -> tuple[list[str], list[ast.expr], list[ast.stmt], list[tuple[str, TreeNode]]]:
    """The names of parameters, their defaults, what comes before the body, and what are fields."""
    listed = field(node, "parameters") or field(node, "parameter")
    items = [] if listed is None else parts(listed) if "parameters" in listed.type else [listed]
    names: list[str] = []
    prologue: list[ast.stmt] = []
    fields: list[tuple[str, TreeNode]] = []
    for item in items:
        declare_pattern(inner, field(item, "pattern") if "parameter" in item.type else item)
    for item in items:
        is_wrapped = item.type in ("required_parameter", "optional_parameter")
        pattern = field(item, "pattern") if is_wrapped else item
        if any(kid.type == "decorator" for kid in item.children):
            inner.refuse(item, "a decorator is not understood")
        if pattern.type == "this":
            continue
        if pattern.type == "rest_pattern":
            value: ast.expr = ast.Call(loaded(RUNTIME_SIGN + "list"), [loaded(REST)], [])
            prologue += bind_pattern(inner, parts(pattern)[0], value, declares=True)
            continue
        default = field(item, "value") if is_wrapped else None
        is_plain = pattern.type == "identifier"
        made = (
            inner.declare(inner.text(pattern)).made
            if is_plain
            else inner.module.fresh(RUNTIME_SIGN + "p")
        )
        names.append(made)
        if default is not None:
            given = expression(inner, default)
            test = is_it(loaded(made), undefined())
            step: list[ast.stmt] = [*inner.drain(), ast.If(test, [assign(made, given)], [])]
            prologue += [at(item, part) for part in step]
        if is_plain:
            inner.declare(inner.text(pattern)).refusal = ""
        else:
            prologue += bind_pattern(inner, pattern, loaded(made), declares=True)
        if any(kid.type in FIELD_SIGNS for kid in item.children):
            fields.append((inner.text(pattern), item))
    _check_twice(inner, items)
    return names, [undefined() for _ in names], [at(node, item) for item in prologue], fields


def _check_twice(inner: Function, items: list[TreeNode]) -> None:
    seen: set[str] = set()
    for item in items:
        pattern = field(item, "pattern") if "parameter" in item.type else item
        for name in names_declared(inner, pattern):
            if name in seen:
                inner.refuse(item, f"two parameters are called {name}")
            seen.add(name)
