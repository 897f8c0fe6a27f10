"""Logs checked: each session judged as it is over, and what is kept of it is a line or two.

Sessions are held while they are open, so memory goes with how many are open at once, and not with
how long the log is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.logs.judge import CHECKS, NOT_ASKED, LogJudgement, Undecided
from lastchunk.model.logs.needs import PLAIN_WATCHES, lacks
from lastchunk.model.logs.reading import har, lines, spans
from lastchunk.model.logs.reading.har import Numbering, read_har
from lastchunk.model.logs.reading.lines import LineReader
from lastchunk.model.logs.reading.mapping import LogMapping
from lastchunk.model.logs.reading.seen import RecordRead, SeenSession
from lastchunk.model.logs.reading.spans import SpanReader
from lastchunk.model.logs.reading.stream import JsonReader, foreign, open_log, opening
from lastchunk.model.logs.ways import FailureWay, nearest_way
from lastchunk.model.properties import (
    EXPLORABLE,
    Holds,
    JudgeSettings,
    Property,
    Unsettled,
    Violation,
)
from lastchunk.model.properties.judged import judge_trace
from lastchunk.model.trace.facts import facts_of

ASSUMED = {
    "a HAR": (
        "a stop ended the recording, unless a later one did",
        "a chunk that was answered 2xx is stored, and one that was refused is not",
        "while it records, nothing completes a session within a minute of a call that ended",
        "a list of sessions is as new as the session's own record",
        "what the page had queued and never sent is known by its number alone",
    ),
    "OTLP spans": (
        "a stop ended the recording, unless a later one did",
        "an alarm that writes the record has found the session active, and completes it",
        "what the page recorded and never sent is known by its number alone",
    ),
    "an event log": (
        "a stop ended the recording, unless a later one did",
        "what the page recorded and never sent is known by its number alone",
    ),
}
"""What a judgement takes for true that a kind of log does not say."""
EARLY_MAX, EARLY_SESSIONS_MAX = 1_000, 10_000
"""So many looks at a session, and so many sessions, are held before a call of it has come."""
LOOK_EVERY = 500
"""So many events are taken in between two looks for sessions that are over."""
FINDINGS_MAX = 1_000
"""So many sessions that violate something are kept by name; the rest is counted."""
Taker = Callable[[SeenSession], None]
SessionPlayer = Callable[[SeenSession, list[str]], tuple[str, str]]
"""Plays a session that violates something: the schedule's file, or why there is none."""


@dataclass
class Tally:
    """What the sessions said of one property."""

    held: int = 0
    violated: int = 0
    undecided: int = 0
    silent: int = 0
    lacking: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def kind(self) -> str:
        """``violated``, ``unknown`` or ``holds``: what all sessions say together."""
        if self.violated:
            return "violated"
        return "unknown" if self.undecided or not self.held else "holds"

    @property
    def is_lacking(self) -> bool:
        """Whether this kind of log says nothing of it, or no session had the case."""
        return self.lacking == self.undecided and not self.held and not self.violated

    @property
    def reason(self) -> str:
        """Why it is unknown, as most sessions have it."""
        return next((words for words, _ in self.reasons.most_common(1)), "no session is in the log")


@dataclass(frozen=True)
class LogFinding:
    """A session that violates something. Without a ``schedule`` ``not_played`` says why."""

    session: str
    begun_ms: int
    violations: Mapping[str, Violation]
    way: FailureWay | None
    schedule: str = ""
    not_played: str = ""


@dataclass
class Checked:
    """What logs say. ``held_most`` is how many sessions were open at once."""

    kinds: list[str] = field(default_factory=list)
    sessions: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[LogFinding] = field(default_factory=list)
    more_findings: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    held_most: int = 0
    events: int = 0

    def judged(self, named: Collection[str] = ()) -> dict[str, Tally]:
        """The tallies that count: those asked by name, and those that this kind of log can fill."""
        return {
            slug: tally
            for slug, tally in self.tallies.items()
            if slug in named or not tally.is_lacking
        }

    def exit_code(self, named: Collection[str] = ()) -> int:
        """What a gate ends with: 0 all hold, 1 one is violated, 3 one is unknown."""
        kinds = {tally.kind for tally in self.judged(named).values()}
        if "violated" in kinds:
            return 1
        return 3 if "unknown" in kinds or not kinds else 0


