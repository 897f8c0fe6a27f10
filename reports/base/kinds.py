"""The words of a verdict, each with one sign, one colour and one meaning, on every page.

A word of the ledger and a word of the matrix that say the same look the same. Colours are pale
tints of Okabe and Ito's; no word hangs on its colour alone, since each has its sign.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How a word is shown: its sign, its ink, and the colour of the paper behind it."""

    sign: str
    ink: str
    paper: str


GREEN_INK = ("#00573f", "#cfeee2")
LIME = ("#4d5a00", "#e9efc9")
BLUE_INK = ("#00486e", "#d9ecf8")
ORANGE_INK = ("#8a3300", "#f8d9b8")
YELLOW_INK = ("#6b5200", "#fbf3bf")
VIOLET_INK = ("#4b3a66", "#e6dff0")
PALE_INK = ("#444444", "#f1f1f1")

LOOKS = {
    "holds": Look("\u2713", *GREEN_INK),
    "proved": Look("\u2713", *GREEN_INK),
    "holds as far as possible": Look("\u2713", *LIME),
    "holds if": Look("~", *LIME),
    "not seen failing": Look("\u25cb", *BLUE_INK),
    "not seen": Look("\u25cb", *BLUE_INK),
    "refuted": Look("\u2717", *ORANGE_INK),
    "violated": Look("\u2717", *ORANGE_INK),
    "impossible": Look("\u2298", *VIOLET_INK),
    "unknown": Look("?", *YELLOW_INK),
    "not explored": Look("\u00b7", *PALE_INK),
    "measured": Look("\u2022", *PALE_INK),
    "not asked": Look("\u2013", *PALE_INK),
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
    """The style of every word: its ink and its paper; and its sign before a ``.verdict``."""
    rules = []
    for kind, look in LOOKS.items():
        rules.append(f".{css(kind)} {{ color: {look.ink}; background: {look.paper}; }}")
        rules.append(f'.verdict.{css(kind)}::before {{ content: "{look.sign}\\00a0 "; }}')
    return "\n".join(rules)
