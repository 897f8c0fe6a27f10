"""What a class says of its fields: the text that stands below each of them in the source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Sequence
from itertools import pairwise


def field_words(cls: type) -> dict[str, str]:
    """The words of each field of a class and of those that it inherits from; "" where none are."""
    out: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("lastchunk"):
            out |= own_field_words(inspect.getsource(base))
    return out


def own_field_words(source: str) -> dict[str, str]:
    """The words of each annotated field in the source of one class."""
    (node,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(node, ast.ClassDef)
    found = {}
    for item, after in pairwise([*node.body, ast.Pass()]):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found[item.target.id] = _text_of(after)
    return found


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        value = node.value.value
        return " ".join(value.split()) if isinstance(value, str) else ""
    return ""


def in_markdown(text: str) -> str:
    """A docstring's words as Markdown: code in single marks."""
    return text.replace("``", "`")


def paragraphs(text: str | None) -> str:
    """A docstring as Markdown, its line breaks kept."""
    return in_markdown(inspect.cleandoc(text or "")) + "\n"


def md_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; a bar in a cell is no border."""
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def code(value: object) -> str:
    """A value as code, as a scenario writes it."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None:
        return "none"
    if isinstance(value, str):
        return f'`"{value}"`'
    return f"`{value}`"