@dataclass(frozen=True)
class LogQuestion:
    """What is asked of logs. ``idle_ms``: a session without an event for so long is over."""

    mapping: LogMapping
    judge: JudgeSettings
    own: Mapping[str, Property] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    idle_ms: int = 3_600_000


class EarlyReads:
    """What was read of sessions of which no call has come yet: a list has those of others, too."""

    def __init__(self) -> None:
        self.reads: dict[str, list[RecordRead]] = {}

    def add(self, name: str, read: RecordRead) -> None:
        """Keep what was read, of a session among the last that were read of, and not too much."""
        reads = self.reads.setdefault(name, [])
        del reads[:-EARLY_MAX]
        reads.append(read)
        if len(self.reads) > EARLY_SESSIONS_MAX:
            del self.reads[next(iter(self.reads))]

    def of(self, name: str) -> list[RecordRead]:
        """What was read of a session whose first call has come."""
        return self.reads.pop(name, [])


class LogChecker:
    """Reads logs one after the other, as one log."""

    def __init__(
        self, question: LogQuestion, take: Taker | None = None, player: SessionPlayer | None = None
    ) -> None:
        self.question = question
        self.take = take
        self.player = player
        self.checked = Checked()
        self.open: dict[str, SeenSession] = {}
        self.over: set[bytes] = set()
        self.early = EarlyReads()
        self.newest_ms = -1
        self.numbering = Numbering()
        self.carries: frozenset[str] = frozenset()
        self.line_reader = LineReader()
        self.span_reader = SpanReader(question.mapping, self.numbering)

    def read(self, path: Path) -> None:
        """Read one log. Raises `InputError`."""
        with closing(open_log(path)) as file:
            for name, event in self._events(JsonReader(file, str(path))):
                self._add(name, event)

    def _events(self, reader: JsonReader) -> Iterator[tuple[str, Any]]:
        """The events of a file of any kind, by how it begins."""
        kind, sign = opening(reader)
        if kind == "log" and sign == "{":
            self._kind("a HAR", har.CARRIES)
            yield from read_har(reader, self.question.mapping, self.numbering, self.checked.notes)
        elif kind in ("resourceSpans", "resourceMetrics", "resourceLogs"):  # all to one file
            self._kind("OTLP spans", spans.CARRIES)
            while reader.peek():
                yield from self.span_reader.read(reader)
        elif kind in ("event", "session", "at_ms", "time", "seq", "log", "carries"):
            self._kind("an event log", lines.CARRIES)
            for item in self.line_reader.read(reader):
                self.carries = self.line_reader.carries
                yield item
        else:
            raise foreign(reader)

    def _kind(self, words: str, carries: frozenset[str]) -> None:
        if self.checked.kinds and self.checked.kinds[-1] != words:
            allowed = f"logs of one kind at a time; the one before is {self.checked.kinds[-1]}"
            raise InputError("log", words, allowed)
        self.checked.kinds.append(words)
        self.carries = carries

    def _add(self, name: str, event: Any) -> None:
        session = self.open.get(name)
        if session is None:
            if isinstance(event, RecordRead):
                self.early.add(name, event)
                return
            if _digest(name) in self.over:
                self.checked.notes["events of sessions that were over: left out"] += 1
                return
            session = self.open[name] = SeenSession(name)
            for read in self.early.of(name):
                session.add(read)
            self.checked.held_most = max(self.checked.held_most, len(self.open))
        session.add(event)
        self.newest_ms = max(self.newest_ms, event.at_ms)
        self.checked.events += 1
        if self.checked.events % LOOK_EVERY == 0:
            self._close(self.newest_ms - self.question.idle_ms)

    def _close(self, before_ms: int | None) -> None:
        """Judge the sessions whose last event came before a time; None: all of them."""
        done = [
            name
            for name, session in self.open.items()
            if before_ms is None or session.last_ms < before_ms
        ]
        for name in done:
            session = self.open.pop(name)
            self.over.add(_digest(name))
            self.numbering.forget(name)
            self.line_reader.forget(name)
            session.settle()
            self._judge(session)

    def end(self) -> Checked:
        """No more comes: judge what is open. Raises `InputError` where there is no session."""
        for name, event in self.span_reader.rest():
            self._add(name, event)
        self._close(None)
        checked, reader = self.checked, self.span_reader
        if not checked.sessions:
            allowed = "a log with calls of a session; --mapping says which requests are calls"
            raise InputError("log", "no call of a session", allowed)
        if reader.repeated:
            checked.notes["spans that came twice: counted once"] = reader.repeated
        if reader.without_key:
            words = "runs of alarms wrote without a key in the span: taken for the record's"
            checked.notes[words] = reader.without_key
        if reader.left_out:
            checked.notes["invocations of no object: left out"] = reader.left_out
        return checked

    def _judge(self, session: SeenSession) -> None:
        checked = self.checked
        checked.sessions += 1
        judged = self.judgements(session)
        for slug, item in judged.items():
            _count(checked.tallies.setdefault(slug, Tally()), item)
        violations = {slug: item for slug, item in judged.items() if isinstance(item, Violation)}
        if violations and len(checked.findings) < FINDINGS_MAX:
            checked.findings.append(self._finding(session, violations))
        elif violations:
            checked.more_findings += 1
        if self.take is not None:
            self.take(session)

    def _finding(self, session: SeenSession, violations: dict[str, Violation]) -> LogFinding:
        way = nearest_way(session, violations)
        played = ("", "")
        if self.player is not None:
            played = self.player(session, list(violations))
        return LogFinding(session.name, session.first_ms, violations, way, *played)

    def judgements(self, session: SeenSession) -> dict[str, LogJudgement]:
        """What a session says of each property that is asked."""
        question = self.question
        asked = question.only or (*CHECKS, *question.own)
        if session.is_whole and self.carries == lines.ALL_EVENTS:
            return self._of_trace(session, asked)
        found: dict[str, LogJudgement] = {}
        for slug in asked:
            if slug in question.own:
                found[slug] = self._own(session, question.own[slug])
            elif slug in CHECKS:
                found[slug] = CHECKS[slug](session, question.judge)
            else:
                found[slug] = Undecided(NOT_ASKED[slug], True)
        return found

    def _own(self, session: SeenSession, item: Property) -> LogJudgement:
        missing = lacks(item, self.carries)
        if missing:
            return Undecided(f"the log does not carry {', '.join(missing)}", True)
        found = judge_trace(item, session.events, facts_of(session.events), self.question.judge)
        if isinstance(found, Holds) and not isinstance(item.watch, PLAIN_WATCHES):
            return Undecided("how it ended: the log ends before the session does")
        return found

    def _of_trace(self, session: SeenSession, asked: Sequence[str]) -> dict[str, LogJudgement]:
        """A whole trace is judged as a run of the model is."""
        facts = facts_of(session.events)
        known = EXPLORABLE | dict(self.question.own)
        judge = self.question.judge
        return {slug: judge_trace(known[slug], session.events, facts, judge) for slug in asked}


