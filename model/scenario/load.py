"""From a TOML file and overrides to a `Scenario`, or to one clear error.

A value ``"$name"`` anywhere stands for the parameter of that name. An override is ``KEY=VALUE``
with a dotted key (``network.request_delay_ms=50``) or the bare name of a parameter (``chunks=3``);
the value is written as in TOML.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.text_files import digits
from lastchunk.model.base.toml_text import parse_toml, read_toml, toml_value
from lastchunk.model.properties import SOMETIMES
from lastchunk.model.scenario.delay import without_files
from lastchunk.model.scenario.mahimahi import read_mahimahi
from lastchunk.model.scenario.numbers import MBPS_MAX
from lastchunk.model.scenario.refusals import Source, first_error, known, shown
from lastchunk.model.scenario.schema import Scenario, TraceUplinkSpec

ScenarioLike = Scenario | str | Path
"""What stands for a scenario wherever one is asked for; a text of several lines is TOML."""
SCENARIO_AS = "a Scenario, a name, a path or TOML text; a design is the second argument, design="
SCENARIO_FILE = "a readable TOML file"
SHIPPED = Path(__file__).parents[2] / "scenarios"
"""Where the shipped scenarios are."""


def shipped() -> list[str]:
    """The names of the shipped scenarios, in order."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_scenario(
    given: ScenarioLike,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    uplink: Path | None = None,
    video_mbps: float | None = None,
) -> Scenario:
    """A scenario by name, from a file, from TOML text, or one there is, with overrides.

    ``uplink`` puts a measured uplink in (a mahimahi file); ``video_mbps`` sets the bit rate. Raises
    `InputError`.

    >>> load_scenario("harmless", {"network.request_loss": 0.05}).network.request_loss
    0.05
    """
    data, name, origin = data_of(given)
    overrides = as_overrides(overrides)
    for override in overrides:
        apply_override(data, override)
    if overrides:
        complete_delays(data, _defaults())
    options = {override.partition("=")[0].strip(): "--set" for override in overrides}
    if uplink is not None:
        data["uplink"] = {"kind": "trace", "file": str(uplink)}
        options["uplink"] = "--uplink"
    if video_mbps is not None:
        video_mbps = as_plain(video_mbps)
        is_number = isinstance(video_mbps, int | float) and not isinstance(video_mbps, bool)
        if not is_number or not 0.001 <= video_mbps <= MBPS_MAX:
            allowed = f"a number above 0: from 0.001 to {MBPS_MAX:,}"
            raise InputError("--video-mbps", video_mbps, allowed)
        data.setdefault("client", {})["video_kbps"] = round(video_mbps * 1000)
        options["client.video_kbps"] = "--video-mbps"
    source = Source(origin, options, dict(places_of(data)))
    data = substitute(data, data.get("parameters", {}), source)
    data.setdefault("name", name)
    data.setdefault("title", name)
    scenario = validate(data, source)
    check_uplink(scenario, source)
    return scenario


def as_scenario(given: ScenarioLike) -> Scenario:
    """What was given for a scenario; one that is there already stays as it is."""
    return given if isinstance(given, Scenario) else load_scenario(given)


def data_of(given: ScenarioLike) -> tuple[dict[str, Any], str, str]:
    """A scenario as plain data, its name, and what errors call the place that it comes from."""
    if isinstance(given, Scenario):
        # What it does not say itself stays unsaid: a design's own client goes before a default.
        data = given.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        return without_files(data), given.name, f"scenario {given.name}"
    if not isinstance(given, str | Path):
        raise InputError("scenario", given, SCENARIO_AS)
    if isinstance(given, str) and _is_toml(given):
        data = parse_toml(given, "TOML text", "scenario")
        name, folder, origin = "given", Path(), "TOML text"
    else:
        path = find(given)
        data = read_toml(path, "scenario", SCENARIO_FILE)
        name, folder, origin = path.stem, path.parent, path.name
    parameters = data.get("parameters", {})
    if not isinstance(parameters, dict):
        raise InputError(f"{origin}: parameters", shown(parameters), "a table")
    anchor(data, folder, parameters)
    return data, name, origin


