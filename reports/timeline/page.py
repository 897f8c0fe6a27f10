"""A page of one timeline, in one file that asks nobody for anything."""

from __future__ import annotations

from html import escape

from lastchunk.reports.base.palette import variables
from lastchunk.reports.base.theme import THEME_SCRIPT, THEME_STYLE
from lastchunk.reports.timeline.markup import rules_list, script, style, timeline
from lastchunk.reports.timeline.told import Tellable

PAGE_STYLE = """:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 1200px; background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } a { color: var(--link); }
"""


def timeline_page(*sources: Tellable, title: str, notes: tuple[str, ...] = ()) -> str:
    """The whole page; ``notes`` stand below its title."""
    body = timeline(*sources, key="timeline", title=title)
    said = "".join(f"<p>{escape(line)}</p>" for line in notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{variables()}{PAGE_STYLE}"
        f"{THEME_STYLE}{style()}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><script>{THEME_SCRIPT}</script>{said}{body}{rules_list()}</main>"
        f"<script>{script()}</script></body></html>\n"
    )
