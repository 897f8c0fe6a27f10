"""Settings are chosen among those that were shown to hold: against counts, and what is known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from scipy.stats import t

import lastchunk
from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.base.verdict import Verdict
from lastchunk.model.design.load import load_design
from lastchunk.model.estimate.choice import judged
from lastchunk.model.estimate.choice.choose import SettingsChoice, choose
from lastchunk.model.estimate.choice.free import FreeSetting
from lastchunk.model.estimate.choice.judged import JudgedSetting, RequirementVerdict
from lastchunk.model.estimate.choice.price import (
    PRICED_SESSIONS,
    PricedSetting,
    SettingPrice,
    priced,
)
from lastchunk.model.estimate.choice.question import (
    SESSIONS_FIRST,
    choice_question,
    sessions_to_show,
)
from lastchunk.model.estimate.choice.requirement import Requirement
from lastchunk.model.estimate.choice.seek import SettingLine, least_enough, ranges_on
from lastchunk.model.estimate.costs import dollars
from lastchunk.model.estimate.intervals import Interval, wilson
from lastchunk.model.estimate.replicate import replicate
from lastchunk.model.explore.halving import halved
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.trace.prices import load_prices
from lastchunk.reports.choice.draw import frontier_axes
from lastchunk.reports.choice.words import choice_words, price_words

SLUG = "complete_at_finalization"
LEG_MS = 8
ONE_CHUNK = ["chunks=1", "disconnects=0", "loss=0.0"]


def share_lost(grace_ms: int) -> float:
    """Of the pairs of legs of 1 to 8 ms those in which the upload is later than stop and grace."""
    legs = range(1, LEG_MS + 1)
    return sum(upload > stop + grace_ms for upload in legs for stop in legs) / LEG_MS**2


@pytest.fixture(scope="module")
def two_settings() -> SettingsChoice:
    """What exploring says of two settings."""
    free = ["grace_ms=10,20,40", "long_alarm_ms=10,40"]
    return choose(free, "small-scope", [SLUG, "finalizes"])


@pytest.fixture(scope="module")
def sampled() -> SettingsChoice:
    """What sampling says of a rate that can be counted: one class is no exploring."""
    return choose(
        "grace_ms=1,3,8",
        "small-scope",
        f"{SLUG} < 20 %",
        settings=ONE_CHUNK,
        classes=1,
        sessions=1_500,
    )


def test_the_ends_of_two_settings_are_exact_and_their_corner_is_found(
    two_settings: SettingsChoice,
) -> None:
    """A grace and a long alarm of two legs and a wait are enough: 17 ms, and 16 ms are not."""
    held = {each.setting.values for each in two_settings.held}
    failed = {each.values for each in two_settings.settings if not each.holds}
    assert {(17, 40), (20, 17), (40, 17), (17, 17)} <= held
    assert {(16, 40), (20, 16), (40, 16), (10, 40)} <= failed
    assert all(min(values) >= 17 for values in held)
    assert {each.status for each in two_settings.settings} == {"proved", "violated"}
    assert two_settings.exit_code == 0


def test_what_is_violated_has_a_schedule_that_replays_to_it(two_settings: SettingsChoice) -> None:
    found = [v for each in two_settings.settings for v in each.verdicts if v.status == "violated"]
    assert found
    for each in found:
        assert each.schedule is not None
        judged = lastchunk.replay(each.schedule).check(each.requirement.slug)[each.requirement.slug]
        assert type(judged).__name__ == "Violation"


def test_the_promptest_is_chosen_among_those_that_hold(two_settings: SettingsChoice) -> None:
    promptest, cheapest = two_settings.promptest, two_settings.cheapest
    assert promptest is not None
    assert cheapest is not None
    assert promptest.setting.values == (17, 17)
    assert {promptest.setting.status, cheapest.setting.status} == {"proved"}
    waits = {each.setting.values: each.price.wait_ms for each in two_settings.held}
    assert promptest.price.wait_ms == min(waits.values())
    rows = lastchunk.compare(
        lastchunk.load_scenario("small-scope", ["grace_ms=17", "long_alarm_ms=17"]), "alarm", 200
    ).frame
    mean = (rows["completed_ms"] - rows[["stop_ms", "last_upload_ms"]].max(axis=1)).mean()
    assert promptest.price.wait_ms == pytest.approx(mean, abs=1e-5)


def test_a_rate_is_shown_below_its_limit_only_where_it_is(sampled: SettingsChoice) -> None:
    assert sampled.question.scenarios[0].not_explored
    by_status: dict[str, list[int]] = {}
    for each in sampled.settings:
        by_status.setdefault(each.status, []).append(each.values[0])
    held = [each.setting.values[0] for each in sampled.held]
    assert held
    assert all(share_lost(grace_ms) < 0.2 for grace_ms in held)
    assert all(share_lost(grace_ms) >= 0.2 for grace_ms in by_status["violated"])
    for each in sampled.settings:
        (found,) = each.verdicts
        assert found.verdict.low <= share_lost(each.values[0]) <= found.verdict.high


def test_all_intervals_hold_at_once(sampled: SettingsChoice) -> None:
    """Three settings, and 15 steps to each of two ends, share the 5 %."""
    assert sampled.question.confidence == pytest.approx(1 - 0.05 / (3 + 2 * 15))


def test_so_few_sessions_that_nothing_could_be_shown_are_refused() -> None:
    with pytest.raises(InputError, match="--sessions: 100; allowed: at least"):
        choose("grace_ms", "small-scope", f"{SLUG} < 1e-4", classes=1, sessions=100)
    least = sessions_to_show(0.01, 0.95)
    assert 300 < least < 700, "299 sessions show it by the exact bound for a fixed size"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"require": f"{SLUG} < 1e-4", "sessions": 1_000}, "--sessions: 1000; allowed: at least"),
        ({"require": f"{SLUG} < 1e-7"}, "a rate that ten million sessions can show"),
        ({"design": ("given", "alarm", {"grace_ms": 5})}, "does not fix"),
        ({"free": "chunk_ms=1..20", "settings": ["chunk_ms=10"]}, "chunk_ms"),
        ({"free": "grace_ms=5..4000000000000"}, "grace_ms"),
        ({"sessions": 0}, "sessions: 0"),
        ({"classes": 0}, "classes: 0"),
    ],
)
def test_a_wrong_usage_is_said_before_anything_is_explored(
    given: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explored(*_: object, **__: object) -> None:
        raise AssertionError("it was explored")

    monkeypatch.setattr(judged, "verify", explored)
    usual = {"free": "grace_ms", "scenarios": ["small-scope"], "require": SLUG}
    with pytest.raises(InputError, match=words):
        choose(**{**usual, **given})  # type: ignore[arg-type]  # wrong on purpose


def test_without_a_number_as_many_sessions_are_taken_as_the_rate_needs() -> None:
    """Those that show it just so: one session less could not."""
    asked = {"settings": ONE_CHUNK, "classes": 1}
    found = choose("grace_ms=8,9", "small-scope", f"{SLUG} < 0.5 %", **asked)  # type: ignore[arg-type]
    sessions = found.question.sessions
    assert sessions == sessions_to_show(0.005, found.question.confidence) > SESSIONS_FIRST
    assert {each.status for each in found.settings} == {"not seen"}
    assert {v.verdict.sessions for each in found.settings for v in each.verdicts} == {sessions}
    assert f"sampled, {sessions:,} sessions at the most" in choice_words(found)[0]
    assert f"to show a rate below 0.005 takes {sessions:,} sessions of each setting" in (
        choice_words(found)
    )
    with pytest.raises(InputError, match=f"allowed: at least {sessions:,}: fewer could not"):
        choose("grace_ms=8,9", "small-scope", f"{SLUG} < 0.5 %", sessions=sessions - 1)


def test_without_a_rate_the_first_number_of_sessions_is_enough() -> None:
    given = choice_question("grace_ms=8,9", "small-scope", SLUG, "alarm")
    assert given.sessions == SESSIONS_FIRST


def test_where_nothing_holds_the_scenario_that_forbids_it_is_named() -> None:
    found = choose("grace_ms=12,16", "small-scope", SLUG)
    assert (found.exit_code, found.held, found.cheapest, found.frontier) == (1, (), None, [])
    assert found.forbids == {"small-scope": 2}
    assert any("small-scope forbids every one of them" in line for line in choice_words(found))


def test_what_is_not_known_is_not_chosen() -> None:
    """The hard case never comes, so that sampling says nothing: no setting is shown to hold."""
    never = ["expect.sometimes=['retry_happened']", *ONE_CHUNK]
    found = choose("grace_ms=20,40", "small-scope", SLUG, settings=never, classes=1, sessions=50)
    assert {each.status for each in found.settings} == {"unknown"}
    assert (found.exit_code, found.held) == (3, ())


def test_workers_change_nothing(sampled: SettingsChoice) -> None:
    again = choose(
        "grace_ms=1,3,8",
        "small-scope",
        f"{SLUG} < 20 %",
        settings=ONE_CHUNK,
        classes=1,
        sessions=1_500,
        workers=2,
    )
    assert again.held == sampled.held
    assert [e.verdicts[0].verdict for e in again.settings] == [
        e.verdicts[0].verdict for e in sampled.settings
    ]


def test_a_session_that_breaks_a_proof_is_the_tools_failure(two_settings: SettingsChoice) -> None:
    """The canary: a setting that loses chunks, said to be proved."""
    good = two_settings.held[0].setting
    wrong = replace(good, values=(2, 40))
    with pytest.raises(InternalError, match="was proved of alarm"):
        priced(two_settings.question, wrong)


def test_prices_and_waits_have_intervals_that_hold_at_once() -> None:
    """Against scipy's interval of each scenario, so much surer that both hold with 95 %."""
    names = ["small-scope", "lossy-mobile"]
    found = choose("grace_ms=5000", names, "finalizes", classes=1, sessions=400)
    price = found.held[0].price
    spent, waits = [], []
    for name in names:
        scenario = load_scenario(name, ["design.grace_ms=5000"])
        rows = replicate(scenario, [load_design("alarm", scenario)], PRICED_SESSIONS, 1)
        since = rows[["stop_ms", "last_upload_ms"]].max(axis=1)
        spent.append(dollars(rows, load_prices()).sum(axis=1))
        waits.append((rows["completed_ms"] - since)[rows["completed_ms"] >= 0].clip(lower=0))
    for interval, amounts in ((price.dollars_interval, spent), (price.wait_interval_ms, waits)):
        halves = [t.ppf(0.9875, len(e) - 1) * e.std() / len(e) ** 0.5 for e in amounts]
        low, high = (
            sum(e.mean() + sign * half for e, half in zip(amounts, halves, strict=True)) / 2
            for sign in (-1, 1)
        )
        assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-6)
        assert interval.low < interval.estimate < interval.high
    assert (price.never, price.never_interval.low) == (0.0, 0.0)
    highest = wilson(0, PRICED_SESSIONS, 0.975).high
    assert price.never_interval.high == pytest.approx(highest, abs=1e-6)
    cost, wait, never = price_words(price)
    assert re.fullmatch(r"\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)", cost)
    told = re.fullmatch(r"([\d.]+) s \(([\d.]+) s to ([\d.]+) s\)", wait)
    assert told is not None
    mean, low, high = map(float, told.groups())
    assert low < mean < high
    assert never == ""
    shown = price_words(replace(price, never_interval=Interval(0.5, 0.4, 0.6)))[2]
    assert shown == "50.0 % (40.0 % to 60.0 %)"


