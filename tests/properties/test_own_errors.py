"""What an own property may not be is refused in one line that names the line where it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lastchunk
from lastchunk.model.base.errors import InputError
from lastchunk.model.design.own_properties import load_properties, load_property
from lastchunk.model.properties.judged import asked_of
from lastchunk.model.properties.language import after, always, at_most, event, never, state
from lastchunk.model.properties.shipped.endings import given

HEAD = "from lastchunk.properties import *\nLIMIT = 3\nSEEN = []\n\n"
WRONG = {
    "x = never(event.BlobStord)": ("event at line 5 of p.py", "nearest known name 'BlobStored'"),
    "x = never(event.BlobStored(chnk=1))": ("event.BlobStored at line 5", "'chunk'"),
    "x = always(state.statu == 'a')": ("state at line 5", "nearest known name 'status'"),
    "x = always(state.status == 3)": ("state.status == at line 5", "a value of type str"),
    "x = always(event.BlobStored)": ("always at line 5", "never() takes events"),
    "x = never(event.BlobStored & event.TabClosed)": ("line 5", "one event at a time"),
    "x = never(state.missing > 0 and event.TabClosed)": ("line 5", "joined by &"),
    "x = never(3)": ("property at line 5", "a condition"),
    "x = at_most(2, state.missing > 0)": ("at_most at line 5", "an event"),
    "x = at_most(-1, event.BlobStored)": ("at_most at line 5", "at least 0"),
    "x = at_most(0, event.BlobStored, in_any=5)": ("at_most at line 5", "at least 1"),
    "x = at_most(1, event.BlobStored, in_any=0)": ("in_any at line 5", "at least 1"),
    "x = at_most(1, event.BlobStored, per='chnk')": ("per at line 5", "'chunk'"),
    "x = at_most(1, event.StopPressed, per='chunk')": ("per at line 5", "recorded_ms"),
    "x = at_most(1, event.BlobStored, per='chunk', in_any=5)": ("per at line 5", "no in_any"),
    "x = eventually(event.BlobStored, within=1.5)": ("within at line 5", "a whole number"),
    "x = eventually(event.BlobStored, within=True)": ("within at line 5", "a whole number"),
    "x = after(event.TabClosed).eventually(completion, of='last upload')": (
        "of at line 5",
        "within",
    ),
    "x = after(event.TabClosed).eventually(completion, within=1, of='last uplod')": (
        "of at line 5",
        "'last upload'",
    ),
    "x = always(lambda s: print(s))": ("uses print at line 5", "a pure function"),
    "x = always(lambda s: s.missing > len(SEEN))": ("uses SEEN", "a pure function"),
    "x = always(lambda s: s.mising > 0)": ("reads mising at line 5", "a pure function"),
    "x = always(lambda s, seen=[]: s.missing)": ("takes more than the state", "pure"),
    "def f(s):\n    global LIMIT\n    LIMIT += 1\n    return True\nx = always(f)": (
        "changes a global variable at line 7",
        "pure",
    ),
    "def f(s):\n    import random\n    return True\nx = always(f)": ("imports at line 6", "pure"),
    "def f(s):\n    s.missing = 3\n    return True\nx = always(f)": ("attribute at line 6", "pure"),
    "def f(s):\n    yield s\nx = always(f)": ("no plain function", "pure"),
    "x = never(event.StateWritten(status=True))": ("status at line 5", "a value of type str"),
    "x = never(event.HandlerEnded(status=float('nan')))": ("status at line 5", "of type int"),
    "x = never(event.HandlerEnded(status=(200, True)))": ("status at line 5", "of type int"),
    "x = never(event.HandlerEnded(status=()))": ("status at line 5", "of type int"),
    "x = never(event.HandlerEnded(method=range(3)))": ("method at line 5", "of type str"),
    "x = never(event.TabClosed(in_tab=(1, 2)))": ("in_tab at line 5", "one number or one text"),
    "x = never(event.HandlerEnded(status=200)(status=300))": ("line 5", "each field once"),
    "def f(s):\n    for x in {'a', 'b'}:\n        return x == s.status\nx = always(f)": (
        "takes a set for more than asking what is in it at line 6",
        "pure",
    ),
    "x = always(lambda s: max({s.status, 'a'}) == 'a')": ("takes a set", "pure"),
    "W = frozenset(('a', 'b'))\nx = always(lambda s: max(W) == s.status)": ("takes a set", "pure"),
    "def f(s):\n    while s.missing < 9:\n        pass\n    return True\nx = always(f)": (
        "loops without an end in sight (while) at line 6",
        "pure",
    ),
    "def f():\n    x = always(lambda s: s.missing < w)\n    w = 3\n    return x\nx = f()": (
        "uses w, which has no value yet",
        "pure",
    ),
    "x = always(state.is_settled, name='told_truth')": ("line 5", "no shipped property has"),
    "outcome = always(state.is_settled)": ("line 5", "no column of results has"),
    "saw_reopened = always(state.is_settled)": ("line 5", "no column of results has"),
    "x = always(state.is_settled, name=5)": ("line 5", "a name of a-z"),
    "x = always(state.is_settled, name='y')\ny = never(event.TabClosed)": ("y", "each name once"),
    "x = always(state.is_settled, name='No Name')": ("property at line 5", "a name of a-z"),
    "x = always(state.is_settled, name='finalizes')": ("property at line 5", "no shipped property"),
    "x = at_end(event.BlobStored)": ("at_end at line 5", "no event comes there"),
    "x = at_end(state.missing == 0, when=completion)": ("at_end at line 5", "on the state"),
    "x = last(completion).within(1.5, of=event.StopPressed)": (
        "within at line 5",
        "a whole number",
    ),
    "x = last(completion).within(grace + 0.5, of=refusal)": ("within at line 5", "whole number of"),
    "x = on_disk(always(state.missing == 0))": ("on_disk at line 5", "a status that is written"),
    "x = on_disk(never(event.BlobStored))": ("on_disk at line 5", "a status that is written"),
    "x = on_disk(completion)": ("on_disk at line 5", "a property of the language"),
    "x = never(event.RunEnded)": ("event", "at_end(...)"),
    "x = sometimes(event.RunEnded(reason='quiet'))": ("event", "at_end(...)"),
    "x = given(completion, never(refusal))": ("given at line 5", "the state at the end"),
    "x = given(state.has_recorded, at_end(state.missing == 0))": ("given at line 5", "never()"),
    "x = both(never(refusal), 'finalizes')": ("both at line 5", "a property of the language"),
    "x = both(never(refusal), sometimes(refusal))": ("both at line 5", "of the language"),
    "y = 3": ("--properties", "a file with properties"),
    "y = 1 / 0": ("ZeroDivisionError as it was imported at line 5", ""),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "p.py"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_properties(file)
    said = str(caught.value)
    assert [part for part in WRONG[text] if part not in said] == []
    assert "\n" not in said


PURE = """
from lastchunk.properties import always, state
WORDS = frozenset(("active", "completed"))


