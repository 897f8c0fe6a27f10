"""What code hands to a port: checked, and copied where it leaves the code that made it (R7).

What is wrong here is misuse of the contract, which no platform would run: it ends the run and names
the method, the line, and what is allowed.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.model.world.code.checks import checked_ms
from lastchunk.model.world.code.clone import CAN_BE_COPIED, NotCloneable, clone
from lastchunk.model.world.code.deeds import TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.contract import Chunk, Fetch, ListKeys, Put, Response, Sleep

UPLOAD = "upload"
KEYS_MAX = 128
"""So many keys one operation may name."""


def misused(program: Program, task: TaskId, what: str, allowed: str) -> DesignError:
    """The error of a method that hands something wrong to a port."""
    where = program.line_of(task) if program.tasks.get(task) is not None else ""
    return DesignError(f"{program.name}.{task[0]}() {what}{where}; allowed: {allowed}")


def copied(program: Program, task: TaskId, value: Any, doing: str) -> Any:
    """A copy of what leaves the code. Raises `DesignError` where there can be none."""
    try:
        return clone(value)
    except NotCloneable as error:
        raise misused(program, task, f"{doing} {error}", CAN_BE_COPIED) from None


def text(program: Program, task: TaskId, value: Any, what: str) -> str:
    """A key. Raises `DesignError` for what is none."""
    if isinstance(value, str):
        return value
    raise misused(program, task, f"{what} {as_written(value)}", "a text")


def keys(program: Program, task: TaskId, value: Any, what: str) -> list[str]:
    """Several keys. Raises `DesignError` for what are none (R16)."""
    is_many = isinstance(value, list | tuple)
    if is_many and len(value) <= KEYS_MAX:
        return [text(program, task, key, f"{what} the key") for key in value]
    words = f"{len(value)} keys at once" if is_many else f"the key {as_written(value)}"
    allowed = f"a text, or a list of {KEYS_MAX} at the most"
    raise misused(program, task, f"{what} {words}", allowed)


def entries(program: Program, task: TaskId, effect: Put) -> dict[str, Any]:
    """Several keys with their values. Raises `DesignError` for what are none (R16)."""
    given = effect.key
    if isinstance(given, dict) and effect.value is ... and len(given) <= KEYS_MAX:
        return {text(program, task, key, "puts under the key"): given[key] for key in given}
    words = f"puts under the key {as_written(given)}"
    if isinstance(given, dict):
        words = f"puts {len(given)} keys at once"
    elif isinstance(given, str):
        words = f"puts nothing under the key {as_written(given)}"
    allowed = f"a text and a value, or a dict of {KEYS_MAX} at the most and nothing else"
    raise misused(program, task, words, allowed)


def bounds_of_list(program: Program, task: TaskId, effect: ListKeys) -> None:
    """What a list is asked for. Raises `DesignError` for what means nothing (R16)."""
    text(program, task, effect.prefix, "lists the prefix")
    for name in ("start", "start_after", "end"):
        bound = getattr(effect, name)
        if bound is not None:
            text(program, task, bound, f"lists with {name}")
    if effect.start is not None and effect.start_after is not None:
        raise misused(program, task, "lists with start and start_after", "one of them")
    limit = effect.limit
    if limit is not None and (type(limit) is not int or limit < 1):
        raise misused(
            program, task, f"lists with limit {as_written(limit)}", "a whole number from 1 on"
        )


def chunk(
    program: Program, task: TaskId, value: Any, what: str = "puts {} into the blob store"
) -> Chunk:
    """What the blob store takes, and what a page gives up."""
    if isinstance(value, Chunk):
        return value
    raise misused(program, task, what.format(as_written(value)), "the chunk it was given")


def body(program: Program, task: TaskId, answer: Response) -> Response:
    """A response with a body of its own."""
    if answer.body is None:
        return answer
    mine = copied(program, task, answer.body, "returned, as the body of its response,")
    return answer._replace(body=mine)


def fetch(program: Program, task: TaskId, effect: Fetch) -> Fetch:
    """A call of the page, with arguments of its own."""
    arguments, timeout_ms = effect.arguments, effect.timeout_ms
    if type(arguments) is not tuple:
        raise misused(
            program, task, f"calls {effect.method}() with {as_written(arguments)}", "a tuple"
        )
    is_upload = effect.method == UPLOAD
    if is_upload and not (arguments and isinstance(arguments[0], Chunk)):
        allowed = "a tuple that begins with a chunk"
        raise misused(program, task, f"calls upload() with {as_written(arguments)}", allowed)
    if type(timeout_ms) is not int or timeout_ms < 0:
        raise misused(
            program, task, f"waits for {as_written(timeout_ms)} ms", "whole ms; 0 waits for ever"
        )
    if is_upload and len(arguments) == 1:
        return effect  # a chunk never changes
    given = copied(program, task, arguments, f"calls {effect.method}() with")
    if given is arguments:
        return effect
    return Fetch(effect.method, given, timeout_ms, effect.keepalive)


def body_bytes(request: Fetch) -> Any:
    """The bytes of a request's body: those of its chunk; what else it carries is small."""
    return request.arguments[0].size_bytes if request.method == UPLOAD else 0


def sleep(program: Program, task: TaskId, effect: Sleep) -> tuple[int, int]:
    """The shortest and the longest wait of the page."""
    low_ms = checked_ms(program, task, "sleeps", effect.low_ms, 0)
    high_ms = checked_ms(program, task, "sleeps", effect.high_ms, 0)
    if low_ms <= high_ms:
        return low_ms, high_ms
    raise misused(
        program,
        task,
        f"sleeps {as_written(low_ms)} to {as_written(high_ms)} ms",
        "the shorter wait first",
    )
