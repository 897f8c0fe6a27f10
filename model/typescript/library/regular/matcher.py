"""How a regular expression is matched: by the language's definition, with what comes behind as a
function. So a group that a turn of a loop does not reach is forgotten, and one that caught nothing
is the empty text where it is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from lastchunk.model.typescript.library.regular.syntax import (
    Again,
    Anchor,
    Characters,
    Dot,
    Group,
    InARow,
    LookAround,
    Parsed,
    Repeat,
    Ways,
    parse_pattern,
)

Caught = tuple[tuple[int, int] | None, ...]
Behind = Callable[[int, Caught], Any]
Matcher = Callable[[str, int, Caught, Behind], Any]
ENDS_OF_LINES = "\n\r\u2028\u2029"


class Fit(NamedTuple):
    """Where a regular expression fits, and what its groups caught there."""

    start: int
    end: int
    caught: Caught


class Compiled(NamedTuple):
    """A regular expression, ready to be matched."""

    parsed: Parsed
    match: Matcher


class _Maker:
    """Makes matchers. ``is_back`` reads from right to left, as a look behind does."""

    def __init__(self, flags: str) -> None:
        self.ignores_case = "i" in flags
        self.is_multiline = "m" in flags
        self.dot_is_all = "s" in flags

    def make(self, node: Any, is_back: bool) -> Matcher:
        kind: Any = type(node)
        return _MAKERS[kind](self, node, is_back)  # type: ignore[no-any-return]

    def canonical(self, sign: str) -> str:
        return sign.upper() if self.ignores_case else sign

    def fits(self, node: Any) -> Callable[[str], bool]:
        """Whether one character is of some."""
        if isinstance(node, Dot):
            return (lambda _: True) if self.dot_is_all else (lambda sign: sign not in ENDS_OF_LINES)
        ranges, is_other = node.ranges, node.is_other
        if not self.ignores_case:
            return lambda sign: _within(ranges, ord(sign)) is not is_other
        return lambda sign: any(_within(ranges, ord(s)) for s in _cases(sign)) is not is_other

    def one(self, node: Any, is_back: bool) -> Matcher:
        fits = self.fits(node)

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            place = at - 1 if is_back else at
            if not 0 <= place < len(text) or not fits(text[place]):
                return None
            return behind(place if is_back else at + 1, caught)

        return match

    def anchor(self, node: Anchor, _is_back: bool) -> Matcher:
        holds = {"^": self._at_start, "$": self._at_end, "b": _at_edge}.get(node.sign, _at_no_edge)

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            return behind(at, caught) if holds(text, at) else None

        return match

    def _at_start(self, text: str, at: int) -> bool:
        return at == 0 or (self.is_multiline and text[at - 1] in ENDS_OF_LINES)

    def _at_end(self, text: str, at: int) -> bool:
        return at == len(text) or (self.is_multiline and text[at] in ENDS_OF_LINES)

    def row(self, node: InARow, is_back: bool) -> Matcher:
        parts = [self.make(part, is_back) for part in node.parts]
        parts = parts if is_back else parts[::-1]

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            for part in parts:
                behind = _then(part, text, behind)
            return behind(at, caught)

        return match

    def choice(self, node: Ways, is_back: bool) -> Matcher:
        parts = [self.make(part, is_back) for part in node.parts]

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            for part in parts:
                found = part(text, at, caught, behind)
                if found is not None:
                    return found
            return None

        return match

    def group(self, node: Group, is_back: bool) -> Matcher:
        part, place = self.make(node.part, is_back), node.number - 1

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            def catch(end: int, inner: Caught) -> Any:
                new = (min(at, end), max(at, end))
                return behind(end, (*inner[:place], new, *inner[place + 1 :]))

            return part(text, at, caught, catch)

        return match

    def again(self, node: Again, is_back: bool) -> Matcher:
        canonical = self.canonical

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            where = caught[node.number - 1]
            if where is None:
                return behind(at, caught)
            size = where[1] - where[0]
            start = at - size if is_back else at
            there = text[max(start, 0) : start + size]
            if start < 0 or canonical(there) != canonical(text[where[0] : where[1]]):
                return None
            return behind(start if is_back else at + size, caught)

        return match

    def look(self, node: LookAround, _is_back: bool) -> Matcher:
        part = self.make(node.part, node.is_behind)

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            found = part(text, at, caught, lambda end, inner: (end, inner))
            if (found is None) is not node.is_not:
                return None
            return behind(at, caught if node.is_not else found[1])

        return match

    def repeat(self, node: Repeat, is_back: bool) -> Matcher:
        if isinstance(node.part, Characters | Dot):
            return self._run(node, is_back)
        part = self.make(node.part, is_back)
        low, high = node.first - 1, node.last
        nothing = (None,) * (high - low)

        def turn(text: str, at: int, caught: Caught, behind: Behind, least: int, most: int) -> Any:
            if most == 0:
                return behind(at, caught)

            def more(end: int, inner: Caught) -> Any:
                if least == 0 and end == at:
                    return None  # a turn that takes nothing leads nowhere
                return turn(text, end, inner, behind, max(least - 1, 0), most - 1)

            reset = (*caught[:low], *nothing, *caught[high:])
            if least == 0 and not node.is_greedy:
                found = behind(at, caught)
                return part(text, at, reset, more) if found is None else found
            found = part(text, at, reset, more)
            return behind(at, caught) if found is None and least == 0 else found

        return lambda text, at, caught, behind: turn(
            text, at, caught, behind, node.least, node.most
        )

    def _run(self, node: Repeat, is_back: bool) -> Matcher:
        """One character, many times: without a call within a call for each."""
        fits, step = self.fits(node.part), -1 if is_back else 1

        def match(text: str, at: int, caught: Caught, behind: Behind) -> Any:
            room = at if is_back else len(text) - at
            most, count = min(node.most, room), 0
            while count < most and fits(text[at - count - 1 if is_back else at + count]):
                count += 1
            counts = range(node.least, count + 1)
            for taken in reversed(counts) if node.is_greedy else counts:
                found = behind(at + step * taken, caught)
                if found is not None:
                    return found
            return None

        return match


def _then(part: Matcher, text: str, behind: Behind) -> Behind:
    return lambda at, caught: part(text, at, caught, behind)


def _within(ranges: tuple[tuple[int, int], ...], code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _cases(sign: str) -> tuple[str, ...]:
    """A character with those that count as the same, whatever the case. Texts are ASCII here."""
    return (sign.upper(), sign.lower())


def _at_edge(text: str, at: int) -> bool:
    is_word = [
        0 <= place < len(text)
        and (text[place] == "_" or (text[place].isascii() and text[place].isalnum()))
        for place in (at - 1, at)
    ]
    return is_word[0] is not is_word[1]


def _at_no_edge(text: str, at: int) -> bool:
    return not _at_edge(text, at)


_MAKERS: dict[type, Any] = {
    Characters: _Maker.one,
    Dot: _Maker.one,
    Anchor: _Maker.anchor,
    InARow: _Maker.row,
    Ways: _Maker.choice,
    Group: _Maker.group,
    Again: _Maker.again,
    LookAround: _Maker.look,
    Repeat: _Maker.repeat,
}


@lru_cache(maxsize=512)
def ready_pattern(source: str, flags: str) -> Compiled:
    """A regular expression. Raises `NotUnderstood`."""
    parsed = parse_pattern(source, flags)
    return Compiled(parsed, _Maker(flags).make(parsed.tree, False))


@lru_cache(maxsize=4096)
def found_from(source: str, flags: str, text: str, at: int) -> Fit | None:
    """The first place from ``at`` on where it fits; with the flag ``y``, ``at`` alone."""
    made = ready_pattern(source, flags)
    nothing: Caught = (None,) * made.parsed.groups
    for start in range(at, at + 1 if "y" in flags else len(text) + 1):
        found = made.match(text, start, nothing, lambda end, caught: (end, caught))
        if found is not None:
            return Fit(start, *found)
    return None
