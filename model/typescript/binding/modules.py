"""The files that a class leads to: each translated once, with what it takes from the others."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

from lastchunk.model.base.errors import DesignError, InputError
from lastchunk.model.typescript.library.everywhere import namespace
from lastchunk.model.typescript.parse.tree import SourceText, read_source
from lastchunk.model.typescript.runtime.members import static_attribute
from lastchunk.model.typescript.translate.module import (
    Translated,
    declarations,
    has_generators,
    translate,
)

TYPESCRIPT_ENDINGS = (".ts", ".mts", "/index.ts")


class Modules:
    """The files of one class: ``constants`` and ``literals`` are the settings of the first one."""

    def __init__(self, name: str, constants: dict[str, str], literals: dict[str, str]) -> None:
        self.name = name
        self.constants = constants
        self.literals = literals
        self.sources: dict[Path, SourceText] = {}
        self.spaces: dict[tuple[Path, tuple[str, ...]], dict[str, Any]] = {}
        self.translated: list[tuple[Translated, dict[str, Any]]] = []
        self.open: list[Path] = []

    def source(self, file: Path) -> SourceText:
        """A file's tree."""
        path = file.resolve()
        if path not in self.sources:
            self.sources[path] = read_source(file)
        return self.sources[path]

    def names(self, file: Path, wanted: list[str]) -> tuple[Translated, dict[str, Any]]:
        """What some names of a file are. Raises `DesignError`."""
        source = self.source(file)
        path = file.resolve()
        if path in self.open:
            raise DesignError(f"{file.name} imports itself by way of others; allowed: no circle")
        known = declarations(source)
        for name in wanted:
            if name not in known:
                raise InputError(file.name, name, "a name that it declares: " + ", ".join(known))
        self.open.append(path)
        made = translate(
            source, wanted, self.literals, self.constants, self._has_generators(file, set())
        )
        space = namespace()
        space["__name__"] = self.name
        for package, name, here in made.imports:
            other = self.found(file, package)
            theirs, values = self.shared(other, name)
            space[here] = values[theirs.names[name]]
        _run(file, made, space)
        self.open.pop()
        self.translated.append((made, space))
        return made, space

    def shared(self, file: Path, name: str) -> tuple[Translated, dict[str, Any]]:
        """What another file gives; the same each time that it is asked for."""
        if name in ("default", "*"):
            raise DesignError(
                f"{file.name}: an import of {name} is not understood; allowed: {{ names }}"
            )
        for made, space in self.translated:
            if made.source.path.resolve() == file.resolve() and name in made.names:
                return made, space
        return self.names(file, [name])

    def _has_generators(self, file: Path, seen: set[Path]) -> bool:
        """Whether a file, one that it imports, or one that imports it has a generator function."""
        files = [self.sources[path] for path in self.open if path in self.sources]
        seen.add(file.resolve())
        return any(map(has_generators, [*files, self.source(file)])) or any(
            self._has_generators(other, seen)
            for item in declarations(self.source(file)).values()
            if item.package.startswith(".")
            and (other := self.found(file, item.package)).resolve() not in seen
        )

    def value(self, file: Path, name: str) -> Any:
        """What a constant is."""
        made, space = self.names(file, [name])
        return space[made.names[name]]

    def number(self, where: Path, text: str) -> Any:
        """What an expression is, as it stands in a file."""
        source = SourceText(where, f"export const value = {text};".encode())
        made = translate(source, ["value"], {}, {})
        space = namespace()
        _run(where, made, space)
        return space[made.names["value"]]

    def kept(self) -> list[tuple[str, Any, int]]:
        """What the modules keep, which must stay as it is: a name, a value, a line."""
        out = []
        for made, space in self.translated:
            for name, line in made.lines.items():
                value = space.get(name)
                out.append((name, value, line))
                if isinstance(value, type):
                    out += [
                        (f"{name}.{word[1:]}", part, line)
                        for word, part in vars(value).items()
                        if word.startswith(static_attribute("")) and not callable(part)
                    ]
        return out

    def found(self, file: Path, package: str) -> Path:
        """The file that an import names."""
        place = file.parent / package
        for candidate in (place, *(Path(f"{place}{ending}") for ending in TYPESCRIPT_ENDINGS)):
            if candidate.is_file() and candidate.suffix in (".ts", ".mts"):
                return candidate
        raise DesignError(f"{file.name} imports {package!r}, and there is no such file")


def _run(file: Path, made: Translated, space: dict[str, Any]) -> None:
    try:
        exec(made.code, space)
    except DesignError:
        raise
    except Exception as error:
        words = " ".join(str(error).split())
        raise DesignError(
            f"{file.name} cannot be loaded: {type(error).__name__}: {words}"
        ) from error


def as_module(name: str, file: Path, files: list[Path]) -> types.ModuleType:
    """What stands for the file among Python's modules, where others look its path up."""
    module = types.ModuleType(name)
    module.__file__ = str(file)
    module.files = tuple(files)  # type: ignore[attr-defined]  # what a design is made of
    sys.modules[name] = module
    return module
