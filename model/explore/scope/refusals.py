"""What cannot be explored in a scenario: every reason at once, and the nearest scope that can be.

The nearest scope changes no more than it must. Without its uplink an upload is as slow as the
uplink would make it: the put into the blob store, which the body streams into, takes any time from
what it took to that of a whole chunk on the uplink, or has no bound where the uplink has none.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.explore.timing.drawn import OFFSETS_MAX
from lastchunk.model.scenario.chunk_sizes import LognormalSizes, SpreadSizes
from lastchunk.model.scenario.faults import LaptopAsleep, RecorderError, TabFrozen
from lastchunk.model.scenario.load import shipped
from lastchunk.model.scenario.schema import ConstantUplinkSpec, Scenario

STANDSTILLS = (LaptopAsleep, TabFrozen, RecorderError)
"""The faults in which the recorder stands still."""


@dataclass(frozen=True)
class Refusal:
    """One setting that cannot be explored, and the overrides that make it so that it can be."""

    field: str
    value: str
    allowed: str
    overrides: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}: {self.value!r}; allowed: {self.allowed}"


class NotExplorableError(InputError):
    """A scenario that cannot be explored: all reasons, and the overrides that mend all of them."""

    def __init__(self, scenario: Scenario, refusals: Sequence[Refusal], command: str = "") -> None:
        self.scenario = scenario
        self.refusals = tuple(refusals)
        if not command and scenario.name in shipped():
            command = f"lastchunk verify {scenario.name}"
        reasons = "; ".join(map(str, refusals))
        super().__init__(f"{reasons}. The nearest scope that works: {command} {self.options()}")

    def options(self) -> str:
        """The overrides as options of the command line."""
        overrides = dict.fromkeys(item for refusal in self.refusals for item in refusal.overrides)
        return " ".join(f"--set {shlex.quote(item)}" for item in overrides)

    def of_command(self, words: Sequence[str]) -> NotExplorableError:
        """The same, with the command line that was given."""
        return NotExplorableError(self.scenario, self.refusals, shlex.join(words))


def refuse_scope(scenario: Scenario) -> None:
    """Refuse a scenario that no state class can hold. Raises `NotExplorableError`."""
    found = tuple(refusals(scenario))
    if found:
        raise NotExplorableError(scenario, found)


def refusals(scenario: Scenario) -> Iterator[Refusal]:
    """Every reason for which a scenario cannot be explored."""
    if scenario.uplink is not None:
        allowed = "no uplink: exploring takes delays in bounds"
        yield Refusal("uplink", "a shared uplink", allowed, _without_uplink(scenario))
    yield from _of_faults(scenario)
    offset = scenario.platform.clock_offset_ms
    if offset.high_ms - offset.low_ms >= OFFSETS_MAX:
        value = f"{offset.low_ms} to {offset.high_ms} ms"
        allowed = f"{OFFSETS_MAX} whole ms at the most while exploring, where each is tried"
        low_ms = min(max(-OFFSETS_MAX // 2, offset.low_ms), offset.high_ms + 1 - OFFSETS_MAX)
        spread = f"{{low_ms={low_ms},high_ms={low_ms + OFFSETS_MAX - 1}}}"
        overrides = (f"platform.clock_offset_ms={spread}",)
        yield Refusal("platform.clock_offset_ms", value, allowed, overrides)
    yield from _of_the_browser(scenario)
    if scenario.recording.duration_ms.high_ms is None and _is_open_ended(scenario):
        value = f"{scenario.recording.duration_ms.low_ms} ms or more"
        allowed = "a greatest value while exploring: each number of chunks is tried"
        yield Refusal("recording.duration_ms", value, allowed, (_nearest_duration(scenario),))


def _of_the_browser(scenario: Scenario) -> Iterator[Refusal]:
    """What chance gives a page once, where exploring takes it as it is."""
    offset = scenario.browser.clock_offset_ms
    if offset.low_ms != offset.high_ms:
        value = f"{offset.low_ms} to {offset.high_ms} ms"
        allowed = "one value while exploring"
        overrides = (f"browser.clock_offset_ms={offset.low_ms}",)
        yield Refusal("browser.clock_offset_ms", value, allowed, overrides)
    sizes = scenario.recording.chunk_sizes
    if isinstance(sizes, SpreadSizes | LognormalSizes):
        allowed = "measured sizes or key frames while exploring: no size is drawn"
        mended = ("recording.chunk_sizes=none",)
        yield Refusal("recording.chunk_sizes", sizes.kind, allowed, mended)
    elif sizes is not None and _is_open_ended(scenario):
        allowed = "one recording.duration_ms: the last chunk's size follows from it"
        duration = scenario.recording.duration_ms
        mended = (f"recording.duration_ms={duration.quantile(0.5)}",)
        yield Refusal("recording.chunk_sizes", sizes.kind, allowed, mended)


def _of_faults(scenario: Scenario) -> Iterator[Refusal]:
    """The faults that cannot be explored, or not in the bounds that they have."""
    for number, fault in enumerate(scenario.faults):
        if fault.probability == 0:
            continue
        if fault.kind == "tab_throttled":
            allowed = "no timers at whole seconds: exploring knows times in bounds alone"
            yield Refusal("faults", fault.kind, allowed, (f"faults.{number}.probability=0",))
            continue
        if fault.kind == "second_tab":
            allowed = "no upload of another tab: exploring tells chunks apart by index alone"
            yield Refusal("faults", fault.kind, allowed, (f"faults.{number}.probability=0",))
            continue
        if _is_from_the_stop(fault) and _is_open_ended(scenario):
            yield from _of_fault_at_the_stop(scenario, fault)
        if isinstance(fault, STANDSTILLS) and _in_recording(scenario, fault):
            fixed = {
                f"faults.{number}.{name}": spread.low_ms
                for name in ("offset_ms", "for_ms")
                if (spread := getattr(fault, name, fault.offset_ms)).low_ms != spread.high_ms
                and hasattr(fault, name)
            }
            if fixed:
                allowed = "one time and one length: media time is counted less its standstills"
                overrides = tuple(f"{key}={value}" for key, value in fixed.items())
                yield Refusal("faults", f"{fault.kind} in bounds", allowed, overrides)


def _of_fault_at_the_stop(scenario: Scenario, fault: Any) -> Iterator[Refusal]:
    """A fault that is planned from a stop that comes at a time in bounds."""
    value, mended = f"{fault.kind} from the stop", (_nearest_duration(scenario),)
    if _stands_before_the_stop(fault):
        allowed = "one recording.duration_ms: media time is counted less its standstills"
        yield Refusal("faults", value, allowed, mended)
    elif scenario.recording.duration_ms.low_ms + fault.offset_ms.low_ms < 0:
        yield Refusal("faults", value, "one that never comes before the recording begins", mended)


def _nearest_duration(scenario: Scenario) -> str:
    """The nearest range of recording times for all that asks for another one; or one time."""
    duration = scenario.recording.duration_ms
    active = [fault for fault in scenario.faults if fault.probability > 0]
    at_stop = [fault for fault in active if _is_from_the_stop(fault)]
    low_ms = max(duration.low_ms, *(-fault.offset_ms.low_ms for fault in at_stop), 0)
    if any(map(_stands_before_the_stop, at_stop)):
        return f"recording.duration_ms={low_ms or 15_000}"
    high_ms = max(low_ms, duration.quantile(0.5) if duration.high_ms is None else duration.high_ms)
    return f"recording.duration_ms={{distribution='uniform',low_ms={low_ms},high_ms={high_ms}}}"


def _stands_before_the_stop(fault: Any) -> bool:
    """Whether the recorder may stand still by a fault that is planned from the stop."""
    return isinstance(fault, STANDSTILLS) and bool(fault.offset_ms.low_ms < 1)


def _is_from_the_stop(fault: Any) -> bool:
    """Whether a fault is planned so long before or after the user's stop."""
    return fault.anchor == "stop" and getattr(fault, "when", "time") == "time"


