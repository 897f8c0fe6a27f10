"""The stored baseline: it catches a design that was weakened, and is quiet where none was."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lastchunk.gate.ci.baseline import Amount, Baseline, Figure, read_baseline
from lastchunk.gate.ci.compared import figure_changes
from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.intervals import fisher, holm, more_often, rank_sum
from tests.gate.ci.test_ci import ran

CONFIG = """
sessions = {sessions}
seed = {seed}
baseline = "base.json"

[[checks]]
designs = [{design}]
scenarios = ["{scenario}"]
properties = [{properties}]
by = ["sampling"]
at_most = 1.0
"""
MINE = """
from lastchunk.reference_impl.{module} import {base}


class Mine({base}):
    '''Mine.'''
"""
GRACE = {"design": '{{ label = "mine", design = "alarm", settings = {{ grace_ms = {} }} }}'}


def grace(ms: int, seed: int = 1, sessions: int = 60) -> str:
    """Checks of the deployed design with such a grace."""
    return CONFIG.format(
        sessions=sessions,
        seed=seed,
        scenario="cellular-lte",
        design=GRACE["design"].format(ms),
        properties='"complete_at_finalization", "nothing_refused"',
    )


def test_a_halved_grace_is_caught_and_the_same_one_is_not(tmp_path: Path) -> None:
    first = ran(tmp_path, grace(5_000), "--update-baseline")
    assert first.code == 0
    written = (tmp_path / "base.json").read_bytes()
    again = ran(tmp_path, grace(5_000))
    assert again.code == 0
    assert [line.partition(":")[0] for line in again.lines[2:-1]] == ["within noise"] * 2
    fewer = ran(tmp_path, grace(5_000, sessions=40))
    assert fewer.code == 0
    assert all("the same design, 40 sessions paired" in line for line in fewer.lines[2:-1])
    halved = ran(tmp_path, grace(2_500), "--quiet")
    assert halved.code == 1
    assert halved.lines[0].startswith("regressed: complete_at_finalization: mine in cellular-lte")
    assert "another design, 60 sessions paired, 22 against 0" in halved.lines[0]
    assert halved.lines[-1] == "2 checks: 2 hold, 1 regressed"
    assert (tmp_path / "base.json").read_bytes() == written


def lines_of_changes(found: Any) -> list[str]:
    """The lines that compare with the baseline."""
    kinds = ("improved", "regressed", "within noise", "new", "unknown")
    return [line for line in found.lines if line.startswith(kinds)]


def checks_with(sessions: int, scenario: str, settings: str) -> str:
    """A file of one check of the alarm design, with settings of its own."""
    asked = {"design": '"alarm"', "properties": '"complete_at_finalization"'}
    text = CONFIG.format(sessions=sessions, seed=1, scenario=scenario, **asked)
    return text + f"set = {{ {settings} }}\n"


def test_a_setting_of_the_design_in_set_is_the_design_s(tmp_path: Path) -> None:
    checks = partial(checks_with, 60, "cellular-lte")
    ran(tmp_path, checks('"design.grace_ms" = 5_000'), "--update-baseline")
    assert ran(tmp_path, checks('"design.grace_ms" = 5_000')).code == 0
    halved = ran(tmp_path, checks('"design.grace_ms" = 2_500'))
    assert halved.code == 1
    (line,) = lines_of_changes(halved)
    assert line.startswith("regressed: complete_at_finalization: alarm in cellular-lte")
    other = ran(tmp_path, checks('"design.grace_ms" = 2_500, "network.request_loss" = 0.01'))
    assert lines_of_changes(other)[0].endswith("the baseline has it of another scenario")


def test_a_parameter_that_is_the_design_s_alone_is_the_design_s(tmp_path: Path) -> None:
    checks = partial(checks_with, 200, "small-scope")
    ran(tmp_path, checks("grace_ms = 30"), "--update-baseline")
    less = ran(tmp_path, checks("grace_ms = 1"))
    (line,) = lines_of_changes(less)
    assert (less.code, line.partition(":")[0]) == (1, "regressed"), less.lines
    other = lines_of_changes(ran(tmp_path, checks("high_ms = 9")))
    assert other[0].endswith("the baseline has it of another scenario")


def test_fewer_sessions_than_the_baseline_has_are_told(tmp_path: Path) -> None:
    amounts = 'amounts = ["delay_ms"]\n'
    ran(tmp_path, grace(5_000, sessions=30) + amounts, "--update-baseline")
    for seed in (1, 2):
        fewer = ran(tmp_path, grace(5_000, seed, sessions=20) + amounts)
        told = lines_of_changes(fewer)
        assert (fewer.code, len(told)) == (0, 3)
        assert all(line.endswith("; 20 sessions, the baseline has 30") for line in told), told
        as_many = lines_of_changes(ran(tmp_path, grace(5_000, seed, sessions=30) + amounts))
        assert not any("the baseline has" in line for line in as_many)


def test_what_regressed_is_a_failure_in_every_report(tmp_path: Path) -> None:
    ran(tmp_path, grace(5_000), "--update-baseline")
    junit, log = tmp_path / "ci.xml", tmp_path / "ci.sarif"
    reports = "--junit", str(junit), "--sarif", str(log)
    halved = ran(tmp_path, grace(2_500), *reports)
    told = [line for line in halved.lines if line.startswith("regressed: ")]
    suite = ElementTree.parse(junit).getroot()[0]
    failed = [part for case in suite for part in case.iter("failure")]
    assert halved.code == 1
    assert [part.get("message") for part in failed] == told
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("4", str(len(told)), 4)
    run = json.loads(log.read_text(encoding="utf-8"))["runs"][0]
    assert [item["message"]["text"] for item in run["results"]] == told
    assert [item["id"] for item in run["tool"]["driver"]["rules"]] == ["regressed"]
    assert ran(tmp_path, grace(2_500), "--update-baseline", *reports).code == 0
    assert "<failure" not in junit.read_text(encoding="utf-8")
    assert json.loads(log.read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_what_no_session_speaks_of_any_more_passes_no_gate(tmp_path: Path) -> None:
    def checks(design: str) -> str:
        return CONFIG.format(
            sessions=20,
            seed=1,
            scenario="tab-reloaded",
            design=f'{{ label = "mine", design = "{design}" }}',
            properties='"complete_at_finalization"',
        )

    junit = tmp_path / "ci.xml"
    ran(tmp_path, checks("lazy-alarm"), "--update-baseline")
    silent = ran(tmp_path, checks("manual"), "--quiet", "--junit", str(junit))
    assert silent.code == 3
    (line,) = [one for one in silent.lines if one.startswith("unknown: ")]
    assert line.startswith("unknown: complete_at_finalization: mine in tab-reloaded")
    assert silent.lines[-1].endswith("1 silent since the baseline")
    errors = [part.get("message") for part in ElementTree.parse(junit).getroot().iter("error")]
    assert line in errors
    update = ran(tmp_path, checks("manual"), "--update-baseline")
    assert "silent" not in update.lines[-1]


def test_an_amount_that_no_session_has_any_more_passes_no_gate(tmp_path: Path) -> None:
    def delays(design: str) -> str:
        text = CONFIG.format(
            sessions=5,
            seed=1,
            scenario="cellular-driving",
            design=f'{{ label = "mine", design = "{design}" }}',
            properties='"nothing_lost"',
        )
        return text + 'amounts = ["delay_ms"]\n'

    ran(tmp_path, delays("lazy-alarm"), "--update-baseline")
    silent = ran(tmp_path, delays("manual"), "--quiet")
    assert (silent.code, len(silent.lines)) == (3, 2)
    assert silent.lines[0].startswith("unknown: delay_ms: mine in cellular-driving")
    assert silent.lines[1] == "1 check: 1 hold, 1 silent since the baseline"


@pytest.mark.parametrize("sign", ["\t", "\n", "\u2028"])
@pytest.mark.parametrize("field", ["name", "label"])
def test_a_name_stands_in_one_line(
    tmp_path: Path, sign: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = grace(5_000)
    word = json.dumps(f"a{sign}b")
    if field == "name":
        text = text.replace("[[checks]]", f"[[checks]]\nname = {word}")
    else:
        text = text.replace('label = "mine"', f"label = {word}")
    assert ran(tmp_path, text).code == 2
    said = capsys.readouterr().err
    assert f"{field}: " in said
    assert said.endswith("allowed: one line, without control characters\n")


def test_the_update_shows_the_difference_and_then_accepts_it(tmp_path: Path) -> None:
    ran(tmp_path, grace(2_500), "--update-baseline")
    better = ran(tmp_path, grace(5_000))
    assert (better.code, better.lines[2].partition(":")[0]) == (0, "improved")
    update = ran(tmp_path, grace(5_000), "--update-baseline", "--quiet")
    assert update.code == 0
    assert update.lines[0].startswith("improved: complete_at_finalization")
    assert update.lines[-1].startswith("written: ")
    worse = ran(tmp_path, grace(2_500), "--update-baseline")
    assert (worse.code, worse.lines[2].partition(":")[0]) == (0, "regressed")
    after = ran(tmp_path, grace(2_500))
    assert after.lines[2].startswith("within noise: ")


def test_a_dropped_re_read_is_caught(tmp_path: Path) -> None:
    text = CONFIG.format(
        sessions=60,
        seed=1,
        scenario="lossy-mobile",
        design='"mine.py:Mine"',
        properties='"count_true", "nothing_lost"',
    )
    file = tmp_path / "mine.py"
    file.write_text(MINE.format(module="re_read", base="ReReadDesign"), encoding="utf-8")
    ran(tmp_path, text, "--update-baseline")
    file.write_text(MINE.format(module="short_grace", base="ShortGraceDesign"), encoding="utf-8")
    found = ran(tmp_path, text)
    assert found.code == 1
    assert found.lines[2].startswith("regressed: count_true: Mine in lossy-mobile")
    assert found.lines[3].startswith("within noise: nothing_lost")


def test_other_seeds_of_an_unchanged_design_are_quiet(tmp_path: Path) -> None:
    ran(tmp_path, grace(5_000, sessions=40), "--update-baseline")
    for seed in range(2, 8):
        found = ran(tmp_path, grace(5_000, seed, sessions=40))
        assert found.code == 0, found.lines
        assert "the same design, another seed" in found.lines[2]


def test_a_baseline_of_other_random_numbers_is_not_paired(tmp_path: Path) -> None:
    ran(tmp_path, grace(5_000, sessions=40), "--update-baseline")
    place = tmp_path / "base.json"
    data = json.loads(place.read_text(encoding="utf-8"))
    for figure in data["figures"]:
        del figure["draws"]  # a baseline of before it was written down
        figure["sessions"] = figure["sessions"][::-1]  # the same rate, of other sessions
    place.write_text(json.dumps(data), encoding="utf-8")
    found = ran(tmp_path, grace(5_000, sessions=40))
    assert found.code == 0, found.lines
    assert "the same design, other random numbers" in found.lines[2]
    assert found.lines[2].startswith("within noise")


def drawn(chance: random.Random, seed: int, count: int = 4) -> list[Figure]:
    """Figures as a design gives that fails in every fifth session."""
    return [
        Figure(
            check=f"figure {number}",
            seed=seed,
            design="a",
            scenario="b",
            sessions="".join("x" if chance.random() < 0.2 else "." for _ in range(200)),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("step", [0, 1], ids=["paired", "other seeds"])
def test_two_hundred_unchanged_designs_raise_no_more_alarms_than_the_error_rate(step: int) -> None:
    chance = random.Random(11)
    alarms = 0
    for seed in range(200):
        before = Baseline(format="lastchunk baseline 1", figures=drawn(chance, seed))
        found = figure_changes(drawn(chance, seed + step), before, 0.01)
        alarms += any(item.kind != "within noise" for item in found)
    assert alarms <= 6  # of 200 at 1 %, more come by a chance of 0.4 %


def test_holm_and_fisher_are_as_worked_out_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    tea = Fraction(16 + 1 + 16 + 1, 70)  # the lady tastes three of four cups right
    assert fisher(3, 4, 1, 4) == pytest.approx(float(tea))


AMOUNTS = """
sessions = 40
seed = {seed}
baseline = "base.json"

