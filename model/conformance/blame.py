"""Which rules of the platform (docs/platform.md) speak of what diverges, the likeliest first.

The twins are known to agree with the runtime that they are locked to. So where they diverge on
another one, a rule has changed: what was shown in the place of what was foretold says which ones
it may be. The rule that most divergences speak of is named first; but what a trial shows, which is
made to show one rule alone (rule_trials.py), goes before all that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from lastchunk.model.conformance.result import Result
from lastchunk.model.conformance.shown import HEARD, Sign

ANOTHER_MS = "at another ms"
AT_ITS_END = {
    "another alarm": ("A3", "A1", "A6"),
    "another storage": ("R15", "R7", "R18"),
    "another status": ("R21", "R12"),
    "no answer": ("R10", "R12"),
}
"""By what differs when all steps have been played."""
BY_SIGN = {
    "enter": ("R2", "R3", "R4"),
    "end": ("R4", "R12", "R21"),
    "state": ("R4", "R7", "R15"),
    "set": ("A1", "A7", "R13"),
    "unset": ("A1", "A7"),
    "blob": ("R4", "R12"),
    "stored": ("R21", "R12"),
    "unstored": ("R21", "R12"),
    "notify": ("R10", "R20"),
    "alarm end": ("A4", "D4"),
    "alarm failed": ("D1", "D2", "D4"),
}
"""By the first sign that differs, but for an alarm that runs."""
ALARM_RUNS = ("alarm", "spoiled")
RETRIED = ("D1", "A5", "D2")
ENTERED = ("enter", *ALARM_RUNS)
AT_THE_GATE = ("R5", "R4", "R6")
"""While a put is awaited, or the alarm waits: whether the object is entered."""
SET_OR_NOT = ("A7", "A1", "R13")
"""One side sets the alarm, and the other does something else."""
KILLED = "process_killed"
RETRIES = "retries"
"""What a schedule has of troubles, as `Plan.needs` names it."""


def rules_named(results: Iterable[Result]) -> list[tuple[str, int]]:
    """The rules that may have changed, each with how many divergences speak of it.

    The likeliest is first: that of most trials, then of most divergences; of two with the same
    number, the one that is first more often.
    """
    spoken: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    by_trials: Counter[str] = Counter()
    first_by_trials: Counter[str] = Counter()
    for result in results:
        rules = rules_blamed(result)
        spoken.update(rules)
        firsts.update(rules[:1])
        if result.shows:
            by_trials.update(rules)
            first_by_trials.update(rules[:1])
    ranks = (by_trials, first_by_trials, spoken, firsts)
    order = sorted(spoken, key=lambda rule: ([-rank[rule] for rank in ranks], rule))
    return [(rule, spoken[rule]) for rule in order]


def rules_blamed(result: Result) -> tuple[str, ...]:
    """The rules that may have changed; empty where nothing diverges."""
    if result.verdict != "diverges":
        return ()
    if result.shows:
        return result.shows
    if result.why in AT_ITS_END:
        rules = AT_ITS_END[result.why]
        return ("D5", *rules) if KILLED in result.needs else rules
    if result.why == ANOTHER_MS:
        return _at_another_ms(result)
    shown, wanted = _first_difference(result.shown, result.wanted)
    if _runs(shown) or _runs(wanted):
        return _of_alarm(shown, wanted, result.needs)
    kinds = {sign[0] for sign in (shown, wanted) if sign is not None}
    if kinds & {*ENTERED} and (result.inside or kinds & {*HEARD}):
        return AT_THE_GATE
    if "set" in kinds and len(kinds) > 1:
        return SET_OR_NOT
    return BY_SIGN[(wanted or shown or ("enter",))[0]]


def _at_another_ms(result: Result) -> tuple[str, ...]:
    shown, _ = _first_difference(result.shown, result.wanted)
    if shown is not None and _runs(shown[1:]):
        return ("D1",) if shown[3] else ("D3", "A2")
    return ("R13", "R10")


def _of_alarm(shown: Sign | None, wanted: Sign | None, needs: Collection[str]) -> tuple[str, ...]:
    """An alarm ran in the place of something else, or something else in its place."""
    rules: tuple[str, ...]
    retries = [sign[2] for sign in (shown, wanted) if sign is not None and _runs(sign)]
    if len(retries) == 2:
        rules = _of_two_runs(shown, wanted)
    elif retries[0]:
        rules = RETRIED
    elif shown is None or wanted is None:
        rules = ("A1", "D1", "A4")
    else:
        rules = (*AT_THE_GATE, "A1")
    if len(retries) == 2 and RETRIES in needs and rules[0] != "D2":
        rules = ("A5", *(rule for rule in rules if rule != "A5"))
    return ("D5", *rules) if KILLED in needs else rules


def _of_two_runs(shown: Sign | None, wanted: Sign | None) -> tuple[str, ...]:
    """By the times that they were set for, and their retries."""
    assert shown is not None
    assert wanted is not None
    if shown[2] == wanted[2]:
        return ("A1", "A2", "A8")
    return ("D2", "D1", "A8") if shown[1] == wanted[1] else ("A5", "D1", "A8")


def _runs(sign: Sequence[Any] | None) -> bool:
    return bool(sign) and sign is not None and sign[0] in ALARM_RUNS


def _first_difference(
    shown: Sequence[Any], wanted: Sequence[Any]
) -> tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]:
    at = 0
    while at < min(len(shown), len(wanted)) and shown[at] == wanted[at]:
        at += 1
    return (
        shown[at] if at < len(shown) else None,
        wanted[at] if at < len(wanted) else None,
    )
