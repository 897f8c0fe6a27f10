"""Regular expressions: those that mean the same in JavaScript and in Python; others are refused."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.texts import seen_text, to_text, units
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    HostObject,
    is_callable,
    refuse_here,
)

FLAGS = frozenset("gimsu")
PROBLEMS = (
    (re.compile(r"\(\?<[=!]"), "a look behind"),
    (re.compile(r"\\[1-9k]"), "a reference to a group"),
    (re.compile(r"\\[pPc]"), "a class of Unicode or a control character"),
    (re.compile(r"\[\^?\]"), "an empty class"),
    (re.compile(r"\[[^\]\\]*(?:\\.[^\]\\]*)*\["), "a bracket within a class"),
    (re.compile(r"&&|--|~~|\|\|"), "two signs that Python keeps for itself"),
    (re.compile(r"\(\?[a-zA-Z-]+[:)]"), "flags within it"),
    (re.compile(r"[^\x00-\x7f]"), "letters beyond ASCII"),
    (re.compile(r"\{,"), "a count without a lower bound"),
    (re.compile(r"[*+?}][+]"), "two counts in a row"),
)


def problem_of(pattern: str, flags: str) -> str:
    """What of a regular expression is not understood, in words; "" where all is."""
    if not set(flags) <= FLAGS or len(set(flags)) < len(flags):
        return f"the flags {flags}"
    for found, words in PROBLEMS:
        if found.search(pattern):
            return words
    try:
        _compiled(pattern, flags)
    except re.error as error:
        return str(error)
    return ""


@cache
def _compiled(pattern: str, flags: str) -> re.Pattern[str]:
    python = re.sub(r"\(\?<([A-Za-z_]\w*)>", r"(?P<\1>", pattern)
    python = re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", _end, python)
    python = _spaces(python)
    bits = re.ASCII
    for flag, bit in (("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL)):
        bits |= bit if flag in flags else 0
    return re.compile(python, bits)


def _end(found: re.Match[str]) -> str:
    """In Python ``$`` is also before a last line break; ``\\Z`` is not."""
    return found[1] or r"(?!.|\n)"


def _spaces(pattern: str) -> str:
    """JavaScript counts more characters as space, and a dot stops at more ends of lines."""
    return pattern.replace(r"\/", "/")


class RegExp(HostObject):
    """A regular expression. With ``g`` it keeps where it goes on."""

    __slots__ = ("flags", "lastIndex", "source")
    WORD = "a regular expression"
    NAMES = frozenset(("test", "exec", "source", "flags", "global", "lastIndex", "toString"))
    CHANGES = frozenset(("lastIndex",))

    def __init__(self, source: str, flags: str = "") -> None:
        self.source = source
        self.flags = flags
        self.lastIndex = 0

    def __getattr__(self, name: str) -> Any:
        if name == "global":
            return self.is_global
        raise AttributeError(name)

    @property
    def is_global(self) -> bool:
        """Whether it goes on where it stopped."""
        return "g" in self.flags

    def as_text(self) -> str:
        """As it stands in a file."""
        return f"/{self.source}/{self.flags}"

    def toString(self, *_: Any) -> str:  # noqa: N802 - the language's name
        """As it stands in a file."""
        return self.as_text()

    def found_in(self, value: str, at: int = 0) -> re.Match[str] | None:
        """Where it is in a text."""
        if not value.isascii():
            refuse_here("a regular expression on a text beyond ASCII")
        return _compiled(self.source, self.flags).search(value, at)

    def test(self, value: Any = UNDEFINED, *_: Any) -> Any:
        """Whether it is in a text."""
        if type(value) is Facet and not self.is_global:
            return lift(self.test, value)
        return self.exec(value) is not None

    def exec(self, value: Any = UNDEFINED, *_: Any) -> Any:
        """What it finds in a text, group by group."""
        if type(value) is Facet and not self.is_global:
            return lift(self.exec, value)
        word = units(seen_text(to_text(value)))
        at = self.lastIndex if self.is_global else 0
        found = self.found_in(word, at) if at <= len(word) else None
        if self.is_global:
            self.lastIndex = 0 if found is None else found.end()
        return None if found is None else _groups(found)


class Match(list[Any]):
    """What a regular expression has found: an array with more to ask for."""


def _groups(found: re.Match[str]) -> list[Any]:
    return [UNDEFINED if item is None else item for item in (found[0], *found.groups())]


def as_regexp(pattern: Any, flags: str = "") -> RegExp:
    """A regular expression, made of a text where it is none."""
    if isinstance(pattern, RegExp):
        return pattern
    source = "(?:)" if pattern is UNDEFINED else seen_text(to_text(pattern))
    problem = problem_of(source, flags)
    if problem:
        refuse_here(f"a regular expression with {problem}")
    return RegExp(source, flags)


def match(value: str, pattern: Any) -> Any:
    """``text.match(pattern)``"""
    made = as_regexp(pattern)
    if not made.is_global:
        return made.exec(value)
    found = [item[0] for item in _all(value, made)]
    made.lastIndex = 0
    return found or None


def match_all(value: str, pattern: Any) -> list[Any]:
    """``text.matchAll(pattern)``"""
    return [_groups(item) for item in _all(value, as_regexp(pattern, "g"))]


def _all(value: str, pattern: RegExp) -> list[re.Match[str]]:
    if not value.isascii():
        refuse_here("a regular expression on a text beyond ASCII")
    return list(_compiled(pattern.source, pattern.flags).finditer(value))


def search(value: str, pattern: Any) -> int:
    """``text.search(pattern)``"""
    found = as_regexp(pattern).found_in(units(value))
    return -1 if found is None else found.start()


def split_by(value: str, pattern: RegExp) -> list[Any]:
    """``text.split(pattern)``"""
    if any(item.end() == item.start() for item in _all(value, pattern)):
        refuse_here("split() by a regular expression that finds nothing at all")
    made = _compiled(pattern.source, pattern.flags).split(value)
    return [UNDEFINED if item is None else item for item in made]


def replaced(value: str, pattern: RegExp, by: Any) -> str:
    """``text.replace(pattern, by)``"""
    words = "" if is_callable(by) else seen_text(to_text(by))
    if "$" in words:
        refuse_here("a replacement with $ behind a regular expression", "a function")

    def put_in(found: re.Match[str]) -> str:
        if not is_callable(by):
            return words
        return seen_text(to_text(by(*_groups(found), found.start(), value)))  # type: ignore[no-any-return]

    if any(item.end() == item.start() for item in _all(value, pattern)):
        refuse_here("replace() by a regular expression that finds nothing at all")
    made = _compiled(pattern.source, pattern.flags)
    return made.sub(put_in, value, count=0 if pattern.is_global else 1)
