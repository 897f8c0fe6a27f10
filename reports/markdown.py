"""The report as Markdown: the same content in the same order, figures by their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def markdown(page: dict[str, Any]) -> str:
    """The whole report; ``page`` is what `reports.write.render` returned."""
    parts = [f"# {plain(page['heading'])}", "## The claims", _claims(page)]
    parts.append("## Verdicts")
    for block in page["verdicts"]:
        parts.append(f"### {plain(block['design'])} design")
        lines = (
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
        )
        parts.append("\n".join(lines))
    parts += ["## Side by side", _side(page)]
    if page["proofs"]:
        parts += ["## Every schedule of one scope", *_scope(page["proofs"])]
        parts += [plain(line) for line in page["proofs"]["words"]]
        parts += [plain(line) for line in page["proofs"]["map_words"]]
        parts += [_figure_lines(item) for item in page["proofs"]["figures"]]
    parts += [
        "## The earliest failing session of each design",
        *map(_figure_lines, page["failures"]),
    ]
    parts += ["## From stop to finalization", _figure_lines(page["delays"])]
    parts.append("## Failure rate against uplink speed and network delay")
    parts += [_figure_lines(item) for item in page["sweeps"]] or [
        "This report was made without sweeps."
    ]
    parts += ["## What became of the sessions", _figure_lines(page["outcomes"])]
    if page["costs"]:
        parts += [
            "## What it costs, and what there is to read",
            _figure_lines(page["costs"]["figure"]),
        ]
        parts += [table(**page["costs"][part]) for part in ("money", "by_scenario", "simplicity")]
    if page["conformance"]:
        found = page["conformance"]
        parts += ["## On the real runtime", plain(found["words"]), table(**found["table"])]
        parts += [plain(line) for line in found["notes"]]
    if page["diagrams"]:
        parts += ["## The states of each design", *map(_figure_lines, page["diagrams"])]
    parts += ["## Statistics", table(**page["statistics"])]
    parts += ["## Sometimes", table(**page["sometimes"])]
    parts += ["## Provenance", table(["", ""], page["provenance"]["facts"])]
    parts.append("```json\n" + page["provenance"]["settings"] + "\n```")
    return "\n\n".join(parts) + "\n"


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
