"""Profiles of a connection: WebPageTest's, the presets of DevTools, and Toxiproxy's toxics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lastchunk.model.base.errors import InputError, as_given
from lastchunk.model.scenario.importing.imported import Imported, constant_uplink, halves

NUMBER_MAX = 10**12
NUMBERS = f"at least 0 and at most {NUMBER_MAX:,}"
DOWNLOAD = "the rate of downloads: a recorder uploads"
TOXICS = {
    "limit_data": "a connection that is cut after so many bytes of answers",
    "reset_peer": "a connection that is reset",
    "timeout": "a connection on which nothing goes on",
    "slicer": "data in small pieces",
    "slow_close": "a connection that closes late",
}


def chosen_profile(names: Sequence[str], profile: str | None, place: str) -> int:
    """Which of several profiles is meant. Raises `InputError` where none of them is named."""
    if profile is None and len(names) == 1:
        return 0
    if profile not in names:
        allowed = f"--profile with one of {', '.join(map(repr, names))}"
        raise InputError(place, profile or f"{len(names)} profiles", allowed)
    if names.count(profile) > 1:
        raise InputError(place, profile, "a name that one profile has alone")
    return names.index(profile)


def webpagetest(
    found: Mapping[str, Mapping[str, str]], profile: str | None, place: str
) -> Imported:
    """A connectivity profile: rates in bit/s, a round trip in ms, packets lost in %."""
    names = list(found)
    name = names[chosen_profile(names, profile, place)]
    table = {key.lower(): value for key, value in found[name].items()}
    try:
        up = float(table["bwout"]) / 1_000
        latency, loss = float(table.get("latency", 0)), float(table.get("plr", 0))
    except (KeyError, ValueError) as error:
        raise InputError(f"{place}, [{name}]", str(error), "numbers bwOut, latency, plr") from error
    left_out = [DOWNLOAD] if "bwin" in table else []
    if not 0 <= loss <= 100:
        raise InputError(f"{place}, [{name}]", loss, "a plr of 0 to 100 %")
    if loss:
        left_out.append(f"a packet loss of {loss:g} %: it slows a transfer, and no request is lost")
    where = f"{place}, [{name}]"
    settings = {"network": halves(latency, where), "uplink": constant_uplink(up, where)}
    said = f"profile {name}: {up:,.0f} kbit/s up, a round trip of {latency:g} ms"
    return Imported("a connectivity profile of WebPageTest", said, settings, tuple(left_out))


def devtools(found: Sequence[Mapping[str, Any]], profile: str | None, place: str) -> Imported:
    """A network preset: rates in bytes/s, the least time from a request to its answer in ms."""
    names = [str(item.get("title", item.get("name", "preset"))) for item in found]
    at = chosen_profile(names, profile, place)
    item, name = found[at], names[at]
    up: Any = item.get("upload")
    latency: Any = item.get("latency", 0)
    where = f"{place}, {name}"
    if not _is_number(up) or not _is_number(latency):
        raise InputError(where, item, f"numbers upload (bytes/s) and latency (ms), {NUMBERS}")
    kbps = up * 8 / 1_000
    settings = {"network": halves(latency, where), "uplink": constant_uplink(kbps, where)}
    left_out = [DOWNLOAD] if "download" in item else []
    left_out += [f"{key}" for key in ("packetLoss", "packetQueueLength") if item.get(key)]
    said = f"preset {name}: {kbps:,.0f} kbit/s up, {latency:g} ms from a request to its answer"
    return Imported("a network preset of DevTools", said, settings, tuple(left_out))


def toxiproxy(proxies: Sequence[Mapping[str, Any]], profile: str | None, place: str) -> Imported:
    """The toxics of a proxy: what goes upstream is a request, downstream an answer."""
    names = [str(item.get("name", "proxy")) for item in proxies]
    at = chosen_profile(names, profile, place)
    network: dict[str, Any] = {}
    settings: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    toxics = _toxics_of(proxies[at], place)
    for toxic in toxics:
        kind, is_up = str(toxic.get("type")), toxic.get("stream") == "upstream"
        given = toxic.get("attributes", {})
        if _toxicity(toxic, f"{place}, {kind}") < 1:
            left_out.append(f"{kind}: that it strikes a share of the connections alone")
        elif kind == "latency":
            leg = "request_delay_ms" if is_up else "response_delay_ms"
            network[leg] = _latency(given, f"{place}, {kind}")
        elif kind == "bandwidth" and is_up:
            rate = given.get("rate", 0)
            if not _is_number(rate):
                raise InputError(
                    f"{place}, {kind}", dict(given), f"a number rate, in KB/s, {NUMBERS}"
                )
            settings["uplink"] = constant_uplink(rate * 8, f"{place}, {kind}")
        elif kind == "limit_data" and is_up:
            network["cut_after_bytes"] = _bytes(given, f"{place}, {kind}")
        elif kind == "bandwidth":
            left_out.append(f"{kind}: {DOWNLOAD}")
        else:
            words = TOXICS.get(kind, "unknown")
            values = ", ".join(f"{key} {value}" for key, value in given.items())
            left_out.append(f"{kind} ({values}): {words}")
    settings |= {"network": network} if network else {}
    said = f"proxy {names[at]}, {len(toxics)} toxics"
    return Imported("Toxiproxy's toxics", said, settings, tuple(left_out))


def _toxics_of(proxy: Mapping[str, Any], place: str) -> Sequence[Mapping[str, Any]]:
    """The toxics of a proxy: tables, whose attributes are a table, too. Raises `InputError`."""
    toxics = proxy.get("toxics", [])
    if not isinstance(toxics, list):
        raise InputError(f"{place}: toxics", as_given(toxics), "a list")
    for number, toxic in enumerate(toxics):
        if not isinstance(toxic, dict) or not isinstance(toxic.get("attributes", {}), dict):
            allowed = "an object whose attributes are an object"
            raise InputError(f"{place}: toxics.{number}", as_given(toxic), allowed)
    return toxics


def _toxicity(toxic: Mapping[str, Any], place: str) -> float:
    """The share of the connections that a toxic strikes. Raises `InputError`."""
    share = toxic.get("toxicity", 1)
    if not _is_number(share) or share > 1:
        raise InputError(f"{place}: toxicity", as_given(share), "0 to 1")
    return float(share)


def _latency(given: Mapping[str, Any], place: str) -> dict[str, Any]:
    latency, jitter = given.get("latency", 0), given.get("jitter", 0)
    if not _is_number(latency) or not _is_number(jitter):
        raise InputError(place, dict(given), f"numbers latency and jitter, in ms, {NUMBERS}")
    low, high = max(0, round(latency - jitter)), round(latency + jitter)
    return {"distribution": "uniform", "low_ms": low, "high_ms": high}


def _bytes(given: Mapping[str, Any], place: str) -> int:
    count = given.get("bytes")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise InputError(place, dict(given), "a whole number bytes, at least 1")
    return count


def _is_number(value: object) -> bool:
    """Whether it is a number with which can be reckoned: also no infinity, which JSON may have."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 <= value <= NUMBER_MAX
