"""docs/platform.md is what the demos do now, and each demo shows the rule that it stands for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lastchunk.model.trace import events as e
from lastchunk.reports.docs.platform import page
from lastchunk.reports.docs.platform.demo import Demo, misses, run_demo
from lastchunk.reports.docs.platform.picture import BarRows, demo_figure
from lastchunk.reports.figures.bars import Bar
from lastchunk.reports.figures.spans import spans_of

DOCS = Path(__file__).parents[2] / "docs"
PNG = b"\x89PNG\r\n\x1a\n"
RULES = (
    [f"A{number}" for number in range(1, 9)]
    + [f"D{number}" for number in range(1, 6)]
    + [f"R{number}" for number in range(1, 24)]
)
BY_RULE = {demo.rule: demo for demo in page.DEMOS}
each_demo = pytest.mark.parametrize("demo", page.DEMOS, ids=lambda demo: demo.rule)


def test_the_page_is_what_the_demos_do_now() -> None:
    written = (DOCS / "platform.md").read_text(encoding="utf-8")
    is_fresh = written == page.page_text()  # a plain flag: a diff of the pages would say less
    assert is_fresh, f"docs/platform.md is stale; write it anew: {page.COMMAND}"


def test_every_rule_has_a_section_and_a_picture() -> None:
    assert [demo.rule for demo in page.DEMOS] == [*RULES, "memory"]
    text = (DOCS / "platform.md").read_text(encoding="utf-8")
    assert re.findall(r"^### ([ADR]\d+): ", text, re.MULTILINE) == RULES
    shown = re.findall(r"^!\[\w+\]\((platform/\w+\.png)\)$", text, re.MULTILINE)
    assert shown == [f"platform/{page.picture_name(demo)}" for demo in page.DEMOS]
    assert sorted(shown) == sorted(
        f"platform/{path.name}" for path in (DOCS / "platform").iterdir()
    )
    sizes = [len((DOCS / name).read_bytes()) for name in shown]
    assert min(sizes) > 5_000
    assert sum(sizes) < 1_500_000


@each_demo
def test_a_demo_shows_its_rule(demo: Demo) -> None:
    assert misses(demo, run_demo(demo)) == []
    assert len(demo.shows) >= 2
    assert demo.words.endswith((".", ".)"))
    assert set(demo.tags.split(", ")) <= {"doc", "src", "run", ""}


@each_demo
def test_a_trace_without_an_event_of_the_rule_is_noticed(demo: Demo) -> None:
    trace = run_demo(demo)
    for lost in demo.shows:
        rest = [event for event in trace if (type(event), event) != (type(lost), lost)]
        assert misses(demo, rest), lost


@each_demo
def test_a_trace_with_one_more_of_the_rule_s_events_is_noticed(demo: Demo) -> None:
    trace = run_demo(demo)
    for kind in demo.only:
        extra: Any = next((event for event in demo.shows if type(event) is kind), None)
        if extra is not None:
            assert misses(demo, [*trace, extra._replace(at_ms=trace[-1].at_ms + 1)]), kind


# What breaks each demo: the same steps on a platform that is set otherwise.
OTHERWISE: dict[str, dict[str, Any]] = {
    "A1": {"platform": {"alarm_late_ms": 400}},
    "R2": {},
    "R7": {},
    "R8": {},
    "R10": {},
    "R15": {},
    "memory": {"platform": {"hibernates": False}},
}


@pytest.mark.parametrize("rule", OTHERWISE)
def test_a_platform_set_otherwise_is_noticed(rule: str) -> None:
    assert misses(BY_RULE[rule], run_demo(BY_RULE[rule], OTHERWISE[rule]))


def test_the_demo_of_another_rule_is_noticed() -> None:
    for demo in page.DEMOS:
        for other in page.DEMOS:
            if other.design is not demo.design:
                assert misses(demo, run_demo(other)), (demo.rule, other.rule)


def test_two_events_of_equal_fields_are_told_apart() -> None:
    demo = replace(BY_RULE["A1"], shows=(e.AlarmSet(10, 310),), only=())
    assert misses(demo, [e.AlarmSet(10, 310)]) == []
    assert misses(demo, [e.CommitConfirmed(10, 310)])


def test_a_page_with_a_demo_that_fails_is_not_written(tmp_path: Path) -> None:
    broken = replace(BY_RULE["A1"], shows=(e.AlarmStarted(310, 310, 0),))
    with pytest.raises(AssertionError, match="the demo of A1 does not show it"):
        page.page_text((broken,))


# --- pictures ------------------------------------------------------------------------------------


@each_demo
def test_nothing_in_a_picture_lies_on_something_else(demo: Demo) -> None:
    trace = run_demo(demo)
    layout = BarRows(spans_of(trace, 0), trace[0].at_ms, demo.until_ms)
    assert layout.rows
    for _, row in layout.rows:
        ends = -1
        for piece in row.pieces:
            item = piece.item
            if isinstance(item, Bar):
                assert item.from_ms >= ends
                ends = item.to_ms


def test_pictures_are_the_same_bytes_each_time() -> None:
    for rule in ("A1", "D5", "R11"):
        first = page.picture_bytes(BY_RULE[rule])
        assert first == page.picture_bytes(BY_RULE[rule])
        assert first.startswith(PNG)


def test_a_picture_names_its_lanes() -> None:
    demo = BY_RULE["R9"]
    (axes,) = demo_figure(demo, run_demo(demo)).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["network", "object", "status", "storage", "alarm"]
    assert "stale, dropped" in [text.get_text().strip() for text in axes.texts]


def test_the_page_is_written_with_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DEMOS", (BY_RULE["A1"],))
    written = page.write_page(tmp_path)
    assert [path.name for path in written] == ["platform.md", "A1.png"]
    assert all(path.stat().st_size > 1_000 for path in written)
