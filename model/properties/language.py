"""The language of own properties: what people write, each in a line.

    told_truth = never(event.StopFlowFailed & state.is_completed)
    prompt = after(event.StopPressed).eventually(completion, within=7_000, of="last upload")
    calm = at_most(10, event.AlarmStarted, in_any=60_000, when=state.is_completed)

Each is a `Property` like the shipped ones, and is judged by the same monitor in a session, in a
recorded schedule and in every schedule. docs/properties.md tells the whole language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from lastchunk.model.base.errors import InputError
from lastchunk.model.properties.base import Judgement, JudgeSettings, Kind, Property
from lastchunk.model.properties.conditions import (
    CostsMore,
    EventIs,
    Formula,
    OutOfOrder,
    StateValue,
    condition,
)
from lastchunk.model.properties.names import (
    OtherThan,
    line_of_property,
    nearest_name,
    refuse_property,
)
from lastchunk.model.properties.row import COUNTERS
from lastchunk.model.properties.watches import (
    Ascending,
    AtMost,
    Eventually,
    Invariant,
    Never,
    Rate,
    SomeTime,
    Watch,
)
from lastchunk.model.trace.events import EVENTS
from lastchunk.model.trace.facts import Facts
from lastchunk.reference_impl.contract import COMPLETED

UNNAMED = ""
MS_MOST = 1 << 40


class UnknownNameError(InputError, AttributeError):
    """A name that stands for no event, or for nothing of the state; `hasattr` takes it for a no."""


ByName = TypeVar("ByName", EventIs, StateValue)


def _by_name(kind: type[ByName], name: str) -> ByName:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return kind(name)
    except InputError as error:
        raise UnknownNameError(error.field, error.value, error.allowed) from None


class EventNames:
    """``event.NAME`` is the condition that this event comes; ``event.NAME(field=value)``, so."""

    def __getattr__(self, name: str) -> EventIs:
        return _by_name(EventIs, name)


class StateNames:
    """``state.NAME`` is a value of the state right after an event."""

    def __getattr__(self, name: str) -> StateValue:
        return _by_name(StateValue, name)


event, state = EventNames(), StateNames()
completion = EventIs(
    "StateWritten",
    (("status", COMPLETED), ("previous", OtherThan(COMPLETED))),
    "the session is completed",
)
upload_ended = EventIs(
    "HandlerEnded",
    (("method", "upload"), ("status", range(400))),
    "an upload ends that was not refused",
)
out_of_order = OutOfOrder()
SINCE = {"last upload": upload_ended}
"""From what a bound may count, by words; any condition may stand in their place."""


def always(asked: Any, when: Any = None, name: str = UNNAMED, meaning: str = "") -> Property:
    """After every event, or after each at which ``when`` is true, ``asked`` is true."""

    found = condition(asked)
    if found.events is not None:
        refuse_property("always", found.words, "a condition on the state; never() takes events")
    watch = Invariant(found, None if when is None else condition(when))
    return property_of_watch("always", watch, name, meaning)


def never(denied: Any, when: Any = None, name: str = UNNAMED, meaning: str = "") -> Property:
    """At no event, or at none at which ``when`` is true, ``denied`` is true."""

    watch = Never(condition(denied), None if when is None else condition(when))
    return property_of_watch("always", watch, name, meaning)


def eventually(
    wanted: Any, within: int | None = None, name: str = UNNAMED, meaning: str = ""
) -> Property:
    """``wanted`` comes true, at the latest ``within`` ms after the session's beginning."""
    return _eventually(wanted, None, within, None, name, meaning)


@dataclass(frozen=True)
class After:
    """What comes first; `eventually` says what must follow it, `never` what must not."""

    first: Any

    def eventually(
        self,
        wanted: Any,
        within: int | None = None,
        of: Any = None,
        name: str = UNNAMED,
        meaning: str = "",
    ) -> Property:
        """Each time ``wanted`` follows, ``within`` ms of it, or of what ``of`` says if later."""
        return _eventually(wanted, self.first, within, of, name, meaning)


def after(first: Any) -> After:
    """``after(x).eventually(y)``: whenever x is true, y is true then or later."""
    return After(first)


