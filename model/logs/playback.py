"""The schedule of a session in a log: the deployed design, played with the times that the log has.

What a log does not have is filled in. A page's log has no time within the object: there an upload
that was taken comes 25 ms after it was sent, and all the rest of its time is spent in the blob put,
which its body streams into; one that was refused comes 25 ms before its answer. What comes of it is
kept only if it violates the same property, and replays.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.logs.reading.seen import CREATED, FINALIZE_CALL, SeenCall, SeenSession
from lastchunk.model.logs.recording import chunks_of, known_chunks, recording_ended
from lastchunk.model.properties import Violation
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.simulate.guided import Guided
from lastchunk.model.simulate.replay import replay
from lastchunk.model.simulate.schedule import Schedule, read_schedule, write_schedule
from lastchunk.model.world.base.pending import Key, Pending
from lastchunk.model.world.object.alarms import SLOT

LEG_MS = 25
"""How long a message is on its way where the log does not say."""
CHUNK_MS = 10_000
DUE_MS = 2_000
"""An alarm of the log stands for one that is due so near."""
PLAYED_CHUNKS_MAX = 5_000
"""A session with more chunks is not played."""
HAPPENINGS_MAX = 100_000
WITHOUT_STOP_MS = 30_000


class NotPlayedError(Exception):
    """A session of a log that no schedule can be made of; the text says why."""


class LogGuide:
    """What a log knows of each pending thing, in ms from the session's beginning."""

    def __init__(self, session: SeenSession, base_ms: int, stop_call: str) -> None:
        self.base_ms = base_ms
        self.alarms = session.alarms
        self.calls: dict[Key, SeenCall] = dict(session.calls)
        for number, stop in enumerate(session.stops):
            self.calls[stop_call, -1, number] = stop

    def wanted_ms(self, pending: Pending) -> int | None:
        """When it happened, from the session's beginning."""
        kind, *rest = pending.key
        if pending.key == SLOT:
            due_ms = pending.payload.due_ms + self.base_ms
            near = [a for a in self.alarms if abs(a.due_ms - due_ms) <= DUE_MS]
            late = min((a.started_ms - a.due_ms for a in near), default=None)
            return None if late is None else pending.payload.due_ms + max(0, late)
        call = self.calls.get(tuple(rest[:3])) if kind in TIMES else None
        at_ms = None if call is None else TIMES[kind](call)
        return None if at_ms is None else at_ms - self.base_ms

    def wanted_outcome(self, key: Key) -> str:
        """How it ended: a request that the page saw fail was lost, or its answer was."""
        call = self.calls.get(key[1:4])
        if call is None or call.failed_ms is None:
            return ""
        came = call.started_ms is not None
        return "lost" if key[0] == ("response" if came else "request") else ""


def _comes_ms(call: SeenCall) -> int | None:
    """When a request came to the object."""
    if call.started_ms is not None or call.sent_ms is None:
        return call.started_ms
    if call.answered_ms is None:
        return call.failed_ms
    leg_ms = _leg(call, call.sent_ms, call.answered_ms)
    return call.answered_ms - leg_ms if call.is_refused else call.sent_ms + leg_ms


def _stored_ms(call: SeenCall) -> int | None:
    """When its blob put ended."""
    if call.stored_ms is not None or call.ended_ms is not None:
        return call.stored_ms if call.stored_ms is not None else call.ended_ms
    if call.answered_ms is None or call.sent_ms is None:
        return None
    return call.answered_ms - _leg(call, call.sent_ms, call.answered_ms)


