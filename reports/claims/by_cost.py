"""The claims that figures judge: coordination, polling and cost, the platform, the code to read.

Each has its yardstick in words (`COORDINATION` and the like), which stands beside every verdict,
and one function that keeps to it and answers with a status and its words. What needs sessions is
not asked where there are none.
"""

from __future__ import annotations

from lastchunk.model.base.verdict import percent
from lastchunk.model.estimate.comparison import Comparison
from lastchunk.model.estimate.costs import TOLERANCE, Spent, cost_difference, money, spent_by
from lastchunk.model.estimate.simplicity import Simplicity, asks_of_platform, simplicity_of
from lastchunk.model.estimate.stop_flow import StopFlowMeasure, stop_flow_of
from lastchunk.model.trace.prices import load_prices
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.claims.evidence import Evidence

BASELINE = "manual"
"""The old design, against which the others are measured."""
LOAD = "everything-fast"
"""Costs are judged where nothing goes wrong, so that all designs do the same work; or else in the
first scenario."""
ALARM_RUNS_MAX = 2.0
GONE = ("not asked", "the code of the design is not at hand.")

COORDINATION = (
    "The page need know nothing of its own recording to have it finalized: it sends, beyond its "
    "uploads, messages that carry nothing, and waits for none of its uploads. And a session whose "
    "page is gone is settled all the same."
)
POLLING = (
    "Nobody looks again and again: the page never waits for a second look at its queue, and the "
    f"object's alarm runs at most {ALARM_RUNS_MAX:g} times in a session of “Everything fast” (or "
    "else the first scenario). And there a stored chunk costs no more than in the old design; "
    f"{TOLERANCE:.0%} either way is about the same.".replace("%", " %")
)
NATIVE = (
    "What waits is the platform's alarm, which outlives page and instance: the object sets one, "
    "and neither a poll of the page nor a timer in the object's memory does the waiting."
)
SIMPLE = "No more lines to read than in the old design, those of object and stop flow together."


def coordinates(evidence: Evidence, design: str) -> tuple[str, str]:
    """What the page must know to have its session finalized, and what it sends."""
    cls = evidence.classes[design]
    if cls is None:
        return GONE
    flow = stop_flow_of(cls, evidence.settings(design))
    words = _knows_words(flow)
    if evidence.comparisons:
        words += f"; beyond its uploads it sends {_range(evidence, design, 'messages', 'messages')}"
    return ("refuted" if flow.knows else "holds"), words


def _knows_words(flow: StopFlowMeasure) -> str:
    again = ", and sends its stop until it is answered" if flow.repeats else ""
    if not flow.knows:
        return f"the page need know nothing of its recording{again}"
    return f"the page must know {' and '.join(flow.knows)}{again}"


def efficient(evidence: Evidence, design: str) -> tuple[str, str]:
    """Polls of the page and of the object, and what a stored chunk costs."""
    cls = evidence.classes[design]
    if cls is None:
        return GONE
    polls, words = _polls(evidence, design)
    if not evidence.comparisons:
        if polls:
            return "refuted", words + "."
        return "not asked", f"{words}; sessions alone can say the rest, and exploring runs none."
    item = load_of(evidence)
    runs = float(item.rows_of(design)["alarm_runs"].mean())
    words += f"; the alarm runs {_range(evidence, design, 'alarm_runs', 'times')}"
    own, old = costs_of(item, design), costs_of(item, BASELINE)
    words += f"; in “{item.scenario.title}” {cost_words(own)}"
    share = share_of(own, old) if design != BASELINE else None
    if share is not None:
        words += f"; a stored chunk against the old design: {cost_difference(share)}"
    if polls or runs > ALARM_RUNS_MAX or (share is not None and share > TOLERANCE):
        return "refuted", words + "."
    return ("measured" if share is None else "holds"), words + "."


def _polls(evidence: Evidence, design: str) -> tuple[bool, str]:
    """Whether the page polls, and how often, for how long it waits between stop and message."""
    cls, settings = evidence.classes[design], evidence.settings(design)
    flow = stop_flow_of(cls, settings)
    waited = [_wait_ms(item, design) for item in evidence.comparisons]
    waits = [ms for ms in waited if ms is not None]
    if not flow.polls:
        words = "the page never polls"
        return False, words + (f" and waits {_span(waits)} ms before its message" if waits else "")
    if not waits:
        return True, f"the page looks {flow.polls:,} times in {flow.waited_ms:,} ms of a busy queue"
    looks = [stop_flow_of(cls, settings, round(ms)).polls for ms in (min(waits), max(waits))]
    return True, f"the page polls its queue for {_span(waits)} ms, {_span(looks)} more looks"