def at_most(
    most: int,
    counted: Any,
    per: str | None = None,
    in_any: int | None = None,
    when: Any = None,
    name: str = UNNAMED,
    meaning: str = "",
) -> Property:
    """``counted`` comes at most ``most`` times in a session, or in any ``in_any`` ms of it.

    ``per`` counts for each value of a field of the event; ``when`` counts what comes while it is
    true.
    """

    found = condition(counted)
    if found.events is None:
        refuse_property("at_most", found.words, "an event: only what comes can be counted")
    check_number("at_most", most, 0 if in_any is None else 1)
    found = found if when is None else found & condition(when)
    if in_any is None:
        return property_of_watch(
            "always", AtMost(most, found, _counted_per(found, per)), name, meaning
        )
    check_number("in_any", in_any, 1)
    if per is not None:
        refuse_property("per", per, "with no in_any: a rate counts all of them")
    return property_of_watch("always", Rate(most, found, in_any), name, meaning)


def ascending(counted: Any, by: str, name: str = UNNAMED, meaning: str = "") -> Property:
    """Each ``counted`` has a higher value of a field than all that came before it."""

    found = condition(counted)
    if found.events is None:
        refuse_property("ascending", found.words, "an event: only what comes has an order")
    for kind in sorted(found.events):
        if by == "at_ms" or get_type_hints(EVENTS[kind]).get(by) is not int:
            refuse_property("by", by, f"a field of {kind} that is a number, as chunk")
    return property_of_watch("always", Ascending(found, by), name, meaning)


def bill(
    per: str | None = None,
    dollars_per_million: float | None = None,
    name: str = UNNAMED,
    meaning: str = "",
    **most: int,
) -> Property:
    """A session costs at most so many of each thing named, as ``bill(rows_written=200)``.

    ``dollars_per_million`` bounds what a million such sessions cost, by the shipped price list.
    ``per="chunk"``: so many for each chunk recorded.
    """

    if per not in (None, "chunk"):
        refuse_property("per", per, "'chunk', or nothing for the whole session")
    if dollars_per_million is not None:
        given: Any = dollars_per_million
        is_number = type(given) in (int, float) and 0 <= given <= MS_MOST
        if not is_number:
            refuse_property("bill: dollars_per_million", given, f"a number from 0 to {MS_MOST:,}")
    elif not most:
        refuse_property("bill", most, "at least one bound, on " + ", ".join(COUNTERS))
    for counted, bound in most.items():
        if counted not in COUNTERS:
            refuse_property("bill", counted, nearest_name(counted, COUNTERS))
        check_number(f"bill: {counted}", bound, 0)
    bounds = CostsMore(tuple(sorted(most.items())), per is not None, dollars_per_million)
    return property_of_watch("always", Never(bounds, None), name, meaning)


def sometimes(wanted: Any, name: str = UNNAMED, meaning: str = "") -> Property:
    """There is a session in which ``wanted`` comes true; the verdicts beside it rest on that."""
    return property_of_watch("sometimes", SomeTime(condition(wanted)), name, meaning)


def _eventually(
    wanted: Any, first: Any, within: int | None, of: Any, name: str, meaning: str
) -> Property:
    if within is not None:
        check_number("within", within, 0)
    if of is not None and within is None:
        refuse_property("of", of, "beside within, which it counts from")
    if isinstance(of, str) and of not in SINCE:
        refuse_property("of", of, nearest_name(of, SINCE) + ", or a condition")
    since = SINCE[of] if isinstance(of, str) else None if of is None else condition(of)
    start = None if first is None else condition(first)
    watch = Eventually(condition(wanted), start, within, since)
    return property_of_watch("eventually-within", watch, name, meaning)


def _counted_per(counted: Formula, field: str | None) -> str | None:
    """The field to count by, which each of the events counted must have."""
    for kind in sorted(counted.events or ()) if field is not None else ():
        known = [name for name in EVENTS[kind]._fields if name != "at_ms"]
        if field not in known:
            refuse_property("per", field, f"a field of {kind}: {nearest_name(field, known)}")
    return field


def check_number(field: str, value: Any, least: int) -> None:
    """Refuse what is no whole number of that size, with the line."""
    if type(value) is not int or not least <= value <= MS_MOST:
        refuse_property(field, value, f"a whole number, at least {least}")


def only_with_a_trace(facts: Facts, judge: JudgeSettings) -> Judgement:
    """An own property sees each event: facts alone do not decide it (`judged.judge_trace`)."""
    raise AssertionError("an own property was judged without its trace")


def property_of_watch(kind: Kind, watch: Watch, name: str, meaning: str) -> Property:
    """A property that this monitor judges; it knows the line at which it is written."""
    return Property(
        name,
        kind,
        meaning or watch.words,
        "",
        only_with_a_trace,
        decided="by any step",
        remembers=watch.remembers,
        is_timed=watch.is_timed,
        watch=watch,
        place=line_of_property(),
    )
