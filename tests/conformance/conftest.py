"""The real runtime of the tests, with the watched worker."""

from __future__ import annotations

import pytest

from lastchunk.model.conformance.runtime.toolbox import Toolbox, WatchedWorker, bundle
from tests.support.real_runtime import tools_or_skip


@pytest.fixture(scope="session")
def tools() -> Toolbox:
    """All that the real runtime needs; a test is skipped where it is not here."""
    return tools_or_skip()


@pytest.fixture(scope="session")
def worker(tools: Toolbox) -> WatchedWorker:
    """The watched worker."""
    return bundle(tools)
