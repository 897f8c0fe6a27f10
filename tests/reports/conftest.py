"""One small review, for all that look at what is written of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastchunk.model.estimate.comparison import Comparison
from lastchunk.reports.review import Review
from tests.support import reviewed


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return reviewed.comparison()


@pytest.fixture(scope="module")
def review() -> Review:
    return reviewed.review()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviewed.written(tmp_path_factory)