def described_scenario(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data, by which it is known again: what its files say, and not where they
    lie."""
    data: dict[str, Any] = without_files(scenario.model_dump(mode="json"))
    if isinstance(scenario.uplink, TraceUplinkSpec):
        measured = scenario.uplink.file.read_bytes()
        data["uplink"]["file"] = hashlib.sha256(measured).hexdigest()
    return data


def _is_toml(text: str) -> bool:
    """Whether a text is TOML, and no name of a file."""
    return "\n" in text or ("=" in text and not Path(text).exists())


def as_overrides(
    overrides: Sequence[str] | Mapping[str, Any], field: str = "overrides"
) -> list[str]:
    """Overrides as ``KEY=VALUE``, whether they were given so or as a mapping."""
    if isinstance(overrides, Mapping):
        return [f"{_dotted(key)}={toml_value(value, key)}" for key, value in overrides.items()]
    if (
        isinstance(overrides, str)
        or not isinstance(overrides, Sequence)
        or not all(isinstance(item, str) for item in overrides)
    ):
        raise InputError(field, overrides, "a list of KEY=VALUE, or a mapping")
    return list(overrides)


def _dotted(key: object) -> str:
    if not isinstance(key, str) or "=" in key:
        raise InputError("overrides", key, "a dotted key, such as network.request_loss")
    return key


def anchor(data: Any, folder: Path, parameters: Any) -> None:
    """Let each relative ``file`` of a scenario start at the folder of the scenario itself."""
    for value in data if isinstance(data, list) else list(data.values()):
        if isinstance(value, dict | list):
            anchor(value, folder, parameters)
    file = data.get("file") if isinstance(data, dict) else None
    if not isinstance(file, str):
        return
    name = file[1:]
    if not file.startswith("$"):
        data["file"] = str(folder / file)
    elif isinstance(parameters, dict) and isinstance(parameters.get(name), str):
        parameters[name] = str(folder / parameters[name])


def places_of(data: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each setting that stands for a parameter, by its dotted name."""
    if isinstance(data, str) and data.startswith("$"):
        yield prefix, data[1:]
    items = enumerate(data) if isinstance(data, list) else ()
    for key, value in data.items() if isinstance(data, dict) else items:
        yield from places_of(value, f"{prefix}.{key}".removeprefix("."))


def check_uplink(scenario: Scenario, source: Source) -> None:
    """Read a measured uplink, so that a bad one is told before anything is run."""
    if isinstance(scenario.uplink, TraceUplinkSpec):
        try:
            read_mahimahi(scenario.uplink.file)
        except InputError as error:
            words = (f"{source.of('uplink.file')}: {error.field}", error.value, error.allowed)
            raise InputError(*words) from error


def find(name_or_path: str | Path) -> Path:
    """The file of a scenario: a shipped name, or a path."""
    path = Path(name_or_path)
    with suppress(OSError):  # a name that no file can have
        named = SHIPPED / f"{name_or_path}.toml"
        if named.is_file():
            return named
        if path.exists() and not path.is_dir():
            return path
    raise InputError("scenario", str(name_or_path), f"a TOML file, or {_nearest(name_or_path)}")


def _nearest(name: object) -> str:
    close = difflib.get_close_matches(str(name), shipped(), n=1)
    if close:
        return f"a shipped name such as {close[0]!r}"
    return "one of " + ", ".join(shipped())


def apply_override(data: dict[str, Any], override: str) -> None:
    """Set one ``KEY=VALUE`` in the plain data of a scenario."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise InputError("--set", override, "KEY=VALUE")
    value = parse_value(text)
    path = key.strip().split(".")
    if path == ["parameters"] and not isinstance(value, dict):
        raise InputError("--set parameters", value, "a table")
    parameters = data.get("parameters", {})
    if len(path) == 1 and path[0] not in Scenario.model_fields:
        if path[0] not in parameters:
            raise InputError("--set", key, known(path[0], [*parameters, *Scenario.model_fields]))
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
    except ValueError:  # no TOML, or a number too long for Python to read: its setting says so
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
    at = digits(step)
    if at is not None and at < len(place):
        return at
    raise InputError("--set", key, f"an index from 0 to {len(place) - 1} in place of {step!r}")


def substitute(value: Any, parameters: dict[str, Any], source: Source, at: str = "") -> Any:
    """Put the parameters where ``"$name"`` stands; ``at`` is the dotted name of that place."""

    def within(step: object, item: Any) -> Any:
        return substitute(item, parameters, source, f"{at}.{step}".removeprefix("."))

    if isinstance(value, dict):
        return {
            key: item if key == "parameters" else within(key, item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [within(place, item) for place, item in enumerate(value)]
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in parameters:
            names = known(value[1:], list(parameters)) if parameters else "no name here"
            raise InputError(source.of(at), value, f"a parameter of the file: {names}")
        return parameters[value[1:]]
    return value


def validate(data: dict[str, Any], source: Source | str) -> Scenario:
    """Plain data as a `Scenario`, or the first error in it."""
    source = Source(source) if isinstance(source, str) else source
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise first_error(error, source) from error
    for slug in scenario.expect.sometimes:
        if slug not in SOMETIMES:
            raise InputError(source.of("expect.sometimes"), slug, known(slug, SOMETIMES))
    return scenario


def check_client(settings: Any, source: str) -> None:
    """A design's own client settings, checked as a scenario's are, and nothing read as a number."""
    given = dict(settings) if isinstance(settings, Mapping) else settings
    try:
        Scenario.model_validate({"name": "", "title": "", "client": given}, strict=True)
    except ValidationError as error:
        raise first_error(error, Source(source)) from error
