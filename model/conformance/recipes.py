"""Where the schedules of a campaign come from: each is a recipe, made where it is planned.

*Sessions* are drawn, as `simulate` draws them. *Edges* put each thing at the first, the last or
another ms of its window, and at -1, 0 and +1 ms around the alarm. *Troubles* need a process of
their own, or an object that is reset: kills, losses, attempts that fail or throw, late alarms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from lastchunk.model.conformance.own.twin import TwinnedClass, with_own_settings
from lastchunk.model.conformance.trials import TRIALS
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.scenario.load import load_scenario, shipped
from lastchunk.model.simulate.edges import play_edges
from lastchunk.model.simulate.run import record
from lastchunk.model.simulate.schedule import Schedule, read_schedule
from lastchunk.model.world.local import LOCAL_PLATFORM
from lastchunk.reference_impl.designs import DESIGNS

HAPPENINGS_MAX = 400
"""Where a schedule at the edges is cut."""


@dataclass(frozen=True)
class Recipe:
    """How to make a schedule. ``base`` is a scenario, or the file of a schedule.

    With a ``twinned`` class that is played, and its twin has its own settings.
    One that is ``made`` already passes ``through`` so many state classes as the first. ``shows``
    are the rules that it is to show, its own first.
    """

    kind: Literal["file", "session", "edges", "made"]
    group: str
    base: str
    design: str = ""
    overrides: tuple[str, ...] = ()
    seed: int = 0
    number: int = 0
    made: Schedule | None = None
    through: int = 0
    twinned: TwinnedClass | None = None
    shows: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Where the schedule comes from, in words."""
        return self.base if self.kind == "file" else f"{self.group} {self.number}"

    def schedule(self) -> tuple[Schedule, DesignSpec | None]:
        """The schedule, and its design where no file names it. Raises `InputError`."""
        if self.kind == "file":
            return read_schedule(Path(self.base)), None
        if self.made is not None:
            return self.made, None
        scenario = load_scenario(self.base, [*LOCAL, *self.overrides])
        if self.twinned is not None:
            scenario = with_own_settings(scenario)
        design = load_design(TRIALS.get(self.design, self.design), scenario)
        if self.kind == "session":
            return record(scenario, design, self.seed, self.number)[1], design
        number = self.seed * 1_000_003 + self.number
        return play_edges(design, scenario, number, HAPPENINGS_MAX)[1], design


