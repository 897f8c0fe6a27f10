"""Generated tests are the same in every run, and no machine is too slow for one."""

from __future__ import annotations

import gc
import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "lastchunk",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lastchunk")

os.environ["LASTCHUNK_TABLES"] = "off"
"""What one test has learned no other one is to have: some run worlds that are wrong on purpose."""

collect_ignore = ["example_project"]
"""A project of its own: tests/house/test_wheel.py runs it, from the wheel."""


def pytest_collection_finish() -> None:
    """All modules are there, and stay: looking for garbage in them again and again would take an
    eighth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)
