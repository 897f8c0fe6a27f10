"""From a TOML file and overrides to a `Scenario`, or to one clear error.

A value ``"$name"`` anywhere stands for the parameter of that name. An override is ``KEY=VALUE``
with a dotted key (``network.request_delay_ms=50``) or the bare name of a parameter (``chunks=3``);
the value is written as in TOML.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

import model
from model.errors import InputError
from model.properties import GUARDS
from model.scenario import delay, schema
from model.scenario.schema import Scenario

SHIPPED = Path(model.__file__).parent.parent / "scenarios"
"""Where the shipped scenarios are."""


def shipped() -> list[str]:
    """The names of the shipped scenarios, in order."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_scenario(
    name_or_path: str | Path,
    overrides: Sequence[str] = (),
    uplink: Path | None = None,
    video_mbps: float | None = None,
) -> Scenario:
    """A shipped scenario by name, or one from a file, with overrides. Raises `InputError`.

    ``uplink`` puts a measured uplink in (a mahimahi file); ``video_mbps`` sets the bit rate.
    """
    path = find(name_or_path)
    data = read_toml(path)
    for override in overrides:
        apply_override(data, override)
    if overrides:
        complete_delays(data, _defaults())
    if uplink is not None:
        data["uplink"] = {"kind": "trace", "file": str(uplink)}
    if video_mbps is not None:
        if not video_mbps > 0:
            raise InputError("video_mbps", video_mbps, "a number above 0")
        data.setdefault("client", {})["video_kbps"] = round(video_mbps * 1000)
    data = substitute(data, data.get("parameters", {}))
    data.setdefault("name", path.stem)
    data.setdefault("title", path.stem)
    return validate(data, str(path.name))


def find(name_or_path: str | Path) -> Path:
    """The file of a scenario: a shipped name, or a path."""
    named = SHIPPED / f"{name_or_path}.toml"
    if named.is_file():
        return named
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise InputError("scenario", str(name_or_path), f"a TOML file, or {_nearest(name_or_path)}")


def _nearest(name: object) -> str:
    close = difflib.get_close_matches(str(name), shipped(), n=1)
    if close:
        return f"a shipped name such as {close[0]!r}"
    return "one of " + ", ".join(shipped())


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain data."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("scenario", str(path), "a readable TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("scenario", f"{path}: {error}", "valid TOML") from error


def apply_override(data: dict[str, Any], override: str) -> None:
    """Set one ``KEY=VALUE`` in the plain data of a scenario."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise InputError("--set", override, "KEY=VALUE")
    value = parse_value(text)
    path = key.strip().split(".")
    parameters = data.get("parameters", {})
    if len(path) == 1 and path[0] not in Scenario.model_fields:
        if path[0] not in parameters:
            raise InputError("--set", key, _known(path[0], [*parameters, *Scenario.model_fields]))
        parameters[path[0]] = value
        return
    place: Any = data
    for step in path[:-1]:
        place = _step(place, step, key)
    if isinstance(place, list):
        place[_index(place, path[-1], key)] = value
    elif isinstance(place, dict):
        place[path[-1]] = value
    else:
        raise InputError("--set", key, f"a key of a table; {path[-2]!r} is none")


def complete_delays(data: dict[str, Any], defaults: dict[str, Any]) -> None:
    """Let ``request_delay_ms.value_ms=9`` mean the default's distribution with that value."""
    for key, default in defaults.items():
        found = data.get(key)
        if isinstance(found, dict) and isinstance(default, dict):
            if "distribution" not in default:
                complete_delays(found, default)
            elif "distribution" not in found:
                data[key] = default | found


def _defaults() -> dict[str, Any]:
    return Scenario(name="", title="").model_dump(mode="json")


def parse_value(text: str) -> Any:
    """A value as TOML writes it; a bare word is taken as a string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _step(place: Any, step: str, key: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, step, key)]
    if isinstance(place, dict):
        inner = place.get(step)
        if not isinstance(inner, dict | list):
            inner = place[step] = {}
        return inner
    raise InputError("--set", key, f"a key of a table; {step!r} is in none")


def _index(place: list[Any], step: str, key: str) -> int:
    if step.isdigit() and int(step) < len(place):
        return int(step)
    raise InputError("--set", key, f"an index from 0 to {len(place) - 1} in place of {step!r}")


def substitute(value: Any, parameters: dict[str, Any]) -> Any:
    """Put the parameters where ``"$name"`` stands."""
    if isinstance(value, dict):
        return {
            key: item if key == "parameters" else substitute(item, parameters)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [substitute(item, parameters) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in parameters:
            raise InputError("parameter", value, _known(value[1:], list(parameters)))
        return parameters[value[1:]]
    return value


def validate(data: dict[str, Any], source: str) -> Scenario:
    """Plain data as a `Scenario`, or the first error in it."""
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise _first_error(error, source) from error
    for slug in scenario.expect.sometimes:
        if slug not in GUARDS:
            raise InputError(f"{source}: expect.sometimes", slug, _known(slug, list(GUARDS)))
    return scenario


def check_client(settings: Any, source: str) -> None:
    """A design's own client settings, checked as a scenario's are, and nothing read as a number."""
    given = dict(settings) if isinstance(settings, Mapping) else settings
    try:
        Scenario.model_validate({"name": "", "title": "", "client": given}, strict=True)
    except ValidationError as error:
        raise _first_error(error, source) from error


def _first_error(error: ValidationError, source: str) -> InputError:
    first = error.errors(include_url=False)[0]
    steps = [str(step) for step in first["loc"] if str(step) not in _TAGS]
    field = f"{source}: {'.'.join(steps)}"
    if first["type"] == "extra_forbidden":
        return InputError(f"{field}: unknown key", steps[-1], _known(steps[-1], _ALL_KEYS))
    if first["type"] == "missing":
        return InputError(field, "missing", "a value; it has no default")
    if first["type"].startswith("union_tag"):
        tag = first["ctx"]["discriminator"].strip("'")
        tags = _tags_of(tag, is_fault=tag == "kind" and first["loc"][0] == "faults")
        return InputError(field, first.get("input"), f"a table with {tag} = {tags}")
    return InputError(field, first.get("input"), first["msg"])


def _tags_of(name: str, is_fault: bool) -> str:
    """The values of a ``kind``, of a fault or of an uplink, or of a ``distribution``."""
    tags = {
        str(tag)
        for item in _models()
        if name in item.model_fields and issubclass(item, schema.Timed) == is_fault
        for tag in get_args(item.model_fields[name].annotation)
    }
    return " or ".join(sorted(tags))


def _known(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"nearest known name {close[0]!r}"
    return "one of " + ", ".join(sorted(names)) if names else "no name here"


def _models() -> list[type[BaseModel]]:
    return [
        item
        for module in (schema, delay)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, BaseModel)
    ]


_ALL_KEYS = sorted({name for item in _models() for name in item.model_fields})
_TAGS = {
    str(tag)
    for item in _models()
    for name in ("kind", "distribution")
    if name in item.model_fields
    for tag in get_args(item.model_fields[name].annotation)
}
