"""``python -m lastchunk.reports.docs.platform``: write docs/platform.md and its pictures anew."""

from __future__ import annotations

import sys
from pathlib import Path

from lastchunk.reports.docs.platform.page import write_page

if __name__ == "__main__":
    written = write_page(Path(__file__).parents[3] / "docs")
    sys.stdout.write(f"{len(written)} files written to docs/\n")
