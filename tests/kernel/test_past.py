"""What is kept of the past: no fact is forgotten that a row may hang on, or it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from lastchunk.model.kernel.grown import PastStep
from lastchunk.model.kernel.nodes import FIRST_REGISTER
from lastchunk.model.kernel.past.facts import PastFacts
from lastchunk.model.kernel.past.settling import MAY_BE_NEGATIVE, SessionMemory, Settling
from lastchunk.model.kernel.step_to_write import kept_places
from lastchunk.model.table.numbers.number import Number
from lastchunk.model.table.refused import NotCarried
from lastchunk.model.table.tree import Expression, StepEnd
from lastchunk.model.trace import events as e

UPLOAD = "upload"
STORED_CHUNK = (
    e.ChunkRecorded(10, 0, 5),
    e.HandlerStarted(20, UPLOAD, 0, 0),
    e.BlobStored(30, 0, 0),
    e.HandlerEnded(40, UPLOAD, 0, 0, 200),
)


def settled(facts: PastFacts) -> tuple[Any, ...]:
    """The key of facts, which are settled; chunks have plain numbers."""
    step = PastStep()
    key, _ = Settling(SessionMemory(step), facts, lambda chunk: chunk).settle()
    return key


def past_of(*events: Any) -> PastFacts:
    """Facts that have taken events in."""
    facts = PastFacts()
    for event in events:
        facts.take_in(event)
    return facts


def test_a_chunk_that_is_stored_and_counted_is_settled_until_it_is_named() -> None:
    facts = past_of(*STORED_CHUNK)
    settled(facts)
    assert not facts.recorded
    assert not facts.stored
    assert facts.has_recorded
    before = facts.settled
    facts.take_in(e.RequestArrived(50, UPLOAD, 0, 1))
    assert list(facts.recorded) == list(facts.stored) == [0]
    assert facts.settled - before == -1
    assert facts.missing == ()


def test_the_time_of_a_chunk_cannot_be_worked_with() -> None:
    facts = past_of(*STORED_CHUNK[:1])
    settled(facts)
    with pytest.raises(TypeError):
        _ = facts.recorded[0] + 1


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (e.RequestArrived(50, UPLOAD, 1, 0), "a chunk that nobody has recorded"),
        (e.TabClosed(50, (0, 1)), "a chunk that nobody has recorded"),
        (e.BlobDeleted(50, 0), "a chunk that is stored no more"),
        (e.BlobOfOtherTab(50, 0, 0), "a chunk that is stored no more"),
        (e.ChunkRecorded(50, 2, 5), "not recorded one after another"),
    ],
)
def test_what_facts_cannot_keep_is_refused(event: Any, words: str) -> None:
    facts = past_of(*STORED_CHUNK)
    settled(facts)
    with pytest.raises(NotCarried, match=words):
        facts.take_in(event)


DIFFERENT: dict[str, tuple[Any, ...]] = {
    "a stop": (e.StopPressed(50, 40),),
    "a handler that runs": (e.HandlerStarted(50, UPLOAD, 0, 1),),
    "a stop that ran": (e.HandlerStarted(50, "stop", -1, 0),),
    "a stop that ran twice": (
        e.HandlerStarted(50, "stop", -1, 0),
        e.HandlerStarted(60, "stop", -1, 0),
    ),
    "a chunk that is not stored": (e.ChunkRecorded(50, 1, 5),),
    "a chunk that is stored, and not counted": (
        e.ChunkRecorded(50, 1, 5),
        e.BlobStored(60, 1, 0),
    ),
    "a chunk in a closed tab": (e.ChunkRecorded(50, 1, 5), e.ChunksLost(60, (1,))),
    "a chunk that was refused": (
        e.ChunkRecorded(50, 1, 5),
        e.RequestTooLarge(60, UPLOAD, 1, 0, 9),
    ),
    "a handler that was lost": (
        e.ChunkRecorded(50, 1, 5),
        e.HandlerStarted(60, UPLOAD, 1, 0),
        e.HandlerLost(70, UPLOAD, 1, 0),
    ),
    "a status": (e.StateWritten(50, "active", 1, ""),),
    "a completion": (e.StateWritten(50, "completed", 1, ""),),
    "a completion with a wrong count": (e.StateWritten(50, "completed", 0, ""),),
    "two completions": (
        e.StateWritten(50, "completed", 1, ""),
        e.StateWritten(60, "active", 1, "completed"),
        e.StateWritten(70, "completed", 1, "active"),
    ),
    "a recorder that stands still": (e.PauseStarted(50),),
    "a failed stop flow": (e.StopFlowFailed(50, "x"),),
    "a notification": (e.Notified(50, "key"),),
    "another notification": (e.Notified(50, "other"),),
    "a consumer's read": (e.ConsumerRead(50, "completed", 1),),
    "an alarm that ran": (e.AlarmStarted(50, 45, 0),),
    "an alarm that ran twice": (e.AlarmStarted(50, 45, 0), e.AlarmStarted(60, 45, 0)),
    "a row": (e.RowWritten(50, 40),),
}


def test_pasts_that_differ_in_more_than_numbers_have_keys_of_their_own() -> None:
    found = {words: settled(past_of(*STORED_CHUNK, *more)) for words, more in DIFFERENT.items()}
    found["nothing"] = settled(past_of(*STORED_CHUNK))
    for words, key in found.items():
        assert [other for other, same in found.items() if same == key] == [words]


def test_pasts_that_differ_in_numbers_alone_have_one_key() -> None:
    later = [event._replace(at_ms=event.at_ms + 7) for event in STORED_CHUNK]
    retried = e.RequestSent(45, UPLOAD, 0, 1)
    first, second = past_of(*STORED_CHUNK), past_of(*later, retried, retried)
    assert settled(first) == settled(second)


@pytest.mark.parametrize("name", sorted(MAY_BE_NEGATIVE))
def test_a_number_that_code_writes_may_be_below_0(name: str) -> None:
    step = PastStep()
    memory = SessionMemory(step)
    memory.place((name,))
    memory.place(("stop_ms",))
    assert [step.sign_of(Number(step, each, 1)) for each in memory.names] == [None, False]


def test_each_register_of_a_node_has_a_place_of_its_own_and_stays_where_it_stood() -> None:
    leaf = StepEnd()
    same, later = Expression(((1, 1),), 0), Expression(((1, 1),), 5)
    leaf.columns = [later, same, Expression(((0, 1),), 0), Expression(((0, 1), (1, 1)), 0), same]
    places = kept_places(leaf, (FIRST_REGISTER + 7, FIRST_REGISTER + 9))
    assert places[1:3] == (FIRST_REGISTER + 9, FIRST_REGISTER + 7)
    assert len(set(places)) == len(places)
