"""Results for GitHub: a summary of the step, an annotation for each failure, and SARIF.

A summary has a size that GitHub allows, and one that is larger is dropped as a whole. So what does
not hold comes first, and what no longer fits is counted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lastchunk.gate.ci.checked import CheckResult, summed_up
from lastchunk.gate.ci.compared import WORSE, FigureChange
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import unwritable
from lastchunk.version import __version__

SUMMARY_BYTES_MAX = 1024 * 1024 - 1024
"""GitHub takes 1 MiB a step; a little is left for what other commands of the step say."""
ANNOTATIONS_MAX = 10
"""GitHub shows so many errors of a step; the rest it drops without a word."""
MEANINGS = {
    "regressed": "A figure is worse than in the baseline.",
    "unknown": "The baseline has a figure of which no session says anything now.",
}
"""The rules of what is held to the baseline."""
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SUMMARY_FILE = "GITHUB_STEP_SUMMARY"
"""The environment variable in which GitHub names the file of a step's summary."""
LEVELS = {"violated": "error", "unknown": "warning"}


def summary_file(environment: Mapping[str, str] = os.environ) -> Path:
    """The file of the summary. Raises `InputError` where this is no step of GitHub Actions."""
    name = environment.get(SUMMARY_FILE)
    if not name:
        raise InputError("--github", name or "", f"only in a step of Actions: {SUMMARY_FILE}=FILE")
    return Path(name)


def add_summary(
    path: Path, results: Sequence[CheckResult], changes: Sequence[FigureChange]
) -> None:
    """Add to the summary of the step; what others wrote into it stays, and takes its room."""
    try:
        taken = path.stat().st_size if path.exists() else 0
        text = step_summary(results, changes, max(0, SUMMARY_BYTES_MAX - taken))
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise unwritable(path, error, "--github") from error


def step_summary(
    results: Sequence[CheckResult],
    changes: Sequence[FigureChange],
    bytes_max: int = SUMMARY_BYTES_MAX,
) -> str:
    """A table of all checks in Markdown, what does not hold first; at most so many bytes."""
    ordered = sorted(results, key=lambda item: item.failure is None)
    told = [item for item in changes if item.kind != "within noise"]
    told.sort(key=lambda item: item.kind not in WORSE)
    rows = [
        f"| {item.kind} | {table_cell(item.key)} | {table_cell(item.reason())} |"
        for item in ordered
    ]
    rows += [
        f"| {item.kind} | {table_cell(item.check)} | {table_cell(item.how)} |" for item in told
    ]
    counts = (sum(item.kind == kind for item in told) for kind in WORSE)
    head = f"### lastchunk: {summed_up(list(results), *counts)}\n\n"
    head += "| verdict | check | reason |\n| --- | --- | --- |\n"
    left = bytes_max - len(head.encode("utf-8"))
    return head + rows_that_fit(rows, left) if left > 0 else ""


def rows_that_fit(rows: Sequence[str], bytes_max: int) -> str:
    """The first rows that fit, and how many were left out."""
    whole = "".join(f"{row}\n" for row in rows)
    if len(whole.encode("utf-8")) <= bytes_max:
        return whole
    kept = ""
    for number, row in enumerate(rows):
        left = f"\n{len(rows) - number} more lines did not fit.\n"
        if len(f"{kept}{row}\n{left}".encode()) > bytes_max:
            return kept + left if len((kept + left).encode()) <= bytes_max else ""
        kept += f"{row}\n"
    return kept


def table_cell(text: str) -> str:
    """A text as a cell of a table shows it, whatever it is made of."""
    safe = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return safe.replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`")


def workflow_commands(
    results: Sequence[CheckResult], changes: Sequence[FigureChange], file: str
) -> list[str]:
    """A workflow command for each check that does not hold and each figure that regressed."""
    said = [
        (LEVELS[item.failure.kind], item.key, item.reason())
        for item in results
        if item.failure is not None
    ]
    worse = [item for item in changes if item.kind in WORSE]
    said += [(LEVELS[WORSE[item.kind]], item.check, item.line()) for item in worse]
    said.sort(key=lambda item: item[0])
    lines = [
        f"::{level} file={_setting(file)},title={_setting(title)}::{_message(text)}"
        for level, title, text in said[:ANNOTATIONS_MAX]
    ]
    rest = len(said) - len(lines)
    return [*lines, f"::notice::{rest} more are in the log"] if rest else lines


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _setting(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def sarif(results: Sequence[CheckResult], file: str, changes: Sequence[FigureChange] = ()) -> str:
    """What does not hold as SARIF 2.1.0: a rule for each property, a code flow for a schedule;
    and a rule for what regressed against the baseline."""
    failed = [item for item in results if item.failure is not None]
    worse = [item for item in changes if item.kind in WORSE]
    rules = {item.item.slug: item.item.meaning for item in failed}
    rules |= {item.kind: MEANINGS[item.kind] for item in worse}
    told = [_sarif_result(item, quote(file)) for item in failed]
    told += [_sarif_change(item, quote(file)) for item in worse]
    run = {
        "tool": {
            "driver": {
                "name": "lastchunk",
                "version": __version__,
                "rules": [
                    {"id": slug, "shortDescription": {"text": meaning}}
                    for slug, meaning in rules.items()
                ],
            }
        },
        "results": told,
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _sarif_place(uri: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}


def _sarif_change(item: FigureChange, uri: str) -> dict[str, Any]:
    return {
        "ruleId": item.kind,
        "level": LEVELS[WORSE[item.kind]],
        "message": {"text": item.line()},
        "locations": [_sarif_place(uri)],
        "partialFingerprints": {"check/v1": f"{item.check}, against the baseline"},
    }


def _sarif_result(item: CheckResult, uri: str) -> dict[str, Any]:
    failure = item.failure
    assert failure is not None
    place = _sarif_place(uri)
    flow = [{"location": {**place, "message": {"text": line.strip()}}} for line in failure.timeline]
    again = "".join(f"\nTo see it again: {command}" for command in failure.commands)
    told = {
        "ruleId": failure.item.slug,
        "level": LEVELS[failure.kind],
        "message": {"text": f"{item.key}: {failure.kind}, {failure.reason}{again}"},
        "locations": [place],
        "partialFingerprints": {"check/v1": item.key},
    }
    return told | ({"codeFlows": [{"threadFlows": [{"locations": flow}]}]} if flow else {})
