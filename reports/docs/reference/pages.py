"""The pages of the reference, and the files of the commands' help, as they are to be now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lastchunk.model.base.files import write_text
from lastchunk.reports.docs.reference.commands import commands_page, help_texts
from lastchunk.reports.docs.reference.fields import md_table
from lastchunk.reports.docs.reference.public import public_page
from lastchunk.reports.docs.reference.results import (
    columns_page,
    designs_page,
    events_page,
    properties_page,
)
from lastchunk.reports.docs.reference.scenario import (
    delays_page,
    faults_page,
    scenario_page,
    uplinks_page,
)

COMMAND = "python -m lastchunk.reports.docs.reference"
FOLDER = "docs/reference"
HELP = "tests/golden/help"
REFERENCE_PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "scenario": ("every key of a scenario: unit, default, allowed values, meaning", scenario_page),
    "delays": ("distributions of delays, also from a CSV file, and offsets", delays_page),
    "uplinks": ("uplinks, and how chunks differ in size", uplinks_page),
    "faults": ("what may strike, and when", faults_page),
    "designs": ("the settings of the shipped designs", designs_page),
    "events": ("what a trace is made of", events_page),
    "columns": ("the columns of a frame of results, and outcomes", columns_page),
    "properties": ("properties, verdicts and exit codes", properties_page),
    "commands": ("the command line", commands_page),
    "python": ("the public names, with their signatures", public_page),
}
"""Each page of the reference by the name of its file: what it has, and what makes it."""


def index_page() -> str:
    """The list of the pages."""
    rows = [(f"[{name}]({name}.md)", words) for name, (words, _) in REFERENCE_PAGES.items()]
    opening = (
        "# Reference\n\nThese pages are made from the sources by\n"
        f"`{COMMAND}`, and a test compares them with what it makes now.\n"
    )
    return "\n".join([opening, md_table(("page", "what it has"), rows)])


def reference_texts() -> dict[str, str]:
    """All that is generated, by its path in the repository."""
    texts = {f"{FOLDER}/index.md": index_page()}
    texts |= {f"{FOLDER}/{name}.md": make() for name, (_, make) in REFERENCE_PAGES.items()}
    return texts | {f"{HELP}/{name}.txt": text for name, text in help_texts().items()}


def write_reference(root: Path) -> list[Path]:
    """Write it all into a repository. Returns the paths."""
    written = []
    for name, text in reference_texts().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        written.append(path)
    return written
