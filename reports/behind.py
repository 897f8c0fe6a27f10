"""The table behind each figure: the numbers that it draws, to read and to copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lastchunk.model.base.verdict import percent
from lastchunk.model.estimate.space import Axis
from lastchunk.model.explore.diagram import Diagram
from lastchunk.model.simulate import Run
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import lane_of
from lastchunk.model.trace.words import clock, words_of
from lastchunk.reports.answer.price import seconds_words
from lastchunk.reports.figures.delays import PROMISED
from lastchunk.reports.figures.diagram import START_STATE
from lastchunk.reports.figures.outcomes import OUTCOME_WORDS, outcomes_met
from lastchunk.reports.figures.sweeps import SWEPT_WORDS

EVENTS_MAX = 60
LONG = {"is_long": True}
"""A table that paper does without: its figure says the same, and the page has it."""
QUIET = (e.ConsoleLine, e.Costs, e.RunEnded)


def delays_behind(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The share of stopped sessions that are completed by each promise, and the median delay."""
    by = [f"by {words}" for words in PROMISED.values()]
    rows = []
    for title, frame in frames.items():
        for design, part in frame.groupby("design", observed=True):
            stopped = part[part["stop_ms"] >= 0]
            done = stopped[stopped["delay_ms"] >= 0]["delay_ms"]
            if stopped.empty:
                rows.append([title, str(design), "0", *("" for _ in by), "", ""])
                continue
            shares = [percent(float((done <= at_ms).sum()) / len(stopped)) for at_ms in PROMISED]
            median = "none" if done.empty else seconds_words(float(done.median()))
            ever = percent(len(done) / len(stopped))
            rows.append([title, str(design), f"{len(stopped):,}", *shares, ever, median])
    columns = ["scenario", "design", "stopped sessions", *by, "ever", "median delay"]
    return {"columns": columns, "rows": rows}


def outcomes_behind(outcomes: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The sessions by outcome, for those that any session has."""
    shown = outcomes_met(outcomes.values())
    rows = [
        [title, str(design), *(f"{int(counts[outcome]):,}" for outcome in shown)]
        for title, table in outcomes.items()
        for design, counts in table.iterrows()
    ]
    return {
        "columns": ["scenario", "design", *(OUTCOME_WORDS[outcome] for outcome in shown)],
        "rows": rows,
    }


def sweep_behind(axis: Axis, frame: pd.DataFrame) -> dict[str, Any]:
    """One line for each point and design: how often each property fails, with its interval."""
    rates = {(r.value, r.design, r.property): r for r in frame.itertuples(index=False)}
    rows = []
    for value in axis.points:
        for design in frame["design"].unique():
            cells = [_interval_cell(rates.get((value, design, slug))) for slug in SWEPT_WORDS]
            rows.append([f"{value:,g}", str(design), *cells])
    columns = [axis.label, "design", *SWEPT_WORDS.values()]
    return {"columns": columns, "rows": rows} | LONG


def _interval_cell(found: Any) -> str:
    if found is None or pd.isna(found.rate):
        return ""
    return f"{100 * found.rate:.1f} % [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def diagram_behind(diagram: Diagram) -> dict[str, Any]:
    """The arrows of a diagram, each with what makes it."""
    pairs = dict.fromkeys((t.before, t.after) for t in diagram.transitions)
    rows = [
        [a or START_STATE, b or START_STATE, "; ".join(diagram.triggers(a, b))] for a, b in pairs
    ]
    return {"columns": ["from", "to", "by"], "rows": rows}


def events_behind(run: Run, panels: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The events of a session that its picture shows, in order; the first `EVENTS_MAX` of them."""
    shown = [
        event
        for event in run.trace
        if not isinstance(event, QUIET) and any(a <= event.at_ms <= b for a, b in panels)
    ]
    rows = [[clock(event.at_ms), lane_of(event), words_of(event)] for event in shown[:EVENTS_MAX]]
    return {"columns": ["time", "lane", "event"], "rows": rows} | LONG
