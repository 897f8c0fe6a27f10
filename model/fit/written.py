"""The scenario of what was fitted: of each setting where it came from, and how well it fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.fit.best_family import LEAST_LENGTHS, FitChoice, as_rows, best_family
from lastchunk.model.fit.samples import LATE_BY, LEG, PUT_TIME, RECORDED, LogSamples
from lastchunk.model.scenario.importing.imported import Imported

WRITTEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    LEG: (("network", "request_delay_ms"), ("network", "response_delay_ms")),
    PUT_TIME: (("blobs", "put_delay_ms"),),
    LATE_BY: (("platform", "alarm_late_ms"),),
    RECORDED: (("recording", "duration_ms"),),
}
"""The settings that each quantity becomes."""
QUANTITY_WORDS = {
    LEG: "a leg: half a round trip of a request without a body",
    PUT_TIME: "a put, with the body that streams into it",
    LATE_BY: "the lateness of an alarm",
    RECORDED: "the length of a recording",
}
AS_ROWS = (RECORDED,)
"""What is taken as it was met: nobody says that people stop by a distribution."""


def fit_all(samples: LogSamples, seed: int = 1) -> dict[str, FitChoice]:
    """The choice for each quantity that the log has. Raises `InputError` where it has none."""
    found = {
        name: as_rows(lengths) if name in AS_ROWS else best_family(lengths, seed)
        for name, lengths in samples.lengths.items()
        if lengths.ended.total()
    }
    if PUT_TIME not in found:
        allowed = "a log with uploads that were answered, or puts that ended"
        raise InputError("log", "no length of an upload", allowed)
    return found


def fitted_scenario(samples: LogSamples, choices: Mapping[str, FitChoice], kind: str) -> Imported:
    """The settings, and the files of those that are tables."""
    settings: dict[str, dict[str, Any]] = {}
    columns: dict[str, tuple[int, ...]] = {}
    notes = []
    for name, choice in choices.items():
        notes.append(f"{QUANTITY_WORDS[name]}: {words_of_choice(choice)}")
        for table, setting in WRITTEN[name]:
            if choice.is_table:
                columns[setting] = tuple(choice.rows)
            else:
                settings.setdefault(table, {})[setting] = choice.best.settings
    if LATE_BY not in choices:
        settings.setdefault("platform", {})["alarm_late_ms"] = "measured"
        notes.append("the lateness of an alarm: not in the log; as published of production")
    if samples.failed:
        settings.setdefault("network", {})["request_loss"] = samples.failed / samples.uploads
    if samples.chunk_ms:
        settings["client"] = {"chunk_ms": samples.chunk_ms}
    said = f"{samples.sessions:,} sessions, {samples.uploads:,} uploads, {samples.failed:,} failed"
    left_out = ["bursts of losses, and how delays hang together", "answers that were lost"]
    if LEG in choices:  # half of two legs is longer than a bound more rarely than one of them is
        uneven = "a request that is much slower than its answer: each leg is half of a round trip"
        left_out.append(f"{uneven}, so a failure by a slow request is rarer here")
    made = Imported(kind, said, settings, tuple(left_out), (), columns)
    return Imported(
        **{**vars(made), "command": "fit", "verb": "Fitted", "notes": tuple(notes)},
    )


def words_of_choice(choice: FitChoice) -> str:
    """What was taken, of how many, and how well it fits."""
    lengths = choice.lengths
    count = f"{lengths.count:,} lengths"
    if lengths.open:
        count += f", {lengths.open.total():,} of them never ended"
    if not choice.fits:
        return f"{count}; the rows themselves" + _why_rows(choice)
    best = choice.best
    given = " ".join(f"{key} {value}" for key, value in best.settings.items())
    fit = f"{given.removeprefix('distribution ')} (D {choice.distance:.3f}, p {choice.p_value:.2g})"
    return (
        f"{count}; the rows themselves, the best fit is {fit}"
        if choice.is_table
        else f"{count}; {fit}"
    )


def _why_rows(choice: FitChoice) -> str:
    ended = choice.lengths.ended
    if ended.total() < LEAST_LENGTHS:
        return f": fewer than {LEAST_LENGTHS} ended"
    return ": nearly all alike" if len(ended) < 3 else ""
