"""Runs the code of one event: its microtasks, and what it asks the world for, in order.

What the world answers in the same turn (a write, the alarm) comes first. Of what takes time one
operation at a time is understood; several reads are one. What is still under way when an event has
its answer goes on by itself, as on the platform.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from lastchunk.model.base.blame import TYPESCRIPT_SUFFIXES
from lastchunk.model.typescript.host.storage import list_keys_of
from lastchunk.model.typescript.host.stored import StoredView
from lastchunk.model.typescript.runtime.promises import (
    PENDING,
    REJECTED,
    Fiber,
    Promise,
    begun_now,
    drain,
    reject,
    resolve,
)
from lastchunk.model.typescript.runtime.running import Operation, running
from lastchunk.model.typescript.runtime.values import (
    ErrorObject,
    Thrown,
    refuse_here,
)
from lastchunk.reference_impl.at_once import StoredNow
from lastchunk.reference_impl.contract import (
    Abandon,
    BlobStoreError,
    CloseGate,
    Delete,
    DeleteAlarm,
    DeleteAll,
    Get,
    GetAlarm,
    InstanceReplaced,
    Log,
    NetworkError,
    NotifyError,
    OpenGate,
    Put,
    SendBeacon,
    SetAlarm,
    StartRecorder,
    StopFlowError,
    StopRecorder,
    StreamBroken,
    WriteRow,
)
from lastchunk.reference_impl.detached import wait_until
from lastchunk.reference_impl.transaction import BeginTransaction, EndTransaction, RollBack

AT_ONCE = frozenset(
    (
        *(Put, Delete, DeleteAll, SetAlarm, GetAlarm, DeleteAlarm),
        *(CloseGate, OpenGate, BeginTransaction, EndTransaction, RollBack),
        *(Log, WriteRow, Abandon, SendBeacon, StartRecorder, StopRecorder),
    )
)
"""What the world answers in the same turn."""
WRITES = frozenset((Put, Delete, DeleteAll, RollBack, EndTransaction))
"""What changes the keys of storage."""
OF_PAGE = (NetworkError, StopFlowError)
"""What the browser and a stop flow throw."""
OF_PLATFORM = (BlobStoreError, StreamBroken, NotifyError, InstanceReplaced, *OF_PAGE)
"""What the platform throws."""


async def run_event(design: Any, begin: Callable[[], Any], is_whole: bool = False) -> Any:
    """Run an event to its end; with ``is_whole`` until nothing of it is under way. Raises what its
    code throws."""
    await _goes_on_after(design, [])
    begun_now.clear()
    main = begin_event(begin)
    first = begun_now[0] if begun_now else None
    waiting: list[Operation] = []
    asked: Operation | None = None
    is_page = hasattr(design, "is_page")
    while True:
        _go_on(main)
        design.kept.check(_place_of(design, first, asked))
        waiting += running.issued
        running.issued = []
        is_over = main.state != PENDING and not any(asked.kind in AT_ONCE for asked in waiting)
        if is_over and not (is_whole and waiting):
            break
        if not waiting:
            refuse_here(
                "an event waits for what none of its own operations brings: what another event has "
                "begun is not understood",
                "operations of its own",
                _place_of(design, first, asked),
            )
        if is_page and (place := _not_awaited(waiting, main)):
            refuse_here("what the page does not await goes on beside", "await of it", place)
        asked, first = _next(waiting, main), None
        begun_now.clear()
        await _answered(design, asked, waiting, main)
    for left in waiting:
        wait_until(left_behind(design, left))
    if running.has_read_body:
        refuse_here(
            "a body that is read whole and not put", "request.body", _place_of(design, None, asked)
        )
    return _outcome(main)


async def left_behind(design: Any, asked: Operation) -> None:
    """What goes on when its event has its answer."""
    waiting: list[Operation] = []
    while True:
        await _answered(design, asked, waiting, None)
        _go_on(None)
        design.kept.check(asked.place)
        waiting += running.issued
        running.issued = []
        if not waiting:
            return
        asked = _next(waiting, None)


def begin_event(begin: Callable[[], Any]) -> Promise:
    """The promise of what an event is answered."""
    main = Promise()
    try:
        resolve(main, begin())
    except Thrown as error:
        reject(main, error.value)
    except Exception as error:
        not_understood(error)
    return main


def _go_on(main: Promise | None) -> None:
    try:
        drain()
    except Exception as error:
        not_understood(error)


def not_understood(error: Exception) -> None:
    """An exception of Python's in translated code: something that is not understood."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.endswith(TYPESCRIPT_SUFFIXES)]
    place = (
        f"{own[-1].filename.rpartition('/')[2]}, line {own[-1].lineno}, in {own[-1].name}()"
        if own
        else ""
    )
    is_own = bool(own) and frames[-1] is own[-1]
    if isinstance(error, UnboundLocalError | NameError) and is_own:
        refuse_here("a variable is used before it has a value", "below its declaration", place)
    if isinstance(error, RecursionError):
        refuse_here("calls that are nested too deep", "a loop", place)
    refuse_here(f"{type(error).__name__}: {error}", "", place)


