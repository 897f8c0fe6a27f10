"""The properties by how they are judged, as their entries say."""

from __future__ import annotations

from lastchunk.model.properties import EXPLORABLE

AT_END = frozenset(slug for slug, item in EXPLORABLE.items() if item.decided == "by the end")
REVERTIBLE = frozenset(slug for slug, item in EXPLORABLE.items() if item.is_reverted)
TIMED = frozenset(slug for slug, item in EXPLORABLE.items() if item.is_timed)
