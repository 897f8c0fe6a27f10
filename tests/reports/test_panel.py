"""The picture of one session: each bar, mark and band is drawn where the session has it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lastchunk.reports.base.palette import BLACK, ORANGE, PALE, VERMILION
from lastchunk.reports.figures.bars import BAR_COLOURS, Bar, Mark, Spans
from lastchunk.reports.figures.marks import draw_violations, key_of, violation_lines
from lastchunk.reports.figures.panel import (
    BAND_COLOURS,
    BANDS_AT,
    HEIGHTS,
    LANE_AT,
    SHIFTED,
    WORDS_AT,
    Words,
    draw_panel,
)
from lastchunk.reports.figures.timeline import (
    AFTER_MS,
    BEFORE_MS,
    GAP_MS,
    PANEL_MS_MAX,
    PANELS_MAX,
    panels_of,
)

WIDTH_IN = 10.0


def drawn(spans: Spans, panel: tuple[int, int] = (0, 10_000)) -> Any:
    """The axes of one panel."""
    axes: Any = Figure().subplots()
    draw_panel(axes, spans, panel, WIDTH_IN)
    return axes


def bars_of(axes: Any) -> list[tuple[float, float, float, str]]:
    """Each bar: begin and end in ms, its middle's height, its colour."""
    found = [
        patch
        for patch in axes.patches
        if isinstance(patch, Rectangle) and patch.get_alpha() is None
    ]
    return [
        (
            round(bar.get_x() * 1000),
            round((bar.get_x() + bar.get_width()) * 1000),
            round(bar.get_y() + bar.get_height() / 2, 3),
            to_hex(bar.get_facecolor()),
        )
        for bar in found
    ]


def words_of(axes: Any) -> list[tuple[float, float, str]]:
    """Each text: where it begins in ms, its row, its words."""
    texts = [(*text.get_position(), text.get_text().strip()) for text in axes.texts]
    return [(round(x * 1000), y, words) for x, y, words in texts]


@pytest.mark.parametrize("lane", [lane for lane in LANE_AT if lane != "client"])
@pytest.mark.parametrize(("label", "shift"), [("0", 0.1), ("1", -0.2), ("12", 0.1), ("stop", 0.1)])
def test_a_bar_is_drawn_from_its_beginning_to_its_end(lane: str, label: str, shift: float) -> None:
    for kind in ("put", "put failed", "handler", "unheard of"):
        (bar,) = bars_of(drawn(Spans([Bar(lane, kind, 2_000, 7_500, label)])))
        at = LANE_AT[lane] + (shift if lane in SHIFTED else 0)
        assert bar == (2_000, 7_500, round(at, 3), to_hex(BAR_COLOURS.get(kind, PALE)))


def test_a_bar_has_its_lane_s_height() -> None:
    for lane in LANE_AT:
        axes = drawn(Spans([Bar(lane, "put", 2_000, 7_500)]))
        (patch,) = axes.patches
        assert patch.get_height() == pytest.approx(HEIGHTS.get(lane, 0.34))


def test_a_call_beside_an_upload_has_a_row_of_its_own() -> None:
    for chunk in "01":
        call = Bar("network", "stop", 2_000, 4_000, "signal stop")
        upload = Bar("network", "request lost", 1_000, 9_000, chunk)
        axes = drawn(Spans([upload, call, replace(call, from_ms=9_500, to_ms=9_900)]))
        begun = {round(patch.get_x(), 1): patch for patch in axes.patches}
        beside, apart = begun[2.0], begun[9.5]
        rows = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in (begun[1.0], beside))
        assert rows[0][1] <= rows[1][0] + 0.05, "neither hides the other"
        assert apart.get_y() == pytest.approx(LANE_AT["network"] + 0.1 - 0.17)


def test_chunks_that_come_together_are_said_together() -> None:
    axes = drawn(Spans(chunks=[(0, 1_000), (1, 1_000), (2, 1_010), (3, 8_000)]))
    assert [(at, words) for at, _, words in words_of(axes)] == [(1_000, "0, 1, 2"), (8_000, "3")]
    assert len(axes.lines) == 4


def test_a_bar_too_short_to_see_is_made_wide_enough() -> None:
    (bar,) = bars_of(drawn(Spans([Bar("blobs", "put", 4_000, 4_000, "0")]), (0, 40_000)))
    assert bar[:2] == (4_000, 4_100), "a four-hundredth of the panel"


