"""What the axes of a figure call a setting: words and its unit, and not its key."""

from __future__ import annotations

SETTING_WORDS = {
    "high_ms": "longest time that a request, an answer or a blob put takes, ms",
    "low_ms": "shortest time that a request, an answer or a blob put takes, ms",
    "put_high_ms": "longest put into the blob store, ms",
    "put_delay_ms.high_ms": "longest put into the blob store, ms",
    "request_delay_ms.high_ms": "longest time that a request takes, ms",
    "grace_ms": "grace, from the stop to the alarm, ms",
    "long_alarm_ms": "long alarm, from the last upload to it, ms",
    "watchdog_ms": "watchdog, from the last activity to the alarm, ms",
    "back_off_ms": "wait before the page tries again, ms",
    "recording.pause_for_ms": "length of the pause, ms",
    "chunks": "chunks",
    "failures": "uploads that fail",
    "disconnects": "disconnects",
}


def setting_words(key: str) -> str:
    """A setting by its key or dotted name, in words; one that is not listed, by its own name."""
    key = key.removesuffix(".value_ms")  # a delay that is always the same is called as the delay
    if key in SETTING_WORDS:
        return SETTING_WORDS[key]
    name = key.rpartition(".")[2]
    words = SETTING_WORDS.get(name)
    if words is None:
        stem, has_unit, _ = name.rpartition("_ms")
        words = (f"{stem}, ms" if has_unit else name).replace("_", " ")
    return words
