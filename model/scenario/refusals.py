"""What is said of a scenario that is refused: the setting, who set it, and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from lastchunk.model.base.errors import InputError, as_written
from lastchunk.model.scenario import delay, faults, schema
from lastchunk.model.scenario.delay import WrongFieldError, WrongFileError, unit_hint
from lastchunk.model.scenario.schema import Scenario

NUMBERS = ("int_parsing", "int_type", "int_from_float", "float_parsing", "float_type")


@dataclass(frozen=True)
class Source:
    """Where settings come from: a file, and the options that have changed some of them.

    ``options`` maps the dotted name of a setting to the option that set it; ``parameters`` are the
    settings that stand for a parameter of the file, with its name.
    """

    file: str
    options: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Who is to blame for a setting, and its name."""
        for place, name in self.parameters.items():
            if key == place or key.startswith(f"{place}."):
                option = self.options.get(name)
                if option is not None:
                    return f"{option} {name}"
        for place, option in self.options.items():
            if key == place or key.startswith(f"{place}.") or place.startswith(f"{key}."):
                return f"{option} {key}" if option == "--set" else option
        return f"{self.file}: {key}"


def first_error(
    error: ValidationError, source: Source, root: type[BaseModel] = Scenario
) -> InputError:
    """The first thing that is wrong with a scenario, or with another file, in words."""
    found = error.errors(include_url=False)
    # A name that is none says more than the one that is missing for it.
    first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
    if not first["loc"]:
        return InputError(source.of("").strip(": "), shown(first.get("input")), "a table of keys")
    *path, last = map(str, first["loc"])
    is_name = first["type"] == "extra_forbidden"  # then the last one is no tag, whatever its name
    steps = [step for step in path if step not in TAGS]
    steps += [last] if is_name or last not in TAGS else []
    where = source.of(".".join(steps))
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        allowed = known(steps[-1], keys_at(first["loc"], root))
        return InputError(f"{where}: unknown key", steps[-1], allowed)
    if first["type"] == "missing":
        return InputError(where, "missing", "a value; it has no default")
    if first["type"].startswith("union_tag"):
        tag = first["ctx"]["discriminator"].strip("'")
        tags = tags_of(tag, is_fault=tag == "kind" and first["loc"][0] == "faults")
        return InputError(where, value, f"a table with {tag} = {tags}")
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, WrongFileError):
        inner = cause.error
        return InputError(f"{where}: {inner.field}", inner.value, inner.allowed)
    if isinstance(cause, WrongFieldError):
        return InputError(source.of(".".join([*steps, cause.field])), cause.value, cause.allowed)
    if isinstance(cause, ValueError):
        return InputError(where, shown(value), str(cause))
    if first["type"] in NUMBERS:
        kind = "a number" if first["type"].startswith("float") else "a whole number"
        return InputError(where, shown(value), f"{kind}{unit_hint(value)}")
    if first["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return InputError(where, shown(value), "a table")
    if first["type"] == "tuple_type":
        return InputError(where, shown(value), "a list")
    return InputError(where, shown(value), first["msg"])


def shown(value: Any) -> Any:
    """A value as an error shows it: a table of many settings says nothing."""
    if isinstance(value, BaseModel | dict):
        return None
    text = as_written(value)
    return value if len(text) <= 200 else text[:200] + "..."


def keys_at(loc: Sequence[Any], root: type[BaseModel] = Scenario) -> list[str]:
    """The names that the table knows in which a name stands."""
    models: list[type[BaseModel]] = [root]
    for step in loc[:-1]:
        if isinstance(step, int):
            continue
        inner = [
            item
            for model in models
            if step in model.model_fields
            for item in models_in(model.model_fields[step].annotation)
        ]
        models = inner or [model for model in models if str(step) in _own_tags(model)]
    return sorted({name for model in models for name in model.model_fields})


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that a setting may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _own_tags(model: type[BaseModel]) -> set[str]:
    return {
        str(tag)
        for name in ("kind", "distribution")
        if name in model.model_fields
        for tag in get_args(model.model_fields[name].annotation)
    }


def tags_of(name: str, is_fault: bool) -> str:
    """The values of a ``kind``, of a fault or of an uplink, or of a ``distribution``."""
    tags = {
        str(tag)
        for item in _models()
        if name in item.model_fields and issubclass(item, faults.Fault) == is_fault
        for tag in get_args(item.model_fields[name].annotation)
    }
    return " or ".join(sorted(tags))


def known(name: str, names: Iterable[str]) -> str:
    """The nearest of some names, or all of them."""
    names = list(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        # What ends in the same word is as near, whatever word stands before it.
        kin = [other for other in names if other.endswith(f"_{name}")]
        if len(kin) > 1:
            return "nearest known names " + ", ".join(map(repr, sorted(kin)))
        return f"nearest known name {close[0]!r}"
    return "one of " + ", ".join(sorted(names)) if names else "no name here"


def _models() -> list[type[BaseModel]]:
    return [
        item
        for module in (schema, faults, delay)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, BaseModel)
    ]


TAGS = {tag for item in _models() for tag in _own_tags(item)}
