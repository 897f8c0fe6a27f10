"""Settings of designs by their names: those that there are, and one that no design asked has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lastchunk.model.base.errors import InputError
from lastchunk.reference_impl.designs import DESIGNS

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec


def shipped_settings() -> set[str]:
    """The settings of all shipped designs."""
    return {field.name for cls in DESIGNS.values() for field in dataclasses.fields(cls.Settings)}


def check_set(keys: Iterable[str], designs: Sequence[DesignSpec]) -> None:
    """Refuse a ``design.NAME`` that is set by hand and that no design has: it changes nothing.

    A scenario's file may have settings of many designs; who sets one by hand means those asked.
    """
    known = {field.name for each in designs for field in dataclasses.fields(each.settings)}
    for key in keys:
        table, _, name = key.strip().partition(".")
        if table == "design" and name in shipped_settings() - known:
            asked = ", ".join(each.name for each in designs)
            allowed = f"a setting of {asked}: {', '.join(sorted(known)) or 'it has none'}"
            raise InputError("--set", key.strip(), allowed)
