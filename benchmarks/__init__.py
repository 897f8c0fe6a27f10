"""Benchmarks: ratios measured side by side in one run."""

import os

os.environ.setdefault("LASTCHUNK_TABLES", "off")
"""What a process learns is measured with it: none has what an earlier one has kept."""
