"""A choice as a folder: ``choose.json``, its picture twice, and a schedule of each violation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lastchunk.model.base.files import new_folder
from lastchunk.model.estimate.choice.choose import SettingsChoice
from lastchunk.model.estimate.choice.judged import JudgedSetting, RequirementVerdict
from lastchunk.model.estimate.choice.price import PricedSetting
from lastchunk.model.estimate.choice.seek import HeldRange, SettingLine
from lastchunk.model.simulate.schedule import write_schedule
from lastchunk.reports.base.sealed import sealed_with_sources
from lastchunk.reports.choice.draw import choice_figure
from lastchunk.reports.figures.save import png_bytes, svg_bytes

CHOICE_FORMAT = "lastchunk choice 1"
CHOICE_NAME, SCHEDULES = "choose.json", "schedules"
CHOICE_FILES = (CHOICE_NAME, "frontier.png", "frontier.svg", SCHEDULES)


def write_choice(choice: SettingsChoice, out: Path) -> None:
    """Write the folder, whole or not at all. Raises `InputError`."""
    with new_folder(out, CHOICE_FILES) as building:
        folder = building / SCHEDULES
        folder.mkdir()
        for name, found in attached(choice):
            if found.schedule is not None:
                write_schedule(found.schedule, folder / name)
        text = json.dumps(choice_data(choice), indent=1, ensure_ascii=False) + "\n"
        (building / CHOICE_NAME).write_text(text, encoding="utf-8")
        figure = choice_figure(choice)
        (building / "frontier.png").write_bytes(png_bytes(figure))
        (building / "frontier.svg").write_bytes(svg_bytes(figure))


def attached(choice: SettingsChoice) -> Iterator[tuple[str, RequirementVerdict]]:
    """Each violation whose schedule is there, by the name of its file."""
    for setting in choice.settings:
        for found in setting.verdicts:
            if found.schedule is not None:
                yield attached_name(setting, found), found


def attached_name(setting: JudgedSetting, found: RequirementVerdict) -> str:
    """The file of a schedule: the scenario, the property and the values."""
    values = "-".join(map(str, setting.values))
    return f"{found.scenario.replace('/', '-')}-{found.requirement.slug}-{values}.jsonl"


def choice_data(choice: SettingsChoice) -> dict[str, Any]:
    """All of it as plain data; times are ms, prices dollars per million sessions."""
    question = choice.question
    keys = [each.key for each in question.free]
    cheapest, promptest = choice.cheapest, choice.promptest

    def named(values: tuple[int, ...]) -> dict[str, int]:
        return dict(zip(keys, values, strict=True))

    data = {
        "format": CHOICE_FORMAT,
        "design": choice.design.name,
        "free": {each.key: list(each.values) for each in question.free},
        "now": named(choice.now),
        "require": [{"property": e.slug, "rate_below": e.limit} for e in question.requirements],
        "scenarios": [
            {
                "name": each.name,
                "judged_by": "sampling" if each.not_explored else "exploring",
                "not_explored": each.not_explored,
                "forbids": choice.forbids[each.name],
            }
            for each in question.scenarios
        ],
        "set": list(question.overrides),
        "sessions_max": question.sessions,
        "seed": question.seed,
        "classes": question.classes,
        "confidence_of_each_interval": question.confidence,
        "exit_code": choice.exit_code,
        "ranges": [
            _range_data(choice, line, each)
            for line, found in choice.ranges.items()
            for each in found
        ],
        "cheapest": None if cheapest is None else named(cheapest.setting.values),
        "promptest": None if promptest is None else named(promptest.setting.values),
        "frontier": [named(each.setting.values) for each in choice.frontier],
        "settings": [_setting_data(choice, named(e.values), e) for e in choice.settings],
    }
    return sealed_with_sources(data, [choice.design])


def _range_data(choice: SettingsChoice, line: SettingLine, held: HeldRange) -> dict[str, Any]:
    def end(found: tuple[int, str] | None) -> dict[str, Any] | None:
        return None if found is None else {"value": found[0], "status": found[1]}

    keys = [each.key for each in choice.question.free]
    along = keys.pop(line.along)
    return {
        "along": along,
        "others": dict(zip(keys, line.others, strict=True)),
        "from": held.low,
        "to": held.high,
        "before": end(held.before),
        "after": end(held.after),
        "within_ms": held.within,
    }


def _setting_data(
    choice: SettingsChoice, values: dict[str, int], setting: JudgedSetting
) -> dict[str, Any]:
    price = next((e for e in choice.held if e.setting.values == setting.values), None)
    return {
        "values": values,
        "status": setting.status,
        "holds": setting.holds,
        "price": None if price is None else _price_data(price),
        "verdicts": [_verdict_data(setting, each) for each in setting.verdicts],
    }


def _price_data(found: PricedSetting) -> dict[str, float]:
    price = found.price
    known = {
        "dollars_per_million": price.dollars_interval,
        "wait_ms": price.wait_interval_ms,
        "never_completed": price.never_interval,
    }
    return {
        name: value
        for key, each in known.items()
        for name, value in (
            (key, each.estimate),
            (f"{key}_low", each.low),
            (f"{key}_high", each.high),
        )
    }


def _verdict_data(setting: JudgedSetting, found: RequirementVerdict) -> dict[str, Any]:
    verdict = found.verdict
    data: dict[str, Any] = {
        "scenario": found.scenario,
        "property": found.requirement.slug,
        "rate_below": found.requirement.limit,
        "status": found.status,
        "verdict": verdict.kind,
        "reason": verdict.reason,
    }
    if verdict.sessions:
        counts = {"sessions": verdict.sessions, "violations": verdict.violations}
        data |= counts | {"low": verdict.low, "high": verdict.high}
    if found.schedule is not None:
        data["schedule"] = f"{SCHEDULES}/{attached_name(setting, found)}"
    return data
