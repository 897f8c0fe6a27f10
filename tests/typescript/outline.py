"""What a program is made of, by our own parser: the words are those of ``second_parser.js``.

Types say nothing, nor do brackets that only group; a negative number is a number.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lastchunk.model.typescript.parse.literals import number_of, piece, string_value
from lastchunk.model.typescript.parse.tree import (
    SourceText,
    TreeNode,
    field,
    parts,
    unwrapped,
    words,
)
from lastchunk.model.typescript.runtime.texts import number_text

NOTHING = frozenset(
    (
        *("comment", "interface_declaration", "type_alias_declaration", "ambient_declaration"),
        *("empty_statement", "function_signature", "method_signature", "index_signature"),
        *("abstract_method_signature", ";"),
    )
)
CHAINS = ("member_expression", "subscript_expression", "call_expression")


class Outline:
    """Says what the nodes of one program are."""

    is_awaited = False
    """Whether the chain that is read is awaited as a whole."""

    def __init__(self, text: str) -> None:
        self.source = SourceText(Path("program.ts"), text.encode())

    def whole(self) -> Any:
        """All of it, as lists of texts."""
        return ["program", *self.each(self.source.root.children)]

    def text(self, node: TreeNode) -> str:
        return self.source.text(node)

    def each(self, nodes: list[TreeNode]) -> list[Any]:
        made = [self.of(node) for node in nodes if node.type not in NOTHING and node.is_named]
        return [item for item in made if item is not None]

    def of(self, node: TreeNode | None) -> Any:
        """One node; None for what does nothing, or is not there."""
        if node is None or node.type in NOTHING:
            return None
        node = unwrapped(node)
        make = KINDS.get(node.type)
        if make is None:
            raise AssertionError(f"no words for {node.type}")
        if node.type not in CHAINS or _goes_on(node):
            return make(self, node)
        before, self.is_awaited = self.is_awaited, False
        made = make(self, node)
        is_awaited, self.is_awaited = self.is_awaited, before
        return ["await", made] if is_awaited else made

    def body(self, node: TreeNode) -> list[Any]:
        return self.each(parts(node) if node.type == "statement_block" else [node])

    def key(self, node: TreeNode) -> Any:
        if node.type == "computed_property_name":
            return ["computed", self.of(parts(node)[0])]
        if node.type == "string":
            return string_value(self.source, node)
        if node.type == "number":
            return number_text(number_of(self.source, node))
        return self.text(node)

    def function(self, node: TreeNode, first: list[Any] | None = None) -> list[Any]:
        kinds, body = words(node), field(node, "body")
        listed = field(node, "parameters") or field(node, "parameter")
        items = [listed] if listed.type == "identifier" else parts(listed)
        given = [self.parameter(item) for item in items]
        inner = self.body(body) if body.type == "statement_block" else [["return", self.of(body)]]
        is_async, is_generator = "async" in kinds, "*" in kinds
        return [
            "function",
            "async" if is_async else "",
            "*" if is_generator else "",
            [item for item in given if item is not None],
            [*inner[:1], *(first or []), *inner[1:]]
            if first and inner and inner[0][:1] == ["do"] and inner[0][1][2:3] == [["super"]]
            else [*(first or []), *inner],
        ]

    def parameter(self, node: TreeNode) -> Any:
        if "parameter" not in node.type:
            return self.of(node)
        pattern, value = field(node, "pattern"), field(node, "value")
        if pattern.type == "this":
            return None
        made = self.of(pattern)
        return made if value is None else ["default", made, self.of(value)]

    def class_(self, node: TreeNode) -> list[Any]:
        base = None
        for kid in node.named_children:
            if kid.type == "class_heritage":
                clauses = [c for c in kid.named_children if c.type == "extends_clause"]
                base = self.of(field(clauses[0], "value")) if clauses else None
        name = field(node, "name")
        members: list[Any] = []
        kids = parts(field(node, "body"))
        # The constructor comes first where its parameters are fields.
        for kid in sorted(kids, key=lambda kid: not self.kept(kid)):
            members += self.members(kid)
        return ["class", "" if name is None else self.text(name), base, *members]

    def block_of(self, node: TreeNode) -> list[Any]:
        """A block that runs as its class is made."""
        return ["static block", *self.each(parts(field(node, "body")))]

    def members(self, kid: TreeNode) -> list[Any]:
        kinds = words(kid)
        static = "static" if "static" in kinds else ""
        if kid.type == "method_definition":
            kept = self.kept(kid)
            first = [
                ["do", ["assign", "=", ["member", "", ["this"], name], ["name", name]]]
                for name in kept
            ]
            kind = next((word for word in ("get", "set") if word in kinds), "method")
            made = self.function(kid, first)
            fields = [["field", "", name, None] for name in kept]
            return [["method", static, kind, self.key(field(kid, "name")), made], *fields]
        if kid.type == "public_field_definition":
            if kinds & {"declare", "abstract"}:
                return []
            return [["field", static, self.key(field(kid, "name")), self.of(field(kid, "value"))]]
        return [] if kid.type in NOTHING else [self.block_of(kid)]

    def kept(self, kid: TreeNode) -> list[str]:
        """The parameters of a constructor that are fields."""
        if kid.type != "method_definition":
            return []
        return [
            self.text(field(item, "pattern"))
            for item in parts(field(kid, "parameters"))
            if any(part.type in ("accessibility_modifier", "readonly") for part in item.children)
        ]

    def declared(self, node: TreeNode) -> list[Any]:
        pairs = [[self.of(field(d, "name")), self.of(field(d, "value"))] for d in parts(node)]
        return [node.children[0].type, *pairs]

    def call(self, node: TreeNode) -> list[Any]:
        called, listed = field(node, "function"), field(node, "arguments")
        if listed.type == "template_string":
            return ["tagged", self.of(called), self.template(listed)]
        optional = (
            "?." if any(kid.type in ("?.", "optional_chain") for kid in node.children) else ""
        )
        if called.type == "await_expression" and field(node, "type_arguments") is not None:
            # The grammar takes `await f<T>(x).y` for `(await f)<T>(x).y`; the translation knows.
            inner = self.of(parts(called)[0])
            self.is_awaited = True
            return ["call", optional, inner, *self.each(parts(listed))]
        return ["call", optional, self.of(called), *self.each(parts(listed))]

    def member(self, node: TreeNode) -> list[Any]:
        optional = "?." if any(kid.type == "optional_chain" for kid in node.children) else ""
        owner = self.of(field(node, "object"))
        if node.type == "subscript_expression":
            return ["item", optional, owner, self.of(field(node, "index"))]
        return ["member", optional, owner, self.text(field(node, "property"))]

    def template(self, node: TreeNode) -> list[Any]:
        texts, inner = [""], []
        for kid in node.named_children:
            if kid.type == "template_substitution":
                inner.append(self.of(parts(kid)[0]))
                texts.append("")
            else:
                texts[-1] += piece(self.source, kid)
        return ["template", texts, inner] if inner else ["text", texts[0]]

    def array(self, node: TreeNode) -> list[Any]:
        out: list[Any] = []
        is_open = True
        for kid in node.children:
            if kid.type == ",":
                out += [None] if is_open else []
                is_open = True
            elif kid.is_named and kid.type != "comment":
                out.append(self.of(kid))
                is_open = False
        return ["array", *out]

    def unary(self, node: TreeNode) -> list[Any]:
        sign, argument = node.children[0].type, unwrapped(field(node, "argument"))
        if sign == "-" and argument.type == "number":
            return ["number", number_text(-number_of(self.source, argument) or -0.0)]
        return ["unary", sign, self.of(argument)]

    def update(self, node: TreeNode) -> list[Any]:
        sign = self.text(field(node, "operator"))
        place = "before" if node.children[0].type == sign else "behind"
        return ["update", place, sign, self.of(field(node, "argument"))]

    def for_(self, node: TreeNode) -> list[Any]:
        heads = []
        for name in ("initializer", "condition", "increment"):
            made = self.of(field(node, name))
            heads.append(made[1] if made is not None and made[0] == "do" else made)
        return ["for", *heads, self.body(field(node, "body"))]

    def for_in(self, node: TreeNode) -> list[Any]:
        kind, left = field(node, "kind"), self.of(field(node, "left"))
        left = left if kind is None else [kind.type, [left, None]]
        word = f"for {self.text(field(node, 'operator'))}"
        is_await = "await" if "await" in words(node) else ""
        return [word, is_await, left, self.of(field(node, "right")), self.body(field(node, "body"))]

    def switch(self, node: TreeNode) -> list[Any]:
        cases = []
        for kid in parts(field(node, "body")):
            test = field(kid, "value")
            nodes = [n for n in kid.children_by_field_name("body") if n.type not in NOTHING]
            cases.append(["default" if test is None else self.of(test), self.each(nodes)])
        return ["switch", self.of(field(node, "value")), *cases]

    def try_(self, node: TreeNode) -> list[Any]:
        handler, final = field(node, "handler"), field(node, "finalizer")
        caught = None
        if handler is not None:
            caught = [self.of(field(handler, "parameter")), self.body(field(handler, "body"))]
        last = None if final is None else self.body(parts(final)[0])
        return ["try", self.body(field(node, "body")), caught, last]

    def import_(self, node: TreeNode) -> list[Any] | None:
        if "type" in words(node):
            return None
        found: list[Any] = []
        for clause in (c for c in node.named_children if c.type == "import_clause"):
            for kid in clause.named_children:
                if kid.type == "identifier":
                    found.append(["default", self.text(kid)])
                elif kid.type == "namespace_import":
                    found.append(["*", self.text(parts(kid)[0])])
                else:
                    names = [item for item in parts(kid) if "type" not in words(item)]
                    found += [
                        [
                            self.text(field(item, "name")),
                            self.text(field(item, "alias") or field(item, "name")),
                        ]
                        for item in names
                    ]
        return ["import", string_value(self.source, field(node, "source")), *found]

    def export(self, node: TreeNode) -> list[Any] | None:
        inner = field(node, "declaration") or field(node, "value")
        if inner is None:
            return None if "type" in words(node) else ["export names"]
        made = self.of(inner)
        return None if made is None else ["export", made]

    def pair(self, node: TreeNode) -> list[Any]:
        return ["pair", self.key(field(node, "key")), self.of(field(node, "value"))]

    def method(self, node: TreeNode) -> list[Any]:
        kind = next((word for word in ("get", "set") if word in words(node)), "method")
        return [kind, self.key(field(node, "name")), self.function(node)]

    def short(self, node: TreeNode) -> list[Any]:
        return ["pair", self.text(node), ["name", self.text(node)]]

    def short_default(self, node: TreeNode) -> list[Any]:
        name = self.text(field(node, "left"))
        return ["pair", name, ["default", ["name", name], self.of(field(node, "right"))]]


def _goes_on(node: TreeNode) -> bool:
    """Whether a link is no end of its chain."""
    outer = node.parent
    while outer is not None and outer.type == "non_null_expression":
        node, outer = outer, outer.parent
    if outer is None or outer.type not in CHAINS:
        return False
    first = field(outer, "function" if outer.type == "call_expression" else "object")
    return bool(first == node)


Make = Callable[[Outline, TreeNode], Any]


def _two(word: str, first: str, second: str) -> Make:
    return lambda o, n: [word, o.of(field(n, first)), o.of(field(n, second))]


def _first(word: str) -> Make:
    return lambda o, n: [word, o.of(parts(n)[0]) if parts(n) else None]


def _jump(o: Outline, n: TreeNode) -> list[Any]:
    label = field(n, "label")
    return [n.children[0].type, "" if label is None else o.text(label)]


def _if(o: Outline, n: TreeNode) -> list[Any]:
    other = field(n, "alternative")
    last = None if other is None else o.body(parts(other)[0])
    return ["if", o.of(field(n, "condition")), o.body(field(n, "consequence")), last]


def _assign(o: Outline, n: TreeNode) -> list[Any]:
    sign = "=" if n.type == "assignment_expression" else o.text(field(n, "operator"))
    return ["assign", sign, o.of(field(n, "left")), o.of(field(n, "right"))]


def _binary(o: Outline, n: TreeNode) -> list[Any]:
    sign = o.text(field(n, "operator"))
    return ["binary", sign, o.of(field(n, "left")), o.of(field(n, "right"))]


def _yield(o: Outline, n: TreeNode) -> list[Any]:
    return ["yield", "*" if "*" in words(n) else "", o.of(parts(n)[0]) if parts(n) else None]


def _new(o: Outline, n: TreeNode) -> list[Any]:
    listed = field(n, "arguments")
    given = [] if listed is None else o.each(parts(listed))
    return ["new", o.of(field(n, "constructor")), *given]


def _row(o: Outline, n: TreeNode) -> list[Any]:
    out: list[Any] = []
    for kid in parts(n):
        made = o.of(kid)
        out += made[1:] if made[0] == "row" and kid.type == "sequence_expression" else [made]
    return ["row", *out]


def _regex(o: Outline, n: TreeNode) -> list[Any]:
    flags = field(n, "flags")
    return ["regex", o.text(field(n, "pattern")), "" if flags is None else o.text(flags)]


def _named(o: Outline, n: TreeNode) -> list[Any]:
    return ["name", o.text(n)]


def _value(o: Outline, n: TreeNode) -> list[Any]:
    return ["value", o.text(n)]


KINDS: dict[str, Make] = {
    "export_statement": Outline.export,
    "import_statement": Outline.import_,
    "expression_statement": _first("do"),
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), Outline.declared),
    **dict.fromkeys(
        ("function_declaration", "generator_function_declaration"),
        lambda o, n: ["declare", o.text(field(n, "name")), o.function(n)],
    ),
    **dict.fromkeys(
        ("function_expression", "generator_function", "arrow_function"), Outline.function
    ),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration", "class"), Outline.class_),
    "enum_declaration": lambda o, n: ["enum", o.text(field(n, "name"))],
    "return_statement": _first("return"),
    "throw_statement": _first("throw"),
    "if_statement": _if,
    "for_statement": Outline.for_,
    "for_in_statement": Outline.for_in,
    "while_statement": lambda o, n: [
        "while",
        o.of(field(n, "condition")),
        o.body(field(n, "body")),
    ],
    "do_statement": lambda o, n: [
        "do while",
        o.body(field(n, "body")),
        o.of(field(n, "condition")),
    ],
    **dict.fromkeys(("break_statement", "continue_statement"), _jump),
    "labeled_statement": lambda o, n: [
        "label",
        o.text(field(n, "label")),
        o.body(field(n, "body")),
    ],
    "statement_block": lambda o, n: ["block", *o.each(parts(n))],
    "switch_statement": Outline.switch,
    "try_statement": Outline.try_,
    "debugger_statement": lambda _o, _n: ["debugger"],
    **dict.fromkeys(("identifier", "undefined", "import", "private_property_identifier"), _named),
    "this": lambda _o, _n: ["this"],
    "super": lambda _o, _n: ["super"],
    "number": lambda o, n: ["number", number_text(number_of(o.source, n))],
    "string": lambda o, n: ["text", string_value(o.source, n)],
    **dict.fromkeys(("true", "false", "null"), _value),
    "regex": _regex,
    "template_string": Outline.template,
    **dict.fromkeys(("array", "array_pattern"), Outline.array),
    **dict.fromkeys(("object", "object_pattern"), lambda o, n: ["object", *o.each(parts(n))]),
    **dict.fromkeys(("pair", "pair_pattern"), Outline.pair),
    "method_definition": Outline.method,
    **dict.fromkeys(
        ("shorthand_property_identifier", "shorthand_property_identifier_pattern"), Outline.short
    ),
    "object_assignment_pattern": Outline.short_default,
    **dict.fromkeys(("spread_element", "rest_pattern"), _first("spread")),
    "assignment_pattern": _two("default", "left", "right"),
    "unary_expression": Outline.unary,
    "update_expression": Outline.update,
    "binary_expression": _binary,
    **dict.fromkeys(("assignment_expression", "augmented_assignment_expression"), _assign),
    "ternary_expression": lambda o, n: [
        "either",
        *(o.of(field(n, name)) for name in ("condition", "consequence", "alternative")),
    ],
    "call_expression": Outline.call,
    "new_expression": _new,
    **dict.fromkeys(("member_expression", "subscript_expression"), Outline.member),
    "await_expression": _first("await"),
    "yield_expression": _yield,
    "sequence_expression": _row,
}


def outline(text: str) -> Any:
    """What a program is made of."""
    return Outline(text).whole()
