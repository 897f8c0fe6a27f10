"""The properties, *sometimes* ones too, each with its meaning and the claim it comes from."""

from __future__ import annotations

from typing import Any

from lastchunk.model.properties import always, eventually
from lastchunk.model.properties.base import Property, Sometimes

PROPERTIES: dict[str, Property] = {
    item.slug: item
    for item in (
        Property(
            "complete_at_finalization",
            "always",
            "Whenever the session is completed, every chunk recorded so far is stored.",
            "1: uploads reset the alarm, so finalization happens only after all uploads",
            always.complete_at_finalization,
            decided="by news",
            remembers=("missing", "missing at completions"),
            is_reverted=True,
        ),
        Property(
            "nothing_refused",
            "always",
            "No upload is refused with a 4xx status.",
            "5: no 403",
            always.nothing_refused,
            decided="by news",
            remembers=(),
        ),
        Property(
            "nothing_lost",
            "always",
            "At the end of the run every recorded chunk is stored.",
            "7: works even if the client disconnects; 11: 10 minutes handle long pauses",
            always.nothing_lost,
            decided="by the end",
            remembers=("not stored",),
        ),
        Property(
            "completed_is_final",
            "always",
            "A completed session never becomes active again.",
            "1: no race",
            always.completed_is_final,
            decided="by news",
            remembers=(),
            is_reverted=True,
        ),
        Property(
            "count_true",
            "always",
            "chunks_uploaded is the number of distinct chunks uploaded, at each completion "
            "and at the end.",
            "1: no race",
            always.count_true,
            decided="by news or the end",
            remembers=("not stored", "uploads ended", "chunks uploaded"),
            is_reverted=True,
            stands=always.was_miscounted,
        ),
        Property(
            "finalizes",
            "eventually-within",
            "The session is settled in the end: completed, or declared incomplete.",
            "2: automatic; 3: guaranteed by at-least-once alarms",
            eventually.finalizes,
            decided="by the end",
            remembers=("chunks uploaded", "stop answered"),
        ),
        Property(
            "finalizes_promptly",
            "eventually-within",
            "The session is completed within the grace and 2 s of the later of stop and last "
            "upload.",
            "10: the recording appears about 5 s after stop",
            eventually.finalizes_promptly,
            decided="by the end",
            remembers=("last upload since the stop",),
            is_timed=True,
        ),
        Property(
            "not_while_recording",
            "always",
            "The session is not completed while the user records.",
            "11: 10 minutes handle long pauses",
            always.not_while_recording,
            decided="by news",
            remembers=(),
            is_of_recorder=True,
        ),
        Property(
            "duration_true",
            "always",
            "Once the recording has ended, the recordings list shows the time recorded.",
            "10: the recording appears with the correct duration",
            always.duration_true,
            decided="by the end",
            remembers=("recorded time",),
            is_of_recorder=True,
        ),
        Property(
            "notified_once",
            "eventually-within",
            "The consumer is told exactly once that the session is completed.",
            "3: guaranteed by at-least-once alarms",
            eventually.notified_once,
            decided="by the end",
            remembers=("notified",),
            asks="a design that notifies",
            stands=eventually.acted_again,
        ),
        Property(
            "consumer_sees_all",
            "always",
            "A consumer that reads the session after the stop finds it completed, and every "
            "chunk stored.",
            "2: automatic, no coordination",
            always.consumer_sees_all,
            decided="by news",
            remembers=("missing",),
            asks="a scenario with a consumer",
        ),
    )
}
"""Every property by its slug, in the order of a report."""

EXTRA_PROPERTIES: dict[str, Property] = {
    item.slug: item
    for item in (
        Property(
            "nothing_recoverable_lost",
            "always",
            "At the end of the run every recorded chunk is stored whose whole upload reached the "
            "object before the tab was closed.",
            "7: works even if the client disconnects",
            always.nothing_recoverable_lost,
            decided="by the end",
            remembers=("missing",),
        ),
        Property(
            "finalizes_once_known",
            "eventually-within",
            "The session is completed within the grace and 2 s of the later of the last upload and "
            "the stop's arrival at the object.",
            "10: the recording appears about 5 s after stop",
            eventually.finalizes_once_known,
            decided="by the end",
            remembers=("last upload since the stop ran",),
            is_timed=True,
        ),
    )
}
"""The best possible where a property cannot hold: explored when asked for by name, in no report."""

EXPLORABLE = PROPERTIES | EXTRA_PROPERTIES
"""All that may be asked of every schedule."""

SOMETIMES: dict[str, Sometimes] = {
    item.slug: item
    for item in (
        Sometimes("upload_ended_after_stop", "A chunk was stored after the user had stopped."),
        Sometimes("chunk_arrived_after_stop", "An upload arrived after the stop had run."),
        Sometimes("retry_happened", "A chunk was sent once more."),
        Sometimes("alarm_inside_upload", "An alarm ran inside a suspended upload."),
        Sometimes("disconnect_struck", "A disconnect cut off a call under way."),
        Sometimes(
            "uploads_overlapped",
            "Two uploads were under way in the object at once.",
            remembers=("uploads running",),
        ),
        Sometimes("response_lost", "A response was lost after the object had answered."),
        Sometimes("request_duplicated", "The network delivered a request twice."),
        Sometimes("tab_closed", "The tab was closed."),
        Sometimes("tab_reopened", "A reloaded page went on with the queue that it had kept."),
        Sometimes("laptop_slept", "The laptop slept."),
        Sometimes("tab_frozen", "The tab was frozen."),
        Sometimes("tab_throttled", "The timers of the tab were throttled."),
        Sometimes(
            "long_pause",
            "More than 10 minutes lay between two chunks before the stop.",
            remembers=("last chunk's time",),
        ),
        Sometimes("stray_stop", "A stop was sent that nobody meant."),
        Sometimes(
            "stop_overtook_upload",
            "A stop ran while a recorded chunk was not yet stored.",
            remembers=("missing",),
        ),
        Sometimes("stop_repeated", "A stop ran more than once.", remembers=("stop runs",)),
        Sometimes("code_threw", "Code of the design threw an exception that it did not catch."),
        Sometimes("platform_trouble", "A scheduled trouble of the platform struck."),
        Sometimes("instance_lost", "An instance of the object lost its memory."),
        Sometimes(
            "upload_lost_with_instance", "An upload was under way in an instance that was lost."
        ),
        Sometimes("process_killed", "The object's process was killed."),
        Sometimes("commit_failed", "A commit was not confirmed."),
        Sometimes("blob_put_failed", "The blob store refused a put."),
        Sometimes("alarm_failed", "An attempt to run the alarm failed."),
        Sometimes("alarm_repeated", "One alarm was run more than once.", remembers=("alarm runs",)),
        Sometimes("alarm_dropped", "An alarm was given up after its seventh attempt."),
        Sometimes("stale_delivery", "A delivery met another alarm than its own, and was dropped."),
        Sometimes(
            "notification_repeated",
            "A notification reached the consumer once more.",
            remembers=("notified",),
        ),
        Sometimes("refused", "An upload was refused."),
        Sometimes("reopened", "A completed session became active again."),
    )
}
"""Every property of kind *sometimes* by its slug."""


def asked(design: Any, scenario: Any) -> list[str]:
    """The slugs of the properties that a design can be asked under a scenario, in order."""
    can = {
        "every design": True,
        "a design that notifies": bool(getattr(design, "notifies", False)),
        "a scenario with a consumer": scenario.consumer.reads_after_ms is not None,
    }
    return [slug for slug, item in PROPERTIES.items() if can[item.asks]]
