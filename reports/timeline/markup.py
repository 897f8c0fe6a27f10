"""The timeline as a piece of a page: controls, pictures, the event in words, and the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.trace.words import clock
from lastchunk.reports.base.palette import (
    FAINT_BLUE,
    GREEN,
    GREY,
    LIGHT_GREEN,
    LIGHT_ORANGE,
    ORANGE,
    ORANGE_TINT,
    PALE,
    SKY,
    dark_only,
)
from lastchunk.reports.figures.bars import BAR_COLOURS, KEY_WORDS, Spans
from lastchunk.reports.timeline.facts import as_script, event_line, session_data, shown_events
from lastchunk.reports.timeline.layout import LANE_NAMES, lane_at
from lastchunk.reports.timeline.picture import Picture, look_of
from lastchunk.reports.timeline.rules import RULES_PAGE, known_rules
from lastchunk.reports.timeline.scale import scale_of
from lastchunk.reports.timeline.state import stamp_at, states_of, steps_of
from lastchunk.reports.timeline.told import Rows, Tellable, Told, told

HERE = Path(__file__).parent
KEYS = "← → one event, + and - zoom, 0 all of it, v the violation"
BUTTONS = (
    ("back", "← back"),
    ("on", "on →"),
    ("violation", "to the violation"),
    ("in", "zoom in"),
    ("out", "zoom out"),
    ("all", "all of it"),
)
DRAWN_MAX = 2
STRONG = {PALE: GREY, LIGHT_ORANGE: ORANGE, FAINT_BLUE: SKY, LIGHT_GREEN: GREEN}
"""What a tint is a tint of: bars of this page are mixed with its paper, light or dark."""


class _Drawn(NamedTuple):
    """A session with all that the page needs of it."""

    told: Told
    states: Sequence[Rows]
    spans: Spans
    shown: Sequence[int]
    steps: Sequence[int]


def style() -> str:
    """The style of all timelines of a page, whose colours are those of the palette."""
    bad = f".tl {{ --bad: {ORANGE_TINT.ink}; --tl-mix: 42%; }}\n"
    dark = dark_only(f".tl {{ --bad: {ORANGE_TINT.dark_ink}; --tl-mix: 30%; }}") + "\n"
    return bad + dark + _hues() + (HERE / "timeline.css").read_text(encoding="utf-8")


def _hues() -> str:
    """The colours of bars, those of every figure; a pale one is that of which it is the tint."""
    return "".join(
        f".{look_of(kind)} {{ --tl-hue: {STRONG.get(colour, colour)}; }}\n"
        for kind, colour in BAR_COLOURS.items()
    )


def script() -> str:
    """The script of all timelines of a page; it begins by itself."""
    return (HERE / "timeline.js").read_text(encoding="utf-8")


def timeline(*sources: Tellable, key: str, title: str = "") -> str:
    """One session, or two on one axis of time, as markup.

    ``key`` is the timeline's own id on the page: letters, digits and hyphens. ``title`` is said of
    it to who cannot see it. Raises `InputError`.
    """
    if not 1 <= len(sources) <= DRAWN_MAX:
        raise InputError("timeline", len(sources), "one session, or two")
    if not key.replace("-", "").isalnum() or not key.isascii():
        raise InputError("key", key, "letters, digits and hyphens")
    drawn = [_prepared(told(source)) for source in sources]
    times = [ms for item in drawn for ms in _times_of(item)]
    scale = scale_of(times)
    pictures = "".join(
        f'<p class="tl-name">{escape(item.told.name)}</p>'
        + Picture(item.told, item.spans, scale, f"{key}-{n}", item.steps).svg(_label(item))
        for n, item in enumerate(drawn)
    )
    sessions = [session_data(item.told, item.shown, item.states, item.steps) for item in drawn]
    rules = {number: rule.name for number, rule in known_rules().items()}
    data = {"lanes": LANE_NAMES, "scale": scale.corners, "rules": rules, "sessions": sessions}
    data |= {"breaks": scale.breaks}
    name = escape(title or " and ".join(item.told.name for item in drawn))
    return (
        f'<div class="tl" id="{key}">{_controls(key)}'
        f'<div class="tl-box" id="{key}-box" tabindex="0" role="region" aria-label="{name}">'
        f"{pictures}</div>{_legend(drawn)}"
        f'<div class="tl-now" hidden></div><div class="tl-free">{_varies(drawn)}</div>'
        f"{_lists(drawn)}"
        f'<script type="application/json">{as_script(data)}</script></div>'
    )


def rules_list() -> str:
    """The platform's rules as text, which every timeline of the page links to."""
    items = "".join(
        f'<dt id="rule-{number}">{number}: {escape(rule.name)}</dt><dd>{escape(rule.words)} '
        f'<span class="tl-dim">({RULES_PAGE}#{rule.anchor})</span></dd>'
        for number, rule in known_rules().items()
    )
    return (
        '<details class="tl-rules"><summary>The platform\'s rules that events name</summary>'
        f"<dl>{items}</dl></details>"
    )