def _next(waiting: list[Operation], main: Promise | None) -> Operation:
    """What the world is asked next. Takes it out of the list."""
    for number, asked in enumerate(waiting):
        if asked.kind in AT_ONCE:
            if any(_meets(before, asked) for before in waiting[:number]):
                refuse_here(
                    "a read and a write of one key at once", "await between them", asked.place
                )
            return waiting.pop(number)
    first = waiting[0]
    if len(waiting) > 1 and not _are_reads(waiting):
        refuse_here(
            f"two operations wait at once, this one and that of {waiting[1].place}",
            "one after the other",
            first.place,
        )
    return waiting.pop(0)


def _not_awaited(waiting: list[Operation], main: Promise) -> str:
    """Where a page asks for something behind what takes time, or throws with something under way;
    "" where it does not. What is asked for is then done in its order."""
    if main.state == REJECTED:
        return waiting[0].place
    slow = [number for number, asked in enumerate(waiting) if asked.kind not in AT_ONCE]
    return waiting[slow[0]].place if slow and slow[0] < len(waiting) - 1 else ""


def _meets(read: Operation, write: Operation) -> bool:
    """Whether a write may change what was to be read before it."""
    if read.kind is not Get and read.kind is not list_keys_of:
        return False
    if write.kind not in WRITES:
        return False
    if read.kind is not Get or write.kind not in (Put, Delete):
        return True
    return bool(_keys(read.given[0]) & _keys(write.given[0]))


def _keys(given: Any) -> set[str]:
    return {given} if isinstance(given, str) else set(given)


def _are_reads(waiting: list[Operation]) -> bool:
    return all(asked.kind is Get and isinstance(asked.given[0], str) for asked in waiting)


async def _answered(
    design: Any, asked: Operation, waiting: list[Operation], main: Promise | None
) -> None:
    """Ask the world, and let the promise come to what it answers. Reads at once are one."""
    others = []
    before = None if main is None else main.state
    if asked.kind is Get and waiting and _are_reads([asked, *waiting]):
        others, waiting[:] = waiting.copy(), []
    try:
        if others:
            names = [each.given[0] for each in (asked, *others)]
            answers = await Get(list(dict.fromkeys(names)))
            await _goes_on_after(design, waiting)
            _check_alone(main, before, asked)
            for each, name in zip((asked, *others), names, strict=True):
                _come(each, answers.get(name))
            return
        answer = await asked.kind(*asked.given)
        await _goes_on_after(design, waiting)
        _check_alone(main, before, asked)
    except OF_PLATFORM as error:
        await _goes_on_after(design, waiting)
        _check_alone(main, before, asked)
        for each in (asked, *others):
            reject(each.promise, _as_value(error))
    else:
        _come(asked, answer)


async def _goes_on_after(design: Any, waiting: list[Operation]) -> None:
    """Code of a design begins, or goes on behind an answer of the world."""
    stored = await _stored_now(design, waiting)
    running.begin(design)
    running.stored = stored


async def _stored_now(design: Any, waiting: list[Operation]) -> StoredView | None:
    """What is stored, for a design that asks for it without a wait."""
    if not design.reads_at_once:
        return None
    try:
        view = StoredView(await StoredNow())
    except InstanceReplaced as error:
        return StoredView({}, error)
    for asked in waiting:
        view.note(asked.kind, asked.given)
    return view


def _check_alone(main: Promise | None, before: int | None, asked: Operation) -> None:
    """Refuse an event that another one has answered meanwhile: its answer would come late."""
    if main is not None and main.state != before:
        refuse_here(
            "an event is answered by what another event has done",
            "operations of its own",
            asked.place,
        )


def _come(asked: Operation, answer: Any) -> None:
    try:
        value = answer if asked.convert is None else asked.convert(answer)
    except Exception as error:  # no error of the program's: it is never told of it
        not_understood(error)
    resolve(asked.promise, value)


def _as_value(error: Exception) -> ErrorObject:
    made = ErrorObject(str(error))
    if isinstance(error, OF_PAGE):
        setattr(made, ".name", type(error).__name__)
    made.platform = error  # type: ignore[attr-defined]  # it goes on as what it is
    return made


def _outcome(main: Promise) -> Any:
    if main.state != REJECTED:
        return main.value
    platform = getattr(main.value, "platform", None)
    raise platform if platform is not None else Thrown(main.value)


def _place_of(design: Any, first: Fiber | None, asked: Operation | None) -> str:
    """Where an event stands: what it has begun with, or what it has asked for last."""
    if asked is not None:
        return asked.place
    return str(design.name_of_file) if first is None else first.place
