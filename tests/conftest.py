"""Generated tests are the same in every run, and no machine is too slow for one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "lastchunk",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lastchunk")

collect_ignore = ["example_project"]
"""A project of its own: tests/house/test_wheel.py runs it, from the wheel."""
