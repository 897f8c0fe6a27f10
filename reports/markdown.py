"""The report as Markdown: the same content in the same order, figures by their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CAUSES = {"Cause": "cause", "Fix": "fix"}


def markdown(page: dict[str, Any]) -> str:
    """The whole report; ``page`` is what `reports.write.render` returned."""
    parts = [f"# {plain(page['heading'])}", *_opening(page)]
    parts += ["## The claims at a glance", _claims(page), "## Why: one session, told", *_why(page)]
    if page["is_whole"]:
        parts += [*_how_often(page), *_how_fixed(page)]
    parts += ["## How sure we are", *_sure(page["sure"])]
    if page["conformance"]:
        found = page["conformance"]
        parts += ["### On the real runtime", plain(found["words"]), table(**found["table"])]
        parts += [plain(line) for line in found["notes"]]
    if page["is_whole"]:
        parts += [*_every_schedule(page["proofs"]), *_tables(page)]
    parts += ["### Provenance", table(["", ""], page["provenance"]["facts"])]
    parts.append("```json\n" + page["provenance"]["settings"] + "\n```")
    return "\n\n".join(parts) + "\n"


def _opening(page: dict[str, Any]) -> list[str]:
    """The first screen: the answer, the recommendation, the race."""
    said = page["opening"]
    parts = [plain(said["question"]), f"**{plain(said['answer'])}**"]
    parts.append(f"Recommended: {plain(' '.join([said['recommendation'], *said['price']]))}")
    parts += [plain(f"{head}: {said[part]}") for head, part in CAUSES.items() if said[part]]
    if page["race"]:
        alt, file = plain(page["race"]["alt"]), page["race"]["file"]
        parts.append(f"![{alt}]({file})\n\n{plain(said['race_caption'])}")
    byline = f"{said['byline']}. " if said["byline"] else ""
    return [*parts, plain(byline + said["scope"])]


def _why(page: dict[str, Any]) -> list[str]:
    """A session told, the shortest schedule, and where each design fails first."""
    told = [f"{at + 1}. {plain(when)}: {plain(what)}" for at, (when, what) in _told(page)]
    parts = ["\n".join(told) or "No session was run."]
    schedule = page["why"]["schedule"]
    if schedule:
        parts += ["### The shortest schedule that shows it", *map(plain, schedule["lines"])]
    parts.append("### The earliest failing session of each design")
    if page["is_whole"]:
        return parts + [_figure_lines(item) for item in page["failures"]]
    return parts + [
        f"{plain(item['caption'])} Replay it: `{item['command']}`" for item in page["failing"]
    ]


def _told(page: dict[str, Any]) -> enumerate[tuple[str, str]]:
    return enumerate(page["why"]["told"])


def _how_often(page: dict[str, Any]) -> list[str]:
    parts = ["## How often", "\n".join(f"- {plain(line)}" for line in page["often"])]
    parts += ["### What became of the sessions", _figure_lines(page["outcomes"])]
    parts += ["### From stop to finalization", _figure_lines(page["delays"])]
    parts.append("### Failure rate against uplink speed and network delay")
    none = ["This report was made without sweeps."]
    return parts + ([_figure_lines(item) for item in page["sweeps"]] or none)


def _how_fixed(page: dict[str, Any]) -> list[str]:
    said = page["opening"]
    parts = ["## What fixes it", plain(" ".join([said["recommendation"], *said["price"]]))]
    if page["costs"]:
        parts += ["### What it costs, and what there is to read"]
        parts.append(_figure_lines(page["costs"]["figure"]))
        parts += [table(**page["costs"][part]) for part in ("money", "by_scenario", "simplicity")]
    if page["diagrams"]:
        parts += ["### The states of each design", *map(_figure_lines, page["diagrams"])]
    return parts


def _sure(sure: dict[str, Any]) -> list[str]:
    looked = [*sure["looked_at"], *filter(None, [sure["never_met"]])]
    return [
        "### What was looked at",
        "\n".join(f"- {plain(line)}" for line in looked),
        "### What is not modelled",
        f"No verdict says anything of: {plain('; '.join(sure['not_modelled']))}.",
        "### What was taken on trust",
        "\n".join(f"- {plain(line)}" for line in sure["trusted"]),
    ]


def _every_schedule(proofs: dict[str, Any] | None) -> list[str]:
    if not proofs:
        return []
    parts = ["### Every schedule of one scope", *_scope(proofs)]
    parts += [plain(line) for line in proofs["words"]]
    if proofs["deployed"]:
        parts += ["### The safe region, in the deployed times"]
        parts += [plain(line) for line in proofs["deployed"]["words"]]
    if proofs["map_words"] or proofs["figures"]:
        parts.append("### Where the verdict turns")
    parts += [plain(line) for line in proofs["map_words"]]
    return parts + [_figure_lines(item) for item in proofs["figures"]]


def _tables(page: dict[str, Any]) -> list[str]:
    parts = ["## Tables", "### Verdicts"]
    for block in page["verdicts"]:
        parts += [f"#### {plain(block['design'])} design", "\n".join(_verdict_lines(block))]
    parts += ["### Side by side", _side(page), "### Statistics"]
    for block in page["statistics"]:
        rows = [
            [row["title"], *(f"{c['kind']} {c['rate']} {c['counts']}" for c in row["cells"])]
            for row in block["rows"]
        ]
        parts += [f"#### {plain(block['design'])}: every scenario", table(block["columns"], rows)]
    return [*parts, "### Sometimes", table(**page["sometimes"])]


def _verdict_lines(block: dict[str, Any]) -> list[str]:
    return [
        " ".join(
            filter(
                None,
                (
                    f"- **{line['kind']}** `{line['slug']}`",
                    *(plain(line[part]) for part in ("words", "where", "explored")),
                ),
            )
        )
        for line in block["lines"]
    ]


def _scope(proofs: dict[str, Any]) -> list[str]:
    """The table of a scope, between what the scope is and what it assumes."""
    scope = proofs["scope"]
    if scope is None:
        return []
    lines = "\n".join(f"- {plain(line)}" for line in scope["assumptions"])
    return [
        f"The scope {scope['name']}: {plain(scope['summary'])}",
        table(**proofs["table"]),
        f"What the scope {scope['name']} assumes:",
        lines,
    ]


def _claims(page: dict[str, Any]) -> str:
    columns = ["", "claim", *page["designs"]]
    rows = [
        [
            row["number"],
            f"{row['words']} Yardstick: {row['yardstick']}",
            *map(_entry, row["cells"]),
        ]
        for row in page["claims"]["rows"]
    ]
    explored = page["claims"]["explored"]
    note = f"\n\nEvery schedule: {explored}; deployed settings." if explored else ""
    return table(columns, rows) + note


def _entry(cell: dict[str, Any]) -> str:
    replays = "".join(f" `lastchunk replay {file}`" for file in cell["schedules"])
    return f"{cell['kind']}: {cell['words']}{replays}"


def _side(page: dict[str, Any]) -> str:
    columns = ["property", *page["designs"]]
    rows = [
        [row["slug"], *(f"{cell['kind']}: {cell['rate']}" for cell in row["cells"])]
        for row in page["side"]["rows"]
    ]
    if page["side"]["has_difference"]:
        one = page["side"]["has_interval"]
        over = "95 % interval" if one else "over the scenarios"
        columns += [f"difference of the first two in points, {over}", "only one fails"]
        columns += ["p"] if one else []
        for line, row in zip(rows, page["side"]["rows"], strict=True):
            line += [row["difference"], row["discordant"], *([row["p"]] if one else [])]
    return table(columns, rows)


def _figure_lines(item: dict[str, str]) -> str:
    command = f" Replay it: `{item['command']}`" if "command" in item else ""
    return f"![{plain(item['alt'])}]({item['file']})\n\n{plain(item['caption'])}{command}"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [list(columns), ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(plain(cell) for cell in line) + " |" for line in lines)


def plain(value: object) -> str:
    """Text from outside, so that it cannot break a table or become markup."""
    text = str(value).replace("\\", "\\\\").replace("\n", " ")
    for mark in "|<>[]*":
        text = text.replace(mark, "\\" + mark)
    return text
