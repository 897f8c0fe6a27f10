"""Statements: blocks, declarations, conditions, loops, switch, try."""

from __future__ import annotations

import ast

from lastchunk.model.typescript.parse.tree import TreeNode, field, parts, walk_nodes, words
from lastchunk.model.typescript.translate.declared import (
    BEFORE_ITS_VALUE,
    DECLARATIONS,
    FUNCTION_NODES,
    HOISTED,
    NAME_NODES,
    boxes,
    declare_pattern,
)
from lastchunk.model.typescript.translate.ground.build import (
    RUNTIME_SIGN,
    assign,
    at,
    const,
    loaded,
    not_true,
    rt,
    store,
    undefined,
)
from lastchunk.model.typescript.translate.ground.dispatch import (
    DOES_NOTHING,
    expression,
    makes_statement,
    statement,
    truth,
)
from lastchunk.model.typescript.translate.ground.loops import Loop
from lastchunk.model.typescript.translate.ground.scope import Function, Variable
from lastchunk.model.typescript.translate.patterns import bind_pattern, nodes_declared


def block(function: Function, nodes: list[TreeNode], is_own: bool = False) -> list[ast.stmt]:
    """Statements with a scope of their own; ``is_own``: the scope of the function's body."""
    if not is_own:
        function.blocks.append({})
    out = boxes(function, nodes)
    first = [node for node in nodes if node.type in HOISTED]
    for node in (*first, *(node for node in nodes if node.type not in HOISTED)):
        out += statement(function, node)
    if not is_own:
        function.blocks.pop()
    return out


@makes_statement("statement_block")
def _block(function: Function, node: TreeNode) -> list[ast.stmt]:
    return block(function, parts(node)) or [ast.Pass()]


@makes_statement("expression_statement")
def _expression(function: Function, node: TreeNode) -> list[ast.stmt]:
    return [ast.Expr(expression(function, parts(node)[0]))]


@makes_statement("lexical_declaration", "variable_declaration")
def _declaration(function: Function, node: TreeNode) -> list[ast.stmt]:
    kind = node.children[0].type
    if kind == "var" and len(function.blocks) > 1:
        function.refuse(node, "var in a block; allowed: let or const")
    out: list[ast.stmt] = []
    for item in parts(node):
        name, value = field(item, "name"), field(item, "value")
        made = undefined() if value is None else expression(function, value)
        if value is None and kind == "var":
            function.refuse(node, "var without a value; allowed: let")
        out += function.drain()
        out += bind_pattern(function, name, made, declares=True, is_const=kind == "const")
    return out


def body_of(function: Function, node: TreeNode) -> list[ast.stmt]:
    """The statement that a condition or a loop runs."""
    if node.type in DECLARATIONS:
        function.refuse(node, "a declaration without a block; allowed: in { }")
    nodes = parts(node) if node.type == "statement_block" else [node]
    return block(function, nodes) or [ast.Pass()]


@makes_statement("if_statement")
def _if(function: Function, node: TreeNode) -> list[ast.stmt]:
    test = truth(function, field(node, "condition"))
    before = function.drain()
    yes = body_of(function, field(node, "consequence"))
    other = field(node, "alternative")
    no = body_of(function, parts(other)[0]) if other is not None else []
    return [*before, ast.If(test, yes, no)]


@makes_statement("return_statement")
def _return(function: Function, node: TreeNode) -> list[ast.stmt]:
    kids = parts(node)
    return [ast.Return(expression(function, kids[0]) if kids else undefined())]


@makes_statement("throw_statement")
def _throw(function: Function, node: TreeNode) -> list[ast.stmt]:
    return [ast.Raise(rt("thrown", expression(function, parts(node)[0])), None)]


@makes_statement("break_statement", "continue_statement")
def _jump(function: Function, node: TreeNode) -> list[ast.stmt]:
    label = field(node, "label")
    word = "" if label is None else function.text(label)
    made = function.loops.jump(node.children[0].type, word)
    if made is None:
        function.refuse(node, "a jump out of what is no loop and no switch")
    return made


@makes_statement("labeled_statement")
def _labelled(function: Function, node: TreeNode) -> list[ast.stmt]:
    labels, body = set(), node
    while body.type == "labeled_statement":
        labels.add(function.text(field(body, "label")))
        body = field(body, "body")
    if body.type not in LOOPS:
        function.refuse(node, "a label on what is no loop; allowed: a loop")
    return LOOPS[body.type](function, body, frozenset(labels))


# --- loops -----------------------------------------------------------------------------------


def _captured(function: Function, node: TreeNode) -> set[str]:
    """The names that functions within a loop use: each turn has its own variables of these."""
    found: set[str] = set()
    for item in walk_nodes(node):
        if item.type in FUNCTION_NODES:
            found |= {
                function.text(inner) for inner in walk_nodes(item) if inner.type in NAME_NODES
            }
    return found


