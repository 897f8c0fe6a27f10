"""Own properties on finished traces: the compiled monitor says what the slow reading says."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastchunk.model.properties import JudgeSettings, Property
from lastchunk.model.properties.judged import asked_of, judge_trace
from lastchunk.model.properties.language import (
    after,
    always,
    at_most,
    event,
    eventually,
    never,
    sometimes,
)
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts, facts_of
from tests.oracles import formulas as slow
from tests.support.formula_words import EVENT_WORDS, STATE_WORDS, Word, kind, states_of, truth

STATUS = st.sampled_from(["active", "completed", "incomplete"])
CHUNK = st.integers(0, 2)
MAKERS: list[Any] = [
    st.builds(lambda c: e.ChunkRecorded(0, c, 1), CHUNK),
    st.builds(lambda c: e.BlobStored(0, c, 0), CHUNK),
    st.builds(lambda s, n, p: e.StateWritten(0, s, n, p), STATUS, st.integers(0, 3), STATUS),
    st.builds(
        lambda c, s: e.HandlerEnded(0, "upload", c, 0, s), CHUNK, st.sampled_from([200, 403])
    ),
    st.builds(lambda k: e.Notified(0, k), st.sampled_from(["a", "b", "c"])),
    st.just(e.StopPressed(0, 5)),
    st.just(e.AlarmStarted(0, 1, 0)),
]


@st.composite
def traces(draw: Any) -> list[Any]:
    """A trace of up to 12 events, each some ms after the last, and its end."""
    at_ms, out = 0, []
    for item in draw(st.lists(st.one_of(*MAKERS), max_size=12)):
        at_ms += draw(st.integers(0, 6))
        out.append(item._replace(at_ms=at_ms))
    last_ms = at_ms + draw(st.integers(0, 6))
    return [*out, e.RunEnded(last_ms, draw(st.sampled_from(["quiet", "horizon", "completion"])))]


def judged(item: Property, trace: list[Any]) -> str:
    """What the tool says, and says again after the property was sent to another process."""
    facts = facts_of(trace)
    (one,) = asked_of([item]).values()
    said = judge_trace(one, trace, facts, JudgeSettings())
    assert judge_trace(pickle.loads(pickle.dumps(one)), trace, facts, JudgeSettings()) == said
    return type(said).__name__


def ends(said: str, trace: list[Any], is_enough_once: bool = False) -> str:
    """What the slow reading says at this end."""
    return slow.at_its_end(said, trace[-1].reason, is_enough_once)


def cases_of(word: Word, trace: list[Any]) -> list[bool]:
    """Where an event comes that a condition speaks of."""
    about = word.case or (lambda item, _: not word.kinds or kind(item) in word.kinds)
    return [about(item, {}) for item in trace[:-1]]


ANY = st.sampled_from(EVENT_WORDS + STATE_WORDS)
SOME = st.one_of(st.none(), ANY)


@given(traces(), st.sampled_from(STATE_WORDS), SOME)
def test_always(trace: list[Any], asked: Word, when: Word | None) -> None:
    states = states_of(trace[:-1])
    given_when = None if when is None else truth(when, trace, states)
    said = slow.read_always(truth(asked, trace, states), given_when)
    assert judged(always(asked.made, when=when and when.made), trace) == ends(said, trace)


@given(traces(), ANY, SOME)
def test_never(trace: list[Any], denied: Word, when: Word | None) -> None:
    states = states_of(trace[:-1])
    given_when = None if when is None else truth(when, trace, states)
    comes = cases_of(denied, trace)
    is_free = when is None and (denied.is_bare_event or not denied.kinds)
    both = zip(comes, given_when or comes, strict=True)
    cases = None if is_free else [a and b for a, b in both]
    said = slow.read_never(truth(denied, trace, states), given_when, cases)
    assert judged(never(denied.made, when=when and when.made), trace) == ends(said, trace)


@given(traces(), ANY, SOME, st.one_of(st.none(), st.integers(0, 20)), SOME, st.booleans())
def test_eventually(
    trace: list[Any],
    wanted: Word,
    first: Word | None,
    within: int | None,
    of: Word | None,
    is_upload: bool,
) -> None:
    states = states_of(trace[:-1])
    of = None if within is None or first is None else EVENT_WORDS[3] if is_upload else of
    end: Any = trace[-1]
    times_ms = [item.at_ms for item in trace[:-1]]
    times_ms, wanted_at = [*times_ms, end.at_ms], [*truth(wanted, trace, states), False]
    is_cut = end.reason == "horizon"  # then what the bound counts from may come right after
    parts = [
        None if w is None else [*truth(w, trace, states), is_cut and w is of] for w in (first, of)
    ]
    said = slow.read_eventually(times_ms, wanted_at, parts[0], within, parts[1], end.reason)
    if first is None:
        item = eventually(wanted.made, within=within)
    else:
        since = "last upload" if of is EVENT_WORDS[3] else of and of.made
        item = after(first.made).eventually(wanted.made, within=within, of=since)
    assert judged(item, trace) == ends(said, trace, first is None)


@given(traces(), st.sampled_from(EVENT_WORDS), st.integers(0, 4), st.booleans())
def test_at_most(trace: list[Any], counted: Word, most: int, by_field: bool) -> None:
    states = states_of(trace[:-1])
    field = {"BlobStored": "chunk", "Notified": "key", "HandlerEnded": "chunk"}
    per = field.get(counted.kinds[0]) if by_field and len(counted.kinds) == 1 else None
    keys = [getattr(item, per, None) if per else None for item in trace[:-1]]
    said = slow.read_at_most(most, truth(counted, trace, states), keys, cases_of(counted, trace))
    assert judged(at_most(most, counted.made, per=per), trace) == ends(said, trace)


@given(
    traces(), st.sampled_from(EVENT_WORDS), st.integers(1, 4), st.integers(1, 30), st.none() | ANY
)
def test_rate(trace: list[Any], counted: Word, most: int, ms: int, when: Word | None) -> None:
    if when is not None and when.kinds:
        when = STATE_WORDS[0]
    states = states_of(trace[:-1])
    came = truth(counted, trace, states)
    if when is not None:
        came = [a and b for a, b in zip(came, truth(when, trace, states), strict=True)]
    cases = cases_of(counted, trace)
    if when is not None:  # beside a condition on the state the event counts with its fields
        cases = [(counted.case or counted.told)(item, {}) for item in trace[:-1]]
    said = slow.read_rate([item.at_ms for item in trace[:-1]], most, came, ms, cases)
    item = at_most(most, counted.made, in_any=ms, when=when and when.made)
    assert judged(item, trace) == ends(said, trace)


@pytest.mark.parametrize(("apart_ms", "said"), [(4, "Violation"), (5, "Holds"), (6, "Holds")])
def test_a_stretch_has_its_beginning_and_not_its_end(apart_ms: int, said: str) -> None:
    stored = [e.BlobStored(at_ms, at_ms, 0) for at_ms in (10, 10 + apart_ms)]
    trace = [*stored, e.RunEnded(99, "quiet")]
    assert judged(at_most(1, event.BlobStored, in_any=5), trace) == said


@given(traces(), ANY)
def test_sometimes(trace: list[Any], wanted: Word) -> None:
    said = slow.read_sometimes(truth(wanted, trace, states_of(trace[:-1])))
    assert judged(sometimes(wanted.made), trace) == ends(said, trace, True)


def test_the_state_has_the_names_that_facts_have_values_for() -> None:
    from lastchunk.model.properties.names import STATE

    for name, known in STATE.items():
        assert type(known.read(Facts())) in (int, str, bool), name
