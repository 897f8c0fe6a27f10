"""What a literal stands for: numbers, and texts with their escapes."""

from __future__ import annotations

from lastchunk.model.typescript.parse.tree import SourceText, TreeNode

SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
SAFE_INTEGER = 2**53


def number_of(source: SourceText, node: TreeNode) -> int | float:
    """The number that a literal is: an int where it is whole and exact."""
    text = source.text(node).replace("_", "")
    if text.endswith("n"):
        source.refuse(node, "a BigInt is not understood; allowed: a number")
    if text[:2].lower() in ("0x", "0b", "0o"):
        value: int | float = int(text, 0)
    elif len(text) > 1 and text[0] == "0" and text.isdigit():
        source.refuse(node, "a number that begins with 0; allowed: 0o17 or 17")
    else:
        value = float(text)
    return whole_if_exact(value)


def whole_if_exact(value: int | float) -> int | float:
    """A number as an int where that says the same."""
    if isinstance(value, int):
        return value if abs(value) < SAFE_INTEGER else float(value)
    return int(value) if value.is_integer() and abs(value) < SAFE_INTEGER else value


def string_value(source: SourceText, node: TreeNode) -> str:
    """The text that a string literal is."""
    return "".join(piece(source, kid) for kid in node.named_children)


def piece(source: SourceText, node: TreeNode) -> str:
    """One piece of a string or a template."""
    text = source.text(node)
    if node.type != "escape_sequence":
        return text.replace("\r\n", "\n")
    kind = text[1]
    if kind in "\n\r\u2028\u2029":
        return ""
    if kind in "xu":
        code = int(text[2:].strip("{}"), 16)
        if 0xD800 <= code <= 0xDFFF:
            source.refuse(node, "half of a surrogate pair; allowed: \\u{...}")
        return chr(code)
    if kind.isdigit() and text != "\\0":
        source.refuse(node, "an octal escape; allowed: \\x..")
    return SIMPLE_ESCAPES.get(kind, text[1:])
