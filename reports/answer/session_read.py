"""One session read for a reader: its uploads, its completions, and what code completed it."""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.simulate import Run
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED

BY_ALARM = "alarm"


@dataclass(frozen=True)
class UploadSpan:
    """From the first time that a chunk is sent until it is stored; ``is_stored`` says if it is."""

    chunk: int
    from_ms: int
    to_ms: int
    is_stored: bool


@dataclass(frozen=True)
class Completion:
    """``by`` is the method that completes; ``missing`` the chunks that are not stored then."""

    at_ms: int
    by: str
    chunk: int
    missing: tuple[int, ...]


@dataclass(frozen=True)
class SessionRead:
    """What a reader asks of a session. ``zero_ms`` is the stop; the beginning where none came."""

    run: Run
    zero_ms: int
    has_stop: bool
    recorded: tuple[int, ...]
    uploads: tuple[UploadSpan, ...]
    completions: tuple[Completion, ...]
    settled: str
    end_ms: int

    @property
    def cut_short(self) -> Completion | None:
        """The first completion without a chunk."""
        return next((item for item in self.completions if item.missing), None)


def session_read(run: Run) -> SessionRead:
    """Read a run from its trace."""
    facts = Facts()
    sent: dict[int, int] = {}
    last: dict[int, int] = {}
    completions: list[Completion] = []
    running: tuple[str, int] = ("", e.NO_CHUNK)
    for event in run.trace:
        facts.observe(event)
        running = _running(event) or running
        chunk = getattr(event, "chunk", e.NO_CHUNK)
        if isinstance(event, e.RequestSent) and event.method == "upload":
            sent.setdefault(chunk, event.at_ms)
        if chunk in sent:
            last[chunk] = event.at_ms
        if not isinstance(event, e.StateWritten):
            continue
        if event.status == COMPLETED and event.previous != COMPLETED:
            missing = tuple(sorted(facts.missing))
            completions.append(Completion(event.at_ms, *running, missing))
    uploads = tuple(
        UploadSpan(chunk, from_ms, facts.stored.get(chunk, last[chunk]), chunk in facts.stored)
        for chunk, from_ms in sent.items()
    )
    return SessionRead(
        run,
        max(facts.stop_ms, 0),
        facts.stop_ms >= 0,
        tuple(sorted(facts.recorded)),
        uploads,
        tuple(completions),
        facts.status,
        facts.last_ms,
    )


def _running(event: e.Event) -> tuple[str, int] | None:
    """The method that an event lets run, and its chunk."""
    if isinstance(event, e.AlarmStarted):
        return BY_ALARM, e.NO_CHUNK
    if isinstance(event, e.HandlerStarted):
        return event.method, event.chunk
    if isinstance(event, e.BlobStored):
        return "upload", event.chunk
    return None


def chunks_listed(chunks: tuple[int, ...]) -> str:
    """Chunks by their numbers, neighbours as a range: ``chunk 2``, ``chunks 2 to 5 and 7``."""
    groups: list[list[int]] = []
    for chunk in chunks:
        if groups and groups[-1][-1] == chunk - 1:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    parts = [f"{g[0]} to {g[-1]}" if len(g) > 2 else " and ".join(map(str, g)) for g in groups]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return f"chunk {listed}" if len(chunks) == 1 else f"chunks {listed}"
