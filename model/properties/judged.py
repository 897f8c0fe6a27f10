"""Own properties: what they are called, which are asked, and how a finished trace is judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.properties.base import (
    Holds,
    Judgement,
    JudgeSettings,
    Property,
    Violation,
)
from lastchunk.model.properties.catalogue import EXPLORABLE
from lastchunk.model.properties.language import (
    always,
    ascending,
    at_most,
    bill,
    event,
    never,
    out_of_order,
    state,
)
from lastchunk.model.properties.row import ROW_COLUMNS
from lastchunk.model.properties.watches import RunsEnd, Watch
from lastchunk.model.trace.events import Costs, Event, RunEnded
from lastchunk.model.trace.facts import Facts

PropertiesLike = Iterable[str | Property] | Mapping[str, Property] | str | Property
"""Properties as a caller names them: slugs of shipped ones, and own ones; or own ones by name."""
EACH_CHUNK_COSTS = 20
ON_REQUEST = {
    item.slug: replace(item, place="")
    for item in (
        always(
            ~(state.stop_failed & state.is_completed),
            when=state.has_stopped,
            name="told_truth",
            meaning="The user was told the truth: what is said to have failed is not completed.",
        ),
        at_most(
            10,
            event.AlarmStarted,
            when=state.is_settled,
            name="quiet_once_settled",
            meaning="A settled session goes quiet: at most ten alarms run after that.",
        ),
        never(
            out_of_order,
            name="stored_in_order",
            meaning="Chunks are stored in the order in which they were recorded.",
        ),
        ascending(
            event.BlobStored,
            "chunk",
            name="stored_once_in_order",
            meaning="Chunks are stored in the order in which they were recorded, each once.",
        ),
        bill(
            per="chunk",
            name="bill",
            meaning=f"A session costs at most {EACH_CHUNK_COSTS} requests, rows read, rows written "
            "and blob puts for each chunk recorded.",
            requests=EACH_CHUNK_COSTS,
            rows_read=EACH_CHUNK_COSTS,
            rows_written=EACH_CHUNK_COSTS,
            blob_puts=EACH_CHUNK_COSTS,
        ),
    )
}
"""Shipped properties in the language: asked by name alone, so no gate changes by them."""
OF_SESSIONS = (
    *("uplink_kbps", "request_delay_ms", "media_lost_ms", "alarm_writes"),
    *("seed", "sessions"),
)
"""Columns of results beside those of a session's row."""
DEFAULTS = JudgeSettings()
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def judge_trace(
    item: Property, trace: Iterable[Event], facts: Facts, judge: JudgeSettings
) -> Judgement:
    """What a finished run says of a property; ``facts`` are those of its trace."""
    if item.watch is None:
        return item.judge(facts, judge)
    return watched_trace(item.watch, trace, facts.ended, judge)


def watched_trace(
    watch: Watch, trace: Iterable[Event], ended: str, judge: JudgeSettings = DEFAULTS
) -> Judgement:
    """The first violation; else whether any event speaks for it, or what the end says."""
    facts, memory, found, last_ms = Facts(), watch.begin(0), None, 0
    # What a session has cost by its cut is no event of it: of costs that rise a violation stays.
    is_bill_open = RunsEnd(0, ended, judge).is_cut and not watch.only_rises
    for item in trace:
        facts.observe(item)
        last_ms = item.at_ms
        if isinstance(item, RunEnded) or (is_bill_open and isinstance(item, Costs)):
            continue
        memory, judgement = watch.step(memory, item, facts)
        if isinstance(judgement, Violation):
            return judgement
        found = judgement or found
    facts.ended = ended  # it may be asked of an end that the trace does not tell of
    return watch.over(found, memory, RunsEnd(last_ms, ended, judge), facts)


def asked_of(properties: PropertiesLike) -> dict[str, Property]:
    """The properties that are meant, by their names, each checked. Raises `InputError`."""
    if isinstance(properties, str | Property):
        properties = [properties]
    if isinstance(properties, Mapping):
        properties = [with_name(item, str(name)) for name, item in properties.items()]
    if not isinstance(properties, Iterable):
        raise InputError("properties", properties, "properties, or names of shipped ones")
    found: dict[str, Property] = {}
    for number, item in enumerate(properties, 1):
        one = _one(item, f"property_{number}")
        if one.slug in found and one is not found[one.slug]:
            raise InputError(f"property{one.place}", one.slug, "each name once")
        found[one.slug] = one
    return found


def _one(item: Any, name: str) -> Property:
    if isinstance(item, str) and item in ON_REQUEST:
        return ON_REQUEST[item]
    if isinstance(item, str):
        if item not in EXPLORABLE:
            raise InputError("--property", item, "one of " + ", ".join((*EXPLORABLE, *ON_REQUEST)))
        return EXPLORABLE[item]
    return with_name(item, name)


def with_name(item: Any, name: str) -> Property:
    """A property with a name: its own, else this one. Raises `InputError`."""
    if not isinstance(item, Property):
        raise InputError(
            "properties",
            item,
            "names of shipped properties, and own ones as docs/properties.md says",
        )
    if item.watch is None:
        return item
    one = item if item.slug else replace(item, slug=name)
    if not isinstance(one.slug, str) or not NAME.fullmatch(one.slug):
        raise InputError(f"property{one.place}", one.slug, "a name of a-z, 0-9 and _")
    if one.slug in EXPLORABLE or (one.slug in ON_REQUEST and not _is_shipped(one)):
        raise InputError(f"property{one.place}", one.slug, "a name that no shipped property has")
    if one.slug in ROW_COLUMNS or one.slug in OF_SESSIONS:
        raise InputError(f"property{one.place}", one.slug, "a name that no column of results has")
    return one


def _is_shipped(item: Property) -> bool:
    """Whether it is the one that is asked by that name; a copy from another process is it, too."""
    shipped = ON_REQUEST[item.slug]
    return (item.meaning, item.place) == (shipped.meaning, shipped.place)


__all__ = ["Holds", "PropertiesLike", "asked_of", "judge_trace", "watched_trace", "with_name"]
