"""The pages of what comes out: events, columns, properties, verdicts, exit codes, designs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from lastchunk.model.base import verdict
from lastchunk.model.properties import OUTCOMES, PROPERTIES, SOMETIMES
from lastchunk.model.properties.catalogue import EXTRA_PROPERTIES
from lastchunk.model.properties.judged import ON_REQUEST
from lastchunk.model.properties.row import COLUMNS, COUNTERS
from lastchunk.model.properties.shipped import lines
from lastchunk.model.trace.event import EVENTS, FIELD_WORDS, LANES, lane_of_class
from lastchunk.reference_impl.designs import DESIGNS
from lastchunk.reports.docs.reference.fields import (
    code,
    field_words,
    in_markdown,
    md_table,
    paragraphs,
)

EVENTS_OPENING = """# Events

A trace is a list of events in the order in which they happened (`Run.trace`, and as JSON lines by
`lastchunk simulate --out FILE`). Each is a named tuple. These fields mean the same wherever they
stand:
"""
COLUMNS_OPENING = """# Columns of the frame of results

`lastchunk.compare(...).to_frame()` and `sessions.parquet` of a report have one row for each design
and session. A time is in ms from the beginning of the session. In Python the same words are in
`lastchunk.COLUMNS`.

```python
import lastchunk

frame = lastchunk.compare("lossy-mobile", ["alarm"], sessions=20).to_frame()
frame[["session", "outcome", "delay_ms", "complete_at_finalization"]].head()
```
"""
LINES_OPENING = """The same properties, as one would write them ([the language](../properties.md)).
The checks that judge them look at the facts of a run, which are gathered once for all; a test holds
each line to its check, in sessions of every scenario and design and in every schedule.
"""
VERDICTS = (
    ("proved", "exploring", "It holds for every schedule within the bounds of the scenario."),
    ("violated", "both", "It happened: a session, or a schedule that replays, is named."),
    (
        "not seen",
        "sampling",
        "In so many sessions; the rate is below a bound with 95 % confidence.",
    ),
    ("unknown", "both", "Nothing can be said, and the reason is."),
)
EXIT_CODES = {
    verdict.EXIT_HOLDS: "All hold.",
    verdict.EXIT_VIOLATED: "A property is violated.",
    verdict.EXIT_USAGE: "The input is wrong: one line says the field, the value, what is allowed.",
    verdict.EXIT_UNKNOWN: "Nothing is violated, and something is unknown.",
    verdict.EXIT_FAILED: "lastchunk itself failed.",
    130: "It was interrupted (Ctrl-C); 143 where it was told to end.",
}


def events_page() -> str:
    """Every event and its fields, lane by lane."""
    parts = [EVENTS_OPENING, md_table(("field", "meaning"), _code_rows(FIELD_WORDS))]
    for lane, words in LANES.items():
        parts.append(f"## {words[0].upper()}{words[1:]}\n")
        kinds = [kind for kind in EVENTS.values() if lane_of_class(kind) == lane]
        rows = [(f"`{kind.__name__}`", _about(kind), _fields(kind)) for kind in kinds]
        parts.append(md_table(("event", "when", "fields"), rows))
    return "\n".join(parts)


def _code_rows(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", in_markdown(text)) for name, text in words.items()]


def _about(kind: type) -> str:
    return " ".join(in_markdown(kind.__doc__ or "").split())


def _fields(kind: Any) -> str:
    own, shown = field_words(kind), []
    for name in kind._fields:
        words = own[name] or COUNTERS.get(name, "")
        assert words or name in FIELD_WORDS, f"{kind.__name__}.{name} says nothing of itself"
        if name != "at_ms":
            shown.append(f"`{name}`: {in_markdown(words)}" if words else f"`{name}`")
    return "<br>".join(shown)


def columns_page() -> str:
    """Every column of a frame of results, and the words of an outcome."""
    parts = [COLUMNS_OPENING, md_table(("column", "meaning"), _code_rows(COLUMNS))]
    parts += ["An own property is one more column, with 1, 0 and -1 as a shipped one.\n"]
    parts += ["## Outcomes\n", "Each session is exactly one of them, the best first.\n"]
    parts.append(md_table(("outcome", "what became of the session"), list(OUTCOMES.items())))
    return "\n".join(parts)


def properties_page() -> str:
    """Every property, verdict and exit code."""
    parts = ["# Properties, verdicts and exit codes\n", "## Verdicts\n"]
    parts.append(md_table(("verdict", "by", "meaning"), VERDICTS))
    parts.append(
        "What makes each of them worth something is in [what a verdict means](../verdicts.md).\n"
    )
    parts += ["## Exit codes\n", md_table(("code", "meaning"), _numbers())]
    parts += ["## Properties\n", _properties_table(PROPERTIES)]
    parts += [
        "## Asked by name alone\n",
        "`--property NAME`; see also [properties of your own](../properties.md).\n",
        _properties_table(EXTRA_PROPERTIES | ON_REQUEST),
    ]
    parts += ["## As lines of the language\n", LINES_OPENING, "```python", _lines(), "```\n"]
    parts += [
        "## Sometimes\n",
        "These should be met, or a green verdict says little. A scenario "
        "names those that it expects.\n",
    ]
    parts.append(
        md_table(("property", "met when"), [(f"`{s.slug}`", s.meaning) for s in SOMETIMES.values()])
    )
    return "\n".join(parts)


def _lines() -> str:
    """The shipped properties as they are written, with what a file of them imports."""
    text = Path(lines.__file__).read_text(encoding="utf-8")
    inner = text.partition("# lines: begin\n")[2].partition("# lines: end")[0]
    return f"from lastchunk.properties import *\n\n{inner.rstrip()}"


def _numbers() -> list[tuple[str, str]]:
    return [(str(number), words) for number, words in EXIT_CODES.items()]


def _properties_table(items: dict[str, Any]) -> str:
    rows = [(f"`{p.slug}`", p.kind, p.meaning, p.claim, p.asks) for p in items.values()]
    return md_table(("property", "kind", "meaning", "claim", "asked of"), rows)


def designs_page() -> str:
    """Every shipped design and its settings."""
    parts = [
        "# Settings of the shipped designs\n",
        "`--set design.grace_ms=20000`, or `[design.alarm]` in a scenario, or, in Python,\n"
        "`(label, name, settings)`. [designs.md](../designs.md) says what each mends and leaves.\n",
    ]
    for name, cls in DESIGNS.items():
        words = field_words(cls.Settings)
        rows = []
        for field in dataclasses.fields(cls.Settings):
            assert words[field.name], f"{cls.Settings.__name__}.{field.name} says nothing of itself"
            unit = "ms" if field.name.endswith("_ms") or "_ms_" in field.name else ""
            rows.append(
                (f"`{field.name}`", unit, code(field.default), in_markdown(words[field.name]))
            )
        parts += [f"## {name}\n", paragraphs((cls.__doc__ or "").splitlines()[0])]
        parts.append(md_table(("setting", "unit", "default", "meaning"), rows))
        own = getattr(cls, "client", {})
        if own:
            parts.append(
                "Its client, where the scenario says nothing else: "
                + ", ".join(f"`client.{key}` {code(value)}" for key, value in own.items())
                + ".\n"
            )
    return "\n".join(parts)
