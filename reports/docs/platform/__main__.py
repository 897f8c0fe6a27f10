"""``python -m lastchunk.reports.docs.platform``: write docs/platform.md and its pictures anew."""

from __future__ import annotations

import sys
from pathlib import Path

from lastchunk.model.base.files import write_text
from lastchunk.reports.docs.platform.page import RULES_FILE, rules_json, write_page

if __name__ == "__main__":
    written = write_page(Path(__file__).parents[3] / "docs")
    write_text(RULES_FILE, rules_json())
    sys.stdout.write(f"{len(written)} files written to docs/\n")