def _is_open_ended(scenario: Scenario) -> bool:
    """Whether a recorder runs for a time in bounds."""
    recording = scenario.recording
    duration = recording.duration_ms
    return recording.chunks is None and duration.low_ms != duration.high_ms


def _in_recording(scenario: Scenario, fault: Any) -> bool:
    """Whether a fault may strike while the recorder runs."""
    if scenario.recording.chunks is not None:
        return False
    if fault.anchor == "stop":
        return bool(fault.offset_ms.low_ms < 1)
    stands = [
        item.for_ms.high_ms
        for item in scenario.faults
        if isinstance(item, STANDSTILLS) and not isinstance(item, RecorderError)
    ]
    recording = scenario.recording
    parts = [recording.duration_ms.high_ms, recording.pause_for_ms, *stands]
    known = [part for part in parts if part is not None]
    return len(known) < len(parts) or bool(fault.offset_ms.low_ms <= sum(known))


def _without_uplink(scenario: Scenario) -> tuple[str, ...]:
    """No uplink, and puts as long as a chunk would need on it."""
    put, uplink = scenario.blobs.put_delay_ms, scenario.uplink
    if isinstance(uplink, ConstantUplinkSpec) and put.high_ms is not None:
        chunk_kbit = scenario.client.video_kbps * scenario.client.chunk_ms
        high_ms = put.high_ms + -(-chunk_kbit // uplink.rate_kbps)
        spread = f"{{distribution='uniform',low_ms={put.low_ms},high_ms={high_ms}}}"
    else:
        spread = "{distribution='exponential',mean_ms=10000}"
    return ("uplink=none", f"blobs.put_delay_ms={spread}")