def _digest(name: str) -> bytes:
    """A name in eight bytes: those of sessions that are over are remembered."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _count(tally: Tally, item: LogJudgement) -> None:
    if isinstance(item, Violation):
        tally.violated += 1
    elif isinstance(item, Holds):
        tally.held += 1
    elif isinstance(item, Undecided | Unsettled):
        tally.undecided += 1
        tally.lacking += isinstance(item, Undecided) and item.is_lack
        tally.reasons[_generic(item.reason)] += 1
    else:
        tally.silent += 1
        tally.reasons[_generic(item.reason)] += 1


def _generic(reason: str) -> str:
    """A reason without its numbers, so that equal ones are counted together."""
    return " ".join("..." if any(map(str.isdigit, word)) else word for word in reason.split())


def check_logs(
    paths: Sequence[Path],
    question: LogQuestion,
    take: Taker | None = None,
    player: SessionPlayer | None = None,
) -> Checked:
    """What logs say of the properties. ``take`` is shown each session as it is over."""
    for slug in question.only:
        if slug not in (*CHECKS, *NOT_ASKED, *question.own):
            known = ", ".join((*CHECKS, *NOT_ASKED))
            raise InputError("--property", slug, f"one of {known}")
    checker = LogChecker(question, take, player)
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise InputError("log", str(path), "each file once: it would count twice")
        seen.add(path.resolve())
        checker.read(path)
    return checker.end()
