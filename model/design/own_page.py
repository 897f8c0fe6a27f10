"""The page class that a design may bring, checked to be one; docs/your-page.md is its contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from lastchunk.model.base.errors import DesignError

Takes = Callable[[str, Any, str, int, str], None]
NEEDED = (
    ("start", 1, "()"),
    ("data_available", 2, "(chunk)"),
    ("stop", 1, "()"),
)
"""What the browser tells every page: the method, how much it is called with, and in words."""
HOOKS: tuple[tuple[str, int, str], ...] = (
    ("resume", 3, "(chunks, recorded_ms)"),
    ("page_hide", 1, "()"),
    ("visibility_change", 2, "(state)"),
    ("freeze", 1, "()"),
    ("recorder_error", 1, "()"),
)
"""What it tells a page that has a method for it."""


def has_own_page(cls: Any) -> bool:
    """Whether a design brings its page."""
    return hasattr(cls, "page")


def check_page(name: str, cls: Any, takes: Takes) -> None:
    """Refuse a page class that the browser could not run, and a hook that is not on the page.

    ``takes`` refuses a method that cannot be called with so many arguments.
    """
    page = getattr(cls, "page", None)
    for hook, _, arguments in HOOKS:
        if hook in vars(cls) and not hasattr(page, hook):
            raise DesignError(
                f"design {name}: {hook}{arguments} is told to the page, not to the object; "
                "allowed: a method of its page class, page = MyPage"
            )
    if not has_own_page(cls):
        return
    if not inspect.isclass(page):
        raise DesignError(f"design {name}: page is {page!r}; allowed: a class")
    words = f"{name}.page"
    takes(words, page, "__init__", 3, "(browser, settings, stop_flow)")
    for method, count, arguments in (*NEEDED, *HOOKS):
        if (method, count, arguments) in HOOKS and not hasattr(page, method):
            continue
        if not inspect.iscoroutinefunction(getattr(page, method, None)):
            raise DesignError(f"design {name} needs an async method {method}() of its page")
        takes(words, page, method, count, arguments)
