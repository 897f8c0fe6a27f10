"""Storage as code sees it without a wait: what the world keeps, and what this turn has written.

Whoever drives code fetches it before the code goes on. What is asked for and not answered yet is
written here at once, as the platform's own cache has it.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.runtime.values import refuse_here
from lastchunk.reference_impl.contract import Delete, DeleteAll, Put
from lastchunk.reference_impl.transaction import EndTransaction, RollBack

AT_ONCE_NAMES = frozenset(("kv", "sql", "transactionSync"))
"""The members of storage that do not wait."""


class StoredView:
    """All keys with their values. ``error`` is what the platform throws in place of any answer."""

    __slots__ = ("error", "is_known", "listed", "values")

    def __init__(self, values: dict[str, Any], error: Exception | None = None) -> None:
        self.values = values
        self.error = error
        self.is_known = True
        self.listed: Any = None
        """The list of keys that is gone through, as long as nothing is written."""

    def note(self, kind: Any, given: tuple[Any, ...]) -> None:
        """Something is asked for that may change what is stored."""
        if kind in (Put, Delete, DeleteAll):
            self.listed = None
        if kind is Put:
            key, *value = given
            self.values.update({key: value[0]} if value else key)
        elif kind is Delete:
            for name in [given[0]] if isinstance(given[0], str) else given[0]:
                self.values.pop(name, None)
        elif kind is DeleteAll:
            self.values.clear()
        elif kind is RollBack or (kind is EndTransaction and given):
            self.is_known = False

    def known(self) -> dict[str, Any]:
        """The values, where they are known."""
        if not self.is_known:
            refuse_here("what is stored, just behind a rollback", "await it first")
        return self.values
