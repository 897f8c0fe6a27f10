"""The faults of a scope in words: each that may strike, when, and what never does."""

from __future__ import annotations

from collections.abc import Iterator

from lastchunk.model.explore.scope.quantities import count, range_of, times
from lastchunk.model.scenario.faults import FAULTS, Fault
from lastchunk.model.scenario.schema import Scenario

CHANCES = {
    "network.request_loss": "a lost request",
    "network.response_loss": "a lost answer",
    "network.request_duplication": "a request that arrives twice",
    "blobs.failure": "a put answered with an error",
    "platform.commit_failure": "a commit that fails",
    "platform.instance_loss": "an instance lost at an await",
    "platform.alarm_counted_failure": "an alarm whose delivery fails",
    "platform.alarm_uncounted_failure": "an alarm whose delivery fails uncounted",
    "platform.alarm_unacknowledged": "an alarm that ran and is not acknowledged",
    "platform.alarm_move_loss": "a later alarm of which the scheduler is not told",
    "consumer.notify_loss": "a lost notification",
    "consumer.notify_answer_loss": "a notification whose answer is lost",
    "network.burst_begins": "a burst of losses",
    "browser.kept_unreadable": "a kept queue that cannot be read after a reload",
}
"""What may be drawn to go wrong, by the setting that says how often."""


def faults_in_words(scenario: Scenario) -> Iterator[str]:
    """A sentence for each fault, one for what may be drawn, one for all that never happens."""
    faults = [fault for fault in scenario.faults if fault.probability > 0]
    for fault in faults:
        yield fault_in_words(fault)
    drawn = [words for key, words in CHANCES.items() if _share(scenario, key)]
    if drawn:
        yield f"What may go wrong besides: {', '.join(drawn)}."
    most = scenario.limits.strikes_max
    if most is not None:
        yield f"Of all that may go wrong, {count(most, 'thing does', 'things do')} in one session."
    struck = {fault.kind for fault in faults}
    never = [words for key, words in CHANCES.items() if not _share(scenario, key)]
    never += [item.words for kind, item in FAULTS.items() if kind not in struck]
    if never:
        yield f"What never happens: {', '.join(never)}."


def _share(scenario: Scenario, key: str) -> float:
    """How often something is drawn; 0 where a bound forbids it."""
    table, name = key.split(".")
    if table == "network" and scenario.network.failures_per_chunk_max == 0:
        return 0.0
    return float(getattr(getattr(scenario, table), name))


def fault_in_words(fault: Fault) -> str:
    """One fault: its kind, when it strikes, and what else is set."""
    after = {"start": "the recording began", "stop": "the planned stop"}[fault.anchor]
    low_ms, high_ms = fault.offset_ms.low_ms, fault.offset_ms.high_ms
    when = f"{range_of(fault.offset_ms)} after {after}"
    if low_ms == high_ms == 0:
        when = "as the recording begins" if fault.anchor == "start" else "at the planned stop"
    if low_ms < 0:
        when = f"{low_ms:+,} to {high_ms:+,} ms around {after}"
    may = "strikes" if fault.probability >= 1 else "may strike"
    words = f"{fault.words[0].upper()}{fault.words[1:]} {may} {times(1)}, {when}"
    for name in type(fault).model_fields:
        if name in Fault.model_fields or name == "kind":
            continue
        value = getattr(fault, name)
        if name == "for_ms":
            words += ", for an instant" if value.high_ms == 0 else f", for {range_of(value)}"
        elif value != type(fault).model_fields[name].default:
            words += f", {with_blanks(name)} {value}"
    return words + "."


def with_blanks(name: str) -> str:
    """A name with blanks."""
    return name.replace("_", " ")
