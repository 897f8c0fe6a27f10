"""Which session the race is drawn of, and what of it: the same one for each design.

It is the first session in which the design that is asked about completes too early, where it fails
most. Where none does, it is the one whose last upload comes latest after the stop: there the race
is closest. All designs meet the same network in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastchunk.model.base.verdict import sessions_words
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.simulate import Run, record
from lastchunk.model.simulate.schedule import Schedule
from lastchunk.reports.answer.price import seconds_words
from lastchunk.reports.answer.roles import RACE, Roles
from lastchunk.reports.answer.sentence import worst_of
from lastchunk.reports.answer.session_read import SessionRead, chunks_listed, session_read
from lastchunk.reports.claims.by_sessions import seen
from lastchunk.reports.claims.catalogue import UPLINKS
from lastchunk.reports.claims.evidence import Evidence
from lastchunk.reports.figures.race import RacePicture, RaceTrack, RaceUpload

TRACKS_MAX = 3
MARGIN = 0.08
"""How much of its length the axis goes on before the first and after the last thing shown."""


@dataclass(frozen=True)
class RaceRuns:
    """One session of one scenario, run with each design that is shown, by name."""

    item: Comparison
    session: int
    runs: dict[str, Run]
    schedules: dict[str, Schedule]
    roles: Roles


def race_runs(evidence: Evidence, roles: Roles) -> RaceRuns | None:
    """The session that shows the race best; None where no session was run."""
    if not evidence.comparisons:
        return None
    item, session = _closest(evidence, roles.asked)
    names = [roles.asked, roles.recommended, *evidence.designs]
    shown = [name for name in dict.fromkeys(names) if name is not None][:TRACKS_MAX]
    specs = {spec.name: spec for spec in item.designs}
    found = {name: record(item.scenario, specs[name], item.seed, session) for name in shown}
    runs = {name: run for name, (run, _) in found.items()}
    schedules = {name: schedule for name, (_, schedule) in found.items()}
    return RaceRuns(item, session, runs, schedules, roles)


def _closest(evidence: Evidence, asked: str) -> tuple[Comparison, int]:
    found = seen(evidence, RACE, asked).pooled
    for slug in RACE.slugs:
        worst = worst_of(found.get(slug))
        if worst is not None:
            item = next(x for x in evidence.comparisons if x.scenario.name == worst.name)
            return item, worst.verdict.witness_session
    items = [x for x in evidence.comparisons if x.scenario.name in UPLINKS]
    return max((_latest(item, asked) for item in items or evidence.comparisons), key=_gap)[1:]


def _gap(found: tuple[int, Comparison, int]) -> int:
    return found[0]


def _latest(item: Comparison, design: str) -> tuple[int, Comparison, int]:
    """The session of a scenario whose last upload comes latest after the stop."""
    rows = item.rows_of(design)
    gaps = (rows["last_upload_ms"] - rows["stop_ms"]).where(rows["stop_ms"] >= 0, -1)
    place = int(gaps.to_numpy().argmax())
    return int(gaps.iloc[place]), item, int(rows["session"].iloc[place])


def race_picture(found: RaceRuns) -> RacePicture:
    """The session as tracks over one axis, from shortly before the stop."""
    reads = [session_read(run) for run in found.runs.values()]
    zero_ms = reads[0].zero_ms
    firsts = [read.completions[0].at_ms for read in reads if read.completions]
    stored = [upload.to_ms for read in reads for upload in read.uploads if upload.is_stored]
    last_ms = max([zero_ms + 1, *stored, *(at for at in firsts if at <= 2 * _reach(reads))])
    pad_ms = max(1, round(MARGIN * (last_ms - zero_ms)))
    from_ms = -min(2 * pad_ms, zero_ms)
    names = [found.roles.title(name) for name in found.runs]
    tracks = tuple(_track_of(name, read) for name, read in zip(names, reads, strict=True))
    alt = f"{race_caption(found)} " + " ".join(f"{t.design}: {t.words}." for t in tracks)
    return RacePicture(tracks, from_ms, last_ms + pad_ms - zero_ms, reads[0].has_stop, alt)


def _reach(reads: list[SessionRead]) -> int:
    """Until when uploads go on: what comes long after would make them too small to see."""
    return max((upload.to_ms for read in reads for upload in read.uploads), default=0)


def _track_of(name: str, read: SessionRead) -> RaceTrack:
    first = read.completions[0] if read.completions else None
    missing = first.missing if first is not None else ()
    uploads = tuple(
        RaceUpload(
            item.chunk,
            item.from_ms - read.zero_ms,
            item.to_ms - read.zero_ms,
            item.is_stored and (first is None or item.to_ms <= first.at_ms),
        )
        for item in read.uploads
    )
    if first is None:
        status = read.settled or "no record"
        return RaceTrack(name, uploads, None, False, f"never completed, ends {status}")
    at_ms = first.at_ms - read.zero_ms
    part = f"without {chunks_listed(missing)}" if missing else "with every chunk"
    words = f"{part}, at {seconds_words(at_ms)}"
    return RaceTrack(name, uploads, at_ms, not missing, words)


def race_caption(found: RaceRuns) -> str:
    """What the picture is of."""
    many = sessions_words(found.item.sessions)
    return (
        f"The race: one session of “{found.item.scenario.title}” (number {found.session} of "
        f"{many}), the same network for each design. Bars are uploads, by chunk: blue ones were "
        "there as the session was completed (the thick line), orange ones were not."
    )
