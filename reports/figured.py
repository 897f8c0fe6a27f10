"""The claims that figures judge: what it costs, whether the alarm is used, what there is to read.

Each answers with a status and its words. What needs sessions is not asked where there are none.
"""

from __future__ import annotations

import pandas as pd

from model.estimate.costs import dollars, load_prices, mean_interval
from model.estimate.simplicity import Simplicity, simplicity_of
from model.verdict import percent
from reference_impl import DESIGNS
from reports.evidence import Evidence

BASELINE = "manual"
"""The old design, against which the others are measured."""
WITHOUT_SESSIONS = ("not asked", "sessions alone can say it, and exploring runs none.")


def efficient(evidence: Evidence, design: str) -> tuple[str, str]:
    """Dollars per million sessions, and how many more than the old design on the same sessions."""
    if not evidence.comparisons:
        return WITHOUT_SESSIONS
    item, prices = evidence.comparisons[0], load_prices()
    spent = {
        name: dollars(item.rows_of(name), prices).sum(axis=1).to_numpy()
        for name in {design, BASELINE} & set(evidence.designs)
    }
    mean, low, high = mean_interval(spent[design])
    words = (
        f"{mean:.2f} dollars ({low:.2f} to {high:.2f}) per million sessions of "
        f"“{item.scenario.title}”"
    )
    if design == BASELINE or BASELINE not in spent:
        return "measured", words + "."
    more, low, high = mean_interval(spent[design] - spent[BASELINE])
    words += f", {more:+.2f} ({low:+.2f} to {high:+.2f}) against the old design on the same ones."
    return ("refuted" if low > 0 else "holds"), words


def native(evidence: Evidence, design: str) -> tuple[str, str]:
    """Whether the object's own alarm runs in the sessions."""
    if not evidence.comparisons:
        return WITHOUT_SESSIONS
    rows = pd.concat([item.rows_of(design) for item in evidence.comparisons])
    share = float((rows["alarm_runs"] > 0).mean())
    status = "holds" if share > 0.5 else "refuted"
    return status, f"its alarm runs in {percent(share)} of {len(rows):,} sessions."


def simpler(evidence: Evidence, design: str) -> tuple[str, str]:
    """Lines and awaits, object and stop flow together, against the old design's."""
    cls = evidence.classes[design]
    if cls is None:
        return "not asked", "the code of the design is not at hand."
    own = simplicity_of(cls)
    words = f"{_lines(own)} lines and {own.awaits} awaits"
    if design == BASELINE:
        return "measured", words + "."
    old = simplicity_of(DESIGNS[BASELINE])
    words += f", the old design {_lines(old)} and {old.awaits}."
    return ("holds" if _lines(own) <= _lines(old) else "refuted"), words


def _lines(item: Simplicity) -> int:
    return item.lines + item.client_lines
