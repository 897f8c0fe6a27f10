"""The shipped designs and their twins in TypeScript, by name."""

from __future__ import annotations

from pathlib import Path

DESIGNS_TS = Path(__file__).parents[2] / "worker" / "src" / "designs.ts"
TWINS = {
    "manual": "ManualDesign",
    "alarm": "AlarmDesign",
    "outbox": "OutboxDesign",
    "short-grace": "ShortGraceDesign",
    "re-read": "ReReadDesign",
    "leases": "LeaseDesign",
    "manifest": "ManifestDesign",
    "lazy-alarm": "LazyAlarmDesign",
}


def twin_of(name: str) -> str:
    """The reference of a shipped design's twin."""
    return f"{DESIGNS_TS}:{TWINS[name]}"
