"""The shipped properties, each a line of the language.

The catalogue decides the same by the facts of a run, which are gathered once for all of them; a
line sees each event. `tests/properties/test_shipped_lines.py` holds every line to its check.
"""

from __future__ import annotations

from lastchunk.model.properties.language import (
    always,
    at_most,
    completion,
    event,
    never,
    state,
    upload_ended,
)
from lastchunk.model.properties.shipped.endings import at_end, both, given, last, on_disk
from lastchunk.model.properties.shipped.words import (
    consumer_acts,
    design_notifies,
    first_stop,
    grace,
    refusal,
    reopening,
)

# lines: begin
prompt = grace + 2_000
counts = on_disk(always(state.count_is_true, when=completion))
lacks_some = ~state.stop_answered | (state.chunks_uploaded != state.recorded)
is_over = state.is_completed | ((state.status == "incomplete") & lacks_some)
hears = state.is_notified | (design_notifies & state.is_completed)
read_whole = event.ConsumerRead(status="completed") & (state.missing == 0)

LINES = {
    "complete_at_finalization": given(
        state.has_completed, on_disk(never(completion & (state.missing > 0)))
    ),
    "nothing_refused": given(state.has_recorded, never(refusal)),
    "nothing_lost": at_end(state.not_stored == 0, when=state.has_recorded),
    "completed_is_final": given(state.has_completed, on_disk(never(reopening))),
    "count_true": both(
        counts, at_end(state.count_is_true, when=state.status != "", even_if_cut=True)
    ),
    "finalizes": at_end(is_over, when=state.status != ""),
    "finalizes_promptly": last(completion).within(
        prompt, of=event.StopPressed | upload_ended, when=state.has_stopped & state.is_completed
    ),
    "not_while_recording": given(state.has_started, never(completion & state.is_recording)),
    "duration_true": at_end(state.list_is_true, when=state.recording_has_ended, even_if_cut=True),
    "notified_once": both(at_most(1, consumer_acts), at_end(state.is_notified, when=hears)),
    "consumer_sees_all": never(event.ConsumerRead & ~read_whole),
    "nothing_recoverable_lost": at_end(state.missing == 0, when=state.has_recorded),
    "finalizes_once_known": last(completion).within(
        prompt, of=first_stop | upload_ended, when=state.stop_ran & state.is_completed
    ),
}
# lines: end
"""Every property that may be explored, by its slug. The reference shows what stands between."""
