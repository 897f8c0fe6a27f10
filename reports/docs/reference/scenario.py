"""The pages of what a scenario may say: its keys, delays, faults and uplinks."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lastchunk.model.scenario import chunk_sizes, delay, lateness, schema
from lastchunk.model.scenario.faults import FAULTS, Fault, fault_kind
from lastchunk.model.scenario.numbers import COUNT_MAX
from lastchunk.reports.docs.reference.fields import (
    code,
    field_words,
    in_markdown,
    md_table,
    paragraphs,
)

DELAY_KINDS: tuple[type[BaseModel], ...] = get_args(delay.AnyDelay)
UPLINK_KINDS: tuple[type[BaseModel], ...] = (
    schema.ConstantUplinkSpec,
    schema.FluctuatingUplinkSpec,
    schema.TraceUplinkSpec,
)
SIZE_KINDS: tuple[type[BaseModel], ...] = (
    chunk_sizes.MeasuredSizes,
    chunk_sizes.KeyFrames,
    chunk_sizes.SpreadSizes,
    chunk_sizes.LognormalSizes,
)
LINKS = {
    delay.Constant: "a [delay](delays.md)",
    lateness.MeasuredLateness: '[`"measured"`](delays.md#lateness-of-alarms)',
    delay.Offset: "an [offset](delays.md#offsets)",
    schema.ConstantUplinkSpec: "an [uplink](uplinks.md)",
    chunk_sizes.SpreadSizes: "[sizes of chunks](uplinks.md#sizes-of-chunks)",
    Fault: "a list of [faults](faults.md)",
}
"""What a setting takes that has a section of its own, by one of the tables that it may be."""
UNITS = {"ms": "ms", "kbps": "kbit/s", "bytes": "bytes", "mb": "MB", "seconds": "s"}
FROM_FILE = {"name": "the file's name", "title": "its name"}
"""What a setting is where nothing is said, and the file says it."""
HEADS = ("key", "unit", "default", "allowed", "meaning")
KEYS = """# Scenario keys

