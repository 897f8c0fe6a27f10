"""The tree of a TypeScript file, by tree-sitter's grammar; what the grammar misreads is refused.

A tree with an error in it is refused with its line: nothing of such a file is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.base.files import note_input

TreeNode = Any
"""A node of tree-sitter's."""
EXTRA = (
    "the extra lastchunk[typescript], which reads such files: pip install 'lastchunk[typescript]'"
)
TYPES = frozenset(("type_annotation", "type_arguments", "type_parameters", "comment"))
"""What a program does not do."""
WRAPPERS = frozenset(
    (
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
    )
)
"""What stands around an expression and changes nothing of it."""


class SourceText:
    """The bytes of a file, its tree, and the words of an error in it."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self.root = self._read(data)
        signs = _non_null_signs(self.root)
        while signs:
            # The grammar takes `a ?? b!.c` for `(a ?? b)!.c`; without the sign it does not.
            kept = bytearray(data)
            for at in signs:
                kept[at : at + 1] = b" "
            data = bytes(kept)
            self.root = self._read(data)
            signs = _non_null_signs(self.root)

    def _read(self, data: bytes) -> TreeNode:
        root = _parser().parse(data).root_node
        if root.has_error:
            wrong = _first_error(root)
            missing = f" ({wrong.type} is missing)" if wrong.is_missing else ""
            self.refuse(wrong, f"this is not TypeScript that can be read{missing}")
        return root

    def text(self, node: TreeNode) -> str:
        """What stands in the file."""
        return self.data[node.start_byte : node.end_byte].decode()

    def refuse(self, node: TreeNode, what: str) -> NoReturn:
        """Raise `DesignError` with the line of a node."""
        first = self.text(node).strip().splitlines() or [""]
        line = node.start_point[0] + 1
        shown = f": {first[0][:60]}" if first[0] else ""
        raise DesignError(f"{self.path.name}, line {line}: {what}{shown}")


def read_source(path: Path) -> SourceText:
    """A file's tree. Raises `DesignError` where it cannot be read."""
    if not path.is_file():
        raise InputError("--design", str(path), "a TypeScript file that exists")
    note_input(path)
    data = path.read_bytes()
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise DesignError(f"{path.name} is no UTF-8 text: {error.reason}") from None
    return SourceText(path, data)


@cache
def _parser() -> Any:
    try:
        import tree_sitter_typescript
        from tree_sitter import Language, Parser
    except ImportError:
        raise InputError("--design", "a TypeScript file", EXTRA) from None
    return Parser(Language(tree_sitter_typescript.language_typescript()))


def _non_null_signs(root: TreeNode) -> list[int]:
    """Where the signs of ``a!`` stand, in bytes: they say nothing that a program does."""
    nodes = (node for node in walk_nodes(root) if node.type == "non_null_expression")
    return [node.children[-1].start_byte for node in nodes]


def _first_error(node: TreeNode) -> TreeNode:
    for kid in node.children:
        if kid.type == "ERROR" or kid.is_missing:
            return kid
        if kid.has_error:
            return _first_error(kid)
    return node


def parts(node: TreeNode) -> list[TreeNode]:
    """The named parts of a node, without comments."""
    return [kid for kid in node.named_children if kid.type != "comment"]


def words(node: TreeNode) -> set[str]:
    """The words and signs that stand in a node itself: ``async``, ``*``, ``static``."""
    return {kid.type for kid in node.children if not kid.is_named} | {
        kid.type for kid in node.children if kid.type in ("override_modifier", "optional_chain")
    }


def field(node: TreeNode, name: str) -> TreeNode:
    """A field of a node, or None."""
    return node.child_by_field_name(name)


def unwrapped(node: TreeNode) -> TreeNode:
    """An expression without what stands around it and changes nothing."""
    while node.type in WRAPPERS:
        node = parts(node)[0]
    return node


def walk_nodes(node: TreeNode) -> Iterator[TreeNode]:
    """A node and all below it."""
    todo = [node]
    while todo:
        item = todo.pop()
        yield item
        todo += item.named_children
