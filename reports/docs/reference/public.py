"""The page of the public names, with their signatures and what they say of themselves."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import lastchunk
from lastchunk.reports.docs.reference.fields import field_words, in_markdown, paragraphs

OPENING = """# Python

`import lastchunk` has everything that the command line does. A name is imported when it is first
used. A scenario is an object, a name, a path or TOML text; a design is a class, a name,
`file.py:Class`, or `(label, design, settings)`.
"""
WIDTH = 96


def public_page() -> str:
    """Every public name."""
    parts = [OPENING]
    for name in sorted(dir(lastchunk), key=lambda name: (name.startswith("_"), name.lower())):
        value = getattr(lastchunk, name)
        if inspect.isclass(value):
            parts += _class(name, value)
        elif callable(value):
            parts += [f"## {name}\n", signature(name, value), _example_of(value)]
        else:
            parts += [f"## {name}\n", _constant(name, value)]
    return "\n".join(parts)


def signature(name: str, function: Any, is_method: bool = False) -> str:
    """A signature as a block, a line for each parameter where one is too short."""
    found = inspect.signature(function)
    shown = _shown(list(found.parameters.values())[1 if is_method else 0 :])
    back = f" -> {found.return_annotation}"
    line = f"{name}({', '.join(shown)}){back}"
    if len(line) > WIDTH:
        line = "\n".join([f"{name}(", *(f"    {item}," for item in shown), f"){back}"])
    return f"```text\n{line}\n```\n"


def _shown(parameters: list[inspect.Parameter]) -> list[str]:
    """Parameters as the source has them."""
    stars: dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    out = []
    for item in parameters:
        text = f"{stars.get(item.kind, '')}{item.name}: {item.annotation}"
        is_given = item.default is not inspect.Parameter.empty
        out.append(text + (f" = {item.default!r}" if is_given else ""))
    return out


def _example_of(value: Any) -> str:
    """A docstring, its examples as blocks of their own."""
    lines, out, is_example = inspect.cleandoc(value.__doc__ or "").splitlines(), [], False
    for line in lines:
        begins = line.startswith(">>>")
        if begins and not is_example:
            out.append("```pycon")
            is_example = True
        if is_example and not line:
            out.append("```")
            is_example = False
        out.append(line if is_example else in_markdown(line))
    if is_example:
        out.append("```")
    return "\n".join(out) + "\n"


def _class(name: str, cls: Any) -> list[str]:
    if issubclass(cls, BaseException):
        return [f"## {name}\n", paragraphs(cls.__doc__)]
    parts = [f"## {name}\n", _example_of(cls)]
    words = field_words(cls)
    if dataclasses.is_dataclass(cls):
        lines = [_field(item.name, item.type, words) for item in dataclasses.fields(cls)]
        parts.append("\n".join(lines) + "\n" if lines else "")
    for member, value in _members(cls):
        if isinstance(value, property) or hasattr(value, "func"):
            inner = value.fget if isinstance(value, property) else value.func
            parts += [f"### {name}.{member}\n", paragraphs(inner.__doc__)]
        else:
            inner = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            is_method = not isinstance(value, staticmethod)
            parts += [f"### {name}.{member}()\n", signature(member, inner, is_method)]
            parts.append(_example_of(inner))
    return parts


def _field(name: str, kind: Any, words: dict[str, str]) -> str:
    about = words.get(name, "")
    return f"* `{name}`: `{kind}`" + (f". {in_markdown(about)}" if about else "")


def _members(cls: Any) -> list[tuple[str, Any]]:
    """What a class defines that others may use, as it is in the source."""
    return [
        (name, value)
        for name, value in vars(cls).items()
        if not name.startswith("_")
        and (
            inspect.isfunction(value)
            or isinstance(value, property | classmethod | staticmethod)
            or hasattr(value, "func")
        )
    ]


def _constant(name: str, value: Any) -> str:
    if isinstance(value, str):
        return "The version, as a text.\n"
    if isinstance(value, dict):
        return "By name: " + ", ".join(f"`{key}`" for key in value) + ".\n"
    label = getattr(value, "label", type(value).__name__)
    return f"An axis for `sweep`: {label}.\n"
