"""The names by which an own property speaks of a session's state and of the fields of events.

They are counts, flags and words alone: no chunk by its index and no time, for an exploration knows
neither. Each name says what of the past it rests on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from lastchunk.model.base.blame import MADE, is_own
from lastchunk.model.base.errors import InputError
from lastchunk.model.properties.base import Memory
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED, INCOMPLETE


def line_of_property() -> str:
    """The innermost line outside lastchunk that is running: where a property is written."""
    frame = sys._getframe(1)
    while not is_own(frame.f_code.co_filename) or frame.f_code.co_filename == MADE:
        if frame.f_back is None:
            return ""
        frame = frame.f_back
    return f" at line {frame.f_lineno} of {Path(frame.f_code.co_filename).name}"


def refuse_property(field: str, value: object, allowed: str) -> NoReturn:
    """Raise `InputError` with the line at which the property is written."""
    raise InputError(f"{field}{line_of_property()}", value, allowed)


def nearest_name(name: object, known: Any) -> str:
    """The known name that is the likest, or all of them."""
    close = get_close_matches(str(name), sorted(known), n=1, cutoff=0.5)
    return f"nearest known name {close[0]!r}" if close else "one of " + ", ".join(sorted(known))


class StateName(NamedTuple):
    """A name: how it is read off the facts, what it rests on, and what it means."""

    read: Callable[[Facts], Any]
    remembers: tuple[Memory, ...]
    meaning: str


STATE: dict[str, StateName] = {
    "status": StateName(
        lambda facts: facts.status,
        (),
        "the status in the session's record, as it was written last; '' before there is one",
    ),
    "is_completed": StateName(
        lambda facts: facts.status == COMPLETED, (), "whether that status is completed"
    ),
    "is_settled": StateName(
        lambda facts: facts.status in (COMPLETED, INCOMPLETE),
        (),
        "whether it is completed or incomplete",
    ),
    "chunks_uploaded": StateName(
        lambda facts: facts.chunks_uploaded,
        ("chunks uploaded",),
        "the count in the session's record",
    ),
    "recorded": StateName(
        lambda facts: len(facts.recorded),
        ("chunks recorded",),
        "how many chunks the recorder has handed out",
    ),
    "stored": StateName(
        lambda facts: len(facts.stored), ("chunks stored",), "how many chunks are stored"
    ),
    "not_stored": StateName(
        lambda facts: sum(chunk not in facts.stored for chunk in facts.recorded),
        ("not stored",),
        "how many chunks are recorded and not stored",
    ),
    "missing": StateName(
        lambda facts: len(facts.missing),
        ("missing",),
        "the same, less what went with a closed tab",
    ),
    "uploads_running": StateName(
        lambda facts: facts.uploads_running,
        ("uploads running",),
        "how many uploads the object has under way",
    ),
    "is_recording": StateName(
        lambda facts: facts.is_recording, (), "whether the user records (a pause counts)"
    ),
    "has_stopped": StateName(
        lambda facts: facts.stop_ms >= 0, (), "whether the user has pressed stop"
    ),
    "tab_is_closed": StateName(
        lambda facts: facts.tab_closed_ms >= 0, (), "whether the tab was closed"
    ),
    "stop_ran": StateName(
        lambda facts: facts.stop_ran_ms >= 0, (), "whether a stop has come to the object"
    ),
    "stop_answered": StateName(
        lambda facts: facts.stop_answered_ms >= 0,
        ("stop answered",),
        "whether the page has got an answer to its stop, below 400",
    ),
    "stop_failed": StateName(
        lambda facts: facts.stop_failed,
        ("stop failed",),
        "whether the page's stop has ended with an error: the user was told that it failed",
    ),
    "has_started": StateName(
        lambda facts: facts.start_ms >= 0, (), "whether a recording was started"
    ),
    "has_recorded": StateName(
        lambda facts: facts.has_recorded,
        ("has recorded",),
        "whether the recorder has handed out a chunk",
    ),
    "recording_has_ended": StateName(
        lambda facts: facts.start_ms >= 0 and facts.recorded_ms >= 0,
        (),
        "whether a recording was started and has ended",
    ),
    "list_is_true": StateName(
        lambda facts: facts.row_ms == facts.recorded_ms,
        ("recorded time",),
        "whether the recordings list shows the time recorded",
    ),
    "has_completed": StateName(
        lambda facts: bool(facts.completions),
        (),
        "whether the session was ever completed, less what a reset took back",
    ),
    "count_is_true": StateName(
        lambda facts: facts.true_count()[0] <= facts.chunks_uploaded <= facts.true_count()[1],
        ("chunks uploaded", "not stored", "uploads ended"),
        "whether the count in the record is that of the chunks uploaded; one that is stored, and "
        "whose upload has not ended, may be counted or not",
    ),
    "is_notified": StateName(
        lambda facts: bool(facts.notified),
        ("notified",),
        "whether a notification has reached the consumer",
    ),
}
"""Every name of the state, in the order of docs/properties.md."""

FIELDS = frozenset(
    (
        *("method", "status", "reason", "kind", "key", "counted", "previous", "written"),
        *("line", "chunks_uploaded"),
    )
)
"""Fields of events by which an exploration can tell events apart. The others are times, sizes, and
numbers that only name things: of those a state knows the order alone."""


MANY = (tuple, list, set, frozenset, range)
"""What gives several values of a field."""
PLAIN_KINDS: dict[str, type] = {"int": int, "str": str, "bool": bool}


def check_field(place: str, value: Any, hint: Any) -> None:
    """Refuse a value that no such field can have: it would be equal to none, and never met."""
    wanted = PLAIN_KINDS.get(getattr(hint, "__forward_arg__", str(hint)))
    if wanted is None:
        refuse_property(place, value, "a field with one number or one text in it")
    given = value.value if isinstance(value, OtherThan) else value
    kinds: set[type]
    if isinstance(given, range):
        kinds = {int} if given else set()
    else:
        kinds = set(map(type, given)) if isinstance(given, MANY) else {type(given)}
    if kinds != {wanted}:
        refuse_property(place, value, f"a value of type {wanted.__name__}, or some in a tuple")


def fits(found: Any, value: Any) -> bool:
    """Whether a field has that value, or one of those."""
    is_many = isinstance(value, (*MANY, OtherThan))
    return bool(found in value) if is_many else bool(found == value)


def words_of_value(value: Any) -> str:
    """What is asked of a field, for a person."""
    if isinstance(value, range):
        return f"{value.start} to {value.stop - 1}"
    return str(value) if isinstance(value, OtherThan) else repr(value)


@dataclass(frozen=True)
class OtherThan:
    """Any value of a field but this one."""

    value: Any

    def __contains__(self, other: Any) -> bool:
        return bool(other != self.value)

    def __str__(self) -> str:
        return f"other than {self.value!r}"


class StateView:
    """The state as a Python function of a property reads it: by its names, and no other way."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Facts) -> None:
        object.__setattr__(self, "_facts", facts)

    def __getattr__(self, name: str) -> Any:
        known = STATE.get(name)
        if known is None:
            refuse_property("state", name, nearest_name(name, STATE))
        return known.read(object.__getattribute__(self, "_facts"))

    def __repr__(self) -> str:
        # Also what str() and an f-string show. It would be where it lies in memory: another text
        # in each run, and in each order of events.
        refuse_property("state", "as a text", "its names, such as state.missing")

    def __setattr__(self, name: str, value: Any) -> None:
        refuse_property("state", name, "to be read alone")
