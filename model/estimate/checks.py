"""Numbers and names that cannot be meant are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lastchunk.model.base.errors import InputError, as_plain
from lastchunk.model.base.workers import check_workers
from lastchunk.model.kernel.running.choice import ALL_ENGINES

SESSIONS_MAX = 10_000_000


class KindShown:
    """What stands in an error for a value that says too much of itself."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words


def check_run(
    sessions: int, seed: int, workers: int, engine: str, half_width: float | None = None
) -> tuple[int, int, int, float | None]:
    """The numbers of a run as Python's own. Raises `InputError` for what cannot be meant."""
    sessions = check_range("sessions", sessions, 1, SESSIONS_MAX)
    seed = check_range("seed", seed, 0, 2**63)
    workers, half_width = as_plain(workers), as_plain(half_width)
    check_workers(workers)
    check_name("engine", engine, ALL_ENGINES)
    if half_width is not None and not isinstance(half_width, int | float):
        raise InputError("half_width", half_width, "a number above 0 and below 0.5")
    if half_width is not None and not 0 < half_width < 0.5:
        raise InputError("half_width", half_width, "above 0 and below 0.5")
    return sessions, seed, workers, half_width


def check_name(field: str, name: object, known: Sequence[str]) -> None:
    """Refuse a name that is not known: nobody is to take it for one without any rows."""
    if name not in known:
        raise InputError(field, name, "one of " + ", ".join(known))


def check_kind(field: str, value: object, kind: type | tuple[type, ...], allowed: str) -> None:
    """Refuse what is something else than is meant; a large table is told by its kind."""
    if not isinstance(value, kind):
        is_large = type(value).__module__.partition(".")[0] in ("pandas", "numpy")
        shown = KindShown(f"a {type(value).__name__}") if is_large else value
        raise InputError(field, shown, allowed)


def check_path(field: str, value: object) -> None:
    """Refuse what is no path."""
    check_kind(field, value, (str, Path), "a path")


OF_ITS_OWN = "each scenario once, under a name of its own"


def check_once(field: str, names: Sequence[object], allowed: str = OF_ITS_OWN) -> None:
    """Refuse what is there twice: what is found is told by it."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(field, twice, allowed)


def check_range(field: str, value: int, low: int, high: int) -> int:
    """The whole number, which numpy may have made; what is none, or out of range, is refused."""
    value = as_plain(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(field, value, f"a whole number from {low} to {high}")
    if not low <= value <= high:
        raise InputError(field, value, f"{low} to {high}")
    return value
