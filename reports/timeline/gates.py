"""The object's two gates in words, as a replay finds them in the world after a step."""

from __future__ import annotations

from typing import Any

from lastchunk.model.world.world import World

WAITING_MAX = 6
"""So many that wait are named; of the others there is a number."""


def gates_of(world: World) -> tuple[tuple[str, str], ...]:
    """The input gate, who waits before it, and the output gate."""
    runtime = world.object
    if runtime.is_down:
        return (("input gate", "the object's process is down"),)
    if runtime.gate_holder is not None:
        door = f"closed: {task_words(runtime.gate_holder)} awaits storage"
    elif runtime.critical is not None:
        door = f"closed by the code of {task_words(runtime.critical)}"
    else:
        door = "open"
    rows = [("input gate", door)]
    if runtime.waiting:
        rows.append(("waits at the input gate", _named([item[1] for item in runtime.waiting])))
    storage = runtime.storage
    if storage.is_open:
        rows.append(("output gate", "open"))
    else:
        waits = [item[2] for item in storage.at_gate]
        held = f"; held back: {_named(waits)}" if waits else ""
        rows.append(("output gate", f"closed: not all writes are on disk{held}"))
    return tuple(rows)


def task_words(task: tuple[Any, ...]) -> str:
    """A call of the object in words: its method, its chunk, which attempt."""
    method, chunk, attempt = str(task[0]).replace("_", " "), task[1], task[2]
    words = method if chunk < 0 else f"{method} of chunk {chunk}"
    return words + attempt_words(attempt)


def attempt_words(attempt: int) -> str:
    """Which attempt, where it is not the first; -1 is the create that a scope takes as done."""
    if attempt < 0:
        return " (before the session)"
    return f" (attempt {attempt + 1})" if attempt else ""


def _named(tasks: list[tuple[Any, ...]]) -> str:
    shown = [task_words(task) if task else "the alarm" for task in tasks[:WAITING_MAX]]
    more = len(tasks) - WAITING_MAX
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
