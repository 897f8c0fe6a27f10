"""Where the session's record seems to be, by what a file says: its key, its fields, its words.

The field of the status is the one that is given, or held against, a word of an end; what stands
beside it where the record is made is the count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lastchunk.model.typescript.parse.literals import string_value
from lastchunk.model.typescript.parse.tree import (
    SourceText,
    TreeNode,
    field,
    parts,
    unwrapped,
    walk_nodes,
)

UNKNOWN = "TODO"
DONE = re.compile(r"done|complete|final|finish|closed|ended|ready", re.IGNORECASE)
COUNT_FIELD = re.compile(r"count|upload|receiv|chunk|part|stored", re.IGNORECASE)
STATUS = re.compile(r"status|state|phase|stage", re.IGNORECASE)
EQUALITIES = frozenset(("===", "!==", "==", "!="))
TABLE = re.compile(r"CREATE TABLE(?: IF NOT EXISTS)?\s+(\w+)\s*\(", re.IGNORECASE)
COLUMN = re.compile(r"(?:^|,|\()\s*(\w+)\s+(TEXT|INTEGER|INT)\b", re.IGNORECASE)
QUOTED = re.compile(r"'(\w+)'")
WORD = re.compile(r"[A-Za-z]\w*")
FieldWords = list[tuple[str, str]]
"""Fields, each with a word that it is given or held against, in the order of the file."""


def proposed_record(source: SourceText) -> dict[str, str]:
    """The table of the binding: key or query, status, count, active, completed."""
    nodes = sorted(walk_nodes(source.root), key=lambda node: node.start_byte)
    said = [pair for node in nodes for pair in _said(source, node, _enums(source, nodes))]
    ends = Counter(name for name, word in said if DONE.search(word))
    ends.update({name: 100 for name in ends if STATUS.search(name)})
    if not ends:
        found = _of_tables(source, nodes)
        if found is not None:
            return found
    status = ends.most_common(1)[0][0] if ends else UNKNOWN
    words = [word for name, word in said if name == status]
    completed = next((word for word in words if DONE.search(word)), UNKNOWN)
    return {
        "key": _key(source, nodes, status),
        "status": status,
        "count": _count(source, nodes, status),
        "active": next((word for word in words if word != completed), UNKNOWN),
        "completed": completed,
    }


def _enums(source: SourceText, nodes: list[TreeNode]) -> dict[str, str]:
    """The words of enums, by ``Phase.Active``."""
    found = {}
    for node in nodes:
        if node.type == "enum_assignment" and field(node, "value").type == "string":
            enum = source.text(field(node.parent.parent, "name"))
            name = f"{enum}.{source.text(field(node, 'name'))}"
            found[name] = string_value(source, field(node, "value"))
    return found


def _said(source: SourceText, node: TreeNode, enums: dict[str, str]) -> FieldWords:
    """What one node says of fields."""
    is_equality = (
        node.type == "binary_expression" and source.text(field(node, "operator")) in EQUALITIES
    )
    if is_equality or node.type == "assignment_expression":
        left, right = field(node, "left"), field(node, "right")
    elif node.type == "pair":
        left, right = field(node, "key"), field(node, "value")
    elif node.type == "variable_declarator" and field(node, "value") is not None:
        left, right = field(node, "name"), field(node, "value")
    else:
        return []
    name = _name(source, left)
    words = _words(source, right, enums)
    return [(name, word) for word in words if name and WORD.fullmatch(word)]


def _name(source: SourceText, node: TreeNode) -> str:
    """The field that an expression is, or ""."""
    node = unwrapped(node)
    if node.type == "member_expression":
        node = field(node, "property")
    return source.text(node) if node.type.endswith("identifier") else ""


def _words(source: SourceText, node: TreeNode, enums: dict[str, str]) -> Iterator[str]:
    """The words that an expression may be."""
    node = unwrapped(node)
    if node.type == "ternary_expression":
        yield from _words(source, field(node, "consequence"), enums)
        yield from _words(source, field(node, "alternative"), enums)
    elif node.type == "string":
        yield string_value(source, node)
    elif source.text(node) in enums:
        yield enums[source.text(node)]


def _key(source: SourceText, nodes: list[TreeNode], status: str) -> str:
    """The key under which something with a status is stored; else the one most often named."""
    constants = {
        source.text(field(node, "name")): string_value(source, field(node, "value"))
        for node in nodes
        if node.type == "variable_declarator"
        and field(node, "value") is not None
        and field(node, "value").type == "string"
    }
    likely: Counter[str] = Counter()
    for node in nodes:
        called = field(node, "function") if node.type == "call_expression" else None
        if called is None or called.type != "member_expression":
            continue
        method = source.text(field(called, "property"))
        if method not in ("put", "get") or re.search(r"\benv\b", source.text(called)):
            continue
        for key, value in _stored(source, parts(field(node, "arguments")), constants):
            likely[key] += 1 + 100 * (value is not None and _holds(source, value, status))
    return likely.most_common(1)[0][0] if likely else UNKNOWN


def _stored(
    source: SourceText, given: list[TreeNode], constants: dict[str, str]
) -> Iterator[tuple[str, TreeNode]]:
    """The keys that a call of ``put`` or ``get`` names, each with its value or None."""
    if not given:
        return
    first, value = given[0], given[1] if len(given) > 1 else None
    if first.type == "string":
        yield string_value(source, first), value
    elif source.text(first) in constants:
        yield constants[source.text(first)], value
    elif first.type == "object":
        for item in parts(first):
            if item.type == "pair" and field(item, "key").type == "property_identifier":
                yield source.text(field(item, "key")), field(item, "value")


def _holds(source: SourceText, value: TreeNode, status: str) -> bool:
    """Whether a status is named in what is stored."""
    kinds = ("property_identifier", "shorthand_property_identifier")
    return any(item.type in kinds and source.text(item) == status for item in walk_nodes(value))


def _count(source: SourceText, nodes: list[TreeNode], status: str) -> str:
    """The field beside the status that begins as 0 or as an empty list."""
    for node in nodes:
        beside = [item for item in parts(node) if item.type == "pair"]
        names = [source.text(field(item, "key")) for item in beside]
        if node.type != "object" or status not in names:
            continue
        begins = [
            (name, source.text(unwrapped(field(item, "value"))))
            for name, item in zip(names, beside, strict=True)
        ]
        zeros = [name for name, text in begins if text == "0"]
        lists = [f"length of {name}" for name, text in begins if text == "[]"]
        found = [*sorted(zeros, key=lambda name: COUNT_FIELD.search(name) is None), *lists]
        if found:
            return found[0]
    return UNKNOWN


def _of_tables(source: SourceText, nodes: list[TreeNode]) -> dict[str, str] | None:
    """The same of a row of SQL, or None where no table has a status."""
    texts = [source.text(node) for node in nodes if node.type in ("string", "template_string")]
    words = [word for text in texts for word in QUOTED.findall(text) if WORD.fullmatch(word)]
    completed = next((word for word in words if DONE.search(word)), UNKNOWN)
    for made in TABLE.finditer("\n".join(texts)):
        columns = COLUMN.findall(made.string, made.end() - 1, _closes(made.string, made.end()))
        status = next((name for name, kind in columns if kind.upper() == "TEXT"), "")
        numbers = [name for name, kind in columns if kind.upper() != "TEXT"]
        count = next((name for name in numbers if COUNT_FIELD.search(name)), "")
        if status and count:
            return {
                "query": f"SELECT {status}, {count} FROM {made[1]}",
                "status": status,
                "count": count,
                "active": next((word for word in words if word != completed), UNKNOWN),
                "completed": completed,
            }
    return None


def _closes(text: str, at: int) -> int:
    """Where the bracket that is open at a place is closed."""
    depth = 1
    while at < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at
