"""What is under review: the designs, the recorder client, and the ports that they see."""

from __future__ import annotations

from typing import Any

from reference_impl.alarm import AlarmDesign
from reference_impl.manual import ManualDesign
from reference_impl.outbox import OutboxDesign

DESIGNS: dict[str, Any] = {
    "manual": ManualDesign,
    "alarm": AlarmDesign,
    "outbox": OutboxDesign,
}
"""The shipped designs by name, the oldest first."""
