"""From a schedule to a plan: what to do to the real object when, and what it must then do itself.

The schedule runs through the world, on the local runtime's profile. Of each step is kept what the
world around the object does to it (an *act*: a request, the end of a put), and what the object
shows by it. What a runtime cannot be made to do is told as such, and never counts as agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.own.bundled import OWN_CLASS
from lastchunk.model.conformance.own.of_design import NotComparable, OwnFile, own_file
from lastchunk.model.conformance.own.twin import TwinnedClass, check_settings
from lastchunk.model.conformance.playable import (
    NotPlayableError,
    check_playable,
    check_replaced,
    check_spoiled,
    loses_its_end,
    spoils,
)
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS
from lastchunk.model.conformance.runtime.toolbox import twins
from lastchunk.model.conformance.shown import HEARD, Sign, signs_of
from lastchunk.model.conformance.trials import TRIALS
from lastchunk.model.design.load import DesignLike, DesignSpec, load_design
from lastchunk.model.simulate.replay import build_world, design_of, fitting
from lastchunk.model.simulate.schedule import Schedule, Step
from lastchunk.model.trace import events as e
from lastchunk.model.typescript import is_typescript
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.local import on_local_runtime
from lastchunk.model.world.outcomes import INSTANCE_LOST
from lastchunk.model.world.world import World
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.designs import DESIGNS

PlayedCall = tuple[str, int, int, int]
"""Method, chunk, attempt and copy."""
CREATE: PlayedCall = ("create", e.NO_CHUNK, -1, 0)
NO_CALL: PlayedCall = ("", e.NO_CHUNK, -1, 0)
HELD_BYTES = 8
RESETS = frozenset(("fault", "idle_end", "idle_deploy", "grace_ends"))
"""Happenings with which an instance may go, and nothing of the process."""
OWN_CLOCK = "clocks"
"""What needs a process of its own: the machine's clock is not the world's."""
NEW_MACHINE = ("reset", "kill", "restart")
LONELY_FAULTS = frozenset(("process_killed", "alarm_late"))
"""What touches every object of a process, or holds its timers back."""
ActKind = Literal[
    "send",
    "rest",
    "hang up",
    "break",
    "store",
    "consume",
    "reset",
    "spoil",
    "spoil_uncounted",
    "lose_end",
    "kill",
    "restart",
]
PUT_ENDS = ("blob", "blob_refused")
CUT_OFF = "alarm_limit"
FIRED = ("timer", CUT_OFF)
"""Happenings but the alarm that the runtime's timers bring about."""
SPOILS = ("spoil", "spoil_uncounted")
BEFORE_AN_ALARM = (*SPOILS, "lose_end")
"""What is done to an attempt of the alarm before the timers move."""


class Act(NamedTuple):
    """One thing that the player does: to which call, with what."""

    kind: ActKind
    call: PlayedCall = NO_CALL
    status: int = 200
    held: int = 0
    arguments: tuple[Any, ...] = ()


class PlannedStep(NamedTuple):
    """A step of the schedule that touches the object: what to do, and what it then shows.

    ``offset_ms`` is how far the clock of its machine is ahead.
    """

    number: int
    at_ms: int
    key: tuple[Any, ...]
    acts: tuple[Act, ...]
    signs: tuple[Sign, ...]
    offset_ms: int = 0

    @property
    def is_alarm(self) -> bool:
        """Whether the runtime's timers bring it about."""
        fires = self.key[0] in FIRED
        return fires or any(sign[0] in ("alarm", "spoiled") for sign in self.signs)


class Retry(NamedTuple):
    """A failed attempt of the alarm: it waits so long at the least, and for the schedule's ms.

    One that never ``runs`` is held back until another alarm has taken its place.
    """

    failed_ms: int
    wait_ms: int
    until_ms: int
    runs: bool


FOR_EVER_MS = 10**12