[[checks]]
designs = [{{ label = "mine", design = "{design}", settings = {{ watchdog_ms = 300000 }} }}]
scenarios = ["everything-fast"]
properties = ["finalizes"]
by = ["sampling"]
amounts = ["delay_ms", "dollars", "alarm_writes"]
"""


def test_delays_costs_and_alarm_writes_are_held_too(tmp_path: Path) -> None:
    ran(tmp_path, AMOUNTS.format(design="lazy-alarm", seed=1), "--update-baseline")
    again = ran(tmp_path, AMOUNTS.format(design="lazy-alarm", seed=1))
    assert again.code == 0
    assert [line.partition(":")[0] for line in again.lines[1:-1]] == ["within noise"] * 4
    dearer = ran(tmp_path, AMOUNTS.format(design="manifest", seed=1), "--quiet")
    assert dearer.code == 1
    dollars, writes = dearer.lines[:2]
    assert dollars.startswith("regressed: dollars: mine in everything-fast by sampling: mean ")
    assert writes.startswith("regressed: alarm_writes: mine in everything-fast by sampling: mean ")
    assert "another design, 40 sessions paired, 40 more and 0 less" in writes
    other = ran(tmp_path, AMOUNTS.format(design="lazy-alarm", seed=2))
    assert other.code == 0, other.lines
    assert "another seed" in other.lines[2]
    ran(tmp_path, AMOUNTS.format(design="manifest", seed=1), "--update-baseline")
    better = ran(tmp_path, AMOUNTS.format(design="lazy-alarm", seed=1))
    assert [line.partition(":")[0] for line in better.lines[3:5]] == ["improved"] * 2


def test_a_longer_grace_is_a_longer_delay(tmp_path: Path) -> None:
    asked = 'amounts = ["delay_ms"]\n'
    before, now = (
        grace(ms, sessions=30).replace('"alarm"', '"short-grace"') + asked for ms in (5_000, 6_000)
    )
    ran(tmp_path, before, "--update-baseline")
    later = ran(tmp_path, now)
    (line,) = [line for line in later.lines if "delay_ms" in line]
    assert line.startswith("regressed: delay_ms: mine in cellular-lte by sampling: mean ")
    assert later.code == 1


def test_amounts_without_a_baseline_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = AMOUNTS.format(design="lazy-alarm", seed=1)
    assert ran(tmp_path, text.replace('baseline = "base.json"', "")).code == 2
    assert "beside a baseline" in capsys.readouterr().err
    assert ran(tmp_path, text.replace('"dollars"', '"euros"')).code == 2
    assert "checks.0.amounts.1: 'euros'" in capsys.readouterr().err


def amounts_drawn(chance: random.Random, seed: int) -> Amount:
    """An amount as an unchanged design has it: many ties, now and then a large one, or none."""
    values = [
        None if chance.random() < 0.1 else float(round(chance.paretovariate(1.5) * 10))
        for _ in range(100)
    ]
    return Amount(check="a", seed=seed, design="a", scenario="b", name="delay_ms", sessions=values)


def test_amounts_of_other_seeds_raise_no_more_alarms_than_the_error_rate() -> None:
    chance, alarms = random.Random(5), 0
    for seed in range(400):
        amounts = [amounts_drawn(chance, seed)]
        before = Baseline(format="lastchunk baseline 1", figures=[], amounts=amounts)
        (found,) = figure_changes([amounts_drawn(chance, seed + 1)], before, 0.05)
        alarms += found.kind != "within noise"
    assert 6 <= alarms <= 35  # 20 are expected; beside these lie 2 of 1,000


def test_signs_and_ranks_are_as_worked_out_by_hand() -> None:
    more, less, p_value = more_often([1, 1, 1, 5], [2, 2, 2, 5])
    assert (more, less) == (3, 0)
    assert p_value == pytest.approx(2 / 2**3)
    assert more_often([1, 2], [1, 2]) == (0, 0, 1.0)
    share, p_value = rank_sum([1, 2, 3], [4, 5, 6])
    assert share == 1.0
    assert p_value == pytest.approx(2 / 20)  # 20 ways to place three of six
    assert rank_sum([7, 7], [7]) == (0.5, 1.0)


def test_what_the_baseline_cannot_speak_of_is_new_and_what_is_gone_is_told(tmp_path: Path) -> None:
    ran(tmp_path, grace(5_000, sessions=10), "--update-baseline")
    other = grace(5_000, sessions=10).replace('"nothing_refused"', '"count_true"')
    found = ran(tmp_path, other + 'set = { "network.request_loss" = 0.01 }\n')
    assert found.code == 0
    assert found.lines[2].endswith("the baseline has it of another scenario")
    assert found.lines[3].endswith("the baseline does not have it")
    assert found.lines[4].startswith("no longer checked: nothing_refused: mine in")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "base.json'; allowed: a baseline; lastchunk ci CONFIG --update-baseline writes it"),
        ("[]", "base.json: []; allowed: a table of keys"),
        ('{"format": "x", "figures": []}', "base.json: format: 'x'"),
        ('{"format": "lastchunk baseline 1", "figures": []}', "base.json: figures: "),
        ('{"format": "lastchunk baseline 1", "figures": [], "a": 1}', "a: unknown key: 'a'"),
        (None, "a baseline; lastchunk ci CONFIG --update-baseline writes it (No such file"),
    ],
)
def test_a_baseline_that_is_none_is_told_in_one_line(
    tmp_path: Path, text: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "base.json").write_text(text, encoding="utf-8")
    found = ran(tmp_path, grace(5_000))
    (line,) = capsys.readouterr().err.splitlines()
    assert (found.code, found.lines) == (2, [])
    assert said in line, line


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[:-40],
        lambda text: text.replace(b"  {", b"<<<<<<< HEAD\n  {", 1),
        lambda text: text.replace(b"baseline 1", b"baseline 0", 1),
        lambda text: text.replace(b"lte", b"\xff", 1),
    ],
)
def test_a_damaged_baseline_is_written_anew(
    damage: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(tmp_path, grace(5_000, sessions=10), "--update-baseline")
    path = tmp_path / "base.json"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    capsys.readouterr()
    again = ran(tmp_path, grace(5_000, sessions=10), "--update-baseline")
    assert (again.code, path.read_bytes()) == (0, whole)
    assert sum(line.startswith("new: ") for line in again.lines) == 2
    (said,) = [line for line in again.lines if "it is written anew" in line]
    assert said.startswith("lastchunk: ")


@pytest.mark.parametrize("text", ["{}", "x", '{"format": "somebody\'s"}'])
def test_a_file_that_was_no_baseline_is_not_written_over(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "base.json"
    path.write_text(text, encoding="utf-8")
    found = ran(tmp_path, grace(5_000), "--update-baseline")
    assert (found.code, path.read_text(encoding="utf-8")) == (2, text)
    (line,) = capsys.readouterr().err.splitlines()
    assert "base.json'; allowed: a baseline, or no file yet; this one is none" in line


def test_the_file_says_what_it_was_measured_on(tmp_path: Path) -> None:
    ran(tmp_path, grace(5_000, sessions=10), "--update-baseline")
    first = read_baseline(tmp_path / "base.json")
    ran(tmp_path, grace(2_500, sessions=10), "--update-baseline")
    second = read_baseline(tmp_path / "base.json")
    assert [len(item.sessions) for item in first.figures] == [10, 10]
    assert first.figures[0].scenario == second.figures[0].scenario
    assert first.figures[0].design != second.figures[0].design
    assert json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))["figures"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sessions": [1e308] * 2}, "amounts.0.sessions.0: 1e+308; allowed: "),
        ({"sessions": [-5.0]}, "amounts.0.sessions.0: -5.0; allowed: "),
        ({"check": "a\x1b[31mb"}, "amounts.0.check: "),
        ({"check": "a\n::error::b"}, "amounts.0.check: "),
        ({"check": "a\u2028b"}, "amounts.0.check: "),
    ],
)
def test_what_no_sampling_has_shown_is_refused(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    amount = amounts_drawn(random.Random(1), 1).model_dump() | change
    path = tmp_path / "base.json"
    written = {"format": "lastchunk baseline 1", "figures": [], "amounts": [amount]}
    path.write_text(json.dumps(written))
    with pytest.raises(InputError, match=re.escape(said)):
        read_baseline(path)