def setting(value: int, kind: str) -> JudgedSetting:
    verdict = Verdict(kind, 100, int(kind == "violated"), 0.0, 0.1)  # type: ignore[arg-type]  # given as text
    return JudgedSetting((value,), (RequirementVerdict("s", Requirement(SLUG), verdict),))


def test_the_frontier_has_what_nothing_is_better_than(two_settings: SettingsChoice) -> None:
    offers = [(3, 10, 0), (1, 30, 0), (2, 20, 0), (2, 25, 0), (4, 10, 0), (1, 5, 0.5)]
    held = tuple(
        PricedSetting(setting(place, "proved"), SettingPrice(*(Interval(e, e, e) for e in offer)))
        for place, offer in enumerate(offers)
    )
    found = replace(two_settings, held=held)
    best = [each.setting.values[0] for each in found.frontier]
    assert best == [1, 2, 0], "one that leaves sessions open is late, however soon others end"
    assert found.cheapest == held[1]
    assert found.promptest == held[0]


def test_the_picture_has_room_above_the_longest_wait(two_settings: SettingsChoice) -> None:
    waits = ((36, 37, 38), (39, 40, 41))
    held = tuple(
        PricedSetting(
            setting(place, "proved"),
            SettingPrice(Interval(3, 2, 4), Interval(mean, low, high), Interval(0, 0, 0)),
        )
        for place, (low, mean, high) in enumerate(waits)
    )
    axes = Figure().subplots()
    frontier_axes(replace(two_settings, held=held), axes)
    bottom, top = axes.get_ylim()
    assert (bottom, top > 45) == (0, True), "a mark at the edge is half a mark"