def f(s):
    for word in ("a", "b"):
        if s.status == word:
            continue
    return s.status in {"", "incomplete"} or s.status in WORDS


x = always(f)
"""


def test_a_loop_over_what_is_there_and_a_set_that_is_asked_are_pure(tmp_path: Path) -> None:
    file = tmp_path / "p.py"
    file.write_text(PURE, encoding="utf-8")
    assert list(load_properties(file)) == ["x"]


def test_whether_there_is_such_a_name_can_be_asked(tmp_path: Path) -> None:
    text = "x = never(event.BlobStored if hasattr(event, 'Foo') else event.TabClosed)"
    (tmp_path / "p.py").write_text(HEAD + text, encoding="utf-8")
    watch = load_property(f"{tmp_path / 'p.py'}:x").watch
    assert watch is not None
    assert watch.words == "Never: TabClosed."
    assert [hasattr(event, name) for name in ("Foo", "RunEnded", "TabClosed")] == [0, 0, 1]
    assert [hasattr(state, name) for name in ("foo", "missing")] == [False, True]


def test_a_function_that_throws_is_told_with_its_line() -> None:
    scenario = lastchunk.load_scenario("everything-fast", ["recording.duration_ms=15000"])
    run = lastchunk.simulate(scenario, lastchunk.load_design("alarm", scenario), 1)
    with pytest.raises(InputError, match=r"raised ZeroDivisionError at line \d+, in <lambda>"):
        run.check([always(lambda s: s.recorded // s.stored > 0)])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["finalises"], "one of complete_at_finalization"),
        ("finalises", "'finalises'; allowed: one of complete_at_finalization"),
        ([3], "names of shipped properties"),
        (3, "properties, or names of shipped ones"),
        ({"finalizes": never(event.TabClosed)}, "a name that no shipped property has"),
        ([never(event.TabClosed, name="a"), never(event.TabClosed, name="a")], "each name once"),
    ],
)
def test_names_are_checked(given: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        asked_of(given)


def test_a_reference_to_a_property_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(HEAD + "calm = at_most(LIMIT, event.AlarmStarted)\n", encoding="utf-8")
    assert load_property(f"{file}:calm").slug == "calm"
    with pytest.raises(InputError, match="nearest known name 'calm'"):
        load_property(f"{file}:clam")
    with pytest.raises(InputError, match="a Python file that exists"):
        load_property(f"{tmp_path / 'other.py'}:calm")


MEANINGS: dict[str, Callable[[], Any]] = {
    "After every event: missing is at most 2.": lambda: always(state.missing <= 2),
    "Whenever TabClosed: not has_stopped.": lambda: always(~state.has_stopped, event.TabClosed),
    "Never: HandlerEnded(status=400 to 499).": lambda: never(
        event.HandlerEnded(status=range(400, 500))
    ),
    "After TabClosed, within 1,000 ms: is_settled.": lambda: after(event.TabClosed).eventually(
        state.is_settled, within=1_000
    ),
    "Never: TabClosed; a run without a violation says so where has_recorded.": lambda: given(
        state.has_recorded, never(event.TabClosed)
    ),
    "At most 2 times for each chunk: BlobStored.": lambda: at_most(
        2, event.BlobStored, per="chunk"
    ),
}


@pytest.mark.parametrize("words", MEANINGS)
def test_a_property_says_in_words_what_it_means(words: str) -> None:
    assert MEANINGS[words]().meaning == words
