"""Closing: how a coroutine ends whose instance is gone."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lastchunk.model.base.blame import is_from_outside
from lastchunk.reference_impl.clock import Uncatchable, driven

CLOSINGS_MAX = 100
"""So many awaits a dropped handler may have in its ``finally`` blocks."""


def has_closed(coroutine: Coroutine[Any, Any, Any]) -> bool:
    """End a coroutine where it stands. False where a ``finally`` awaits without an end."""
    for _ in range(CLOSINGS_MAX):
        driven.is_closing = True
        try:
            coroutine.close()
            return True
        except BaseException as error:
            if is_from_outside(error):
                raise
            # Of code that no platform runs: an error of its own, or one more await.
            continue
        finally:
            driven.is_closing = False
            Uncatchable.raised.clear()
    return False
