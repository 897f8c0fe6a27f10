"""The shipped designs."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from lastchunk.reference_impl.leases import LeaseDesign
from lastchunk.reference_impl.manifest import ManifestDesign
from lastchunk.reference_impl.manual import ManualDesign
from lastchunk.reference_impl.outbox import OutboxDesign
from lastchunk.reference_impl.re_read import ReReadDesign
from lastchunk.reference_impl.short_grace import ShortGraceDesign

DESIGNS: dict[str, Any] = {
    "manual": ManualDesign,
    "alarm": AlarmDesign,
    "outbox": OutboxDesign,
    "short-grace": ShortGraceDesign,
    "re-read": ReReadDesign,
    "leases": LeaseDesign,
    "manifest": ManifestDesign,
    "lazy-alarm": LazyAlarmDesign,
}
"""The shipped designs by name, the oldest first."""
