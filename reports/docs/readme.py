"""README.md's table of results, from sessions that are run for it.

``python -m lastchunk.reports.docs.readme`` writes the table anew; a test compares it with what the
designs do now.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lastchunk.model.base.files import write_text
from lastchunk.model.base.verdict import percent
from lastchunk.model.design.load import load_designs
from lastchunk.model.estimate.comparison import compare
from lastchunk.model.estimate.intervals import wilson
from lastchunk.model.scenario.load import load_scenario

README = Path(__file__).parents[2] / "README.md"
SCENARIOS = ("everything-fast", "lossy-mobile", "cellular-driving")
README_DESIGNS = ["manual", "alarm", "lazy-alarm"]
SESSIONS, SEED = 200, 1
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"


def cell(good: int, sessions: int) -> str:
    """A share of sessions with its 95 % interval."""
    found = wilson(good, sessions)
    return f"{percent(found.estimate)} [{percent(found.low)}, {percent(found.high)}]"


def results_table() -> str:
    """How many sessions end as they should, for each scenario and design."""
    lines = [
        f"| of {SESSIONS} sessions each | "
        + " | ".join(f"*{name}*" for name in README_DESIGNS)
        + " |"
    ]
    lines.append("| --- |" + " --- |" * len(README_DESIGNS))
    for name in SCENARIOS:
        scenario = load_scenario(name)
        result = compare(scenario, load_designs(README_DESIGNS, scenario), SESSIONS, SEED)
        rows = result.frame
        good = [
            int(((rows.design == d) & (rows.outcome == "prompt")).sum()) for d in README_DESIGNS
        ]
        lines.append(f"| {name} | " + " | ".join(cell(item, SESSIONS) for item in good) + " |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """The page with the table as it is now, between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + results_table() + END + after


if __name__ == "__main__":
    write_text(README, with_table(README.read_text(encoding="utf-8")))
    sys.stdout.write(f"written: {README.name}\n")
