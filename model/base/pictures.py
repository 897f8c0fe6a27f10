"""How a result finds what draws it in a notebook: figures are on floors above the results."""

from __future__ import annotations

from importlib import import_module
from typing import Any

PAGES: dict[str, tuple[str, str]] = {}
PLOTS: dict[str, tuple[str, str]] = {}
"""What draws a result, by the name of its class: a module and a function in it.

The package fills it as it is imported, before any module of it can be.
"""


class Paged:
    """What a notebook shows as a page."""

    def _repr_html_(self) -> str:
        """The page; what draws it is imported now, since a result that nobody shows needs none."""
        module, function = PAGES[type(self).__name__]
        page: str = getattr(import_module(module), function)(self)
        return page


class Pictured(Paged):
    """A result that a notebook shows as a page, and that can be drawn."""

    def plot(self, *arguments: Any, **options: Any) -> Any:
        """Draw it. Returns the matplotlib axes; what draws it is imported now."""
        module, function = PLOTS[type(self).__name__]
        return getattr(import_module(module), function)(self, *arguments, **options)