@pytest.mark.parametrize(
    ("begin", "end", "is_shown"),
    [(0, 999, False), (0, 1_000, True), (2_000, 3_000, True), (5_000, 9_000, True),
     (5_001, 9_000, False), (0, 9_000, True)],
)  # fmt: skip
def test_only_what_lies_in_the_panel_is_drawn(begin: int, end: int, is_shown: bool) -> None:
    panel = (1_000, 5_000)
    assert bool(bars_of(drawn(Spans([Bar("blobs", "put", begin, end)]), panel))) is is_shown
    axes = drawn(Spans(bands=[("paused", begin, end)]), panel)
    assert bool(axes.patches) is is_shown
    at_begin = panel[0] <= begin <= panel[1]
    for spans in (
        Spans(chunks=[(0, begin)]),
        Spans(stops=[begin]),
        Spans(marks=[Mark("alarm", "fired", begin)]),
    ):
        assert bool(drawn(spans, panel).lines) is at_begin
    assert drawn(Spans(), panel).get_xlim() == (1, 5)


def test_a_bar_of_no_known_lane_is_left_out() -> None:
    assert bars_of(drawn(Spans([Bar("storage", "commit", 1, 900)]))) == []


def test_bands_are_shaded_in_their_colour_with_their_words() -> None:
    bands = [
        ("unknown trouble", 6_000, 8_000),
        ("tab closed", 1_000, 3_000),
        ("network down", 1_000, 1_000),
    ]
    axes = drawn(Spans(bands=bands))
    shades = [
        (patch.get_x(), patch.get_width(), to_hex(patch.get_facecolor())) for patch in axes.patches
    ]
    closed = BAND_COLOURS["tab closed"]
    assert shades == [
        (1.0, 2.0, to_hex(closed)),
        (1.0, pytest.approx(0.05), to_hex(VERMILION)),
        (6.0, 2.0, to_hex(VERMILION)),
    ]
    assert words_of(axes) == [
        (1_000, BANDS_AT[0], "tab closed"),
        (1_000, BANDS_AT[1], "network down"),
        (6_000, BANDS_AT[0], "unknown trouble"),
    ]


def test_a_band_from_before_the_panel_has_its_words_at_the_edge() -> None:
    axes = drawn(Spans(bands=[("paused", 0, 9_000)]), (4_000, 8_000))
    assert words_of(axes) == [(4_000, BANDS_AT[0], "paused")]


def test_chunks_have_their_names_and_stops_their_line() -> None:
    axes = drawn(Spans(chunks=[(3, 2_000)], stops=[5_000]))
    assert [(x, words) for x, _, words in words_of(axes)] == [
        (2_000, "chunk 3 recorded"),
        (5_000, "stop"),
    ]
    chunk, stop = axes.lines
    assert (list(chunk.get_xdata()), list(chunk.get_ydata())) == ([2.0], [LANE_AT["client"]])
    assert (set(stop.get_xdata()), stop.get_color()) == ({5.0}, ORANGE)
    several = drawn(Spans(chunks=[(3, 2_000), (4, 4_000), (5, 90_000)]))
    assert [words for _, _, words in words_of(several)] == ["3", "4"]


SIGNS = {
    ("alarm", "fired"): ("^", 0.0),
    ("alarm", "stale"): ("^", 0.0),
    ("alarm", "dropped"): ("x", 0.0),
    ("alarm", "failed"): ("x", 0.0),
    ("network", "lost"): ("x", 0.0),
    ("object", "notified"): ("D", 0.4),
}


@pytest.mark.parametrize(("lane", "kind"), SIGNS)
def test_a_mark_has_its_sign_at_its_instant(lane: str, kind: str) -> None:
    sign, above = SIGNS[lane, kind]
    (line,) = drawn(Spans(marks=[Mark(lane, kind, 3_000)])).lines
    assert line.get_marker() == sign
    assert list(line.get_xdata()) == [3.0]
    assert list(line.get_ydata()) == pytest.approx([LANE_AT[lane] + above])


