"""What the modules of a class keep: it must stay as it is, whenever code of the class waits.

All objects of one isolate share it, and it outlives each of them. Whether it is changed back before
the session ends says nothing: meanwhile another event may have seen it.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MemberDescriptorType
from typing import Any

from lastchunk.model.typescript.parse.tree import TreeNode, field, walk_nodes
from lastchunk.model.typescript.runtime.values import refuse_here

PLAIN_VALUES = frozenset((int, float, str, bytes, bool, type(None)))
NEVER_CHANGE = (type, FunctionType, BuiltinFunctionType)
INSIDE = frozenset(
    ("member_expression", "subscript_expression", "non_null_expression", "parenthesized_expression")
)
ASSIGNED = frozenset(("assignment_expression", "augmented_assignment_expression"))
CHANGING = frozenset(
    (
        *("push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"),
        *("set", "add", "delete", "clear", "test", "exec"),
    )
)
"""Methods that change what they are called on."""


class KeptByModules:
    """What the modules keep, with how it was as they were loaded."""

    def __init__(self, modules: Any) -> None:
        self.modules = modules
        self.before = [
            (name, value, _content(value))
            for name, value, _ in modules.kept()
            if type(value) not in PLAIN_VALUES and not isinstance(value, NEVER_CHANGE)
        ]

    def check(self, place: str) -> None:
        """Refuse what has changed. ``place`` is where code waits."""
        for name, value, before in self.before:
            if _content(value) != before:
                refuse_here(
                    f"{name} of the module changes, which outlives its instance",
                    "a field of the class, or storage",
                    _changed_at(self.modules, name) or place,
                )


def _content(value: Any, within: tuple[int, ...] = ()) -> Any:
    """What an object holds, to the last value."""
    kind = type(value)
    if kind in PLAIN_VALUES:
        return (kind, repr(value))
    if isinstance(value, NEVER_CHANGE):
        return id(value)
    if id(value) in within:
        return ("round", within.index(id(value)))
    if hasattr(value, "lastIndex"):  # all else of a regular expression is fixed
        return (id(value), repr(value.lastIndex))
    inner = (*within, id(value))
    if isinstance(value, dict):
        return (kind, [(repr(key), _content(item, inner)) for key, item in value.items()])
    if isinstance(value, list | tuple):
        return (kind, [_content(item, inner) for item in value])
    fields = dict(getattr(value, "__dict__", ()))
    for cls in kind.__mro__:
        for name, member in vars(cls).items():
            if type(member) is MemberDescriptorType and hasattr(value, name):
                fields[name] = getattr(value, name)
    return (id(value), [(name, _content(item, inner)) for name, item in fields.items()])


def _changed_at(modules: Any, name: str) -> str:
    """The first line that changes what a name of the module holds, as far as the text shows."""
    own = name.partition(".")[0]
    for made, _ in modules.translated:
        for node in (part for top in made.nodes for part in walk_nodes(top)):
            if node.type == "identifier" and node.text.decode() == own and _is_changed(node):
                return f"{made.source.path.name}, line {node.start_point[0] + 1}"
    return ""


def _is_changed(node: TreeNode) -> bool:
    """Whether something inside of what stands here is assigned, or a method changes it."""
    inner = node
    while inner.parent.type in INSIDE and _is_first(inner):
        inner = inner.parent
    around = inner.parent
    if inner.id == node.id:
        return False
    if around.type in ASSIGNED:
        return bool(field(around, "left").id == inner.id)
    if around.type == "call_expression":
        name = field(inner, "property") if inner.type == "member_expression" else None
        return name is not None and name.text.decode() in CHANGING
    return bool(around.type == "update_expression" or around.text.startswith(b"delete "))


def _is_first(node: TreeNode) -> bool:
    """Whether what stands around a node asks for something inside of it."""
    around = node.parent
    first = field(around, "object") or around.named_children[0]
    return bool(first.id == node.id)
