"""The timeline as markup: whole without script, escaped, small, and asking nobody for anything."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lastchunk.model.base.errors import InputError
from lastchunk.model.simulate import Run, record
from lastchunk.model.trace.events import EVENTS
from lastchunk.reports.docs.platform.page import RULES_FILE, rules_json
from lastchunk.reports.timeline import (
    Told,
    rules_list,
    script,
    style,
    timeline,
    timeline_page,
    told,
    told_trace,
)
from lastchunk.reports.timeline.rules import RULES_OF, known_rules
from lastchunk.reports.timeline.scale import LONG_MS, scale_of, ticks_of

ROOT = Path(__file__).parents[3]
EVIL = '</script><img src=x onerror="alert(1)">&\u2028"\''


@pytest.fixture(scope="module")
def run() -> Run:
    return record("lossy-mobile", "alarm", 1, 3)[0]


def data_of(markup: str) -> Any:
    """What the script is given."""
    found = re.search(r'<script type="application/json">(.*?)</script>', markup, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_script_is_small_and_the_parts_ask_nobody() -> None:
    assert len(script().encode()) <= 15_000
    for text in (script(), style(), rules_list()):
        assert re.search(r"(https?:)?//(?!www\.w3\.org/2000/svg)\w|@import|url\(", text) is None
    assert "</script" not in script()
    assert "innerHTML" not in script()


def test_every_event_is_in_the_list_and_in_the_data(run: Run) -> None:
    markup = timeline(run, key="one")
    (session,) = data_of(markup)["sessions"]
    assert len(re.findall(r"<li><span class=\"tl-dim", markup)) == len(run.trace)
    assert [item[0] for item in session["events"]] == list(range(len(run.trace)))
    assert session["times"] == [event.at_ms for event in run.trace]
    assert markup.count('class="tl-dot"') == len(run.trace)


def test_the_picture_is_well_formed_and_within_its_axis(run: Run) -> None:
    markup = timeline(run, key="one")
    found = re.search(r"<svg.*?</svg>", markup, re.DOTALL)
    assert found is not None
    picture = ElementTree.fromstring(found[0])
    places = [float(item.get("x", "0")) for item in picture.iter("rect")]
    assert all(0 <= place <= 1000 for place in places)
    assert "nan" not in found[0]


def test_what_comes_from_outside_is_escaped(run: Run) -> None:
    lines = [event for event in run.trace if type(event) is EVENTS["ConsoleLine"]]
    evil = [event._replace(line=EVIL) for event in lines]
    item = Told(EVIL, evil, ((evil[0].at_ms, EVIL, EVIL),))
    page = timeline_page(item, title=EVIL, notes=(EVIL,))
    assert "<img" not in page
    assert page.count("</script>") == 3, "its own, its data, and the theme's"
    assert data_of(page)["sessions"][0]["name"] == EVIL


def test_a_status_that_a_design_made_up_is_no_markup() -> None:
    written = EVENTS["StateWritten"]
    trace = [written(10, '"><b>', 0, ""), written(20, "a b", 1, '"><b>')]
    assert "<b>" not in timeline(told_trace(trace, "mine"), key="k")


@pytest.mark.parametrize("key", ["", "a b", 'a"', "ä"])
def test_a_key_is_an_id(run: Run, key: str) -> None:
    with pytest.raises(InputError, match="letters, digits and hyphens"):
        timeline(run, key=key)


def test_one_session_or_two(run: Run) -> None:
    with pytest.raises(InputError, match="one session, or two"):
        timeline(run, run, run, key="k")
    assert len(data_of(timeline(run, run, key="k"))["sessions"]) == 2


def test_the_same_session_gives_the_same_bytes(run: Run) -> None:
    again, schedule = record("lossy-mobile", "alarm", 1, 3)
    assert timeline(run, key="k") == timeline(again, key="k")
    assert timeline(told(again, schedule=schedule), key="k") != timeline(run, key="k")


def test_a_trace_of_one_event_and_of_none_can_be_drawn() -> None:
    assert data_of(timeline(told_trace([], "none"), key="k"))["sessions"][0]["events"] == []
    one = [EVENTS["RecordingStarted"](0)]
    assert len(data_of(timeline(told_trace(one, "one"), key="k"))["sessions"][0]["events"]) == 1


def test_a_long_session_tells_how_much_is_left_out(run: Run) -> None:
    many = [EVENTS["RecordingStarted"](ms) for ms in range(5_000)]
    markup = timeline(Told("long", many, ((2_500, "slug", "why"),)), key="k")
    shown = [item[0] for item in data_of(markup)["sessions"][0]["events"]]
    left_out = [int(n.replace(",", "")) for n in re.findall(r"<li>([\d,]+) more events", markup)]
    assert len(shown) + sum(left_out) == 5_000
    assert 2_500 in shown
    assert len(markup) < 1_000_000


# --- the axis ----------------------------------------------------------------------------------


def test_long_waits_are_short_and_all_else_is_to_scale() -> None:
    times = [0, 20, 10_020, 15_020, 15_050, 20_030, 620_030, 620_060, 1_220_060]
    scale = scale_of(times)
    assert scale.breaks == ((20_030, 620_030), (620_060, 1_220_060))
    for one, two in pairwise(times):
        drawn = scale.at(two) - scale.at(one)
        if two - one > LONG_MS:
            assert 0 < drawn < 2_000
        else:
            assert drawn == pytest.approx(two - one)


def test_one_wait_that_dwarfs_all_else_is_broken() -> None:
    assert scale_of([0, 3, 7, 12, 20, 5_020]).breaks == ((20, 5_020),)
    assert scale_of([0, 10_000, 20_000, 30_000]).breaks == ()


@pytest.mark.parametrize("times", [[], [7], [0, 700_000], [0, 1, 2], list(range(0, 90_000, 7))])
def test_the_axis_grows_and_ticks_lie_on_it(times: list[int]) -> None:
    scale = scale_of(times)
    ends = [corner for _, corner in scale.corners]
    assert ends == sorted(set(ends))
    for tick in ticks_of(scale, 8):
        assert 0 <= scale.at(tick) <= scale.end
        assert not any(begin < tick < end for begin, end in scale.breaks)


# --- the rules ---------------------------------------------------------------------------------


def test_the_rules_are_those_of_the_page_of_the_platform() -> None:
    assert RULES_FILE.read_text(encoding="utf-8") == rules_json(), "python -m ...docs.platform"
    text = (ROOT / "docs/platform.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### ([ADR]\d+): (.*)$", text, re.MULTILINE)
    assert set(known_rules()) == {number for number, _ in headings}
    for number, heading in headings:
        words = re.sub(r"[^\w\- ]", "", f"{number}: {heading}".lower()).replace(" ", "-")
        assert known_rules()[number].anchor == words


def test_every_rule_that_an_event_names_is_known_and_on_the_page() -> None:
    assert {rule for rules in RULES_OF.values() for rule in rules} <= set(known_rules())
    for number in known_rules():
        assert f'id="rule-{number}"' in rules_list()


def test_without_limits_a_counterexample_says_no_ranges(run: Run) -> None:
    assert data_of(timeline(run, key="k"))["sessions"][0]["free"] is None
    assert "What may vary" not in timeline(replace(told(run), name="x"), key="k")
