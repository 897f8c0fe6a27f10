"""The syntax of a regular expression, as a tree. What is not understood raises `NotUnderstood`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

FLAGS = frozenset("dgimsuy") - {"d"}
SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
DIGITS, LETTERS = ((48, 57),), ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE_RANGES = tuple((ord(sign), ord(sign)) for sign in SPACES)
NAMED = {"d": DIGITS, "w": LETTERS, "s": SPACE_RANGES}
INFINITE = 1 << 60
SYNTAX = "^$\\.*+?()[]{}|/"


class NotUnderstood(Exception):  # noqa: N818 - a signal to whoever has the line
    """Something in a regular expression that is not understood, in words."""


@dataclass(frozen=True)
class Characters:
    """One character out of some ranges, or out of none of them."""

    ranges: tuple[tuple[int, int], ...]
    is_other: bool = False


@dataclass(frozen=True)
class Dot:
    """Any character but an end of a line."""


@dataclass(frozen=True)
class Anchor:
    """``^``, ``$``, ``\\b`` or ``\\B``."""

    sign: str


@dataclass(frozen=True)
class LookAround:
    """``(?=...)``, ``(?!...)``, ``(?<=...)``, ``(?<!...)``"""

    part: Any
    is_behind: bool
    is_not: bool


@dataclass(frozen=True)
class Group:
    """What is caught under a number."""

    part: Any
    number: int


@dataclass(frozen=True)
class Again:
    """What a group has caught, once more."""

    number: int


@dataclass(frozen=True)
class InARow:
    """Parts one after the other."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Ways:
    """The first that fits."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Repeat:
    """A part, so many times; each time forgets what groups ``first`` to ``last`` caught."""

    part: Any
    least: int
    most: int
    is_greedy: bool
    first: int
    last: int


@dataclass
class Parsed:
    """A regular expression: its tree, how many groups it has, and their names."""

    tree: Any
    groups: int
    names: dict[str, int] = field(default_factory=dict)


def parse_pattern(source: str, flags: str) -> Parsed:
    """The tree of a regular expression. Raises `NotUnderstood`."""
    if not set(flags) <= FLAGS or len(set(flags)) < len(flags):
        raise NotUnderstood(f"the flags {flags}")
    parser = _Parser(source, "u" in flags)
    tree = parser.choice()
    if parser.at < len(source):
        raise NotUnderstood("a bracket that nothing opens")
    for number in parser.again:
        if number > parser.groups:
            raise NotUnderstood("an octal escape")
    for name, at in parser.named_again:
        if name not in parser.names:
            raise NotUnderstood(f"a group {name} that is not there")
        object.__setattr__(at, "number", parser.names[name])
    return Parsed(tree, parser.groups, parser.names)


class _Parser:
    def __init__(self, source: str, is_unicode: bool) -> None:
        self.source = source
        self.is_unicode = is_unicode
        self.at = 0
        self.groups = 0
        self.names: dict[str, int] = {}
        self.again: list[int] = []
        self.named_again: list[tuple[str, Again]] = []
        self.is_in_class = False

    def sees(self, word: str) -> bool:
        """Whether a word comes next; it is taken then."""
        if self.source.startswith(word, self.at):
            self.at += len(word)
            return True
        return False

    def taken(self) -> str:
        """The next character."""
        if self.at == len(self.source):
            raise NotUnderstood("an end where more is due")
        self.at += 1
        return self.source[self.at - 1]

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def choice(self) -> Any:
        parts = [self.row()]
        while self.sees("|"):
            parts.append(self.row())
        return parts[0] if len(parts) == 1 else Ways(tuple(parts))

    def row(self) -> Any:
        parts = []
        while self.peek() not in ("", "|", ")"):
            before = self.groups
            part = self.atom()
            parts.append(self.repeated(part, before))
        return parts[0] if len(parts) == 1 else InARow(tuple(parts))

    def repeated(self, part: Any, before: int) -> Any:
        sign = self.peek()
        counts = {"*": (0, INFINITE), "+": (1, INFINITE), "?": (0, 1)}.get(sign)
        if counts is not None:
            self.at += 1
        elif sign == "{":
            counts = self.counts()
        if counts is None:
            return part
        if isinstance(part, Anchor | LookAround):
            raise NotUnderstood("a count behind what takes no character")
        is_greedy = not self.sees("?")
        if self.peek() in ("*", "+", "?") or self.peek() == "{":
            raise NotUnderstood("two counts in a row")
        return Repeat(part, *counts, is_greedy, before + 1, self.groups)

    def counts(self) -> tuple[int, int]:
        end = self.source.find("}", self.at)
        least, comma, most = self.source[self.at + 1 : end].partition(",")
        if end < 0 or not least.isdecimal() or not (most or "0").isdecimal():
            raise NotUnderstood("a brace that is no count")
        self.at = end + 1
        top = int(least) if not comma else int(most) if most else INFINITE
        if top < int(least):
            raise NotUnderstood("a count whose end is before its beginning")
        return int(least), top

    def atom(self) -> Any:
        sign = self.taken()
        if sign in "^$":
            return Anchor(sign)
        if sign == ".":
            return Dot()
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.characters()
        if sign == "\\":
            return self.escape()
        if sign in "*+?{}]":
            raise NotUnderstood(f"the sign {sign} by itself")
        return one(sign)

    def group(self) -> Any:
        if self.sees("?:"):
            return self.closed(InARow((self.choice(),)))
        for word, is_behind, is_not in (
            ("?=", False, False),
            ("?!", False, True),
            ("?<=", True, False),
            ("?<!", True, True),
        ):
            if self.sees(word):
                return LookAround(self.closed(self.choice()), is_behind, is_not)
        name = self.name() if self.sees("?<") else ""
        if self.peek() == "?":
            raise NotUnderstood("flags within it")
        self.groups += 1
        number = self.groups
        if name:
            if name in self.names:
                raise NotUnderstood(f"two groups that are called {name}")
            self.names[name] = number
        return Group(self.closed(self.choice()), number)

    def closed(self, part: Any) -> Any:
        if not self.sees(")"):
            raise NotUnderstood("a bracket that is not closed")
        return part

    def name(self) -> str:
        end = self.source.find(">", self.at)
        name = self.source[self.at : end]
        if end < 0 or not (name.isascii() and name.replace("$", "_").isidentifier()):
            raise NotUnderstood("a group whose name is none")
        self.at = end + 1
        return name

    def escape(self) -> Any:
        sign = self.peek()
        if sign in ("b", "B"):
            self.at += 1
            return Anchor(sign)
        if sign.isdecimal() and sign != "0":
            digits = ""
            while self.peek().isdecimal():
                digits += self.taken()
            self.again.append(int(digits))
            return Again(int(digits))
        if self.sees("k<"):
            made = Again(0)
            self.named_again.append((self.name(), made))
            return made
        return self.named_class() or one(self.character())

    def named_class(self) -> Characters | None:
        """``\\d`` and its like, behind the backslash."""
        sign = self.peek()
        if sign.lower() not in NAMED or not sign:
            return None
        self.at += 1
        return Characters(NAMED[sign.lower()], sign.isupper())

    def character(self) -> str:
        """The character of an escape, behind the backslash."""
        sign = self.taken()
        if sign in CONTROLS:
            return CONTROLS[sign]
        if sign == "0" and not self.peek().isdecimal():
            return "\0"
        if sign in "xu":
            return self.by_number(sign)
        if sign == "b" and self.is_in_class:
            return "\b"
        is_plain = sign in SYNTAX or (sign == "-" and (self.is_in_class or not self.is_unicode))
        if not is_plain and (sign.isalnum() or self.is_unicode):
            self.strange(sign)
        return sign

    def strange(self, sign: str) -> NoReturn:
        raise NotUnderstood(f"the escape \\{sign}")

    def by_number(self, sign: str) -> str:
        if sign == "u" and self.is_unicode and self.sees("{"):
            end = self.source.find("}", self.at)
            digits, self.at = self.source[self.at : end], end + 1
        else:
            size = 2 if sign == "x" else 4
            digits = self.source[self.at : self.at + size]
            self.at += size
            if len(digits) < size:
                self.strange(sign)
        if not digits or not set(digits) <= set("0123456789abcdefABCDEF"):
            self.strange(sign)
        code = int(digits, 16)
        if code > 0xFFFF or 0xD800 <= code <= 0xDFFF:
            raise NotUnderstood("a character that takes two")
        return chr(code)

    def characters(self) -> Characters:
        is_other = self.sees("^")
        ranges: list[tuple[int, int]] = []
        self.is_in_class = True
        while not self.sees("]"):
            low = self.member()
            if (
                isinstance(low, Characters)
                or self.peek() != "-"
                or self.source[self.at + 1 :][:1] in ("]", "")
            ):
                ranges += (
                    class_ranges(low) if isinstance(low, Characters) else [(ord(low), ord(low))]
                )
                continue
            self.at += 1
            high = self.member()
            if isinstance(high, Characters) or high < low:
                raise NotUnderstood("a range that is none")
            ranges.append((ord(low), ord(high)))
        self.is_in_class = False
        return Characters(tuple(ranges), is_other)

    def member(self) -> Characters | str:
        sign = self.taken()
        return (self.named_class() or self.character()) if sign == "\\" else sign


def one(sign: str) -> Characters:
    """One character."""
    if sign > "\uffff":
        raise NotUnderstood("a character that takes two")
    return Characters(((ord(sign), ord(sign)),))


def class_ranges(characters: Characters) -> list[tuple[int, int]]:
    """The ranges of a named class, also of one that says what it is not."""
    if not characters.is_other:
        return list(characters.ranges)
    out, low = [], 0
    for first, last in sorted(characters.ranges):
        if first > low:
            out.append((low, first - 1))
        low = last + 1
    return [*out, (low, 0xFFFF)]
