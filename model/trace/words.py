"""Events in words: the lane that each belongs to, and a line that a person can read."""

from __future__ import annotations

import re

from lastchunk.model.trace.events import NO_CHUNK, Event

LANES = {
    "client": "client",
    "network": "network",
    "object": "object",
    "blobs": "blob store",
    "alarm": "alarm",
    "run": "run",
}
"""The lanes in the order in which they are drawn, with their words."""

_LANE_BY_TYPE = {
    "RequestSent": "network",
    "RequestArrived": "network",
    "BodyArrived": "network",
    "RequestTooLarge": "network",
    "RequestLost": "network",
    "RequestDuplicated": "network",
    "ResponseLost": "network",
    "ResponseArrived": "network",
    "RequestFailed": "network",
    "NetworkWentDown": "network",
    "NetworkCameUp": "network",
    "StrayStop": "network",
    "HandlerStarted": "object",
    "HandlerEnded": "object",
    "CodeThrew": "object",
    "StateWritten": "object",
    "CommitConfirmed": "object",
    "CommitFailed": "object",
    "InstanceLost": "object",
    "HandlerLost": "object",
    "StorageReverted": "object",
    "OldInstanceEnded": "object",
    "ProcessKilled": "object",
    "ProcessRestarted": "object",
    "Notified": "object",
    "NotifyFailed": "object",
    "ConsumerRead": "client",
    "TroubleBegan": "run",
    "TroubleEnded": "run",
    "Costs": "run",
    "AlarmSet": "alarm",
    "AlarmDeleted": "alarm",
    "AlarmStarted": "alarm",
    "AlarmEnded": "alarm",
    "AlarmFailed": "alarm",
    "AlarmDropped": "alarm",
    "StaleDelivery": "alarm",
    "BlobPutStarted": "blobs",
    "BlobStored": "blobs",
    "BlobPutBroken": "blobs",
    "BlobPutFailed": "blobs",
    "RunEnded": "run",
}


def lane_of(event: Event) -> str:
    """The key of the event's lane in `LANES`."""
    return _LANE_BY_TYPE.get(type(event).__name__, "client")


def clock(at_ms: int) -> str:
    """Milliseconds as minutes, seconds and milliseconds: ``10:05.012``."""
    minutes, rest_ms = divmod(at_ms, 60_000)
    return f"{minutes:d}:{rest_ms // 1000:02d}.{rest_ms % 1000:03d}"


def words_of(event: Event) -> str:
    """The event in words: its type spelled out, then what it carries."""
    name = re.sub(r"(?<!^)([A-Z])", r" \1", type(event).__name__).lower()
    details: list[str] = []
    for field, value in event._asdict().items():
        if field == "at_ms" or (field == "chunk" and value == NO_CHUNK):
            continue
        if field in ("attempt", "retry") and value == 0:
            continue
        if field == "method":
            details.insert(0, str(value))
        elif field == "due_ms":
            details.append(f"for {clock(value)}")
        else:
            details.append(f"{field.replace('_', ' ')} {value}")
    return f"{name}: {', '.join(details)}" if details else name