def _leg(call: SeenCall, sent_ms: int, answered_ms: int) -> int:
    return min(LEG_MS, (answered_ms - sent_ms) // 2)


TIMES: dict[str, Callable[[SeenCall], int | None]] = {
    "request": _comes_ms,
    "blob": _stored_ms,
    "response": lambda call: call.answered_ms if call.failed_ms is None else call.failed_ms,
}
"""What of a call is wanted of each kind of pending thing."""


def play_session(
    session: SeenSession, slugs: list[str], design: str, overrides: list[str]
) -> tuple[Schedule, list[str]]:
    """A schedule by which the design violates some of these properties, and which.

    Raises `NotPlayedError`, saying why there is none.
    """
    base_ms, scenario = _scenario(session, overrides)
    is_manual = any(stop.method == FINALIZE_CALL for stop in session.stops)
    try:
        spec = load_design(design or ("manual" if is_manual else "alarm"), scenario)
        duration_ms = scenario.recording.duration_ms.low_ms
        guide = LogGuide(session, base_ms, spec.cls.stop_call)
        _, schedule = Guided(spec, scenario, duration_ms, guide).play(HAPPENINGS_MAX)
        again = replay(schedule)
    except DesignError as error:
        raise NotPlayedError(f"the design fails on it: {error}") from error
    found = again.check(slugs)
    kept = [slug for slug, item in found.items() if isinstance(item, Violation)]
    if not kept:
        raise NotPlayedError(_other(spec))
    return schedule, kept


def _other(spec: DesignSpec) -> str:
    return f"{spec.name} with these times does not do it"


def keep_schedule(schedule: Schedule, place: Path) -> None:
    """Write a schedule, and see that what was written replays."""
    write_schedule(schedule, place)
    replay(read_schedule(place))


def _scenario(session: SeenSession, overrides: list[str]) -> tuple[int, Scenario]:
    """The session's beginning in the log, and a scenario in whose bounds its times lie."""
    uploads, count = session.uploads, len(known_chunks(session))
    if not uploads:
        raise NotPlayedError("the log has no upload of it")
    if count > PLAYED_CHUNKS_MAX:
        raise NotPlayedError(f"it has {count:,} chunks, and {PLAYED_CHUNKS_MAX:,} can be played")
    started_ms, base_ms = _beginning(session)
    stop_ms = recording_ended(session)
    end_ms = session.last_ms + WITHOUT_STOP_MS if stop_ms is None else stop_ms
    duration_ms = max(1, end_ms - started_ms)
    span_ms = session.last_ms - base_ms + 60_000
    any_ms = f"{{distribution='uniform', low_ms=0, high_ms={span_ms}}}"
    lates = [alarm.started_ms - alarm.due_ms for alarm in session.alarms]
    late_ms = max([0, *lates])
    settings = [
        f"recording.duration_ms={duration_ms}",
        f"client.chunk_ms={_chunk_ms(session, duration_ms, count)}",
        f"client.uploads_parallel={_at_once(uploads)}",
        *(f"network.{leg}_delay_ms={any_ms}" for leg in ("request", "response")),
        f"blobs.put_delay_ms={any_ms}",
    ]
    if late_ms:
        settings.append(
            f"platform.alarm_late_ms={{distribution='uniform', low_ms=0, high_ms={late_ms}}}"
        )
    if any(call.failed_ms is not None for call in uploads):
        settings += ["network.request_loss=0.01", "network.response_loss=0.01"]
    if stop_ms is None:
        closed_ms = session.last_ms - started_ms + 1
        settings.append(f"faults=[{{kind='tab_closed', offset_ms={closed_ms}}}]")
    text = f'title = "Session {name_for_file(session.name)} of a log"\n'
    try:
        return base_ms, load_scenario(text, [*settings, *overrides])
    except InputError as error:
        raise NotPlayedError(f"its times are none that a scenario can have: {error}") from error


def name_for_file(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name[:80])


def _beginning(session: SeenSession) -> tuple[int, int]:
    """When the recorder ran, and when the page called create."""
    creates = [call for call in session.calls.values() if call.method == CREATED]
    first = min(creates, key=lambda call: call.first_ms, default=None)
    first_ms = session.uploads[0].first_ms
    if first is None or first.first_ms >= first_ms:
        return first_ms - CHUNK_MS, first_ms - CHUNK_MS - 2 * LEG_MS
    begun_ms = first.first_ms if first.sent_ms is not None else first.first_ms - LEG_MS
    ready_ms = first.answered_ms if first.answered_ms is not None else begun_ms + 2 * LEG_MS
    return min(ready_ms, first_ms), begun_ms


def _chunk_ms(session: SeenSession, duration_ms: int, count: int) -> int:
    """How often the recorder hands a chunk out: so often that there are as many as in the log."""
    firsts = [calls[0].first_ms for _, calls in sorted(chunks_of(session).items())]
    gaps = [after - before for before, after in pairwise(firsts)]
    likely = round(median(gaps), -2) if len(gaps) > 1 else CHUNK_MS
    if likely > 0 and duration_ms // likely == count - 1:
        return int(likely)
    return max(1, 2 * duration_ms // (2 * count - 1))


def _at_once(uploads: list[SeenCall]) -> int:
    """How many uploads the page had under way at once."""
    ends = [(call.failed_ms or call.over_ms or call.first_ms) for call in uploads]
    moments = sorted([(end, -1) for end in ends] + [(call.first_ms, 1) for call in uploads])
    most = now = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return max(1, min(most, 100))
