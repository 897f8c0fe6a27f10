"""What a state must remember of its past: the `Facts` that a verdict can still depend on.

The properties look at `Facts`, which a run only ever adds to. Most of it cannot change a verdict
any more: what was violated is noted at once, and of most times only that they came. `settle` keeps
the rest, so that states that differ in nothing else are one. What that is, each property says
itself (`Property.remembers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from lastchunk.model.properties import (
    EXPLORABLE,
    SOMETIMES,
    Judgement,
    JudgeSettings,
    Property,
    Violation,
)
from lastchunk.model.properties.watches import RunsEnd
from lastchunk.model.trace.events import AlarmStarted, Event, RunEnded
from lastchunk.model.trace.facts import Facts

CAME = 0
"""Stands for a time of which only matters that it came."""
BY_CHUNK = frozenset(
    ("recorded", "stored", "in_closed_tab", "uploads_ended", "orphans", "seen", "own")
)
"""Facts that are kept chunk by chunk, or not at all; what own properties remember comes beside."""
NO_JUDGEMENTS: Mapping[str, Judgement] = {}
NONE_OWN: Mapping[str, Property] = {}
MISSING = (-1,)
"""Stands for chunks of which only matters that there were some."""
PASSING = frozenset(
    (
        *("refused", "consumer_reads", "completed_while_recording_ms"),
        *("retries", "messages", "thrown", "stop_told_ms"),
    )
)
"""Facts that each step forgets: nothing that the end decides may rest on them."""


def groups_of(slugs: Sequence[str], own: Mapping[str, Property] = NONE_OWN) -> list[list[str]]:
    """The properties by search: a timed one needs two times in every state, so it is alone."""
    known = EXPLORABLE | dict(own)
    plain = [slug for slug in slugs if not known[slug].is_timed]
    timed = [[slug] for slug in slugs if known[slug].is_timed]
    return [plain, *timed] if plain else timed


class Remembered:
    """Facts as the end finds them: to read what was forgotten would prove what nobody looked at."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __getattr__(self, name: str) -> Any:
        assert name not in PASSING, f"the end decides by {name}, which each step forgets"
        return getattr(self._facts, name)


