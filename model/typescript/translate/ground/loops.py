"""Jumps out of loops: ``break`` and ``continue``, also to a label or through a ``switch``.

Python's ``break`` leaves the innermost loop. A jump further out says in a variable where it goes,
leaves the innermost loop, and each loop on the way passes it on.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from lastchunk.model.typescript.translate.ground.build import RUNTIME_SIGN, assign, const, loaded

JUMP = RUNTIME_SIGN + "jump"


@dataclass
class Loop:
    """A loop of Python's; ``is_turn`` marks one that stands for one turn of the loop around it."""

    labels: frozenset[str] = frozenset()
    is_switch: bool = False
    is_turn: bool = False
    passes: dict[int, str] = field(default_factory=dict)
    """The jumps that come out of it, with what they are: break or continue."""


class Loops:
    """The loops around the statement that is translated, the innermost last."""

    def __init__(self) -> None:
        self.open: list[Loop] = []
        self.numbers: dict[tuple[int, str], int] = {}
        self.targets: dict[int, tuple[Loop, str]] = {}

    def jump(self, kind: str, label: str) -> list[ast.stmt] | None:
        """A jump; None where there is nothing that it could leave."""
        found = self._target(kind, label)
        if found is None:
            return None
        loop, word = found
        if loop is self.open[-1]:
            return [ast.Break() if word == "break" else ast.Continue()]
        number = self.numbers.setdefault((id(loop), word), len(self.numbers) + 1)
        self.targets[number] = (loop, word)
        for inner in self.open[self.open.index(loop) + 1 :]:
            inner.passes[number] = word
        return [assign(JUMP, const(number)), ast.Break()]

    def _target(self, kind: str, label: str) -> tuple[Loop, str] | None:
        for at in range(len(self.open) - 1, -1, -1):
            loop = self.open[at]
            if loop.is_turn or (loop.is_switch and (kind == "continue" or label)):
                continue
            if label and label not in loop.labels:
                continue
            if kind == "continue" and at + 1 < len(self.open) and self.open[at + 1].is_turn:
                return self.open[at + 1], "break"
            return loop, kind
        return None

    def after(self, loop: Loop) -> list[ast.stmt]:
        """What stands behind a loop that jumps come out of. ``loop`` is open no more."""
        out: list[ast.stmt] = []
        for number in sorted(loop.passes):
            target, word = self.targets[number]
            is_there = bool(self.open) and target is self.open[-1]
            go: list[ast.stmt] = [assign(JUMP, const(0))] if is_there else []
            go.append(ast.Continue() if is_there and word == "continue" else ast.Break())
            test = ast.Compare(loaded(JUMP), [ast.Eq()], [const(number)])
            out.append(ast.If(test, go, []))
        return out