def test_marks_without_a_sign_have_words_alone() -> None:
    for lane, kind in (("object", "failed"), ("client", "reads"), ("client", "refused")):
        axes = drawn(Spans(marks=[Mark(lane, kind, 3_000, "said")]))
        assert not axes.lines
        assert words_of(axes) == [(3_000, WORDS_AT[lane][0], "said")]
    (line,) = drawn(Spans(marks=[Mark("object", "instance lost", 3_000)])).lines
    at = LANE_AT["object"]
    assert list(line.get_xdata()) == [3.0, 3.0]
    assert line.get_ydata()[0] < at < line.get_ydata()[1]


def test_a_handler_that_went_with_its_instance_ends_in_vermilion() -> None:
    axes = drawn(Spans([Bar("object", "handler lost", 1_000, 4_000, "0")]))
    (line,) = axes.lines
    assert (list(line.get_xdata()), line.get_color()) == ([4.0, 4.0], VERMILION)
    assert not drawn(Spans([Bar("object", "handler", 1_000, 4_000, "0")])).lines


def test_a_label_is_written_where_there_is_room_for_it() -> None:
    long, short = (
        Bar("alarm", "alarm", 0, 5_000, "+600 s"),
        Bar("alarm", "alarm", 8_000, 8_100, "+0.1 s"),
    )
    axes = drawn(Spans([long, short]))
    assert words_of(axes) == [(2_500, LANE_AT["alarm"], "+600 s")]
    shown = [
        Bar("network", "request", 1_000, 9_000, "4"),
        Bar("status", "completed", -4_000, 4_000),
    ]
    assert [(x, words) for x, _, words in words_of(drawn(Spans(shown)))] == [
        (5_000, "chunk 4"),
        (2_000, "completed"),
    ]
    assert words_of(drawn(Spans([Bar("object", "handler", 1_000, 9_000, "4")]))) == []


def test_words_go_to_the_first_row_that_is_free_or_are_left_out() -> None:
    axes: Any = Figure().subplots()
    words = Words(axes, (0, 10_000), WIDTH_IN)
    width_ms = words.char_ms * 5
    rows = (1.0, 2.0)
    for at_ms in (0, 0, 0, width_ms - 1, width_ms, width_ms):
        words.put(at_ms, rows, "four", BLACK)
    assert [(x, y) for x, y, _ in words_of(axes)] == [
        (0, 1.0), (0, 2.0), (round(width_ms), 1.0), (round(width_ms), 2.0),
    ]  # fmt: skip


# --- violations and the key ----------------------------------------------------------------------


def test_violations_are_lines_with_their_numbers_the_earliest_thick() -> None:
    axes: Any = Figure().subplots()
    found = [(2_000, "a", "x"), (2_000, "b", "y"), (5_000, "c", "z"), (90_000, "d", "far")]
    draw_violations(axes, found, (0, 10_000), WIDTH_IN)
    assert [(line.get_xdata()[0], line.get_linewidth()) for line in axes.lines] == [
        (2.0, 2.2),
        (5.0, 1.0),
    ]
    assert [words for _, _, words in words_of(axes)] == ["violated 1, 2", "violated 3"]
    assert [text.get_fontweight() for text in axes.texts] == ["bold", "normal"]
    assert violation_lines(found, [(0, 10_000)]) == [
        "1  a, 2.000 s: x",
        "2  b, 2.000 s: y",
        "3  c, 5.000 s: z",
        "4  d, 90.000 s: far (not in the picture)",
    ]


def test_no_words_of_a_violation_lie_on_those_of_another() -> None:
    made: Any = Figure(figsize=(WIDTH_IN, 4))
    axes = made.add_axes((0, 0, 1, 1))
    axes.set_xlim(60, 80)
    times = (69_950, 70_440, 70_500, 71_100, 74_000, 75_200, 79_000)
    draw_violations(axes, [(at, "a", "x") for at in times], (60_000, 80_000), WIDTH_IN)
    assert len(axes.lines) == len(times)
    said = [words for _, _, words in words_of(axes)]
    assert ", ".join(said).replace("violated ", "") == "1, 2, 3, 4, 5, 6, 7"
    assert said[0].startswith("violated 1, 2, 3")
    canvas: Any = FigureCanvasAgg(made)
    renderer = canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert all(one.x1 <= other.x0 for one, other in pairwise(boxes))


