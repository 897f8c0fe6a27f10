"""What the platform answers without a wait: the object's SQLite storage, as it is just now (R7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.reference_impl.effect import Effect


@dataclass(slots=True)
class StoredNow(Effect[dict[str, Any]]):
    """Read all keys at once, as synchronous calls of storage do; the gate does not matter."""