@dataclass
class Plan:
    """All that a player needs to know of a schedule.

    ``values`` and ``alarm_ms`` are the storage at its end. ``needs`` says why it cannot share a
    process with others; nothing where it can. ``is_over``: nothing more may come. ``own`` is the
    file of a design in TypeScript, which is played itself, or the class whose twin the design is.
    ``shows`` are the rules of the platform that it was made to show, if it was.
    """

    source: str
    design: str
    twin: str
    settings: dict[str, Any]
    start: str
    steps: list[PlannedStep] = field(default_factory=list)
    retries: list[Retry] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)
    alarm_ms: int | None = None
    is_over: bool = False
    own: OwnFile | TwinnedClass | None = None
    shows: tuple[str, ...] = ()
    offset_ms: int = 0


@dataclass(frozen=True)
class NotPlayable:
    """Why a schedule cannot be played on a real runtime."""

    source: str
    design: str
    reason: str


def twin_of(design: DesignSpec) -> str:
    """The worker's class that is a design's twin. Raises `NotPlayableError`."""
    if is_typescript(design.cls):
        return OWN_CLASS
    known = {*DESIGNS.values(), *TRIALS.values()}
    if design.cls not in known or design.cls.__name__ not in twins():
        raise NotPlayableError("a design without a twin in worker/")
    return str(design.cls.__name__)


def plan_of(
    schedule: Schedule,
    source: str = "",
    design: DesignLike | None = None,
    twinned: TwinnedClass | None = None,
) -> Plan | NotPlayable:
    """The plan of a schedule, or why there is none. Raises `InputError` if it does not replay.

    A ``twinned`` class is played in the design's place.
    """
    spec = design_of(schedule) if design is None else load_design(design, schedule.scenario)
    local = replace(schedule, scenario=on_local_runtime(schedule.scenario))
    try:
        try:
            return Planner(local, spec, source, twinned).plan()
        except InputError:
            Planner(
                schedule, spec, source, twinned
            ).plan()  # or the schedule itself does not replay
            raise NotPlayableError("the local runtime's known bug goes another way (A7)") from None
    except NotPlayableError as error:
        return NotPlayable(source, spec.name, str(error))


