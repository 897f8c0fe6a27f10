"""Every colour of pages and figures: one for one meaning, light and dark.

Lines and bars have the colours of Okabe and Ito, which the colour-blind can tell apart; verdicts
have pale tints of them under dark ink, and the same the other way round on a dark page. Nothing
hangs on colour alone: verdicts have signs, curves have marks of their own.
"""

from __future__ import annotations

from typing import NamedTuple

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, WHITE = "#8A8A8A", "#D9D9D9", "#FFFFFF"
DIM = "#595959"
"""Small words that are not the matter itself: grey, and still legible."""
LIGHT_BLUE, LIGHT_GREEN, LIGHT_ORANGE, FAINT_BLUE = "#A6C8E0", "#BDE3D3", "#F5D9A0", "#CFE8F7"
MINT, FAINT_GREEN = "#8FD3BF", "#CDEBDD"

ON_BARS = "#010101"
"""Words on a bar of a strong colour, which is the same on a dark page: so they are, too."""

ON_DARK = {
    BLACK: "#E8E8E8",
    WHITE: "#16181C",
    PALE: "#40444C",
    DIM: "#B4B4B4",
    BLUE: "#4C9BD6",
    VERMILION: "#F07C2E",
    FAINT_GREEN: "#1F4A3A",
}
"""What a colour of a figure is on a dark page; the others are the same there."""


class Tint(NamedTuple):
    """Ink on paper, on a light page and on a dark one."""

    ink: str
    paper: str
    dark_ink: str
    dark_paper: str


GREEN_TINT = Tint("#00573F", "#CFEEE2", "#9CE6CB", "#0B3B2E")
LIME_TINT = Tint("#4D5A00", "#E9EFC9", "#DDE88F", "#363D0B")
BLUE_TINT = Tint("#00486E", "#D9ECF8", "#A9D8F5", "#0C344B")
ORANGE_TINT = Tint("#8A3300", "#F8D9B8", "#FFC89A", "#54260A")
YELLOW_TINT = Tint("#6B5200", "#FBF3BF", "#F5E38A", "#453A08")
VIOLET_TINT = Tint("#4B3A66", "#E6DFF0", "#D6C6F0", "#372A4E")
PALE_TINT = Tint("#444444", "#F1F1F1", "#C8C8C8", "#2B2E34")

PAGE = {
    "ink": ("#1A1A1A", "#E8E8E8"),
    "dim": (DIM, "#B4B4B4"),
    "paper": ("#FFFFFF", "#16181C"),
    "panel": ("#F5F5F3", "#20242A"),
    "line": ("#D9D9D9", "#40444C"),
    "link": ("#003D6B", "#8CC8F2"),
}
"""The colours of a page, by what they are for: (light, dark)."""


def ink_on(colour: str) -> str:
    """The colour of words on a bar: black that turns with the page where the bar does."""
    return BLACK if colour in (PALE, WHITE) else ON_BARS


def variable(colour: str) -> str:
    """A colour of a figure as a style of a page, which knows what it is on a dark one."""
    upper = colour.upper()
    return f"var(--c{upper[1:].lower()}, {upper})" if upper in ON_DARK else upper


def variables() -> str:
    """The colours of a page and its figures, light and dark, as CSS."""
    light = {name: pair[0] for name, pair in PAGE.items()}
    dark = {name: pair[1] for name, pair in PAGE.items()}
    light |= {f"c{colour[1:].lower()}": colour for colour in ON_DARK}
    dark |= {f"c{colour[1:].lower()}": other for colour, other in ON_DARK.items()}
    return f":root {{ {_declared(light)} }}\n{dark_only(f':root {{ {_declared(dark)} }}')}"


def dark_only(rules: str) -> str:
    """Rules for a dark page, each a line; paper is never dark.

    A page is dark where the system is and the reader has not chosen, or where the reader chose so.
    """
    unchosen = _under(':root:not([data-theme="light"])', rules)
    chosen = _under(':root[data-theme="dark"]', rules)
    return (
        f"@media screen and (prefers-color-scheme: dark) {{\n{unchosen}\n}}\n"
        f"@media screen {{\n{chosen}\n}}"
    )


def _under(root: str, rules: str) -> str:
    """Each rule for a page whose root is such a one."""
    lines = []
    for line in rules.splitlines():
        inner = line.removeprefix(":root")
        lines.append(f"  {root}{inner}" if inner != line else f"  {root} {line}")
    return "\n".join(lines)


def _declared(values: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
