"""Reads a report's pages as a reader would: the tables and lists under each heading, as text."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator

Rows = list[list[str]]


class Page(html.parser.HTMLParser):
    """The rows and the list items of an HTML page, by the id of the heading above them.

    A ``.verdict`` or ``.count`` is a cell's first word, kept apart by a ``|``.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.section = ""
        self.rows: dict[str, Rows] = {}
        self.items: dict[str, list[str]] = {}
        self.colours = dict(re.findall(r"^\.([\w-]+) \{ (.*) \}$", text, re.MULTILINE))
        self.signs = dict(re.findall(r'^\.verdict\.([\w-]+)::before \{ content: "(.)', text, re.M))
        self._open: list[str] = []
        self._text: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "h2" or (tag == "h3" and found.get("id")):
            self.section = found.get("id") or ""
        elif tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        elif tag in ("td", "th", "li"):
            self._text = []
        if tag == "br":
            self.handle_data(" ")
            return
        kind = (found.get("class") or "").split(" ")[0]
        self._open.append(kind if tag in ("span", "b") else "")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open.pop() in ("verdict", "count") and self._text is not None:
            self._text.append("|")
        if tag in ("td", "th", "li") and self._text is not None:
            words = " ".join("".join(self._text).split())
            if tag == "li":
                self.items.setdefault(self.section, []).append(words)
            elif self.rows.get(self.section):
                self.rows[self.section][-1].append(words)
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def markdown_tables(text: str) -> Iterator[tuple[str, Rows]]:
    """Each table of a Markdown report with its heading: its lines below the head, cell by cell."""
    heading, rows = "", []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            rows.append([re.sub(r"\\(.)", r"\1", cell.strip()) for cell in cells])
        elif rows:
            yield heading, rows[:1] + rows[2:]
            rows = []
        if line.startswith("#"):
            heading = line.lstrip("# ")
