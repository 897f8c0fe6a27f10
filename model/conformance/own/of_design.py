"""A design's own TypeScript file as what is played: the class that was explored, as it is deployed.

The binding says how the class is asked, as an adapter does. Where a schedule has other settings
than the file, a copy of the file has them, and nothing else in it changes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lastchunk.model.conformance.own.adapter import Adapter, adapter_of
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.typescript.binding.words import read_binding
from lastchunk.model.typescript.host.storage import Record
from lastchunk.model.typescript.library.dates import DateObject
from lastchunk.model.typescript.parse.literals import string_value
from lastchunk.model.typescript.parse.tree import read_source, walk_nodes
from lastchunk.model.typescript.runtime.values import UNDEFINED
from lastchunk.reference_impl.clock import Time, bare
from lastchunk.reference_impl.contract import STATE_KEY

JSON_TYPES = (str, int, float, bool, type(None))


class NotComparable(Exception):  # noqa: N818 - a signal between two functions, not an error
    """What is stored cannot be compared, in words."""


@dataclass(frozen=True)
class OwnFile:
    """The file and the class, how it is asked, and the text of its copy where settings differ."""

    file: Path
    name: str
    adapter: Adapter
    record: Record
    text: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What is played in one process."""
        return str(self.file), self.name, self.adapter.model_dump_json(), self.text

    def seen(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is compared of the class's own storage: all of it."""
        return values

    def stored(self, values: dict[str, Any]) -> dict[str, Any]:
        """A world's storage as the class itself keeps it. Raises `NotComparable`."""
        return {
            self.record.key if key == STATE_KEY else key: _as_json(
                self.record.own(value) if key == STATE_KEY else value
            )
            for key, value in values.items()
        }


def own_file(design: DesignSpec) -> OwnFile:
    """What is played of a design in TypeScript. Raises `InputError`."""
    modules = vars(design.cls)["typescript"]
    path, _, name = design.reference.rpartition(":")
    binding = read_binding(Path(path), name)
    changed = {
        item.name: getattr(design.settings, item.name)
        for item in dataclasses.fields(design.settings)
        if item.name in binding.settings and getattr(design.settings, item.name) != item.default
    }
    text = _text_with(modules, Path(path), changed) if changed else ""
    return OwnFile(
        Path(path).resolve(), name, adapter_of(binding, design.cls.stop_call), binding.record, text
    )


def _text_with(modules: Any, file: Path, changed: dict[str, Any]) -> str:
    """The file with other settings; what it imports is named by its whole path."""
    source = read_source(file)
    pieces: list[tuple[int, int, str]] = []
    for made, _ in modules.translated:
        if made.source.path.resolve() == file.resolve():
            places = made.module.places
            pieces += [
                (*places[name], str(value)) for name, value in changed.items() if name in places
            ]
    for node in walk_nodes(source.root):
        if node.type == "string" and node.parent.type in ("import_statement", "export_statement"):
            package = string_value(source, node)
            if package.startswith("."):
                pieces.append((node.start_byte, node.end_byte, f'"{file.parent / package}"'))
    data = source.data
    for start, end, text in sorted(set(pieces), reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode()


def _as_json(value: Any) -> Any:
    """A stored value as the runtime's JSON has it; a time as the object's own clock shows it."""
    if isinstance(value, Time):
        return EPOCH_MS + int(bare(value))
    if type(value) is dict:
        return {str(k): _as_json(item) for k, item in value.items() if item is not UNDEFINED}
    if type(value) is list:
        return [None if item is UNDEFINED else _as_json(item) for item in value]
    if isinstance(value, DateObject) or type(value) not in JSON_TYPES:
        raise NotComparable("what JSON has no words for in the storage")
    return value
