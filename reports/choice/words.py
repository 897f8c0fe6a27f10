"""A choice in words: how each scenario was judged, what holds, what is chosen, what forbids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lastchunk.model.base.verdict import percent, percent_within, sessions_words
from lastchunk.model.estimate.choice.choose import SettingsChoice
from lastchunk.model.estimate.choice.judged import ChoiceQuestion, JudgedSetting
from lastchunk.model.estimate.choice.price import PricedSetting, SettingPrice
from lastchunk.model.estimate.choice.question import confident, sessions_to_show
from lastchunk.model.estimate.choice.seek import HeldRange, SettingLine
from lastchunk.model.estimate.costs import money
from lastchunk.reports.region.words import said


def choice_words(choice: SettingsChoice) -> list[str]:
    """All of it, a sentence each."""
    if not choice.held:
        return [*_judged_how(choice), *_what_forbids(choice)]
    return [*_judged_how(choice), *_what_holds(choice), *_what_is_chosen(choice)]


def _judged_how(choice: SettingsChoice) -> Iterator[str]:
    question = choice.question
    for asked in question.scenarios:
        if asked.not_explored:
            most = sessions_words(question.sessions)
            yield f"{asked.name}: sampled, {most} at the most; {asked.not_explored}"
        else:
            yield f"{asked.name}: explored, every schedule within its bounds"
    yield from needed_words(question)
    if question.samples:
        yield "all intervals of all settings hold at once, at every look, with 95 %"


def needed_words(question: ChoiceQuestion) -> list[str]:
    """How many sessions it takes to show the least rate that was asked for, if any was."""
    limit = question.least_rate
    if not limit:
        return []
    least = sessions_to_show(limit, confident(question).confidence)
    return [f"to show a rate below {limit:g} takes {sessions_words(least)} of each setting"]


def _what_holds(choice: SettingsChoice) -> Iterator[str]:
    for line, found in choice.ranges.items():
        key, fixed = choice.question.free[line.along].key, fixed_words(choice, line)
        if not found:
            yield f"{fixed}no {key} that was looked at holds"
        for each in found:
            yield f"{fixed}{key} holds {held_words(each)}"


def fixed_words(choice: SettingsChoice, line: SettingLine) -> str:
    """What is the same all along a line."""
    others = [key for place, key in enumerate(choice.question.free) if place != line.along]
    pairs = zip(others, line.others, strict=True)
    return "".join(f"{key.key} = {value:,}: " for key, value in pairs)


def held_words(held: HeldRange) -> str:
    """A range, its neighbours that do not hold, and how exactly its ends are known."""
    words = f"from {held.low:,} to {held.high:,}"
    if held.low == held.high:
        words = f"at {held.low:,}"
    for end in (held.before, held.after):
        words += "" if end is None else f"; at {end[0]:,} it is {end[1]}"
    if held.within == 1:
        return words + ": exact to the ms"
    return words + (f": ends known to {held.within:,} ms" if held.within else "")


def _what_is_chosen(choice: SettingsChoice) -> Iterator[str]:
    cheapest, promptest = choice.cheapest, choice.promptest
    named = {"the cheapest": cheapest, "the promptest": promptest}
    if cheapest == promptest:
        named = {"the cheapest and the promptest": cheapest}
    for name, found in named.items():
        if found is not None:
            yield f"{name}: {priced_words(choice, found)}"
            yield from not_proved(found.setting)


def setting_text(choice: SettingsChoice, setting: JudgedSetting) -> str:
    """The values of a setting, by name."""
    pairs = zip(choice.question.free, setting.values, strict=True)
    return ", ".join(f"{key.key} = {value:,}" for key, value in pairs)


def priced_words(choice: SettingsChoice, found: PricedSetting) -> str:
    """A setting that holds: how that is known, what it costs, how long it waits."""
    cost, wait, never = price_words(found.price)
    never = f", and {never} of all sessions never end" if never else ""
    return (
        f"{setting_text(choice, found.setting)} ({found.setting.status}): "
        f"${cost} per million sessions, a session waits {wait} on the average{never}"
    )


def price_words(price: SettingPrice) -> tuple[str, str, str]:
    """Dollars per million sessions, the mean wait, and the share that never ends, "" for none;
    each with its interval."""
    cost, wait = price.dollars_interval, price.wait_interval_ms
    ends = [said(round(float(f"{each:.3g}"))) for each in (wait.estimate, wait.low, wait.high)]
    waits = ends[0] if ends[1] == ends[2] else f"{ends[0]} ({ends[1]} to {ends[2]})"
    share = price.never_interval
    never = percent_within(share.estimate, share.low, share.high)
    return money(cost.estimate, cost.low, cost.high), waits, never if price.never else ""


def not_proved(setting: JudgedSetting) -> Iterator[str]:
    """How else it is known that a setting holds: the counts and the bound of each requirement."""
    for each in setting.verdicts:
        if each.verdict.kind != "proved":
            verdict = each.verdict
            counts = f"{verdict.violations:,} of {sessions_words(verdict.sessions)}"
            yield (
                f"  {each.requirement} in {each.scenario}: {each.status}, {counts}, rate below "
                f"{percent(verdict.high)}"
            )


def _what_forbids(choice: SettingsChoice) -> Iterator[str]:
    count = len(choice.settings)
    yield f"none of the {count:,} settings that were looked at holds on every scenario"
    for name, settings in choice.forbids.items():
        if not settings:
            continue
        reasons = Counter(
            f"{each.requirement} {each.status}"
            for setting in choice.settings
            for each in setting.verdicts
            if each.scenario == name and not each.holds
        )
        words = ", ".join(f"{reason} in {times:,}" for reason, times in reasons.items())
        every = "every one" if settings == count else f"{settings:,} of {count:,}"
        yield f"{name} forbids {every} of them: {words}"
