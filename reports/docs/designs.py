"""docs/designs.md: each design with what it mends, what it costs a reader, and its state diagram.

``python -m lastchunk.reports.docs.designs`` writes the page anew. What a step mends and leaves
comes from ``tests/ladder.txt``, which a test holds against the designs; all else is computed here.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from lastchunk.model.base.files import write_text
from lastchunk.model.explore.diagram import shipped_diagram
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.simplicity import simplicity_row, simplicity_table

COMMAND = "python -m lastchunk.reports.docs.designs"
ROOT = Path(__file__).parents[2]
PAGE = "designs.md"
LADDER = ROOT / "tests" / "ladder.txt"
NOTHING = "nothing"

Ladder = dict[str, dict[str, tuple[str, ...]]]
"""For each design on the ladder, the properties that it violates in each field fact."""

OPENING = f"""# The designs

The shipped designs, the oldest first: what each is for, what it mends and leaves, how much there
is to read in it, and its state diagram. Nothing here is drawn by hand: `{COMMAND}`
runs and explores the designs and writes this page, and a test compares it with what they do now.
The names that begin with F are those of the field facts, each an exact situation in
`tests/simulate/test_field_facts.py`.

**To read a diagram.** A state is what the object knows of the session: the status in its record,
*stopping* once it knows that the user has stopped, *expired* once it has given late chunks up. An
arrow names the method that ran, and what was true at that moment: *chunks missing* means that a
recorded chunk was not in the blob store, so an arrow to *completed* with these words is a
recording cut short. Arrows that only record a chunk are shown, other writes that change nothing
are not. A diagram is gathered from every step of small explorations (two chunks, slow puts, waits
short enough to run out, a closed tab, a stray stop): an arrow is there because a schedule takes it,
and there may be more in a scenario with other faults.

## What there is to read
"""
EXPLAINED = """
Lines, awaits and methods are those of the object, with all that a design takes over from the ones
before it; client lines are those of its stop flow. Statuses are the states of its diagram. The
classes are the state classes of one fixed small scenario: two chunks and the stop under way at
once, slow puts, and at most one loss of each chunk. The more classes, the more there is that can
happen.
"""


def read_ladder(text: str) -> Ladder:
    """The ladder's lines, ``fact step: slugs``, as a table by step and fact."""
    out: Ladder = {}
    for line in text.splitlines():
        head, _, slugs = line.partition(": ")
        fact, step = head.rsplit(" ", 1)
        found = () if slugs == NOTHING else tuple(slugs.split())
        out.setdefault(step, {})[fact] = found
    return out


def ladder_words(name: str, ladder: Ladder) -> str:
    """What a step mends of the one before it, what it violates anew, and what is left."""
    if name not in ladder:
        return "It is not a step of the ladder.\n"
    steps = [step for step in DESIGNS if step in ladder]
    place, own = steps.index(name), ladder[name]
    parts = []
    if place:
        before = ladder[steps[place - 1]]
        parts.append(_listed(f"Mends, of what *{steps[place - 1]}* leaves", before, own))
        parts.append(_listed("Violates anew", own, before))
    parts.append(_listed("Still violated", own, {}))
    return "\n".join(filter(None, parts))


def _listed(
    title: str, have: dict[str, tuple[str, ...]], others: dict[str, tuple[str, ...]]
) -> str:
    """The properties violated in one table and not in another, fact by fact."""
    lines = []
    for fact, slugs in have.items():
        only = [f"`{slug}`" for slug in slugs if slug not in others.get(fact, ())]
        if only:
            lines.append(f"- {fact}: {', '.join(only)}")
    return f"{title}:\n\n" + "\n".join(lines) + "\n" if lines else ""


def purpose(name: str) -> str:
    """What a design says of itself: its class in a line, then its module."""
    cls = DESIGNS[name]
    module = sys.modules[cls.__module__].__doc__ or ""
    paragraphs = [f"*{(cls.__doc__ or '').splitlines()[0]}*", *module.strip().split("\n\n")]
    return "\n\n".join(_wrapped(text.replace("``", "`")) for text in paragraphs) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 98, break_on_hyphens=False, break_long_words=False)


def designs_page_text() -> str:
    """The whole page."""
    ladder = read_ladder(LADDER.read_text(encoding="utf-8"))
    rows = [simplicity_row(name) for name in DESIGNS]
    parts = [OPENING, simplicity_table(rows), EXPLAINED.lstrip("\n")]
    for name in DESIGNS:
        parts += [f"## {name}\n", purpose(name), ladder_words(name, ladder)]
        parts.append(f"```mermaid\n{shipped_diagram(name).mermaid()}```\n")
    return "\n".join(parts)


def write_designs_page(folder: Path) -> Path:
    """Write designs.md into a folder. Returns its path."""
    path = folder / PAGE
    write_text(path, designs_page_text())
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write_designs_page(ROOT / 'docs').name} written to docs/\n")
