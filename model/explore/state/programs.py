"""The parts of a program: one for each task and field, with what they share known by number."""

from __future__ import annotations

import inspect
import linecache
import re
from typing import Any

from lastchunk.model.base.blame import TYPESCRIPT_SUFFIXES, file_name
from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.code.encode import ATOMS, Encoder
from lastchunk.model.explore.code.frames import Frame, NotListed, frames_of
from lastchunk.model.explore.code.kept import Codes, KeptEncoder
from lastchunk.model.explore.code.kinds import PLAIN, is_of_world
from lastchunk.model.explore.code.places import ObjectPlace, Reference
from lastchunk.model.explore.code.watched import WatchedChunk
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.subset.held import fields_of
from lastchunk.model.world.code.program import Program
from lastchunk.reference_impl.contract import Chunk, Response

EMPTY: dict[type, str] = {list: "empty", dict: "empty", set: "empty"}
"""Containers that are often empty."""
LASTING = frozenset((int, str, bool, type(None), bytes, Chunk, WatchedChunk))
"""Types whose values never change, and that are equal only where they say the same (0.0 is equal
to -0.0)."""
IN_PYTHON = r"\b(self|page)\.{}\b"
IN_TYPESCRIPT = r"(\bthis\.|^\s*(\w+\s+)*){}\s*[=:;!?+-]"
"""What a line has in it that sets a field."""


class Programs:
    """Writes out programs. What they keep and what never changes is known by the ``encoder``."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.codes = Codes()
        self.tasks: dict[Any, StatePart] = {}

    def parts(self, whose: str, program: Program) -> list[StatePart]:
        """The tasks of a program and its instance's fields, kept until it is told something.

        Raises `DesignError` for what code may not keep.
        """
        if program.digest is None or program.digest[0] != whose:
            program.digest = (whose, self._written(whose, program))
        parts: list[StatePart] = program.digest[1]
        return parts

    def _written(self, whose: str, program: Program) -> list[StatePart]:
        target = program.built()
        fixed = {**self.encoder.fixed, id(target): -1}
        kept = KeptEncoder(fixed, self.codes, self.encoder.check_chunk)
        # All is encoded before any of it is written: what is met twice has its number by then.
        made = [self._task(whose, task, at, kept, program) for task, at in program.tasks.items()]
        fields = fields_of(target)
        made += [
            self._field(whose, name, value, kept, program) for name, value in sorted(fields.items())
        ]
        return [part if isinstance(part, StatePart) else self._part(*part) for part in made]

    def _part(self, key: Any, content: tuple[Any, ...]) -> StatePart:
        last = content[-1]
        if type(last) is Reference or (type(last) is ObjectPlace and last.number is not None):
            key = None  # it is met elsewhere too, and has a number in this state
        part = self.tasks.get(key) or StatePart(content)
        if key is not None:
            self.tasks[key] = part
        return part

    def _task(self, whose: str, task: Any, suspended: Any, kept: KeptEncoder, program: Any) -> Any:
        """A task, by where its coroutine stands and what it holds: a part, or what makes one."""
        kept.met.begin_part()
        try:
            frames = list(frames_of(suspended))
            identity = _identity(frames, kept)
            if identity is None:
                return None, (whose, self.encoder.world(task), kept.suspended(frames))
            found = self.tasks.get((whose, task, identity))
            if found is not None:
                return found
            content = (whose, self.encoder.world(task), kept.suspended(frames))
            return (whose, task, identity), content
        except NotListed as error:
            raise _refused(program, f"{task[0]}() suspended", error) from None

    def _field(self, whose: str, name: str, value: Any, kept: KeptEncoder, program: Any) -> Any:
        """A field of an instance: a part, or what makes one."""
        number = kept.fixed.get(id(value))
        key = _key(whose, name, value) if number is None else (whose, name, "fixed", number)
        if key in self.tasks and type(value) not in EMPTY:
            return self.tasks[key]
        kept.met.begin_part()
        try:
            return key, (whose, "field", name, kept.value(value))
        except NotListed as error:
            where = line_of_field(type(program.built()), name)
            raise _refused(program, f"{field_as_written(name)}{where} holds", error) from None
        except RecursionError:
            deep = NotListed("a value that is nested too deep", "flat data")
            raise _refused(program, f"{field_as_written(name)} holds", deep) from None


def _key(whose: str, name: str, value: Any) -> Any:
    """What tells all about a field's value; None where it may change unseen."""
    kind = type(value)
    if kind is float:
        return (whose, name, kind, repr(value))
    if kind in ATOMS or (kind in EMPTY and not value):
        return (whose, name, kind, EMPTY.get(kind, value))
    if is_of_world(value):  # of one kind, any is as good as another
        return (whose, name, kind, "made by the world")
    return None


def _identity(frames: list[Any], kept: KeptEncoder) -> tuple[Any, ...] | None:
    """What is equal for two tasks that stand at one place and hold the same lasting objects.

    None where one of these may change unseen.
    """
    out: list[Any] = []
    for frame in frames:
        if not isinstance(frame, Frame):
            return None
        out += (frame.code, frame.at, frame.names)
        for value in frame.values:
            number = kept.fixed.get(id(value))
            if number is not None:
                out.append(("fixed", number))
            elif type(value) in LASTING:
                out.append((type(value), value))
            elif type(value) is Response and all(type(item) in LASTING for item in value):
                out.append((Response, *((type(item), item) for item in value)))
            else:
                return None
    return tuple(out)


def _refused(program: Program, where: str, error: NotListed) -> DesignError:
    instead = error.instead or PLAIN
    return DesignError(
        f"{program.name}: {where} {error.what}, which exploring cannot keep; allowed: {instead}"
    )


def field_as_written(name: str) -> str:
    """A field as code writes it: of TypeScript its name begins with a point, ".x", ".#x of C"."""
    return f"this{name.partition(' of ')[0]}" if name.startswith(".") else f"self.{name}"


def line_of_field(cls: type, name: str) -> str:
    """Where a class sets a field first, in words."""
    word = re.escape(field_as_written(name).partition(".")[2])
    for base in cls.__mro__:
        try:
            file = inspect.getsourcefile(base) or ""
            if file.endswith(TYPESCRIPT_SUFFIXES):
                lines, first, sign = linecache.getlines(file), 1, IN_TYPESCRIPT
            else:
                (lines, first), sign = inspect.getsourcelines(base), IN_PYTHON
        except (OSError, TypeError):
            continue
        for number, line in enumerate(lines, first):
            if re.search(sign.format(word), line):
                return f" ({file_name(file)}, line {number})"
    return ""
