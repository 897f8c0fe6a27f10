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

    def __init__(self, kind: Any, given: tuple[Any, ...], convert: Any = None) -> None:
        self.kind = kind
        self.given = given
        self.convert = convert
        """What the world's answer is to the code; the answer itself where it is None."""
        self.promise = Promise()
        self.place = line_here()


class Running:
    """The settings, and the operations that were asked for since code went on."""

    def __init__(self) -> None:
        self.settings: Any = None
        self.issued: list[Operation] = []
        self.names: Any = None
        """Which chunk each key of the bucket names, in this process."""

    def begin(self, settings: Any) -> None:
        """Code of a design goes on."""
        self.settings = settings
        self.issued = []
        queue.clear()


running = Running()


def setting(name: str) -> Any:
    """A constant of the file that is a setting."""
    if running.settings is None:
        refuse_here(f"the setting {name} as the module is loaded", "within a method")
    return getattr(running.settings, name)


def ask(kind: Any, *given: Any, convert: Any = None) -> Promise:
    """Ask the world for something; a promise of its answer."""
    made = Operation(kind, given, convert)
    if is_running():
        running.issued.append(made)
    return made.promise