class Planner:
    """Runs one schedule through the world, and writes its plan."""

    def __init__(
        self, schedule: Schedule, design: DesignSpec, source: str, twinned: TwinnedClass | None
    ) -> None:
        self.schedule = schedule
        if twinned is not None:
            check_settings(design, NotPlayableError)
        twin = twin_of(design) if twinned is None else OWN_CLASS
        settings = dict(vars(design.settings))
        self.world: World = build_world(schedule, design)
        if self.world.settings.commits_wait:
            raise NotPlayableError("a commit that takes time or fails")
        start = schedule.scenario.start.session
        own = twinned or (own_file(design) if twin == OWN_CLASS else None)
        self.result = Plan(source, design.name, twin, settings, start, own=own)
        self.result.offset_ms = self.world.object.offset_ms
        if any(schedule.clock_offsets_ms):
            self.result.needs.add(OWN_CLOCK)
        self.open: dict[PlayedCall, bool] = {}
        """Requests that reached the object, and whether the page waits for an answer."""
        self.failed: tuple[int, int] | None = None
        """When an attempt of the alarm failed that is to be tried again, and after how long."""

    def plan(self) -> Plan:
        """The whole plan."""
        world, result = self.world, self.result
        world.begin()
        if result.start == "created":
            signs = tuple(signs_of(world.trace, ()))
            result.steps.append(
                PlannedStep(0, 0, CREATE, (Act("send", CREATE),), signs, result.offset_ms)
            )
        for number, step in enumerate(self.schedule.steps, 1):
            if world.ended:
                break
            self._step(number, step)
        if self.failed is not None:
            result.retries.append(Retry(*self.failed, FOR_EVER_MS, False))
        result.values = self._values()
        result.alarm_ms = world.object.alarms.get()
        check_timers(result)
        result.is_over = not world.pending and not world.ended
        if not result.steps and result.start == "new":
            raise NotPlayableError("nothing reaches the object")
        return result

    def _values(self) -> dict[str, Any]:
        values, own = self.world.object.storage.values, self.result.own
        if own is None:
            return stored_json(values)  # type: ignore[no-any-return]
        try:
            return own.stored(values)
        except NotComparable as error:
            raise NotPlayableError(str(error)) from None

    def _step(self, number: int, step: Step) -> None:
        world = self.world
        pending = fitting(world, number, step)
        check_playable(step, pending, self.result.own is not None)
        begin, had, tasks = len(world.trace), _calls_of(world), set(world.object.program.tasks)
        waits, offset_ms = set(world.network.calls), world.object.offset_ms
        world.fresh.clear()
        world.happen(pending, step.at_ms, step.outcome)
        piece = world.trace[begin:]
        check_spoiled(world, piece)
        check_replaced(world)
        acts = list(self._acts(step, pending, piece, waits, had))
        acts += self._hang_ups(piece)
        acts += self._breaks(piece, acts)
        begun = {ev[1:4] for ev in piece if type(ev) is e.HandlerStarted}
        signs = signs_of(piece, had | _calls_of(world) | begun)
        signs += [("notify",) for item in world.fresh if item.key[0] == "notify"]
        unheard = step.key[0] in PUT_ENDS and step.key[1:5] not in tasks
        if unheard or any(act.kind in ("reset", "kill") for act in acts):
            signs = [sign for sign in signs if sign[0] not in HEARD]
        if any(act.kind in SPOILS for act in acts):
            signs.insert(0, ("spoiled", pending.payload.due_ms, pending.payload.retry))
        self._note_needs(step, piece)
        if acts or signs or step.key[0] == CUT_OFF:
            if any(act.kind in NEW_MACHINE for act in acts):
                offset_ms = world.object.offset_ms
            done = PlannedStep(number, step.at_ms, step.key, tuple(acts), tuple(signs), offset_ms)
            self.result.steps.append(done)

    # --- what the world does to the object -----------------------------------------------------

    def _acts(
        self, step: Step, pending: Pending, piece: list[e.Event], waits: set[Any], had: set[Any]
    ) -> Iterator[Act]:
        kind, call = step.key[0], step.key[1:5]
        if kind == "request" and _has(piece, e.RequestArrived):
            stored = {(ev.chunk, ev.attempt) for ev in piece if isinstance(ev, e.BlobStored)}
            if call[1:3] in stored:
                yield Act("store", call)
            held = HELD_BYTES if self.world.network.body_under_way(call) else 0
            self.open[call] = call[:3] in waits
            yield Act("send", call, held=held, arguments=tuple(pending.payload or ()))
        elif kind == "body":
            yield from (Act("rest", one) for one in self.open if one[:3] == step.key[1:4])
        elif kind in ("blob", "blob_refused", "notify"):
            if step.outcome.startswith(INSTANCE_LOST):
                if _has(piece, e.InstanceLost):  # else its handler went with an earlier one
                    yield Act("reset")
            elif kind == "notify" and call[:3] in had:  # else its caller is gone, and not told
                yield Act("consume", call, status_of(step))
            if kind != "notify":
                yield Act("store", call, status_of(step, piece))
        elif kind == "restart":
            yield Act("restart")
        elif kind == "fault" and _has(piece, e.ProcessKilled):
            yield Act("kill")
        elif kind in RESETS and _has(piece, e.InstanceLost):
            # Only the player takes the memory of somebody's own class.
            if kind != "idle_end" or self.result.own is not None:
                yield Act("reset")
        elif kind == "alarm" and not _has(piece, e.AlarmStarted):
            counts = spoils(self.world, step, piece)
            if counts is not None:
                yield Act("spoil" if counts else "spoil_uncounted")
        if loses_its_end(self.world, piece):
            yield Act("lose_end")

    def _hang_ups(self, piece: list[e.Event]) -> list[Act]:
        """The page waits no more for some calls, and was not answered."""
        answered = {ev[1:4] for ev in piece if isinstance(ev, e.ResponseArrived | e.ResponseLost)}
        over = [c for c, w in self.open.items() if w and c[:3] not in self.world.network.calls]
        self.open.update(dict.fromkeys(over, False))
        return [Act("hang up", call) for call in over if call[:3] not in answered]

    def _breaks(self, piece: list[e.Event], acts: list[Act]) -> list[Act]:
        """The page sends no more of a body, of which a copy's handler may still wait."""
        broken = {("upload", *ev[1:3]) for ev in piece if isinstance(ev, e.BlobPutBroken)}
        gone = {act.call for act in acts if act.kind == "hang up"}
        return [Act("break", one) for one in self.open if one[:3] in broken and one not in gone]

    # --- what a process of its own is needed for -----------------------------------------------

    def _note_needs(self, step: Step, piece: list[e.Event]) -> None:
        needs = self.result.needs
        slot = self.world.pending.get(("alarm",))
        waits = slot is not None and slot.payload.back_off > 0
        if step.key[0] == "fault":
            needs |= {ev.kind for ev in piece if isinstance(ev, e.TroubleBegan)} & LONELY_FAULTS
        if _has(piece, e.ProcessKilled):
            needs.add("process_killed")
        if self.failed is not None and step.key[0] == "alarm":
            self.result.retries.append(Retry(*self.failed, step.at_ms, True))
            self.failed = None
        elif self.failed is not None and not waits:
            # Another alarm took its place: nothing is held back any more.
            self.result.retries.append(Retry(*self.failed, step.at_ms, False))
            self.failed = None
        for event in piece:
            if isinstance(event, e.AlarmFailed):
                needs.add("retries")
                if slot is not None and waits:
                    self.failed = (event.at_ms, slot.window()[0] - event.at_ms)
            elif is_late(event) and "process_killed" not in needs:
                needs.add("late")


