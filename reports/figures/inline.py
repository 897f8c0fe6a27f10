"""A figure's SVG made part of a page: text as text, colours that follow the page's theme.

Names of parts get the figure's own name in front, so that two figures on a page share none; what
nothing refers to loses its name. Numbers keep two places, which is a hundredth of a point.
"""

from __future__ import annotations

import re
from html import escape

from lastchunk.reports.base.palette import BLACK, ON_DARK, variable

DRAWN_WITH = "'DejaVu Sans'"


def inline_svg(svg: bytes, name: str, alt: str) -> str:
    """The figure as a piece of a page; ``alt`` says in words what it shows."""
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)  # it would style the page
    text = _own_names(text, name)
    text = re.sub(r"-?\d+\.\d{3,}", lambda found: _short(found[0]), text)
    # Black is what has no colour said: on a dark page it would be black all the same.
    text = re.sub(r'<text style="(?![^"]*fill:)', f'<text style="fill: {BLACK}; ', text)
    for colour in ON_DARK:
        text = re.sub(colour, variable(colour), text, flags=re.IGNORECASE)
    text = text.replace(DRAWN_WITH, "'DejaVu Sans', system-ui, sans-serif")
    text = re.sub(r">\s+<", "><", text)
    return re.sub(r"<svg [^>]*>", lambda found: _head(found[0], alt), text, count=1).strip()


def _own_names(text: str, name: str) -> str:
    """Names that are referred to with the figure's own in front; the others go."""
    used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", text))
    text = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "",
        text,
    )
    text = re.sub(r'href="#', f'href="#{name}-', text)
    return re.sub(r"url\(#", f"url(#{name}-", text)


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _head(tag: str, alt: str) -> str:
    """The opening tag: as wide as the page allows, at most as wide as it was drawn."""
    box = re.search(r'viewBox="([^"]+)"', tag)
    assert box is not None, "matplotlib writes one"
    width = float(box[1].split()[2])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="figure" role="img" aria-label="{escape(alt)}" viewBox="{box[1]}" '
        f'style="max-width: {width * 4 / 3:.0f}px">'
    )