def _continues(node: TreeNode) -> bool:
    return any(item.type == "continue_statement" for item in walk_nodes(node))


def _turn(function: Function, body: TreeNode) -> list[ast.stmt]:
    """One turn of a loop that goes on behind it, also where the body says continue."""
    loops = function.loops
    if not _continues(body):
        return body_of(function, body)
    turn = Loop(is_turn=True)
    loops.open.append(turn)
    inner = [*body_of(function, body), ast.Break()]
    loops.open.pop()
    once = ast.While(const(True), inner, [])
    return [once, *loops.after(turn)]


def _while(function: Function, node: TreeNode, labels: frozenset[str]) -> list[ast.stmt]:
    return _looped(function, node, labels, field(node, "condition"), None)


def _do(function: Function, node: TreeNode, labels: frozenset[str]) -> list[ast.stmt]:
    loop = Loop(labels)
    outer = _enter(function, node, loop)
    body = _turn(function, field(node, "body"))
    test = truth(function, field(node, "condition"))
    body += [*function.drain(), ast.If(not_true(test), [ast.Break()], [])]
    return _leave(function, loop, outer, ast.While(const(True), body, []))


def _for(function: Function, node: TreeNode, labels: frozenset[str]) -> list[ast.stmt]:
    function.blocks.append({})
    names = set(function.boxed_names)
    function.boxed_names |= _captured(function, node)
    start = field(node, "initializer")
    out: list[ast.stmt] = []
    if start is not None and start.type in DECLARATIONS:
        out += boxes(function, [start])
    if start is not None and start.type not in DOES_NOTHING:
        wrapped = start.type in DECLARATIONS or start.type.endswith("_statement")
        out += statement(function, start) if wrapped else [ast.Expr(expression(function, start))]
    own = list(function.blocks[-1].values())
    condition = field(node, "condition")
    condition = None if condition is None or condition.type in DOES_NOTHING else condition
    if condition is not None and condition.type == "expression_statement":
        condition = parts(condition)[0]
    if start is not None and any(item.type in FUNCTION_NODES for item in walk_nodes(start)):
        out += _renewed(own)  # a function of the head keeps the variables of before the first turn
    out += _looped(function, node, labels, condition, field(node, "increment"), _renewed(own))
    function.blocks.pop()
    function.boxed_names = names
    return out


def _renewed(variables: list[Variable]) -> list[ast.stmt]:
    """Each turn of a loop has variables of its own, with the values of those of before."""
    return [
        assign(item.made, rt("box", ast.Attribute(loaded(item.made), "value", ast.Load())))
        for item in variables
        if item.is_boxed
    ]


def _looped(
    function: Function,
    node: TreeNode,
    labels: frozenset[str],
    condition: TreeNode,
    step: TreeNode,
    renewed: list[ast.stmt] | None = None,
) -> list[ast.stmt]:
    """A loop with a condition in front, and perhaps a step behind each turn."""
    loop = Loop(labels)
    outer = _enter(function, node, loop)
    test = const(True) if condition is None else truth(function, condition)
    before = function.drain()
    if before:
        before.append(ast.If(not_true(test), [ast.Break()], []))
        test = const(True)
    behind = list(renewed or ())
    if step is None and not behind:
        body = body_of(function, field(node, "body"))
    else:
        body = _turn(function, field(node, "body"))
        if step is not None:
            made = expression(function, step)
            behind += [*function.drain(), at(step, ast.Expr(made))]
    return _leave(function, loop, outer, ast.While(test, [*before, *body, *behind], []))


def _enter(function: Function, node: TreeNode, loop: Loop) -> set[str]:
    outer = set(function.boxed_names)
    function.boxed_names |= _captured(function, node)
    function.loops.open.append(loop)
    return outer


def _leave(function: Function, loop: Loop, outer: set[str], made: ast.stmt) -> list[ast.stmt]:
    function.loops.open.pop()
    function.boxed_names = outer
    return [made, *function.loops.after(loop)]


def _for_in(function: Function, node: TreeNode, labels: frozenset[str]) -> list[ast.stmt]:
    if "await" in words(node):
        function.refuse(node, "for await is not understood; allowed: for of, with await in it")
    kind = "each" if function.text(field(node, "operator")) == "of" else "each_key"
    left, declares = field(node, "left"), field(node, "kind") is not None
    items = rt(kind, _gone_through(function, node, nodes_declared(left) if declares else []))
    before = function.drain()
    through = ""
    if kind == "each" and function.module.has_generators:
        through = function.temp()
        before.append(at(node, assign(through, items)))
        items = loaded(through)
    loop = Loop(labels)
    function.blocks.append({})
    outer = _enter(function, node, loop)
    item = function.module.fresh(RUNTIME_SIGN + "item")
    first = declare_pattern(function, left) if declares else []
    is_const = declares and field(node, "kind").type == "const"
    first += bind_pattern(function, left, loaded(item), declares=declares, is_const=is_const)
    first = [*function.drain(), *first]
    body = [at(left, step) for step in first] + body_of(function, field(node, "body"))
    made: ast.stmt = ast.For(store(item), items, body, [])
    if through:
        made = _told_when_left(made, through)
    out = _leave(function, loop, outer, made)
    function.blocks.pop()
    return [*before, *out]


