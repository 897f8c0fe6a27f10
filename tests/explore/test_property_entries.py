"""A property is one entry: what an exploration must know of it is what the entry says."""

from __future__ import annotations

import dataclasses

import pytest

from lastchunk.model.explore.state.monitor import PASSING, Monitor, groups_of
from lastchunk.model.properties import EXPLORABLE, Holds, Judgement, JudgeSettings, Property
from lastchunk.model.properties import Violation as Violated
from lastchunk.model.trace import events as e
from lastchunk.model.trace.facts import Facts

SENT = e.RequestSent(5, "upload", 0, 1)


def sent_once(facts: Facts, judge: JudgeSettings) -> Judgement:
    """No upload is sent a second time."""
    return Violated(5, "sent once more") if facts.retries else Holds()


ENTRY = Property(
    "sent_once", "always", "", "", sent_once, decided="by any step", remembers=("notified",)
)


def watching(monkeypatch: pytest.MonkeyPatch, entry: Property) -> Monitor:
    """A monitor that knows one property more."""
    monkeypatch.setitem(EXPLORABLE, entry.slug, entry)
    return Monitor([entry.slug], (), JudgeSettings())


def test_what_any_step_can_violate_is_judged_without_news(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = watching(monkeypatch, ENTRY).watch(Facts(), [SENT])
    assert isinstance(judged["sent_once"], Violated)


def test_what_the_entry_says_is_remembered_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for entry, kept in ((ENTRY, 1), (dataclasses.replace(ENTRY, remembers=()), 0)):
        monitor, facts = watching(monkeypatch, entry), Facts()
        monitor.watch(facts, [e.Notified(5, "k")])
        monitor.settle(facts)
        assert len(facts.notified) == kept


def test_the_end_cannot_decide_by_what_each_step_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be proved: the facts that it looks at are always empty there."""
    monitor = watching(monkeypatch, dataclasses.replace(ENTRY, decided="by the end"))
    facts = Facts()
    monitor.watch(facts, [SENT])
    monitor.settle(facts)
    with pytest.raises(AssertionError, match="the end decides by retries, which each step forgets"):
        monitor.end(facts, 9, "quiet")


def test_what_each_step_forgets_is_forgotten() -> None:
    facts, fresh = Facts(), Facts()
    facts.observe(SENT)
    facts.observe(e.HandlerEnded(6, "upload", 0, 0, 403))
    facts.observe(e.ConsumerRead(7, "active", 0))
    Monitor((), (), JudgeSettings()).settle(facts)
    for name in PASSING:
        assert getattr(facts, name) == getattr(fresh, name), name


def test_a_timed_entry_is_explored_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    watching(monkeypatch, dataclasses.replace(ENTRY, is_timed=True))
    assert groups_of(["finalizes", "sent_once", "count_true"]) == [
        ["finalizes", "count_true"],
        ["sent_once"],
    ]