@pytest.mark.parametrize(
    "times",
    [
        (80_621, 80_621, 81_957, 82_166),
        (79_000, 84_100),
        (78_200, 81_000, 84_199),
        (78_100, 78_100, 78_100, 84_000, 84_000, 84_200),
        (78_100, 80_000, 81_000, 82_000, 83_000, 84_000, 84_200),
    ],
)
def test_the_words_of_a_violation_end_within_their_panel(times: tuple[int, ...]) -> None:
    made: Any = Figure(figsize=(3, 4))
    axes = made.add_axes((0, 0, 1, 1))
    panel = (78_100, 84_200)
    axes.set_xlim(panel[0] / 1000, panel[1] / 1000)
    draw_violations(axes, [(at, "a", "x") for at in times], panel, 3)
    canvas: Any = FigureCanvasAgg(made)
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in axes.texts]
    assert all(box.x0 >= 0 and box.x1 <= 3 * made.dpi for box in boxes)
    assert all(one.x1 <= other.x0 for one, other in pairwise(boxes))
    said = ", ".join(words for _, _, words in words_of(axes)).replace("violated ", "")
    assert said == ", ".join(str(n) for n in range(1, len(times) + 1))


def key_words(*items: Bar | Mark, panels: Any = ((0, 10_000),)) -> list[str]:
    bars = [item for item in items if isinstance(item, Bar)]
    marks = [item for item in items if isinstance(item, Mark)]
    return [str(artist.get_label()) for artist in key_of(Spans(bars, marks=marks), list(panels))]


def test_the_key_explains_what_the_panels_show_and_nothing_else() -> None:
    put, alarm = Bar("blobs", "put", 0, 5), Bar("alarm", "alarm", 20_000, 30_000)
    assert key_words(put, alarm) == ["blob put"]
    assert key_words(alarm, put, panels=((0, 1), (25_000, 26_000))) == ["blob put", "alarm pending"]
    assert key_words(Bar("object", "handler refused", 0, 5)) == ["request lost, or refused"]
    assert key_words(Mark("alarm", "fired", 5), Mark("alarm", "stale", 5)) == [
        "alarm runs",
        "delivery dropped",
    ]
    assert key_words(Mark("alarm", "failed", 5)) == ["an attempt fails"]
    assert key_words(Mark("network", "lost", 5), Mark("alarm", "failed", 5)) == [
        "the client notices, or an attempt fails"
    ]
    assert key_words(Mark("object", "failed", 5)) == []


# --- panels --------------------------------------------------------------------------------------


def panels(*times: int, end_ms: int = 900_000) -> list[tuple[int, int]]:
    return panels_of(Spans(end_ms=end_ms), list(times))


def test_times_that_are_near_share_a_panel() -> None:
    near, far = [10_000, 10_000 + GAP_MS], [10_000, 10_001 + GAP_MS]
    assert panels(*near) == [(10_000 - 2 * BEFORE_MS, near[1] + AFTER_MS)]
    assert panels(*far) == [
        (10_000 - 2 * BEFORE_MS, 10_000 + AFTER_MS),
        (far[1] - BEFORE_MS, far[1] + AFTER_MS),
    ]
    many = list(range(0, PANEL_MS_MAX + 30_001, 30_000))
    assert len(panels(*many)) == 2, "a panel is no longer than its limit"


def test_there_are_at_most_so_many_panels_and_the_last_one_is_kept() -> None:
    times = [100_000 * number for number in range(1, 8)]
    found = panels(*times)
    assert len(found) == PANELS_MAX
    assert found[0][0] < times[0] < found[0][1]
    assert found[-1][0] < times[-1] < found[-1][1]


def test_a_small_group_has_as_much_around_it_as_it_spans() -> None:
    assert panels(1_000, 1_020) == [(960, 1_040)]
    assert panels(1_000, 1_001) == [(992, 1_005)]


def test_what_lasts_beyond_the_end_is_shown_to_the_end_and_nothing_is_all() -> None:
    assert panels(5_000, end_ms=900) == [(0, 900 + AFTER_MS)]
    assert panels(end_ms=900) == [(0, 1_800)]
    spans = Spans(
        [Bar("status", "active", 0, 3_000), Bar("blobs", "put", 0, 400_000)], end_ms=900_000
    )
    assert panels_of(spans, []) == [(0, 3_000 + AFTER_MS)]