class Monitor:
    """Which properties are watched, *sometimes* ones too, and what they need.

    ``reverts``: commits can fail, so some properties are decided at the run's end alone: these are
    ``late``. What the end decides for itself is ``at_end``: without one, what stays so decides it.
    ``own`` are properties that a person brings: each sees every event, and its memory is a part of
    the state.
    """

    def __init__(
        self,
        slugs: Iterable[str],
        sometimes: Iterable[str],
        judge: JudgeSettings,
        reverts: bool = False,
        own: Mapping[str, Property] = NONE_OWN,
    ) -> None:
        self.field_names: tuple[str, ...] = ()
        self.pick_plain: Callable[[dict[str, Any]], tuple[Any, ...]] = _nothing
        self.reverts = reverts
        self.slugs = tuple(slugs)
        self.sometimes = frozenset(sometimes)
        self.judge = judge
        self.known = EXPLORABLE | dict(own)
        self.own = {
            slug: watch for slug in self.slugs if (watch := self.known[slug].watch) is not None
        }
        known = EXPLORABLE.values()
        reverted = {item.slug for item in known if reverts and item.is_reverted}
        self.late = frozenset(i.slug for i in known if i.decided == "by the end") | reverted
        self.at_end = self.late | {i.slug for i in known if i.decided == "by news or the end"}
        self.at_end |= {slug for slug, watch in self.own.items() if watch.is_decided_by_end}
        asked = [self.known[slug] for slug in self.slugs]
        self.shipped = tuple(slug for slug in self.slugs if slug not in self.own)
        self.is_timed = any(self.known[slug].is_timed for slug in self.shipped)
        decided = {self.known[slug].decided for slug in self.shipped}
        self.needs_no_news = "by any step" in decided
        remembers = [item.remembers for item in asked]
        remembers += [SOMETIMES[slug].remembers for slug in self.sometimes]
        self.remembers = frozenset(chain.from_iterable(remembers))

    def begin(self, now_ms: Any) -> Facts:
        """What is known where a run begins."""
        facts = Facts()
        facts.own.update((slug, watch.begin(now_ms)) for slug, watch in self.own.items())
        return facts

    def watch(self, facts: Facts, events: Iterable[Event]) -> dict[str, Judgement]:
        """Take a step's events in; the judgements that this step may have changed."""
        before = len(facts.completions)
        own: dict[str, Judgement] = {}
        for event in events:
            if isinstance(event, AlarmStarted):
                event = self._numbered(facts, event)
            facts.observe(event)
            if self.own:
                self._watch_own(facts, event, own)
        news = facts.refused or facts.reopened or facts.completions[before:]
        if not (news or facts.consumer_reads or self.needs_no_news):
            return own
        return self._judged(facts, at_end=False) | own

    def _watch_own(self, facts: Facts, event: Event, found: dict[str, Judgement]) -> None:
        """Let own properties see an event; of what they say in a step, a violation counts."""
        for slug, watch in self.own.items():
            facts.own[slug], judgement = watch.step(facts.own[slug], event, facts)
            if judgement is not None and not isinstance(found.get(slug), Violation):
                found[slug] = judgement

    def _numbered(self, facts: Facts, event: AlarmStarted) -> AlarmStarted:
        """An alarm whose time is a number that repeats when the time does: `Facts` counts by it."""
        known = facts.alarm_runs_by_due
        same = "alarm runs" in self.remembers and known and event.due_ms == self.last_due(facts)
        if not same:
            known.clear()
        facts.alarm_due_ms = event.due_ms  # type: ignore[attr-defined]
        return event._replace(due_ms=0)

    def last_due(self, facts: Facts) -> Any:
        """The time of the last alarm that ran."""
        return getattr(facts, "alarm_due_ms", -1)

    def end(
        self,
        facts: Facts,
        now_ms: Any,
        reason: str,
        step: Mapping[str, Judgement] = NO_JUDGEMENTS,
    ) -> dict[str, Judgement]:
        """The run ends here: every judgement. ``step`` is what the last step said of own ones."""
        facts.observe(RunEnded(now_ms, reason))
        ending = RunsEnd(now_ms, reason, self.judge)
        own = {
            slug: watch.over(step.get(slug), facts.own[slug], ending, facts)
            for slug, watch in self.own.items()
        }
        return self._judged(facts, at_end=True) | own

    def _judged(self, facts: Facts, at_end: bool) -> dict[str, Judgement]:
        remembered = cast(Facts, Remembered(facts))
        return {
            slug: self.known[slug].judge(remembered if slug in self.late else facts, self.judge)
            for slug in self.shipped
            if at_end or slug not in self.late
        }

    def settle(self, facts: Facts) -> set[str]:
        """Forget what cannot matter any more; returns the *sometimes* properties met since."""
        met = set(facts.seen)
        facts.seen.clear()
        for known in (facts.recorded, facts.stored):
            for chunk in known:
                known[chunk] = CAME
        facts.refused.clear()
        self._settle_status(facts)
        facts.completed_while_recording_ms = -1
        facts.consumer_reads.clear()
        if "notified" not in self.remembers:
            facts.notified.clear()
        if facts.notified:
            facts.notified[:] = [(CAME, key) for _, key in facts.notified]
        if "alarm runs" not in self.remembers:
            facts.alarm_runs_by_due.clear()
            facts.alarm_due_ms = -1  # type: ignore[attr-defined]
        facts.retries = facts.messages = facts.thrown = facts.last_ms = 0
        facts.stop_told_ms = -1
        self._settle_chunks(facts)
        self._settle_times(facts)
        return met

    def _settle_status(self, facts: Facts) -> None:
        """Completions and the like: what was violated by them, where that may still be undone."""
        # What is kept must follow from what is kept: of chunks nobody asks for, nothing is known.
        is_asked = self.reverts and "missing at completions" in self.remembers
        if facts.completions:
            kept = [
                (at_ms if self.is_timed else CAME, MISSING if missing and is_asked else ())
                for at_ms, missing in facts.completions
            ]
            facts.completions[:] = kept if self.reverts else kept[-1:]
        if facts.counts:
            wrong = [
                (CAME, int(not least <= count <= most), 0, 0)
                for _, count, least, most in facts.counts
            ]
            if "uploads ended" not in self.remembers:
                wrong = [(CAME, 0, 0, 0) for _ in wrong]
            facts.counts[:] = wrong if self.reverts else []
        if facts.reopened:
            facts.reopened[:] = [CAME for _ in facts.reopened] if self.reverts else []

    def _settle_chunks(self, facts: Facts) -> None:
        if "uploads ended" not in self.remembers:
            facts.uploads_ended.clear()
            facts.orphans.clear()
        if "chunks uploaded" not in self.remembers:
            facts.chunks_uploaded = 0
        if "uploads running" not in self.remembers:
            facts.uploads_running = 0
        facts.stop_runs = min(facts.stop_runs, 2) if "stop runs" in self.remembers else 0

    def _settle_times(self, facts: Facts) -> None:
        """Times of which only matters that they came, or that no later step will look at."""
        facts.stop_failed = facts.stop_failed and "stop failed" in self.remembers
        if "stop answered" in self.remembers:
            facts.stop_answered_ms = _came(facts.stop_answered_ms)
        else:
            facts.stop_answered_ms = -1
        self._settle_last_upload(facts)
        if facts.stop_ms >= 0 or "last chunk's time" not in self.remembers:
            facts.last_recorded_ms = -1
        is_row_asked = "recorded time" in self.remembers
        if not is_row_asked:
            facts.recorded_ms, facts.row_ms = _came(facts.recorded_ms), _came(facts.row_ms)
        if facts.recorded_ms >= 0 or not is_row_asked:
            facts.start_ms = _came(facts.start_ms)
        if facts.recorded_ms >= 0:
            facts.stands, facts.stands_since_ms, facts.stood_ms = (), -1, 0
        facts.tab_closed_ms = _came(facts.tab_closed_ms)

    def _settle_last_upload(self, facts: Facts) -> None:
        """The last upload, and the stop since which it counts: as pressed, or as it ran."""
        is_pressed_asked = "last upload since the stop" in self.remembers
        is_ran_asked = "last upload since the stop ran" in self.remembers
        if is_pressed_asked and is_ran_asked:
            return  # which of them is the later is then not known once for all
        if is_pressed_asked:
            facts.stop_ms, facts.last_upload_ms = _later(facts.stop_ms, facts.last_upload_ms)
            facts.stop_ran_ms = _came(facts.stop_ran_ms)
            return
        facts.stop_ms = _came(facts.stop_ms)
        if is_ran_asked:
            since_ms = facts.stop_ran_ms
            facts.stop_ran_ms, facts.last_upload_ms = _later(since_ms, facts.last_upload_ms)
        else:
            facts.stop_ran_ms, facts.last_upload_ms = _came(facts.stop_ran_ms), -1

    def kept(self, facts: Facts) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
        """What is kept: values, and entries that say something of one chunk each."""
        values = self._plain_of(vars(facts))
        out: list[tuple[Any, ...]] = []
        if "missing" in self.remembers:
            out += [("missing", chunk) for chunk in facts.missing]
        if "not stored" in self.remembers:
            out += [("not stored", chunk) for chunk in facts.recorded if chunk not in facts.stored]
        if "uploads ended" in self.remembers:
            out += [("ended", chunk) for chunk in facts.uploads_ended]
            out += [("orphan", chunk, attempt) for chunk, attempt in facts.orphans]
        if "chunks recorded" in self.remembers:
            values += (len(facts.recorded),)
        if "has recorded" in self.remembers:
            values += (bool(facts.recorded),)
        if "chunks stored" in self.remembers:  # which, not how many: a repetition adds none
            out += [("stored", chunk) for chunk in facts.stored]
        for slug, watch in self.own.items():
            plain, by_chunk = watch.by_chunk(facts.own[slug])
            values += (len(plain), *plain)
            out += [(f"counted by {slug}", chunk, count) for chunk, count in by_chunk]
        return values, out

    def _plain_of(self, fields: dict[str, Any]) -> tuple[Any, ...]:
        """The values of the facts that are not kept by chunk, in order."""
        names = tuple(fields)
        if names != self.field_names:
            self.field_names = names
            self.pick_plain = itemgetter(*(name for name in names if name not in BY_CHUNK))
        return self.pick_plain(fields)


def _nothing(_: dict[str, Any]) -> tuple[Any, ...]:
    return ()


def _later(stop_ms: Any, upload_ms: Any) -> tuple[Any, Any]:
    """Stop and last upload, of which the later counts: things happen in order, so it is known
    which of them cannot be it any more."""
    if stop_ms >= 0 and upload_ms >= stop_ms:
        return CAME, upload_ms
    return stop_ms, -1


def _came(at_ms: Any) -> int:
    return CAME if at_ms >= 0 else -1