def _gone_through(function: Function, node: TreeNode, names: list[TreeNode]) -> ast.expr:
    """What a loop goes through. What the loop declares hides what is called so around it."""
    words_of_it = [function.text(name) for name in names]
    function.blocks.append({word: Variable(word, refusal=BEFORE_ITS_VALUE) for word in words_of_it})
    made = expression(function, field(node, "right"))
    function.blocks.pop()
    return made


def _told_when_left(loop: ast.stmt, through: str) -> ast.stmt:
    """A loop that tells the generator that it goes through where it is left."""
    dropped = [ast.Expr(rt("dropped", loaded(through))), ast.Raise(None, None)]
    handler = ast.ExceptHandler(loaded(RUNTIME_SIGN + "Thrown"), None, dropped)
    return ast.Try([loop], [handler], [], [ast.Expr(rt("left", loaded(through)))])


LOOPS = {
    "while_statement": _while,
    "do_statement": _do,
    "for_statement": _for,
    "for_in_statement": _for_in,
}


@makes_statement(*LOOPS)
def _loop(function: Function, node: TreeNode) -> list[ast.stmt]:
    return LOOPS[node.type](function, node, frozenset())


# --- switch and try --------------------------------------------------------------------------


@makes_statement("switch_statement")
def _switch(function: Function, node: TreeNode) -> list[ast.stmt]:
    """Which case it is comes first; then each case from there on, until one says break."""
    value, case = function.temp(), function.module.fresh(RUNTIME_SIGN + "case")
    out = [assign(value, expression(function, field(node, "value")))]
    out = [*function.drain(), *out]
    cases = parts(field(node, "body"))
    bodies = [
        [n for n in item.children_by_field_name("body") if n.type != "comment"] for item in cases
    ]
    function.blocks.append({})
    values = [field(item, "value") for item in cases if item.type == "switch_case"]
    out += boxes(function, *bodies, values)
    hoisted = [inner for body in bodies for inner in body if inner.type in HOISTED]
    out += [part for inner in hoisted for part in statement(function, inner)]
    default = next((n for n, item in enumerate(cases) if item.type == "switch_default"), len(cases))
    which: ast.expr = const(default)
    for number in range(len(cases) - 1, -1, -1):
        if number != default:
            test = rt("same", loaded(value), expression(function, field(cases[number], "value")))
            which = ast.IfExp(rt("yes", test), const(number), which)
    out += [*function.drain(), assign(case, which)]
    loop = Loop(is_switch=True)
    function.loops.open.append(loop)
    body: list[ast.stmt] = []
    for number, nodes in enumerate(bodies):
        rest = [inner for inner in nodes if inner.type not in HOISTED]
        made = [part for inner in rest for part in statement(function, inner)]
        if made:
            reached = ast.Compare(loaded(case), [ast.LtE()], [const(number)])
            body.append(at(cases[number], ast.If(reached, made, [])))
    function.loops.open.pop()
    function.blocks.pop()
    once = ast.While(const(True), [*body, ast.Break()], [])
    return [*out, once, *function.loops.after(loop)]


@makes_statement("try_statement")
def _try(function: Function, node: TreeNode) -> list[ast.stmt]:
    body = body_of(function, field(node, "body"))
    handlers = []
    handler, final = field(node, "handler"), field(node, "finalizer")
    if handler is not None:
        handlers.append(at(handler, _handler(function, handler)))
    last: list[ast.stmt] = []
    if final is not None:
        # Code whose instance is gone runs no further, whatever Python would still run of it.
        last = [ast.If(rt("goes_on"), body_of(function, parts(final)[0]), [])]
    return [ast.Try(body, handlers, [], last)]


def _handler(function: Function, node: TreeNode) -> ast.ExceptHandler:
    function.blocks.append({})
    parameter = field(node, "parameter")
    caught = function.module.fresh(RUNTIME_SIGN + "error")
    first: list[ast.stmt] = []
    if parameter is not None:
        first = declare_pattern(function, parameter)
        first += bind_pattern(function, parameter, rt("caught", loaded(caught)), declares=True)
        first = [*function.drain(), *first]
    body = block(function, parts(field(node, "body")))
    function.blocks.pop()
    inner = [*(at(node, item) for item in first), *body] or [ast.Pass()]
    kept = caught if parameter is not None else None
    return ast.ExceptHandler(loaded(RUNTIME_SIGN + "Thrown"), kept, inner)
