"""Fields of a class whose objects nothing of its text can change: an instance need not be told of.

A field such as ``readonly settings = { grace_ms: 5_000 }`` holds an object that is only ever read
by a member, ``this.settings.grace_ms``. So a new instance has the same, and losing one's memory
shows nothing. What is not seen to be so is kept as any other field is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lastchunk.model.typescript.parse.tree import TreeNode, field, walk_nodes

FIELD_DEFINITIONS = ("public_field_definition", "field_definition")
NAMES_OF_FIELDS = ("property_identifier", "private_property_identifier")
READS = frozenset(
    (
        *("arguments", "binary_expression", "ternary_expression", "return_statement"),
        *("template_substitution", "if_statement", "pair", "await_expression", "arrow_function"),
    )
)
"""Where a member that is read may stand, beside the right of a declaration or an assignment."""
AROUND = frozenset(("parenthesized_expression", "non_null_expression", "as_expression"))


def unchanging_fields(modules: Any) -> frozenset[str]:
    """The names of such fields, as attributes of an instance."""
    nodes = [part for made, _ in modules.translated for top in made.nodes for part in _all(top)]
    if any(part.type == "this" and not _is_asked_for_member(part) for part in nodes):
        return frozenset()  # the instance may be known by another name
    found: set[str] = set()
    changing: set[str] = set()
    for part in nodes:
        if part.type not in NAMES_OF_FIELDS and part.type not in (
            "shorthand_property_identifier",
            "shorthand_property_identifier_pattern",
        ):
            continue
        name = part.text.decode()
        if part.parent.type in FIELD_DEFINITIONS and field(part.parent, "name").id == part.id:
            found.add(name)
        elif not _is_read_by_member(part):
            changing.add(name)
    return frozenset("." + name for name in found - changing)


def _all(top: TreeNode) -> Iterator[TreeNode]:
    yield top
    yield from walk_nodes(top)


def _is_asked_for_member(this: TreeNode) -> bool:
    around = this.parent
    return bool(around.type == "member_expression" and field(around, "object").id == this.id)


def _is_read_by_member(name: TreeNode) -> bool:
    """Whether ``x.name`` stands in ``x.name.part``, and that is only read."""
    whole = name.parent
    if whole.type != "member_expression" or field(whole, "property").id != name.id:
        return False
    part = whole.parent
    if part.type != "member_expression" or field(part, "object").id != whole.id:
        return False
    inner, around = part, part.parent
    while around.type in AROUND:
        inner, around = around, around.parent
    if around.type in ("variable_declarator", "assignment_expression"):
        side = field(around, "value") or field(around, "right")
        return side is not None and side.id == inner.id
    return around.type in READS
