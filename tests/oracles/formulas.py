"""The language of own properties read slowly: what a formula means, position by position.

Nothing here is the monitors'. A condition is a list of truth values, one for each event of a trace;
a formula looks at all positions, as its definition in docs/properties.md says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Truth = Sequence[bool]
VIOLATED, HOLDS, SILENT, OPEN = "Violation", "Holds", "NotApplicable", "Unsettled"


def _said(is_violated: bool, speaks: bool) -> str:
    return VIOLATED if is_violated else HOLDS if speaks else SILENT


def at_its_end(said: str, ended: str, is_enough_once: bool = False) -> str:
    """What is said of a run that ended so: of one that was cut, what is still missing may come.

    A violation stays. That it holds is known where once is enough.
    """
    if ended in ("quiet", "completion") or said == VIOLATED:
        return said
    return HOLDS if said == HOLDS and is_enough_once else OPEN


def read_always(asked: Truth, when: Truth | None) -> str:
    """Each position at which ``when`` is true has ``asked``."""
    cases = [a for at, a in enumerate(asked) if when is None or when[at]]
    return _said(not all(cases), when is None or bool(cases))


def read_never(denied: Truth, when: Truth | None, cases: Truth | None) -> str:
    """No position has ``denied``; ``cases`` are the positions that speak, None: any run does."""
    bad = [d and (when is None or when[at]) for at, d in enumerate(denied)]
    return _said(any(bad), cases is None or any(cases))


def read_eventually(
    times_ms: Sequence[int],
    wanted: Truth,
    after: Truth | None,
    within_ms: int | None,
    since: Truth | None,
    ended: str,
) -> str:
    """After each case there is a next position at which it is wanted, and it is not late."""
    cases = [-1] if after is None else [at for at, first in enumerate(after) if first]
    violated = speaks = False
    for case in cases:
        found = next((at for at in range(max(case, 0), len(wanted)) if wanted[at]), None)
        last = len(wanted) if found is None else found
        counts = [0 if case < 0 else times_ms[case]]
        if since is not None:
            counts += [times_ms[at] for at in range(case + 1, last) if since[at]]
        end_ms = (times_ms[-1] if times_ms else 0) if found is None else times_ms[found]
        late = within_ms is not None and end_ms > max(counts) + within_ms
        violated = violated or late or (found is None and ended == "quiet")
        speaks = speaks or (found is not None and not late)
    return _said(violated, speaks)


def read_at_most(most: int, counted: Truth, keys: Sequence[Any], cases: Truth) -> str:
    """No key is counted more often than that; ``cases`` are the events that may be counted."""
    found = [key for key, is_one in zip(keys, counted, strict=True) if is_one]
    return _said(any(found.count(key) > most for key in found), any(cases))


def read_rate(
    times_ms: Sequence[int], most: int, counted: Truth, in_any_ms: int, cases: Truth
) -> str:
    """No stretch of so many ms, at whatever ms it begins, has more of them; its end is left out."""
    came_ms = [at_ms for at_ms, is_one in zip(times_ms, counted, strict=True) if is_one]
    stretches = range(-in_any_ms, max(came_ms, default=0) + 1)
    worst = max(sum(start <= at_ms < start + in_any_ms for at_ms in came_ms) for start in stretches)
    return _said(worst > most, any(cases))


def read_sometimes(wanted: Truth) -> str:
    """Some position has it."""
    return _said(False, any(wanted))
