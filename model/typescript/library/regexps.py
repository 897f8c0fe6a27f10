"""``RegExp``, and what texts do with one: ``match``, ``matchAll``, ``replace``, ``split``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lastchunk.model.typescript.library.places import whole_number
from lastchunk.model.typescript.library.regular.matcher import Fit, found_from, ready_pattern
from lastchunk.model.typescript.library.regular.syntax import NotUnderstood
from lastchunk.model.typescript.runtime.facets import lift
from lastchunk.model.typescript.runtime.matches import MatchArray
from lastchunk.model.typescript.runtime.texts import seen_text, to_text, units
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    Facet,
    HostObject,
    is_callable,
    refuse_here,
    type_error,
)

FLAG_NAMES = {
    "global": "g",
    "ignoreCase": "i",
    "multiline": "m",
    "dotAll": "s",
    "unicode": "u",
    "sticky": "y",
}
INSERTED = re.compile(r"\$(\$|&|`|'|\d\d?|<[^>]*>)")


def problem_of(pattern: str, flags: str) -> str:
    """What of a regular expression is not understood, in words; "" where all is."""
    try:
        ready_pattern(pattern, flags)
    except NotUnderstood as error:
        return str(error)
    return ""


class RegExp(HostObject):
    """A regular expression. With ``g`` or ``y`` it keeps where it goes on."""

    __slots__ = ("flags", "lastIndex", "source")
    WORD = "a regular expression"
    NAMES = frozenset(("test", "exec", "source", "flags", "lastIndex", "toString", *FLAG_NAMES))
    CHANGES = frozenset(("lastIndex",))

    def __init__(self, source: str, flags: str = "") -> None:
        self.source = source
        self.flags = "".join(sorted(flags))
        self.lastIndex: Any = 0

    def __getattr__(self, name: str) -> Any:
        if name in FLAG_NAMES:
            return FLAG_NAMES[name] in self.flags
        raise AttributeError(name)

    @property
    def is_global(self) -> bool:
        """Whether all places are meant."""
        return "g" in self.flags

    @property
    def goes_on(self) -> bool:
        """Whether it goes on where it stopped."""
        return "g" in self.flags or "y" in self.flags

    def as_text(self) -> str:
        """As it stands in a file."""
        return f"/{self.source}/{self.flags}"

    def toString(self, *_: Any) -> str:  # noqa: N802 - the language's name
        """As it stands in a file."""
        return self.as_text()

    def found_in(self, value: str) -> Fit | None:
        """Where it is in a text, from where it goes on."""
        if "i" in self.flags and not value.isascii():
            refuse_here("a regular expression with the flag i on a text beyond ASCII")
        at = (
            int(min(max(whole_number(self.lastIndex, 0), 0), len(value) + 1)) if self.goes_on else 0
        )
        found = None
        if at <= len(value):
            try:
                found = found_from(self.source, self.flags, units(value), at)
            except RecursionError:
                refuse_here("a regular expression that takes too many turns in a long text")
        if self.goes_on:
            self.lastIndex = 0 if found is None else found.end
        return found

    def test(self, value: Any = UNDEFINED, *_: Any) -> Any:
        """Whether it is in a text."""
        if type(value) is Facet and not self.goes_on:
            return lift(self.test, value)
        return self.exec(value) is not None

    def exec(self, value: Any = UNDEFINED, *_: Any) -> Any:
        """What it finds in a text, group by group."""
        if type(value) is Facet and not self.goes_on:
            return lift(self.exec, value)
        word = seen_text(to_text(value))
        if type(word) is Facet:
            return self.exec(word)
        found = self.found_in(word)
        return None if found is None else self.array_of(found, word)

    def array_of(self, found: Fit, word: str) -> MatchArray:
        """What the language says of a place where it fits."""
        items = [UNDEFINED if part is None else word[slice(*part)] for part in found.caught]
        names = ready_pattern(self.source, self.flags).parsed.names
        groups = {name: items[number - 1] for name, number in names.items()}
        whole = word[found.start : found.end]
        return MatchArray([whole, *items], found.start, word, groups if names else UNDEFINED)

    def all_in(self, word: str) -> list[Fit]:
        """Each place from where it goes on; where it takes nothing it goes one further."""
        out = []
        while (found := self.found_in(word)) is not None:
            out.append(found)
            if found.end == found.start:
                self.lastIndex += 1
        return out


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
    made.lastIndex = 0
    found = [value[item.start : item.end] for item in made.all_in(value)]
    return found or None


def match_all(value: str, pattern: Any) -> list[Any]:
    """``text.matchAll(pattern)``"""
    made = as_regexp(pattern, "g")
    if not made.is_global:
        raise type_error("String.prototype.matchAll called with a non-global RegExp argument")
    own = RegExp(made.source, made.flags)
    own.lastIndex = made.lastIndex
    return [own.array_of(item, value) for item in own.all_in(value)]


def search(value: str, pattern: Any) -> int:
    """``text.search(pattern)``"""
    made = as_regexp(pattern)
    found = RegExp(made.source, made.flags).found_in(value)
    return -1 if found is None else found.start


def split_by(value: str, pattern: RegExp, limit: int) -> list[Any]:
    """``text.split(pattern, limit)``"""
    flags = "".join(set(pattern.flags) - {"g"} | {"y"})
    own = RegExp(pattern.source, flags)
    if not value:
        return [] if own.found_in(value) is not None or not limit else [value]
    out: list[Any] = []
    start = at = 0
    while at < len(value):
        own.lastIndex = at
        found = own.found_in(value)
        if found is None or found.end == start or found.end > len(value):
            at += 1
            continue
        out.append(value[start:at])
        out += own.array_of(found, value).items[1:]
        start = at = found.end
    return [*out, value[start:]][:limit]


def replaced(value: str, pattern: RegExp, by: Any) -> str:
    """``text.replace(pattern, by)``"""
    if pattern.is_global:
        pattern.lastIndex = 0
        places = pattern.all_in(value)
    else:
        found = pattern.found_in(value)
        places = [] if found is None else [found]
    put_in: Callable[[MatchArray], str] = _by_function(by) if is_callable(by) else _by_text(by)
    out, at = "", 0
    for place in places:
        out += value[at : place.start] + put_in(pattern.array_of(place, value))
        at = place.end
    return out + value[at:]


def _by_function(by: Any) -> Callable[[MatchArray], str]:
    def put_in(found: MatchArray) -> str:
        more = [] if found.groups is UNDEFINED else [found.groups]
        made = by(*found.items, found.index, found.input, *more)
        return seen_text(to_text(made))  # type: ignore[no-any-return]

    return put_in


def _by_text(by: Any) -> Callable[[MatchArray], str]:
    words = seen_text(to_text(by))
    return lambda found: inserted(words, found)


def inserted(by: str, found: MatchArray) -> str:
    """What is put in, where ``$`` has a meaning."""

    def part(sign: re.Match[str]) -> str:
        word, items = sign[1], found.items
        end = found.index + len(items[0])
        known = {"$": "$", "&": items[0], "`": found.input[: found.index], "'": found.input[end:]}
        if word in known:
            return known[word]  # type: ignore[no-any-return]
        if word[0] == "<":
            if found.groups is UNDEFINED:
                return sign[0]
            made = found.groups.get(word[1:-1], UNDEFINED)
            return "" if made is UNDEFINED else made
        for digits in (word, word[:1]):
            if 1 <= int(digits) < len(items):
                made = "" if items[int(digits)] is UNDEFINED else items[int(digits)]
                return made + word[len(digits) :]
        return sign[0]

    return INSERTED.sub(part, by)
