"""``python -m lastchunk.reports.docs.reference``: write docs/reference and the commands' help."""

from __future__ import annotations

import sys
from pathlib import Path

from lastchunk.reports.docs.reference.pages import write_reference

if __name__ == "__main__":
    written = write_reference(Path(__file__).parents[3])
    sys.stdout.write(f"{len(written)} files written to docs/reference/ and tests/golden/help/\n")
