"""The race, drawn: for each design the uploads after the stop, and when it completes the session.

Places are in percent of the width and letters keep their size, so the same drawing fits a wide
screen, a phone and paper. Words stand on the side where there is room.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lastchunk.reports.base.palette import (
    BLACK,
    DIM,
    GREEN,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    WHITE,
    variable,
)

TRACK, ABOVE, BELOW = 74, 22, 26
"""Heights in px: of a design's track, of the words above, of the axis below."""
ROWS = 2
"""Uploads that overlap stand in so many rows."""
STEPS_MS = (
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    1_800_000,
    3_600_000,
)
TICKS_MAX = 7
HALO = f"paint-order: stroke; stroke: var(--paper, {WHITE}); stroke-width: 4px"
"""On a phone the line of the stop is behind a name."""
LETTERS = "font-family: system-ui, sans-serif"


@dataclass(frozen=True)
class RaceUpload:
    """An upload, in ms from the stop; ``in_time`` says whether the first completion had it."""

    chunk: int
    from_ms: int
    to_ms: int
    in_time: bool


@dataclass(frozen=True)
class RaceTrack:
    """One design: its uploads, when it first completes (None: never), and that in words."""

    design: str
    uploads: tuple[RaceUpload, ...]
    completed_ms: int | None
    is_whole: bool
    words: str


@dataclass(frozen=True)
class RacePicture:
    """Tracks over one axis, from ``from_ms`` to ``to_ms``; ``has_stop`` says what 0 is."""

    tracks: tuple[RaceTrack, ...]
    from_ms: int
    to_ms: int
    has_stop: bool
    alt: str


def race_svg(race: RacePicture, is_file: bool = False) -> str:
    """The picture as an SVG; ``is_file`` gives it a width of its own."""
    height = ABOVE + TRACK * len(race.tracks) + BELOW
    width = 'width="900"' if is_file else 'width="100%"'
    body = [_grid(race, height)]
    body += [_track(race, track, ABOVE + TRACK * at) for at, track in enumerate(race.tracks)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="race" role="img" {width} '
        f'height="{height}" aria-label="{escape(race.alt)}" style="{LETTERS}; font-size: 12px">'
        f"{''.join(body)}</svg>"
    )


def _place(race: RacePicture, at_ms: float) -> float:
    """A time as percent of the width, within the picture."""
    share = (at_ms - race.from_ms) / max(1, race.to_ms - race.from_ms)
    return round(100 * min(max(share, 0.0), 1.0), 2)


def race_ticks(race: RacePicture) -> list[float]:
    """Times in s at which the axis has a number."""
    span_ms = race.to_ms - race.from_ms
    step_ms = next((ms for ms in STEPS_MS if span_ms / ms <= TICKS_MAX), STEPS_MS[-1])
    first = -(-race.from_ms // step_ms)
    return [at * step_ms / 1000 for at in range(first, race.to_ms // step_ms + 1)]


def _grid(race: RacePicture, height: int) -> str:
    """The axis, its numbers, and the line of the stop."""
    bottom = height - BELOW
    parts = []
    for tick in race_ticks(race):
        x = _place(race, tick * 1000)
        parts.append(_line(x, ABOVE, bottom, variable(PALE), 1))
        anchor = "start" if x < 4 else "end" if x > 96 else "middle"
        parts.append(_text(x, bottom + 16, f"{tick:g} s", anchor, variable(DIM)))
    if race.has_stop:
        x = _place(race, 0)
        parts.append(_line(x, 14, bottom, variable(BLACK), 1.5, "4 3"))
        parts.append(_text(x, 11, "the user stops", "start" if x < 50 else "end", variable(BLACK)))
    return "".join(parts)


def _track(race: RacePicture, track: RaceTrack, top: int) -> str:
    parts = [
        _text(0, top + 14, track.design, "start", variable(BLACK), f"font-weight: 600; {HALO}")
    ]
    ends = [float("-inf")] * ROWS
    for item in track.uploads:
        if item.to_ms < race.from_ms or item.from_ms > race.to_ms:
            continue
        row = min(range(ROWS), key=lambda at: (ends[at] > item.from_ms, at))
        ends[row] = item.to_ms
        parts.append(_upload(race, item, top + 20 + 13 * row))
    if track.completed_ms is not None:
        parts.append(_completion(race, track, top))
    else:
        parts.append(_text(100, top + 66, f"\u2717 {track.words}", "end", variable(VERMILION)))
    return "".join(parts)


def _upload(race: RacePicture, item: RaceUpload, y: int) -> str:
    x, end = _place(race, item.from_ms), _place(race, item.to_ms)
    fill = variable(SKY if item.in_time else ORANGE)
    width = f"{max(round(end - x, 2), 0.3)}%"
    return (
        f'<svg x="{x}%" y="{y}" width="{width}" height="12"><rect width="100%" height="12" '
        f'fill="{fill}" stroke="{variable(BLACK)}" stroke-width="0.6"/>'
        f'<text x="3" y="10" font-size="10" fill="{BLACK}">{item.chunk}</text></svg>'
    )


def _completion(race: RacePicture, track: RaceTrack, top: int) -> str:
    """The moment of completion: a line, and the words beside it."""
    assert track.completed_ms is not None
    x = _place(race, track.completed_ms)
    colour = variable(GREEN if track.is_whole else VERMILION)
    is_left = x > 50
    words = f"{'✓' if track.is_whole else '✗'} {track.words}"
    return (
        _line(x, top + 16, top + 70, colour, 3)
        + f'<text x="{x}%" dx="{-7 if is_left else 7}" y="{top + 66}" '
        f'text-anchor="{"end" if is_left else "start"}" fill="{variable(BLACK)}" '
        f'style="font-weight: 600">{escape(words)}</text>'
    )


def _line(x: float, y1: int, y2: int, colour: str, width: float, dashes: str = "") -> str:
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x}%" x2="{x}%" y1="{y1}" y2="{y2}" stroke="{colour}" '
        f'stroke-width="{width}"{broken}/>'
    )


def _text(x: float, y: int, words: str, anchor: str, colour: str, style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return (
        f'<text x="{x}%" y="{y}" text-anchor="{anchor}" fill="{colour}"{styled}>'
        f"{escape(words)}</text>"
    )
