"""Settings of the page, beside those of the class: how often it looks at its queue, for one."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from types import CodeType
from typing import Any


def page_settings_of(page: Any, known: dict[str, Any]) -> dict[str, Any]:
    """What the stop flow and the page class of a design look at, and the class itself has not."""
    functions = [page.stop_flow, *vars(getattr(page, "page", object)).values()]
    used = {
        name
        for function in functions
        if inspect.isfunction(function)
        for code in _codes(function.__code__)
        for name in code.co_names
    }
    return {
        item.name: item.default
        for item in dataclasses.fields(page.Settings)
        if item.name in used and item.name not in known and item.default is not dataclasses.MISSING
    }


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield from _codes(item)
