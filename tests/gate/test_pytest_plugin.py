"""The pytest plugin, as a project uses it: in projects of a few lines."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

FIVE_LINES = """
import lastchunk.reference_impl.{module} as it

def test_no_chunk_is_left_behind(lastchunk):
    verdict = lastchunk.verify(design=it.{design}, properties="complete_at_finalization")
    assert verdict.holds
"""
RACE = FIVE_LINES.format(module="alarm", design="AlarmDesign")
SOUND = FIVE_LINES.format(module="lazy_alarm", design="LazyAlarmDesign")
SAMPLED = """
import pytest

@pytest.mark.lastchunk(sessions=40, seed=7)
def test_it(lastchunk):
    assert lastchunk.sample("cellular-driving", {design!r}, "complete_at_finalization").holds
"""
BOTH = """
def test_it(lastchunk):
    asked = ["complete_at_finalization", "nothing_lost"]
    assert lastchunk.hold("{design}", asked, sessions=60).holds
"""
MENDED = """
from lastchunk.reference_impl.{module} import {design}

class Mine({design}):
    '''Mine.'''
"""
OWN = """
from mine import Mine

def test_it(lastchunk):
    verdict = lastchunk.verify(design=Mine, properties="complete_at_finalization")
    print(verdict)
    assert verdict.holds
"""


def installed() -> list[str]:
    """What loads the plugin where this environment has not installed its entry point yet.

    As pytest does, it looks at every install on the path, and not at the first of a name alone.
    """
    found = [item for one in distributions() for item in one.entry_points]
    names = [item.name for item in found if item.group == "pytest11"]
    return [] if "lastchunk" in names else ["-p", "lastchunk.pytest_plugin"]


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run the project's tests. nbmake takes seconds to load, and has nothing to do here."""
    without = ("-p", "no:cacheprovider", "-p", "no:nbmake")
    return pytester.runpytest_subprocess(*installed(), *without, *words)


def test_five_lines_find_the_race_and_say_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(RACE)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert "lastchunk: complete_at_finalization, violated" in text
    assert "Whenever the session is completed, every chunk recorded so far is stored." in text
    assert re.search(r"> +0:20\.030 +violated +completed without chunk 1", text)
    assert re.search(r"0:15\.030 +blob store +blob put started", text)
    assert "What may vary, the order kept: request create anywhere from 0:00.010" in text
    assert "<violated: complete_at_finalization of alarm in default-scope" in text
    (token,) = re.findall(r"--lastchunk-replay (\w{8})$", text, re.MULTILINE)
    (command,) = re.findall(r"to see it again: lastchunk replay (\S+)", text)
    assert Path(command).stem == token
    assert Path(command).is_file()
    assert (pytester.path / ".lastchunk" / ".gitignore").read_text() == "*\n"


def test_five_lines_pass_the_recommended_design(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SOUND)
    run(pytester).assert_outcomes(passed=1)
    assert not (pytester.path / ".lastchunk").exists()