def test_ranges_end_at_what_does_not_hold() -> None:
    kinds = ["violated", "proved", "not seen", "unknown", "proved"]
    line = SettingLine(0, ())
    found = ranges_on(line, [setting(at, kind) for at, kind in enumerate(kinds)])
    assert [(e.low, e.high, e.before, e.after) for e in found] == [
        (1, 2, (0, "violated"), (3, "unknown")),
        (4, 4, (3, "unknown"), None),
    ]


@pytest.mark.parametrize("turns_at", [1, 2, 17, 50, 99, 100])
def test_halving_ends_at_the_neighbours(turns_at: int) -> None:
    assert halved(lambda value: value < turns_at, 0, 100) == (turns_at - 1, turns_at)
    low, high = halved(lambda value: value < turns_at, 0, 100, fine=50)
    assert low < turns_at <= high <= low + 2


def test_the_least_value_that_is_enough_is_as_fit_seeks_it() -> None:
    assert least_enough(lambda value: value >= 700, 5, 10_000) in range(700, 715)
    assert least_enough(lambda value: value >= 5, 5, 10_000) == 5
    assert least_enough(lambda _: False, 5, 10_000) is None


@pytest.mark.parametrize(
    ("kind", "high", "limit", "is_shown"),
    [
        ("proved", 0.0, 0.0, True),
        ("proved", 0.0, 0.01, True),
        ("not seen", 0.02, 0.0, True),
        ("not seen", 0.02, 0.01, False),
        ("violated", 0.005, 0.01, True),
        ("violated", 0.005, 0.0, False),
        ("unknown", 0.001, 0.01, False),
    ],
)
def test_a_requirement_is_shown_by_a_verdict(
    kind: str, high: float, limit: float, is_shown: bool
) -> None:
    verdict = Verdict(kind, 100, 1, 0.0, high)  # type: ignore[arg-type]  # given as text
    assert Requirement(SLUG, limit).is_shown_by(verdict) is is_shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"free": "grace"}, "--free: 'grace'"),
        ({"free": "grace_ms=10..x"}, "--free: 'grace_ms=10..x'"),
        ({"free": "grace_ms=40..10"}, "from low to high"),
        ({"free": "grace_ms=0..10"}, "in whole ms"),
        ({"free": "watchdog_ms"}, "grace_ms, long_alarm_ms"),
        ({"free": ["grace_ms", "grace_ms=1,2"]}, "one setting, or two different"),
        ({"free": []}, "one setting, or two different"),
        ({"require": []}, "at least one property"),
        ({"require": "nothing_los"}, "--require: 'nothing_los'; allowed: one of"),
        ({"require": "nothing_lost < 2"}, "a rate above 0 and below 1"),
        ({"require": "nothing_lost < x"}, "a rate above 0 and below 1"),
        ({"require": "nothing_lost > 0.1"}, "PROPERTY < RATE"),
        ({"require": ["nothing_lost", "nothing_lost < 0.1"]}, "each once"),
        ({"require": "notification_delivered"}, "one of|can be asked"),
        ({"scenarios": []}, "--scenario"),
        ({"scenarios": ["small-scope", "small-scope"]}, "each scenario once"),
        ({"scenarios": "nowhere"}, "scenario: 'nowhere'"),
        ({"values": 1}, "--values: 1"),
        ({"sessions": 0}, "sessions: 0"),
        ({"classes": 0}, "classes: 0"),
        ({"design": ("given", "alarm", {"grace_ms": 5})}, "does not fix"),
    ],
)
def test_a_wrong_input_is_an_error_line(given: dict[str, object], words: str) -> None:
    usual = {"free": "grace_ms", "scenarios": "small-scope", "require": SLUG}
    with pytest.raises(InputError, match=words):
        choose(**{**usual, **given})  # type: ignore[arg-type]  # wrong on purpose


def test_a_setting_without_a_range_goes_around_what_it_is() -> None:
    scenario = lastchunk.load_scenario("small-scope")
    design = lastchunk.load_design("alarm", scenario)
    found = FreeSetting("grace_ms").with_values(scenario, design, 7).values
    assert (found[0], found[3], found[-1], len(found)) == (5, 20, 80, 7)
