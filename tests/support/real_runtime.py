"""The real runtime of the tests: fetched before by `npm ci` in worker/, or not there."""

from __future__ import annotations

import pytest

from lastchunk.model.conformance.runtime.toolbox import NotHereError, Toolbox, toolbox


def tools_or_skip() -> Toolbox:
    """All that the real runtime needs; a test is skipped where it is not here."""
    try:
        return toolbox(lambda text: None, may_fetch=False)
    except NotHereError as error:
        pytest.skip(f"nothing is played on the real runtime: {error}")
