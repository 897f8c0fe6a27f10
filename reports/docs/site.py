"""What the site of the documents takes from outside docs/: hooks that mkdocs calls as it builds.

CONTRIBUTING.md, CHANGELOG.md and the notebooks become pages, and links to them lead there, so the
same text can be read in the repository. Nothing is fetched.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
OUTSIDE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Documents at the top of the repository, and the pages that they become."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside docs/."""
    for name, page in OUTSIDE.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=from_the_top(text)))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page = f"notebooks/{path.stem}.md"
        files.append(File.generated(config, page, content=notebook(path)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let links to what lies outside docs/ lead to its page."""
    for name, page in OUTSIDE.items():
        markdown = markdown.replace(f"](../{name}", f"]({page}")
    return re.sub(r"\]\(\.\./notebooks/(\w+)\.ipynb\)", r"](notebooks/\1.md)", markdown)


def from_the_top(text: str) -> str:
    """A document of the top folder as a page of docs/: its links begin there."""
    return text.replace("](docs/", "](")


def notebook(path: Path) -> str:
    """A notebook as a page: its words, its code, and what came of it."""
    parts = []
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "markdown":
            words = cell.source.replace("](../docs/", "](../")
            parts.append(re.sub(r"\]\((\w+)\.ipynb\)", r"](\1.md)", words))
        else:
            parts.append(f"```python\n{cell.source}\n```")
            parts += filter(None, map(output_text, cell.get("outputs", [])))
    return "\n\n".join(parts) + "\n"


def output_text(output: Any) -> str:
    """One output of a cell: a picture, a table, or text."""
    data = output.get("data", {})
    if "image/png" in data:
        return (
            f'<img alt="figure" src="data:image/png;base64,{"".join(data["image/png"].split())}">'
        )
    if "text/html" in data:
        return "\n".join(line for line in "".join(data["text/html"]).splitlines() if line.strip())
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f"```text\n{text.rstrip()}\n```" if text.strip() else ""