def files(paths: Sequence[Path]) -> list[Recipe]:
    """The schedules in some files and folders."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return [Recipe("file", "files", str(path)) for path in found]


def of_class(
    recipes: Sequence[Recipe], twinned: TwinnedClass, designs: Sequence[str]
) -> list[Recipe]:
    """The same recipes, of these designs alone, to be played on a class."""
    return [
        replace(recipe, twinned=twinned)
        for recipe in recipes
        if recipe.kind == "file" or recipe.design in designs
    ]


# --- sessions and edges ------------------------------------------------------------------------


def _between(low_ms: int, high_ms: int) -> str:
    return f"{{distribution='uniform',low_ms={low_ms},high_ms={high_ms}}}"


def _at(kind: str, high_ms: int, more: str = "") -> str:
    return f"{{kind='{kind}',offset_ms={{low_ms=0,high_ms={high_ms}}}{more}}}"


def _faults(*items: str) -> str:
    return f"faults=[{','.join(items)}]"


QUIET = "expect.sometimes=[]"
LOCAL = tuple(f"platform.{name}={str(is_on).lower()}" for name, is_on in LOCAL_PLATFORM.items())
SMALL = (
    QUIET,
    "client.retry_jitter=0",
    "limits.end_at_completion=false",
    "start.session='created'",
    "failures=2",
    "disconnects=0",
    "back_off_ms=2000",
    "grace_ms=5000",
    "long_alarm_ms=600000",
    "low_ms=1",
    "high_ms=8000",
    "chunks=3",
    "network.response_loss=0.3",
    "network.request_duplication=0.2",
    "network.stop_may_fail=true",
    "blobs.put_delay_ms=" + _between(0, 7000),
)
AT_THE_EDGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "puts up to 7 s": ("small-scope", (*SMALL, "network.response_delay_ms=10")),
    "anything up to 11 min": (
        "small-scope",
        (*SMALL, "high_ms=660000", "blobs.put_delay_ms=" + _between(0, 660_000)),
    ),
    "no alarm at first": ("small-scope", (*SMALL, "start.session='active'")),
    "puts refused": ("small-scope", (*SMALL, "blobs.failure=0.3")),
    "disconnects and strays": (
        "small-scope",
        (
            *SMALL,
            _faults(
                _at("network_down", 9_000, ",for_ms=0,probability=0.5"),
                _at("stray_stop", 20_000, ",probability=0.5"),
                _at("create_again", 20_000, ",probability=0.5"),
                _at("tab_closed", 20_000, ",probability=0.3"),
            ),
        ),
    ),
    "streamed bodies": (
        "slow-uplink",
        (
            QUIET,
            "recording.duration_ms=35000",
            "client.uploads_parallel=3",
            "network.request_delay_ms=" + _between(10, 9_000),
            "blobs.put_delay_ms=" + _between(0, 6_000),
            "network.response_loss=0.2",
            "network.request_loss=0.2",
            "network.request_duplication=0.1",
            "network.failures_per_chunk_max=2",
            _faults(
                _at("network_down", 40_000, ",for_ms=2000,probability=0.5"),
                _at("tab_closed", 60_000, ",probability=0.2"),
                _at("stray_stop", 50_000, ",probability=0.3"),
            ),
        ),
    ),
}
"""Scenarios with wide windows, by name."""


def sessions(designs: Sequence[str], each: int, seed: int) -> Iterator[Recipe]:
    """So many drawn sessions of each shipped scenario, for each design."""
    for design in designs:
        for name in shipped():
            for number in range(each):
                yield Recipe("session", name, name, design, (QUIET,), seed, number)


def edges(designs: Sequence[str], each: int, seed: int) -> Iterator[Recipe]:
    """So many schedules at the edges of each scenario with wide windows, for each design."""
    for design in designs:
        for group, (base, overrides) in AT_THE_EDGES.items():
            for number in range(each):
                yield Recipe("edges", group, base, design, overrides, seed, number)


# --- troubles ----------------------------------------------------------------------------------

KILLED = _at("process_killed", 9_000, ",for_ms=" + _between(100, 20_000))
NEAR = (
    *SMALL,
    "grace_ms=300",
    "high_ms=50",
    "blobs.put_delay_ms=" + _between(0, 50),
    _faults(*[_at("stray_stop", 9_000, ",probability=0.8")] * 2),
)
"""Alarms that come soon, and stops that come while a retry waits."""
TROUBLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "killed": ("small-scope", (*SMALL, _faults(KILLED))),
    "killed, everything fast": (
        "everything-fast",
        (QUIET, _faults(_at("process_killed", 60_000, ",for_ms=" + _between(100, 20_000)))),
    ),
    "reset": (
        "small-scope",
        (*SMALL, "platform.instance_loss=0.3", "platform.instance_losses_max=2"),
    ),
    "attempts that fail": ("small-scope", (*SMALL, "platform.alarm_counted_failure=0.5")),
    "attempts that do not count": (
        "small-scope",
        (*SMALL, "platform.alarm_uncounted_failure=0.5"),
    ),
    "ends that are lost": ("small-scope", (*SMALL, "platform.alarm_unacknowledged=0.5")),
    "deploys": (
        "small-scope",
        (*SMALL, _faults(*[_at("deploy", 20_000, f",grace_ms={ms}") for ms in (600_000,) * 3])),
    ),
    "clocks that differ": (
        "small-scope",
        (
            *SMALL,
            "platform.clock_offset_ms={low_ms=-400,high_ms=400}",
            "platform.instance_loss=0.3",
            "platform.instance_losses_max=2",
        ),
    ),
    "late alarms": ("small-scope", (*SMALL, "platform.alarm_late_ms=" + _between(0, 60_000))),
}
"""Scenarios with troubles of the platform, by name."""
KILLED_TELLING = (
    *NEAR,
    "long_alarm_ms=300",
    "consumer.notify_delay_ms=60000",
    "faults=[{kind='process_killed',offset_ms={low_ms=500,high_ms=1800},for_ms=100}]",
)
"""The process is killed while the alarm of the outbox design waits for the consumer."""
THROWN: dict[str, tuple[str, tuple[str, ...]]] = {
    f"throws {times} times": ("small-scope", (*SMALL, f"design.times={times}"))
    for times in (1, 4, 7)
}


def troubles(designs: Sequence[str], each: int, seed: int) -> Iterator[Recipe]:
    """So many schedules of each trouble, for each design; and of trials whose alarm throws, where
    a shipped design is among them: these are twins of the worker."""
    for design in designs:
        for group, (base, overrides) in TROUBLES.items():
            for number in range(each):
                yield Recipe("edges", group, base, design, overrides, seed, number)
    if "outbox" in designs:
        for number in range(each):
            group = "killed in the alarm"
            yield Recipe("edges", group, "small-scope", "outbox", KILLED_TELLING, seed, number)
    if not set(designs) & set(DESIGNS):
        return
    near = {"set while a retry waits": ("small-scope", (*NEAR, "design.times=2"))}
    for group, (base, overrides) in {**THROWN, **near}.items():
        for number in range(each):
            yield Recipe("edges", group, base, "Throws", overrides, seed, number)
    for design in ("SetsThenThrows", "SetsToNow"):
        for number in range(each):
            overrides = (*SMALL, "design.times=2")
            yield Recipe("edges", design, "small-scope", design, overrides, seed, number)
