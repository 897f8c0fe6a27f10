"""The language, further on: what the end of a run decides, and how properties are joined.

nothing_left = at_end(state.not_stored == 0, when=state.has_recorded)
prompt = last(completion).within(grace + 2_000, of=event.StopPressed | upload_ended)
whole = given(state.has_completed, on_disk(never(completion & (state.missing > 0))))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.properties.base import Property
from lastchunk.model.properties.conditions import condition
from lastchunk.model.properties.language import UNNAMED, check_number, property_of_watch
from lastchunk.model.properties.names import refuse_property
from lastchunk.model.properties.shipped.watches_of_ends import (
    AtEnd,
    Both,
    LastWithin,
    OfGiven,
    OnDisk,
)
from lastchunk.model.properties.shipped.words import Grace
from lastchunk.model.properties.watches import AtMost, Invariant, Never, Watch


def at_end(
    asked: Any, when: Any = None, even_if_cut: bool = False, name: str = UNNAMED, meaning: str = ""
) -> Property:
    """When nothing can happen any more, ``asked`` is true, where ``when`` is true then.

    A run that its scenario ends at the completion says nothing against it, unless ``even_if_cut``.
    One that a limit cut says nothing at all: what is there by then, or is not, may change.
    """

    found, case = condition(asked), None if when is None else condition(when)
    for one in (found, *([] if case is None else [case])):
        if one.events is not None:
            refuse_property("at_end", one.words, "conditions on the state: no event comes there")
    watch = AtEnd(found, case, bool(even_if_cut))
    return property_of_watch("eventually-within", watch, name, meaning)


@dataclass(frozen=True)
class Last:
    """What is looked at where it comes for the last time."""

    wanted: Any

    def within(
        self,
        within: int | Grace,
        of: Any,
        when: Any = None,
        name: str = UNNAMED,
        meaning: str = "",
    ) -> Property:
        """That is at most ``within`` ms after the last ``of``, where ``when`` is true at the end.

        ``grace`` is the design's own, so ``grace + 2_000`` is another bound for each design.
        """

        if not isinstance(within, Grace):
            check_number("within", within, 0)
        elif type(within.more_ms) is not int or within.more_ms < 0:
            refuse_property("within", within, "grace, or grace and a whole number of ms")
        case = None if when is None else condition(when)
        watch = LastWithin(condition(self.wanted), within, condition(of), case)
        return property_of_watch("eventually-within", watch, name, meaning)


def last(wanted: Any) -> Last:
    """``last(x).within(ms, of=y)``: the last x is at most so long after the last y."""
    return Last(wanted)


def on_disk(item: Property, name: str = UNNAMED, meaning: str = "") -> Property:
    """As the property, less what a reset takes back with a commit that was never on disk."""
    watch = _watch("on_disk", item)
    case = watch.denied if isinstance(watch, Never) else None
    case = watch.when if isinstance(watch, Invariant) else case
    if case is None or case.events != frozenset(("StateWritten",)):
        refuse_property("on_disk", item.meaning, "never() or always() of a status that is written")
    return property_of_watch("always", OnDisk(watch), name, meaning)


def given(when: Any, item: Property, name: str = UNNAMED, meaning: str = "") -> Property:
    """As the property, which any run may violate; one that does not holds it only if ``when`` is
    true at its end."""
    watch, case = _watch("given", item), condition(when)
    if case.events is not None:
        refuse_property("given", case.words, "a condition on the state at the end")
    if not isinstance(watch, Never | Invariant | AtMost | OnDisk):
        refuse_property("given", item.meaning, "never(), always(), at_most() or on_disk()")
    return property_of_watch(item.kind, OfGiven(watch, case), name, meaning)


def both(first: Property, second: Property, name: str = UNNAMED, meaning: str = "") -> Property:
    """Both properties; it holds where one of them does, and none of the two is violated."""
    watch = Both(_watch("both", first), _watch("both", second))
    kind = first.kind if first.kind == second.kind else "eventually-within"
    return property_of_watch(kind, watch, name, meaning)


def _watch(field: str, item: Any) -> Watch:
    if not isinstance(item, Property) or item.watch is None or item.kind == "sometimes":
        refuse_property(field, item, "a property of the language, as never(...) gives one")
    return item.watch