def test_the_readme_s_test_runs(pytester: pytest.Pytester) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(def test_.*?)```", text, re.DOTALL)
    given = "from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign as MyDesign\n"
    pytester.makepyfile(given + code)
    run(pytester).assert_outcomes(passed=1)


def test_what_failed_is_tried_first_until_it_is_mended(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=OWN, mine=MENDED.format(module="alarm", design="AlarmDesign"))
    first = run(pytester).stdout.str()
    assert "every schedule: " in first
    second = run(pytester).stdout.str()
    assert "by a schedule that failed before" in second
    assert "every schedule: " not in second
    lines = [line for line in first.splitlines() if re.match(r"[ >] +\d+:\d\d\.\d", line)]
    assert lines
    assert all(line in second for line in lines), "the same timeline"
    pytester.makepyfile(mine=MENDED.format(module="lazy_alarm", design="LazyAlarmDesign"))
    third = run(pytester, "-rP")
    third.assert_outcomes(passed=1)
    assert "<proved: complete_at_finalization of Mine" in third.stdout.str()


def test_a_token_replays_one(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_a=RACE, test_b=SAMPLED.format(design="alarm"), test_c=SOUND)
    result = run(pytester)
    result.assert_outcomes(failed=2, passed=1)
    tokens = re.findall(r"--lastchunk-replay (\w{8})$", result.stdout.str(), re.MULTILINE)
    assert len(tokens) == 2
    for token in tokens:
        again = run(pytester, "--lastchunk-replay", token)
        again.assert_outcomes(failed=1, deselected=2)
        assert "lastchunk: complete_at_finalization, violated" in again.stdout.str()
    unknown = run(pytester, "--lastchunk-replay", "ffffffff")
    assert unknown.ret == pytest.ExitCode.USAGE_ERROR
    assert "'ffffffff'; allowed: one of " in unknown.stderr.str()


def test_sampling_obeys_marker_options_and_call(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SAMPLED.format(design="alarm"))
    assert "40 sessions from seed 7" in run(pytester).stdout.str()
    words = ("--lastchunk-sessions", "60", "--lastchunk-seed", "9", "--lastchunk-folder", "other")
    assert "60 sessions from seed 9" in run(pytester, *words).stdout.str()
    assert list((pytester.path / "other").glob("*/*.schedule"))
    pytester.makepyfile(SAMPLED.format(design="lazy-alarm"))
    run(pytester).assert_outcomes(passed=1)


def test_by_proof_and_by_sampling_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BOTH.format(design="lazy-alarm"))
    run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(BOTH.format(design="alarm"))
    run(pytester).assert_outcomes(failed=1)


def test_it_works_with_xdist(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_a=RACE, test_b=SOUND)
    result = run(pytester, "-n", "2")
    result.assert_outcomes(failed=1, passed=1)
    assert "lastchunk: complete_at_finalization, violated" in result.stdout.str()
    (token,) = re.findall(r"--lastchunk-replay (\w{8})$", result.stdout.str(), re.MULTILINE)
    again = run(pytester, "-n", "2", "--lastchunk-replay", token)
    again.assert_outcomes(failed=1)


WRONG = [
    ("lastchunk.verify(design='alram')", "--design: 'alram'; allowed: "),
    ("lastchunk.verify(design='alarm', properties='finalises')", "'finalises'; allowed: one"),
    ("lastchunk.verify(design='alarm', properties=[])", "properties: []; allowed: at least"),
    ("lastchunk.sample(design='alarm', session=3)", "setting: 'session'; allowed: one of "),
    ("lastchunk.sample(design='alarm', sessions='9')", "sessions: '9'; allowed: a number"),
    ("lastchunk.sample(design='alarm', at_most=5)", "at_most: 5; allowed: a share"),
    ("lastchunk.sample(design='alarm', at_most=1)", "at_most: 1; allowed: a share"),
    ("lastchunk.hold('alarm', 'finalizes', session=3)", "hold(): setting: 'session'; allowed: one"),
    (
        "lastchunk.sample('harmless', 'alarm', 'reads_fresh', sessions=9)",
        "'reads_fresh'; allowed: ",
    ),
]


def test_a_wrong_call_is_one_line(pytester: pytest.Pytester) -> None:
    tests = [
        f"def test_{number}(lastchunk):\n    assert {call}.holds\n"
        for number, (call, _) in enumerate(WRONG)
    ]
    pytester.makepyfile("\n".join(tests))
    result = run(pytester)
    result.assert_outcomes(failed=len(WRONG))
    for _, line in WRONG:
        assert line in result.stdout.str()


def test_what_says_nothing_holds_nothing(pytester: pytest.Pytester) -> None:
    asked = "'complete_at_finalization', sessions=3, at_most=0.01"
    body = f"lastchunk.sample('harmless', 'alarm', {asked})"
    pytester.makepyfile(f"def test_it(lastchunk):\n    assert {body}.holds\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    assert "too few to tell" in result.stdout.str()


def test_it_costs_nothing_where_it_is_not_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n\n\ndef test_it():\n"
        "    heavy = {'numpy', 'pandas', 'pydantic', 'simpy', 'typer', 'cloudpickle'}\n"
        "    assert not heavy & {name.partition('.')[0] for name in sys.modules}\n"
    )
    run(pytester).assert_outcomes(passed=1)
