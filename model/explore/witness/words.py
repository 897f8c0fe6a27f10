"""Counterexamples in plain words: what matters, what may vary, and the session as a diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lastchunk.model.explore.witness.counterexample import Counterexample
from lastchunk.model.properties import EXPLORABLE, Violation
from lastchunk.model.trace import events as e
from lastchunk.model.trace.events import lane_of
from lastchunk.model.trace.facts import Facts
from lastchunk.model.trace.words import clock, words_of
from lastchunk.model.world.base.pending import GRACE_ENDS

ACTORS = {
    "client": "Page",
    "network": "Network",
    "object": "Object",
    "alarm": "Alarm",
    "blobs": "Blob store",
    "run": "Object",
}
DIAGRAM_FIRST, DIAGRAM_LAST = 40, 160
"""So many events of a long session are drawn, from its beginning and before its end."""


def explanation(example: Counterexample) -> str:
    """A paragraph: the violation, what it hangs on, and what may vary."""
    meaning = example.meaning or EXPLORABLE[example.slug].meaning
    lines = [f"{meaning} Violated at {clock(example.violation.at_ms)}: "]
    lines[0] += f"{example.violation.detail}."
    lines += what_matters(example)
    lines.append(what_may_vary(example))
    return "\n".join(lines)


def what_matters(example: Counterexample) -> list[str]:
    """For each chunk that is missing at a completion: where it is at that moment."""
    at_ms = example.violation.at_ms
    facts = Facts()
    before: list[Any] = []
    for event in example.run.trace:
        if event.at_ms > at_ms or isinstance(event, e.RunEnded):
            break
        before.append(event)
        facts.observe(event)
        if facts.completions and facts.completions[-1][1]:
            break
    if not facts.completions or not facts.completions[-1][1]:
        return []
    since = since_stop(facts, at_ms)
    return [f"Chunk {c}: {upload_place(c, before)} {since}." for c in facts.completions[-1][1]]


def since_stop(facts: Facts, at_ms: int) -> str:
    """How long ago the stop ran, in words."""
    if facts.stop_ran_ms < 0:
        return "while the stop has not run"
    return f"{at_ms - facts.stop_ran_ms:,} ms after the stop ran"


def upload_place(chunk: int, events: list[Any]) -> str:
    """Where a chunk's upload is, after so many events."""
    words = "not sent yet"
    for event in events:
        if getattr(event, "chunk", None) != chunk:
            continue
        if isinstance(event, e.RequestSent):
            words = f"its upload (sent at {clock(event.at_ms)}) is still under way"
        elif isinstance(event, e.BlobPutStarted):
            words = f"its upload (entered at {clock(event.at_ms)}) is still in the blob put"
        elif isinstance(event, e.RequestFailed):
            words = f"its upload failed at {clock(event.at_ms)} ({event.reason}) and is sent again"
            words += " later,"
    return words


def what_may_vary(example: Counterexample) -> str:
    """The steps whose time is not fixed, each with its range."""
    free = [
        f"{pending_name(step.key)} anywhere from {clock(low_ms)} to {_end(high_ms)}"
        for step, (low_ms, high_ms) in zip(example.schedule.steps, example.ranges_ms, strict=True)
        if low_ms != high_ms
    ]
    if not free:
        return "Nothing may vary: every time is forced."
    return "What may vary, the order kept: " + "; ".join(free) + "."


def _end(high_ms: int | None) -> str:
    return "any time later" if high_ms is None else clock(high_ms)


def pending_name(key: tuple[Any, ...]) -> str:
    """A pending thing in words."""
    kind, *rest = key
    words = [str(kind).replace("_", " ")]
    if rest and isinstance(rest[0], str):
        words.append(rest[0].replace("_", " "))
        rest = rest[1:]
    if rest and rest[0] >= 0 and kind not in ("fault", GRACE_ENDS):
        words.append(f"of chunk {rest[0]}")
        if len(rest) > 1 and rest[1] > 0:
            words.append(f"(attempt {rest[1] + 1})")
    return " ".join(words)


def mermaid(example: Counterexample) -> str:
    """The session as a Mermaid sequence diagram, for a page that draws them."""
    return sequence_diagram(example.run.trace, example.violation)


def sequence_diagram(trace: Sequence[Any], violation: Violation | None) -> str:
    """A trace as a Mermaid sequence diagram, up to what it violates; all of it where nothing is.

    Of a long one the middle is left out, which is said: no page draws more than 50,000 letters.
    """
    lines = [_arrow(event) for event in trace if not isinstance(event, e.RunEnded)]
    if violation is not None:
        before = [event for event in trace if event.at_ms <= violation.at_ms]
        lines = lines[: sum(not isinstance(event, e.RunEnded) for event in before)]
    left_out = len(lines) - DIAGRAM_FIRST - DIAGRAM_LAST
    if left_out > 1:
        note = f"Note over Page,Blobstore: {left_out:,} more events"
        lines[DIAGRAM_FIRST : DIAGRAM_FIRST + left_out] = [note]
    if violation is not None:
        detail = _plain(violation.detail)
        lines.append(f"Note over Page,Blobstore: {clock(violation.at_ms)} {detail}")
    names = dict.fromkeys(name.replace(" ", "") for name in ACTORS.values())
    heads = [f"participant {name}" for name in names]
    return "\n".join(["sequenceDiagram", *(f"    {line}" for line in (*heads, *lines))]) + "\n"


def _plain(text: str) -> str:
    """Text in one line, without the marks at which a diagram's own line would end."""
    return " ".join(text.replace(";", ",").replace("#", "").split())


def _arrow(event: Any) -> str:
    text = _plain(f"{clock(event.at_ms)} {words_of(event)}")
    if isinstance(event, e.RequestSent):
        return f"Page->>Network: {text}"
    if isinstance(event, e.RequestArrived):
        return f"Network->>Object: {text}"
    if isinstance(event, e.BlobPutStarted):
        return f"Object->>Blobstore: {text}"
    if isinstance(event, e.BlobStored):
        return f"Blobstore-->>Object: {text}"
    if isinstance(event, e.ResponseArrived):
        return f"Object-->>Page: {text}"
    if isinstance(event, e.AlarmStarted):
        return f"Alarm->>Object: {text}"
    actor = ACTORS.get(lane_of(event), "Object").replace(" ", "")
    return f"Note over {actor}: {text}"
