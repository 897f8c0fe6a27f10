"""Conditions of the language of own properties, each with the same told plainly, and formulas."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from lastchunk.model.properties import Property
from lastchunk.model.properties.language import (
    after,
    always,
    at_most,
    completion,
    event,
    eventually,
    never,
    sometimes,
    state,
    upload_ended,
)
from lastchunk.model.trace import events as e
from tests.oracles import formulas as slow

Told = Callable[[Any, dict[str, Any]], bool]
"""What a condition says of an event and of the state after it, without the tool's code."""


class Word(NamedTuple):
    """A condition of the language, and the same told plainly."""

    made: Any
    told: Told
    is_bare_event: bool = False
    kinds: tuple[str, ...] = ()
    case: Told | None = None
    """Which events it is about, where a part of it is of the state."""


def kind(item: Any) -> str:
    """The name of an event's class."""
    return type(item).__name__


def _completes(item: Any) -> bool:
    """Whether the session is completed now."""
    return kind(item) == "StateWritten" and item.status == "completed" != item.previous


def _missing(s: dict[str, Any]) -> set[int]:
    """What is recorded and not stored, less what only a closed tab held: nobody can save that."""
    missing: set[int] = s["recorded"] - s["stored"] - s["gone"]
    return missing


EVENT_WORDS = [
    Word(event.BlobStored, lambda x, s: kind(x) == "BlobStored", True, ("BlobStored",)),
    Word(event.StopPressed, lambda x, s: kind(x) == "StopPressed", True, ("StopPressed",)),
    Word(
        completion,
        lambda x, s: _completes(x),
        kinds=("StateWritten",),
    ),
    Word(
        upload_ended,
        lambda x, s: kind(x) == "HandlerEnded" and x.method == "upload" and x.status < 400,
        kinds=("HandlerEnded",),
    ),
    Word(
        event.Notified(key=("a", "b")),
        lambda x, s: kind(x) == "Notified" and x.key in "ab",
        kinds=("Notified",),
    ),
    Word(
        event.BlobStored | event.AlarmStarted,
        lambda x, s: kind(x) in ("BlobStored", "AlarmStarted"),
        True,
        ("BlobStored", "AlarmStarted"),
    ),
    Word(
        event.AlarmStarted & state.is_completed,
        lambda x, s: kind(x) == "AlarmStarted" and s["status"] == "completed",
        kinds=("AlarmStarted",),
        case=lambda x, s: kind(x) == "AlarmStarted",
    ),
    Word(
        completion & (state.missing > 0),
        lambda x, s: _completes(x) and bool(_missing(s)),
        kinds=("StateWritten",),
        case=lambda x, s: _completes(x),
    ),
]
STATE_WORDS = [
    Word(state.is_completed, lambda x, s: s["status"] == "completed"),
    Word(state.missing > 0, lambda x, s: bool(_missing(s))),
    Word(state.stored >= state.recorded, lambda x, s: len(s["stored"]) >= len(s["recorded"])),
    Word(~state.has_stopped, lambda x, s: not s["stopped"]),
    Word(
        (state.status == "active") | (state.chunks_uploaded < 2),
        lambda x, s: s["status"] == "active" or s["count"] < 2,
    ),
    Word(
        lambda s: s.stored + 1 >= s.recorded,
        lambda x, s: len(s["stored"]) + 1 >= len(s["recorded"]),
    ),
]


def states_of(trace: list[Any]) -> list[dict[str, Any]]:
    """The state after each event, by sets and no more."""
    out: list[dict[str, Any]] = []
    now: dict[str, Any] = {"recorded": set(), "stored": set(), "gone": set()}
    now |= {"status": "", "count": 0, "stopped": False}
    for item in trace:
        now = {name: set(v) if isinstance(v, set) else v for name, v in now.items()}
        if isinstance(item, e.ChunkRecorded):
            now["recorded"].add(item.chunk)
        elif isinstance(item, e.BlobStored):
            now["stored"].add(item.chunk)
        elif isinstance(item, e.TabClosed):
            now["gone"] |= set(item.in_tab)
        elif isinstance(item, e.StateWritten | e.StorageReverted):
            now["status"], now["count"] = item.status, item.chunks_uploaded
        elif isinstance(item, e.StopPressed):
            now["stopped"] = True
        out.append(now)
    return out