def _wait_ms(item: Comparison, design: str) -> float | None:
    """The mean wait from the stop to the page's message, or to its giving up."""
    waits = item.rows_of(design)["stop_wait_ms"]
    waits = waits[waits >= 0]
    return None if waits.empty else float(waits.mean())


def _span(values: list[float] | list[int]) -> str:
    low, high = (f"{round(pick(values)):,}" for pick in (min, max))
    return low if low == high else f"{low} to {high}"


def _range(evidence: Evidence, design: str, column: str, noun: str) -> str:
    """The lowest and the highest mean over the scenarios."""
    means = [float(item.rows_of(design)[column].mean()) for item in evidence.comparisons]
    low, high = f"{min(means):.1f}", f"{max(means):.1f}"
    if low == high:
        return f"{low} {noun} a session"
    return f"{low} to {high} {noun} a session (means by scenario)"


# --- cost ------------------------------------------------------------------------------------


def load_of(evidence: Evidence) -> Comparison:
    """The scenario in which costs are judged."""
    named = [item for item in evidence.comparisons if item.scenario.name == LOAD]
    return (named or list(evidence.comparisons))[0]


def costs_of(item: Comparison, design: str) -> Spent | None:
    """What a design costs in one scenario; None where it is not one of its designs."""
    if design not in [spec.name for spec in item.designs]:
        return None
    return spent_by(item.rows_of(design), load_prices())


def share_of(own: Spent | None, old: Spent | None) -> float | None:
    """How much dearer a stored chunk is than in the old design; None where there is none."""
    if own is None or old is None or own.per_chunk is None or not old.per_chunk:
        return None
    return own.per_chunk / old.per_chunk - 1


def cost_words(own: Spent | None) -> str:
    """Dollars per million sessions, per million completed ones where not all are, and chunks."""
    assert own is not None, "a design of the comparison has rows"
    words = f"{money(own.per_session, own.low, own.high)} dollars per million sessions"
    if not own.completed:
        words += ", of which none is completed"
    elif own.per_completed is not None and own.completed < own.sessions:
        words += f", {own.per_completed:.2f} per million completed ones"
    return words + (f", {own.per_chunk:.2f} per million stored chunks" if own.per_chunk else "")


# --- code ------------------------------------------------------------------------------------


def native(evidence: Evidence, design: str) -> tuple[str, str]:
    """Whether the object's own alarm does the waiting."""
    cls = evidence.classes[design]
    if cls is None:
        return GONE
    asks, flow = asks_of_platform(cls), stop_flow_of(cls, evidence.settings(design))
    found = ["the object sets an alarm" if "set_alarm" in asks else "the object sets no alarm"]
    if flow.polls:
        found.append("the page waits by polling")
    if "sleep" in asks:
        found.append("the object waits by a timer in its memory")
    holds = "set_alarm" in asks and len(found) == 1
    if evidence.comparisons:
        shares = [(item.rows_of(design)["alarm_runs"] > 0).mean() for item in evidence.comparisons]
        low, high = percent(float(min(shares))), percent(float(max(shares)))
        over = low if low == high else f"{low} to {high} (by scenario)"
        found.append(f"its alarm runs in {over} of the sessions")
    return ("holds" if holds else "refuted"), "; ".join(found) + "."


def simpler(evidence: Evidence, design: str) -> tuple[str, str]:
    """Lines and awaits, object and stop flow together, against the old design's."""
    cls = evidence.classes[design]
    if cls is None:
        return GONE
    own = simplicity_of(cls)
    words = f"{_lines_words(own)} and {own.awaits} awaits"
    if design == BASELINE:
        return "measured", words + "."
    old = simplicity_of(DESIGNS[BASELINE])
    words += f"; the old design has {_lines_words(old)} and {old.awaits} awaits."
    return ("holds" if _lines(own) <= _lines(old) else "refuted"), words


def _lines(item: Simplicity) -> int:
    return item.lines + item.client_lines


def _lines_words(item: Simplicity) -> str:
    return (
        f"{_lines(item)} lines ({item.lines} of the object, {item.client_lines} of the stop flow)"
    )
