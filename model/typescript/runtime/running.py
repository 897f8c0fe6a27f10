"""What runs just now: the settings of its design, and what it has asked the world for.

Between two steps of the world nothing is in here that counts: whoever drives code takes over what
it has asked for before he waits for the world.
"""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.runtime.promises import Promise, queue
from lastchunk.model.typescript.runtime.values import is_running, line_here, refuse_here


class Operation:
    """Something that code has asked the world for. ``kind`` and ``given`` make the effect."""

    __slots__ = ("convert", "given", "kind", "place", "promise")

    def __init__(self, kind: Any, given: tuple[Any, ...], convert: Any, place: str) -> None:
        self.kind = kind
        self.given = given
        self.convert = convert
        """What the world's answer is to the code; the answer itself where it is None."""
        self.promise = Promise()
        self.place = place or line_here()


class Running:
    """The design whose code runs, and what it has asked for since it went on."""

    def __init__(self) -> None:
        self.settings: Any = None
        self.record: Any = None
        """Where the design keeps the session's record."""
        self.keys: Any = None
        """Which chunk each key of the design's bucket names."""
        self.has_alarm = False
        self.is_page = False
        """Whether it is code of a page."""
        self.issued: list[Operation] = []
        self.stored: Any = None
        """What is stored, for a design that asks without a wait (`StoredView`)."""
        self.is_constructing = False
        self.has_read_body = False
        """Whether a body was read whole, and is to be put next."""

    def begin(self, design: Any) -> None:
        """Code of a design goes on."""
        self.settings = design.settings
        self.record = design.record
        self.keys = design.keys
        self.has_alarm = design.has_alarm
        self.is_page = hasattr(design, "is_page")
        self.issued = []
        self.stored = None
        self.has_read_body = False
        queue.clear()


running = Running()


def setting(name: str) -> Any:
    """A constant of the file that is a setting."""
    if running.settings is None:
        refuse_here(f"the setting {name} as the module is loaded", "within a method")
    return getattr(running.settings, name)


def ask(kind: Any, *given: Any, convert: Any = None, place: str = "") -> Promise:
    """Ask the world for something; a promise of its answer. ``place`` is where code asks for it;
    the line that runs, where it is left out."""
    made = Operation(kind, given, convert, place)
    if running.has_read_body:
        if kind.__name__ not in ("BlobPut", "PutPart"):
            refuse_here("a body is read whole, and is not put next", "request.body in the put")
        running.has_read_body = False
    if is_running():
        running.issued.append(made)
        if running.stored is not None:
            running.stored.note(kind, given)
    return made.promise
