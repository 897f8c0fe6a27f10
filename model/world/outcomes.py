"""Outcomes: which ones a pending thing may have, and how likely a draw takes each.

A scheduler that samples draws among them; one that explores tries each. A kind of thing that has
one outcome only is not in the table.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lastchunk.model.world.base.pending import BURST, GRACE_ENDS
from lastchunk.model.world.object.delivery import COUNTED, DELIVERED, UNACKNOWLEDGED, UNCOUNTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lastchunk.model.scenario.schema import Network, Scenario

Choices = tuple[tuple[str, float], ...]
Counts = tuple[tuple[str, int], ...]
INSTANCE_LOST = "instance lost"
HARMLESS = frozenset(
    (
        *("", DELIVERED, "delivered", "resumed", "stored", "confirmed", "told", "answered"),
        *("passes", "readable", "burst delivered"),
    )
)
"""Outcomes by which nothing goes wrong."""
ANY = "any"
"""Stands for whatever goes wrong, of all kinds together."""
KEEPING = " keeping "


def choices_of(rest: str, *possible: tuple[str, float]) -> Choices:
    """The outcomes that can be, and the rest; () where only the rest can."""
    known = [(name, share) for name, share in possible if share > 0]
    if not known:
        return ()
    share = max(0.0, 1.0 - sum(share for _, share in known))
    return (*known, (rest, share)) if share > 1e-12 else tuple(known)


_last: list[tuple[Scenario, dict[str, Choices]]] = []


def table_of(scenario: Scenario) -> dict[str, Choices]:
    """The outcomes by kind of pending thing. Many sessions of one scenario share its table."""
    if not _last or _last[0][0] is not scenario:
        _last[:] = [(scenario, build_table(scenario))]
    return _last[0][1]


def build_table(scenario: Scenario) -> dict[str, Choices]:
    """The outcomes by kind of pending thing, for one scenario."""
    network, platform, blobs = scenario.network, scenario.platform, scenario.blobs
    consumer = scenario.consumer
    lost = (INSTANCE_LOST, platform.instance_loss)
    failed_share = platform.commit_failure * (1 - platform.commit_failure_written)
    written_share = platform.commit_failure * platform.commit_failure_written
    table = {
        **_legs(network),
        "blob": choices_of("stored", ("failed", blobs.failure), lost),
        "blob_call": choices_of("answered", ("failed", blobs.failure), lost),
        "timer": choices_of("resumed", lost),
        "storage": choices_of("resumed", lost),
        "commit": choices_of("confirmed", ("failed", failed_share), ("written", written_share)),
        "alarm": choices_of(
            DELIVERED,
            (UNCOUNTED, platform.alarm_uncounted_failure),
            (COUNTED, platform.alarm_counted_failure),
            (UNACKNOWLEDGED, platform.alarm_unacknowledged),
        ),
        "move_alarm": choices_of("told", ("lost", platform.alarm_move_loss)),
        "reopen": choices_of("readable", ("unreadable", scenario.browser.kept_unreadable)),
        "notify": choices_of(
            "answered",
            ("lost", consumer.notify_loss),
            ("answer lost", consumer.notify_answer_loss),
            lost,
        ),
    }
    return {kind: choices for kind, choices in table.items() if choices}


def _legs(network: Network) -> dict[str, Choices]:
    """What may become of a message's leg, outside of a burst of losses and within one."""
    out: dict[str, Choices] = {}
    alone = (
        ("request", ("lost", network.request_loss), ("duplicated", network.request_duplication)),
        ("response", ("lost", network.response_loss)),
    )
    for kind, *usual in alone:
        out[kind] = _leg(network, network.burst_begins, usual)
        if network.burst_begins > 0:
            out[BURST + kind] = _leg(network, 1 - network.burst_ends, usual)
    return out


def _leg(network: Network, share: float, usual: Sequence[tuple[str, float]]) -> Choices:
    """The outcomes of a leg that such a share of all has in a burst."""
    lost = network.burst_loss
    return choices_of(
        "delivered",
        (BURST + "lost", share * lost),
        (BURST + "delivered", share * (1 - lost)),
        *((name, (1 - share) * each) for name, each in usual),
    )


def keeping(choices: Choices, word: str, under_way: int) -> Choices:
    """An instance that is lost may leave any number of the commits under way behind (R10)."""
    if not under_way:
        return choices
    spread: list[tuple[str, float]] = []
    for name, share in choices:
        if name == word:
            each = share / (under_way + 1)
            spread += [(f"{name}{KEEPING}{kept}", each) for kept in range(under_way + 1)]
        else:
            spread.append((name, share))
    return tuple(spread)


def failures_allowed(scenario: Scenario) -> dict[str, int]:
    """How many of these a session may meet at the most; what is not in it has no bound."""
    platform = scenario.platform
    bounds = {
        "commit": platform.commit_failures_max,
        "instance": platform.instance_losses_max,
        "alarm": platform.alarm_failures_max,
        ANY: scenario.limits.strikes_max,
    }
    return {name: bound for name, bound in bounds.items() if bound is not None}


def failures_of(kind: str, outcome: str) -> tuple[str, ...]:
    """What an outcome counts as, among those of which a scenario may bound the number."""
    if outcome in HARMLESS or kind == GRACE_ENDS:  # its deploy has counted already
        return ()
    if outcome.startswith(INSTANCE_LOST):
        return ("instance", ANY)
    return (kind, ANY) if kind in ("commit", "alarm") else (ANY,)


def within(kind: str, choices: Choices, allowed: dict[str, int], so_far: dict[str, int]) -> Choices:
    """The outcomes that are left once the bounded ones are used up; () for one alone."""
    return _left(kind, choices, tuple(allowed.items()), tuple(so_far.items()))


@lru_cache(maxsize=1 << 12)
def _left(kind: str, choices: Choices, allowed_of: Counts, so_far_of: Counts) -> Choices:
    allowed, so_far = dict(allowed_of), dict(so_far_of)
    left = [
        (name, share)
        for name, share in choices
        if all(so_far.get(s, 0) < allowed[s] for s in failures_of(kind, name) if s in allowed)
    ]
    if len(left) == 1:
        return ()
    whole = sum(share for _, share in left)
    return tuple((name, share / whole) for name, share in left)


def counted(
    kind: str, outcome: str, so_far: dict[str, int], allowed: dict[str, int]
) -> dict[str, int]:
    """The failures after one more outcome; only those are counted that are bounded.

    Once the bound on all kinds is reached, it does not matter any more which they were.
    """
    found = [name for name in failures_of(kind, outcome) if name in allowed]
    if not found:
        return so_far
    after = so_far | {name: so_far.get(name, 0) + 1 for name in found}
    if ANY in allowed and after.get(ANY, 0) >= allowed[ANY]:
        return {ANY: after[ANY]}
    return after


def kept_of(outcome: str) -> int:
    """How many commits an outcome keeps."""
    _, found, kept = outcome.partition(KEEPING)
    return int(kept) if found else 0


def fault_choices(probability: float, is_left: bool = True) -> Choices:
    """Whether a fault strikes; what is certain does, even if no failure is left."""
    if probability >= 1:
        return (("strikes", 1.0),)
    if not is_left:
        return (("passes", 1.0),)
    return (("strikes", probability), ("passes", 1.0 - probability))
