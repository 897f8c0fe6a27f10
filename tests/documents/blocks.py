"""The code of a document, with what a comment before each block says of running it.

A block is fenced with its language. What stands in comments of HTML before it is read here:

* ``not run: REASON``;
* ``left out: WORD, WORD; REASON``: those commands of the block are not run;
* ``run by tests/FILE``: that test runs it, and names the document;
* ``file: NAME``: the block is a file; so is Python or TOML whose first line is ``# NAME``;
* ``given: NAME, NAME``: files that a reader is said to have, from `GIVEN`;
* ``exits: N``: its commands end with that code;
* ``blocks run by tests/FILE``: that test runs all of a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.field_logs import small_har, small_otlp

ROOT = Path(__file__).parents[2]
MARKDOWN = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md")),
    ]
)
"""Every document in Markdown."""
NOT_CODE = ("text", "mermaid")
"""Languages of blocks that show something and run nothing."""
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENTS = re.compile(r"((?:^<!--[^\n]*-->\n\n?)*)\Z", re.MULTILINE)
SAID = re.compile(r"<!-- ([\w ]+?): ?(.*?) -->|<!-- ((?:blocks )?run by) (\S+) -->")
FILE_NAME = re.compile(r"^# ([\w.-]+\.(?:py|toml))$")


@dataclass(frozen=True)
class Block:
    """One block: its language, its text, and what is said of it by name."""

    language: str
    text: str
    said: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the file that it is; "" for none."""
        found = FILE_NAME.match(self.text.split("\n", 1)[0])
        return self.said.get("file") or (found[1] if found else "")


def said_in(text: str) -> dict[str, str]:
    """What comments say, by their first words."""
    return {a or c: b or d for a, b, c, d in SAID.findall(text)}


def blocks_of(text: str) -> list[Block]:
    """The blocks of a document."""
    found = []
    for match in FENCE.finditer(text):
        before = COMMENTS.search(text[: match.start()])
        said = said_in(before[1]) if before else {}
        found.append(Block(match[1].strip(), match[2], said))
    return found


def page_says(text: str) -> dict[str, str]:
    """What a page says of all its blocks, and which files it is given."""
    said = said_in(text)
    return {name: said[name] for name in ("blocks run by",) if name in said}


def given_in(text: str) -> list[str]:
    """The files that a page is given, wherever it says so."""
    return [
        name for words in re.findall(r"<!-- given: (.*?) -->", text) for name in words.split(", ")
    ]


DELAYS = "request_delay_ms\n" + "".join(f"{20 + 7 * (n % 13)}\n" for n in range(60))
UPLINK = "".join(f"{4 * n}\n" for n in range(1, 2_000))
GIVEN = {
    "delays.csv": DELAYS,
    "drive.up": UPLINK,
    "my.up": UPLINK,
    "throughput.csv": "time_s,mbps\n" + "".join(f"{n},{4 + n % 3}\n" for n in range(30)),
    "drive.log": "time_s,mbps\n" + "".join(f"{n},{3 + n % 4}\n" for n in range(30)),
    "lastchunk.toml": '[[checks]]\ndesigns = ["lazy-alarm"]\nscenarios = ["lossy-mobile"]\n'
    'properties = ["complete_at_finalization"]\nby = ["sampling"]\n',
    "run.har": small_har(),
    "own.har": small_har(
        {
            "createSession/rec-1": "recordings/rec-1",
            "upload/rec-1": "recordings/rec-1/parts",
        }
    ),
    "spans.json": small_otlp(),
    "plan.toml": 'scenarios = ["everything-fast"]\ndesigns = ["alarm"]\nsessions = 5\n'
    "set = { recording = { chunks = 1 } }\n[axes]\n'network.request_loss' = [0.0, 0.2]\n",
}
"""What a reader has, small: files that a document speaks of and does not show."""