def truth(word: Word, trace: list[Any], states: list[dict[str, Any]]) -> list[bool]:
    """A condition at each event but the end."""
    return [word.told(item, now) for item, now in zip(trace[:-1], states, strict=True)]


Formula = tuple[Property, Callable[[list[Any]], str]]
"""A property, and what the slow reading says of a finished trace."""
MORE_EVENTS = [
    Word(event.RequestSent, lambda x, s: kind(x) == "RequestSent", True, ("RequestSent",)),
    Word(
        event.RequestFailed(method="upload"),
        lambda x, s: kind(x) == "RequestFailed" and x.method == "upload",
        kinds=("RequestFailed",),
    ),
    Word(
        event.HandlerStarted(method=("upload", "signal_stop")),
        lambda x, s: kind(x) == "HandlerStarted" and x.method in ("upload", "signal_stop"),
        kinds=("HandlerStarted",),
    ),
    Word(event.AlarmSet, lambda x, s: kind(x) == "AlarmSet", True, ("AlarmSet",)),
]


def truth_or_none(
    word: Word | None, trace: list[Any], states: list[dict[str, Any]]
) -> list[bool] | None:
    """The same; None for no condition."""
    return None if word is None else truth(word, trace, states)


def random_formula(dice: random.Random, ms_max: int) -> Formula:
    """A formula of any kind over the words; its times are up to ``ms_max``."""
    events, every = EVENT_WORDS + MORE_EVENTS, EVENT_WORDS + MORE_EVENTS + STATE_WORDS
    way = dice.choice(["always", "never", "eventually", "after", "at_most", "rate", "sometimes"])
    one, two = dice.choice(every), dice.choice(every)
    if way == "always":
        asked, when = dice.choice(STATE_WORDS), dice.choice([None, two])
        return always(asked.made, when=when and when.made), lambda trace: slow.read_always(
            truth(asked, trace, states_of(trace[:-1])),
            truth_or_none(when, trace, states_of(trace[:-1])),
        )
    if way == "never":
        return never(one.made), lambda trace: slow.read_never(
            truth(one, trace, states_of(trace[:-1])),
            None,
            None
            if one.is_bare_event or not one.kinds
            else [kind(item) in one.kinds for item in trace[:-1]],
        )
    if way == "sometimes":
        return sometimes(one.made), lambda trace: slow.read_sometimes(
            truth(one, trace, states_of(trace[:-1]))
        )
    if way in ("eventually", "after"):
        return _random_eventually(dice, ms_max, one, None if way == "eventually" else two)
    counted, most = dice.choice(events), dice.randint(1, 3)
    if way == "rate":
        ms = dice.randint(1, ms_max)
        return at_most(most, counted.made, in_any=ms), lambda trace: slow.read_rate(
            [item.at_ms for item in trace[:-1]],
            most,
            truth(counted, trace, states_of(trace[:-1])),
            ms,
            [kind(item) in counted.kinds for item in trace[:-1]],
        )
    fields = {"BlobStored": "chunk", "RequestSent": "chunk", "HandlerStarted": "method"}
    per = fields.get(counted.kinds[0]) if len(counted.kinds) == 1 else None
    return at_most(most, counted.made, per=per), lambda trace: slow.read_at_most(
        most,
        truth(counted, trace, states_of(trace[:-1])),
        [getattr(item, per, None) if per else None for item in trace[:-1]],
        [kind(item) in counted.kinds for item in trace[:-1]],
    )


def _random_eventually(
    dice: random.Random, ms_max: int, wanted: Word, first: Word | None
) -> Formula:
    within = dice.choice([None, dice.randint(0, ms_max)])
    since = None if within is None or first is None else dice.choice([None, EVENT_WORDS[3]])

    def read(trace: list[Any]) -> str:
        states, end = states_of(trace[:-1]), trace[-1]
        parts = [truth_or_none(word, trace, states) for word in (wanted, first, since)]
        asked, start, counts = [None if part is None else [*part, False] for part in parts]
        assert asked is not None
        times_ms = [item.at_ms for item in trace]
        return slow.read_eventually(times_ms, asked, start, within, counts, end.reason)

    if first is None:
        return eventually(wanted.made, within=within), read
    return after(first.made).eventually(wanted.made, within, since and since.made), read
