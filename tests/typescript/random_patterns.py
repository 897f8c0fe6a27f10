"""Random regular expressions on random texts, as programs: small alphabets, so that much matches."""

from __future__ import annotations

import random

ATOMS = ["a", "b", "c", ".", "\\d", "\\w", "\\s", "[ab]", "[^a]", "[a-c1]", "[\\d-]", "1", "-"]
EDGES = ["^", "$", "\\b", "\\B"]
COUNTS = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "??", "{1,2}?"]
FLAG_SETS = ["", "", "g", "i", "m", "s", "y", "gy", "gi", "u"]
LETTERS = "aabbc1A- \n_"


class PatternMaker:
    """Makes one pattern. ``rng`` decides all of it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.groups = 0

    def choice(self, depth: int) -> str:
        """Some ways, one after the other."""
        count = self.rng.choice([1, 1, 1, 2, 3])
        return "|".join(self.row(depth) for _ in range(count))

    def row(self, depth: int) -> str:
        """Some parts in a row."""
        return "".join(self.part(depth) for _ in range(self.rng.randint(1, 3)))

    def part(self, depth: int) -> str:
        """One part, perhaps many times."""
        what = self.rng.random()
        if what < 0.1:
            return self.rng.choice(EDGES)
        if what < 0.2 and depth:
            return f"({self.rng.choice(['?=', '?!', '?<=', '?<!'])}{self.choice(depth - 1)})"
        if what < 0.25 and self.groups:
            return f"\\{self.rng.randint(1, self.groups)}(?:)"
        made = self.group(depth) if what < 0.55 and depth else self.rng.choice(ATOMS)
        return made + (self.rng.choice(COUNTS) if self.rng.random() < 0.4 else "")

    def group(self, depth: int) -> str:
        """What is caught, or not."""
        kind = self.rng.choice(["(", "(", "(?:", "(?<n>"])
        if kind == "(?:":
            return f"(?:{self.choice(depth - 1)})"
        self.groups += 1
        kind = kind.replace("n", f"n{self.groups}")
        return f"{kind}{self.choice(depth - 1)})"


def pattern_program(seed: int) -> str:
    """A program that asks all that one can ask of a regular expression; the same for one seed."""
    rng = random.Random(f"pattern {seed}")
    pattern, flags = PatternMaker(rng).choice(2), rng.choice(FLAG_SETS)
    text = "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, 8))).replace("\n", "\\n")
    asked = [
        f"const r = /{pattern}/{flags}; const t = '{text}'; const m = r.exec(t); out(m);",
        "out(r.lastIndex); if (m) { out(m.index); out({ ...m.groups }); }",
        "out(r.test(t)); out(r.lastIndex); out(t.search(r)); out(t.split(r)); out(t.match(r));",
        "out(t.replace(r, '[$1$&]')); out(t.replace(r, (...all) => all.length + all[0]));",
    ]
    if "g" in flags:
        asked.append("out([...t.matchAll(r)]);")
    return " ".join(asked)
