"""What became of a schedule on the real runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

PlayVerdict = Literal["agrees", "diverges", "not playable"]
AT_THE_END = -1
"""The step of a divergence that is found at the end: in the storage, or by what came then."""


@dataclass(frozen=True)
class Result:
    """A schedule's result. ``why`` says what differs, or why it cannot be played.

    ``step`` is the number of the schedule's step that diverges; ``shown`` is what the object did
    from there on, ``wanted`` what it should have done. ``needs`` is what the schedule has of
    troubles that take a process of their own; ``inside`` is whether a put of the object, or its
    alarm, was under way when it diverged. ``shows`` are the rules that the schedule was made to
    show: the first is its own, and it stands on the others.
    """

    source: str
    design: str
    verdict: PlayVerdict
    why: str = ""
    step: int = 0
    shown: tuple[Any, ...] = ()
    wanted: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()
    inside: bool = False
    shows: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The result on one line."""
        words = f"{self.source}, {self.design}: {self.verdict}"
        if self.verdict == "diverges":
            where = "at its end" if self.step == AT_THE_END else f"at step {self.step}"
            words += f" {where}: {self.why}; shown {_listed(self.shown)}"
            return f"{words}; wanted {_listed(self.wanted)}"
        return f"{words}: {self.why}" if self.why else words


def _listed(items: tuple[Any, ...]) -> str:
    return ", ".join(map(_worded, items)) or "nothing"


def _worded(item: Any) -> str:
    return " ".join(map(str, item)) if isinstance(item, tuple) else str(item)