def _prepared(item: Told) -> _Drawn:
    violations = tuple(
        (stamp_at(item.trace, at_ms), slug, detail) for at_ms, slug, detail in item.violations
    )
    item = replace(item, violations=violations)
    states, spans = states_of(item.trace, item.moments)
    steps = steps_of(len(item.trace), item.moments) if item.moments else [0] * len(item.trace)
    return _Drawn(item, states, spans, shown_events(item), steps)


def _times_of(item: _Drawn) -> Iterable[int]:
    yield from (event.at_ms for event in item.told.trace)
    yield from (at_ms for at_ms, _, _ in item.told.violations)
    if item.told.freedom is not None:
        yield max(high or low for low, high in item.told.freedom.ranges_ms)


def _label(item: _Drawn) -> str:
    """The picture in a sentence."""
    found = "".join(
        f" Violated at {clock(at_ms)}: {slug}, {detail}."
        for at_ms, slug, detail in item.told.violations[:1]
    )
    return f"Timeline of {item.told.name}: {len(item.told.trace)} events.{found}"


def _controls(key: str) -> str:
    buttons = "".join(
        f'<button type="button" data-do="{do}" aria-controls="{key}-box">{words}</button>'
        for do, words in BUTTONS
    )
    return f'<div class="tl-controls" hidden>{buttons}<span class="tl-dim">{KEYS}</span></div>'


def _legend(drawn: Sequence[_Drawn]) -> str:
    """What the colours mean, for those that the pictures have."""
    kinds = {bar.kind for item in drawn for bar in item.spans.bars}
    items = "".join(
        f'<li><span class="tl-swatch {look_of(kind)}"></span>{escape(words)}</li>'
        for kind, words in KEY_WORDS.items()
        if kind in kinds
    )
    of = [f"{item.told.name}: " if len(drawn) > 1 else "" for item in drawn]
    found = "".join(
        f'<li class="tl-found">✗ {n} {escape(whose)}at {clock(at_ms)}: '
        f"{escape(f'{slug}, {detail}')}</li>"
        for item, whose in zip(drawn, of, strict=True)
        for n, (at_ms, slug, detail) in enumerate(item.told.violations, 1)
    )
    return f'<ul class="tl-legend">{items}{found}</ul>'


def _varies(drawn: Sequence[_Drawn]) -> str:
    """What may vary, in words; the script puts sliders in its place."""
    items = "".join(
        f"<li>{escape(name)}: {clock(low_ms)} to "
        f"{'any time later' if high_ms is None else clock(high_ms)}</li>"
        for item in drawn
        if item.told.freedom is not None
        for name, (low_ms, high_ms) in zip(
            item.told.freedom.names, item.told.freedom.ranges_ms, strict=True
        )
        if low_ms != high_ms
    )
    return f"<p>What may vary, the violation kept:</p><ul>{items}</ul>" if items else ""


def _lists(drawn: Sequence[_Drawn]) -> str:
    out = []
    for item in drawn:
        rows, last = [], -1
        for number in item.shown:
            if number > last + 1:
                rows.append(f"<li>{number - last - 1:,} more events, not told here</li>")
            last = number
            lane = LANE_NAMES[lane_at(item.told.trace[number])]
            line = escape(event_line(item.told, number))
            rows.append(f'<li><span class="tl-dim">{lane}</span> {line}</li>')
        out.append(
            f'<details class="tl-list" open><summary>The events of {escape(item.told.name)}, '
            f"in order</summary><ol>{''.join(rows)}</ol></details>"
        )
    return "".join(out)