def check_timers(plan: Plan) -> None:
    """Refuse what the runtime's timers cannot be led to: the order of two things at one ms.

    Raises `NotPlayableError`.
    """
    alarms = [step for step in plan.steps if step.is_alarm]
    for before, step in pairwise(alarms):
        if before.at_ms == step.at_ms and any(act.kind in BEFORE_AN_ALARM for act in step.acts):
            raise NotPlayableError("two attempts of the alarm at one ms")
    fired = [step.at_ms for step in plan.steps if step.key[0] == "timer"]
    if not fired:
        return
    if plan.retries or not plan.needs.isdisjoint(LONELY_FAULTS | {"late"}):
        raise NotPlayableError("a timer in a handler beside a retry, or a late alarm")
    timed = [step.at_ms for step in plan.steps if step.is_alarm]
    if any(timed.count(at_ms) > 1 for at_ms in fired):
        raise NotPlayableError("a timer in a handler at the ms of an alarm, or of another one")


def is_late(event: e.Event) -> bool:
    """Whether an alarm runs later than it was set for, and not as a retry."""
    return isinstance(event, e.AlarmStarted) and event.at_ms > event.due_ms and not event.retry


def status_of(step: Step, piece: Sequence[e.Event] = ()) -> int:
    """How a call of the object to the outside is answered."""
    if step.key[0] == "notify":
        return 500 if step.outcome in ("lost", "answer lost") else 200
    return next((ev.status for ev in piece if isinstance(ev, e.BlobPutFailed)), 200)


def stored_json(value: Any) -> Any:
    """A stored value as JSON has it; a time as the object's own clock shows it."""
    if isinstance(value, Time):
        return EPOCH_MS + int(bare(value))
    if isinstance(value, dict):
        return {str(key): stored_json(item) for key, item in value.items()}
    return [stored_json(item) for item in value] if isinstance(value, list | tuple) else value


def _calls_of(world: World) -> set[tuple[Any, ...]]:
    return {task[:3] for task in world.object.program.tasks}


def _has(piece: list[e.Event], kind: type) -> bool:
    return any(type(event) is kind for event in piece)
