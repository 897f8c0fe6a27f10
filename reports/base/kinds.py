"""The words of a verdict, each with one sign, one colour and one meaning, on every page.

A word of the ledger and a word of the matrix that say the same look the same. No word hangs on its
colour alone, since each has its sign.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.reports.base.palette import (
    BLUE_TINT,
    GREEN_TINT,
    LIME_TINT,
    ORANGE_TINT,
    PALE_TINT,
    VIOLET_TINT,
    YELLOW_TINT,
    Tint,
    dark_only,
)


@dataclass(frozen=True)
class Look:
    """How a word is shown: its sign, and its ink on its paper."""

    sign: str
    tint: Tint


LOOKS = {
    "holds": Look("\u2713", GREEN_TINT),
    "proved": Look("\u2713", GREEN_TINT),
    "holds as far as possible": Look("\u2713", LIME_TINT),
    "holds if": Look("~", LIME_TINT),
    "not seen failing": Look("\u25cb", BLUE_TINT),
    "not seen": Look("\u25cb", BLUE_TINT),
    "refuted": Look("\u2717", ORANGE_TINT),
    "violated": Look("\u2717", ORANGE_TINT),
    "impossible": Look("\u2298", VIOLET_TINT),
    "unknown": Look("?", YELLOW_TINT),
    "not explored": Look("\u00b7", PALE_TINT),
    "measured": Look("\u2022", PALE_TINT),
    "not asked": Look("\u2013", PALE_TINT),
}
"""Each word that a verdict or a status of a claim can have."""

STATUSES = {
    "holds": "proved in every class of faults that bears on the claim, or true by its yardstick",
    "holds as far as possible": "the same, but that some class makes it impossible for every "
    "design; there the best possible is reached",
    "holds if": "true under the exact condition that is said, and false beyond it",
    "not seen failing": "nothing refutes it, and not all of it is proved",
    "refuted": "a session or a schedule shows that it fails, or its yardstick does",
    "unknown": "nothing refutes it, and what would be needed to judge it is not known",
    "measured": "there is nothing here to measure it against",
    "not asked": "nothing here says anything of it",
}
"""What is said of a claim, and when. `reports.claims.ledger` keeps these rules."""


def css(kind: str) -> str:
    """The name of a word's style."""
    return kind.replace(" ", "-")


def styles() -> str:
    """The style of every word: its ink and its paper, light and dark; its sign before it."""
    rules, dark = [], []
    for kind, look in LOOKS.items():
        ink, paper, dark_ink, dark_paper = look.tint
        rules.append(f".{css(kind)} {{ color: {ink}; background: {paper}; }}")
        rules.append(f'.verdict.{css(kind)}::before {{ content: "{look.sign}\\00a0 "; }}')
        dark.append(f".{css(kind)} {{ color: {dark_ink}; background: {dark_paper}; }}")
    return "\n".join([*rules, dark_only("\n".join(dark))])
