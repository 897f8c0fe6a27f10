"""What the monitor keeps is enough: no future tells two pasts apart that look the same to it.

Short random runs over a few events and two chunks, of every kind that the facts know. Pasts that
are kept alike are given the same random future, and both must be judged alike from then on.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from lastchunk.model.explore.state.monitor import Monitor
from lastchunk.model.properties import EXPLORABLE, JudgeSettings
from lastchunk.model.properties.shipped.lines import LINES
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts
from tests.explore.judged import AT_END, REVERTIBLE, TIMED

JUDGE = JudgeSettings(grace_ms=10, notifies=True)
SOMETIMES = (
    "alarm_repeated",
    "notification_repeated",
    "uploads_overlapped",
    "stop_repeated",
    "stop_overtook_upload",
    "long_pause",
    "chunk_arrived_after_stop",
    "upload_ended_after_stop",
)
UPLOAD = "upload"


class Story:
    """A random run that keeps to what the facts take for granted."""

    def __init__(self, dice: random.Random, reverts: bool) -> None:
        self.dice = dice
        self.reverts = reverts
        self.now_ms = dice.choice((0, 0, 5))
        self.status = ""
        self.disk: list[str] = [""]
        self.running: set[tuple[int, int]] = set()
        self.put: set[tuple[int, int]] = set()
        self.recorded: list[int] = []
        self.is_stopped = self.is_closed = self.has_begun = False

    def next(self) -> list[e.Event]:
        """One step: a few events of one instant."""
        dice = self.dice
        self.now_ms += dice.choice((0, 0, 1, 7, 40))
        ways = [self._create, self._record, self._upload, self._upload_ends, self._stop]
        ways += [self._complete, self._alarm, self._read, self._notify, self._close, self._lose]
        ways += [self._upload, self._upload_ends, self._complete, self._store, self._store]
        ways += [self._revert, self._revert] if self.reverts else []
        return dice.choice(ways)()

    def _write(self, status: str) -> list[e.Event]:
        old, self.status = self.status, status
        return [e.StateWritten(self.now_ms, status, self.dice.randrange(3), old)]

    def _create(self) -> list[e.Event]:
        if self.status:
            return []
        self.has_begun = True
        return [e.RecordingStarted(self.now_ms), *self._write("active")]

    def _record(self) -> list[e.Event]:
        if self.is_closed or not self.has_begun or len(self.recorded) == 2:
            return []
        self.recorded.append(len(self.recorded))
        return [e.ChunkRecorded(self.now_ms, self.recorded[-1], 5)]

    def _call(self) -> tuple[int, int] | None:
        known = sorted(self.running)
        return self.dice.choice(known) if known else None

    def _upload(self) -> list[e.Event]:
        call = (self.dice.randrange(2), self.dice.randrange(2))
        if call[0] not in self.recorded or call in self.running:
            return []
        self.running.add(call)
        return [
            e.RequestArrived(self.now_ms, UPLOAD, *call),
            e.HandlerStarted(self.now_ms, UPLOAD, *call),
        ]

    def _store(self) -> list[e.Event]:
        call = self._call()
        return [] if call is None else [e.BlobStored(self.now_ms, *call)]

    def _upload_ends(self) -> list[e.Event]:
        call = self._call()
        if call is None:
            return []
        self.running.discard(call)
        status = self.dice.choice((200, 200, 403, 500))
        return [e.HandlerEnded(self.now_ms, UPLOAD, *call, status)]

    def _lose(self) -> list[e.Event]:
        call = self._call()
        if call is None:
            return []
        self.running.discard(call)
        return [e.HandlerLost(self.now_ms, UPLOAD, *call)]

    def _stop(self) -> list[e.Event]:
        found: list[e.Event] = []
        if not self.is_stopped and self.has_begun and not self.is_closed:
            found += [e.StopPressed(self.now_ms, 5), e.RowWritten(self.now_ms, 5)]
        self.is_stopped = True
        found.append(e.HandlerStarted(self.now_ms, "signal_stop", e.NO_CHUNK, 0))
        if self.dice.random() < 0.5:
            found.append(e.ResponseArrived(self.now_ms, "signal_stop", e.NO_CHUNK, 0, 200))
        return found

    def _complete(self) -> list[e.Event]:
        if not self.status:
            return []
        return self._write(self.dice.choice(("completed", "completed", "active", "incomplete")))

    def _revert(self) -> list[e.Event]:
        """The last write was not on disk; the one before it was."""
        before, self.status = self.status, self.dice.choice(("active", self.status))
        if before != "completed" or self.status == "completed":
            self.status = before
            return []
        return [e.StorageReverted(self.now_ms, self.status, self.dice.randrange(3))]

    def _alarm(self) -> list[e.Event]:
        due_ms = self.now_ms - self.dice.choice((0, 0, 3))
        return [e.AlarmStarted(self.now_ms, due_ms, self.dice.randrange(2))]

    def _read(self) -> list[e.Event]:
        return [e.ConsumerRead(self.now_ms, self.status, 0)]

    def _notify(self) -> list[e.Event]:
        return [e.Notified(self.now_ms, self.dice.choice(("", "k")))]

    def _close(self) -> list[e.Event]:
        if self.is_closed:
            return []
        self.is_closed = True
        in_tab = tuple(chunk for chunk in self.recorded if self.dice.random() < 0.5)
        return [e.TabClosed(self.now_ms, in_tab)]


def futures(
    monitor: Monitor, facts: Facts, steps: Iterable[Sequence[e.Event]], now_ms: int
) -> object:
    """All that is ever judged from here on, and what is met sometimes."""
    facts, seen = facts.copy(), []
    for step in steps:
        judged = monitor.watch(facts, step)
        met = monitor.settle(facts) & set(monitor.sometimes)
        seen.append(({slug: type(item).__name__ for slug, item in judged.items()}, sorted(met)))
    end = monitor.end(facts, now_ms, "quiet")
    seen.append(({slug: type(item).__name__ for slug, item in end.items()}, []))
    return seen


UNTIMED = tuple(slug for slug in EXPLORABLE if slug not in TIMED)
OWN = {f"line_{slug}": replace(line, slug=f"line_{slug}") for slug, line in LINES.items()}
OWN_UNTIMED = tuple(slug for slug, line in OWN.items() if not line.is_timed)
TIMES = TIMED | {slug for slug in OWN if OWN[slug].is_timed}
CASES = {
    "all that look at no times": (UNTIMED, (), False),
    "all, commits may fail": (UNTIMED, (), True),
    **{slug: ((slug,), (), False) for slug in EXPLORABLE},
    "sometimes": (("nothing_refused",), SOMETIMES, False),
    "lines that look at no times": (OWN_UNTIMED, (), False),
    "lines, commits may fail": (OWN_UNTIMED, (), True),
    **{slug: ((slug,), (), False) for slug in OWN if OWN[slug].is_timed},
}


def past(monitor: Monitor, story: Story, steps: int) -> Facts:
    """The facts after some steps, settled after each."""
    facts = monitor.begin(story.now_ms)
    for _ in range(steps):
        monitor.watch(facts, story.next())
        monitor.settle(facts)
    return facts


@pytest.mark.parametrize("name", CASES)
def test_pasts_that_are_kept_alike_have_the_same_futures(name: str) -> None:
    slugs, sometimes, reverts = CASES[name]
    monitor = Monitor(slugs, sometimes, JUDGE, reverts, OWN)
    alike: dict[str, list[tuple[Facts, Story]]] = defaultdict(list)
    for seed in range(1_000):
        story = Story(random.Random(seed), reverts)
        facts = past(monitor, story, 1 + seed % 12)
        values, entries = monitor.kept(facts)
        # The world's own state is part of a class too: who runs, what was recorded, the clock.
        world = [story.status, sorted(story.running), story.recorded, story.has_begun]
        world += [story.is_stopped, story.is_closed, story.now_ms if set(slugs) & TIMES else 0]
        timed = (story.now_ms, facts.last_recorded_ms) if sometimes else ()
        key = repr((values, sorted(entries, key=repr), world, timed))
        alike[key].append((facts, story))
    pairs = 0
    for group in alike.values():
        for facts, story in group[1:4]:
            first = group[0][0]
            for seed in range(4):
                story.dice = random.Random(seed)
                now_ms, kept = story.now_ms, dict(vars(story))
                kept |= {n: v.copy() for n, v in kept.items() if isinstance(v, set | list)}
                steps = [story.next() for _ in range(6)]
                ends = [futures(monitor, one, steps, story.now_ms) for one in (first, facts)]
                assert ends[0] == ends[1], (now_ms, steps)
                vars(story).update(kept)
                pairs += 1
    assert pairs > 100, "hardly any two pasts are alike"


@pytest.mark.parametrize("reverts", [False, True])
def test_what_is_judged_along_the_way_stays_violated(reverts: bool) -> None:
    late = AT_END | REVERTIBLE if reverts else AT_END
    assert late <= set(EXPLORABLE)
    violated_once: set[str] = set()
    taken_back: set[str] = set()
    for seed in range(600):
        story, facts = Story(random.Random(seed), reverts), Facts()
        violated: set[str] = set()
        for _ in range(14):
            for event in story.next():
                facts.observe(event)
            now = {
                slug
                for slug, item in EXPLORABLE.items()
                if type(item.check(facts, JUDGE)).__name__ == "Violation"
            }
            taken_back |= violated - now
            violated |= now
        violated_once |= violated
    assert taken_back <= late
    assert (set(EXPLORABLE) - late) & violated_once, "something was judged along the way"
    assert not reverts or taken_back & REVERTIBLE


def test_a_property_looks_at_times_exactly_if_it_is_among_the_timed() -> None:
    timed: set[str] = set()
    for seed in range(600):
        kinds = []
        for factor in (1, 50):
            story, facts = Story(random.Random(seed), False), Facts()
            for _ in range(14):
                for event in story.next():
                    facts.observe(event._replace(at_ms=event.at_ms * factor))
            facts.observe(e.RunEnded(story.now_ms * factor, "quiet"))
            kinds.append({s: type(i.check(facts, JUDGE)).__name__ for s, i in EXPLORABLE.items()})
        timed |= {slug for slug in EXPLORABLE if kinds[0][slug] != kinds[1][slug]}
    assert timed - {"duration_true"} == TIMED