A scenario is a TOML file, or the same keys by `--set KEY=VALUE` and as a mapping in Python. A table
stands for each part of it, and a key of a table has a dotted name: `network.request_loss`. A value
`"$name"` stands for the parameter of that name. Every key has a default, so a scenario says what
differs. No time is above 10^12 ms, and no count or speed above 10^9. `lastchunk scenarios NAME`
shows a shipped scenario in full.
"""
EXAMPLE = """```toml
title = "A slow uplink, and a disconnect"

[recording]
duration_ms = 60000                      # a whole number is a constant delay

[network]
request_delay_ms = { distribution = "lognormal", median_ms = 40, sigma = 0.5 }

[uplink]
kind = "constant"
rate_kbps = 2000

[[faults]]
kind = "network_down"
anchor = "stop"
offset_ms = { low_ms = -5000, high_ms = 0 }
for_ms = { distribution = "uniform", low_ms = 1000, high_ms = 20000 }
```
"""


def alternatives(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, `Annotated` taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [part for item in get_args(annotation) for part in alternatives(item)]
    return [annotation]


def limits_of(annotation: Any, metadata: list[Any]) -> dict[str, Any]:
    """The bounds that stand on a setting, wherever in its annotation."""
    found: dict[str, Any] = {}
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        found |= limits_of(inner, [])
    elif get_origin(annotation) in (Union, types.UnionType):
        for item in get_args(annotation):
            found |= limits_of(item, [])
    for item in metadata:
        if isinstance(item, FieldInfo):
            found |= limits_of(None, item.metadata)
        for name in ("gt", "ge", "lt", "le"):
            if hasattr(item, name):
                found[name] = getattr(item, name)
    return found


def allowed(field: FieldInfo) -> str:
    """What a setting may be, in words."""
    words: list[str] = []
    bounds = bounds_words(limits_of(field.annotation, list(field.metadata)))
    for part in alternatives(field.annotation):
        found = _part_words(part, bounds)
        if found not in words and found:
            words.append(found)
    return " or ".join(words)


def _part_words(part: Any, bounds: str) -> str:
    for known, link in LINKS.items():
        if part is known:
            return link
    if get_origin(part) is Literal:
        return ", ".join(code(item) for item in get_args(part))
    if get_origin(part) is tuple:
        inner = alternatives(get_args(part)[0])
        if any(isinstance(item, type) and issubclass(item, Fault) for item in inner):
            return LINKS[Fault]
        return "a list of " + ("whole numbers" if inner == [int] else "names")
    if part is type(None):
        return "none"
    if isinstance(part, type) and issubclass(part, BaseModel):
        return ""  # one of a family that has a link already
    kinds = {bool: "true, false", int: "a whole number", float: "a number", str: "a text"}
    return (kinds.get(part, "a table" if get_origin(part) is dict else "a file") + bounds).strip()


def bounds_words(bounds: dict[str, Any]) -> str:
    """Bounds in words; "" where there are none."""
    if bounds.get("le", 0) >= COUNT_MAX:
        bounds = {name: value for name, value in bounds.items() if name != "le"}
    low = [f"above {bounds['gt']:,}"] if "gt" in bounds and "ge" not in bounds else []
    low += [f"from {bounds['ge']:,}"] if "ge" in bounds else []
    high = [f"below {bounds['lt']:,}"] if "lt" in bounds else []
    high += [f"to {bounds['le']:,}"] if "le" in bounds else []
    return " " + " ".join([*low, *high]) if low or high else ""


def unit_of(name: str, field: FieldInfo) -> str:
    """The unit of a setting, from its name; a share has none but its range."""
    words = name.removesuffix("_max").removesuffix("_min").split("_")
    kinds = {part for part in alternatives(field.annotation) if isinstance(part, type)}
    if words[-1] in UNITS and not kinds <= {bool, type(None)}:
        return UNITS[words[-1]]
    bounds = limits_of(field.annotation, list(field.metadata))
    return "a share" if float in kinds and bounds == {"ge": 0.0, "le": 1.0} else ""


def default_of(field: FieldInfo) -> str:
    """The default of a setting as a scenario writes it; *needed* where it has none."""
    if field.is_required():
        return "needed"
    value = field.default
    if isinstance(value, delay.Constant):
        return code(value.value_ms)
    if isinstance(value, delay.Offset):
        return code(value.low_ms) if value.low_ms == value.high_ms else str(value)
    if isinstance(value, BaseModel):
        given = value.model_dump(exclude_none=True)
        return (
            code("{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in given.items()) + " }")
            .replace('`"', "`")
            .replace('"`', "`")
        )
    if isinstance(value, tuple):
        return (
            code("[" + ", ".join(_toml(item) for item in value) + "]")
            .replace('`"[', "`[")
            .replace(']"`', "]`")
        )
    return code(value)


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _is_fixed(field: FieldInfo) -> bool:
    """Whether a setting has one value alone, so that nobody sets it."""
    return field.annotation is type(None) or get_args(field.annotation) == (0,)


def keys_table(model: type[BaseModel], prefix: str = "", without: tuple[str, ...] = ()) -> str:
    """Every key of a table, or of one kind of a table."""
    words = field_words(model)
    rows = []
    for name, field in model.model_fields.items():
        if name in without or _is_fixed(field):
            continue
        assert words[name], f"{model.__name__}.{name} says nothing of itself"
        cells = (unit_of(name, field), default_of(field), allowed(field), in_markdown(words[name]))
        rows.append((f"`{prefix}{name}`", *cells))
    return md_table(HEADS, rows)


def scenario_page() -> str:
    """Every key of a scenario, table by table."""
    tables = {
        name: field.annotation
        for name, field in schema.Scenario.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    top = field_words(schema.Scenario)
    fields = schema.Scenario.model_fields
    rows = [
        (
            f"`{name}`",
            FROM_FILE.get(name) or default_of(fields[name]),
            allowed(fields[name]),
            in_markdown(words),
        )
        for name, words in top.items()
        if name not in tables
    ]
    parts = [
        KEYS,
        EXAMPLE,
        "## At the top\n",
        md_table(("key", "default", "allowed", "meaning"), rows),
    ]
    for name, model in tables.items():
        assert model is not None
        parts += [f"## {name}\n", paragraphs(model.__doc__)]
        parts.append(keys_table(model, f"{name}."))
    return "\n".join(parts)


def _kinds(models: tuple[type[BaseModel], ...], tag: str) -> list[str]:
    parts = []
    for model in models:
        (word,) = get_args(model.model_fields[tag].annotation)
        parts += [f"### {word}\n", f'`{tag} = "{word}"`. {paragraphs(model.__doc__)}']
        if len(model.model_fields) > 1:
            parts.append(keys_table(model, without=(tag,)))
    return parts


def delays_page() -> str:
    """Every distribution, and the offsets."""
    opening = (
        "# Delays\n\nA delay is a whole number of ms, which is constant, or a table with a\n"
        "`distribution`. Each draw is in whole ms. Exploring looks at the bounds alone: a\n"
        "distribution without a greatest delay (exponential, lognormal, gamma, weibull) takes\n"
        "any time.\n"
    )
    value = '{ distribution = "empirical", file = "delays.csv" }'
    example = f"<!-- given: delays.csv -->\n```toml\n[network]\nrequest_delay_ms = {value}\n```\n"
    parts = [opening, example, "## Distributions\n", *_kinds(DELAY_KINDS, "distribution")]
    late = paragraphs(lateness.MeasuredLateness.__doc__)
    parts += ["## Lateness of alarms\n", f'`platform.alarm_late_ms = "measured"`. {late}']
    parts += ["## Offsets\n", paragraphs(delay.Offset.__doc__), keys_table(delay.Offset)]
    return "\n".join(parts)


def uplinks_page() -> str:
    """Every uplink, and every way in which chunks differ in size."""
    opening = (
        "# Uplinks and sizes of chunks\n\nAll bodies under way share the uplink in equal parts. "
        "Without one a body takes no time.\n"
    )
    parts = [opening, "## Uplinks\n", *_kinds(UPLINK_KINDS, "kind")]
    parts += ["## Sizes of chunks\n", "`recording.chunk_sizes` says how chunks differ in size.\n"]
    return "\n".join([*parts, *_kinds(SIZE_KINDS, "kind")])


def faults_page() -> str:
    """Every fault."""
    opening = (
        "# Faults\n\nA scenario has a list of them, `[[faults]]`. A letter with a number is a\n"
        "rule of the platform, told in [platform.md](../platform.md). Each fault has:\n"
    )
    parts = [opening, keys_table(Fault)]
    common = tuple(Fault.model_fields)
    for fault in FAULTS.values():
        parts += [f"## {fault_kind(fault)}\n", f"*{fault.words}*. {paragraphs(fault.__doc__)}"]
        if set(fault.model_fields) - {*common, "kind"}:
            parts.append(keys_table(fault, without=(*common, "kind")))
    return "\n".join(parts)
